// What of the ledger is looked at: a kind, an account, and words that a row must have.
import type { Transaction, TransactionType } from '../../api/types'
import { isIncome, typeWord } from '../../lib/transactions'

// What is neither bought, sold nor income is the rest: splits, transfers, money paid in.
const named = {
  held: (type: TransactionType) => type === 'OPENING',
  buys: (type: TransactionType) => ['BUY', 'RIGHTS', 'REINVEST'].includes(type),
  sells: (type: TransactionType) => type === 'SELL',
  income: (type: TransactionType) => isIncome(type) || type === 'REINVEST',
}
export const kinds = ['all', 'held', 'buys', 'sells', 'income', 'other'] as const
export type Kind = (typeof kinds)[number]
const isOf = (type: TransactionType, kind: Kind) => kind === 'all' || (kind === 'other' ? !Object.values(named).some((is) => is(type)) : named[kind](type))

/** Any account, or that of rows which have none. */
export const ANY = '*', NONE = ''
export interface Wanted { kind: Kind; account: string; query: string }

// A row's text is made once: thousands are looked through with every letter typed.
const texts = new WeakMap<Transaction, string>()
function textOf(row: Transaction): string {
  let text = texts.get(row)
  if (text === undefined) {
    const { instrument: it, to_instrument: into } = row
    text = [it.name, it.symbol, it.isin, typeWord[row.type], into?.name, into?.symbol, row.account, row.note, row.traded_on].filter(Boolean).join(' ').toLowerCase()
    texts.set(row, text)
  }
  return text
}

export function matching(rows: Transaction[], { kind, account, query }: Wanted): Transaction[] {
  const words = query.trim().toLowerCase().split(/\s+/).filter(Boolean)
  if (kind === 'all' && account === ANY && !words.length) return rows
  return rows.filter((row) => isOf(row.type, kind) && (account === ANY || (row.account ?? NONE) === account) && words.every((word) => textOf(row).includes(word)))
}
/** The accounts that rows name, in alphabetical order. */
export const accountsOf = (rows: Transaction[]) => [...new Set(rows.map((row) => row.account ?? NONE))].sort((a, b) => a.localeCompare(b))
