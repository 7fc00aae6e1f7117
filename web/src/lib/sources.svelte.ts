import { get, patch } from '../api/client'
import type { PriceSource, PriceSources } from '../api/types'

const about: Record<string, string> = {
  amfi: 'Every Indian fund’s NAV, once a day', ecb: 'Exchange rates, once a day',
  yahoo: 'Shares and ETFs worldwide, every 10 minutes', demo: 'A simulated market, for looking around',
}
export const aboutSource = (source: PriceSource) => (source.fixed ? `${about[source.name] ?? ''}${about[source.name] ? '. ' : ''}Set by this server’s environment` : about[source.name])

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
      if (source.fixed || this.wanted[source.name] === source.on) continue
      const on = this.wanted[source.name]
      const { items } = await patch<PriceSources>(`/providers/${source.name}`, { on, terms_accepted: on && !!this.accepted[source.name] })
      source.on = items.find((item) => item.name === source.name)?.on ?? on
    }
  }
}
