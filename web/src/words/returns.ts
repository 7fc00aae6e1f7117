import { room } from './room'

/** The three returns side by side, and how it went. */
export const say = room('returns', {
  title: 'Returns',
  yours: 'Your return',
  xirrTip: 'Extended internal rate of return',
  aYear: 'a year',
  yoursSay: 'How your money did: when it came and went counts.',
  young: 'As if a whole year went like this.',
  several: 'Other rates fit these flows as well.',
  weighted: 'Time-weighted',
  twrTip: 'Time-weighted return',
  inAll: 'in all',
  weightedSay: 'How the holdings did: the timing of your money is taken out.',
  profit: 'Profit / loss %',
  onCost: 'on cost',
  profitSays: 'Gain over the cost of what is held. Time is not in it.',
  fall: 'Largest fall',
  volatility: 'Volatility',
  realised: 'Realised this financial year',
  since: 'Since',
  failed: 'The returns could not be read.',
  tryAgain: 'Try again',
  working: 'Working them out…',
})
