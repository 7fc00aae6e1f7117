import { room } from './room'

/** What kinds of things are held, one and many, and the markets whose names are no proper names. */
export const say = room('kinds', {
  oneSTOCK: 'Stock',
  oneMUTUAL_FUND: 'Mutual fund',
  oneETF: 'ETF',
  oneBOND: 'Bond',
  oneCRYPTO: 'Crypto',
  oneCASH: 'Cash',
  oneCURRENCY: 'Currency',
  oneINDEX: 'Index',
  manySTOCK: 'Stocks',
  manyMUTUAL_FUND: 'Funds',
  manyETF: 'ETFs',
  manyBOND: 'Bonds',
  manyCRYPTO: 'Crypto',
  manyCASH: 'Cash',
  manyCURRENCY: 'Currencies',
  manyINDEX: 'Indices',
  marketAMFI: 'Indian mutual funds',
  marketCRYPTO: 'Crypto-currencies',
  marketMANUAL: 'Nowhere: no source prices it',
})
