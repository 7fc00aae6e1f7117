import { expect, test } from 'vitest'
import { ageOf, earlierDay, freshness, movedOn } from '../src/lib/freshness'
import { holding, priceAt } from './made'

const now = Date.parse('2026-11-20T09:12:00Z')
const summary = (...prices: ReturnType<typeof priceAt>[]) => ({ last_updated_at: '2026-11-20T09:10:00Z', next_refresh_at: '2026-11-20T09:20:00Z', holdings: prices.map((price, n) => holding(`H${n}`, { price })) })
const nav = priceAt({ status: 'nav', as_of: '2026-11-19T17:30:00Z', stale_at: '2026-11-20T20:00:00Z' })
const closed = priceAt({ status: 'close', as_of: '2026-11-20T10:00:00Z', stale_at: '2026-11-23T04:15:00Z' })
const old = priceAt({ stale_at: '2026-11-20T09:00:00Z' })

test('a price that moves makes it live, whatever rests beside it', () => expect(freshness(summary(priceAt({}), nav), now, true)).toEqual({ kind: 'live', share: expect.closeTo(0.2), minutes: 8, old: 0 }))
test('prices that rest until the next session are a closed market', () => expect(freshness(summary(closed, nav), now, true).kind).toBe('closed'))
test('one old price among many is counted, half of them are stale', () => {
  expect(freshness(summary(priceAt({}), closed, old), now, true)).toMatchObject({ kind: 'live', old: 1 })
  expect(freshness(summary(priceAt({}), old), now, true)).toMatchObject({ kind: 'stale', old: 1 })
})
test('a price that a newer one is held back for is not counted among the old ones too', () => {
  expect(freshness(summary(priceAt({}), { ...old, status: 'held' }), now, true)).toMatchObject({ old: 0 })
})
test('in the last half hour of a session it is still live', () => expect(freshness(summary(priceAt({ stale_at: '2026-11-23T04:30:00Z' })), now, true).kind).toBe('live'))
test('no answer is offline, before all else', () => expect(freshness(summary(old), now, false).kind).toBe('offline'))
test('nothing priced is neither live nor stale', () => expect(freshness(summary(), now, true).kind).toBe('none'))
test('a fund’s price of yesterday is normal; one past its due time is not', () => {
  expect(ageOf(nav, now)).toMatchObject({ text: 'NAV, yesterday', old: false })
  expect(ageOf(priceAt({ as_of: '2026-11-17T09:12:00Z', stale_at: '2026-11-18T04:00:00Z', status: 'close' }), now)).toMatchObject({ text: '3 days ago', old: true })
  expect(ageOf(priceAt({ status: 'held' }), now).old).toBe(true)
})

test('a fund’s move is of the day of its price, where the session is a later one', () => {
  const holdings = [holding('INFY', { price: priceAt({}) }), holding('FUND', { price: nav })]
  expect(earlierDay(nav, holdings, now)).toBe('2026-11-19')
  expect(earlierDay(holdings[0].price, holdings, now)).toBe(null)
  expect(earlierDay(priceAt({ status: 'nav', as_of: '2026-11-20T17:30:00Z' }), holdings, now)).toBe(null)
  expect(earlierDay(nav, [holdings[1]], now)).toBe('2026-11-19')
})
test('the move of an old price is of its own day too, and what a person entered moves when it is entered', () => {
  const twelve = priceAt({ as_of: '2026-11-08T09:12:00Z', stale_at: '2026-11-09T04:00:00Z', status: 'stale' })
  const holdings = [holding('INFY', { price: priceAt({}) }), holding('OLD', { price: twelve })]
  expect(earlierDay(twelve, holdings, now)).toBe('2026-11-08')
  expect(earlierDay(priceAt({ as_of: '2026-11-08T09:12:00Z', status: 'manual' }), holdings, now)).toBe(null)
})

test('what moved on another day than today says on which, as the newest price of a market has it', () => {
  const friday = holding('INFY', { price: priceAt({ as_of: '2026-11-20T09:12:00Z' }) }), fund = holding('FUND', { price: nav })
  expect(movedOn([friday, fund], now)).toBe(null)
  // On the Sunday after, and where there is nothing but a fund of yesterday.
  expect(movedOn([friday, fund], now + 2 * 86_400_000)).toBe('2026-11-20')
  expect(movedOn([fund], now)).toBe('2026-11-19')
  // A price by hand is of no session.
  expect(movedOn([holding('BOND', { price: priceAt({ status: 'manual', as_of: '2026-11-10T06:30:00Z' }) })], now)).toBe(null)
})
