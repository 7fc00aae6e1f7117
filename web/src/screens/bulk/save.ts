import { post, Problem, remove } from '../../api/client'
import type { Transaction } from '../../api/types'
import { currentLocale, qty, shortDate } from '../../lib/format'
import { rank } from '../../lib/ledger'
import { ledgerChanged } from '../../lib/live.svelte'
import { portfolioOf } from '../../lib/portfolios.svelte'
import { prefs } from '../../lib/prefs.svelte'
import { sentence } from '../../lib/problems'
import { offer } from '../../lib/undo.svelte'
import { say } from '../../words/bulk'
import { readDay, readKind } from './cells'
import { inputOf } from './check'
import type { Grid, Line } from './grid.svelte'

/** Oldest first, so that what is sold was bought before; within a day splits first and sales last. */
function inOrder(lines: Line[]): Line[] {
  const place = (line: Line) => [readDay(line.cells.on, currentLocale())!, rank(readKind(line.cells.type)!)] as const
  return lines.map((line) => ({ line, at: place(line) })).sort((a, b) => (a.at[0] < b.at[0] ? -1 : a.at[0] > b.at[0] ? 1 : a.at[1] - b.at[1])).map(({ line }) => line)
}

function whyNot(error: Problem, account: string): string {
  if (error.code === 'oversold') {
    const { held, sold, on } = error.more as { held: string; sold: string; on: string }
    return say(prefs.hidden ? 'oversoldHidden' : account ? 'oversoldIn' : 'oversold', { day: shortDate(on), held: qty(held), sold: qty(sold), account })
  }
  return error.errors.length ? error.errors.map((one) => one.message).join(' ') : sentence(error)
}
/** No word about the row itself: the others would fare no better. */
const endsAll = (error: Problem) => error.status === 0 || error.status === 401 || error.status === 404 || error.status === 429 || error.status >= 500

/** Sends every row that is ready, one by one; each says for itself whether it is saved. */
export async function saveAll(grid: Grid): Promise<void> {
  const lines = inOrder(grid.sorted().ready), portfolio = portfolioOf(grid.portfolioId)
  if (!lines.length || grid.saving.all) return
  grid.stopped = ''
  const done: Line[] = []
  for (const [n, line] of lines.entries()) {
    grid.saving = { at: n + 1, all: lines.length }
    line.state = 'saving'
    try {
      const settled = grid.names.of(line.cells.instrument)
      const input = inputOf(line.cells, settled?.state === 'known' ? settled.chosen : null, currentLocale(), portfolio?.currency ?? null)
      const path = `/portfolios/${grid.portfolioId}/transactions`
      line.saved = await post<Transaction>(path, input, grid.keys.of([path, input, line.id, line.attempt]))
      line.state = 'saved'
      done.push(line)
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      if (endsAll(error)) { line.state = 'new'; grid.stopped = sentence(error); break }
      line.attempt++
      line.reason = whyNot(error, line.cells.account.trim())
      line.state = 'refused'
    }
  }
  grid.saving = { at: 0, all: 0 }
  grid.keep()
  if (!done.length) return
  ledgerChanged()
  offer(() => say('added', { count: done.length, n: done.length }), () => takeAllBack(grid, done))
}

/** Newest first, so that nothing goes while something later still needs it. The rows stand in the table again. */
async function takeAllBack(grid: Grid, lines: Line[]): Promise<void> {
  try {
    for (const line of lines.toReversed()) {
      if (!line.saved) continue
      await remove(`/transactions/${line.saved.id}`, line.saved.version)
      line.attempt++
      Object.assign(line, { state: 'new', saved: null })
    }
  } finally {
    grid.keep()
    ledgerChanged()
  }
}
