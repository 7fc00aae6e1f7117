import type { HoldingWorth } from '../api/types'
import { live } from './live.svelte'

/** The holding whose price is being entered by hand; null while none is. */
export const pricing = $state({ holding: null as HoldingWorth | null })
export function enterPrice(holdingId: string) { pricing.holding = live.view?.holdings.find((holding) => holding.id === holdingId) ?? null }
