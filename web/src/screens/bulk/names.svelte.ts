// What the names in the instrument cells mean: each is looked up once, two at a time.
import { get } from '../../api/client'
import type { InstrumentsFound } from '../../api/types'
import { holdable } from '../../lib/kinds'
import { live } from '../../lib/live.svelte'
import { session } from '../../lib/session.svelte'
import { chosenOf, heldChoice } from '../transaction/search.svelte'
import type { Settled } from './check'
import { decide } from './decide'

const AT_ONCE = 2, ASKED = 10, WAIT_MS = 250
/** One name for all the ways to write it. */
export const nameOf = (typed: string) => typed.trim().toUpperCase()

export class Names {
  settled = $state.raw<Record<string, Settled>>({})
  private waiting: string[] = []
  private running = 0
  private timer: ReturnType<typeof setTimeout> | undefined

  of(typed: string): Settled | undefined { return this.settled[nameOf(typed)] }
  settle(typed: string, answer: Settled) { this.settled = { ...this.settled, [nameOf(typed)]: answer } }

  /** Looks names up that are not known yet, once typing has paused. */
  ask(typed: string[], portfolioId: string, wait = WAIT_MS) {
    clearTimeout(this.timer)
    this.timer = setTimeout(() => {
      const fresh = [...new Set(typed.map(nameOf))].filter((name) => name && !this.settled[name])
      if (!fresh.length) return
      this.settled = { ...this.settled, ...Object.fromEntries(fresh.map((name) => [name, { state: 'asking', choices: [] } as Settled])) }
      this.waiting.push(...fresh)
      while (this.running < AT_ONCE && this.waiting.length) void this.next(portfolioId)
    }, wait)
  }
  again(typed: string, portfolioId: string) {
    const { [nameOf(typed)]: _, ...others } = this.settled
    this.settled = others
    this.ask([typed], portfolioId, 0)
  }

  private async next(portfolioId: string) {
    this.running++
    for (let name = this.waiting.shift(); name !== undefined; name = this.waiting.shift()) this.settle(name, await find(name, portfolioId))
    this.running--
  }
}

async function find(name: string, portfolioId: string): Promise<Settled> {
  const holdings = (live.view?.holdings ?? []).filter((holding) => holding.portfolio_id === portfolioId)
  const heldIds = holdings.map((holding) => holding.instrument.id), home = session.user?.home_exchange ?? null
  const held = decide(holdings.map(heldChoice), name, heldIds, home)
  if (held.state === 'known') return held
  try {
    const answer = await get<InstrumentsFound>(`/instruments?q=${encodeURIComponent(name.replace(/^[A-Z_]+:/, ''))}&limit=${ASKED}`)
    return decide(answer.items.filter((item) => (holdable as string[]).includes(item.asset_type)).map(chosenOf), name, heldIds, home)
  } catch {
    return { state: 'failed', choices: [] }
  }
}
