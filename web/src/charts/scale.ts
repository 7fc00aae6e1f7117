// Where things stand on a chart. Geometry may be floats: no figure is read off it.

/** Round marks between two values: 1, 2, 2.5 or 5 times a power of ten apart. */
export function ticks(low: number, high: number, wanted = 5): number[] {
  const raw = (high - low) / wanted || 1, size = 10 ** Math.floor(Math.log10(raw))
  const step = [1, 2, 2.5, 5, 10].find((times) => times * size >= raw)! * size
  const marks: number[] = []
  for (let at = Math.ceil(low / step) * step; at <= high; at += step) marks.push(Math.abs(at) < step / 1e6 ? 0 : at)
  return marks
}

/** From values to places, in a straight line. */
export const linear = (from: number, to: number, start: number, end: number) => (value: number) => start + ((value - from) / (to - from || 1)) * (end - start)

/** An SVG path through the points; null breaks it. */
export function path(points: (readonly [number, number] | null)[]): string {
  let drawn = '', down = false
  for (const point of points) {
    if (point) drawn += `${down ? 'L' : 'M'}${point[0].toFixed(1)} ${point[1].toFixed(1)}`
    down = !!point
  }
  return drawn
}

/** The place of the last day on or before a day, in days that rise; 0 when all are later. */
export function placeOn(days: readonly string[], day: string): number {
  let low = 0, high = days.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (days[middle] <= day) low = middle
    else high = middle - 1
  }
  return low
}

const RANGE_DAYS: Record<string, number> = { '1W': 7, '1M': 30, '6M': 182, '1Y': 365, '3Y': 1096, '5Y': 1826 }
/** The day before a range that ends on `end`: its opening value; null for all there is. */
export function openingOf(end: string, range: string): string | null {
  if (range === 'YTD') return `${Number(end.slice(0, 4)) - 1}-12-31`
  if (!(range in RANGE_DAYS)) return null
  return new Date(Date.parse(end) - RANGE_DAYS[range] * 86_400_000).toISOString().slice(0, 10)
}

/** At most about `most` places from one to another; the first and the last are always among them. */
export function thin(from: number, to: number, most = 360): number[] {
  const step = Math.max(1, Math.ceil((to - from) / most)), kept: number[] = []
  for (let at = to; at > from; at -= step) kept.push(at)
  kept.push(from)
  return kept.reverse()
}

/** Where a key moves the crosshair over places 0 to `last`; null takes it away, undefined: not a key of ours. */
export function crosshair(event: KeyboardEvent, at: number | null, last: number): number | null | undefined {
  const jump = event.shiftKey ? 10 : 1, here = at ?? last
  // In a page that runs from right to left time does not: charts keep their direction.
  const next = ({ ArrowLeft: here - jump, ArrowRight: here + jump, Home: 0, End: last } as Record<string, number>)[event.key]
  if (event.key === 'Escape') return null
  return next === undefined ? undefined : Math.max(0, Math.min(last, next))
}

/** The area between a path and a line below it, in pieces where the path is broken. */
export function area(points: (readonly [number, number] | null)[], bottom: number): string {
  let drawn = '', from = 0
  for (let at = 0; at <= points.length; at++) {
    if (points[at]) continue
    const piece = points.slice(from, at) as (readonly [number, number])[]
    if (piece.length > 1) drawn += `${path(piece)}L${piece[piece.length - 1][0].toFixed(1)} ${bottom}L${piece[0][0].toFixed(1)} ${bottom}Z`
    from = at + 1
  }
  return drawn
}
