import type { components } from '../../api/schema'
import { get, post, Problem, put } from '../../api/client'
import { price as priceText, shortDate, today } from '../../lib/format'
import { byField } from '../../lib/problems'
import { say } from '../../words/ownSource'
import { currentLanguage } from '../../words/room'

type Schemas = components['schemas']
export type State = Schemas['OwnSourceState']
export type Draft = Schemas['OwnSourceInput']
export type Tried = Schemas['OwnSourceTried']

const pathOf = (instrument: string) => `/instruments/${instrument}/own-source`
export const read = (instrument: string) => get<State>(pathOf(instrument))
export const store = (instrument: string, draft: Draft) => put<State>(pathOf(instrument), draft)
export const tryOut = (instrument: string, draft: Draft) => post<Tried>(`${pathOf(instrument)}/try`, draft)
export { pathOf }

/** The host of an address, which is all of it that a page needs to show. */
export function hostOf(url: string): string {
  try { return new URL(url).host } catch { return url }
}

// What may be wrong with an address or a path, in words of this room.
const codes = ['not_a_web_address', 'user_in_address', 'port_not_allowed', 'address_not_allowed', 'too_many_sources', 'path_unreadable', 'switched_off', 'unreachable', 'redirect', 'page_for_people', 'refused', 'rate_limited', 'server_error', 'not_found', 'too_large', 'not_json', 'not_csv', 'path_not_found', 'not_a_number', 'not_above_zero', 'not_a_date', 'in_the_future'] as const
const known = (code: string) => codes.find((one) => one === code)

/** Why an address gave no price. Of a place in the answer the server says more, in English. */
export function whyNot({ code, message, where, status }: NonNullable<Tried['failure']>): string {
  const word = where && currentLanguage() === 'en' ? undefined : known(code)
  return word ? say(word, { where: where ?? '', status: status ?? '' }) : message
}
/** What was found, in one line. */
export function whatFound({ price, currency, date, at }: Tried): string {
  const text = priceText(price!, currency), day = date ?? (at && today(new Date(at)))
  return day ? say('foundDay', { price: text, day: shortDate(day) }) : say('found', { price: text })
}
/** The messages of a refused form, by field. */
export function refusals(problem: Problem): Record<string, string> {
  const words = problem.errors.flatMap(({ field, code }) => { const word = known(code); return word ? [[field, say(word)]] : [] })
  return { ...byField(problem), ...Object.fromEntries(words) }
}
