// Squarified treemap (Bruls, Huizing, van Wijk 2000): rectangles in proportion, as near to squares as can be.

export interface Box { x: number; y: number; width: number; height: number }

/** One box for each size, in the order given (largest first looks best); together they fill `into`. */
export function squarify(sizes: number[], into: Box): Box[] {
  const total = sizes.reduce((sum, size) => sum + size, 0)
  if (!total || into.width <= 0 || into.height <= 0) return sizes.map(() => ({ ...into, width: 0, height: 0 }))
  const scale = (into.width * into.height) / total
  const areas = sizes.map((size) => size * scale)
  const out: Box[] = []
  let rest = { ...into }
  for (let from = 0; from < areas.length; ) {
    const side = Math.min(rest.width, rest.height)
    let to = from + 1
    while (to < areas.length && worst(areas.slice(from, to + 1), side) <= worst(areas.slice(from, to), side)) to++
    rest = lay(areas.slice(from, to), rest, out)
    from = to
  }
  return out
}

/** The worst ratio of sides in a row of boxes along a side of that length. */
function worst(row: number[], side: number): number {
  const sum = row.reduce((total, area) => total + area, 0)
  if (!sum || !side) return Infinity
  return Math.max((side * side * Math.max(...row)) / (sum * sum), (sum * sum) / (side * side * Math.min(...row)))
}

/** Lays one row along the shorter side and returns what is left. */
function lay(row: number[], rest: Box, out: Box[]): Box {
  const sum = row.reduce((total, area) => total + area, 0)
  const across = rest.width < rest.height
  const depth = sum / (across ? rest.width : rest.height)
  let at = across ? rest.x : rest.y
  for (const area of row) {
    const length = depth ? area / depth : 0
    out.push(across ? { x: at, y: rest.y, width: length, height: depth } : { x: rest.x, y: at, width: depth, height: length })
    at += length
  }
  return across ? { ...rest, y: rest.y + depth, height: rest.height - depth } : { ...rest, x: rest.x + depth, width: rest.width - depth }
}
