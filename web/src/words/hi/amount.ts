import type { say } from '../amount'
import type { Translation } from '../room'

export const amount: Translation<typeof say> = {
  notKnown: 'पता नहीं',
  notKnownTip: 'पता नहीं',
  hidden: 'छिपी राशि',
}
