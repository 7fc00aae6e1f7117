// Which figure shows its working. The receipt itself is loaded when the first one is opened.
import { say } from '../words/figures'
import { worded } from './worded'

const figures = [
  'quantity', 'invested', 'priced_invested', 'avg_buy_price', 'last_price', 'fx_rate', 'current_value', 'profit_loss', 'profit_loss_pct', 'price_effect', 'currency_effect', 'realised', 'income',
  'tax_withheld', 'charges', 'total_profit_loss', 'day_change', 'day_change_pct', 'weight_pct', 'cash', 'xirr_pct', 'twr_pct', 'twr_annual_pct', 'max_drawdown_pct', 'volatility_pct',
] as const
export type FigureName = (typeof figures)[number]
/** Every figure that can show its working, in the words of its label. */
export const figureWord = worded(figures, say)

/** Whose figure it is: a portfolio's (or `all`), or that of one holding in it, named `of`; of what began on the day `since`. */
export interface Source { portfolio: string; holding?: string; of?: string; since?: string }
/** What is asked of the server for a figure, from the first day where it is of a period. */
export const addressOf = ({ portfolio, holding, since }: Source, figure: string) => `${portfolio === 'all' ? '' : `/portfolios/${portfolio}`}/explain?figure=${figure}${holding ? `&holding=${holding}` : ''}${since ? `&from=${since}` : ''}`
export interface Asked extends Source { figure: FigureName }

class Receipt {
  asked = $state.raw<Asked | null>(null)
  /** The figure that was pressed: the receipt opens beside it, and gives the focus back to it. */
  anchor: HTMLElement | null = null
}
export const receipt = new Receipt()
export function openReceipt(asked: Asked, anchor: HTMLElement) { receipt.anchor = anchor; receipt.asked = asked }

/** Every figure has its receipt, those of all portfolios together too. */
export const sourceOf = (view: { scope: string }): Source => ({ portfolio: view.scope })
export const sourceOfHolding = (view: { scope: string }, holding: { id: string; instrument: { name: string } }): Source => ({ portfolio: view.scope, holding: holding.id, of: holding.instrument.name })
