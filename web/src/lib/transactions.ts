// What each kind of transaction is called, what it asks for, and how it reads in a list.
import type { Transaction, TransactionType } from '../api/types'
import { say } from '../words/types'
import { add, compare, dec, sub, text } from './dec'

const types = ['OPENING', 'BUY', 'SELL', 'RIGHTS', 'REINVEST', 'DIVIDEND', 'INTEREST', 'FEE', 'TAX', 'DEPOSIT', 'WITHDRAWAL', 'TRANSFER_IN', 'TRANSFER_OUT', 'SPLIT', 'BONUS', 'MERGER', 'DEMERGER', 'SWITCH'] as const satisfies TransactionType[]
/** What each kind is called; asked for while drawing, so that it follows the language. */
export const typeWord = {} as Readonly<Record<TransactionType, string>>
for (const type of types) Object.defineProperty(typeWord, type, { get: () => say(type), enumerable: true })
/** The kinds entered most, and all the others in their groups. */
export const common: TransactionType[] = ['BUY', 'SELL', 'DIVIDEND', 'OPENING', 'SPLIT', 'BONUS', 'INTEREST']
export const rarer: ['groupUnits' | 'groupInto' | 'groupMoney', TransactionType[]][] = [['groupUnits', ['RIGHTS', 'REINVEST', 'TRANSFER_IN', 'TRANSFER_OUT']], ['groupInto', ['SWITCH', 'MERGER', 'DEMERGER']], ['groupMoney', ['DEPOSIT', 'WITHDRAWAL', 'FEE', 'TAX']]]

type Kinds = readonly TransactionType[]
const among = (kinds: Kinds) => (type: TransactionType) => kinds.includes(type)
export const isMoney = among(['DIVIDEND', 'INTEREST', 'FEE', 'TAX', 'DEPOSIT', 'WITHDRAWAL'])
export const isIncome = among(['DIVIDEND', 'INTEREST'])
export const isRatio = among(['SPLIT', 'BONUS'])
export const isTurned = among(['MERGER', 'DEMERGER', 'SWITCH'])
export const isTraded = among(['BUY', 'SELL', 'RIGHTS', 'REINVEST'])
export const isTransfer = among(['TRANSFER_IN', 'TRANSFER_OUT'])
/** Money that comes to the portfolio or leaves it belongs to no instrument; some other money need not. */
export const ofNothing = among(['DEPOSIT', 'WITHDRAWAL'])
export const mayBeOfNothing = among(['INTEREST', 'FEE', 'TAX'])
export const hasQuantity = (type: TransactionType) => !isMoney(type) && !isRatio(type) && type !== 'DEMERGER'
export const hasPrice = (type: TransactionType) => isTraded(type) || type === 'OPENING' || type === 'SWITCH'
export const hasFees = (type: TransactionType) => isTraded(type) || type === 'SWITCH' || isIncome(type)
export const hasTaxes = (type: TransactionType) => isTraded(type) || isIncome(type)

/** What a row may be changed into: its instruments stay, so it keeps as many of them. */
export function becomes(row: Transaction): TransactionType[] {
  if (isRatio(row.type)) return ['SPLIT', 'BONUS']
  if (isTurned(row.type)) return [row.type]
  if (isMoney(row.type)) return row.instrument.asset_type === 'CASH' ? ['DEPOSIT', 'WITHDRAWAL', 'INTEREST', 'FEE', 'TAX'] : ['DIVIDEND', 'INTEREST', 'FEE', 'TAX']
  const others: TransactionType[] = ['BUY', 'SELL', 'RIGHTS', 'REINVEST', 'TRANSFER_IN', 'TRANSFER_OUT']
  // An entered holding may become a purchase, never the other way round.
  return row.type === 'OPENING' ? ['OPENING', ...others] : others
}

/** "10:1" as its two numbers; null when it is none. */
export function ratioOf(typed: string | null): [string, string] | null {
  const match = /^\s*(\d*\.?\d+)\s*(?::|for|\/)\s*(\d*\.?\d+)\s*$/.exec(typed ?? '')
  return match && /[1-9]/.test(match[1]) && /[1-9]/.test(match[2]) ? [match[1], match[2]] : null
}
/** A bonus is spoken of as the new units for those held: 1:1. The ledger says what there is after it: 2:1. */
export function bonusToLedger(typed: string): string | null {
  const ratio = ratioOf(typed)
  return ratio && `${text(add(dec(ratio[0])!, dec(ratio[1])!))}:${ratio[1]}`
}
export function bonusAsSpoken(stored: string): string {
  const ratio = ratioOf(stored)
  if (!ratio || compare(dec(ratio[0])!, dec(ratio[1])!) <= 0) return stored
  return `${text(sub(dec(ratio[0])!, dec(ratio[1])!))}:${ratio[1]}`
}
