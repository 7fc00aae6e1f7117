import type { HoldingWorth, Price } from '../api/types'
import { say } from '../words/freshness'
import { ago, instant, shortDate, today } from './format'

export type Kind = 'live' | 'closed' | 'stale' | 'offline' | 'none'
export interface Freshness {
  kind: Kind
  /** How much of the time until the next refresh has passed, 0 to 1. */
  share: number
  /** Whole minutes until the next refresh. */
  minutes: number
  /** How many of the prices are past their due time; those that a newer one is held back for are told of by themselves. */
  old: number
}
interface Dated { last_updated_at: string | null; next_refresh_at: string; holdings: HoldingWorth[] }

/** A price that still moves becomes old within the hour; one that rests until the next session, much later. */
const MOVING_MS = 60 * 60_000
/** In a session's last half hour a price is good until the next session, yet it moved a moment ago. */
const JUST_NOW_MS = 15 * 60_000
const SLOT_MS = 10 * 60_000

export const isOld = (price: Price, now: number) => price.status === 'stale' || (price.stale_at !== null && Date.parse(price.stale_at) <= now)
export const moves = (price: Price, now: number) => ['live', 'delayed', 'demo', 'held'].includes(price.status) && !isOld(price, now) && (price.stale_at === null || Date.parse(price.stale_at) - now < MOVING_MS || now - Date.parse(price.as_of) < JUST_NOW_MS)

/** Which of the four states a summary is in, told by its own instants and the reader's clock. */
export function freshness(summary: Dated, now: number, reachable: boolean): Freshness {
  const prices = summary.holdings.flatMap((holding) => (holding.price ? [holding.price] : []))
  const old = prices.filter((price) => isOld(price, now)).length, told = prices.filter((price) => isOld(price, now) && price.status !== 'held').length
  const left = Date.parse(summary.next_refresh_at) - now
  const rest = { share: Math.min(1, Math.max(0, 1 - left / SLOT_MS)), minutes: Math.max(1, Math.ceil(left / 60_000)), old: told }
  if (!reachable) return { kind: 'offline', ...rest }
  if (!prices.length || !summary.last_updated_at) return { kind: 'none', ...rest }
  if (old * 2 >= prices.length && old) return { kind: 'stale', ...rest }
  return { kind: prices.some((price) => moves(price, now)) ? 'live' : 'closed', ...rest }
}

/** How old one price is, in words, and whether that is a warning. */
export function ageOf(price: Price, now: number): { text: string; old: boolean; title: string } {
  const title = say('tip', { when: instant(price.as_of), source: sourceName(price.source), confirmed: instant(price.last_updated_at) })
  if (price.status === 'held') return { text: say('inDoubt'), old: true, title: `${title}. ${say('tipHeld')}` }
  if (isOld(price, now)) return { text: ago(price.as_of, now), old: true, title: `${title}. ${say('tipOld')}` }
  if (price.status === 'nav') return { text: say('nav', { day: dayName(price.as_of, now) }), old: false, title }
  if (price.status === 'close') return { text: say('close', { day: dayName(price.as_of, now) }), old: false, title }
  if (price.status === 'manual') return { text: say('byHand', { day: dayName(price.as_of, now) }), old: false, title }
  return { text: ago(price.as_of, now), old: false, title }
}

export function dayName(iso: string, now: number) {
  const day = today(new Date(iso))
  if (day === today(new Date(now))) return say('today')
  return day === today(new Date(now - 86_400_000)) ? say('yesterday') : shortDate(day)
}

const names: Record<string, string> = { amfi: 'AMFI', ecb: 'ECB', yahoo: 'Yahoo Finance', nse: 'NSE', bse: 'BSE', mfapi: 'mfapi.in', finnhub: 'Finnhub', eodhd: 'EODHD' }
// These are more than a word, and one of them is what its terms want to be read.
const called = { demo: 'theDemo', manual: 'ownEntry', own: 'ownAddress', coingecko: 'coingecko', twelvedata: 'twelvedata', alphavantage: 'alphavantage' } as const
export const sourceName = (source: string) => (source in called ? say(called[source as keyof typeof called]) : (names[source] ?? source))

const dayOf = (price: Price) => today(new Date(price.as_of))
/** The day of the newest prices of a market where that is before today: what moved, moved then. Null when it is today. */
export function movedOn(holdings: readonly HoldingWorth[], now: number): string | null {
  const last = holdings.flatMap(({ price }) => (price && price.status !== 'manual' ? [dayOf(price)] : [])).sort().at(-1)
  return last !== undefined && last < today(new Date(now)) ? last : null
}
/** The day of a price where it is before that of the session, as a fund's is, or an old one: its move was booked then. Null otherwise. */
export function earlierDay(price: Price | null, holdings: readonly HoldingWorth[], now: number): string | null {
  if (!price || price.status === 'manual') return null
  const session = holdings.flatMap((holding) => (holding.price && holding.price.status !== 'nav' ? [dayOf(holding.price)] : [])).sort().at(-1) ?? today(new Date(now))
  return dayOf(price) < session ? dayOf(price) : null
}
