import { expect, test } from 'vitest'
import { typedNumber } from '../src/lib/typed'

test.each([
  ['1,23,456.50', 'en-IN', '123456.50'], ['1,512.6', 'en-US', '1512.6'], ['1 512.6', 'en-IN', '1512.6'], ['007.50', 'en-IN', '7.50'], ['.5', 'en-IN', '0.5'], ['5.', 'en-IN', '5'],
  ['1.234,5', 'de-DE', '1234.5'], ['1234,5', 'de-DE', '1234.5'], ['1234.5', 'de-DE', '1234.5'], ['1’234.50', 'de-CH', '1234.50'], ['1 234,5', 'fr-FR', '1234.5'],
])('%s in %s is %s', (input, locale, expected) => expect(typedNumber(input, locale)).toBe(expected))

// A comma that cannot end a group of digits is a slip, not a tenfold amount.
test.each([['1,5', 'en-IN'], ['-1', 'en-IN'], ['1e5', 'en-IN'], ['', 'en-IN'], ['.', 'en-IN'], ['1.2.3', 'en-IN'], ['NaN', 'en-US'], ['१२', 'hi-IN'], ['1,2,3', 'de-DE']])('%s in %s is no number', (input, locale) => expect(typedNumber(input, locale)).toBeNull())
