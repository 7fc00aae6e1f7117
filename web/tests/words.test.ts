import { describe, expect, it } from 'vitest'
import hindi from '../src/words/hi'
import { room, useWords } from '../src/words/room'

const english = import.meta.glob<{ say: unknown }>('../src/words/*.ts', { eager: true })
const names = Object.keys(english).map((path) => path.split('/').at(-1)!.slice(0, -3)).filter((name) => !['room', 'language'].includes(name))
const places = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((found) => found[1]).sort()

describe('the catalogue', () => {
  it('has every room in Hindi', () => expect(Object.keys(hindi).sort()).toEqual(names.sort()))

  it('says a room in the language chosen, and falls back to English', () => {
    const say = room('made', { hello: 'Hello {name}', bye: 'Bye' })
    expect(say('hello', { name: 'Asha' })).toBe('Hello Asha')
    useWords('hi', { made: { hello: 'नमस्ते {name}' } })
    expect(say('hello', { name: 'Asha' })).toBe('नमस्ते Asha')
    expect(say('bye')).toBe('Bye')
    useWords('en', {})
  })

  // English says "0 prices", Hindi has the form of one for nought too.
  it('counts by the rules of the language', () => {
    const say = room('made', { prices: { one: '{count} price', other: '{count} prices' } })
    expect([0, 1, 2].map((count) => say('prices', { count }))).toEqual(['0 prices', '1 price', '2 prices'])
    useWords('hi', { made: { prices: { one: '{count} भाव', other: '{count} भावों' } } })
    expect([0, 1, 2].map((count) => say('prices', { count }))).toEqual(['0 भाव', '1 भाव', '2 भावों'])
    useWords('en', {})
  })

  it.each(names)('fills the same places in both languages: %s', (name) => {
    // A room's own words come out of its `say`, asked with places that name themselves.
    const say = english[`../src/words/${name}.ts`].say as (key: string, fill: object) => string
    const named = new Proxy({}, { get: (_, place) => (place === 'count' ? 98_765 : `{${String(place)}}`) })
    for (const [key, word] of Object.entries(hindi[name])) {
      const there = typeof word === 'string' ? word : word.other
      expect([key, places(say(key, named).replace('98765', '{count}'))]).toEqual([key, places(there)])
    }
  })
})
