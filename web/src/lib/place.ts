// Where a slip of paper lies beside what was pressed: below it where there is room, else above, always on the screen.
const WIDE = 420, GAP = 8, EDGE = 16, ENOUGH = 420, HIGH_MAX = 640

/** In the page's own pixels, so that it stays with its figure when the page scrolls; `bottom` instead of `top` lies above. */
export function placeBeside(anchor: HTMLElement): { left: number; top?: number; bottom?: number; height: number } {
  const box = anchor.getBoundingClientRect(), root = document.documentElement
  const wide = Math.min(WIDE, root.clientWidth - 2 * EDGE)
  const left = scrollX + Math.max(EDGE, Math.min(box.left - 20, root.clientWidth - wide - EDGE))
  const under = root.clientHeight - box.bottom - GAP - EDGE, over = box.top - GAP - EDGE
  if (under >= ENOUGH || under >= over) return { left, top: scrollY + box.bottom + GAP, height: Math.min(HIGH_MAX, Math.max(under, 240)) }
  return { left, bottom: root.clientHeight - scrollY - box.top + GAP, height: Math.min(HIGH_MAX, over) }
}
