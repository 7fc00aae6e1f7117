// What a reader compares with and how the chart is drawn, kept in this browser.
import type { Mode } from './load'

/** What the portfolio is compared with: its id, and its name as it was when it was chosen. */
export interface Benchmark { id: string; name: string }
interface Choice { benchmark: Benchmark | null; mode: Mode }

const STORE = 'performance'
function saved(): Partial<Choice> {
  try { return JSON.parse(localStorage.getItem(STORE) ?? '{}') as Partial<Choice> } catch { return {} }
}
export const choice = $state<Choice>({ benchmark: null, mode: 'value', ...saved() })

/** Keeps the choice; to be called in an effect. */
export function keepChoice() {
  try { localStorage.setItem(STORE, JSON.stringify(choice)) } catch { /* a full or forbidden store loses a preference, nothing else */ }
}
