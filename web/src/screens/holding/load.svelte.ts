// What the page of one holding shows: where it stands in its own portfolio, and what the server knows of it beside that.
import { ask, everyPage, get, Problem } from '../../api/client'
import type { components } from '../../api/schema'
import type { ClosedHolding, HoldingWorth, Summary, SummaryOfAll, Transaction } from '../../api/types'
import type { View } from '../../lib/live.svelte'
import { ALL } from '../../lib/portfolios.svelte'

type Schemas = components['schemas']
export type InstrumentDetail = Schemas['InstrumentDetail']
export type Lots = Schemas['HoldingLots']
export type Closes = Schemas['Closes']
export type Made = Schemas['HoldingPerformance']

/** One thing that is read by itself: what was read last stays on screen when reading it again fails. */
export class Reading<T> {
  data = $state.raw<T | null>(null)
  failed = $state(false)
  private question: AbortController | undefined
  constructor(private read: (signal: AbortSignal) => Promise<T | null>) {}

  /** Reads it; the newest question wins, and null says that nothing is new. */
  async ask() {
    this.question?.abort()
    const { signal } = (this.question = new AbortController())
    try {
      const found = await this.read(signal)
      if (signal.aborted) return
      if (found !== null) this.data = found
      this.failed = false
    } catch (error) {
      if (signal.aborted) return
      if (!(error instanceof Problem)) throw error
      this.failed = true
    }
  }
  stop() { this.question?.abort() }
}

/** A holding in its own portfolio: its figures have the portfolio's currency, and each of them its receipt. */
export interface Place { view: View; held: HoldingWorth | null; closed: ClosedHolding | null }
const placeIn = (view: View, id: string): Place | null => {
  const held = view.holdings.find((one) => one.id === id) ?? null, closed = view.closed.find((one) => one.id === id) ?? null
  return held || closed ? { view, held, closed } : null
}
export const portfolioOf = ({ view }: Place) => view.scope
export const instrumentOf = ({ held, closed }: Place) => (held ?? closed)!.instrument

/** Finds a holding: in the portfolio on screen, or else in the one that it is in; null where there is no such holding. */
export class Finder {
  private portfolio: string | null = null
  private tag: string | null = null
  private last: Place | null = null
  constructor(private id: string) {}

  async find(view: View): Promise<Place | null> {
    const here = placeIn(view, this.id)
    if (here && view.scope !== ALL) return here
    const portfolio = (here?.held ?? here?.closed)?.portfolio_id ?? this.portfolio ?? (await this.search())
    return portfolio === null ? null : this.of(portfolio)
  }
  private async search(): Promise<string | null> {
    const all = await get<SummaryOfAll>('/summary')
    return [...all.holdings, ...all.closed].find((one) => one.id === this.id)?.portfolio_id ?? null
  }
  private async of(portfolio: string): Promise<Place | null> {
    if (portfolio !== this.portfolio) { this.tag = null; this.portfolio = portfolio }
    const answer = await ask<Summary>('GET', `/portfolios/${portfolio}/summary`, { tag: this.tag })
    if (answer.status === 304) return this.last
    this.tag = answer.tag
    this.last = placeIn({ ...answer.data, scope: portfolio, currency: answer.data.portfolio.currency, portfolios: [] }, this.id)
    return this.last
  }
}

/** What is read once the holding is found; each panel has its own. */
export class Parts {
  lots: Reading<Lots>
  rows: Reading<Transaction[]>
  closes: Reading<Closes>
  detail: Reading<InstrumentDetail>
  made: Reading<Made>

  constructor(id: string, portfolio: string, instrument: string) {
    this.lots = new Reading((signal) => get(`/holdings/${id}/lots`, signal))
    this.rows = new Reading((signal) => everyPage(`/portfolios/${portfolio}/transactions?instrument_id=${instrument}`, signal))
    this.closes = new Reading((signal) => get(`/instruments/${instrument}/closes`, signal))
    this.detail = new Reading((signal) => get(`/instruments/${instrument}`, signal))
    let tag: string | null = null
    this.made = new Reading(async (signal) => {
      const answer = await ask<{ holdings: Made[] | null }>('GET', `/portfolios/${portfolio}/performance?holdings=true&series=false`, { tag, signal })
      if (answer.status === 304) return null
      tag = answer.tag
      return answer.data.holdings?.find((one) => one.id === id) ?? null
    })
  }
  stop() { for (const part of [this.lots, this.rows, this.closes, this.detail, this.made]) part.stop() }
}
