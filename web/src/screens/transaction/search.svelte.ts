import { get, Problem } from '../../api/client'
import type { HoldableType, HoldingWorth, InstrumentFound, InstrumentsFound } from '../../api/types'
import { holdable } from '../../lib/kinds'
import { sentence } from '../../lib/problems'
import { say } from '../../words/transaction'
import type { Chosen } from './form.svelte'

const WAIT_MS = 180
const SHOWN = 7
export const chosenOf = (found: InstrumentFound): Chosen => ({ ...found, asset_type: found.asset_type as HoldableType, known: true })
export const heldChoice = ({ instrument, last_price, price }: HoldingWorth): Chosen => ({ ...instrument, asset_type: instrument.asset_type as HoldableType, last_price, as_of: price?.as_of ?? null, known: true })

/** A search as you type: the newest question wins, and a pause comes before each. */
export class Finder {
  found = $state.raw<Chosen[]>([])
  /** The question that `found` answers. */
  answered = $state('')
  busy = $state(false)
  /** Sources that did not answer in time, or why nothing could be asked. */
  gap = $state('')
  private timer: ReturnType<typeof setTimeout> | undefined
  private question: AbortController | undefined

  ask(query: string) {
    clearTimeout(this.timer)
    this.question?.abort()
    this.busy = !!query
    if (!query) { this.found = []; this.answered = ''; this.gap = ''; return }
    this.timer = setTimeout(() => void this.send(query), WAIT_MS)
  }

  private async send(query: string) {
    const question = (this.question = new AbortController())
    try {
      const answer = await get<InstrumentsFound>(`/instruments?q=${encodeURIComponent(query)}&limit=${SHOWN}`, question.signal)
      this.found = answer.items.filter((item) => (holdable as string[]).includes(item.asset_type)).map(chosenOf)
      this.gap = answer.fund_house ? say('fundHouse', { asked: query.trim(), house: answer.fund_house }) : answer.unreachable.length ? say('unreachable', { names: answer.unreachable.join(', ') }) : ''
    } catch (error) {
      if (question.signal.aborted) return
      this.found = []
      this.gap = error instanceof Problem ? sentence(error) : say('searchFailed')
    }
    this.answered = query
    this.busy = false
  }
}
