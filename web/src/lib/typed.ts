// What people type into a number field, made into the plain decimal that the server takes.

// Making a formatter is slow, and a table asks for every cell.
const commas = new Map<string, boolean>()
function hasComma(locale: string): boolean {
  if (!commas.has(locale)) commas.set(locale, new Intl.NumberFormat(locale).format(1.5).includes(','))
  return commas.get(locale)!
}

/** "1,23,456.5" → "123456.5"; in a locale with a decimal comma "1.234,5" → "1234.5". Null when it is no number. */
export function typedNumber(input: string, locale: string): string | null {
  let value = input.replace(/[\s\u00a0\u202f’']/g, '')
  const comma = hasComma(locale)
  if (comma && value.includes(',')) {
    if (!/^\d{1,3}(\.?\d{3})*,\d*$/.test(value)) return null
    value = value.replaceAll('.', '').replace(',', '.')
  } else if (value.includes(',')) {
    // A comma groups digits only where a group can end; "1,5" is no number here, rather than 15.
    if (!/^\d{1,3}(,\d{2,3})*,\d{3}(\.\d*)?$/.test(value)) return null
    value = value.replaceAll(',', '')
  }
  if (!/^\d*\.?\d*$/.test(value) || !/\d/.test(value)) return null
  const [whole, fraction = ''] = value.split('.')
  return `${whole.replace(/^0+(?=\d)/, '') || '0'}${fraction ? `.${fraction}` : ''}`
}
