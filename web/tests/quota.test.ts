import { expect, test } from 'vitest'
import providers from './answers/providers.json'
import type { PriceSource } from '../src/api/types'
import { changeOf, typedOf, whole, wrongOf, type Limit } from '../src/screens/administration/quota'

const limit = (allowed: number | null, shipped: number | null, own: boolean): Limit => ({ span: 'day', allowed, shipped, own })
const typed = (text: string, none = false) => ({ text, none })

test('a field holds what the administrator set, and nothing where they did not', () => {
  expect([limit(800, 800, false), limit(6000, 800, true), limit(null, 800, true), limit(null, null, false), limit(50, null, true), limit(null, null, true)].map(typedOf)).toEqual([
    typed(''), typed('6000'), typed('', true), typed(''), typed('50'), typed(''),
  ])
})
test('thousands are grouped as people group them, and a part of one is no number', () => {
  expect(['800', ' 10 000 ', '10,000', '1,00,000', '10.000', '10’000', '1.5', '1,5', '-3', 'many', ''].map(whole)).toEqual([800, 10000, 10000, 100000, 10000, 10000, null, null, null, null, null])
})
test('a field says what is wrong with it, and one that is not asked for says nothing', () => {
  expect([typed('0'), typed('x'), typed('1,000,000,001'), typed('1,000,000,000'), typed(' '), typed('x', true)].map(wrongOf)).toEqual(['notCount', 'notCount', 'tooMuch', null, null, null])
})
test('what is left empty is left out, and no limit is said as none', () => {
  expect(changeOf({ minute: typed('55'), day: typed('9', true), month: typed('') })).toEqual({ minute: 55, day: null })
  expect(changeOf({ minute: typed(''), day: typed(' '), month: typed('') })).toEqual({})
})
test('nothing set says nothing: so are the sources of the product at first', () => {
  const sources = providers.items as unknown as PriceSource[]
  const limited = sources.filter((one) => one.limits.length)
  expect(limited.map((one) => one.name).sort()).toEqual(['alphavantage', 'coingecko', 'eodhd', 'finnhub', 'twelvedata'])
  expect(limited.flatMap((one) => one.limits.map(typedOf)).filter((one) => one.text || one.none)).toEqual([])
  expect(limited.every((one) => one.limits.map(({ span }) => span).join() === 'month,day,minute')).toBe(true)
})
