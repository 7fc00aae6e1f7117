// Every text that a person reads or hears comes from the catalogue; what stands in a component has one language for ever.
import { parse, type AST } from 'svelte/compiler'
import { expect, test } from 'vitest'

const sources = import.meta.glob<string>('../src/**/*.svelte', { eager: true, query: '?raw', import: 'default' })
const code = import.meta.glob<string>(['../src/**/*.ts', '!../src/words/**', '!../src/lib/markets.ts', '!../src/api/schema.d.ts'], { eager: true, query: '?raw', import: 'default' })
const NAMES = ['title', 'aria-label', 'aria-description', 'aria-roledescription', 'aria-valuetext', 'placeholder', 'label', 'alt', 'about', 'hint', 'error']
/** The same in every language: names, measures, units of big numbers, keys, and an example of an address. */
const SAME = ['Tickfolio', 'XIRR', 'TWR', 'NAV', 'SIP', 'ISIN', 'AMFI', 'CSV', 'Cr', 'Esc', 'Enter', 'Tab', 'Alt', 'Ctrl', 'Shift', 'Ctrl K', 'EUR', 'INR', 'Yahoo Finance']
const rest = (text: string) => SAME.reduce((left, word) => left.replaceAll(new RegExp(`(?<![\\p{L}\\p{M}])${word}(?![\\p{L}\\p{M}])`, 'gu'), ''), text)
const says = (text: string) => /\p{L}[\p{L}\p{M}]/u.test(rest(text))

type Node = { type: string; start: number; end: number } & Record<string, unknown>
interface Found { at: number; text: string }

/** What an expression shows: its own text, that of each branch, and what stands between the places of a template. */
function* shown(of: Node): Generator<Found> {
  if (of.type === 'Literal' && typeof of.value === 'string') yield { at: of.start, text: of.value }
  if (of.type === 'ConditionalExpression') yield* [...shown(of.consequent as Node), ...shown(of.alternate as Node)]
  if (of.type === 'LogicalExpression') yield* [...shown(of.left as Node), ...shown(of.right as Node)]
  if (of.type === 'TemplateLiteral') {
    for (const part of of.quasis as Node[]) yield { at: part.start, text: (part.value as { cooked: string }).cooked }
    for (const part of of.expressions as Node[]) yield* shown(part)
  }
}
/** The texts of a part of a component: between its tags, and in the attributes that are read out. */
function* texts(of: unknown): Generator<Found> {
  if (Array.isArray(of)) for (const one of of) yield* texts(one)
  if (typeof of !== 'object' || of === null || !('type' in of)) return
  const node = of as Node
  if (node.type === 'Text') yield { at: node.start, text: node.data as string }
  if (node.type === 'ExpressionTag') yield* shown(node.expression as Node)
  if (node.type === 'Attribute') { if (NAMES.includes(node.name as string)) yield* texts(node.value) }
  else if (!['StyleDirective', 'ExpressionTag'].includes(node.type)) for (const inside of Object.values(node)) yield* texts(inside)
}

/** Sentences in code: two words or more behind a capital letter. */
function* sentences(of: unknown): Generator<Found> {
  if (Array.isArray(of)) for (const one of of) yield* sentences(one)
  if (typeof of !== 'object' || of === null || !('type' in of)) return
  const node = of as Node
  // What goes wrong in the making is told to those who make it.
  if (node.type === 'ThrowStatement') return
  const text = node.type === 'Literal' ? node.value : node.type === 'TemplateElement' ? (node.value as { cooked: string }).cooked : null
  if (typeof text === 'string' && /^\p{Lu}\S* \S/u.test(text)) yield { at: node.start, text }
  for (const inside of Object.values(node)) yield* sentences(inside)
}

const root = (source: string): AST.Root => parse(source, { modern: true })
const told = (path: string, source: string, found: Iterable<Found>) => [...found].filter(({ text }) => says(text)).map(({ at, text }) => `${path.replace('../', '')}:${source.slice(0, at).split('\n').length} ${JSON.stringify(text.trim())}`)
/** Each text outside the catalogue, with its place. */
const loose = (path: string, source: string) => told(path, source, texts(root(source).fragment))
/** The same of a script; one alone is read as that of a component. */
const looseIn = (path: string, source: string) => told(path, source, sentences(root(source).instance?.content))

test('a text between tags, in an attribute and in a choice is found, with its line', () => {
  const made = `<p>Hello</p>\n<button aria-label="Close" class="btn primary">×</button>\n<Field label={on ? 'Name' : say('name')} hint={\`of \${day}\`} style:width="4px" />\n<p>{busy ? say('saving') : 'Save'} · XIRR {say('name')}</p>`
  expect(loose('made', made)).toEqual(['made:1 "Hello"', 'made:2 "Close"', 'made:3 "Name"', 'made:3 "of"', 'made:4 "Save"'])
})
test('a sentence in code is found, a key, a class and an error of the making are not', () => {
  expect(looseIn('made', `<script lang="ts">\nconst failed: string = 'Not saved'\nif (key === 'Enter') throw new Error('No such room')\noffer(\`Deleted: \${name}\`, 'btn primary')</script>`)).toEqual(['made:2 "Not saved"'])
})
const PATIENCE_MS = 60_000
test('every text of every component is in the catalogue', { timeout: PATIENCE_MS }, () => {
  expect(Object.keys(sources).length).toBeGreaterThan(100)
  expect(Object.entries(sources).flatMap(([path, source]) => [...loose(path, source), ...looseIn(path, source)])).toEqual([])
})
test('every sentence of the code is in the catalogue', { timeout: PATIENCE_MS }, () => {
  expect(Object.keys(code).length).toBeGreaterThan(50)
  expect(Object.entries(code).flatMap(([path, source]) => looseIn(path, `<script lang="ts">${source}</script>`))).toEqual([])
})
