import { expect, test } from 'vitest'
import { realisedThisYear } from '../src/lib/returns'

const booked = (year: string, realised: string | null) => ({ year, from: '', to: '', realised, income: '0', tax_withheld: '0', charges: '0', net_flow: '0', made: '0', twr_pct: null, max_drawdown_pct: null, benchmark_twr_pct: null })

// India's financial year begins on 1 April.
test.each([['2026-03-31', '2025-26', '20'], ['2026-04-01', '2026-27', '30'], ['2027-03-31', '2026-27', '30']])('on %s it is the financial year %s', (to, year, realised) => expect(realisedThisYear({ to, years: [booked('2026-27', '30'), booked('2025-26', '20')] })).toEqual({ year, realised }))
test('where the year is the calendar’s, it is that', () => expect(realisedThisYear({ to: '2026-03-31', years: [booked('2026', '5')] })).toEqual({ year: '2026', realised: '5' }))
test('a year in which nothing was booked realised nothing, and the unknown is unknown', () => {
  expect(realisedThisYear({ to: '2026-11-20', years: [booked('2019-20', '5')] })).toEqual({ year: '2026-27', realised: '0' })
  expect(realisedThisYear({ to: '2026-11-20', years: [booked('2026-27', null)] })).toEqual({ year: '2026-27', realised: null })
})
test('the last year of a century has two digits', () => expect(realisedThisYear({ to: '2099-11-20', years: [booked('2098-99', '5')] })?.year).toBe('2099-00'))
