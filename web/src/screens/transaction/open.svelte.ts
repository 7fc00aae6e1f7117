import type { Transaction } from '../../api/types'

/** The one dialog for adding and editing; any screen opens it. */
export const editing = $state({ open: false, row: null as Transaction | null })
export function add() { editing.row = null; editing.open = true }
export function edit(row: Transaction) { editing.row = row; editing.open = true }
