import type { HoldableType, Instrument, InstrumentFound, Transaction, TransactionInput, TransactionType } from '../../api/types'
import { dec, sign } from '../../lib/dec'
import { currentLocale, today } from '../../lib/format'
import { currencyOf } from '../../lib/kinds'
import type { Row } from '../../lib/ledger'
import { live } from '../../lib/live.svelte'
import { chosen, portfolioOf, portfolios } from '../../lib/portfolios.svelte'
import * as kinds from '../../lib/transactions'
import { say } from '../../words/transaction'
import { typedNumber } from '../../lib/typed'

/** What a transaction is of: found by a search, or typed in by hand (`known` is false then). */
export interface Chosen extends Pick<InstrumentFound, 'id' | 'exchange' | 'symbol' | 'name' | 'currency' | 'isin' | 'last_price' | 'as_of'> { asset_type: HoldableType; known: boolean; known_as?: string | null }

export const fields = ['symbol', 'currency', 'traded_on', 'quantity', 'price', 'fees', 'taxes', 'fx_rate', 'account', 'note', 'cost', 'ratio', 'to_symbol', 'to_currency', 'to_quantity', 'cost_pct'] as const
export type Field = (typeof fields)[number]

const isSome = (text: string) => sign(dec(text) ?? dec('0')!) !== 0
const chosenOf = (it: Instrument): Chosen => ({ ...it, asset_type: it.asset_type as HoldableType, last_price: null, as_of: null, known: true })

/** With the price that the page knows of it anyway. */
function withPrice(it: Chosen): Chosen {
  const held = live.view?.holdings.find((holding) => holding.instrument.id === it.id)
  return held ? { ...it, last_price: held.last_price, as_of: held.price?.as_of ?? null } : it
}

/** The state of one opened dialog. */
export class Form {
  type = $state<TransactionType>('BUY')
  portfolioId = $state('')
  instrument = $state<Chosen | null>(null)
  on = $state(today())
  quantity = $state('')
  price = $state('')
  fees = $state('')
  taxes = $state('')
  rate = $state('')
  account = $state('')
  note = $state('')
  /** What all of it cost, where that is said in place of a price. */
  cost = $state('')
  byCost = $state(false)
  ratio = $state('')
  /** What units turn into. */
  into = $state<Chosen | null>(null)
  toQuantity = $state('')
  costPct = $state('')
  /** Money may be paid in another currency than that of the instrument it is of. */
  paidIn = $state<string | null>(null)
  /** Income as so much for each unit, not as one amount. */
  each = $state(false)
  /** The accounts that the instrument is held in, as far as they are known: what is sold comes out of one of them. */
  accounts = $state.raw<string[]>([])
  /** Rules are shown from the first attempt to save on. */
  tried = $state(false)
  /** What the server had against a field, until that field is changed. */
  refused = $state<Partial<Record<Field, string>>>({})
  readonly row: Transaction | null

  constructor(row: Transaction | null, type: TransactionType, instrument: Instrument | null = null, portfolioId: string | null = null) {
    this.row = row
    this.type = row?.type ?? type
    this.portfolioId = row?.portfolio_id ?? portfolioId ?? (chosen() ?? portfolios.list?.[0])?.id ?? ''
    if (instrument) this.instrument = withPrice(chosenOf(instrument))
    if (row) this.fill(row)
  }

  private fill(row: Transaction) {
    const money = kinds.isMoney(row.type)
    this.instrument = row.instrument.asset_type === 'CASH' ? null : chosenOf(row.instrument)
    this.into = row.to_instrument && chosenOf(row.to_instrument)
    this.on = row.traded_on
    this.each = money && row.quantity !== '1'
    this.quantity = money && !this.each ? '' : isSome(row.quantity) ? row.quantity : ''
    this.byCost = row.cost !== null
    this.cost = row.cost ?? ''
    this.price = kinds.hasPrice(row.type) || money ? row.price : ''
    this.fees = isSome(row.fees) ? row.fees : ''
    this.taxes = isSome(row.taxes) ? row.taxes : ''
    this.ratio = !row.ratio ? '' : row.type === 'BONUS' ? kinds.bonusAsSpoken(row.ratio) : row.ratio
    this.toQuantity = row.to_quantity ?? ''
    this.costPct = row.cost_pct ?? ''
    this.paidIn = money ? row.currency : null
    this.rate = row.fx_rate ?? ''
    this.account = row.account ?? ''
    this.note = row.note ?? ''
  }

