import { everyPage, patch, post, Problem, remove, type Keys } from '../../api/client'
import type { Transaction, TransactionChange } from '../../api/types'
import { qty, shortDate } from '../../lib/format'
import { inLedgerOrder, typeWord } from '../../lib/ledger'
import { ledgerChanged } from '../../lib/live.svelte'
import { byField, sentence } from '../../lib/problems'
import { offer } from '../../lib/undo.svelte'
import type { Field, Form } from './form.svelte'

/** A sale of more than is held: the first day that does not work out. */
export interface Oversold { on: string; held: string; sold: string }
export type Outcome = { saved: string } | { oversold: Oversold } | { title: string; text: string } | { fields: Partial<Record<Field, string>> }

/** Saves the form. What stands against it comes back as an outcome, never as an exception. */
export async function save(form: Form, keys: Keys): Promise<Outcome> {
  try {
    const row = form.row ? await change(form, form.row) : await enter(form, keys)
    ledgerChanged()
    return { saved: `${typeWord[row.type]} ${qty(row.quantity)} ${row.instrument.name}` }
  } catch (error) {
    return against(error)
  }
}

async function enter(form: Form, keys: Keys) {
  const body = { portfolio: form.portfolioId, ...form.input }
  const row = await post<Transaction>(`/portfolios/${form.portfolioId}/transactions`, form.input, keys.of(body))
  offer(`Added: ${nameOf(row)}`, async () => { await remove(`/transactions/${row.id}`, row.version); ledgerChanged() })
  return row
}

async function change(form: Form, before: Transaction) {
  const fields = ({ type, traded_on, quantity, price, fees, taxes, fx_rate, account }: TransactionChange): TransactionChange => ({ type, traded_on, quantity, price, fees, taxes, fx_rate, account })
  const row = await patch<Transaction>(`/transactions/${before.id}`, fields(form.input), before.version)
  offer(`Changed: ${nameOf(row)}`, async () => { await patch(`/transactions/${row.id}`, fields(before), row.version); ledgerChanged() })
  return row
}

const nameOf = (row: Transaction) => `${typeWord[row.type]} ${qty(row.quantity)} ${row.instrument.name}, ${shortDate(row.traded_on)}`

const shown: Record<string, Field> = { exchange: 'symbol', asset_type: 'symbol', isin: 'symbol', avg_buy_price: 'price', acquired_on: 'traded_on' }
const known: Field[] = ['symbol', 'currency', 'traded_on', 'quantity', 'price', 'fees', 'taxes', 'fx_rate', 'account']

function against(error: unknown): Outcome {
  if (error instanceof Problem && error.code === 'oversold') return { oversold: error.more as unknown as Oversold }
  if (error instanceof Problem && error.status === 412) ledgerChanged()
  if (error instanceof Problem && error.errors.length) {
    const fields = Object.fromEntries(Object.entries(byField(error)).map(([field, message]) => [shown[field] ?? field, message]))
    if (Object.keys(fields).every((field) => known.includes(field as Field))) return { fields }
  }
  return { title: 'Not saved', text: sentence(error) }
}

/** The rows of one instrument, in the order in which they count, without the one being changed. */
export async function rowsOf(portfolioId: string, instrumentId: string, without: string | undefined, signal: AbortSignal): Promise<Transaction[]> {
  const rows = await everyPage<Transaction>(`/portfolios/${portfolioId}/transactions?instrument_id=${encodeURIComponent(instrumentId)}`, signal)
  return inLedgerOrder(rows).filter((row) => row.id !== without)
}
