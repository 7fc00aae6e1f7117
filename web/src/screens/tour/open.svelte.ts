/** The tour is offered once in a browser, when the first portfolio has just been made. */
export const tour = $state({ open: false })

const LEFT = 'tour-left'
export function beginTour() {
  try { tour.open = !localStorage.getItem(LEFT) } catch { tour.open = true }
}
export function leaveTour() {
  tour.open = false
  try { localStorage.setItem(LEFT, '1') } catch { /* a forbidden store would offer it again to the next new account, nothing else */ }
}
