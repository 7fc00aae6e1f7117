// Every text of the pages stands in this folder, a room for each part of the product: English in the room's own file,
// loaded with the screen that says it, and every other language in a folder of its own, loaded when somebody reads it.

/** A text with `{places}` to fill; two forms where it counts something, chosen by `{count}`. */
export type Word = string | { one: string; other: string }
export type Words = Record<string, Word>
export type Fill = Record<string, string | number>
export type Say<R extends Words> = (key: keyof R & string, fill?: Fill) => string
/** The same room in another language: each key, with forms where the English has forms. */
export type Translation<S> = S extends Say<infer R> ? { [K in keyof R]: R[K] extends string ? string : { one: string; other: string } } : never

let language = 'en'
let translated: Record<string, Words> = {}
let plural = new Intl.PluralRules('en')

/** Speaks a language from now on; what it lacks is said in English. */
export function useWords(name: string, rooms: Record<string, Words>) {
  language = name
  translated = rooms
  plural = new Intl.PluralRules(name)
}
export const currentLanguage = () => language

/** Says the words of one room; `english` is the room itself. */
export function room<R extends Words>(name: string, english: R): Say<R> {
  return (key, fill = {}) => {
    const word = translated[name]?.[key] ?? english[key]
    const text = typeof word === 'string' ? word : word[plural.select(Number(fill.count)) === 'one' ? 'one' : 'other']
    return text.replace(/\{(\w+)\}/g, (_, place: string) => String(fill[place] ?? ''))
  }
}
