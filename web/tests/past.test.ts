import { expect, test } from 'vitest'
import { area } from '../src/charts/scale'
import { axisMoney } from '../src/charts/axis'
import { listed, openingDay, pointsOf, rangesOf, firstDay, type Day } from '../src/screens/overview/past'

const day = (date: string, value: string | null, net_flow: string | null = '0', over: Partial<Day> = {}): Day => ({ date, value, complete: true, invested: value, net_flow, twr_index: '100', drawdown_pct: '0', ...over })
/** Days one after the other, ending on 20 November 2026. */
const row = (count: number, value = '100') => Array.from({ length: count }, (_, n) => day(new Date(Date.UTC(2026, 10, 20) - (count - 1 - n) * 86_400_000).toISOString().slice(0, 10), value))

// Worth 1,000.10 when the week opens; 500 comes in and 0.05 goes out; worth 1,530.30 at its end: 1530.30 − 1000.10 − 499.95 = 30.25.
test('money that came and went is no gain', () => {
  const days = row(10).map((one, n) => ({ ...one, value: n < 5 ? '1000.10' : '1530.30', net_flow: n === 0 ? '1000' : n === 4 ? '500' : n === 6 ? '-0.05' : '0' }))
  const points = pointsOf(days, '1W')
  expect([points[0].date, points[0].gain, points.at(-1)?.gain]).toEqual(['2026-11-13', '0', '30.25'])
})
// From the first day on nothing was there before: 1,020 − 1,000 paid in on that day = 20; an index of 102 is 2 % over 100.
test('all there is begins with nothing', () => {
  const [first] = pointsOf([day('2026-11-19', '1020', '1000', { twr_index: '102' }), day('2026-11-20', '1020', '0', { twr_index: '102' })], 'All')
  expect([first.gain, first.percent]).toEqual(['20', '2'])
})
// 110 over 104 is 5.769230…%
test('the percentage is that of the index since the opening', () => {
  const days = row(8).map((one, n) => ({ ...one, twr_index: n === 0 ? '104' : '110' }))
  expect(pointsOf(days, '1W').at(-1)?.percent).toMatch(/^5\.7692307/)
})
test('what is not known makes no gain, neither at the opening, nor on the day, nor in between', () => {
  const days = row(8)
  const last = (at: number, over: Partial<Day>) => pointsOf(days.map((one, n) => (n === at ? { ...one, ...over } : one)), '1W').at(-1)?.gain
  expect([last(0, { complete: false }), last(7, { value: null, complete: false }), last(3, { net_flow: null }), last(3, { complete: false })]).toEqual([null, null, null, '0'])
})
test('only ranges whose opening is known are offered', () => {
  expect(rangesOf(row(8))).toEqual(['1W', 'All'])
  expect(rangesOf(row(7))).toEqual(['All'])
  expect(rangesOf(row(400))).toEqual(['1W', '1M', '6M', 'YTD', '1Y', 'All'])
  expect(rangesOf([])).toEqual(['All'])
})
test('the server counts from the day after the opening', () => expect(firstDay(openingDay(row(400), 'YTD')!)).toBe('2026-01-01'))
// Priced on the 1st and the 20th: a week before the 20th is the 13th, when the price of the 1st was the last.
test('a range opens on its own day, with what was last known then', () => {
  const [first, last] = pointsOf([day('2026-11-01', '100', '100'), day('2026-11-20', '130')], '1W')
  expect([first.date, first.value, last.gain]).toEqual(['2026-11-13', '100', '30'])
})
test('ten years are drawn with no more than 360 points, the first and the last among them', () => {
  const days = row(3650), points = pointsOf(days, 'All')
  expect(points.length).toBeLessThanOrEqual(360)
  expect([points[0].date, points.at(-1)?.date]).toEqual([days[0].date, '2026-11-20'])
})
// 60 days back from 20 November is 21 September.
test('a table has the last day of each month, newest first; a short range every day', () => {
  expect(listed(row(61), 'All').map((point) => point.date)).toEqual(['2026-11-20', '2026-10-31', '2026-09-30'])
  expect(listed(row(61), '1W')).toHaveLength(8)
})
test('an area ends where its line does', () => expect(area([[0, 1], [1, 2], null, [3, 4], null, [5, 5], [6, 5]], 9)).toBe('M0.0 1.0L1.0 2.0L1.0 9L0.0 9ZM5.0 5.0L6.0 5.0L6.0 9L5.0 9Z'))
test('an axis counts in lakhs, and below one in whole rupees', () => {
  expect(axisMoney(3750000, 'INR', [3500000, 3750000, 4000000])).toBe('₹37.5L')
  expect(axisMoney(50000, 'INR', [25000, 50000])).toBe('₹50,000')
  expect(axisMoney(1.5, 'INR', [1, 1.5, 2])).toBe('₹1.50')
  expect([60, 62.5, 65].map((mark) => axisMoney(mark, 'INR', [60, 62.5, 65]))).toEqual(['₹60.00', '₹62.50', '₹65.00'])
})
