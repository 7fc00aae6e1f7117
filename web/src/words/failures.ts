import { room } from './room'

/** What a source gave in place of a price, by its stable code; and what would mend what is missing, by its own. */
export const say = room('failures', {
  not_found: '{source} does not know it.',
  no_data: '{source} has no price of it now.',
  forbidden_plan: '{source} has it on a paid plan only.',
  rate_limited: '{source} asks us to wait.',
  quota_exhausted: '{source} has no allowance left.',
  auth: '{source} refuses our key.',
  blocked: '{source} turns us away.',
  contract_changed: '{source} answers in a form not known here.',
  transient: '{source} does not answer.',
  other: '{source} gave no price.',
  mendPrice: 'Switch on a source that knows {symbol} on {exchange} in {own}, or correct what it is called.',
  mendPriceByHand: 'Enter a price of {symbol}: no source has one.',
  mendLine: 'Choose the line of {symbol} that trades in {own}.',
  mendRates: 'Switch on the reference rates: the rate from {own} to {currency} is not known.',
  mendCostRate: 'Enter the rate from {own} to {currency} on the transactions of {symbol} that lack it.',
  mendCost: 'Say what the units of {symbol} that came by transfer cost.',
})
