// The table's rows, what is known of each, and how it is kept while the page is open.
import { Keys } from '../../api/client'
import type { Transaction } from '../../api/types'
import { currentLocale, today } from '../../lib/format'
import { chosen, portfolios } from '../../lib/portfolios.svelte'
import { session } from '../../lib/session.svelte'
import { blank, columns, isBlank, readDay, readKind, type Cells, type Column } from './cells'
import { problemsOf } from './check'
import { Names } from './names.svelte'
import { typeWord } from '../../lib/transactions'

export const MOST = 500
const LEAST = 6, KEPT = 'many'
let count = 0

export class Line {
  readonly id = ++count
  cells = $state<Cells>(blank())
  state = $state<'new' | 'saving' | 'saved' | 'refused'>('new')
  /** Why the server refused it. */
  reason = $state('')
  /** What it became; null until it is saved. */
  saved = $state.raw<Transaction | null>(null)
  /** Whether it was left once: only then is what is still missing said. */
  left = $state(false)
  /** Rises with each final answer, so that sending the same again is another request. */
  attempt = 0
  constructor(cells: Partial<Cells> = {}) { Object.assign(this.cells, cells) }
}

export class Grid {
  portfolioId = $state((chosen() ?? portfolios.list?.[0])?.id ?? '')
  lines = $state.raw<Line[]>([])
  /** How many rows a paste had, where that was more than there is room for. */
  surplus = $state(0)
  saving = $state({ at: 0, all: 0 })
  stopped = $state('')
  names = new Names()
  keys = new Keys()

  constructor() { this.restore(); this.tail() }

  problems(line: Line) { return problemsOf(line.cells, this.names.of(line.cells.instrument), { locale: currentLocale(), today: today() }) }
  /** Every row that holds something, by how far it is. */
  sorted() {
    const all = { wrong: [] as Line[], looking: [] as Line[], ready: [] as Line[], saved: [] as Line[], refused: [] as Line[], filled: [] as Line[] }
    for (const line of this.lines) {
      if (isBlank(line.cells)) continue
      all.filled.push(line)
      if (line.state === 'saved') { all.saved.push(line); continue }
      if (line.state === 'refused') all.refused.push(line)
      if (Object.keys(this.problems(line)).length) all.wrong.push(line)
      else if (line.cells.instrument.trim() && this.names.of(line.cells.instrument)?.state !== 'known') all.looking.push(line)
      else all.ready.push(line)
    }
    return all
  }

  /** There is always an empty row at the end. */
  tail() {
    const last = this.lines.at(-1)
    const missing = Math.max(LEAST - this.lines.length, last && isBlank(last.cells) ? 0 : 1)
    if (missing > 0) this.lines = [...this.lines, ...Array.from({ length: missing }, () => new Line())]
  }
  /** A cell was typed in. What was refused counts as new again. */
  type(line: Line, column: Column, text: string) {
    const before = this.lines[this.lines.indexOf(line) - 1]
    const fresh = columns.every((one) => !line.cells[one])
    line.cells[column] = text
    if (line.state === 'refused') { line.state = 'new'; line.reason = '' }
    // The day, the kind and the account of the row above are the likeliest here too.
    if (fresh && text && before) for (const one of ['on', 'type', 'account'] as const) if (one !== column) line.cells[one] = before.cells[one]
    if (text) this.tail()
    if (column === 'instrument') this.ask()
  }
  /** On leaving a cell it says how it was understood: a day that cannot be misread, the kind by its word. */
  settle(line: Line, column: Column) {
    const day = column === 'on' ? readDay(line.cells.on, currentLocale()) : null, kind = column === 'type' ? readKind(line.cells.type) : null
    if (day) line.cells.on = day
    if (kind) line.cells.type = typeWord[kind]
  }
  ask() { this.names.ask(this.lines.filter((line) => line.state !== 'saved').map((line) => line.cells.instrument), this.portfolioId) }

  /** Puts rows in from a line on, over what stands there; without one, behind what is filled. */
  fill(rows: Partial<Cells>[], from = this.lines.findIndex((line) => isBlank(line.cells) && line.state !== 'saved')) {
    const room = MOST - from, lines = [...this.lines]
    this.surplus = rows.length > room ? room : 0
    rows.slice(0, room).forEach((cells, n) => {
      const line = (lines[from + n] ??= new Line())
      if (line.state === 'saved') return
      Object.assign(line.cells, cells)
      Object.assign(line, { left: true, state: 'new', reason: '' })
      this.settle(line, 'on')
      this.settle(line, 'type')
    })
    this.lines = lines
    this.tail()
    this.ask()
  }
  remove(line: Line) { this.lines = this.lines.filter((one) => one !== line); this.tail() }

  /** What is not saved yet survives a reload of the page, for this person and in this tab only. */
  keep() {
    const rows = this.lines.filter((line) => line.state !== 'saved' && !isBlank(line.cells)).map((line) => ({ ...line.cells }))
    try {
      if (rows.length) sessionStorage.setItem(KEPT, JSON.stringify({ user: session.user?.id, portfolioId: this.portfolioId, rows }))
      else sessionStorage.removeItem(KEPT)
    } catch { /* a full or forbidden store loses the draft on reload, nothing else */ }
  }
  private restore() {
    try {
      const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? 'null') as { user: string; portfolioId: string; rows: Partial<Cells>[] } | null
      if (!kept || kept.user !== session.user?.id) return
      if (portfolios.list?.some((portfolio) => portfolio.id === kept.portfolioId)) this.portfolioId = kept.portfolioId
      this.lines = kept.rows.slice(0, MOST).map((cells) => Object.assign(new Line(cells), { left: true }))
      this.ask()
    } catch { /* what cannot be read is no draft */ }
  }
}

let one: { user: string | undefined; grid: Grid } | null = null
/** The table of who is signed in; it stays as it is while other screens are looked at. */
export function grid(): Grid {
  if (one?.user !== session.user?.id) one = null
  one ??= { user: session.user?.id, grid: new Grid() }
  return one.grid
}
