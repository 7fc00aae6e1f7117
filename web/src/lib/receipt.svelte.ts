// Which figure shows its working. The receipt itself is loaded when the first one is opened.

/** Every figure that can show its working, in the words of its label. */
export const figureWord = {
  quantity: 'Units held', invested: 'Invested', priced_invested: 'Invested in what is priced', avg_buy_price: 'Average cost of one', last_price: 'Last price', fx_rate: 'Exchange rate',
  current_value: 'Current value', profit_loss: 'Profit / loss', profit_loss_pct: 'Profit / loss in per cent', price_effect: 'Price effect', currency_effect: 'Currency effect', realised: 'Realised', income: 'Income',
  tax_withheld: 'Tax withheld', charges: 'Charges', total_profit_loss: 'Total profit / loss', day_change: 'Today', day_change_pct: 'Today in per cent', weight_pct: 'Share of the value', cash: 'Cash',
  xirr_pct: 'Your return (XIRR)', twr_pct: 'Time-weighted return (TWR)', twr_annual_pct: 'Time-weighted return a year', max_drawdown_pct: 'Largest fall', volatility_pct: 'Volatility',
}
export type FigureName = keyof typeof figureWord

/** Whose figure it is: a portfolio's, or that of one holding in it, named `of`. */
export interface Source { portfolio: string; holding?: string; of?: string }
export interface Asked extends Source { figure: FigureName }

class Receipt {
  asked = $state.raw<Asked | null>(null)
  /** The figure that was pressed: the receipt opens beside it, and gives the focus back to it. */
  anchor: HTMLElement | null = null
}
export const receipt = new Receipt()
export function openReceipt(asked: Asked, anchor: HTMLElement) { receipt.anchor = anchor; receipt.asked = asked }

/** All portfolios together have no receipt of their own: their figures are plain text. */
export const sourceOf = (view: { scope: string }): Source | null => (view.scope === 'all' ? null : { portfolio: view.scope })
export const sourceOfHolding = (view: { scope: string }, holding: { id: string; instrument: { name: string } }): Source | null => (view.scope === 'all' ? null : { portfolio: view.scope, holding: holding.id, of: holding.instrument.name })
