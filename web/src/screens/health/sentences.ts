// What a source says that is not believed, in words.
import { numberText, price, whenText } from '../../lib/format'
import { sourceName } from '../../lib/freshness'
import { say } from '../../words/health'
import type { Refused } from './load.svelte'

/** Why it is not believed. */
export function refusal(one: Pick<Refused, 'reason' | 'told_currency' | 'instrument'>): string {
  if (one.reason === 'wrong_currency') return say('saysCurrency', { told: one.told_currency, own: one.instrument.currency })
  const known = { not_finite: 'saysNothing', not_positive: 'saysZero', out_of_range: 'saysNothing', from_future: 'saysFuture', dismissed: 'saysAgain' } as const
  return say(known[one.reason as keyof typeof known] ?? 'saysNothing')
}
/** What it says, since when, and how often; what is no number is shown as it came. */
export function told(one: Pick<Refused, 'source' | 'told' | 'told_currency' | 'since' | 'count'>, now: number): string {
  const said = say('refusedSays', { source: sourceName(one.source), price: written(one.told, one.told_currency), since: whenText(one.since, now) })
  return one.count > 1 ? `${said} ${say('timesInRow', { count: one.count })}` : said
}
function written(told: string, currency: string): string {
  if (!/^-?\d+(\.\d+)?$/.test(told)) return `${told} ${currency}`
  return /^[A-Z]{3}$/.test(currency) ? price(told, currency) : `${numberText(told, { maximumFractionDigits: 10 })} ${currency}`
}
