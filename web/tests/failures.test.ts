import { afterEach, expect, test } from 'vitest'
import { remedyOf, whyOf } from '../src/lib/failures'
import { useLocale } from '../src/lib/format'
import { refusal, told } from '../src/screens/health/sentences'
import hindi from '../src/words/hi'
import { useWords } from '../src/words/room'
import { holding } from './made'

afterEach(() => { useWords('en', {}); useLocale('en-IN') })
const codes = import.meta.glob<string>('../../tickfolio/domain/valuation.py', { eager: true, query: '?raw', import: 'default' })
const gap = (reason: 'no_price' | 'no_fx_rate' | 'no_cost' | 'price_currency', id = 'INFY') => ({ holding_id: id, reason, remedy: `The server’s own sentence about ${reason}.` })
const view = (over: Parameters<typeof holding>[1]) => ({ holdings: [holding('INFY', over)], closed: [], currency: 'USD' })

test('what a source gave instead is told apart, and a code without words says the least', () => {
  expect(whyOf([{ source: 'yahoo', failure: 'rate_limited' }, { source: 'nse', failure: 'not_found' }])).toBe('Yahoo Finance asks us to wait. NSE does not know it.')
  expect(whyOf([{ source: 'yahoo', failure: 'made_up' }])).toBe('Yahoo Finance gave no price.')
  expect(whyOf([])).toBe('')
})
test('readers of English have the server’s own remedy, others that of its reason', () => {
  expect(remedyOf(gap('no_price'), view({}))).toBe('The server’s own sentence about no_price.')
  useWords('hi', hindi)
  const all = (['no_price', 'no_fx_rate', 'no_cost', 'price_currency'] as const).map((reason) => remedyOf(gap(reason), view({})))
  expect(new Set(all).size).toBe(4)
  for (const text of all) expect(text.replace(/INFY|NSE|INR|USD/g, '')).not.toMatch(/[A-Za-z]/)
})
test('a cost that lacks its rate is told from one that nobody has said', () => {
  useWords('hi', hindi)
  expect(remedyOf(gap('no_cost'), view({ avg_buy_price: '1400' }))).toMatch('INR से USD')
  expect(remedyOf(gap('no_cost'), view({ avg_buy_price: null }))).toMatch('ट्रांसफ़र')
})
test('a gap in what is not on screen keeps the server’s sentence', () => {
  useWords('hi', hindi)
  expect(remedyOf(gap('no_price', 'ELSEWHERE'), view({}))).toBe('The server’s own sentence about no_price.')
})
test('these are all the reasons that the server gives', () => {
  const [, all] = /class MissingReason[^:]*:(.*?)\n\n\n/s.exec(Object.values(codes)[0]) ?? []
  expect([...all.matchAll(/= "(\w+)"/g)].map((found) => found[1]).sort()).toEqual(['no_cost', 'no_fx_rate', 'no_price', 'price_currency'])
})
test('what a source says that is not believed is a price where it is one, and as it came where not', () => {
  useLocale('en-IN')
  const now = Date.parse('2026-11-23T06:00:00Z'), said = { source: 'yahoo', told: '16.2', told_currency: 'USD', since: '2026-11-20T06:00:00Z', count: 1 }
  expect(told(said, now)).toMatch(/^Yahoo Finance says \$16\.20 since 20 Nov 2026, /)
  expect(told({ ...said, told: 'NaN', count: 3 }, now)).toMatch(/^Yahoo Finance says NaN USD since .* 3 times in a row\.$/)
  expect(told({ ...said, told_currency: 'GBp' }, now)).toMatch('16.2 GBp')
  expect(refusal({ reason: 'wrong_currency', told_currency: 'USD', instrument: holding('INFY', {}).instrument })).toBe('The source says USD, the instrument is in INR')
  expect(refusal({ reason: 'of_tomorrow', told_currency: 'USD', instrument: holding('INFY', {}).instrument })).toBe('What the source says is no price')
})
