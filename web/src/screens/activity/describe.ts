// A row of the ledger in a few words: what it says of units and prices, and the money that it moved.
import type { Transaction } from '../../api/types'
import { dec, sign, text } from '../../lib/dec'
import { average, money, price, qty, shortDate } from '../../lib/format'
import { shortName } from '../../lib/kinds'
import { total } from '../../lib/ledger'
import { prefs } from '../../lib/prefs.svelte'
import { bonusAsSpoken, isIncome, isMoney, isRatio, isTransfer, isTurned, typeWord } from '../../lib/transactions'
import { say } from '../../words/activity'

export const MASK = '••••'
const some = (value: string) => sign(dec(value)!) !== 0
/** So many shares or units, in words. */
export const unitsOf = (row: Transaction, units: string) => say(row.instrument.asset_type === 'STOCK' ? 'shares' : 'units', { count: units === '1' ? 1 : 2, units: prefs.hidden ? MASK : qty(units) })

/** Units and price, ratio, or what the units became. */
export function terms(row: Transaction): string {
  const { hidden } = prefs
  const units = (value: string | null) => (hidden ? MASK : qty(value ?? '0'))
  if (row.ratio) return row.type === 'BONUS' ? say('bonus', { ratio: bonusAsSpoken(row.ratio) }) : row.ratio
  if (isTurned(row.type)) return `${row.type === 'DEMERGER' ? '' : `${units(row.quantity)} `}→ ${row.to_instrument ? shortName(row.to_instrument) : ''} ${units(row.to_quantity)}`
  if (isTransfer(row.type) || row.cost !== null) return unitsOf(row, row.quantity)
  const tax = isIncome(row.type) && some(row.taxes) ? say('afterTax', { tax: hidden ? MASK : money(row.taxes, row.currency) }) : ''
  if (isMoney(row.type)) return [row.quantity === '1' ? '' : `${units(row.quantity)} × ${hidden ? MASK : price(row.price, row.currency)}`, tax].filter(Boolean).join(', ')
  return `${units(row.quantity)} @ ${hidden ? MASK : row.type === 'OPENING' ? average(row.price, row.currency) : price(row.price, row.currency)}`
}

/** The money that a row moved, with its sign where it was paid or received; null where none was. */
export function amountOf(row: Transaction): { sign: '' | '+' | '−'; value: string } | null {
  if (row.cost !== null) return { sign: '', value: row.cost }
  if (isRatio(row.type) || isTransfer(row.type) || row.type === 'MERGER' || row.type === 'DEMERGER') return null
  const sum = total(row), value = text(sum).replace('-', '')
  // What was held before, what came of income at once and what was switched moved no money in or out.
  if (['OPENING', 'REINVEST', 'SWITCH'].includes(row.type)) return { sign: '', value }
  return { sign: sign(sum) < 0 ? '−' : '+', value }
}

/** A row in one line, as messages name it; without its sums while those are hidden. */
export function titleOf(row: Transaction): string {
  const what = row.ratio ? (row.type === 'BONUS' ? bonusAsSpoken(row.ratio) : row.ratio)
    : prefs.hidden || isTurned(row.type) ? ''
    : !isMoney(row.type) ? qty(row.quantity)
    : amountOf(row) ? money(amountOf(row)!.value, row.currency) : ''
  const name = row.instrument.asset_type === 'CASH' ? '' : row.instrument.name
  return `${[typeWord[row.type], what, name].filter(Boolean).join(' ')}, ${shortDate(row.traded_on)}`
}
