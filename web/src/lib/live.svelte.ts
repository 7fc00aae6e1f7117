import { ask, post, Problem } from '../api/client'
import type { PortfolioWorth, Summary, SummaryOfAll } from '../api/types'
import { ALL, loadPortfolios } from './portfolios.svelte'
import { Stream } from './stream'
import { why } from './why'

/** One portfolio or all of them: what the screens show. */
export interface View extends Omit<SummaryOfAll, 'portfolios'> { scope: string; portfolios: PortfolioWorth[] }

class Live {
  now = $state(Date.now())
  online = $state(navigator.onLine)
  /** False while the last question went unanswered. */
  answered = $state(true)
  view = $state.raw<View | null>(null)
  /** When the server last said that the view is so. */
  readAt = $state(0)
  problem = $state('')
  /** Rises with every change of the ledger that this page made or heard of. */
  ledger = $state(0)
  refreshing = $state(false)
  /** When a refresh by hand may be asked for again. */
  refreshAt = $state(0)
  /** Why the last wish for a refresh was refused. */
  refreshProblem = $state('')
  get reachable() { return this.online && this.answered }
}
export const live = new Live()

let scope: string | null = null
let tag: string | null = null
let asking: Promise<void> | null = null
let again = false
let askedAt = 0
let stream: Stream | null = null

/** Shows another portfolio; null shows none. */
export function show(next: string | null) {
  if (next === scope) return
  scope = next
  tag = null
  live.view = null
  live.problem = ''
  void refreshView()
}

/** Reads the summary again; the same tag costs one 304 and changes nothing. */
export function refreshView(): Promise<void> {
  if (asking) { again = true; return asking }
  asking = read().finally(() => {
    asking = null
    if (again) { again = false; void refreshView() }
  })
  return asking
}

async function read() {
  const wanted = scope
  if (!wanted) return
  try {
    const answer = await ask<Summary | SummaryOfAll>('GET', wanted === ALL ? '/summary' : `/portfolios/${wanted}/summary`, { tag })
    askedAt = Date.now()
    // A kept answer is the service worker's: the server itself could not be asked.
    live.answered = answer.keptAt === null
    if (wanted !== scope) { again = true; return }
    live.problem = ''
    live.readAt = answer.keptAt === null ? askedAt : Date.parse(answer.keptAt)
    if (answer.status === 304) return
    // Nobody told of this change: the ledger may be another one as well.
    if (live.view && live.answered && !stream?.open) live.ledger++
    tag = answer.tag
    const data = answer.data
    const before = live.view?.last_updated_at
    live.view = 'portfolio' in data ? { ...data, scope: wanted, currency: data.portfolio.currency, portfolios: [] } : { ...data, scope: wanted }
    if (before !== data.last_updated_at) live.refreshing = false
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    if (error.status === 0) live.answered = false
    // A portfolio deleted elsewhere is gone from the list as well.
    if (error.status === 404) await loadPortfolios().catch(() => {})
    else live.problem = await why(error)
  } finally {
    live.now = Date.now()
  }
}

/** Call after each own write: the numbers on screen follow without waiting for the stream. */
export function ledgerChanged() {
  live.ledger++
  void refreshView()
  void loadPortfolios().catch(() => {})
}

/** Asks for prices now. Throws `Problem`, with the wait when it is too soon. */
export async function refreshPrices() {
  live.refreshing = true
  live.refreshProblem = ''
  try {
    await post('/prices/refresh', {})
    // The stream says when it is done; should that be lost, look after a while.
    setTimeout(() => { if (live.refreshing) void refreshView().then(() => (live.refreshing = false)) }, 20_000)
  } catch (error) {
    live.refreshing = false
    if (!(error instanceof Problem)) throw error
    if (error.retryAfterSeconds !== null) live.refreshAt = Date.now() + error.retryAfterSeconds * 1000
    else if (error.status === 0) live.answered = false
    else live.refreshProblem = await why(error)
  }
}

/** How often to ask while there is no stream; and while the browser says that there is no network at all. */
const POLL_MS = 15_000, POLL_OFFLINE_MS = 60_000
const TICK_MS = 5_000

/** Follows the server while somebody is signed in and looks at the page; returns how to stop. */
export function follow() {
  let missed = false
  const ledger = () => { live.ledger++; void loadPortfolios().catch(() => {}); void refreshView() }
  const own = (stream = new Stream('/api/v1/events', {
    'prices.updated': () => void refreshView().then(() => (live.refreshing = false)),
    'portfolio.changed': ledger,
  }, (open) => {
    // What was missed while the stream was down is asked for when it is back.
    // When it is lost, asking for the summary shows why: the session may have ended.
    if (open && missed) ledger()
    else void refreshView()
    missed = !open
  }))
  const visible = () => document.visibilityState === 'visible'
  if (visible()) own.start()
  const tick = setInterval(() => {
    live.now = Date.now()
    if (!visible()) return
    own.check()
    if (!own.open && live.now - askedAt > (live.online ? POLL_MS : POLL_OFFLINE_MS)) { askedAt = live.now; void refreshView() }
  }, TICK_MS)
  const net = () => {
    live.online = navigator.onLine
    if (!live.online) { own.stop(); missed = true }
    else if (visible()) own.restart()
    void refreshView()
  }
  // A page that nobody sees needs no news, and a browser has only six connections for all of them.
  const seen = () => {
    if (!visible()) { own.stop(); missed = true; return }
    live.now = Date.now()
    live.online = navigator.onLine
    own.restart()
    void refreshView()
  }
  addEventListener('online', net)
  addEventListener('offline', net)
  document.addEventListener('visibilitychange', seen)
  return () => {
    own.stop()
    clearInterval(tick)
    removeEventListener('online', net)
    removeEventListener('offline', net)
    document.removeEventListener('visibilitychange', seen)
    show(null)
  }
}
