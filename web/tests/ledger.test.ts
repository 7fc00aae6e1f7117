import { expect, test } from 'vitest'
import { text } from '../src/lib/dec'
import { averageOf, foretold, replay, total, type Row } from '../src/lib/ledger'

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
test('what leaves oldest first is not foretold', () => expect([foretold([row('BUY', '1', '1')], 'fifo'), foretold([row('SELL', '1', '1')], 'fifo'), foretold([row('SELL', '1', '1')], 'average')]).toEqual([true, false, true]))
