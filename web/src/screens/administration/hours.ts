import type { MarketHours, MarketHoursInput } from './marketClock.svelte'

/** What is wrong with hours that somebody typed, by field. Earlier than those of today, nobody would ever see them. */
export const wrongHours = (today: MarketHours, { since, opens, closes }: MarketHoursInput) => ({
  since: !since ? 'dayMissing' : today.since && since < today.since ? 'hoursTooEarly' : null,
  opens: opens ? null : 'timeMissing',
  closes: !closes ? 'timeMissing' : opens && closes <= opens ? 'notAfter' : null,
} as const)
