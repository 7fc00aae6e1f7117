// What stands in the cells of a row: as it was typed, and as it is understood.
import type { TransactionType } from '../../api/types'
import { currencies } from '../../lib/kinds'
import { typeWord } from '../../lib/transactions'
import { typedNumber } from '../../lib/typed'

export const columns = ['on', 'type', 'instrument', 'units', 'price', 'fees', 'taxes', 'account', 'note'] as const
export type Column = (typeof columns)[number]
export type Cells = Record<Column, string>
export const blank = (): Cells => ({ on: '', type: '', instrument: '', units: '', price: '', fees: '', taxes: '', account: '', note: '' })
/** Day, kind and account are taken over from the row above; alone they say nothing yet. */
export const isBlank = (cells: Cells) => columns.every((column) => column === 'on' || column === 'type' || column === 'account' || !cells[column].trim())

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const CENTURY = 2000

function calendarDay(year: number, month: number, day: number): string | null {
  const full = year < 100 ? CENTURY + year : year
  const made = new Date(Date.UTC(full, month - 1, day))
  // The 31st of June would be taken for the 1st of July.
  return full >= 1900 && made.getUTCMonth() === month - 1 && made.getUTCDate() === day ? made.toISOString().slice(0, 10) : null
}
const orders = new Map<string, boolean>()
function monthFirst(locale: string): boolean {
  let first = orders.get(locale)
  if (first === undefined) {
    const order = new Intl.DateTimeFormat(locale).formatToParts(new Date(2026, 10, 20)).map((part) => part.type)
    orders.set(locale, (first = order.indexOf('month') < order.indexOf('day') && order.indexOf('year') > order.indexOf('month')))
  }
  return first
}

/** "20/11/2026", "20-Nov-26", "Nov 20, 2026" or "2026-11-20 09:15" as "2026-11-20"; the locale says which of two numbers is the month. */
export function readDay(typed: string, locale: string): string | null {
  const text = typed.trim().toLowerCase().replace(/[t ]\d{1,2}:\d{2}.*$/, '')
  let match = /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})$/.exec(text)
  if (match) return calendarDay(Number(match[1]), Number(match[2]), Number(match[3]))
  match = /^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})$/.exec(text)
  if (match) {
    const [first, second] = [Number(match[1]), Number(match[2])]
    return monthFirst(locale) ? calendarDay(Number(match[3]), first, second) : calendarDay(Number(match[3]), second, first)
  }
  const words = /^(\d{1,2})[\s-]+([a-z]{3,})\.?,?[\s-]+(\d{4}|\d{2})$/.exec(text) ?? /^([a-z]{3,})\.?\s+(\d{1,2}),?\s+(\d{4})$/.exec(text)
  if (!words) return null
  const [day, name] = /\d/.test(words[1]) ? [words[1], words[2]] : [words[2], words[1]]
  const month = MONTHS.indexOf(name.slice(0, 3)) + 1
  return month ? calendarDay(Number(words[3]), month, Number(day)) : null
}

// As brokers and fund houses call them in their statements.
const called: [TransactionType, RegExp][] = [
  ['BUY', /^(b|p|buy|bought|sip|purchased?|purchase systematic|systematic investment)$/], ['SELL', /^(s|r|sell|sold|sale|redemption|redeem(ed)?)$/],
  ['DIVIDEND', /^(d|div|dividend|idcw payout|idcw)$/], ['REINVEST', /^(reinvest(ed|ment)?|dividend reinvest(ed|ment)?|idcw reinvest(ed|ment)?)$/],
  ['INTEREST', /^(i|int|interest)$/], ['OPENING', /^(h|o|holding|opening( balance)?|held)$/], ['RIGHTS', /^rights?( issue)?$/], ['FEE', /^(fees?|charges?|commission)$/], ['TAX', /^(tax(es)?|tds)$/],
  ['DEPOSIT', /^(deposit|pay ?in|paid in|credit)$/], ['WITHDRAWAL', /^(withdrawal|pay ?out|paid out|debit)$/], ['TRANSFER_IN', /^transfer(red)? in$/], ['TRANSFER_OUT', /^transfer(red)? out$/],
]

/** A kind by its word in the language of the page, by its name in the API, or as statements call it. */
export function readKind(typed: string): TransactionType | null {
  const text = typed.trim().toLowerCase().replace(/[\s_-]+/g, ' ')
  if (!text) return null
  for (const [type, word] of Object.entries(typeWord)) if (text === word.toLowerCase() || text === type.toLowerCase().replace('_', ' ')) return type as TransactionType
  return called.find(([, pattern]) => pattern.test(text))?.[0] ?? null
}

const CODE = currencies.map(([code]) => code).join('|')
const sign = new RegExp(`^\\s*(?:\\p{Sc}|rs\\.?|${CODE})\\s*|\\s*(?:\\p{Sc}|${CODE})\\s*$`, 'giu')
/** "₹1,400.00" or "Rs. 1,400" as "1400"; null when it is no number. */
export const readNumber = (typed: string, locale: string) => typedNumber(typed.replace(sign, ''), locale)
