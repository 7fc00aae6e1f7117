import { newKey, post, Problem, remove } from '../../api/client'
import type { Transaction, TransactionInput } from '../../api/types'
import { qty, shortDate } from '../../lib/format'
import { typeWord } from '../../lib/ledger'
import { ledgerChanged } from '../../lib/live.svelte'
import { sentence } from '../../lib/problems'
import { offer } from '../../lib/undo.svelte'

/** Why the last deletion was refused. */
export const refusal = $state({ text: '' })

export const titleOf = (row: Transaction) => `${typeWord[row.type]} ${qty(row.quantity)} ${row.instrument.name}, ${shortDate(row.traded_on)}`

/** The row as it would be entered again. */
function inputOf(row: Transaction): TransactionInput {
  const { type, traded_on, quantity, price, fees, taxes, fx_rate, account, external_id, note, instrument } = row
  const { asset_type, symbol, exchange, currency } = instrument
  return { type, traded_on, quantity, price, fees, taxes, fx_rate, account, external_id, note, asset_type: asset_type as TransactionInput['asset_type'], symbol, exchange, currency }
}

/** Deletes a row; it can be taken back by entering it again. False: refused, and `refusal` says why. */
export async function removeRow(row: Transaction): Promise<boolean> {
  refusal.text = ''
  try {
    await remove(`/transactions/${row.id}`, row.version)
  } catch (error) {
    refusal.text = whyNot(error, row.instrument.name)
    ledgerChanged()
    return false
  }
  ledgerChanged()
  const key = newKey()
  offer(`Deleted: ${titleOf(row)}`, async () => { await post(`/portfolios/${row.portfolio_id}/transactions`, inputOf(row), key); ledgerChanged() })
  return true
}

function whyNot(error: unknown, name: string) {
  if (error instanceof Problem && error.code === 'oversold') {
    const { held, sold, on } = error.more as { held: string; sold: string; on: string }
    return `Without it you would have held ${qty(held)} ${name} on ${shortDate(on)}, when ${qty(sold)} were sold. Change that sale first.`
  }
  return sentence(error)
}
