// Rows by month, with what was bought, sold and earned in it, added up exactly.
import type { Transaction } from '../../api/types'
import { add, dec, text, ZERO, type Dec } from '../../lib/dec'
import { isIncome } from '../../lib/transactions'
import { amountOf } from './describe'

export interface Sum { currency: string; value: string }
/** `sums` is null while rows of that month may still be missing. */
export interface Month { key: string; rows: Transaction[]; sums: { bought: Sum[]; sold: Sum[]; income: Sum[] } | null }

function sumOf(rows: Transaction[], counts: (row: Transaction) => boolean): Sum[] {
  const sums = new Map<string, Dec>()
  for (const row of rows) {
    const value = counts(row) ? dec(amountOf(row)?.value) : null
    if (value) sums.set(row.currency, add(sums.get(row.currency) ?? ZERO, value))
  }
  return [...sums].map(([currency, sum]) => ({ currency, value: text(sum) }))
}

/** `rows` are newest first and whole down to `wholeFrom`, a day of the oldest month; null: nothing is missing. */
export function byMonth(rows: Transaction[], wholeFrom: string | null): Month[] {
  const months: Month[] = []
  for (const row of rows) {
    const key = row.traded_on.slice(0, 7)
    if (months.at(-1)?.key !== key) months.push({ key, rows: [], sums: null })
    months.at(-1)!.rows.push(row)
  }
  for (const month of months) {
    if (wholeFrom !== null && month.key <= wholeFrom.slice(0, 7)) continue
    month.sums = {
      bought: sumOf(month.rows, (row) => row.type === 'BUY' || row.type === 'RIGHTS'),
      sold: sumOf(month.rows, (row) => row.type === 'SELL'),
      income: sumOf(month.rows, (row) => isIncome(row.type)),
    }
  }
  return months
}
