// The working of a figure, made into the words and numbers of its receipt.
import type { Node, Receipt } from '../api/types'
import { say } from '../words/receipt'
import { signOf } from './dec'
import { currentLocale, digitsOf, exact, money, numberText, pct, percentText, shortDate, signedMoney, signedPct, today, whenText } from './format'
import { sourceName } from './freshness'
import { isMoney, typeWord } from './transactions'

type Fact = NonNullable<Node['fact']>
type Number = Pick<Node, 'value' | 'unit' | 'currency'>

export const HIDDEN = '••••'
const PRICE_DIGITS = 6, RATE_DIGITS = 6, PERCENT_DIGITS = 4, NUMBER_DIGITS = 6
/** What a reader who hides amounts would not want to be seen; the price of the market is everybody's. */
const secret = (node: Number & { fact?: Fact | null }) => node.unit === 'money' || node.unit === 'quantity' || (node.unit === 'price' && node.fact?.kind !== 'price')

// Gains have their sign; what something is worth, cost or weighs has none.
const gains = ['profit_loss', 'price_effect', 'currency_effect', 'realised', 'income', 'total_profit_loss', 'day_change', 'xirr', 'twr', 'twr_annual', 'modified_dietz', 'max_drawdown', 'same_flows_xirr', 'same_flows_gain']
export type Headline = 'signed' | 'plain'
/** How the figure itself is shown on top. */
export const headline = ({ figure }: Receipt): Headline => (gains.includes(figure.replace(/^.*\.|_pct$/g, '')) ? 'signed' : 'plain')

/** A number as the receipt shows it; a sum of money to the paisa, everything else to as many digits as anybody reads. */
export function shown(node: Number & { fact?: Fact | null }, hidden: boolean, top?: Headline): string {
  const { value, unit, currency } = node
  if (value === null) return '—'
  if (hidden && secret(node)) return HIDDEN
  if (top && unit === 'percent') return top === 'signed' ? signedPct(value) : pct(value)
  if (top === 'signed' && currency) return signedMoney(value, currency)
  if (unit === 'money' && currency) return money(value, currency)
  if (unit === 'price' && currency) return numberText(value, { style: 'currency', currency, minimumFractionDigits: 2, maximumFractionDigits: PRICE_DIGITS })
  if (unit === 'percent') return percentText(value, { minimumFractionDigits: 2, maximumFractionDigits: PERCENT_DIGITS })
  // A small rate, as of yen to dollars, would lose its digits to a fixed number of places.
  if (unit === 'rate') return numberText(value, /^-?0(\.0|$)/.test(value) ? { maximumSignificantDigits: RATE_DIGITS } : { maximumFractionDigits: RATE_DIGITS })
  // What one became, and an index: a quotient, or a float. Days are whole.
  if (unit === 'number') return numberText(value, { minimumFractionDigits: value.includes('.') ? NUMBER_DIGITS : 0, maximumFractionDigits: NUMBER_DIGITS })
  return numberText(value, { maximumFractionDigits: 18 })
}
/** Every digit there is, for the tip. */
export function everyDigit(node: Number, hidden: boolean): string | undefined {
  if (node.value === null || hidden) return undefined
  return node.currency && (node.unit === 'money' || node.unit === 'price') ? exact(node.value, node.currency) : undefined
}
/** Whether a line is rounded on the screen, so that lines may seem to miss their total by a little. */
export function isRounded(node: Node): boolean {
  const fraction = (node.value?.split('.')[1] ?? '').replace(/0+$/, '').length
  const digits = { money: node.currency ? digitsOf(node.currency) : 2, price: PRICE_DIGITS, percent: PERCENT_DIGITS, rate: RATE_DIGITS, quantity: 18, number: NUMBER_DIGITS }[node.unit]
  return fraction > digits
}

/** Whether it was reckoned in floats: then nothing behind its lines is exact. */
export const isFloating = (node: Node): boolean => floating.includes(node.op ?? '') || node.parts.some(isFloating)
const floating = ['link', 'xirr', 'annualise', 'volatility', 'sharpe', 'sortino']

export interface Sign { text: string; readonly word: string }
const sign = (text: string, key: Parameters<typeof say>[0]): Sign => ({ text, get word() { return say(key) } })
const PLUS = sign('+', 'plus'), MINUS = sign('−', 'less'), TIMES = sign('×', 'times'), OVER = sign('÷', 'dividedBy'), NONE: Sign = { text: '', word: '' }

