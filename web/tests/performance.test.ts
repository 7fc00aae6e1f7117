import { describe, expect, test } from 'vitest'
import { areas, band, extent, partly } from '../src/charts/growth'
import { dec, text } from '../src/lib/dec'
import type { View } from '../src/lib/live.svelte'
import { dateMarks } from '../src/screens/performance/words'
import { addressOf, contribution, foreignOf, grownOf, isDrawable, isSame, less, pastOf, rangesWithin, share, wholes, yearRows, type Answer } from '../src/screens/performance/load'
import { holding } from './made'

type Day = NonNullable<Answer['series']>[number]
const figures = { days: 2, start_value: '0', end_value: '0', money_in: '0', money_out: '0', made: '0', xirr_pct: null, xirr_several: false, twr_pct: null, twr_annual_pct: null, modified_dietz_pct: null, max_drawdown_pct: null, max_drawdown_on: null, volatility_pct: null, sharpe: null, sortino: null, reasons: {} }
const answer = (over: Partial<Answer>): Answer => ({ ...figures, from: '2026-01-02', to: '2026-01-04', held_back: 0, risk_free_pct: '0', benchmark: null, years: [], holdings: null, series: null, ...over })
const day = (date: string, value: string | null, net_flow: string | null, over: Partial<Day> = {}): Day => ({ date, value, net_flow, complete: true, invested: null, twr_index: '100', drawdown_pct: '0', ...over })
const instrument = (symbol: string) => ({ id: symbol, asset_type: 'STOCK' as const, exchange: 'NSE', symbol, name: symbol, currency: 'INR', isin: null })
const part = (id: string, made: string | null, end_value = '1') => ({ ...figures, id, portfolio_id: 'p', instrument: instrument(id), made, end_value })
const year = (label: string, over: Partial<Answer['years'][number]>) => ({ year: label, from: '2025-04-01', to: '2026-03-31', realised: '0', income: '0', tax_withheld: '0', charges: '0', net_flow: '0', made: '0', twr_pct: '0', max_drawdown_pct: '0', benchmark_twr_pct: null, ...over })

describe('the ranges', () => {
  // A ledger since 1 June 2025 seen on 20 November 2026: a year ago and the last day of 2025 are in it, three years ago is not.
  test('only those that the ledger reaches are offered', () => expect(rangesWithin('2025-06-01', '2026-11-20')).toEqual(['6M', 'YTD', '1Y', 'All']))
  test('a ledger of a month has but one', () => expect(rangesWithin('2026-10-20', '2026-11-20')).toEqual(['All']))
  // 2026 opens with the close of 31 December 2025; its first day is 1 January.
  test('a range is asked for from the day after its opening', () => expect(addressOf('p1', 'YTD', '2026-11-20', null)).toBe('/portfolios/p1/performance?holdings=true&from=2026-01-01'))
  test('all of all portfolios has no first day, and what it is compared with is named', () => expect(addressOf('all', 'All', '2026-11-20', 'b1')).toBe('/performance?holdings=true&benchmark=b1'))
})

describe('the days', () => {
  // Worth 1000 at the opening; 100 comes in and it closes at 1150, so 50 is made; then 40 goes out and it closes at 1100: 1100 − 1060 = 40.
  const past = pastOf(answer({ start_value: '1000', series: [day('2026-01-02', '1150', '100'), day('2026-01-03', '1100', '-40')] }))
  test('a range that opens with something begins the day before', () => expect([past.days, past.worth, past.index[0]]).toEqual([['2026-01-01', '2026-01-02', '2026-01-03'], ['1000', '1150', '1100'], 100]))
  test('what was put in is never made', () => expect([past.put, past.made]).toEqual([['1000', '1100', '1060'], ['0', '50', '40']]))
  test('a ledger that opens with nothing begins with its first day', () => expect(pastOf(answer({ series: [day('2026-01-02', '990', '1000')] })).made).toEqual(['-10']))
  test('a day of which a part is unknown has made nothing that could be told', () => expect(pastOf(answer({ series: [day('2026-01-02', '990', '1000', { complete: false }), day('2026-01-03', '1010', '0')] })).made).toEqual([null, '10']))
  test('after a flow that is unknown nothing made is known', () => expect(pastOf(answer({ series: [day('2026-01-02', '990', null), day('2026-01-03', '1010', '0')] })).made).toEqual([null, null]))
  test('one priced day is no line', () => expect([isDrawable(pastOf(answer({ series: [day('2026-01-02', '1', '1'), day('2026-01-03', null, '0')] }))), isDrawable(past)]).toEqual([false, true]))

  // The benchmark's price goes 10 → 11 → 9.9. From 1000: 100 pieces, 1100 and 110 bought makes 1210; × 0.9 is 1089. The index: 110, then 99.
  test('money put into the benchmark is no growth of its index', () => {
    const { benchIndex, benchWorth } = pastOf(answer({ start_value: '1000', series: [day('2026-01-02', '1', '110', { benchmark_value: '1210' }), day('2026-01-03', '1', '0', { benchmark_value: '1089' })] }))
    expect(benchWorth).toEqual(['1000', '1210', '1089'])
    expect(benchIndex.map((value) => Math.round(value! * 1000) / 1000)).toEqual([100, 110, 99])
  })
  test('a benchmark without a price at the start has no line', () => expect(pastOf(answer({ start_value: '1000', series: [day('2026-01-02', '1', '0', { benchmark_value: null })] })).benchWorth).toEqual([null, null]))
})

