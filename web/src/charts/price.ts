// The past of a price as a chart sees it: points on days, marks of what happened, candles. Places may be floats; what is
// said of them is the API's own text.
import type { components } from '../api/schema'
import type { Transaction } from '../api/types'
import { dec, div, inOrder, mul, sign, sub, text } from '../lib/dec'
import { openingOf, placeOn } from './scale'

type Schemas = components['schemas']
export type Closes = Schemas['Closes']
export type Step = Schemas['Step']

/** What stands on one place of the axis: a day, or all days of a week or month. Prices are of a unit of now. */
export interface Point { day: string; first: string; open: string; high: string; low: string; close: string }
export type MarkKind = 'bought' | 'sold' | 'income'
/** A row of the ledger on the chart; `price` of a unit of now, null where it has none that was traded. */
export interface Mark { kind: MarkKind; day: string; price: number | null; row: Transaction }
export interface Split { day: string; ratio: string; bonus: boolean }
/** The price of now, and the day it is of. */
export interface Latest { day: string; price: string }
export type Grain = 'day' | 'week' | 'month'

const DAY_MS = 86_400_000
/** Days since 1970, for places on an axis of time. */
export const dayNumber = (day: string) => Math.round(Date.parse(day) / DAY_MS)

/** The closes, and the price of now behind them or in place of its day's close. */
export function pastOf({ days, adjusted }: Closes, latest: Latest | null): { days: string[]; prices: string[] } {
  const last = days.at(-1)
  if (!latest || (last && last > latest.day)) return { days, prices: adjusted }
  const kept = last === latest.day ? days.length - 1 : days.length
  return { days: [...days.slice(0, kept), latest.day], prices: [...adjusted.slice(0, kept), latest.price] }
}

/** Where a range begins: the close before it; "All" begins with the first purchase. */
export function beginOf(days: string[], range: string, since: string | null): number {
  const opening = range === 'All' ? since : openingOf(days.at(-1) ?? '', range)
  return opening === null ? 0 : placeOn(days, opening)
}

const grainKeys: Record<Grain, (day: string) => string> = { day: (day) => day, week: (day) => String(Math.floor((dayNumber(day) + 3) / 7)), month: (day) => day.slice(0, 7) }
const WEEKS_UNTIL = 1200
/** Candles of closes need several days each: weeks, and months where there would be too many weeks. */
export const grainOf = (first: string, last: string): Grain => (dayNumber(last) - dayNumber(first) <= WEEKS_UNTIL ? 'week' : 'month')

/** The points from a place on. One of several days opens at the close before it; its highest and lowest are of closes. */
export function pointsOf(days: string[], prices: string[], begin: number, grain: Grain): Point[] {
  const keyOf = grainKeys[grain], points: Point[] = []
  let key: string | null = null
  for (let at = begin; at < days.length; at++) {
    const price = prices[at], next = keyOf(days[at]), point = points.at(-1)
    if (point && next === key) {
      if (inOrder(price, point.high) > 0) point.high = price
      if (inOrder(price, point.low) < 0) point.low = price
      point.day = days[at]
      point.close = price
    } else {
      const open = grain === 'day' ? price : prices[Math.max(0, at - 1)]
      const [low, high] = inOrder(open, price) < 0 ? [open, price] : [price, open]
      points.push({ day: days[at], first: days[at], open, high, low, close: price })
    }
    key = next
  }
  return points
}

/** Of very many points so many that each has a pixel or two; the last is always among them. */
export function thinned(points: Point[], most: number): Point[] {
  const step = Math.max(1, Math.ceil((points.length - 1) / most))
  return points.filter((_, at) => at === 0 || (points.length - 1 - at) % step === 0)
}

/** By how many one unit of a day has become, for the place of a mark. */
const unitsSince = (splits: Closes['splits'], day: string) => splits.reduce((units, { date, ratio }) => (date > day ? (units * Number(ratio.split(':')[0])) / Number(ratio.split(':')[1]) : units), 1)

const bought = new Set(['OPENING', 'BUY', 'RIGHTS', 'REINVEST', 'TRANSFER_IN'])
const sold = new Set(['SELL', 'TRANSFER_OUT', 'MERGER', 'SWITCH'])
/** What a row did to the units of an instrument; null where it did nothing that a chart marks. */
export function kindOf(row: Transaction, instrumentId: string): MarkKind | null {
  if (row.instrument.id !== instrumentId) return row.to_instrument?.id === instrumentId ? 'bought' : null
  return bought.has(row.type) ? 'bought' : sold.has(row.type) ? 'sold' : row.type === 'DIVIDEND' ? 'income' : null
}
/** The marks of a ledger from a day on, oldest first. */
export function marksOf(rows: Transaction[], instrumentId: string, { splits }: Closes, since: string): Mark[] {
  const marks = rows.flatMap((row): Mark[] => {
    const kind = kindOf(row, instrumentId)
    if (!kind || row.traded_on < since) return []
    const traded = row.instrument.id === instrumentId && ['BUY', 'SELL', 'RIGHTS', 'REINVEST'].includes(row.type)
    return [{ kind, day: row.traded_on, price: traded ? Number(row.price) / unitsSince(splits, row.traded_on) : null, row }]
  })
  return marks.sort((a, b) => (a.day < b.day ? -1 : a.day > b.day ? 1 : 0))
}

/** By how many per cent a price has moved; null from nothing. */
export function changeBetween(from: string, to: string): string | null {
  const start = dec(from), end = dec(to)
  return start && end && sign(start) ? text(div(mul(sub(end, start), dec('100')!), start)) : null
}

/** The average cost of a unit of now on a day; null while none was held or nobody knew it. */
export function averageOn(steps: Step[], day: string): string | null {
  return steps.findLast((step) => step.date <= day)?.adjusted_avg_buy_price ?? null
}

/** The lowest and the highest value to be drawn. An average far away from every price would flatten the line: it stays out. */
export function spanOf(prices: number[], marks: Mark[], averages: number[]): [number, number] {
  const traded = marks.flatMap(({ price }) => (price === null ? [] : [price]))
  let low = Math.min(...prices, ...traded), high = Math.max(...prices, ...traded)
  const reach = Math.max(high - low, high * 0.05)
  const near = averages.filter((one) => one > low - reach && one < high + reach)
  low = Math.min(low, ...near)
  high = Math.max(high, ...near)
  const gap = (high - low) * 0.08 || high * 0.05 || 1
  return [Math.max(0, low - gap), high + gap]
}

/** Places for so many dates under an axis, evenly apart. */
export function dateMarks(count: number, wanted: number): number[] {
  const marks = Array.from({ length: wanted }, (_, at) => Math.round(((at + 0.5) / wanted) * (count - 1)))
  return [...new Set(marks)]
}
