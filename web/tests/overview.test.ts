import { expect, test } from 'vitest'
import { squarify } from '../src/charts/treemap'
import { holdingRows, sumOf } from '../src/lib/holdings'
import { judge } from '../src/lib/password'
import { movers, shareOf } from '../src/screens/overview/load'
import type { View } from '../src/lib/live.svelte'
import { holding } from './made'

test('tiles fill the map, each in proportion', () => {
  const boxes = squarify([6, 6, 4, 3, 2, 2, 1], { x: 0, y: 0, width: 600, height: 400 })
  const areas = boxes.map((box) => box.width * box.height)
  // 600 × 400 ÷ 24 = 10000 for each unit
  expect(areas.map((area) => Math.round(area))).toEqual([60000, 60000, 40000, 30000, 20000, 20000, 10000])
  expect(Math.max(...boxes.map((box) => box.x + box.width))).toBeCloseTo(600)
  expect(Math.max(...boxes.map((box) => box.y + box.height))).toBeCloseTo(400)
})
// The published example of the method: no tile is longer than 2.8 times its width.
test('tiles are as near to squares as can be', () => {
  const boxes = squarify([6, 6, 4, 3, 2, 2, 1], { x: 0, y: 0, width: 600, height: 400 })
  expect(Math.max(...boxes.map((box) => Math.max(box.width / box.height, box.height / box.width)))).toBeLessThan(2.8)
})
test('nothing to draw draws nothing', () => expect(squarify([0, 0], { x: 0, y: 0, width: 10, height: 10 }).map((box) => box.width)).toEqual([0, 0]))

// Shown whole: +100, −60; the day made +37.4, shown as +37; the others are 37 − (100 − 60) = −3, though exactly they made −2.6.
test('movers add up to the day that is shown', () => {
  const view = { day_change: '37.4', holdings: [holding('A', { day_change: '100.4' }), holding('B', { day_change: '-60.4' }), holding('C', { day_change: '-1.6' }), holding('D', { day_change: '-1.0' }), holding('E', { day_change: null })] } as unknown as View
  const { shown, others } = movers(view, 0, 2)
  expect(shown.map((mover) => mover.name)).toEqual(['A', 'B'])
  expect(others).toEqual({ count: 2, amount: '-3' })
})
test('shares are summed exactly', () => expect(shareOf([holding('A', { weight_pct: '0.1' }), holding('B', { weight_pct: '0.2' }), holding('C', { weight_pct: null })])).toBe('0.3'))

const rows = [holding('INFY', { current_value: '9' }, 'Infosys'), holding('TCS', { current_value: '10.5' }, 'Tata Consultancy'), holding('XYZ', { current_value: null }, 'Zorg')]
const order = (...args: Parameters<typeof holdingRows>) => holdingRows(...args).map((row) => row.id)
test('holdings are ordered by value, the unknown last either way', () => {
  expect(order(rows, 'ALL', '', 'current_value', true)).toEqual(['TCS', 'INFY', 'XYZ'])
  expect(order(rows, 'ALL', '', 'current_value', false)).toEqual(['INFY', 'TCS', 'XYZ'])
})
test('a filter wants every word, in name, symbol or market', () => expect([order(rows, 'ALL', 'tata nse', 'name', false), order(rows, 'MUTUAL_FUND', '', 'name', false)]).toEqual([['TCS'], []]))
test('what is shown is summed exactly, and the unknown is counted, not added', () => expect(sumOf(rows, 'current_value')).toEqual({ sum: '19.5', unknown: 1 }))
test('amounts that are equal stand in the order of names', () => expect(order([holding('B', { current_value: '1' }), holding('A', { current_value: '1.00' })], 'ALL', '', 'current_value', true)).toEqual(['A', 'B']))

test('a password is judged by length and by what is known', () => {
  expect(judge('short', 15).say).toBe('10 more characters')
  expect(judge('four plain words do', 15).ok).toBe(true)
  expect(judge('passwordpassword1', 15).ok).toBe(false)
  expect(judge('asharaoasharaoasharao', 15, ['asharao']).ok).toBe(false)
})