const shown = (amounts: string[], digits = 0, total?: string) => wholes(amounts.map((amount) => dec(amount)!), digits, total === undefined ? undefined : dec(total)!).map(text)
describe('parts that add up', () => {
  // 1.4 + 1.4 + 1.4 = 4.2 is shown as 4, though each alone is 1; 0.4 is the largest rest of all three, the first takes it.
  test('the largest rest takes what cutting left', () => expect([shown(['1.4', '1.4', '1.4']), shown(['1.2', '1.7', '1.6'])]).toEqual([['2', '1', '1'], ['1', '2', '2']]))
  // −1.5 + 3.7 = 2.2 → 2; cut: −2 and 3, so one is left for the larger rest: 0.7.
  test('losses are cut downwards too', () => expect(shown(['-1.5', '3.7'])).toEqual(['-2', '4']))
  test('paise are parts of a rupee', () => expect(shown(['0.005', '0.005'], 2)).toEqual(['0.01', '0']))
  // 10.51 + 20 + 3.5 = 34.01: 34 is shown, made as 4, start as 11, so what was put in is 34 − 11 − 4 = 19.
  test('what was put in takes what rounding leaves', () => expect(grownOf(answer({ start_value: '10.51', end_value: '34.01', made: '3.5' }), 0)).toEqual({ start: '11', put: '19', made: '4', end: '34', opened: true }))
  test('a sum of which a part is unknown is none', () => expect(grownOf(answer({ made: null }), 0)).toBeNull())
  // 25 of 200 is 12.5 %
  test('nothing is a share of a loss', () => expect([share('25', '200'), share('25', '-200'), share('25', null)]).toEqual(['12.5', null, null]))
  test('amounts that are shown the same are the same', () => expect([isSame('1.2300001', '1.23', 2), isSame('1.24', '1.23', 2), isSame(null, '1', 2)]).toEqual([true, false, false]))
  test('points are a difference', () => expect([less('12.36', '10.22'), less('1', null)]).toEqual(['2.14', null]))
})

describe('by holding', () => {
  // Gains 14, 13, … 1, losses −1 to −4: 105 − 10 = 95. Shown: the seven gains 14 to 8 and the three largest losses; others 28 − 1 = 27.
  const many = [...Array(14)].map((_, n) => part(`G${14 - n}`, String(14 - n))).concat([1, 2, 3, 4].map((loss) => part(`L${loss}`, `-${loss}`)))
  const it = contribution(answer({ made: '95', holdings: many }), 0, false)
  test('seven gains, three losses and the others in one sum', () => expect([it.parts.map((one) => one.amount), it.others, it.total]).toEqual([['14', '13', '12', '11', '10', '9', '8', '-2', '-3', '-4'], { count: 8, amount: '27' }, '95']))
  test('all of them on demand', () => expect([contribution(answer({ made: '95', holdings: many }), 0, true).parts.length, it.count]).toEqual([18, 18]))
  // 100 was made, 60.4 and 30.4 by holdings; 9.2 is interest. 60 + 30 + 9 = 99, the largest rest (0.4) gets the one: 61.
  test('what belongs to no holding is a line of its own', () => expect(contribution(answer({ made: '100', holdings: [part('A', '60.4'), part('B', '30.4')] }), 0, false)).toMatchObject({ parts: [{ amount: '61' }, { amount: '30' }], rest: '9', total: '100' }))
  test('what is unknown is counted, and nothing is made up for it', () => expect(contribution(answer({ made: null, holdings: [part('A', '60.4'), part('B', null)] }), 0, false)).toMatchObject({ parts: [{ id: 'A', amount: '60' }], rest: null, unknown: 1, total: null }))
  test('what made nothing is left out, and what is worth nothing was sold', () => expect(contribution(answer({ made: '5', holdings: [part('A', '5', '0'), part('B', '0')] }), 0, false).parts).toMatchObject([{ id: 'A', open: false }]))
})

