// Why there is no newer price, and what mends what is missing: in the reader's language, by the codes that the server gives.
import type { components } from '../api/schema'
import type { Coverage } from '../api/types'
import { say } from '../words/failures'
import { currentLanguage } from '../words/room'
import { sourceName } from './freshness'
import type { View } from './live.svelte'

type Failure = Pick<components['schemas']['SourceFailure'], 'source' | 'failure'>
const known = ['not_found', 'no_data', 'forbidden_plan', 'rate_limited', 'quota_exhausted', 'auth', 'blocked', 'contract_changed', 'transient'] as const

/** A source that does not know it is told apart from one that cannot be asked now. */
export const whyOf = (failures: readonly Failure[]) =>
  failures.map(({ source, failure }) => say(known.find((code) => code === failure) ?? 'other', { source: sourceName(source) })).join(' ')

type Gap = Pick<Coverage['missing'][number], 'holding_id' | 'reason' | 'remedy'>
/** The one thing that would mend a gap: the server's own sentence for readers of English, for others that of its reason. */
export function remedyOf({ holding_id: id, reason, remedy }: Gap, view: Pick<View, 'holdings' | 'closed' | 'currency'> | null): string {
  const held = view?.holdings.find((one) => one.id === id), it = (held ?? view?.closed.find((one) => one.id === id))?.instrument
  if (currentLanguage() === 'en' || !view || !it) return remedy
  const fill = { symbol: it.symbol, exchange: it.exchange, own: it.currency, currency: view.currency }
  if (reason === 'no_price') return say(it.exchange === 'MANUAL' ? 'mendPriceByHand' : 'mendPrice', fill)
  if (reason === 'price_currency') return say('mendLine', fill)
  if (reason === 'no_fx_rate') return say('mendRates', fill)
  // What it cost in its own currency is known where its average is: then it is the rate that lacks.
  return say((held ? held.avg_buy_price !== null : it.currency !== view.currency) ? 'mendCostRate' : 'mendCost', fill)
}
