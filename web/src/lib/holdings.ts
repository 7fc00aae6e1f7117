import type { AssetType, HoldingWorth } from '../api/types'
import { inOrder } from './dec'
import { kindWord, kindWords } from './kinds'

export type SortKey = 'name' | 'last_price' | 'current_value' | 'day_change' | 'profit_loss'

/** The kinds that occur, in a fixed order. */
export const kindsOf = (holdings: HoldingWorth[]) => (Object.keys(kindWords) as AssetType[]).filter((type) => holdings.some((holding) => holding.instrument.asset_type === type))

/** The holdings of a kind whose name, symbol or market has every word asked for, in order. Unknown amounts come last. */
export function holdingRows(holdings: HoldingWorth[], kind: string, query: string, key: SortKey, down: boolean): HoldingWorth[] {
  const words = query.trim().toLowerCase().split(/\s+/).filter(Boolean)
  const found = holdings.filter(({ instrument }) => {
    const all = `${instrument.name} ${instrument.symbol} ${instrument.isin ?? ''} ${instrument.exchange} ${kindWord[instrument.asset_type]}`.toLowerCase()
    return (kind === 'All' || kindWords[instrument.asset_type] === kind) && words.every((word) => all.includes(word))
  })
  return found.sort((a, b) => {
    if (key === 'name') return (down ? -1 : 1) * a.instrument.name.localeCompare(b.instrument.name)
    if (a[key] === null || b[key] === null) return a[key] === b[key] ? 0 : a[key] === null ? 1 : -1
    return (down ? -1 : 1) * inOrder(a[key], b[key]) || a.instrument.name.localeCompare(b.instrument.name)
  })
}
