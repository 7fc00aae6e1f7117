import type { Portfolio } from '../../api/types'

/** The dialog for a new portfolio, or for the one given. */
export const portfolioForm = $state({ open: false, portfolio: null as Portfolio | null })
export function openPortfolio(portfolio: Portfolio | null) { portfolioForm.portfolio = portfolio; portfolioForm.open = true }
