// The days behind the first screen: what the chart draws, what the number on top follows, what each range has made.
import { ask, Problem } from '../../api/client'
import type { components } from '../../api/schema'
import { prefs } from '../../lib/prefs.svelte'
import { route } from '../../lib/router.svelte'
import { firstDay, openingDay, rangesOf, type Point, type Range } from './past'

type Performance = Omit<components['schemas']['Performance'], 'portfolio'>

const USUAL: Range = '1Y'

class History {
  /** The whole answer, from the first transaction to today; null until it is there. */
  all = $state.raw<Performance | null>(null)
  failed = $state(false)
  /** The range that the reader chose; null until one was. */
  wanted = $state<Range | null>(null)
  /** The day under the crosshair. */
  at = $state.raw<Point | null>(null)
  /** What each range has made, as far as it was asked for. */
  made = $state.raw<Partial<Record<Range, Pick<Performance, 'made' | 'twr_pct'>>>>({})

  days = $derived(this.all?.series ?? [])
  ranges = $derived(rangesOf(this.days))
  range = $derived<Range>([this.wanted, USUAL].find((range): range is Range => !!range && this.ranges.includes(range)) ?? 'All')
  opening = $derived(openingDay(this.days, this.range))
}
export const history = new History()

/** The instrument that the reader compares with, by the address or by liking; null for none. */
export const benchmarkId = () => new URLSearchParams(route.query).get('benchmark') ?? (prefs as { benchmark?: string }).benchmark ?? null

let shown = ''
const tags = new Map<string, string>()

/** Reads the days of a portfolio, or of all of them; the same tag costs one 304. */
export async function readHistory(scope: string, signal: AbortSignal) {
  const benchmark = benchmarkId()
  const path = `${scope === 'all' ? '' : `/portfolios/${scope}`}/performance${benchmark ? `?benchmark=${encodeURIComponent(benchmark)}` : ''}`
  if (path !== shown) forget(path)
  const all = await read(path, signal)
  if (!all) return
  history.made = {}
  history.all = all
}

/** Asks what the range on screen has made, once for each state of the portfolio. */
export async function readRange(signal: AbortSignal) {
  const { all, range, opening } = history
  if (!all || history.made[range]) return
  const figures = opening === null ? all : await read(`${shown.split('?')[0]}?series=false&from=${firstDay(opening)}`, signal, false)
  if (figures && history.all === all) history.made = { ...history.made, [range]: figures }
}

function forget(path: string) {
  shown = path
  tags.clear()
  Object.assign(history, { all: null, failed: false, at: null, made: {} })
}

/** Null when there is nothing new, or nothing at all. */
async function read(path: string, signal: AbortSignal, tagged = true): Promise<Performance | null> {
  try {
    const answer = await ask<Performance>('GET', path, { tag: tagged ? tags.get(path) : null, signal })
    if (signal.aborted) return null
    if (tagged) history.failed = false
    if (answer.status === 304) return null
    if (tagged && answer.tag) tags.set(path, answer.tag)
    return answer.data
  } catch (error) {
    if (signal.aborted) return null
    if (!(error instanceof Problem)) throw error
    if (tagged) history.failed = !history.all
    return null
  }
}
