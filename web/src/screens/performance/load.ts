// What the performance screen shows of the answer to "what has it made since then?": its days as lines, and parts that add up.
import type { Instrument, Performance } from '../../api/types'
import { openingOf } from '../../charts/scale'
import { add, dec, div, inOrder, mul, round, sign, sub, text, ZERO, type Dec } from '../../lib/dec'
import type { View } from '../../lib/live.svelte'
import { ALL } from '../../lib/portfolios.svelte'

export const ranges = ['6M', 'YTD', '1Y', '3Y', '5Y', 'All'] as const
export type Range = (typeof ranges)[number]
export type Mode = 'value' | 'index'
/** What a line of a chart goes through; null breaks it. Geometry may be floats. */
export type Line = (number | null)[]
/** One portfolio's answer, or that of all of them together: their figures have the same names. */
export type Answer = Omit<Performance, 'portfolio'>
type Year = Answer['years'][number]
type HoldingMade = NonNullable<Answer['holdings']>[number]

/** The ranges that begin when the ledger has begun, and all of it. */
export const rangesWithin = (first: string, to: string): Range[] => ranges.filter((range) => (openingOf(to, range) ?? first) >= first)
const dayAfter = (day: string) => new Date(Date.parse(day) + 86_400_000).toISOString().slice(0, 10)
const dayBefore = (day: string) => new Date(Date.parse(day) - 86_400_000).toISOString().slice(0, 10)

/** The question. A range opens at the close of a day and counts from the next; `to` is the last day of the ledger, as an earlier answer told it. */
export function addressOf(scope: string, range: Range, to: string | null, benchmark: string | null): string {
  const opening = to && openingOf(to, range)
  const asked = new URLSearchParams({ holdings: 'true' })
  if (opening) asked.set('from', dayAfter(opening))
  if (benchmark) asked.set('benchmark', benchmark)
  return `${scope === ALL ? '' : `/portfolios/${scope}`}/performance?${asked}`
}

/** The days of an answer: those on which something was traded or had a price, so not every day. A range that opens with something begins with the day before it, where the index is 100. */
export interface Past {
  days: string[]
  /** When each day was, in days. */
  times: number[]
  complete: boolean[]
  /** What it was worth, exact; a part of it where the day is not complete. */
  worth: (string | null)[]
  /** The opening value and what was put in since, less what was taken out. */
  put: (string | null)[]
  /** What was made by each day: its worth, less what was put in. */
  made: (string | null)[]
  benchWorth: (string | null)[]
  index: Line
  benchIndex: Line
  /** How far the index stands below its highest so far, in percent; never above nought. */
  fall: Line
}

/** As a screen rounds it: half away from nought. */
export const rounded = (amount: string, digits: number) => text(round(dec(amount) ?? ZERO, digits))
const number = (value: string | null | undefined) => (value === null || value === undefined ? null : Number(value))
export const lineOf = (values: (string | null)[]): Line => values.map(number)

export function pastOf(answer: Answer): Past {
  const past: Past = { days: [], times: [], complete: [], worth: [], put: [], made: [], benchWorth: [], index: [], benchIndex: [], fall: [] }
  const start = dec(answer.start_value)
  let put: Dec | null = start
  let bench: { worth: number; index: number } | null = null
  // Where the benchmark had no price at the start, none of its days has a value.
  const compared = answer.series?.[0]?.benchmark_value != null
  if (start && sign(start)) {
    push(past, dayBefore(answer.from), true, answer.start_value, put, 100, 0)
    past.benchWorth.push(compared ? answer.start_value : null)
    past.benchIndex.push(compared ? 100 : null)
    bench = { worth: Number(answer.start_value), index: 100 }
  }
  for (const day of answer.series ?? []) {
    const flow = dec(day.net_flow)
    put = put && flow && add(put, flow)
    push(past, day.date, day.complete, day.value, put, number(day.twr_index), number(day.drawdown_pct))
    // Every flow buys or sells the benchmark at the day's close: what moved it before that is its own doing.
    const worth = number(day.benchmark_value ?? null)
    if (worth !== null) bench = { worth, index: bench?.worth ? (bench.index * (worth - Number(day.net_flow))) / bench.worth : (bench?.index ?? 100) }
    past.benchWorth.push(day.benchmark_value ?? null)
    past.benchIndex.push(worth === null || !bench ? null : bench.index)
  }
  return past
}