describe('the years', () => {
  const it = yearRows([year('2026-27', { from: '2026-04-01', to: '2026-11-20', made: '10.4', net_flow: '5', twr_pct: '7.6', benchmark_twr_pct: '10.5' }), year('2025-26', { from: '2025-06-03', made: '20.4', net_flow: '1' }), year('2024-25', { made: '30.4' })], 0)
  // 10.4 + 20.4 + 30.4 = 61.2 is shown as 61; cut they are 60, the first takes the one.
  test('add up to their total', () => expect([it.rows.map((row) => row.shownMade), it.made, it.flow]).toEqual([['11', '20', '30'], '61', '6']))
  test('say how far ahead they were, and what part of them it is', () => expect(it.rows.map(({ ahead, begun, soFar }) => [ahead, begun, soFar])).toEqual([['-2.9', false, true], [null, true, false], [null, false, false]]))
  test('one that is unknown leaves the total unknown', () => expect(yearRows([year('2025', { from: '2025-01-01', to: '2025-12-31', made: null }), year('2024', { made: '5' })], 0)).toMatchObject({ made: null, rows: [{ shownMade: null, begun: false, soFar: false }, { shownMade: '5' }] }))
})

describe('the currency effect', () => {
  const dollar = (id: string, over: object) => holding(id, { instrument: { ...instrument(id), currency: 'USD' }, tax_withheld: '0', ...over })
  const view = (...holdings: object[]) => ({ currency: 'INR', holdings }) as unknown as View
  // Prices 100.5 − 20, dollars 10 + 5: 80.5 + 15 = 95.5
  test('is summed over what is held in other currencies', () => expect(foreignOf(view(dollar('A', { price_effect: '100.5', currency_effect: '10', weight_pct: '5' }), dollar('B', { price_effect: '-20', currency_effect: '5', weight_pct: '2.5' }), holding('C', { price_effect: '7' })), 2)).toMatchObject({ price: '80.5', currency: '15', total: '95.5', share: '7.5', unknown: 0 }))
  test('leaves out what is unknown, and says so', () => expect(foreignOf(view(dollar('A', { price_effect: null })), 2)).toMatchObject({ unknown: 1, price: '0', holdings: [] }))
  test('is none where all is in one currency', () => expect(foreignOf(view(holding('C')), 2)).toBeNull())
})

describe('the shapes', () => {
  // Of 2 days, 7 marks would say three days again and again.
  test('no two marks of an axis say the same', () => expect(dateMarks([20000, 20002], 7).map((mark) => mark.time)).toEqual([20000, 20001, 20002]))
  test('a surface breaks where its line does', () => expect(areas([[0, 1], [1, 2], null, [3, 4], [4, 5]], 9)).toBe('M0.0 1.0L1.0 2.0L1.0 9.0L0.0 9.0ZM3.0 4.0L4.0 5.0L4.0 9.0L3.0 9.0Z'))
  // The upper line falls from 1 to 8 and the lower stays at 5: they cross after 4 of 7, at 0.6; behind it the band has no height.
  test('a band is only where it is above', () => expect(band([[0, 1], [1, 8]], [[0, 5], [1, 5]])).toBe('M0.0 1.0L0.6 5.0L1.0 5.0L1.0 5.0L0.6 5.0L0.0 5.0Z'))
  test('what is known in part reaches the days beside it', () => expect(partly([0, 1, 2, 3], [true, true, false, true], [[0, 0], [1, 0], [2, 0], [3, 0]])).toEqual([null, [1, 0], [2, 0], [3, 0]]))
  test('what is unknown has no extent', () => expect([extent([0, 1], [[null, 3], [5, null]]), extent([0], [[null]])]).toEqual([[3, 5], null]))
})
