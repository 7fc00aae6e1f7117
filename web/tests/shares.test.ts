import { expect, test } from 'vitest'
import { sharesOf } from '../src/lib/shares'
import { holding, priceAt } from './made'

// 14:42 in Mumbai; the clock of the texts is that of whoever reads, so days are what is compared here.
const now = Date.parse('2026-11-20T09:12:00Z')
const live = (value: string | null, more = {}) => holding('LIVE', { current_value: value, price: priceAt(more) })
const nav = (value: string, as_of = '2026-11-19T17:30:00Z') => holding('NAV', { current_value: value, price: priceAt({ status: 'nav', as_of, stale_at: '2026-11-20T20:00:00Z' }) })
const stale = (value: string) => holding('OLD', { current_value: value, price: priceAt({ as_of: '2026-11-08T09:12:00Z', stale_at: '2026-11-09T04:00:00Z' }) })
const texts = (...all: Parameters<typeof sharesOf>[0][number][]) => sharesOf(all, now).map((share) => share.text)

test('the parts of the value, the freshest first, each with the time since when it is true', () => {
  // 820 + 170 + 10 = 1,000
  const said = texts(stale('10'), nav('170'), live('820'))
  expect(said[0]).toMatch(/^82% live, \d{1,2}:\d{2}/)
  expect(said.slice(1)).toEqual(['17% NAV, yesterday', '1% stale, 12 days ago'])
})
test('whole percents add up to 100: what is left over goes to the largest remainder', () => {
  // 333.5, 333.4 and 333.1 of 1,000 are 33.35, 33.34 and 33.31 %: 33 each, and the first gets the one that is left
  expect(texts(live('333.5'), nav('333.4'), stale('333.1')).map((text) => text.slice(0, 3))).toEqual(['34%', '33%', '33%'])
})
test('what is there is not called nothing, and what has no value is not counted', () => {
  expect(texts(live('99999'), nav('1'))[1]).toBe('under 1% NAV, yesterday')
  expect(texts(live('100'), live(null))[0]).toMatch(/^100% live/)
  expect(texts(live(null))).toEqual([])
})
test('of several days the oldest is told', () => expect(texts(nav('1'), nav('1', '2026-11-17T17:30:00Z'))).toEqual(['100% NAV, 17 Nov 2026']))
test('a price beside which a newer one waits is in doubt', () => expect(texts(live('1', { status: 'held' }))[0]).toMatch(/^100% newer price in doubt, /))
