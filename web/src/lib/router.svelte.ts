/** The address bar is the only router: a path names a screen, links are plain links. */
export const route = $state({ path: location.pathname, query: location.search })

interface Place { key: number }
const PATIENCE_MS = 2_000
const keyOf = (state: unknown) => (state as Place | null)?.key ?? 0
/** How far each place of this tab's history was scrolled. */
const scrolled = new Map<number, number>(read())
let newest = Math.max(0, ...scrolled.keys())
let at = keyOf(history.state)

// The browser would scroll back before the screen is there.
history.scrollRestoration = 'manual'
addEventListener('scroll', () => scrolled.set(at, scrollY), { passive: true })
addEventListener('pagehide', () => { try { sessionStorage.setItem('scrolled', JSON.stringify([...scrolled])) } catch { /* a forbidden store loses a position, nothing else */ } })
addEventListener('popstate', () => {
  const target = scrolled.get((at = keyOf(history.state))) ?? 0
  update()
  scrollBack(target)
})
if (scrolled.get(at)) scrollBack(scrolled.get(at)!)

function read(): [number, number][] {
  try { return JSON.parse(sessionStorage.getItem('scrolled') ?? '[]') as [number, number][] } catch { return [] }
}
function update() {
  const moved = route.path !== location.pathname
  route.path = location.pathname
  route.query = location.search
  // Keyboards and screen readers go on where the new screen begins.
  if (moved) setTimeout(() => document.getElementById('main')?.focus({ preventScroll: true }))
}

/** Scrolls to where a place was left, once it is long enough again; a reader who scrolls first is left alone. */
function scrollBack(target: number) {
  const until = performance.now() + PATIENCE_MS, hands = new AbortController()
  for (const name of ['wheel', 'touchstart', 'keydown', 'pointerdown']) addEventListener(name, () => hands.abort(), { signal: hands.signal, passive: true })
  const attempt = () => {
    if (hands.signal.aborted) return
    scrollTo(0, target)
    if (Math.abs(scrollY - target) > 1 && performance.now() < until) requestAnimationFrame(attempt)
    else hands.abort()
  }
  requestAnimationFrame(attempt)
}

export function go(to: string) {
  const path = location.pathname
  if (to !== path + location.search) {
    scrolled.set(at, scrollY)
    history.pushState({ key: (at = ++newest) } satisfies Place, '', to)
  }
  update()
  if (location.pathname !== path) scrollTo(0, 0)
}

/** One listener for the whole page turns clicks on its own addresses into `go`. */
export function links(event: MouseEvent) {
  const link = (event.target as Element).closest('a')
  if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || link.target || link.origin !== location.origin || link.hash || link.hasAttribute('download') || link.pathname.startsWith('/api/')) return
  event.preventDefault()
  go(link.pathname + link.search)
}
