// Amounts and days as this screen writes them.
import { currentLocale, money, numberText, pct, signedMoney, signedPct } from '../../lib/format'
import { prefs } from '../../lib/prefs.svelte'
import { say } from '../../words/performance'

export const MASK = '••••'
/** A sum as text, or dots while amounts are hidden. */
export const sum = (value: string, currency: string, digits?: number) => (prefs.hidden ? MASK : money(value, currency, digits))
export const signedSum = (value: string, currency: string, digits?: number) => (prefs.hidden ? MASK : signedMoney(value, currency, digits))
/** A difference of percentages. */
export const pointsText = (value: string, digits = 2) => say('points', { number: signedPct(value, digits).replace('%', '') })
/** How far below, without a sign. */
export const below = (value: string | number, digits = 1) => pct(Math.abs(Number(value)), digits)

const LAKH = 100_000
/** A mark of an axis: short, without decimals that say nothing. */
export const axisMoney = (value: number, currency: string) => (prefs.hidden ? '••' : Math.abs(value) < LAKH ? money(value, currency, 0) : numberText(String(value), { style: 'currency', currency, notation: 'compact', maximumFractionDigits: 1 }))

const LONG_DAYS = 400, DAY_MS = 86_400_000
/** Marks of an axis of time: each a day or, over more than a year, a month, and when that is. No two say the same. */
export function dateMarks(times: number[], wanted: number) {
  const first = times[0], span = times[times.length - 1] - first
  const format = new Intl.DateTimeFormat(currentLocale(), { timeZone: 'UTC', ...(span > LONG_DAYS ? { month: 'short', year: '2-digit' } : { day: 'numeric', month: 'short' }) } as const)
  const marks = Array.from({ length: wanted }, (_, n) => Math.round(first + ((n + 0.5) / wanted) * span)).map((time) => ({ time, text: format.format(time * DAY_MS) }))
  return marks.filter((mark, n) => marks.findIndex((one) => one.text === mark.text) === n)
}
