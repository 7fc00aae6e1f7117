// Words at the edges of a chart: short enough to stand in a row, exact where a mark is round.
import { currentLocale, money, numberText } from '../lib/format'

const LAKH = 100_000
/** A mark of an axis: ₹50L, ₹37.5L; in whole units where the short form would hide what tells the marks apart. */
export function axisMoney(mark: number, currency: string, marks: readonly number[]): string {
  const step = marks.length > 1 ? marks[1] - marks[0] : Math.abs(mark) || 1
  if (step < 1) return money(mark, currency)
  // Below a lakh "50T" is nobody's word for fifty thousand; marks two and a half apart would be unevenly so in whole units.
  if (Math.max(...marks.map(Math.abs)) < LAKH) return Number.isInteger(step) ? money(mark, currency, 0) : money(mark, currency)
  return numberText(String(mark), { style: 'currency', currency, notation: 'compact', minimumFractionDigits: 0, maximumFractionDigits: 2 })
}

const made = new Map<string, Intl.DateTimeFormat>()
/** A day below a chart: 20 Dec, or Dec 2025 where the days are years apart. */
export function axisDay(day: string, long: boolean): string {
  const key = `${currentLocale()} ${long}`
  let found = made.get(key)
  if (!found) made.set(key, (found = new Intl.DateTimeFormat(currentLocale(), long ? { month: 'short', year: 'numeric' } : { day: 'numeric', month: 'short' })))
  return found.format(new Date(`${day}T12:00`))
}
