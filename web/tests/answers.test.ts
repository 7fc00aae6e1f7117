import { describe, expect, it } from 'vitest'
import type { Summary } from '../src/api/types'
import { add, dec, round, text, ZERO } from '../src/lib/dec'
import { freshness } from '../src/lib/freshness'
import type { View } from '../src/lib/live.svelte'
import { movers, shareOf } from '../src/screens/overview/load'
import { isGood, kinds, listOf, type DataHealth } from '../src/screens/health/load.svelte'
import { pastOf, type Answer } from '../src/screens/performance/load'
import healthAnswer from './answers/health.json'
import performanceAnswer from './answers/performance.json'
import summaryAnswer from './answers/summary.json'

// What the running product answered: the tests of the API write these files, and fail when they are stale.
const summary = summaryAnswer as unknown as Summary
const performance = performanceAnswer as unknown as Answer
const health = healthAnswer as unknown as DataHealth
const view = { ...summary, scope: summary.portfolio.id, currency: summary.portfolio.currency, portfolios: [] } as unknown as View
const sum = (parts: (string | null)[]) => text(parts.reduce((all, part) => add(all, dec(part) ?? ZERO), ZERO))

describe('the answers of the product', () => {
  // To the paisa that is shown: the others take up what rounding leaves.
  it('have movers that add up to the change of the day', () => {
    const { shown, others } = movers(view, undefined)
    expect(dec(sum([...shown.map((one) => one.amount), others?.amount ?? null]))).toEqual(round(dec(summary.day_change)!, 2))
  })
  // Weights are rounded quotients: sixteen of them miss a hundred by less than a millionth.
  it('have shares that make the whole', () => expect(Number(shareOf(summary.holdings))).toBeCloseTo(100, 6))
  // The clock of the answers says 14:40 in Mumbai, and the prices are of that minute's slot.
  it('are live while their market moves', () => expect(freshness(summary, Date.parse('2026-11-20T09:10:00Z'), true).kind).toBe('live'))
  it('leave the one holding without a price out, and say so on data health', () => {
    expect(summary.coverage.held - summary.coverage.priced).toBe(1)
    expect(isGood(health)).toBe(false)
    expect(kinds.map((kind) => listOf(health, kind).length)).toEqual([0, 0, 0, 1, 0, 0])
  })
  it('draw every day, and the value before the first', () => expect(pastOf(performance).worth.length).toBe(performanceAnswer.series.length + 1))
})
