import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ago, average, compact, money, moneyParts, pct, price, qty, shortDate, signedMoney, signedPct, today, useLocale, withSign } from '../src/lib/format'

beforeEach(() => useLocale('en-IN'))
afterEach(() => vi.unstubAllGlobals())

test('rupees are grouped by lakh and crore', () => {
  expect(money('5007354.51', 'INR')).toBe('₹50,07,354.51')
  expect(compact('5007354.51', 'INR')).toBe('₹50.07L')
  expect(compact('48600000', 'INR')).toBe('₹4.86Cr')
})
test('below a lakh an amount is short enough in full', () => {
  expect(['0', '999', '99999', '-99999.4', '100000'].map((n) => compact(n, 'INR'))).toEqual(['₹0', '₹999', '₹99,999', '−₹99,999', '₹1.00L'])
  useLocale('en-US')
  expect(compact('99990', 'USD')).toBe('$99.99K')
})
test('a minus is the typographic one and stands before the sign of the currency', () => expect(signedMoney('-1234567.5', 'INR', 2)).toBe('−₹12,34,567.50'))
test('no digit of a long decimal is lost to a float', () => expect(money('12345678901234567.89', 'INR')).toBe('₹12,34,56,78,90,12,34,567.89'))
test('percentages are signed, and zero is not', () => expect([signedPct('11.371666666666666666666666667'), signedPct('-0.5'), signedPct('0'), pct('15.095', 1)]).toEqual(['+11.37%', '−0.50%', '0.00%', '15.1%']))
test('a net asset value keeps its four decimals and a quantity up to three', () => expect([price('94.3124', 'INR'), price('1512.60', 'INR'), qty('9420.1184')]).toEqual(['₹94.3124', '₹1,512.60', '9,420.118']))
test('an average is shown to the paisa, a small one to four places', () => expect([average('1388.25878125', 'INR'), average('0.74123456', 'GBP')]).toEqual(['₹1,388.26', '£0.7412']))
test('the paise can be set apart', () => expect(moneyParts('5007354.51', 'INR')).toEqual([{ kind: 'symbol', value: '₹' }, ...['50', ',', '07', ',', '354'].map((value) => ({ kind: 'whole', value })), { kind: 'fraction', value: '.' }, { kind: 'fraction', value: '51' }]))
test('another locale writes it its own way', () => { useLocale('de-DE'); expect(money('1234.5', 'EUR').replace('\u00a0', ' ')).toBe('1.234,50 €') })
test('ages are words', () => {
  const now = Date.parse('2026-11-22T09:12:00Z')
  expect(['2026-11-22T09:11:40Z', '2026-11-22T09:10:00Z', '2026-11-22T06:12:00Z', '2026-11-21T09:00:00Z', '2026-11-19T09:12:00Z'].map((at) => ago(at, now))).toEqual(['just now', '2 minutes ago', '3 hours ago', 'yesterday', '3 days ago'])
})
test('a calendar day is the same day in every zone', () => expect(shortDate('2026-11-22')).toBe('22 Nov 2026'))
test('today is the reader’s own day', () => expect(today(new Date(2026, 0, 5, 0, 30))).toBe('2026-01-05'))
test('in a page from right to left a number and a day are one piece each', () => {
  const piece = (text: string) => `\u2068${text}\u2069`
  expect(withSign('−', '45')).toBe('−45')
  vi.stubGlobal('document', { documentElement: { dir: 'rtl' } })
  expect([signedMoney('-323', 'INR', 0), signedPct('-0.01'), compact('4025806', 'INR'), shortDate('2026-11-22')]).toEqual(['−₹323', '−0.01%', '₹40.26L', '22 Nov 2026'].map(piece))
  expect(withSign('−', qty('45'))).toBe(piece(`−${piece('45')}`))
  expect([withSign('', qty('45')), ...moneyParts('1.5', 'INR').map((part) => part.value)]).toEqual([piece('45'), '₹', '1', '.', '50'])
})
