import { beforeEach, expect, test } from 'vitest'
import type { Node, Transaction } from '../src/api/types'
import { useLocale, whenText } from '../src/lib/format'
import { bonusAsSpoken, bonusToLedger, ratioOf } from '../src/lib/transactions'
import { below, factText, isFloating, isRounded, reasonText, shown, signBefore, unsigned, words } from '../src/lib/working'
import { amountOf, terms, titleOf } from '../src/screens/activity/describe'

beforeEach(() => useLocale('en-IN'))
const now = Date.parse('2026-11-20T09:12:00Z')
const node = (over: Partial<Node>): Node => ({ label: 'Some', op: null, value: '1', unit: 'money', currency: 'INR', parts: [], fact: null, figure: null, holding_id: null, ...over })
const bought = { kind: 'transaction', id: 't', type: 'BUY', traded_on: '2026-01-05', account: null } as const

test('numbers are shown to as many digits as anybody reads', () => {
  const all = [node({ value: '15126.0000' }), node({ value: '595.79766', unit: 'price' }), node({ value: '11.07842110139', unit: 'percent' }), node({ value: '81.81818181818181', unit: 'rate', currency: null }), node({ value: '0.0058823529', unit: 'rate', currency: null }), node({ value: '1010.1230', unit: 'quantity', currency: null }), node({ value: null })]
  expect(all.map((one) => shown(one, false))).toEqual(['₹15,126.00', '₹595.79766', '11.0784%', '81.818182', '0.00588235', '1,010.123', '—'])
})
test('what hides amounts hides sums and units, and leaves the market’s price', () => {
  const price = { kind: 'price', source: 'yahoo', as_of: '2026-11-20T09:10:00Z', fetched_at: '2026-11-20T09:11:00Z', status: 'live' } as const
  expect([node({}), node({ unit: 'quantity' }), node({ unit: 'price' }), node({ unit: 'price', fact: price }), node({ unit: 'percent' })].map((one) => shown(one, true))).toEqual(['••••', '••••', '••••', '₹1.00', '1.00%'])
  expect(factText(price, 'Last price', now)).toBe('Yahoo Finance · as of 2:40 pm · fetched 2:41 pm')
})
test('a sign stands before each part, and no number has two', () => {
  const signs = (op: Node['op'], ...values: string[]) => values.map((value, at) => { const sign = signBefore(op, at, value); return `${sign.text}${unsigned(node({ value }), sign).value}` })
  expect(signs('sum', '5', '3', '-2')).toEqual(['5', '+3', '−2'])
  expect(signs('difference', '5', '3', '-2')).toEqual(['5', '−3', '+2'])
  expect(signs('product', '5', '-3')).toEqual(['5', '×-3'])
  expect(signs('share', '5', '3', '4')).toEqual(['5', '×3', '÷4'])
})
test('what adds nothing is left out, and is counted', () => {
  const none = node({ value: '0' }), some = node({ value: '7' }), told = node({ value: '0', fact: bought })
  expect(below(node({ op: 'sum', parts: [none, some, told, none] }))).toEqual({ op: 'sum', parts: [some, told], nothing: 2 })
  expect(below(node({ op: 'sum', parts: [none] })).parts).toEqual([none])
})
test('a currency is not multiplied by itself', () => {
  const amount = node({ value: '7' }), same = node({ label: 'Rate from INR to INR', unit: 'rate' }), other = node({ label: 'Rate from USD to INR', unit: 'rate' })
  expect(below(node({ op: 'product', parts: [amount, same] })).parts).toEqual([])
  expect(below(node({ op: 'product', fact: bought, parts: [amount, same] })).parts).toEqual([amount])
  expect(below(node({ op: 'product', parts: [amount, other] })).parts).toEqual([amount, other])
})
test('a minus shows what it turns round', () => {
  const inner = node({ op: 'product', parts: [node({ value: '2' }), node({ value: '3' })] })
  expect(below(node({ op: 'negate', parts: [inner] })).parts).toEqual(inner.parts)
})
test('a line is rounded when digits are missing, not when they are zeros', () => expect([isRounded(node({ value: '1.2300' })), isRounded(node({ value: '1.234' }))]).toEqual([false, true]))
test('a factor and an index are shown to six digits, and say that they are rounded', () => {
  const factor = node({ value: '1.0123456789012345', unit: 'number', currency: null })
  expect([shown(factor, false), shown({ ...factor, value: '1.012' }, false), shown({ ...factor, value: '1241' }, false), isRounded(factor), isRounded({ ...factor, value: '1.012' })]).toEqual(['1.012346', '1.012000', '1,241', true, false])
})
test('periods are multiplied, and what floats are in is not called exact', () => {
  const linked = node({ op: 'link', unit: 'percent', parts: [node({}), node({})] })
  expect([0, 1].map((at) => signBefore('link', at, '1.01').text)).toEqual(['', '×'])
  expect([isFloating(linked), isFloating(node({ op: 'annualise', parts: [linked] })), isFloating(node({ op: 'sum', parts: [node({})] }))]).toEqual([true, true, false])
})
test('the day of a flow stands under it, unless its label has it', () => expect(['Flow', '2026-01-05: Flow'].map((label) => factText({ kind: 'day', on: '2026-01-05' }, label, now))).toEqual(['5 Jan 2026', '']))
test.each(['no_close', 'no_fx_rate', 'under_a_year', 'no_volatility', 'one_sign', 'one_day', 'no_root', 'no_flows', 'nothing_held'])('%s has words of its own', (reason) => expect(reasonText(reason)).not.toBe('Not known.'))
test('days are written as the reader writes them', () => expect([words('Purchase of 2026-01-05'), whenText('2026-11-20T08:50:00Z', now), whenText('2026-11-18T08:50:00Z', now)]).toEqual(['Purchase of 5 Jan 2026', '2:20 pm', '18 Nov 2026, 2:20 pm']))

