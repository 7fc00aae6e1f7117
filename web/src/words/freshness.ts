import { room } from './room'

/** How fresh the prices are, all of them and each. */
export const say = room('freshness', {
  live: 'Live',
  closed: 'Market closed',
  stale: 'Stale prices',
  none: 'No prices yet',
  updated: 'Last updated {ago}',
  next: 'next in {minutes} min',
  asking: 'asking…',
  again: 'again in {seconds} s',
  refresh: 'Refresh now',
  demo: 'Demo prices, simulated',
  demoTip: 'These prices are made up by the built-in demo market',
  old: { one: '{count} price is old', other: '{count} prices are old' },
  demoAge: 'demo, {age}',
  tip: '{when}, from {source}; last confirmed {confirmed}',
  tipHeld: 'A newer price looks wrong and waits for a second opinion.',
  tipOld: 'No newer price was found.',
  inDoubt: 'newer one in doubt',
  nav: 'NAV, {day}',
  close: 'close, {day}',
  byHand: 'by hand, {day}',
  today: 'today',
  yesterday: 'yesterday',
  theDemo: 'the demo market',
  ownEntry: 'your own entry',
})
