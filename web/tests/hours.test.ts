import { expect, test } from 'vitest'
import { wrongHours } from '../src/screens/administration/hours'
import type { MarketHours } from '../src/screens/administration/marketClock.svelte'

const today = (since: string | null): MarketHours => ({ since, opens: '09:15', closes: '15:30', own: false })
const typed = (since: string, opens: string, closes: string) => ({ since, opens, closes })

test('hours need a day, and times of which the second is later', () => {
  expect(wrongHours(today(null), typed('', '', ''))).toEqual({ since: 'dayMissing', opens: 'timeMissing', closes: 'timeMissing' })
  expect(wrongHours(today(null), typed('2026-12-01', '', '15:30'))).toEqual({ since: null, opens: 'timeMissing', closes: null })
  expect(['15:29', '15:30', '15:31'].map((closes) => wrongHours(today(null), typed('2026-12-01', '15:30', closes)).closes)).toEqual(['notAfter', 'notAfter', null])
})
test('hours from before those of today would count for no day to come', () => {
  expect(['2026-08-02', '2026-08-03', '2026-12-01'].map((since) => wrongHours(today('2026-08-03'), typed(since, '09:15', '15:40')).since)).toEqual(['hoursTooEarly', null, null])
})
