import { currencies, exchanges, locales } from '../../lib/kinds'
import { currentLanguage } from '../../words/room'
import { say } from '../../words/settings'

export type Choice = [code: string, text: string]
/** The languages that the pages speak; with any other locale they are in English. */
const SPOKEN = ['en', 'hi']
const SAMPLE = '1234567.89', SAMPLE_DAY = '2026-03-31T12:00'

/** What a person has is offered even when it is not in the list. */
const withOwn = (list: Choice[], own: string): Choice[] => (list.some(([code]) => code === own) ? list : [[own, own], ...list])

/** Each language in its own words; a country whose language the pages do not speak lends its numbers only. */
export const localeChoices = (own: string): Choice[] => withOwn(locales.map(([code]): Choice => [code, nameOf(code)]), own)
function nameOf(code: string) {
  const { language, region } = new Intl.Locale(code)
  if (SPOKEN.includes(language)) return new Intl.DisplayNames(language, { type: 'language', languageDisplay: 'standard' }).of(code) ?? code
  return say('localeWith', { country: new Intl.DisplayNames(currentLanguage(), { type: 'region' }).of(region ?? '') ?? code })
}
export const currencyChoices = (own: string): Choice[] => {
  const names = new Intl.DisplayNames(currentLanguage(), { type: 'currency' })
  return withOwn(currencies.map(([code]): Choice => [code, `${names.of(code) ?? code} (${code})`]), own)
}
export const marketChoices = (own: string): Choice[] => withOwn(exchanges.filter(([code]) => !['AMFI', 'MANUAL', 'CRYPTO'].includes(code)).map(([code, name]): Choice => [code, say('marketNamed', { code, name })]), own)

/** How a locale writes a sum and a day, before it is chosen. */
export function sampleOf(locale: string, currency: string) {
  const number = new Intl.NumberFormat(locale, { style: 'currency', currency }).format(SAMPLE as unknown as number)
  return { number, day: new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', year: 'numeric' }).format(new Date(SAMPLE_DAY)) }
}
