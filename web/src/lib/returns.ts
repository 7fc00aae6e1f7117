// What the card of returns shows of the answer to "what has it made since then?".
import type { Performance } from '../api/types'

const APRIL = 4
/** What was realised in the financial year that today is in: zero where nothing was booked in it, null where it is unknown. */
export function realisedThisYear({ years, to }: Pick<Performance, 'years' | 'to'>): { year: string; realised: string | null } | null {
  const newest = years[0]
  if (!newest) return null
  const year = newest.year.includes('-') ? fromApril(to) : to.slice(0, 4)
  const found = years.find((one) => one.year === year)
  return { year, realised: found ? found.realised : '0' }
}
function fromApril(day: string) {
  const first = Number(day.slice(0, 4)) - (Number(day.slice(5, 7)) < APRIL ? 1 : 0)
  return `${first}-${String((first + 1) % 100).padStart(2, '0')}`
}
/** A return of less than a year says so. */
export const isUnderAYear = ({ reasons }: Pick<Performance, 'reasons'>) => reasons.twr_annual_pct === 'under_a_year'
