import { newKey, post, Problem, remove } from '../../api/client'
import type { HoldableType, Transaction, TransactionInput } from '../../api/types'
import { qty, shortDate } from '../../lib/format'
import { ledgerChanged } from '../../lib/live.svelte'
import { prefs } from '../../lib/prefs.svelte'
import { sentence } from '../../lib/problems'
import { hasPrice, hasQuantity, isMoney } from '../../lib/transactions'
import { offer } from '../../lib/undo.svelte'
import { say } from '../../words/activity'
import { titleOf } from './describe'

/** Why the last deletion was refused, and the day of the sale that forbids it. */
export const refusal = $state({ text: '', on: '', instrumentId: '' })
export function forget() { Object.assign(refusal, { text: '', on: '', instrumentId: '' }) }

/** The row as it would be entered again. */
export function inputOf(row: Transaction): TransactionInput {
  const { type, traded_on, quantity, price, fees, taxes, fx_rate, account, external_id, note, cost, ratio, to_quantity, cost_pct, instrument, to_instrument: into } = row
  const { asset_type, symbol, exchange } = instrument
  const priced = cost === null && (hasPrice(type) || isMoney(type) || /[1-9]/.test(price))
  return {
    type, traded_on, fees, taxes, fx_rate, account, external_id, note, cost, ratio, to_quantity, cost_pct, currency: row.currency,
    quantity: hasQuantity(type) || isMoney(type) ? quantity : null, price: priced ? price : null,
    ...(asset_type === 'CASH' ? {} : { asset_type: asset_type as HoldableType, symbol, exchange }),
    ...(into && { to_asset_type: into.asset_type as HoldableType, to_symbol: into.symbol, to_exchange: into.exchange, to_currency: into.currency }),
  }
}

/** Deletes a row; it can be taken back by entering it again. False: refused, and `refusal` says why. */
export async function removeRow(row: Transaction): Promise<boolean> {
  forget()
  try {
    await remove(`/transactions/${row.id}`, row.version)
  } catch (error) {
    Object.assign(refusal, { text: whyNot(error, row.instrument.name), on: dayOf(error), instrumentId: row.instrument.id })
    ledgerChanged()
    return false
  }
  ledgerChanged()
  const key = newKey()
  offer(() => say('deleted', { what: titleOf(row) }), async () => { await post(`/portfolios/${row.portfolio_id}/transactions`, inputOf(row), key); ledgerChanged() })
  return true
}

function whyNot(error: unknown, name: string) {
  if (error instanceof Problem && error.code === 'oversold') {
    const { held, sold, on } = error.more as { held: string; sold: string; on: string }
    return say(prefs.hidden ? 'forbiddenHidden' : 'forbidden', { held: qty(held), name, day: shortDate(on), sold: qty(sold) })
  }
  return sentence(error)
}
const dayOf = (error: unknown) => (error instanceof Problem && error.code === 'oversold' ? String(error.more.on) : '')
