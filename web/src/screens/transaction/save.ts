import { everyPage, patch, post, Problem, remove, type Keys } from '../../api/client'
import type { Transaction, TransactionChange, TransactionInput } from '../../api/types'
import { inLedgerOrder } from '../../lib/ledger'
import { ledgerChanged } from '../../lib/live.svelte'
import { byField, sentence } from '../../lib/problems'
import { offer } from '../../lib/undo.svelte'
import { say } from '../../words/transaction'
import { titleOf } from '../activity/describe'
import { inputOf } from '../activity/remove.svelte'
import { fields, type Field, type Form } from './form.svelte'

/** A sale of more than is held: the first day that does not work out. */
export interface Oversold { on: string; held: string; sold: string }
export type Outcome = { saved: string } | { oversold: Oversold } | { title: string; text: string } | { fields: Partial<Record<Field, string>> }

/** Saves the form. What stands against it comes back as an outcome, never as an exception. */
export async function save(form: Form, keys: Keys): Promise<Outcome> {
  try {
    const row = form.row ? await change(form, form.row) : await enter(form, keys)
    ledgerChanged()
    return { saved: titleOf(row) }
  } catch (error) {
    return against(error)
  }
}

async function enter(form: Form, keys: Keys) {
  const body = { portfolio: form.portfolioId, ...form.input }
  const row = await post<Transaction>(`/portfolios/${form.portfolioId}/transactions`, form.input, keys.of(body))
  offer(() => say('added', { what: titleOf(row) }), async () => { await remove(`/transactions/${row.id}`, row.version); ledgerChanged() })
  return row
}

async function change(form: Form, before: Transaction) {
  const row = await patch<Transaction>(`/transactions/${before.id}`, changes(form.input), before.version)
  offer(() => say('changed', { what: titleOf(row) }), async () => { await patch(`/transactions/${row.id}`, changes(inputOf(before)), row.version); ledgerChanged() })
  return row
}

/** What may change of a row: all but its instruments. What a kind has no use for is left out, and stays. */
function changes({ type, traded_on, quantity, price, fees, taxes, fx_rate, cost, ratio, to_quantity, cost_pct, account, note }: TransactionInput): TransactionChange {
  // A transfer whose cost was cleared says so by a price of nothing.
  const unknown = type === 'TRANSFER_IN' && cost === null ? '0' : price
  const given = Object.entries({ quantity, price: unknown, cost, ratio, to_quantity, cost_pct }).filter(([, value]) => value !== null && value !== undefined)
  return { type, traded_on, fees, taxes, fx_rate, account, note, ...Object.fromEntries(given) }
}

const shown: Record<string, Field> = { exchange: 'symbol', asset_type: 'symbol', isin: 'symbol', to_exchange: 'to_symbol', to_asset_type: 'to_symbol', avg_buy_price: 'price', acquired_on: 'traded_on' }

function against(error: unknown): Outcome {
  if (error instanceof Problem && error.code === 'oversold') return { oversold: error.more as unknown as Oversold }
  if (error instanceof Problem && error.status === 412) ledgerChanged()
  if (error instanceof Problem && error.errors.length) {
    const refused = Object.fromEntries(Object.entries(byField(error)).map(([field, message]) => [shown[field] ?? field, message]))
    if (Object.keys(refused).every((field) => fields.includes(field as Field))) return { fields: refused }
  }
  return { title: say('notSaved'), text: sentence(error) }
}

/** The rows of one instrument, in the order in which they count, without the one being changed. */
export async function rowsOf(portfolioId: string, instrumentId: string, without: string | undefined, signal: AbortSignal): Promise<Transaction[]> {
  const rows = await everyPage<Transaction>(`/portfolios/${portfolioId}/transactions?instrument_id=${encodeURIComponent(instrumentId)}`, signal)
  return inLedgerOrder(rows).filter((row) => row.id !== without)
}
