import type { components } from '../../api/schema'

export type Limit = components['schemas']['PriceSourceLimit']
export type QuotaChange = components['schemas']['PriceSourceQuotaChange']
export type Span = Limit['span']
/** What stands in the field of a span; empty is as in the free plan, `none` is no limit at all. */
export interface Typed { text: string; none: boolean }
const MOST = 1_000_000_000

/** A field as it is at first: what the administrator set, and nothing where they did not. Without a limit that the free plan has, the tick. */
export const typedOf = ({ own, allowed, shipped }: Limit): Typed => ({ text: own && allowed !== null ? String(allowed) : '', none: own && allowed === null && shipped !== null })

/** A whole number, however its thousands are grouped; null when it is none. */
export function whole(text: string): number | null {
  const value = text.replace(/[\s\u00a0\u202f’']/g, '')
  return /^\d+$|^\d{1,3}([.,]\d{2,3})*[.,]\d{3}$/.test(value) ? Number(value.replace(/[.,]/g, '')) : null
}

/** Why a field cannot be sent. */
export function wrongOf({ text, none }: Typed): 'notCount' | 'tooMuch' | null {
  if (none || !text.trim()) return null
  const number = whole(text)
  return !number ? 'notCount' : number > MOST ? 'tooMuch' : null
}

/** What is sent: a span that is left empty is left out. */
export function changeOf(typed: Record<Span, Typed>): QuotaChange {
  const told = (Object.entries(typed) as [Span, Typed][]).filter(([, { text, none }]) => none || text.trim())
  return Object.fromEntries(told.map(([span, { text, none }]) => [span, none ? null : whole(text)]))
}