test.each([['10:1', ['10', '1']], ['3 for 2', ['3', '2']], ['1.5:1', ['1.5', '1']], ['0:1', null], ['10', null], ['a:b', null]])('%s is the ratio %j', (typed, ratio) => expect(ratioOf(typed)).toEqual(ratio))
// 1 new for each 1 held makes 2 of 1; 1 for 2 makes 3 of 2
test('a bonus is spoken of by its new units, and kept by all there are after it', () => {
  expect(['1:1', '1:2', '3:1'].map(bonusToLedger)).toEqual(['2:1', '3:2', '4:1'])
  expect(['2:1', '3:2', '4:1'].map(bonusAsSpoken)).toEqual(['1:1', '1:2', '3:1'])
})

const infy = { id: 'i', asset_type: 'STOCK', exchange: 'NSE', symbol: 'INFY', name: 'Infosys', currency: 'INR', isin: null } as const
const row = (over: Partial<Transaction>): Transaction => ({ id: 't', portfolio_id: 'p', type: 'BUY', traded_on: '2026-01-05', instrument: infy, quantity: '10', price: '19', fees: '0', taxes: '0', currency: 'INR', fx_rate: null, cost: null, ratio: null, to_instrument: null, to_quantity: null, cost_pct: null, account: null, external_id: null, note: null, held_after: null, version: 1, created_at: '', ...over })
const none = { quantity: '0', price: '0' }
test('every kind says what it did', () => {
  const other = { ...infy, symbol: 'HDFCBANK' }
  expect([
    row({}), row({ type: 'DIVIDEND', taxes: '19' }), row({ type: 'DIVIDEND', quantity: '1' }), row({ type: 'SPLIT', ratio: '10:1', ...none }), row({ type: 'BONUS', ratio: '2:1', ...none }),
    row({ type: 'MERGER', price: '0', to_instrument: other, to_quantity: '42' }), row({ type: 'DEMERGER', ...none, to_instrument: other, to_quantity: '42' }), row({ type: 'TRANSFER_OUT', price: '0' }),
  ].map((one) => terms(one))).toEqual(['10 @ ₹19.00', '10 × ₹19.00, after ₹19.00 tax', '', '10:1', '1:1 bonus', '10 → HDFCBANK 42', '→ HDFCBANK 42', '10 shares'])
})
// 10 × 19 = 190; less 19 of tax 171
test('money has the sign of its way, and what moved none has no amount', () => {
  expect([row({}), row({ type: 'SELL' }), row({ type: 'DIVIDEND', taxes: '19' }), row({ type: 'FEE' }), row({ type: 'DEPOSIT' }), row({ type: 'WITHDRAWAL' }), row({ type: 'REINVEST' }), row({ type: 'TRANSFER_IN', cost: '500' })].map((one) => { const amount = amountOf(one); return amount && `${amount.sign}${amount.value}` })).toEqual(['−190', '+190', '+171', '−190', '+190', '−190', '190', '500'])
  expect(amountOf(row({ type: 'SPLIT', ratio: '10:1', ...none }))).toBeNull()
  expect(titleOf(row({ type: 'BONUS', ratio: '2:1', ...none }))).toBe('Bonus 1:1 Infosys, 5 Jan 2026')
})
