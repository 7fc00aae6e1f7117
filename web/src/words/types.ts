import { room } from './room'

/** What each kind of transaction is called. */
export const say = room('types', {
  OPENING: 'Holding',
  BUY: 'Buy',
  SELL: 'Sell',
  RIGHTS: 'Rights issue',
  REINVEST: 'Reinvested',
  DIVIDEND: 'Dividend',
  INTEREST: 'Interest',
  FEE: 'Fee',
  TAX: 'Tax',
  DEPOSIT: 'Deposit',
  WITHDRAWAL: 'Withdrawal',
  TRANSFER_IN: 'Transfer in',
  TRANSFER_OUT: 'Transfer out',
  SPLIT: 'Split',
  BONUS: 'Bonus',
  MERGER: 'Merger',
  DEMERGER: 'Demerger',
  SWITCH: 'Switch',
})
