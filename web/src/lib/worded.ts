/** A record of words by key, each asked for while drawing, so that it follows the language. */
export function worded<K extends string>(keys: readonly K[], word: (key: K) => string): Readonly<Record<K, string>> {
  const words = {} as Record<K, string>
  for (const key of keys) Object.defineProperty(words, key, { get: () => word(key), enumerable: true })
  return words
}
/** Choices for a list: a code, and its words asked for while drawing. */
export const choices = <K extends string>(codes: readonly K[], word: (code: K) => string): [code: K, words: string][] => codes.map((code) => Object.defineProperty([code, ''] as [K, string], 1, { get: () => word(code) }))
