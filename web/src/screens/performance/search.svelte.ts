import { get, Problem } from '../../api/client'
import type { InstrumentFound, InstrumentsFound } from '../../api/types'

const WAIT_MS = 180
const SHOWN = 8
export type Priced = InstrumentFound & { id: string }

/** What can be compared with: an instrument that has prices here. The newest question wins, and a pause comes before each. */
export class Finder {
  found = $state.raw<Priced[]>([])
  state = $state<'idle' | 'busy' | 'answered' | 'failed'>('idle')
  private timer: ReturnType<typeof setTimeout> | undefined
  private question: AbortController | undefined

  ask(query: string) {
    clearTimeout(this.timer)
    this.question?.abort()
    this.state = query ? 'busy' : 'idle'
    if (!query) this.found = []
    else this.timer = setTimeout(() => void this.send(query), WAIT_MS)
  }

  private async send(query: string) {
    const question = (this.question = new AbortController())
    try {
      const { items } = await get<InstrumentsFound>(`/instruments?q=${encodeURIComponent(query)}&limit=20`, question.signal)
      if (question.signal.aborted) return
      this.found = items.filter((item): item is Priced => item.id !== null && item.last_price !== null).slice(0, SHOWN)
      this.state = 'answered'
    } catch (error) {
      if (question.signal.aborted) return
      if (!(error instanceof Problem)) throw error
      this.found = []
      this.state = 'failed'
    }
  }
}
