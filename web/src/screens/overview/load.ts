import type { HoldingWorth } from '../../api/types'
import { add, dec, inOrder, round, sub, text, ZERO, type Dec } from '../../lib/dec'
import { shortName } from '../../lib/kinds'
import type { View } from '../../lib/live.svelte'

/** Amounts of a small portfolio keep their decimals; from ten thousand up they are shown in whole units. */
export const digitsFor = (view: View): number | undefined => ((view.current_value ?? view.invested ?? '0').replace(/^-|\..*$/g, '').length > 4 ? 0 : undefined)

export interface Mover { id: string; name: string; amount: string; percent: string | null }
const size = (amount: string) => Math.abs(Number(amount))

/** What moved the day by most, and the others in one sum, so that the parts add up to the whole that is shown. */
export function movers(view: View, digits: number | undefined, most = 6): { shown: Mover[]; others: { count: number; amount: string } | null } {
  const moved = view.holdings.flatMap((holding: HoldingWorth) => (holding.day_change === null ? [] : [{ id: holding.id, name: shortName(holding.instrument), amount: holding.day_change, percent: holding.day_change_pct }]))
  const shown = moved.sort((a, b) => size(b.amount) - size(a.amount)).slice(0, most).sort((a, b) => inOrder(b.amount, a.amount))
  const count = moved.length - shown.length
  const total = dec(view.day_change)
  if (!count || !total) return { shown, others: null }
  const asShown = (value: Dec) => round(value, digits ?? 2)
  const rest = shown.reduce((left, mover) => sub(left, asShown(dec(mover.amount) ?? ZERO)), asShown(total))
  return { shown, others: { count, amount: text(rest) } }
}

/** The sum of percentages, exact. */
export const shareOf = (holdings: HoldingWorth[]) => text(holdings.reduce((sum, holding) => add(sum, dec(holding.weight_pct) ?? ZERO), ZERO))