  get portfolio() { return portfolioOf(this.portfolioId) }
  /** The instrument that counts: money which comes and goes has none, whatever was chosen before. */
  get of() { return kinds.ofNothing(this.type) ? null : this.instrument }
  get instrumentCurrency() { const it = this.of; return it ? (it.currency ?? currencyOf(it.exchange)) : null }
  get currency() { return kinds.isMoney(this.type) ? (this.paidIn ?? this.instrumentCurrency ?? this.portfolio?.currency ?? null) : this.instrumentCurrency }
  get foreign() { return !!this.currency && !!this.portfolio && this.currency !== this.portfolio.currency && !kinds.isRatio(this.type) && !kinds.isTurned(this.type) && this.type !== 'TRANSFER_OUT' }
  /** Whether what all of it cost is asked for, in place of a price. */
  get asksCost() { return this.type === 'TRANSFER_IN' || (this.type === 'OPENING' && this.byCost) }
  get asksPrice() { return kinds.isMoney(this.type) || (kinds.hasPrice(this.type) && !this.asksCost) }
  get asksQuantity() { return kinds.hasQuantity(this.type) || (kinds.isIncome(this.type) && this.each) }
  private get storedRatio() { return this.type === 'BONUS' ? kinds.bonusToLedger(this.ratio) : (kinds.ratioOf(this.ratio)?.join(':') ?? null) }

  /** The form as a ledger row, for the preview; null while a number is missing. */
  get draft(): Row | null {
    if (kinds.isRatio(this.type)) return this.storedRatio ? { type: this.type, traded_on: this.on, quantity: '0', price: '0', fees: '0', taxes: '0', ratio: this.storedRatio } : null
    const quantity = this.asksQuantity ? number(this.quantity) : '1', price = this.asksPrice ? number(this.price) : '0'
    if (quantity === null || price === null) return null
    return { type: this.type, traded_on: this.on, quantity, price, fees: (kinds.hasFees(this.type) && number(this.fees)) || '0', taxes: (kinds.hasTaxes(this.type) && number(this.taxes)) || '0' }
  }

  get bad(): Partial<Record<Field, string>> {
    const above = (text: string) => { const value = number(text); return value !== null && sign(dec(value)!) > 0 }
    const empty = (text: string) => !text.trim() || number(text) !== null
    const asked = (text: string, question: string) => (above(text) ? '' : text.trim() ? say('aboveZero') : question)
    const turned = kinds.isTurned(this.type), it = this.of
    return {
      symbol: it ? (it.symbol.trim() ? '' : say('whatSymbol')) : kinds.ofNothing(this.type) || kinds.mayBeOfNothing(this.type) ? '' : say('chooseWhat'),
      currency: it && !this.currency ? say('whatCurrency') : '',
      traded_on: this.on && this.on <= today() ? '' : say('upToToday'),
      quantity: this.asksQuantity ? asked(this.quantity, say('howMany')) : '',
      price: !this.asksPrice || number(this.price) !== null ? '' : this.price.trim() ? say('number') : kinds.isMoney(this.type) ? say('howMuch') : say('whatPrice'),
      cost: !this.asksCost || (this.cost.trim() ? number(this.cost) !== null : this.type === 'TRANSFER_IN') ? '' : this.cost.trim() ? say('number') : say('howMuch'),
      fees: empty(this.fees) || !kinds.hasFees(this.type) ? '' : say('number'), taxes: empty(this.taxes) || !kinds.hasTaxes(this.type) ? '' : say('number'),
      ratio: !kinds.isRatio(this.type) || this.storedRatio ? '' : this.type === 'BONUS' ? say('twoNumbersBonus') : say('twoNumbers'),
      to_symbol: !turned || this.into?.symbol.trim() ? '' : say('chooseInto'),
      to_currency: turned && this.into && !(this.into.currency ?? currencyOf(this.into.exchange)) ? say('whatCurrency') : '',
      to_quantity: turned ? asked(this.toQuantity, say('howMany')) : '',
      cost_pct: this.type !== 'DEMERGER' || number(this.costPct) !== null ? '' : this.costPct.trim() ? say('number') : say('howMuchCost'),
      fx_rate: !this.foreign || !this.rate.trim() || above(this.rate) ? '' : say('aboveZero'),
    }
  }
  says(field: Field) { return this.refused[field] || (this.tried ? this.bad[field] : '') || '' }
  get complete() { return Object.values(this.bad).every((problem) => !problem) }

  /** What is sent for a new row, and (without the instruments) for a changed one. */
  get input(): TransactionInput {
    const it = this.of, { type, into } = this, turned = kinds.isTurned(type)
    return {
      type, traded_on: this.on, account: this.account.trim() || null, note: this.note.trim() || null, currency: this.currency, fx_rate: (this.foreign && number(this.rate)) || null,
      fees: (kinds.hasFees(type) && number(this.fees)) || '0', taxes: (kinds.hasTaxes(type) && number(this.taxes)) || '0',
      quantity: this.asksQuantity ? number(this.quantity) : kinds.isMoney(type) ? '1' : null,
      price: this.asksPrice ? number(this.price) : null, cost: this.asksCost ? number(this.cost) : null, ratio: kinds.isRatio(type) ? this.storedRatio : null,
      ...(it && { asset_type: it.asset_type, symbol: it.symbol.trim(), exchange: it.exchange || null, isin: it.isin }),
      ...(turned && into && { to_asset_type: into.asset_type, to_symbol: into.symbol.trim(), to_exchange: into.exchange || null, to_currency: into.currency ?? currencyOf(into.exchange), to_quantity: number(this.toQuantity), cost_pct: type === 'DEMERGER' ? number(this.costPct) : null }),
    }
  }
}

const number = (text: string) => typedNumber(text, currentLocale())
