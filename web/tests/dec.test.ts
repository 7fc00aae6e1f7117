import { describe, expect, test } from 'vitest'
import { add, dec, div, inOrder, mul, round, signOf, sub, text } from '../src/lib/dec'

const d = (value: string) => dec(value)!

describe('exact decimals', () => {
  test('hold what a float cannot', () => {
    expect(text(add(d('0.1'), d('0.2')))).toBe('0.3')
    expect(text(mul(d('123456789012345678.123456789012345678'), d('10')))).toBe('1234567890123456781.23456789012345678')
    expect(text(sub(d('5'), d('5.00')))).toBe('0')
  })
  // 285 × 1388.00 + 35 × 1389.10 + 20 + 24.31 = 395580 + 48618.50 + 44.31 = 444242.81; ÷ 320 = 1388.25878125
  test('give the average of the design guide’s example', () => {
    const cost = add(mul(d('285'), d('1388.00')), add(mul(d('35'), d('1389.10')), d('44.31')))
    expect(text(cost)).toBe('444242.81')
    expect(text(div(cost, d('320')))).toBe('1388.25878125')
    expect(text(round(div(cost, d('320')), 2))).toBe('1388.26')
  })
  test('round half away from zero', () => expect([text(round(d('-2.5'), 0)), text(round(d('2.5'), 0)), text(round(d('2.49'), 0))]).toEqual(['-3', '3', '2']))
  test('refuse what is no number', () => expect(['', '-', '1e5', 'NaN', '1,2', '١٢'].map(dec)).toEqual([null, null, null, null, null, null]))
  test('order by value, not by letters, and the unknown first', () => expect(['9.5', null, '-3', '10.25', '9.50000000000000000001'].sort(inOrder)).toEqual([null, '-3', '9.5', '9.50000000000000000001', '10.25']))
  test('know a sign without a float', () => expect([signOf('-0.00'), signOf('-0.01'), signOf('0.000000000000000000000000000001')]).toEqual([0, -1, 1]))
})
