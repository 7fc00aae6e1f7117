import type { Instrument, Transaction, TransactionType } from '../../api/types'
import { live } from '../../lib/live.svelte'

/** The one dialog for adding and editing; any screen opens it. */
export const editing = $state({ open: false, row: null as Transaction | null, type: 'BUY' as TransactionType, instrument: null as Instrument | null, portfolioId: null as string | null })
let used: TransactionType | null = null
/** The kind that was entered last is the likeliest next one, as far as it comes again and again. */
export function remember(type: TransactionType) { if (['OPENING', 'BUY', 'SELL', 'DIVIDEND', 'INTEREST'].includes(type)) used = type }

/** Begins with what is already held while there is nothing yet, else with a purchase; of an instrument and in a portfolio where these are given. */
export function add(type: TransactionType = used ?? (live.view?.holdings.length ? 'BUY' : 'OPENING'), instrument: Instrument | null = null, portfolioId: string | null = null) {
  Object.assign(editing, { row: null, type, instrument, portfolioId, open: true })
}
export function edit(row: Transaction) { Object.assign(editing, { row, instrument: null, portfolioId: null, open: true }) }
