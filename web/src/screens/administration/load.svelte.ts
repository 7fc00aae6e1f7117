import { get, Problem } from '../../api/client'
import type { components } from '../../api/schema'
import type { PriceSource, PriceSources, Server } from '../../api/types'
import { say } from '../../words/administration'

export type ListedUser = components['schemas']['ListedUser']
export type Run = components['schemas']['PastRefreshRun']
export type SourceOrder = components['schemas']['PriceSourceOrder']
const RUNS = 24

/** What the administrator sees of the server; read again after each change and with new prices. */
export class Administration {
  server = $state.raw<Server | null>(null)
  users = $state.raw<ListedUser[]>([])
  runs = $state.raw<Run[]>([])
  sources = $state.raw<PriceSource[]>([])
  orders = $state.raw<SourceOrder[]>([])
  nextRefreshAt = $state('')
  failed = $state(false)

  async read(signal?: AbortSignal) {
    try {
      const [server, users, runs, sources, status, orders] = await Promise.all([
        get<Server>('/server', signal),
        get<{ items: ListedUser[] }>('/users', signal),
        get<{ items: Run[] }>(`/prices/runs?limit=${RUNS}`, signal),
        get<PriceSources>('/providers', signal),
        get<components['schemas']['PriceStatusAnswer']>('/prices/status', signal),
        get<{ items: SourceOrder[] }>('/providers/order', signal),
      ])
      if (signal?.aborted) return
      Object.assign(this, { server, users: users.items, runs: runs.items, sources: sources.items, orders: orders.items, nextRefreshAt: status.next_refresh_at, failed: false })
    } catch (error) {
      if (signal?.aborted) return
      if (!(error instanceof Problem)) throw error
      this.failed = true
    }
  }
}

const kinds = ['not_found', 'no_data', 'rate_limited', 'auth', 'blocked', 'contract_changed', 'transient', 'forbidden_plan', 'quota_exhausted', 'not_stored', 'broke', 'out_of_time'] as const
const isKnown = (kind: string): kind is (typeof kinds)[number] => (kinds as readonly string[]).includes(kind)

/** What went wrong with a source, as the end of a sentence that begins with its name. */
export const failureWord = (kind: string, count: number) => (isKnown(kind) ? say(kind, { count }) : say('otherFailure', { count, kind: kind.replaceAll('_', ' ') }))

/** What went wrong in a run, a sentence for each source that failed in anything. */
export function failuresOf(run: Run, sources: readonly PriceSource[]): string[] {
  return run.providers.flatMap((one) => {
    const counted = Object.entries(one.failures).map(([kind, count]) => failureWord(kind, count))
    const failures = counted.length || one.ok ? counted : [say('notWhole')]
    return failures.length ? [say('said', { source: sources.find((source) => source.name === one.name)?.label ?? one.name, failures: failures.join('; ') })] : []
  })
}
