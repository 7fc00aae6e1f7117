import { currentLocale } from '../../lib/format'

const made = new Map<string, Intl.NumberFormat>()
/** A price in its parts, so that what is behind the point can be set smaller; a fund's has four decimals. */
export function priceParts(price: string, currency: string, least = 2): { kind: 'symbol' | 'whole' | 'fraction'; value: string }[] {
  const key = `${currentLocale()} ${currency} ${least}`
  let found = made.get(key)
  if (!found) made.set(key, (found = new Intl.NumberFormat(currentLocale(), { style: 'currency', currency, minimumFractionDigits: least, maximumFractionDigits: 4 })))
  const kinds: Record<string, 'symbol' | 'fraction'> = { currency: 'symbol', decimal: 'fraction', fraction: 'fraction' }
  // The exact text goes in: `Intl` takes decimal strings as they are.
  return found.formatToParts(price as unknown as number).flatMap(({ type, value }) => (value.trim() ? [{ kind: kinds[type] ?? 'whole', value }] : []))
}
