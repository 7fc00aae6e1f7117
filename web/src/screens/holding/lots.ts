// Lots with what they are worth now: exact, so that on screen they add up to what is held.
import type { components } from '../../api/schema'
import type { HoldingWorth } from '../../api/types'
import { add, dec, div, mul, sign, sub, text, ZERO, type Dec } from '../../lib/dec'
import { isZero } from '../../lib/dec'

type Lot = components['schemas']['Lot']
export interface LotWorth { key: string; acquired_on: string; account: string | null; quantity: string; cost: string | null; each: string | null; value: string | null; gain: string | null; gainPct: string | null; bonus: boolean }
export interface Year { year: string; lots: LotWorth[]; sum: LotWorth }
const HUNDRED = dec('100')!
const APRIL = '04-01'

const known = (value: string | null) => (value === null ? null : dec(value))
const sumOf = (values: (string | null)[]): string | null => {
  let sum: Dec = ZERO
  for (const value of values) {
    const one = known(value)
    if (one === null) return null
    sum = add(sum, one)
  }
  return text(sum)
}
const pctOf = (gain: string | null, cost: string | null) => (gain === null || cost === null || isZero(cost) ? null : text(div(mul(dec(gain)!, HUNDRED), dec(cost)!)))
const eachOf = (cost: string | null, quantity: string) => (cost === null || isZero(quantity) ? null : text(div(dec(cost)!, dec(quantity)!)))

/** Each lot at the price and the exchange rate of now; unknown where one of them is. */
export function worthOf(lots: Lot[], held: Pick<HoldingWorth, 'last_price' | 'fx_rate'> | null): LotWorth[] {
  const price = held && known(held.last_price), rate = held && known(held.fx_rate)
  return lots.map((lot, at) => {
    const quantity = dec(lot.quantity)!
    const value = price && rate ? text(mul(mul(quantity, price), rate)) : null
    const gain = value === null || lot.cost === null ? null : text(sub(dec(value)!, dec(lot.cost)!))
    // For tax a bonus is a lot of its own that cost nothing.
    const bonus = lot.transaction_id === null || (lot.cost !== null && sign(dec(lot.cost)!) === 0)
    return { key: `${lot.transaction_id} ${lot.acquired_on} ${at}`, acquired_on: lot.acquired_on, account: lot.account, quantity: lot.quantity, cost: lot.cost, each: eachOf(lot.cost, lot.quantity), value, gain, gainPct: pctOf(gain, lot.cost), bonus }
  })
}

/** Several lots as one line. */
export function together(key: string, lots: LotWorth[]): LotWorth {
  const quantity = sumOf(lots.map((lot) => lot.quantity))!, cost = sumOf(lots.map((lot) => lot.cost)), value = sumOf(lots.map((lot) => lot.value))
  const gain = value === null || cost === null ? null : text(sub(dec(value)!, dec(cost)!))
  return { key, acquired_on: lots[0]?.acquired_on ?? '', account: null, quantity, cost, each: eachOf(cost, quantity), value, gain, gainPct: pctOf(gain, cost), bonus: false }
}

/** By the financial year of their purchase: from April where the books are in rupees, else by calendar. */
export function byYear(lots: LotWorth[], fromApril: boolean): Year[] {
  const years = new Map<string, LotWorth[]>()
  for (const lot of lots) {
    const own = Number(lot.acquired_on.slice(0, 4)), first = fromApril && lot.acquired_on.slice(5) < APRIL ? own - 1 : own
    const year = fromApril ? `FY ${first}-${String((first + 1) % 100).padStart(2, '0')}` : String(own)
    years.set(year, [...(years.get(year) ?? []), lot])
  }
  return [...years].map(([year, own]) => ({ year, lots: own, sum: together(year, own) }))
}

/** What the lots and the cost method differ by; null where they do not, or where one of them is unknown. */
export function difference(cost: string | null, invested: string | null): string | null {
  if (cost === null || invested === null) return null
  const rest = text(sub(dec(invested)!, dec(cost)!))
  return isZero(rest) ? null : rest
}

/** How long from one day to another, in whole months and days of the calendar. */
export function spanOf(from: string, to: string): { years: number; months: number; days: number } {
  const [y0, m0, d0] = from.split('-').map(Number), [y1, m1, d1] = to.split('-').map(Number)
  const months = (y1 - y0) * 12 + (m1 - m0) - (d1 < d0 ? 1 : 0)
  return { years: Math.floor(months / 12), months: months % 12, days: Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000) }
}
