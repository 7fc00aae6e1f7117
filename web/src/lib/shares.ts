// How much of the value stands at which kind of price, and since when: "82% live 14:20, 17% NAV yesterday".
import type { HoldingWorth } from '../api/types'
import { say } from '../words/shares'
import { add, dec, div, mul, round, sub, text, ZERO, type Dec } from './dec'
import { ago, clock, pct } from './format'
import { dayName, isOld, moves } from './freshness'

const ORDER = ['live', 'close', 'nav', 'manual', 'held', 'stale'] as const
type Kind = (typeof ORDER)[number]
export interface Share { kind: Kind; text: string }

/** The groups of a portfolio's value, the freshest first; none where nothing has a value. */
export function sharesOf(holdings: readonly HoldingWorth[], now: number): Share[] {
  const groups = new Map<Kind, { value: Dec; at: string[] }>()
  let total = ZERO
  for (const { price, current_value } of holdings) {
    const value = dec(current_value)
    if (!price || !value) continue
    const kind = kindOf(price, now), group = groups.get(kind) ?? { value: ZERO, at: [] }
    groups.set(kind, { value: add(group.value, value), at: [...group.at, price.as_of] })
    total = add(total, value)
  }
  if (total.units <= 0n) return []
  const found = ORDER.flatMap((kind) => { const group = groups.get(kind); return group && group.value.units > 0n ? [{ kind, ...group }] : [] })
  const points = inPoints(found.map((group) => group.value), total)
  return found.map(({ kind, at }, n) => ({ kind, text: say(kind, { share: points[n] ? pct(points[n], 0) : say('under', { share: pct('1', 0) }), since: since(kind, at.sort(), now) }) }))
}

function kindOf(price: NonNullable<HoldingWorth['price']>, now: number): Kind {
  if (price.status === 'held') return 'held'
  if (isOld(price, now)) return 'stale'
  if (price.status === 'nav' || price.status === 'manual') return price.status
  return moves(price, now) ? 'live' : 'close'
}

/** A moving price has a time of day, the others a day; the oldest of each group is told, so that all of it is true. */
function since(kind: Kind, at: string[], now: number) {
  const oldest = at[0]!
  return kind === 'live' ? clock(oldest) : kind === 'stale' ? ago(oldest, now) : dayName(oldest, now)
}

/** Whole percents that add up to 100: what rounding leaves over goes to the largest remainders. */
function inPoints(values: Dec[], total: Dec): string[] {
  const shares = values.map((value) => div(mul(value, { units: 100n, places: 0 }), total))
  const whole = shares.map((share) => ({ units: share.units / 10n ** BigInt(share.places), places: 0 }))
  let left = Number(text(round(sub({ units: 100n, places: 0 }, whole.reduce(add, ZERO)), 0)))
  const order = shares.map((share, n) => ({ n, rest: sub(share, whole[n]!) })).sort((a, b) => (sub(b.rest, a.rest).units > 0n ? 1 : -1))
  for (const { n } of order) if (left-- > 0) whole[n] = add(whole[n]!, { units: 1n, places: 0 })
  return whole.map((share) => (share.units ? text(share) : ''))
}