/** Whether there is a line of the benchmark. */
export const isCompared = (past: Past) => past.benchWorth.filter((worth) => worth !== null).length > 1

function push(past: Past, day: string, complete: boolean, worth: string | null, put: Dec | null, index: number | null, fall: number | null) {
  const value = dec(worth)
  past.days.push(day)
  past.times.push(Date.parse(day) / 86_400_000)
  past.complete.push(complete)
  past.worth.push(worth)
  past.put.push(put && text(put))
  past.made.push(complete && value && put ? text(sub(value, put)) : null)
  past.index.push(index)
  past.fall.push(fall)
}

/** Whether there is a line to draw: it takes two days. */
export const isDrawable = (past: Past) => past.worth.filter((worth) => worth !== null).length > 1

/** Rounded parts that add up to their rounded total: what cutting left goes to the largest remainders. */
export function wholes(parts: Dec[], digits: number, total = parts.reduce(add, ZERO)): Dec[] {
  const cut = parts.map((part) => {
    const places = Math.max(part.places, digits), step = 10n ** BigInt(places - digits)
    const units = part.units * 10n ** BigInt(places - part.places)
    const rest = ((units % step) + step) % step
    return { units: (units - rest) / step, rest: Number(rest) / Number(step) }
  })
  const target = round(total, digits)
  let left = Number(target.units * 10n ** BigInt(Math.max(0, digits - target.places)) - cut.reduce((sum, part) => sum + part.units, 0n))
  for (const part of cut.toSorted((a, b) => b.rest - a.rest)) if (left > 0) { part.units += 1n; left-- }
  return cut.map(({ units }) => ({ units, places: digits }))
}

/** A part of a whole in percent; null where the whole is not above nought, of which nothing is a share. */
export function share(part: string, whole: string | null): string | null {
  const of = dec(whole)
  return of && sign(of) > 0 ? text(round(div(mul(dec(part) ?? ZERO, { units: 100n, places: 0 }), of), 2)) : null
}

/** Put in and grown as they are shown: value at the start, put in since, made, value now. Put in takes what rounding leaves. */
export function grownOf({ start_value, end_value, made }: Answer, digits: number) {
  const [start, end, grown] = [start_value, end_value, made].map((value) => { const exact = dec(value); return exact && round(exact, digits) })
  if (!start || !end || !grown) return null
  return { start: text(start), put: text(sub(sub(end, start), grown)), made: text(grown), end: text(end), opened: sign(start) !== 0 }
}

export interface Part { id: string; instrument: Instrument; amount: string; open: boolean }
const GAINS = 7, LOSSES = 3

