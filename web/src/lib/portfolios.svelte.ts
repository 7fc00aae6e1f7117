import { everyPage } from '../api/client'
import type { Portfolio } from '../api/types'
import { say } from '../words/shell'
import { prefs } from './prefs.svelte'

/** The user's portfolios, oldest first as the server lists them; null until they were read. */
export const portfolios = $state({ list: null as Portfolio[] | null })

export async function loadPortfolios() {
  portfolios.list = await everyPage<Portfolio>('/portfolios')
}
export const ALL = 'all'

/** The portfolio on screen: its id, `all`, or null when there is none. */
export function scope(): string | null {
  const list = portfolios.list
  if (!list?.length) return null
  if (prefs.scope === ALL && list.length > 1) return ALL
  return (list.find((portfolio) => portfolio.id === prefs.scope) ?? list[0]).id
}
export const chosen = () => portfolios.list?.find((portfolio) => portfolio.id === scope()) ?? null
export const scopeName = () => (scope() === ALL ? say('allPortfolios') : (chosen()?.name ?? ''))
export const portfolioOf = (id: string) => portfolios.list?.find((portfolio) => portfolio.id === id) ?? null
