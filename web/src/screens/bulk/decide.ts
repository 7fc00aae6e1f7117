// Which of several instruments a name means.
import type { Chosen } from '../transaction/form.svelte'
import type { Settled } from './check'

const SHOWN = 3
const codesOf = (it: Chosen) => [it.symbol, it.isin].map((code) => code?.toUpperCase())

/** The one of several that is meant: what is held in the portfolio, else what trades at home; null when that does not decide. */
export function decide(choices: Chosen[], name: string, heldIds: string[], home: string | null): Settled {
  const [, exchange, code] = /^(?:([A-Z_]+):)?(.*)$/.exec(name)!
  const exact = choices.filter((it) => codesOf(it).includes(code.trim()) && (!exchange || it.exchange === exchange))
  const narrowed = [exact, exact.filter((it) => it.id && heldIds.includes(it.id)), exact.filter((it) => it.exchange === home)]
  const chosen = narrowed.find((some) => some.length === 1)?.[0]
  if (chosen) return { state: 'known', chosen }
  return exact.length ? { state: 'several', choices: exact.slice(0, SHOWN) } : { state: 'unknown', choices: choices.slice(0, SHOWN) }
}
