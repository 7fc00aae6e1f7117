import { ask, Problem } from '../../api/client'
import { sentence } from '../../lib/problems'
import { say } from '../../words/performance'
import { choice } from './choice.svelte'
import { addressOf, type Answer, type Range } from './load'

/** The answers of one visit, by their question: a range that was seen is there at once, and is asked for again by its tag. */
export class Reading {
  answer = $state.raw<Answer | null>(null)
  /** Which range `answer` is of. */
  range = $state<Range>('All')
  /** The days of the whole ledger, as the answer to "All" told them. */
  whole = $state.raw<{ first: string; to: string } | null>(null)
  busy = $state(false)
  /** Why there is no newer answer. */
  failed = $state('')
  private scope = ''
  private kept = new Map<string, { tag: string | null; data: Answer }>()
  private question: AbortController | undefined

  /** Asks, and shows what it is told; the newest question wins. */
  async ask(scope: string, range: Range, benchmark: string | null) {
    if (scope !== this.scope) { this.kept.clear(); this.answer = this.whole = null; this.scope = scope }
    // A range is counted from the last day of the ledger, which the first answer tells.
    if (!this.whole) range = 'All'
    this.question?.abort()
    const { signal } = (this.question = new AbortController())
    const address = addressOf(scope, range, this.whole?.to ?? null, benchmark)
    const before = this.kept.get(address)
    if (before) this.show(range, before.data)
    this.busy = !before
    try {
      const { status, data, tag } = await ask<Answer>('GET', address, { tag: before?.tag, signal })
      if (signal.aborted) return
      if (status !== 304) { this.kept.set(address, { tag, data }); this.show(range, data) }
      this.failed = ''
    } catch (error) {
      if (signal.aborted) return
      if (!(error instanceof Problem)) throw error
      // What was compared with is gone, or was somebody else's in this browser.
      if (benchmark && error.status === 404 && choice.benchmark?.id === benchmark) choice.benchmark = null
      else this.failed = error.status === 0 ? say('noAnswer') : sentence(error)
    }
    this.busy = false
  }
  stop() { this.question?.abort() }

  private show(range: Range, answer: Answer) {
    this.answer = answer
    this.range = range
    if (range === 'All') this.whole = { first: answer.from, to: answer.to }
  }
}
