import { expect, test } from 'vitest'
import { byYear, difference, spanOf, together, worthOf } from '../src/screens/holding/lots'

const lot = (acquired_on: string, quantity: string, cost: string | null, transaction_id: string | null = 't') => ({ transaction_id, account: null, acquired_on, quantity, cost })
const held = { last_price: '20.10', fx_rate: '83.5' }

test('a lot is worth its units at the price and the rate of now', () => {
  // 3 × 20.10 × 83.5 = 5035.05; less 5000 is 35.05, which is 0.701 % of 5000; one cost 5000 ÷ 3
  const [one] = worthOf([lot('2026-01-05', '3', '5000')], held)
  expect([one.value, one.gain, one.gainPct, one.bonus]).toEqual(['5035.05', '35.05', '0.701', false])
  expect(one.each?.slice(0, 9)).toBe('1666.6666')
})

test('bonus units cost nothing, and gain no percentage of it', () => {
  const [one] = worthOf([lot('2026-01-05', '2', '0', null)], { last_price: '10', fx_rate: '1' })
  expect([one.value, one.gain, one.gainPct, one.each, one.bonus]).toEqual(['20', '20', null, '0', true])
})

test('what is unknown stays unknown, alone and in a sum', () => {
  const lots = worthOf([lot('2026-01-05', '1', null), lot('2026-02-05', '1', '5')], held)
  expect([lots[0].cost, lots[0].gain]).toEqual([null, null])
  expect([together('', lots).cost, together('', lots).quantity]).toEqual([null, '2'])
  expect(worthOf([lot('2026-01-05', '1', '5')], { last_price: null, fx_rate: '1' })[0].value).toBeNull()
  expect(worthOf([lot('2026-01-05', '1', '5')], null)[0].value).toBeNull()
})

test('lots fold into financial years, which begin in April for rupees', () => {
  const lots = worthOf([lot('2025-03-31', '1', '10'), lot('2025-04-01', '2', '30'), lot('2026-01-01', '3', '60')], { last_price: '20', fx_rate: '1' })
  expect(byYear(lots, true).map(({ year, lots: own, sum }) => [year, own.length, sum.quantity, sum.cost, sum.value, sum.gain])).toEqual([
    ['FY 2024-25', 1, '1', '10', '20', '10'],
    ['FY 2025-26', 2, '5', '90', '100', '10'],
  ])
  expect(byYear(lots, false).map(({ year }) => year)).toEqual(['2025', '2026'])
})

test('the cost method differs from the lots by what the reconciling line says', () => {
  expect(difference('681127.29', '680357.10')).toBe('-770.19')
  expect(difference('10.50', '10.5')).toBeNull()
  expect(difference(null, '1')).toBeNull()
})

test('how long is counted by the calendar', () => {
  expect(spanOf('2023-11-22', '2026-11-22')).toEqual({ years: 3, months: 0, days: 1096 })
  expect(spanOf('2023-11-23', '2026-11-22')).toMatchObject({ years: 2, months: 11 })
  expect(spanOf('2026-11-01', '2026-11-22')).toEqual({ years: 0, months: 0, days: 21 })
})
