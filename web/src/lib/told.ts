// The server's words in a receipt: English as they are, other languages by their English; what is not known stays as it came.
import { currentLanguage } from '../words/room'
import { english, say } from '../words/workings'
import { price, qty } from './format'
import { sourceName } from './freshness'
import { words } from './working'

type Key = keyof typeof english
const SHAPES: Partial<Record<string, string>> = { price: '[\\d.]+', currency: '[A-Z]{3}', source: '\\w+', day: '\\d{4}-\\d{2}-\\d{2}', number: '-?[\\d.]+', year: '\\d{4}(?:-\\d{2})?', from: '[A-Z]{3}|\\d{4}-\\d{2}-\\d{2}', to: '[A-Z]{3}|\\d{4}-\\d{2}-\\d{2}', weekday: '[A-Z][a-z]+day' }
const literal = (text: string) => text.replace(/[.*+?^$()|[\]\\]/g, '\\$&')
const pattern = (text: string) => new RegExp(`^${literal(text).replace(/\{(\w+)\}/g, (_, place: string) => `(?<${place}>${SHAPES[place] ?? '.+'})`)}$`)

let patterns: [Key, RegExp][] | null = null
const entries = Object.entries(english) as [Key, string][]
const plain = new Map(entries.map(([key, text]) => [text, key]))
/** Those that hold any label come last: what is said of a thing in particular is said so. */
const found = () => (patterns ??= entries.filter(([, text]) => text.includes('{')).sort(([, a], [, b]) => Number(a.includes('{label}')) - Number(b.includes('{label}'))).map(([key, text]) => [key, pattern(text)]))

function filled(place: string, value: string): string {
  if (place === 'label') return toldText(value)
  if (place === 'number') return qty(value)
  if (place === 'weekday') return ''
  return words(value)
}
/** A price that waits, in a note: with its sign and its source's name in every language. */
function waits(text: string): string | null {
  const places = pattern(english.secondOpinion).exec(text)?.groups
  if (!places) return null
  return say('secondOpinion', { name: places.name, price: '', currency: price(places.price, places.currency), source: sourceName(places.source), day: words(places.day) }).replace('  ', ' ')
}
export function toldText(text: string): string {
  const waiting = waits(text)
  if (waiting !== null) return waiting
  if (currentLanguage() === 'en') return words(text)
  const key = plain.get(text)
  if (key) return say(key)
  for (const [name, shape] of found()) {
    const places = shape.exec(text)?.groups
    if (places) return say(name, Object.fromEntries(Object.entries(places).map(([place, value]) => [place, filled(place, value)])))
  }
  return words(text)
}
