import type { Price } from '../../api/types'
import { shortDate, today } from '../../lib/format'
import { say } from '../../words/holding'

/** Of which day the day's change is: a fund books the day of its NAV, and a price by hand follows the one before. */
export function dayWord(price: Price | null, now: number): string {
  if (!price) return say('today')
  if (price.status === 'manual') return say('sinceBefore')
  const day = today(new Date(price.as_of))
  return day === today(new Date(now)) && price.status !== 'nav' ? say('today') : say('onDay', { day: shortDate(day) })
}
