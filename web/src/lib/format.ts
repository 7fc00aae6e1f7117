// All number and date text comes from Intl: en-IN gives lakh and crore grouping for free.
// Money arrives as decimal strings; Intl formats those exactly, without a float in between.
import { say } from '../words/common'
import { currentLanguage } from '../words/room'

type Num = number | string
type Options = Intl.NumberFormatOptions

let locale = 'en-IN'
// Making a formatter costs about 50 µs and using one about 1 µs: keep every one that was made.
const cache = new Map<string, Intl.NumberFormat>()
export function useLocale(name: string) {
  locale = name
  cache.clear()
  days.clear()
}
export const currentLocale = () => locale

function formatter(options: Options) {
  const key = JSON.stringify(options)
  let found = cache.get(key)
  if (!found) cache.set(key, (found = new Intl.NumberFormat(locale, options)))
  return found
}
const rightToLeft = () => typeof document !== 'undefined' && document.documentElement.dir === 'rtl'
/** A number or a day as one piece: in a line from right to left a sign and a currency would else land behind the digits. */
const whole = (text: string) => (rightToLeft() ? `\u2068${text}\u2069` : text)
/** A sign of its own before a number. */
export const withSign = (sign: string, number: string) => (sign ? whole(sign + number) : number)
// The second form of the minus sign is the typographic one.
const written = (n: Num, options: Options) => formatter(options).format(n as number).replace('-', '−')
const format = (n: Num, options: Options) => whole(written(n, options))
const places = (digits?: number): Options => (digits === undefined ? {} : { minimumFractionDigits: digits, maximumFractionDigits: digits })

/** Without `digits`, as many as the currency has: two for rupees, none for yen. */
export const money = (n: Num, currency: string, digits?: number) => format(n, { style: 'currency', currency, ...places(digits) })
export const signedMoney = (n: Num, currency: string, digits?: number) => format(n, { style: 'currency', currency, signDisplay: 'exceptZero', ...places(digits) })
const LAKH = 100_000
/** ₹50.07L, ₹4.86Cr; in whole units where the locale has no short form for that size, and below a lakh where it counts in lakhs. */
export function compact(n: Num, currency: string) {
  const short = formatter({ style: 'currency', currency, notation: 'compact', ...places(2) })
  const inLakhs = short.formatToParts(LAKH).some((part) => part.type === 'integer' && part.value === '1')
  // `Intl` would write 99,999 as 1.00L. The float only says which side of a lakh it is.
  if (inLakhs && Math.abs(Number(n)) < LAKH) return money(n, currency, 0)
  return short.formatToParts(n as number).some((part) => part.type === 'compact') ? whole(short.format(n as number).replace('-', '−')) : money(n, currency, 0)
}
/** A price as its source told it; net asset values have four decimals. */
export const price = (n: Num, currency: string) => format(n, { style: 'currency', currency, minimumFractionDigits: 2, maximumFractionDigits: 4 })
/** An average cost: a quotient of 28 digits, shown to two, or to four where it is small. */
export const average = (n: string, currency: string) => money(n, currency, /^-?\d(\.|$)/.test(n) ? 4 : 2)
export const pct = (n: Num, digits = 2) => whole(`${written(n, places(digits))}%`)
export const signedPct = (n: Num, digits = 2) => whole(`${written(n, { signDisplay: 'exceptZero', ...places(digits) })}%`)
/** A percentage of as many digits as `options` say. */
export const percentText = (n: string, options: Options) => whole(`${written(n, options)}%`)
export const qty = (n: Num) => format(n, { maximumFractionDigits: 3 })
/** Any other number, written as `options` say. */
export const numberText = (n: string, options: Options) => format(n, options)
/** How many decimals a currency has. */
export const digitsOf = (currency: string) => formatter({ style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2
/** Every digit that there is, for the tip of a rounded figure. */
export const exact = (n: string, currency: string) => format(n, { style: 'currency', currency, maximumFractionDigits: 10 })
export const symbol = (currency: string) => formatter({ style: 'currency', currency }).formatToParts(0).find((part) => part.type === 'currency')?.value ?? currency

/** Splits ₹50,07,354.51 so that the paise can be set smaller. */
export function moneyParts(n: Num, currency: string) {
  const parts = formatter({ style: 'currency', currency }).formatToParts(n as number).map((part) => ({ kind: part.type === 'currency' ? 'symbol' : part.type === 'fraction' || part.type === 'decimal' ? 'fraction' : 'whole', value: part.value.replace('-', '−') }))
  return parts.filter((part) => part.value.trim())
}

let relative: { language: string; format: Intl.RelativeTimeFormat } | null = null
/** "2 minutes ago" in the language of the page, whatever the locale of its numbers. */
function since(count: number, unit: Intl.RelativeTimeFormatUnit) {
  const language = currentLanguage()
  if (relative?.language !== language) relative = { language, format: new Intl.RelativeTimeFormat(language, { numeric: 'auto' }) }
  return relative.format.format(count, unit)
}
export function ago(iso: string, now: number) {
  const seconds = Math.round((Date.parse(iso) - now) / 1000)
  if (seconds > -45) return say('justNow')
  if (seconds > -3570) return since(Math.round(seconds / 60), 'minute')
  if (seconds > -86_400) return since(Math.round(seconds / 3600), 'hour')
  return since(Math.round(seconds / 86_400), 'day')
}
const days = new Map<string, Intl.DateTimeFormat>()
const date = (name: string, options: Intl.DateTimeFormatOptions) => (when: string | number) => {
  let found = days.get(name)
  if (!found) days.set(name, (found = new Intl.DateTimeFormat(locale, options)))
  // A calendar day has no zone: noon keeps it that day everywhere.
  return whole(found.format(new Date(typeof when === 'string' && when.length === 10 ? `${when}T12:00` : when)))
}
export const shortDate = date('short', { day: 'numeric', month: 'short', year: 'numeric' })
export const weekday = date('weekday', { weekday: 'short', day: 'numeric', month: 'short' })
/** A day of this year or the last, where there is no room for the year. */
export const dayMonth = date('dayMonth', { day: 'numeric', month: 'short' })
export const monthName = date('month', { month: 'long', year: 'numeric' })
export const clock = date('clock', { hour: 'numeric', minute: '2-digit' })
export const instant = date('instant', { day: 'numeric', month: 'short', year: 'numeric', hour: 'numeric', minute: '2-digit', second: '2-digit', timeZoneName: 'short' })

/** Today as the user's own calendar has it, for date fields. */
export function today(now = new Date()) {
  return `${now.getFullYear()}-${String(now.getMonth() + 1).padStart(2, '0')}-${String(now.getDate()).padStart(2, '0')}`
}

/** An instant, short: the time when it is of today. */
export function whenText(iso: string, now: number): string {
  if (iso.length === 10) return shortDate(iso)
  const day = today(new Date(iso))
  return day === today(new Date(now)) ? clock(iso) : `${shortDate(day)}, ${clock(iso)}`
}
