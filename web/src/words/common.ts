import { room } from './room'

/** The few words that every screen has. */
export const say = room('common', {
  close: 'Close',
  justNow: 'just now',
})
