/** The address bar is the only router: a path names a screen, links are plain links. */
export const route = $state({ path: location.pathname, query: location.search })
const update = () => { route.path = location.pathname; route.query = location.search }
addEventListener('popstate', update)

export function go(to: string) {
  if (to !== location.pathname + location.search) history.pushState(null, '', to)
  update()
  scrollTo(0, 0)
}

/** One listener for the whole page turns clicks on its own addresses into `go`. */
export function links(event: MouseEvent) {
  const link = (event.target as Element).closest('a')
  if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || link.target || link.origin !== location.origin || link.hash) return
  event.preventDefault()
  go(link.pathname + link.search)
}
