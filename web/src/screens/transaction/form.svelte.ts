import type { HoldableType, InstrumentFound, Transaction, TransactionInput, TransactionType } from '../../api/types'
import { dec, sign } from '../../lib/dec'
import { currentLocale, today } from '../../lib/format'
import { currencyOf } from '../../lib/kinds'
import type { Row } from '../../lib/ledger'
import { chosen, portfolioOf, portfolios } from '../../lib/portfolios.svelte'
import { typedNumber } from '../../lib/typed'
import type { Tab } from './open.svelte'

const typeOf: Record<Tab, TransactionType> = { Holding: 'OPENING', Buy: 'BUY', Sell: 'SELL' }
const tabOf: Record<TransactionType, Tab> = { OPENING: 'Holding', BUY: 'Buy', SELL: 'Sell' }

/** What a transaction is of: found by a search, or typed in by hand (`known` is false then). */
export interface Chosen extends Pick<InstrumentFound, 'id' | 'exchange' | 'symbol' | 'name' | 'currency' | 'isin' | 'last_price' | 'as_of'> { asset_type: HoldableType; known: boolean }

export type Field = 'symbol' | 'currency' | 'traded_on' | 'quantity' | 'price' | 'fees' | 'taxes' | 'fx_rate' | 'account'

/** The state of one opened dialog. */
export class Form {
  tab = $state<Tab>('Buy')
  portfolioId = $state('')
  instrument = $state<Chosen | null>(null)
  on = $state(today())
  quantity = $state('')
  price = $state('')
  fees = $state('')
  taxes = $state('')
  rate = $state('')
  account = $state('')
  /** Rules are shown from the first attempt to save on. */
  tried = $state(false)
  /** What the server had against a field, until that field is changed. */
  refused = $state<Partial<Record<Field, string>>>({})
  readonly row: Transaction | null

  constructor(row: Transaction | null, tab: Tab) {
    this.row = row
    this.tab = tab
    this.portfolioId = row?.portfolio_id ?? (chosen() ?? portfolios.list?.[0])?.id ?? ''
    if (!row) return
    this.tab = tabOf[row.type]
    this.instrument = { ...row.instrument, asset_type: row.instrument.asset_type as HoldableType, last_price: null, as_of: null, known: true }
    this.on = row.traded_on
    this.quantity = row.quantity
    this.price = row.price
    this.fees = sign(dec(row.fees)!) ? row.fees : ''
    this.taxes = sign(dec(row.taxes)!) ? row.taxes : ''
    this.rate = row.fx_rate ?? ''
    this.account = row.account ?? ''
  }

  get type() { return typeOf[this.tab] }
  get portfolio() { return portfolioOf(this.portfolioId) }
  get currency() { return this.instrument?.currency ?? (this.instrument?.exchange ? currencyOf(this.instrument.exchange) : null) }
  get foreign() { return !!this.currency && !!this.portfolio && this.currency !== this.portfolio.currency }

  /** The form as a ledger row, for the preview; null while a number is missing. */
  get draft(): Row | null {
    const quantity = number(this.quantity), price = number(this.price)
    if (quantity === null || price === null) return null
    const plain = this.type === 'OPENING'
    return { type: this.type, traded_on: this.on, quantity, price, fees: (!plain && number(this.fees)) || '0', taxes: (!plain && number(this.taxes)) || '0' }
  }

  get bad(): Partial<Record<Field, string>> {
    const above = (text: string) => { const value = number(text); return value !== null && sign(dec(value)!) > 0 }
    const empty = (text: string) => !text.trim() || number(text) !== null
    return {
      symbol: !this.instrument ? 'Choose what it is' : this.instrument.symbol.trim() ? '' : 'A symbol or code',
      currency: this.instrument && !this.currency ? 'Which currency is it priced in?' : '',
      traded_on: this.on && this.on <= today() ? '' : 'A day up to today',
      quantity: above(this.quantity) ? '' : this.quantity.trim() ? 'A number above zero' : 'How many?',
      price: number(this.price) !== null ? '' : this.price.trim() ? 'A number' : 'At what price?',
      fees: empty(this.fees) ? '' : 'A number', taxes: empty(this.taxes) ? '' : 'A number',
      fx_rate: !this.foreign || !this.rate.trim() || above(this.rate) ? '' : 'A number above zero',
    }
  }
  says(field: Field) { return this.refused[field] || (this.tried ? this.bad[field] : '') || '' }
  get complete() { return Object.values(this.bad).every((problem) => !problem) }

  /** What is sent for a new row, and (without the instrument) for a changed one. */
  get input(): TransactionInput {
    const it = this.instrument!
    return {
      ...this.draft!, fx_rate: (this.foreign && number(this.rate)) || null, account: this.account.trim() || null,
      asset_type: it.asset_type, symbol: it.symbol.trim(), exchange: it.exchange || null, currency: this.currency, isin: it.isin,
    }
  }
}

const number = (text: string) => typedNumber(text, currentLocale())
