import type { Transaction } from '../../api/types'

/** How much was held after a row: a decimal, null where that is no question, undefined where the server does not say. */
export const heldAfter = (row: Transaction): string | null | undefined => (row as Transaction & { held_after?: string | null }).held_after
