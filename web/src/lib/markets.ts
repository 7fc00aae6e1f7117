/** The markets with a proper name, which is the same in every language, and the currency of their prices. */
export const markets: [code: string, name: string, currency: string][] = [
  ['NSE', 'National Stock Exchange of India', 'INR'], ['BSE', 'BSE', 'INR'], ['NYSE', 'New York Stock Exchange', 'USD'], ['NASDAQ', 'Nasdaq', 'USD'],
  ['LSE', 'London Stock Exchange', 'GBP'], ['XETRA', 'Xetra', 'EUR'], ['EURONEXT_PARIS', 'Euronext Paris', 'EUR'], ['EURONEXT_AMSTERDAM', 'Euronext Amsterdam', 'EUR'], ['MILAN', 'Borsa Italiana', 'EUR'],
  ['SIX', 'SIX Swiss Exchange', 'CHF'], ['TSX', 'Toronto Stock Exchange', 'CAD'], ['ASX', 'Australian Securities Exchange', 'AUD'], ['TSE', 'Tokyo Stock Exchange', 'JPY'], ['HKEX', 'Hong Kong Exchange', 'HKD'],
  ['SGX', 'Singapore Exchange', 'SGD'], ['OSLO', 'Oslo Børs', 'NOK'], ['JSE', 'Johannesburg Stock Exchange', 'ZAR'], ['TASE', 'Tel Aviv Stock Exchange', 'ILS'], ['IDX', 'Indonesia Stock Exchange', 'IDR'],
]