/** What stands before the nth part; what is taken away is shown without a sign of its own. */
export function signBefore(op: string | null, at: number, value: string | null): Sign {
  const below = value !== null && signOf(value) < 0
  if (op === 'sum') return below ? MINUS : at ? PLUS : NONE
  if (op === 'difference' && at) return below ? PLUS : MINUS
  if (op === 'negate') return MINUS
  if ((op === 'product' || op === 'link') && at) return TIMES
  if ((op === 'quotient' || op === 'percent') && at) return OVER
  if (op === 'share' && at) return at === 1 ? TIMES : OVER
  return NONE
}
/** The number behind its sign. */
export const unsigned = (node: Node, sign: Sign): Node => ((sign === MINUS || sign === PLUS) && node.value?.startsWith('-') ? { ...node, value: node.value.slice(1) } : node)

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)
/** A factor of one that says nothing: a currency and itself, or money counted as one piece. */
const isOne = (node: Node) => node.value === '1' && ((node.unit === 'rate' && /\b([A-Z]{3}) to \1\b/.test(node.label)) || (node.unit === 'quantity' && node.fact?.kind === 'transaction' && isMoney(node.fact.type)))
const isNothing = (node: Node) => node.value !== null && signOf(node.value) === 0 && !node.fact

/** What is below a line, without what adds nothing to it; `nothing` says how many lines of a sum were such. */
export function below(node: Node): { op: Node['op']; parts: Node[]; nothing: number } {
  // A minus has nothing of its own to say: what it turns round stands for it.
  if (node.op === 'negate' && node.parts.length === 1) return below(node.parts[0])
  let parts = node.op === 'product' ? node.parts.filter((part) => !isOne(part)) : node.parts
  if (parts.length === 1 && !parts[0].parts.length && same(parts[0].fact, node.fact) && node.op === 'product') parts = []
  const some = node.op === 'sum' ? parts.filter((part) => !isNothing(part)) : parts
  return some.length ? { op: node.op, parts: some, nothing: parts.length - some.length } : { op: node.op, parts, nothing: 0 }
}
/** A holding's line in a portfolio's receipt: its working is read when it is asked for. */
export const isElsewhere = (node: Node) => !node.parts.length && node.figure !== null && node.fact?.kind === 'holding'

/** Days are written as the reader writes them. */
export const words = (text: string) => text.replace(/\b\d{4}-\d{2}-\d{2}\b/g, (day) => shortDate(day))

const statuses = ['stale', 'held', 'delayed', 'close', 'demo'] as const
const statusWord = (status: string) => { const known = statuses.find((one) => one === status); return known ? say(known) : '' }

/** Where a number comes from, in one line; empty when its label says it all. */
export function factText(fact: Fact, label: string, now: number): string {
  if (fact.kind === 'price') {
    const name = fact.source === null ? '' : fact.source === 'manual' ? say('byHand') : upperFirst(sourceName(fact.source))
    const at = fact.status === 'nav' ? say('navOf', { day: shortDate(today(new Date(fact.as_of))) }) : say('priceAsOf', { when: whenText(fact.as_of, now) })
    return [name, statusWord(fact.status), at, fact.fetched_at === null ? '' : say('fetched', { when: whenText(fact.fetched_at, now) })].filter(Boolean).join(' · ')
  }
  if (fact.kind === 'fx') {
    const sources = [...new Set(fact.legs.flatMap((leg) => (leg.source ? [upperFirst(sourceName(leg.source))] : [])))]
    const at = fact.on ? say('rateOf', { day: shortDate(fact.on) }) : fact.as_of ? say('priceAsOf', { when: whenText(fact.as_of, now) }) : ''
    return [...sources, at].filter(Boolean).join(' · ')
  }
  if (fact.kind === 'transaction') {
    const said = label.includes(fact.traded_on)
    return [said ? '' : `${typeWord[fact.type]}, ${shortDate(fact.traded_on)}`, fact.account ?? ''].filter(Boolean).join(' · ')
  }
  if (fact.kind === 'split') return [label.includes(fact.on) ? fact.ratio : `${fact.ratio}, ${shortDate(fact.on)}`, fact.told_by === 'portfolio' ? say('byYou') : say('ofInstrument')].join(' · ')
  if (fact.kind === 'day') return label.includes(fact.on) ? '' : shortDate(fact.on)
  return fact.symbol === label ? '' : fact.symbol
}
export const upperFirst = (text: string) => text.charAt(0).toLocaleUpperCase(currentLocale()) + text.slice(1)

const reasons = ['no_price', 'price_currency', 'no_fx_rate', 'no_cost', 'no_previous_close', 'nothing_held', 'nothing_to_compare', 'cash_not_tracked', 'no_close', 'under_a_year', 'no_volatility', 'one_sign', 'one_day', 'no_root', 'no_flows'] as const
/** Why a figure is not known; empty when it is. */
export const reasonText = (reason: string | null) => (reason ? say(reasons.find((one) => one === reason) ?? 'no_reason') : '')
