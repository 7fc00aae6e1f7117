import type { Transaction } from '../../api/types'
import { live } from '../../lib/live.svelte'

export const tabs = ['Holding', 'Buy', 'Sell'] as const
export type Tab = (typeof tabs)[number]

/** The one dialog for adding and editing; any screen opens it. */
export const editing = $state({ open: false, row: null as Transaction | null, tab: 'Buy' as Tab })
let used: Tab | null = null
/** The kind that was entered last is the likeliest next one. */
export function remember(tab: Tab) { used = tab }

/** Begins with what is already held while there is nothing yet, else with a purchase. */
export function add(tab: Tab = used ?? (live.view?.holdings.length ? 'Buy' : 'Holding')) { editing.row = null; editing.tab = tab; editing.open = true }
export function edit(row: Transaction) { editing.row = row; editing.open = true }
