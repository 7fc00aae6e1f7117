import { afterEach, beforeEach, expect, test } from 'vitest'
import answer from './answers/receipt.json'
import { Problem } from '../src/api/client'
import type { Node } from '../src/api/types'
import { ago, useLocale } from '../src/lib/format'
import { currencies, exchanges, kindWord, kindWords, locales } from '../src/lib/kinds'
import { prefs } from '../src/lib/prefs.svelte'
import { byField, sentence } from '../src/lib/problems'
import { figureWord } from '../src/lib/receipt.svelte'
import { toldText } from '../src/lib/told'
import hindi from '../src/words/hi'
import { hasWords } from '../src/words/problems'
import { useWords } from '../src/words/room'

beforeEach(() => { useLocale('en-IN'); useWords('hi', hindi) })
afterEach(() => { useWords('en', {}); prefs.hidden = false })
const labels = (node: Node): string[] => [node.label, ...node.parts.flatMap(labels)]
const receipt = answer as unknown as { label: string; formula: string; working: Node }

test('every line of a real receipt is said in Hindi', () => {
  const all = [receipt.label, receipt.formula, ...labels(receipt.working)]
  expect(all.length).toBeGreaterThan(20)
  expect(all.filter((text) => /[a-z]{2}/.test(toldText(text).replaceAll(/\d+ [A-Z][a-z]{2,3} \d{4}/g, '')))).toEqual([])
})
test('a line is said with the day as the reader writes it, and what is in it is said too', () => {
  expect(['Purchase of 2026-01-05', 'Cost of what left: Sale of 2026-08-03', '2026-01-05: Flow', 'Rate from USD to INR on 2026-01-06', 'Realised in 2025-26'].map(toldText)).toEqual(['5 Jan 2026 की ख़रीद', 'जो गया उसकी लागत: 3 Aug 2026 की बिक्री', '5 Jan 2026: जमा-निकासी', '6 Jan 2026 को USD से INR की दर', '2025-26 में बेचकर मिला लाभ'])
})
test('a price that waits is written with its sign and the name of its source, in every language', () => {
  const note = 'A newer price of INFY, 151.60 INR from yahoo of 2026-11-23, waits for a second opinion: the last good one counts.'
  expect(toldText(note)).toBe('INFY का नया भाव, Yahoo Finance से ₹151.60, 23 Nov 2026, दूसरी पुष्टि का इंतज़ार कर रहा है: पिछला सही भाव गिना गया है।')
  useWords('en', {})
  expect(toldText(note)).toBe('A newer price of INFY, ₹151.60 from Yahoo Finance of 23 Nov 2026, waits for a second opinion: the last good one counts.')
})
test('that a profit is provisional is said in Hindi', () => {
  expect(toldText('Provisional: something that changes the units of INFY seems to have happened; see corporate actions.')).toMatch(/^अस्थायी: INFY /)
})
test('what has no translation stays as the server wrote it', () => expect(['INFY', 'Something new of 2026-01-05'].map(toldText)).toEqual(['INFY', 'Something new of 5 Jan 2026']))
test('English is the server’s own', () => { useWords('en', {}); expect(toldText('Purchase of 2026-01-05')).toBe('Purchase of 5 Jan 2026') })

const problem = (code: string, detail: string, more: object = {}, status = 409) => new Problem(status, { code, detail, ...more })
test('a problem is said in the reader’s language by its code, and as the server said it where there are no words for it', () => {
  expect([problem('email_taken', 'Taken.'), problem('made', 'Nobody has words for this.', {}, 422)].map(sentence)).toEqual(['इस ईमेल का खाता पहले से है।', 'Nobody has words for this.'])
  useWords('en', {})
  expect(sentence(problem('email_taken', 'Taken.'))).toBe('Taken.')
})
test('a field that is wrong is said by its own code, and by the code with its name where one code says many things', () => {
  const errors = [{ field: 'body.traded_on', code: 'in_the_future', message: 'Later.' }, { field: 'fees', code: 'too_large', message: 'More than the sum.' }, { field: 'price', code: 'too_large', message: 'price is too large.' }]
  expect(byField(problem('invalid_input', 'Wrong.', { errors }, 422))).toEqual({ traded_on: 'आज तक का कोई दिन चुनें।', fees: 'शुल्क बेची गई राशि से ज़्यादा नहीं हो सकते।', price: 'price is too large.' })
  expect(sentence(problem('invalid_input', 'Wrong.', { errors }, 422))).toBe('यहाँ कुछ ठीक नहीं भरा है।')
  expect(sentence(problem('invalid_input', 'Later.', { errors: [{ ...errors[0], message: 'Later.' }] }, 422))).toBe('आज तक का कोई दिन चुनें।')
})
const server = import.meta.glob<string>('../../tickfolio/{api,auth,domain,services}/**/*.py', { eager: true, query: '?raw', import: 'default' })
/** What only a program that asks by itself can be told: no page of ours asks so. */
const OF_PROGRAMS = ['not_a_cursor', 'unknown_figure', 'unknown_year', 'version_required', 'version_mismatch', 'not_json']
test('every code that the server gives a problem has words', () => {
  const codes = new Set(Object.values(server).flatMap((source) => [...source.matchAll(/\bcode ?= ?"(\w+)"/g)].map((found) => found[1])))
  expect(codes.size).toBeGreaterThan(30)
  expect([...codes].filter((code) => !hasWords(code) && !OF_PROGRAMS.includes(code))).toEqual([])
})
test('no quantity is in a problem while amounts are hidden', () => {
  const sold = problem('oversold', 'INFY: sold 12, held 5 on 2026-01-05', { symbol: 'INFY', sold: '12', held: '5', on: '2026-01-05' })
  expect(sentence(sold)).toBe('INFY: 5 Jan 2026 को आपके पास 5 थे, 12 नहीं।')
  useWords('en', {})
  expect(sentence(sold)).toBe('INFY: sold 12, held 5 on 2026-01-05')
  prefs.hidden = true
  expect(sentence(sold)).toBe('INFY: on 5 Jan 2026 you held ••••, not ••••.')
})
test('words kept in lists follow the language', () => {
  const listed = () => [kindWord.STOCK, { ...kindWords }.BOND, figureWord.cash, currencies[0][1], locales[1].at(1), exchanges[2][1]]
  expect(listed()).toEqual(['शेयर', 'बॉन्ड', 'नकद', 'भारतीय रुपया (INR)', 'भारत (हिन्दी)', 'भारतीय म्यूचुअल फ़ंड'])
  useWords('en', {})
  expect(listed()).toEqual(['Stock', 'Bonds', 'Cash', 'Indian Rupee (INR)', 'India (Hindi)', 'Indian mutual funds'])
})
test('ages are told in the language of the page, whatever the locale of its numbers', () => {
  const now = Date.parse('2026-11-22T09:12:00Z')
  expect(['2026-11-22T09:11:40Z', '2026-11-22T09:10:00Z'].map((at) => ago(at, now))).toEqual(['अभी-अभी', '2 मिनट पहले'])
})
