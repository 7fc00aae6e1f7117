import { describe, expect, it } from 'vitest'
import { linear, openingOf, path, placeOn, thin, ticks } from '../src/charts/scale'

describe('where things stand on a chart', () => {
  it('marks round values', () => expect(ticks(3, 52, 5)).toEqual([10, 20, 30, 40, 50]))
  it('has a mark for values that are all the same', () => expect(ticks(0, 0)).toEqual([0]))
  it('goes from values to places', () => expect(linear(0, 10, 100, 0)(2.5)).toBe(75))
  it('breaks a path where a day is unknown', () => expect(path([[0, 1], [1, 2], null, [3, 4]])).toBe('M0.0 1.0L1.0 2.0M3.0 4.0'))
  it('finds the last day on or before one', () => expect([placeOn(['2026-01-02', '2026-01-05'], '2026-01-04'), placeOn(['2026-01-02', '2026-01-05'], '2026-01-05'), placeOn(['2026-01-02'], '2020-01-01')]).toEqual([0, 1, 0]))
  // 30 days before 20 November is 21 October.
  it('says from which day a range counts', () => expect([openingOf('2026-11-20', '1M'), openingOf('2026-11-20', 'YTD'), openingOf('2026-11-20', 'All')]).toEqual(['2026-10-21', '2025-12-31', null]))
  it('keeps the first and the last of many', () => {
    const kept = thin(0, 2499, 360)
    expect([kept[0], kept.at(-1), kept.length <= 362]).toEqual([0, 2499, true])
  })
})
