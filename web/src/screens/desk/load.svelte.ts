import { get, post, Problem, remove } from '../../api/client'
import type { components } from '../../api/schema'
import { refreshView } from '../../lib/live.svelte'
import { loadPortfolios, portfolios } from '../../lib/portfolios.svelte'

export type Proposal = components['schemas']['Proposal']
export type PortfolioPreview = components['schemas']['PortfolioPreview']
export type ProposalPreview = components['schemas']['ProposalPreview']
export type HoldingState = components['schemas']['HoldingState']
export type OwnProposal = components['schemas']['OwnProposal']
/** A dividend that one portfolio's ledger may lack. */
export type Dividend = components['schemas']['SuggestedDividend'] & { portfolioId: string; portfolioName: string }
/** What one's own portfolios would look like, by proposal. */
export interface Mine { proposal: Proposal; previews: PortfolioPreview[] }

/** What the page shows: for the administrator all that is proposed, for everybody what it would change for them. */
export class Desk {
  proposals = $state.raw<Proposal[] | null>(null)
  mine = $state.raw<Mine[]>([])
  dividends = $state.raw<Dividend[]>([])
  failed = $state(false)

  async read(administrator: boolean, signal?: AbortSignal) {
    try {
      if (!portfolios.list) await loadPortfolios()
      const list = portfolios.list ?? []
      const [all, own, told] = await Promise.all([
        administrator ? get<{ items: Proposal[] }>('/desk', signal) : { items: [] },
        administrator ? [] : Promise.all(list.map((one) => get<{ items: OwnProposal[] }>(`/portfolios/${one.id}/proposals`, signal))),
        Promise.all(list.map((one) => get<{ items: Omit<Dividend, 'portfolioId' | 'portfolioName'>[] }>(`/portfolios/${one.id}/suggested-dividends`, signal))),
      ])
      if (signal?.aborted) return
      const dividends = told.flatMap(({ items }, n) => items.map((item) => ({ ...item, portfolioId: list[n].id, portfolioName: list[n].name })))
      Object.assign(this, { proposals: all.items, mine: byProposal(own.flatMap((one) => one.items)), dividends, failed: false })
    } catch (error) {
      if (signal?.aborted) return
      if (!(error instanceof Problem)) throw error
      this.failed = true
    }
  }
}

function byProposal(items: OwnProposal[]): Mine[] {
  const found = new Map<string, Mine>()
  for (const { proposal, preview } of items) {
    if (!found.has(proposal.id)) found.set(proposal.id, { proposal, previews: [] })
    found.get(proposal.id)!.previews.push(preview)
  }
  return [...found.values()]
}

export const loadPreview = (id: string, signal: AbortSignal) => get<ProposalPreview>(`/desk/${id}/preview`, signal)

/** Does something with a proposal, and shows everywhere what came of it. */
export async function settle(id: string, act: 'apply' | 'undo' | 'dismiss' | 'reopen', body: Record<string, unknown> = {}) {
  await post(`/desk/${id}/${act}`, act === 'undo' || act === 'reopen' ? undefined : body)
  await refreshView()
}
export async function book(one: Dividend, body: { paid_on: string; taxes?: string }) {
  await post(`/portfolios/${one.portfolioId}/suggested-dividends/${one.action_id}`, body)
  await refreshView()
}
export const dismiss = (one: Dividend) => remove(`/portfolios/${one.portfolioId}/suggested-dividends/${one.action_id}`)
export const propose = (body: Record<string, unknown>, key: string) => post<Proposal>('/desk', body, key)
