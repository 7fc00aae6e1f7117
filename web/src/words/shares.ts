import { room } from './room'

/** How much of the value stands at which kind of price, and since when. */
export const say = room('shares', {
  live: '{share} live, {since}',
  close: '{share} close, {since}',
  nav: '{share} NAV, {since}',
  manual: '{share} by hand, {since}',
  held: '{share} newer price in doubt, {since}',
  stale: '{share} stale, {since}',
  under: 'under {share}',
  label: 'How fresh the value is',
})
