import type { Translation } from '../room'
import type { say } from '../shares'

export const shares: Translation<typeof say> = {
  live: '{share} लाइव, {since}',
  close: '{share} बंद भाव, {since}',
  nav: '{share} NAV, {since}',
  manual: '{share} हाथ से दर्ज, {since}',
  held: '{share} के नए भाव पर शक, {since}',
  stale: '{share} पुरानी, {since}',
  under: '{share} से कम',
  label: 'मूल्य कितना ताज़ा है',
}
