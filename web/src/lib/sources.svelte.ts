import { get, patch } from '../api/client'
import type { PriceSource, PriceSources } from '../api/types'
import { currentLanguage } from '../words/room'
import { say } from '../words/sources'

const known = ['amfi', 'ecb', 'yahoo', 'demo', 'nse', 'bse', 'mfapi', 'coingecko', 'finnhub', 'twelvedata', 'alphavantage', 'eodhd', 'own'] as const
const nameOf = (source: PriceSource) => known.find((name) => name === source.name)
/** What a source gives, in one line, and what keeps it from being switched; undefined for one without words. */
export function aboutSource(source: PriceSource): string | undefined {
  const name = nameOf(source)
  const about = name && say(name)
  const fixed = source.needs_key ? say('needsKey', { setting: source.needs_key }) : source.fixed ? say('fixed') : ''
  return about && fixed ? say('both', { about, fixed }) : fixed || about
}
const named: Record<string, () => string> = { ecb: () => say('ecbName'), demo: () => say('demoName'), nse: () => say('nseName'), bse: () => say('bseName'), own: () => say('ownName') }
/** What a source is called: a name of its own, or one that is said in every language. */
export const labelOf = ({ name, label }: Pick<PriceSource, 'name' | 'label'>) => named[name]?.() ?? label
const terms: Record<string, () => string> = {
  yahoo: () => say('termsYahoo'), nse: () => say('termsNse'), bse: () => say('termsBse'), coingecko: () => say('termsCoingecko'), finnhub: () => say('termsFinnhub'),
  twelvedata: () => say('termsTwelvedata'), alphavantage: () => say('termsAlphavantage'), eodhd: () => say('termsEodhd'),
}
/** What has to be accepted before it goes on: the server's own sentence, or its translation. */
export const termsOf = (source: PriceSource) => (currentLanguage() !== 'en' && source.terms ? (terms[source.name]?.() ?? source.terms) : source.terms)

/** The price sources and what is wanted of them; a source with terms goes on only with its tick. */
export class Sources {
  items = $state<PriceSource[] | null>(null)
  wanted = $state<Record<string, boolean>>({})
  accepted = $state<Record<string, boolean>>({})

  async load() {
    this.items = (await get<PriceSources>('/providers')).items
    this.wanted = Object.fromEntries(this.items.map((source) => [source.name, source.on]))
  }
  /** Terms still to be ticked. */
  needsTick(source: PriceSource) { return !!source.terms && !source.on && this.wanted[source.name] && !this.accepted[source.name] }
  get complete() { return !(this.items ?? []).some((source) => this.needsTick(source)) }

  async save() {
    for (const source of this.items ?? []) {
      if (source.fixed || source.needs_key || this.wanted[source.name] === source.on) continue
      const on = this.wanted[source.name]
      const { items } = await patch<PriceSources>(`/providers/${source.name}`, { on, terms_accepted: on && !!this.accepted[source.name] })
      source.on = items.find((item) => item.name === source.name)?.on ?? on
    }
  }
}
