import { expect, test } from 'vitest'
import { text } from '../src/lib/dec'
import { averageOf, followed, foretold, inLedgerOrder, replay, total, type Row } from '../src/lib/ledger'

const row = (type: Row['type'], quantity: string, price: string, fees = '0', taxes = '0'): Row => ({ type, traded_on: '2026-01-01', quantity, price, fees, taxes })

// 35 × 1389.10 + 20 + 24.31 = 48662.81
test('a purchase costs its charges too', () => expect(text(total(row('BUY', '35', '1389.10', '20', '24.31')))).toBe('-48662.81'))
// 12 × 3702 − 20 − 44.20 = 44359.80
test('a sale brings what the charges leave', () => expect(text(total(row('SELL', '12', '3702', '20', '44.20')))).toBe('44359.8'))
// 90 × 2510 + 20 = 225920; a sale of 12 leaves 78 / 90 of it: 195797.33…; ÷ 78 is still 225920 / 90 = 2510.22…
test('a sale leaves the average as it is', () => {
  const held = replay([row('BUY', '90', '2510', '20'), row('SELL', '12', '3702')])
  expect(text(held.quantity)).toBe('78')
  expect(averageOf(held)).toMatch(/^2510\.2222222222/)
})
test('selling all leaves nothing, and no average', () => expect(averageOf(replay([row('OPENING', '3', '10'), row('SELL', '3', '12')]))).toBeNull())
const counting = (cost_method: 'average' | 'fifo', charges_in_cost = true) => ({ cost_method, charges_in_cost })
test('what leaves oldest first is not foretold', () => expect([foretold([row('BUY', '1', '1')], counting('fifo')), foretold([row('SELL', '1', '1')], counting('fifo')), foretold([row('SELL', '1', '1')], counting('average'))]).toEqual([true, false, true]))
test('nor is a cost that leaves the charges out', () => expect(foretold([row('BUY', '1', '1')], counting('average', false))).toBe(false))
// 3 × 500 = 1500; 10:1 makes 30 of them at 50 each
test('a split changes the units and leaves the cost', () => {
  const held = replay([row('BUY', '3', '500'), { ...row('SPLIT', '0', '0'), ratio: '10:1' }])
  expect([text(held.quantity), averageOf(held)]).toEqual(['30', '50'])
})
// 10 × 19 − 19 withheld = 171
test('a dividend is received less its tax, and changes nothing that is held', () => {
  expect(text(total(row('DIVIDEND', '10', '19', '0', '19')))).toBe('171')
  expect(text(replay([row('BUY', '3', '500'), row('DIVIDEND', '10', '19')]).quantity)).toBe('3')
})
test('units that come from elsewhere are not followed', () => expect([followed([row('BUY', '1', '1'), row('DIVIDEND', '1', '1')]), followed([row('TRANSFER_IN', '1', '0')])]).toEqual([true, false]))
test('within a day splits count first and sales last', () => expect(inLedgerOrder([row('BUY', '1', '1'), row('SPLIT', '0', '0'), row('SELL', '1', '1')]).map(({ type }) => type)).toEqual(['SPLIT', 'BUY', 'SELL']))
