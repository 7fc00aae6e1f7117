import { get } from '../../api/client'
import type { Page, Transaction } from '../../api/types'
import { sentence } from '../../lib/problems'

interface Source { path: string; rows: Transaction[]; cursor: string | null; done: boolean }
const PAGE = 100, MOST = 200

/** Transactions of one or several portfolios, newest first, read page by page and merged by day. */
export class Ledger {
  rows = $state.raw<Transaction[]>([])
  more = $state(false)
  ready = $state(false)
  failed = $state('')
  busy = $state(false)
  /** The day down to which every row is here; null when all are. */
  wholeFrom = $state<string | null>(null)
  private sources: Source[]

  constructor(portfolioIds: string[], instrumentId: string | null) {
    const only = instrumentId ? `instrument_id=${encodeURIComponent(instrumentId)}&` : ''
    this.sources = portfolioIds.map((id) => ({ path: `/portfolios/${id}/transactions?${only}`, rows: [], cursor: null, done: false }))
  }

  /** Reads what comes next, oldest frontier first, so that no earlier row can still turn up above what is shown. */
  async next(rows = PAGE) {
    if (this.busy) return
    this.busy = true
    this.failed = ''
    try {
      const wanted = this.rows.length + rows
      do {
        const open = this.sources.filter((source) => !source.done)
        const newest = open.map((source) => source.rows.at(-1)?.traded_on ?? '9999').sort().at(-1)
        await Promise.all(open.filter((source) => (source.rows.at(-1)?.traded_on ?? '9999') === newest).map((source) => readPage(source, rows > PAGE ? MOST : PAGE)))
        this.merge()
      } while (this.more && this.rows.length < wanted)
      this.ready = true
    } catch (error) {
      this.failed = sentence(error)
    }
    this.busy = false
  }

  private merge() {
    const open = this.sources.filter((source) => !source.done)
    const frontier = open.map((source) => source.rows.at(-1)?.traded_on ?? '9999').sort().at(-1)
    const all = this.sources.flatMap((source) => source.rows).sort((a, b) => (a.traded_on < b.traded_on ? 1 : a.traded_on > b.traded_on ? -1 : 0))
    this.rows = frontier && this.sources.length > 1 ? all.filter((row) => row.traded_on >= frontier) : all
    this.more = open.length > 0
    this.wholeFrom = frontier ?? null
  }
}

async function readPage(source: Source, limit: number) {
  const page = await get<Page<Transaction>>(`${source.path}limit=${limit}${source.cursor ? `&cursor=${encodeURIComponent(source.cursor)}` : ''}`)
  source.rows.push(...page.items)
  source.cursor = page.next_cursor ?? null
  source.done = !source.cursor
}
