import type { Transaction, TransactionType } from '../../api/types'
import { live } from '../../lib/live.svelte'

/** The one dialog for adding and editing; any screen opens it. */
export const editing = $state({ open: false, row: null as Transaction | null, type: 'BUY' as TransactionType })
let used: TransactionType | null = null
/** The kind that was entered last is the likeliest next one, as far as it comes again and again. */
export function remember(type: TransactionType) { if (['OPENING', 'BUY', 'SELL', 'DIVIDEND', 'INTEREST'].includes(type)) used = type }

/** Begins with what is already held while there is nothing yet, else with a purchase. */
export function add(type: TransactionType = used ?? (live.view?.holdings.length ? 'BUY' : 'OPENING')) { editing.row = null; editing.type = type; editing.open = true }
export function edit(row: Transaction) { editing.row = row; editing.open = true }
