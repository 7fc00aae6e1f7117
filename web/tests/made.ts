import type { HoldingWorth, Price } from '../src/api/types'

/** A holding for tests, with what matters to the case. */
export function holding(id: string, over: Partial<HoldingWorth> = {}, name = id): HoldingWorth {
  return {
    id, portfolio_id: 'p', instrument: { id, asset_type: 'STOCK', exchange: 'NSE', symbol: id, name, currency: 'INR', isin: null }, quantity: '1', avg_buy_price: '1', invested: '1', last_price: '1', price: null, fx_rate: '1', fx_on: null,
    current_value: '1', profit_loss: '0', profit_loss_pct: '0', price_effect: '0', currency_effect: '0', realised: '0', income: '0', tax_withheld: '0', charges: '0', total_profit_loss: '0', day_change: '0', day_change_pct: '0', weight_pct: '1', provisional: false, ...over,
  }
}
export const priceAt = (over: Partial<Price>): Price => ({ currency: 'INR', as_of: '2026-11-20T09:10:00Z', last_updated_at: '2026-11-20T09:10:00Z', source: 'yahoo', status: 'live', stale_at: '2026-11-20T09:35:00Z', ...over })
