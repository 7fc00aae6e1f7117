// What a form shows before it is saved: the transactions of one instrument replayed exactly, by average cost.
// It is a preview only. The saved truth, and every other figure, is the server's.
import type { Portfolio, Transaction, TransactionType } from '../api/types'
import { add, compare, dec, div, mul, neg, sign, sub, text, ZERO, type Dec } from './dec'
import { isIncome, isMoney, isRatio, ratioOf } from './transactions'

export interface Row { type: TransactionType; traded_on: string; quantity: string; price: string; fees: string; taxes: string; ratio?: string | null }
export interface Held { quantity: Dec; cost: Dec }
export const NOTHING: Held = { quantity: ZERO, cost: ZERO }

const number = (value: string) => dec(value) ?? ZERO
const charges = (row: Row) => add(number(row.fees), number(row.taxes))
const received = (type: TransactionType) => type === 'SELL' || type === 'DEPOSIT' || isIncome(type)

/** What changes hands, in the row's currency: negative is paid, positive is received. */
export function total(row: Row): Dec {
  const gross = mul(number(row.quantity), number(row.price))
  return received(row.type) ? sub(gross, charges(row)) : neg(add(gross, charges(row)))
}

/** What is held after the rows, oldest first; a sale of more than is held leaves nothing. */
export function replay(rows: Row[]): Held {
  return rows.reduce<Held>((held, row) => {
    const quantity = number(row.quantity)
    if (isMoney(row.type)) return held
    if (isRatio(row.type)) {
      const [after, before] = ratioOf(row.ratio ?? null) ?? ['1', '1']
      return { quantity: div(mul(held.quantity, dec(after)!), dec(before)!), cost: held.cost }
    }
    if (row.type !== 'SELL') return { quantity: add(held.quantity, quantity), cost: sub(held.cost, total(row)) }
    if (compare(quantity, held.quantity) >= 0) return NOTHING
    const left = sub(held.quantity, quantity)
    // The cost that leaves is a share of the pool; kept as one fraction, it is not rounded before it is shown.
    return { quantity: left, cost: div(mul(held.cost, left), held.quantity) }
  }, NOTHING)
}

/** Within one day splits count first and sales last. */
export const rank = (type: TransactionType) => (isRatio(type) ? 0 : type === 'SELL' ? 3 : ['OPENING', 'BUY', 'RIGHTS', 'REINVEST', 'TRANSFER_IN'].includes(type) ? 1 : 2)
/** The order in which rows count: by day; within one splits first and sales last; else as they were entered. `rows` are newest first. */
export function inLedgerOrder<R extends Pick<Transaction, 'traded_on' | 'type'>>(rows: R[]): R[] {
  return rows.toReversed().sort((a, b) => (a.traded_on < b.traded_on ? -1 : a.traded_on > b.traded_on ? 1 : rank(a.type) - rank(b.type)))
}

const replayed: TransactionType[] = ['OPENING', 'BUY', 'SELL', 'RIGHTS', 'REINVEST', 'SPLIT', 'BONUS']
/** Whether this page can tell what is held: it knows nothing of units that come from elsewhere. */
export const followed = (rows: (Row & { cost?: string | null })[]) => rows.every((row) => (replayed.includes(row.type) || isMoney(row.type)) && !row.cost)

type Counting = Pick<Portfolio, 'cost_method' | 'charges_in_cost'>
/** Units that leave oldest first, or are pooled by another rule, have no average that this page could foretell. */
export const foretold = (rows: Row[], { cost_method, charges_in_cost }: Counting) => charges_in_cost && (cost_method === 'average' || rows.every((row) => row.type !== 'SELL'))

export const averageOf = (held: Held) => (sign(held.quantity) > 0 ? text(div(held.cost, held.quantity)) : null)
