import { describe, expect, it } from 'vitest'
import type { Transaction } from '../src/api/types'
import { ANY, matching, type Wanted } from '../src/screens/activity/filter'
import { byMonth } from '../src/screens/activity/months'

const stock = { id: 'i', asset_type: 'STOCK' as const, exchange: 'NSE', symbol: 'INFY', name: 'Infosys Limited', currency: 'INR', isin: null }
let count = 0
const row = (type: Transaction['type'], traded_on: string, quantity: string, price: string, more: Partial<Transaction> = {}): Transaction => ({ id: `t${++count}`, portfolio_id: 'p', type, traded_on, instrument: stock, quantity, price, fees: '0', taxes: '0', currency: 'INR', fx_rate: null, cost: null, ratio: null, to_instrument: null, to_quantity: null, cost_pct: null, account: null, external_id: null, note: null, version: 1, created_at: '', held_after: null, ...more })
const rows = [
  row('DIVIDEND', '2026-11-21', '10', '11', { taxes: '11' }),
  row('SELL', '2026-11-20', '4', '0.1', { fees: '0.05' }),
  row('BUY', '2026-11-05', '3', '0.1', { fees: '20', account: 'Zerodha' }),
  row('BUY', '2026-11-05', '1', '0.2', { currency: 'USD' }),
  row('OPENING', '2026-10-31', '10', '100', { account: 'Kuvera', note: 'from the old broker' }),
]

describe('a month', () => {
  // bought 3 × 0.1 + 20 = 20.3 and 0.2 dollars; sold 4 × 0.1 − 0.05 = 0.35; income 10 × 11 − 11 = 99
  it('is added up exactly, each currency for itself', () => {
    expect(byMonth(rows, null)[0].sums).toEqual({ bought: [{ currency: 'INR', value: '20.3' }, { currency: 'USD', value: '0.2' }], sold: [{ currency: 'INR', value: '0.35' }], income: [{ currency: 'INR', value: '99' }] })
  })
  it('counts nothing as bought that was held before', () => expect(byMonth(rows, null)[1].sums).toEqual({ bought: [], sold: [], income: [] }))
  it('has no sums while rows of it may be missing', () => expect(byMonth(rows, '2026-11-05').map((month) => month.sums)).toEqual([null, null]))
  it('has sums above the month down to which all is read', () => expect(byMonth(rows, '2026-10-31').map((month) => month.sums !== null)).toEqual([true, false]))
})

describe('a filter', () => {
  const found = (wanted: Partial<Wanted>) => matching(rows, { kind: 'all', account: ANY, query: '', ...wanted }).map((one) => rows.indexOf(one))
  it('finds all of the words, anywhere in a row', () => expect([found({ query: 'old infosys' }), found({ query: '2026-11-20' }), found({ query: 'dividend' }), found({ query: 'infosys nothing' })]).toEqual([[4], [1], [0], []]))
  it('keeps to an account, or to rows that have none', () => expect([found({ account: 'Zerodha' }), found({ account: '' })]).toEqual([[2], [0, 1, 3]]))
  it('keeps to a kind', () => expect([found({ kind: 'buys' }), found({ kind: 'held' }), found({ kind: 'other' })]).toEqual([[2, 3], [4], []]))
})
