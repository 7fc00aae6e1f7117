// What the chart of value shows of a portfolio's days: a range of them, and what each had gained since its start with the
// money that came and went taken out. Sums are exact; only places on the screen are floats.
import type { components } from '../../api/schema'
import { openingOf, placeOn, thin } from '../../charts/scale'
import { add, dec, div, mul, sub, text, ZERO, type Dec } from '../../lib/dec'

export type Day = components['schemas']['PerformanceDay']

export const RANGES = ['1W', '1M', '6M', 'YTD', '1Y', '3Y', 'All'] as const
export type Range = (typeof RANGES)[number]
/** More points than this cannot be told apart on a screen. */
const POINTS_MAX = 358
/** A range no longer than this is listed day by day. */
const DAYS_LISTED = 31
const HUNDRED: Dec = { units: 100n, places: 0 }

/** One day of a range. `gain` and `percent` count from the day before the range; null where anything in them is unknown. */
export interface Point { date: string; value: string | null; invested: string | null; benchmark: string | null; complete: boolean; gain: string | null; percent: string | null }

/** The ranges whose opening value there is; `All` is there always. */
export function rangesOf(days: readonly Day[]): Range[] {
  const first = days[0]?.date, last = days.at(-1)?.date
  if (!first || !last) return ['All']
  return RANGES.filter((range) => { const opening = openingOf(last, range); return opening === null || opening >= first })
}

/** The day whose close opens a range; null: it begins with nothing, before the first day. */
export const openingDay = (days: readonly Day[], range: Range) => (days.length ? openingOf(days[days.length - 1].date, range) : null)
/** The first day of a range, as the server counts it: the one after its opening. */
export const firstDay = (opening: string) => new Date(Date.parse(opening) + 86_400_000).toISOString().slice(0, 10)

/** The days of a range that are drawn, oldest first; the opening day is the first of them. */
export function pointsOf(days: readonly Day[], range: Range): Point[] {
  return span(days, range, (from, to) => thin(from, to, POINTS_MAX))
}

/** The days of a range that a table lists, newest first: the last of each month, or all of them where they are few. */
export function listed(days: readonly Day[], range: Range): Point[] {
  const isLast = (at: number) => at === days.length - 1 || days[at].date.slice(0, 7) !== days[at + 1].date.slice(0, 7)
  return span(days, range, (from, to) => {
    const all = Array.from({ length: to - from + 1 }, (_, n) => from + n)
    return to - from <= DAYS_LISTED ? all : all.filter((at) => isLast(at))
  }).reverse()
}

function span(days: readonly Day[], range: Range, choose: (from: number, to: number) => number[]): Point[] {
  if (!days.length) return []
  const opening = openingDay(days, range)
  const from = opening === null ? 0 : placeOn(days.map((day) => day.date), opening)
  const base = opening === null ? ZERO : known(days[from])
  const index = opening === null ? HUNDRED : dec(days[from].twr_index)
  const flows = flowsSince(days, opening === null ? 0 : from + 1)
  return choose(from, days.length - 1).map((at) => {
    const day = days[at], value = known(day), flow = flows[at], now = dec(day.twr_index)
    return {
      // A day on which nothing was priced has none of its own: what was last known is its close.
      date: opening !== null && at === from ? opening : day.date, value: day.value, invested: day.invested, benchmark: day.benchmark_value ?? null, complete: day.complete,
      gain: value && base && flow ? text(sub(sub(value, base), flow)) : null,
      percent: now && index?.units ? text(sub(div(mul(now, HUNDRED), index), HUNDRED)) : null,
    }
  })
}
const known = (day: Day) => (day.complete ? dec(day.value) : null)

/** What came in less what went out, from a place on; null from where a flow is unknown. */
function flowsSince(days: readonly Day[], from: number): (Dec | null)[] {
  let sum: Dec | null = ZERO
  return days.map((day, at) => {
    if (at < from) return ZERO
    const flow = dec(day.net_flow)
    sum = sum && flow ? (flow.units ? add(sum, flow) : sum) : null
    return sum
  })
}
