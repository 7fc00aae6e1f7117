import { get, Problem } from '../../api/client'
import type { components } from '../../api/schema'
import type { PriceSource, PriceSources } from '../../api/types'
import { ALL, portfolios } from '../../lib/portfolios.svelte'

export type DataHealth = components['schemas']['DataHealth']
export type HeldBack = components['schemas']['HeldBack']
export type Refused = components['schemas']['Refused']
export type OldPrice = components['schemas']['OldPrice']
export type RefusedFile = components['schemas']['RefusedFile']
export type MissingHistory = components['schemas']['MissingHistory']
export type Run = components['schemas']['PastRefreshRun']
export type Kind = 'held' | 'refused' | 'stale' | 'unpriced' | 'withoutCost' | 'missing'
export const kinds: Kind[] = ['held', 'refused', 'stale', 'unpriced', 'withoutCost', 'missing']
const RUNS = 24

/** The things of one kind that are to be mended. */
export const listOf = (health: DataHealth, kind: Kind) => ({ held: health.held, refused: health.refused, stale: health.stale, unpriced: health.unpriced, withoutCost: health.without_cost, missing: health.missing_history })[kind]
export const isGood = (health: DataHealth) => kinds.every((kind) => !listOf(health, kind).length)

/** What the page shows; read again with every change of the prices. */
export class Health {
  health = $state.raw<DataHealth | null>(null)
  sources = $state.raw<PriceSource[]>([])
  runs = $state.raw<Run[]>([])
  files = $state.raw<RefusedFile[]>([])
  /** How many dividends that the ledgers may lack wait on the desk. */
  lacking = $state(0)
  failed = $state(false)

  async read(scope: string, signal: AbortSignal, administrator: boolean) {
    try {
      const [health, sources, runs, files, told] = await Promise.all([
        get<DataHealth>(scope === ALL ? '/health' : `/portfolios/${scope}/health`, signal),
        get<PriceSources>('/providers', signal),
        get<{ items: Run[] }>(`/prices/runs?limit=${RUNS}`, signal),
        administrator ? get<{ items: RefusedFile[] }>('/prices/files', signal) : { items: [] },
        Promise.all((portfolios.list ?? []).map((one) => get<{ items: unknown[] }>(`/portfolios/${one.id}/suggested-dividends`, signal))),
      ])
      if (signal.aborted) return
      Object.assign(this, { health, sources: sources.items, runs: runs.items, files: files.items, lacking: told.reduce((sum, { items }) => sum + items.length, 0), failed: false })
    } catch (error) {
      if (signal.aborted) return
      if (!(error instanceof Problem)) throw error
      this.failed = true
    }
  }
}
