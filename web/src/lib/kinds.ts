import type { AssetType, HoldableType } from '../api/types'
import { say } from '../words/kinds'
import { currentLanguage } from '../words/room'
import { markets } from './markets'
import { choices, worded } from './worded'

const kinds = ['STOCK', 'MUTUAL_FUND', 'ETF', 'BOND', 'CRYPTO', 'CASH', 'CURRENCY', 'INDEX'] as const satisfies AssetType[]

/** One of a kind, in words. */
export const kindWord = worded(kinds, (kind) => say(`one${kind}`))
/** Many of a kind, for filters and groups. */
export const kindWords = worded(kinds, (kind) => say(`many${kind}`))
export const holdable: HoldableType[] = ['STOCK', 'MUTUAL_FUND', 'ETF', 'BOND', 'CRYPTO']
/** A ticker says what it is; a fund's code does not, so its name stands in. */
export const shortName = ({ symbol, name }: { symbol: string; name: string }) => (/^\d+$/.test(symbol) ? name : symbol)

type Exchange = [code: string, name: string, currency: string | null]
const described = <C extends 'AMFI' | 'CRYPTO' | 'MANUAL'>(code: C, currency: string | null): Exchange => Object.defineProperty<Exchange>([code, '', currency], 1, { get: () => say(`market${code}`) })
/** Where something can be traded, with the currency of its prices there; null: it differs by instrument. */
export const exchanges: Exchange[] = [...markets.slice(0, 2), described('AMFI', 'INR'), ...markets.slice(2), described('CRYPTO', null), described('MANUAL', null)]
export const currencyOf = (exchange: string) => exchanges.find(([code]) => code === exchange)?.[2] ?? null

const codes: string[] = ['INR', 'USD', 'EUR', 'GBP', 'SGD', 'AUD', 'CAD', 'CHF', 'HKD', 'IDR', 'ILS', 'JPY', 'NOK', 'SEK', 'DKK', 'NZD', 'ZAR']
/** What `Intl` calls something in the language of the page. */
const called = (type: 'currency' | 'language' | 'region', code: string) => new Intl.DisplayNames(currentLanguage(), { type }).of(code) ?? code
export const currencies = choices(codes, (code) => `${called('currency', code)} (${code})`)
const places = ['en-IN', 'hi-IN', 'en-GB', 'en-US', 'en-SG', 'en-AU', 'de-DE', 'de-CH', 'fr-FR', 'nl-NL', 'it-IT', 'ja-JP']
/** Where numbers and dates are written in a way of their own; India's pages are read in two languages. */
export const locales = choices(places, (code) => {
  const [language, region] = code.split('-')
  return region === 'IN' ? `${called('region', region)} (${called('language', language)})` : called('region', region)
})
