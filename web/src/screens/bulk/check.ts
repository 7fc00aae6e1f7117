// What stands against a row before it is sent, cell by cell; and the row as the server takes it.
import type { TransactionInput, TransactionType } from '../../api/types'
import { dec, sign } from '../../lib/dec'
import { currencyOf } from '../../lib/kinds'
import { hasFees, hasPrice, hasQuantity, hasTaxes, isIncome, isMoney, isRatio, isTurned, mayBeOfNothing, ofNothing } from '../../lib/transactions'
import type { Chosen } from '../transaction/form.svelte'
import { readDay, readKind, readNumber, type Cells, type Column } from './cells'

/** What is known of the name in a row's instrument cell. */
export type Settled = { state: 'asking' | 'unknown' | 'several' | 'failed'; choices: Chosen[] } | { state: 'known'; chosen: Chosen }
export type Reason = 'missingDay' | 'badDay' | 'futureDay' | 'missingKind' | 'badKind' | 'otherKind' | 'missingWhat' | 'ofNothing' | 'unknownWhat' | 'nearWhat' | 'severalWhat' | 'failedWhat' | 'missingUnits' | 'noUnits' | 'missingPrice' | 'missingAmount' | 'noPrice' | 'aboveZero' | 'number' | 'noCharge' | 'tooLong'
export type Problems = Partial<Record<Column, Reason>>
const ACCOUNT_MOST = 60, NOTE_MOST = 1000

export interface Setting { locale: string; today: string }
const isAbove = (value: string | null) => value !== null && sign(dec(value)!) > 0

function dayProblem(text: string, { locale, today }: Setting): Reason | undefined {
  if (!text.trim()) return 'missingDay'
  const day = readDay(text, locale)
  return day === null ? 'badDay' : day > today ? 'futureDay' : undefined
}
function kindProblem(text: string): Reason | undefined {
  if (!text.trim()) return 'missingKind'
  const kind = readKind(text)
  return kind === null ? 'badKind' : isRatio(kind) || isTurned(kind) ? 'otherKind' : undefined
}
function whatProblem(text: string, kind: TransactionType | null, settled: Settled | undefined): Reason | undefined {
  if (!text.trim()) return kind && (ofNothing(kind) || mayBeOfNothing(kind)) ? undefined : 'missingWhat'
  if (kind && ofNothing(kind)) return 'ofNothing'
  if (!settled || settled.state === 'asking' || settled.state === 'known') return undefined
  if (settled.state === 'unknown') return settled.choices.length ? 'nearWhat' : 'unknownWhat'
  return settled.state === 'several' ? 'severalWhat' : 'failedWhat'
}
function unitsProblem(text: string, kind: TransactionType, locale: string): Reason | undefined {
  if (!text.trim()) return hasQuantity(kind) ? 'missingUnits' : undefined
  if (!hasQuantity(kind) && !isIncome(kind)) return 'noUnits'
  return isAbove(readNumber(text, locale)) ? undefined : 'aboveZero'
}
function priceProblem(text: string, kind: TransactionType, locale: string): Reason | undefined {
  const asked = hasPrice(kind) || isMoney(kind)
  if (!text.trim()) return !asked ? undefined : isMoney(kind) ? 'missingAmount' : 'missingPrice'
  return !asked ? 'noPrice' : readNumber(text, locale) === null ? 'number' : undefined
}
function chargeProblem(text: string, asked: boolean, locale: string): Reason | undefined {
  if (!text.trim()) return undefined
  const value = readNumber(text, locale)
  return value === null ? 'number' : asked || sign(dec(value)!) === 0 ? undefined : 'noCharge'
}

/** Every cell that the server could not take, with the reason; empty when the row can be sent as far as this page knows. */
export function problemsOf(cells: Cells, settled: Settled | undefined, setting: Setting): Problems {
  const kind = readKind(cells.type), { locale } = setting
  const found: Problems = {
    on: dayProblem(cells.on, setting),
    type: kindProblem(cells.type),
    instrument: whatProblem(cells.instrument, kind, settled),
    units: kind ? unitsProblem(cells.units, kind, locale) : undefined,
    price: kind ? priceProblem(cells.price, kind, locale) : undefined,
    fees: chargeProblem(cells.fees, !kind || hasFees(kind), locale),
    taxes: chargeProblem(cells.taxes, !kind || hasTaxes(kind), locale),
    account: cells.account.trim().length > ACCOUNT_MOST ? 'tooLong' : undefined,
    note: cells.note.trim().length > NOTE_MOST ? 'tooLong' : undefined,
  }
  return Object.fromEntries(Object.entries(found).filter(([, reason]) => reason))
}

/** The row as it is sent; only for a row without problems. */
export function inputOf(cells: Cells, chosen: Chosen | null, locale: string, currency: string | null): TransactionInput {
  const type = readKind(cells.type)!, read = (text: string) => readNumber(text, locale)
  const it = ofNothing(type) ? null : chosen
  return {
    type, traded_on: readDay(cells.on, locale)!, account: cells.account.trim() || null, note: cells.note.trim() || null,
    currency: it ? (it.currency ?? currencyOf(it.exchange)) : currency, fx_rate: null, cost: null, ratio: null,
    quantity: read(cells.units) ?? (isMoney(type) ? '1' : null), price: hasPrice(type) || isMoney(type) ? read(cells.price) : null,
    fees: (hasFees(type) && read(cells.fees)) || '0', taxes: (hasTaxes(type) && read(cells.taxes)) || '0',
    ...(it && { asset_type: it.asset_type, symbol: it.symbol.trim(), exchange: it.exchange || null, isin: it.isin }),
  }
}
