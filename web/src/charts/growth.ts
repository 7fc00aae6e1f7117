// Shapes of the performance screen's charts. Geometry may be floats: no figure is read off it.
import type { Line } from '../screens/performance/load'
import { path } from './scale'

export type Point = readonly [number, number]
/** The points of the days that are kept; where a value is unknown, none. */
export const pointsOf = (kept: number[], line: Line, x: (at: number) => number, y: (value: number) => number): (Point | null)[] => kept.map((at) => { const value = line[at]; return value === null || value === undefined ? null : [x(at), y(value)] as const })

/** The surface between a line and a level, in as many pieces as the line has. */
export function areas(points: (Point | null)[], level: number): string {
  let drawn = '', piece: Point[] = []
  for (const point of [...points, null]) {
    if (point) { piece.push(point); continue }
    if (piece.length > 1) drawn += `${path(piece)}L${piece[piece.length - 1][0].toFixed(1)} ${level.toFixed(1)}L${piece[0][0].toFixed(1)} ${level.toFixed(1)}Z`
    piece = []
  }
  return drawn
}

/** The surface between two lines where the first is above the second; elsewhere it has no height. `y` grows downwards. */
export function band(upper: (Point | null)[], lower: (Point | null)[]): string {
  let drawn = '', top: Point[] = [], foot: Point[] = []
  for (let at = 0; at <= upper.length; at++) {
    const high = upper[at], low = lower[at]
    if (high && low) {
      const before = upper[at - 1], under = lower[at - 1]
      const was = before && under ? under[1] - before[1] : 0, is = low[1] - high[1]
      // Between two days the lines may cross: the surface ends or begins there.
      if (before && under && was * is < 0) {
        const part = was / (was - is), cross: Point = [before[0] + (high[0] - before[0]) * part, before[1] + (high[1] - before[1]) * part]
        top.push(cross)
        foot.push(cross)
      }
      top.push([high[0], Math.min(high[1], low[1])])
      foot.push(low)
      continue
    }
    if (top.length > 1) drawn += `${path(top)}${path(foot.toReversed()).replace('M', 'L')}Z`
    top = []
    foot = []
  }
  return drawn
}

/** Only what is known in part, with the days beside it, so that the pieces meet. */
export const partly = (kept: number[], complete: boolean[], points: (Point | null)[]) => points.map((point, n) => ([n - 1, n, n + 1].some((near) => complete[kept[near]] === false) ? point : null))
export const wholly = (kept: number[], complete: boolean[], points: (Point | null)[]) => points.map((point, n) => (complete[kept[n]] ? point : null))

/** The least and the greatest of lines, over the days that are kept; null where nothing is known. */
export function extent(kept: number[], lines: Line[]): [number, number] | null {
  const all = lines.flatMap((line) => kept.map((at) => line[at])).filter((value): value is number => value !== null && value !== undefined)
  return all.length ? [Math.min(...all), Math.max(...all)] : null
}
