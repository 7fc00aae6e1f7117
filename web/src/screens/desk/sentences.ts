// A proposal in a sentence: what seems to have happened, or what was settled, and who says so.
import { percentText, price, qty, shortDate } from '../../lib/format'
import { sourceName } from '../../lib/freshness'
import { say } from '../../words/desk'
import type { Proposal } from './load.svelte'

/** `10:1` is ten for one. */
export function parts(ratio: string | null): { fresh: string; old: string } {
  const [fresh = '1', old = '1'] = (ratio ?? '').split(':')
  return { fresh, old }
}
const name = (one: Proposal) => one.instrument.name

export function headline(one: Proposal): string {
  const day = shortDate(one.ex_on), { fresh, old } = parts(one.ratio), seems = one.state === 'open'
  if (one.kind === 'SYMBOL') return say(seems ? 'symbolSeems' : 'symbolIs', { name: name(one), symbol: one.to_symbol ?? '', day })
  if (one.kind === 'DEMERGER') return say(seems ? 'demergerSeems' : 'demergerIs', { name: name(one), other: one.to_instrument?.name ?? '', day })
  const fill = { name: name(one), old: qty(old), fresh: qty(fresh), day, count: Number(old) }
  if (one.instrument.asset_type === 'STOCK') return say(seems ? 'becameSeems' : 'becameIs', fill)
  return say(seems ? 'unitsSeem' : 'unitsAre', fill)
}

/** Why it looks so. */
export function why(one: Proposal): string {
  const { fresh, old } = parts(one.ratio), currency = one.instrument.currency
  const facts = one.kind === 'DEMERGER' ? `${say('demergerGives', { fresh: qty(fresh), old: qty(old), other: one.to_instrument?.symbol ?? '', percent: percentText(one.cost_pct ?? '0', { maximumFractionDigits: 4 }) })} ` : one.kind === 'SYMBOL' ? `${say('symbolKeeps', { old: one.instrument.symbol })} ` : ''
  if (one.source === 'manual') return `${facts}${say('byHand')}`
  if (one.price_before && one.price_after) return `${facts}${say('byPrice', { source: sourceName(one.source), before: price(one.price_before, currency), after: price(one.price_after, currency) })}`
  return `${facts}${say('bySource', { source: sourceName(one.source) })}`
}
