import { openingOf } from '../../charts/scale'
import { say } from '../../words/holding'

export const ranges = ['1M', '6M', 'YTD', '1Y', '3Y', '5Y', 'All'] as const
export type Range = (typeof ranges)[number]
const words = { '1M': 'pastMonth', '6M': 'pastHalf', YTD: 'thisYear', '1Y': 'pastYear', '3Y': 'past3', '5Y': 'past5', All: 'sinceBought' } as const

/** A range as it is spoken. */
export const rangeWord = (range: Range) => say(words[range])

/** The ranges that begin within the days there are; "All" always. */
export function rangesOf(days: readonly string[]): Range[] {
  const first = days[0] ?? '', end = days.at(-1) ?? ''
  return ranges.filter((range) => { const opening = end ? openingOf(end, range) : null; return range === 'All' || (opening !== null && opening >= first) })
}
