import { room } from './room'

/** Where prices come from. */
export const say = room('sources', {
  sources: 'Price sources',
  ecbName: 'European Central Bank',
  demoName: 'Demo market (simulated)',
  amfi: 'Every Indian fund’s NAV, once a day',
  ecb: 'Exchange rates, once a day',
  yahoo: 'Shares and ETFs worldwide, every 10 minutes',
  demo: 'A simulated market, for looking around',
  termsYahoo: 'Yahoo’s terms forbid automated collection without its permission; switch it on only for your own personal use, and at your own risk.',
  fixed: 'Set by this server’s environment',
  both: '{about}. {fixed}',
  tick: 'Tick this, or switch {name} off',
})
