import { room } from './room'

/** What stands where a figure is not shown. */
export const say = room('amount', {
  notKnown: 'not known',
  notKnownTip: 'Not known',
  hidden: 'hidden amount',
})