/** What each holding made: the largest gains and losses, the others in one sum, and what belongs to no holding; all add up to the total. */
export function contribution(answer: Answer, digits: number, all: boolean) {
  const holdings = answer.holdings ?? []
  const known = holdings.filter((one): one is HoldingMade & { made: string } => one.made !== null && sign(dec(one.made) ?? ZERO) !== 0).sort((a, b) => inOrder(b.made, a.made))
  const unknown = holdings.filter((one) => one.made === null).length
  const total = dec(answer.made)
  const exact = known.map((one) => dec(one.made)!)
  const rest = total && !unknown ? sub(total, exact.reduce(add, ZERO)) : ZERO
  const apart = sign(round(rest, digits)) !== 0
  const shown = wholes(apart ? [...exact, rest] : exact, digits, total && !unknown ? total : undefined).map(text)
  const parts: Part[] = known.map((one, at) => ({ id: one.id, instrument: one.instrument, amount: shown[at], open: one.end_value === null || sign(dec(one.end_value)!) !== 0 }))
  const losses = parts.slice(GAINS).filter((part) => part.amount.startsWith('-')).slice(-LOSSES)
  const first = parts.slice(0, GAINS + LOSSES - losses.length)
  const few = all || parts.length <= GAINS + LOSSES + 1
  const between = few ? [] : parts.slice(first.length, parts.length - losses.length)
  return {
    parts: few ? parts : [...first, ...losses],
    count: parts.length,
    others: between.length ? { count: between.length, amount: text(between.reduce((sum, part) => add(sum, dec(part.amount)!), ZERO)) } : null,
    rest: apart ? shown[exact.length] : null,
    total: total && text(round(total, digits)),
    unknown,
  }
}

export interface YearRow extends Year {
  /** As it is shown, so that the years add up to their total. */
  shownFlow: string | null; shownMade: string | null
  /** Percentage points ahead of the benchmark. */
  ahead: string | null
  begun: boolean; soFar: boolean
}
const sumOf = (values: (string | null)[]): Dec | null => values.reduce<Dec | null>((sum, value) => { const next = dec(value); return sum && next && add(sum, next) }, ZERO)

/** The years, newest first, and their sums; a sum of which a part is unknown is unknown. */
export function yearRows(years: Year[], digits: number) {
  const asShown = (values: (string | null)[]) => (sumOf(values) ? wholes(values.map((value) => dec(value)!), digits).map(text) : values.map((value) => { const exact = dec(value); return exact && text(round(exact, digits)) }))
  const flows = asShown(years.map((year) => year.net_flow)), amounts = asShown(years.map((year) => year.made))
  const rows = years.map((year, at): YearRow => {
    const april = year.year.includes('-')
    return {
      ...year, shownFlow: flows[at], shownMade: amounts[at], ahead: less(year.twr_pct, year.benchmark_twr_pct),
      begun: !year.from.endsWith(april ? '-04-01' : '-01-01'), soFar: !year.to.endsWith(april ? '-03-31' : '-12-31'),
    }
  })
  const total = (values: (string | null)[]) => { const sum = sumOf(values); return sum && text(round(sum, digits)) }
  return { rows, flow: total(years.map((year) => year.net_flow)), made: total(years.map((year) => year.made)) }
}

/** Whether two amounts are the same as they are shown; of what is made over days, the last digits are a float's. */
export function isSame(one: string | null, other: string | null, digits: number): boolean {
  const a = dec(one), b = dec(other)
  return !!a && !!b && !sign(sub(round(a, digits), round(b, digits)))
}

/** A difference, exact: of two percentages that is percentage points. */
export function less(one: string | null, other: string | null | undefined): string | null {
  const a = dec(one), b = dec(other)
  return a && b && text(sub(a, b))
}

/** What foreign holdings made while they were held: by their prices, and by what their currencies became worth. Null where there is none. */
export function foreignOf(view: View, digits: number) {
  const all = view.holdings.filter((holding) => holding.instrument.currency !== view.currency)
  const holdings = all.filter((holding) => dec(holding.price_effect) && dec(holding.currency_effect))
  if (!all.length) return null
  const price = sumOf(holdings.map((holding) => holding.price_effect)) ?? ZERO, currency = sumOf(holdings.map((holding) => holding.currency_effect)) ?? ZERO
  const weight = sumOf(all.map((holding) => holding.weight_pct))
  const [shownPrice, shownCurrency] = wholes([price, currency], digits).map(text)
  return { holdings, unknown: all.length - holdings.length, price: shownPrice, currency: shownCurrency, total: text(round(add(price, currency), digits)), share: weight && text(weight) }
}
