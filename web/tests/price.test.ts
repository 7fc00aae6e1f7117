import { expect, test } from 'vitest'
import { averageOn, beginOf, changeBetween, dateMarks, grainOf, marksOf, pastOf, pointsOf, spanOf, thinned, type Closes, type Step } from '../src/charts/price'
import type { Transaction } from '../src/api/types'

const days = ['2026-11-13', '2026-11-16', '2026-11-17', '2026-11-20', '2026-11-23']
const prices = ['100', '104', '99.5', '103', '103']
const closes = (over: Partial<Closes> = {}): Closes => ({ currency: 'INR', days, closes: prices, adjusted: prices, sources: [], splits: [], ...over })
const infy = { id: 'infy', asset_type: 'STOCK', exchange: 'NSE', symbol: 'INFY', name: 'Infosys', currency: 'INR', isin: null } as const
const tcs = { ...infy, id: 'tcs', symbol: 'TCS' }
const row = (over: Partial<Transaction>) => ({ id: 'r', type: 'BUY', traded_on: '2026-11-16', instrument: infy, price: '100', quantity: '1', to_instrument: null, ...over }) as Transaction

test('the price of now stands behind the closes, or in place of its own day’s', () => {
  expect(pastOf(closes(), { day: '2026-11-24', price: '110' })).toEqual({ days: [...days, '2026-11-24'], prices: [...prices, '110'] })
  expect(pastOf(closes(), { day: '2026-11-23', price: '110' })).toEqual({ days, prices: ['100', '104', '99.5', '103', '110'] })
  expect(pastOf(closes(), { day: '2026-11-20', price: '110' })).toEqual({ days, prices })
  expect(pastOf(closes({ days: [], adjusted: [] }), null)).toEqual({ days: [], prices: [] })
})

test('a week opens at the close before it and has its highest and lowest close', () => {
  // 13 November 2026 is a Friday: three closes follow in the next week, and one on the Monday after it.
  expect(pointsOf(days, prices, 0, 'week')).toEqual([
    { day: '2026-11-13', first: '2026-11-13', open: '100', high: '100', low: '100', close: '100' },
    { day: '2026-11-20', first: '2026-11-16', open: '100', high: '104', low: '99.5', close: '103' },
    { day: '2026-11-23', first: '2026-11-23', open: '103', high: '103', low: '103', close: '103' },
  ])
  expect(pointsOf(days, prices, 1, 'month')).toEqual([{ day: '2026-11-23', first: '2026-11-16', open: '100', high: '104', low: '99.5', close: '103' }])
  expect(pointsOf(days, prices, 3, 'day').map((point) => point.close)).toEqual(['103', '103'])
})

test('candles are weeks for up to 1,200 days, then months', () => {
  // 2023-08-11 + 1200 days = 2026-11-23
  expect(grainOf('2023-08-11', '2026-11-23')).toBe('week')
  expect(grainOf('2023-08-10', '2026-11-23')).toBe('month')
})

test('a trade before a split stands at its price in units of now', () => {
  const split = closes({ splits: [{ date: '2026-11-17', ratio: '2:1', bonus: true }, { date: '2026-11-20', ratio: '5:1', bonus: false }] })
  const rows = [row({ id: 'c', traded_on: '2026-11-20', price: '10' }), row({ id: 'b', traded_on: '2026-11-17', price: '50' }), row({ id: 'a', traded_on: '2026-11-16', price: '100' })]
  // 100 ÷ 2 ÷ 5 = 10; on the day of the 2:1 units are new already, 50 ÷ 5 = 10; 10 is 10
  expect(marksOf(rows, 'infy', split, '2026-11-13').map(({ row: { id }, price }) => [id, price])).toEqual([['a', 10], ['b', 10], ['c', 10]])
})

test('what is bought, sold and paid is marked; what has no market price stands on the line', () => {
  const rows = [row({ type: 'SELL' }), row({ type: 'DIVIDEND' }), row({ type: 'OPENING' }), row({ type: 'SPLIT' }), row({ type: 'FEE' }), row({ type: 'MERGER', instrument: tcs, to_instrument: infy }), row({ traded_on: '2026-11-12' })]
  expect(marksOf(rows, 'infy', closes(), '2026-11-13').map(({ kind, price }) => [kind, price])).toEqual([['sold', 100], ['income', null], ['bought', null], ['bought', null]])
})

test('all begins with the first purchase, a range with the close before it', () => {
  expect(beginOf(days, 'All', '2026-11-17')).toBe(2)
  expect(beginOf(days, 'All', null)).toBe(0)
  // a week before 23 November is the 16th
  expect(beginOf(days, '1W', null)).toBe(1)
})

test('the change is exact, and there is none from nothing', () => {
  // 103 ÷ 80 − 1 = 28.75 %
  expect(changeBetween('80', '103')).toBe('28.75')
  expect(changeBetween('0', '103')).toBeNull()
})

test('the average of a day is that of the last step until then', () => {
  const step = (date: string, adjusted_avg_buy_price: string | null) => ({ date, adjusted_avg_buy_price }) as Step
  const steps = [step('2026-11-13', '90'), step('2026-11-17', '95'), step('2026-11-17', '96'), step('2026-11-20', null)]
  expect(['2026-11-12', '2026-11-16', '2026-11-17', '2026-11-23'].map((day) => averageOn(steps, day))).toEqual([null, '90', '96', null])
})

test('an average far from every price does not flatten the line', () => {
  const [low, high] = spanOf([100, 110], [], [10])
  expect(low).toBeGreaterThan(90)
  expect(high).toBeGreaterThan(110)
  expect(spanOf([100, 110], [], [95])[0]).toBeLessThan(95)
})

test('many points are thinned to the last, few dates are not doubled', () => {
  const many = Array.from({ length: 1000 }, (_, n) => ({ day: String(n), first: '', open: '1', high: '1', low: '1', close: '1' }))
  const few = thinned(many, 360)
  expect(few.length).toBeLessThanOrEqual(361)
  expect([few[0].day, few.at(-1)!.day]).toEqual(['0', '999'])
  expect(dateMarks(2, 6)).toEqual([0, 1])
})
