// What a form shows before it is saved: the transactions of one instrument replayed exactly, by average cost.
// It is a preview only. The saved truth, and every other figure, is the server's.
import type { Transaction, TransactionType } from '../api/types'
import { add, compare, dec, div, mul, neg, sign, sub, text, ZERO, type Dec } from './dec'

export interface Row { type: TransactionType; traded_on: string; quantity: string; price: string; fees: string; taxes: string }
export interface Held { quantity: Dec; cost: Dec }
export const NOTHING: Held = { quantity: ZERO, cost: ZERO }
export const typeWord: Record<TransactionType, string> = { OPENING: 'Holding', BUY: 'Buy', SELL: 'Sell' }

const number = (value: string) => dec(value) ?? ZERO
const charges = (row: Row) => add(number(row.fees), number(row.taxes))

/** What changes hands, in the instrument's currency: negative is paid, positive is received. */
export function total(row: Row): Dec {
  const gross = mul(number(row.quantity), number(row.price))
  return row.type === 'SELL' ? sub(gross, charges(row)) : neg(add(gross, charges(row)))
}

/** What is held after the rows, oldest first; a sale of more than is held leaves nothing. */
export function replay(rows: Row[]): Held {
  return rows.reduce<Held>((held, row) => {
    const quantity = number(row.quantity)
    if (row.type !== 'SELL') return { quantity: add(held.quantity, quantity), cost: sub(held.cost, total(row)) }
    if (compare(quantity, held.quantity) >= 0) return NOTHING
    const left = sub(held.quantity, quantity)
    // The cost that leaves is a share of the pool; kept as one fraction, it is not rounded before it is shown.
    return { quantity: left, cost: div(mul(held.cost, left), held.quantity) }
  }, NOTHING)
}

/** The order in which rows count: by day, and within a day as they were entered. `rows` are newest first. */
export function inLedgerOrder(rows: Transaction[]): Transaction[] {
  return rows.toReversed().sort((a, b) => (a.traded_on < b.traded_on ? -1 : a.traded_on > b.traded_on ? 1 : 0))
}

/** Units that leave oldest first have no average that this page could foretell. */
export const foretold = (rows: Row[], method: 'average' | 'fifo') => method === 'average' || rows.every((row) => row.type !== 'SELL')

export const averageOf = (held: Held) => (sign(held.quantity) > 0 ? text(div(held.cost, held.quantity)) : null)
