import type { AssetType, HoldableType } from '../api/types'

/** One of a kind, in words. */
export const kindWord: Record<AssetType, string> = { STOCK: 'Stock', MUTUAL_FUND: 'Mutual fund', ETF: 'ETF', BOND: 'Bond', CRYPTO: 'Crypto', CASH: 'Cash', CURRENCY: 'Currency', INDEX: 'Index' }
/** Many of a kind, for filters and groups. */
export const kindWords: Record<AssetType, string> = { STOCK: 'Stocks', MUTUAL_FUND: 'Funds', ETF: 'ETFs', BOND: 'Bonds', CRYPTO: 'Crypto', CASH: 'Cash', CURRENCY: 'Currencies', INDEX: 'Indices' }
export const holdable: HoldableType[] = ['STOCK', 'MUTUAL_FUND', 'ETF', 'BOND', 'CRYPTO']
/** A ticker says what it is; a fund's code does not, so its name stands in. */
export const shortName = ({ symbol, name }: { symbol: string; name: string }) => (/^\d+$/.test(symbol) ? name : symbol)
export const unitWord = (kind: AssetType | undefined) => (kind === 'STOCK' ? 'shares' : 'units')

/** Where something can be traded, with the currency of its prices there; null: it differs by instrument. */
export const exchanges: [code: string, name: string, currency: string | null][] = [
  ['NSE', 'National Stock Exchange of India', 'INR'], ['BSE', 'BSE', 'INR'], ['AMFI', 'Indian mutual funds', 'INR'], ['NYSE', 'New York Stock Exchange', 'USD'], ['NASDAQ', 'Nasdaq', 'USD'],
  ['LSE', 'London Stock Exchange', 'GBP'], ['XETRA', 'Xetra', 'EUR'], ['EURONEXT_PARIS', 'Euronext Paris', 'EUR'], ['EURONEXT_AMSTERDAM', 'Euronext Amsterdam', 'EUR'], ['MILAN', 'Borsa Italiana', 'EUR'],
  ['SIX', 'SIX Swiss Exchange', 'CHF'], ['TSX', 'Toronto Stock Exchange', 'CAD'], ['ASX', 'Australian Securities Exchange', 'AUD'], ['TSE', 'Tokyo Stock Exchange', 'JPY'], ['HKEX', 'Hong Kong Exchange', 'HKD'],
  ['SGX', 'Singapore Exchange', 'SGD'], ['OSLO', 'Oslo Børs', 'NOK'], ['JSE', 'Johannesburg Stock Exchange', 'ZAR'], ['TASE', 'Tel Aviv Stock Exchange', 'ILS'], ['IDX', 'Indonesia Stock Exchange', 'IDR'],
  ['CRYPTO', 'Crypto-currencies', null], ['MANUAL', 'Nowhere: no source prices it', null],
]
export const currencyOf = (exchange: string) => exchanges.find(([code]) => code === exchange)?.[2] ?? null

const codes = ['INR', 'USD', 'EUR', 'GBP', 'SGD', 'AUD', 'CAD', 'CHF', 'HKD', 'IDR', 'ILS', 'JPY', 'NOK', 'SEK', 'DKK', 'NZD', 'ZAR']
const names = new Intl.DisplayNames('en', { type: 'currency' })
export const currencies: [string, string][] = codes.map((code) => [code, `${names.of(code) ?? code} (${code})`])
export const locales: [string, string][] = [['en-IN', 'India (English)'], ['hi-IN', 'India (Hindi)'], ['en-GB', 'United Kingdom'], ['en-US', 'United States'], ['en-SG', 'Singapore'], ['en-AU', 'Australia'], ['de-DE', 'Germany'], ['de-CH', 'Switzerland'], ['fr-FR', 'France'], ['nl-NL', 'Netherlands'], ['it-IT', 'Italy'], ['ja-JP', 'Japan']]
