import type { Words } from './room'
import { currentLanguage, useWords } from './room'

/** The languages of the pages beside English, each loaded when it is first read. */
const others: Partial<Record<string, () => Promise<{ default: Record<string, Words> }>>> = { hi: () => import('./hi') }
const RIGHT_TO_LEFT = /^(ar|fa|he|ur)\b/

/** Speaks the language of a locale, or English where there is no translation or it cannot be loaded; to be waited for before drawing. */
export async function speak(locale: string) {
  const name = locale.split('-')[0].toLowerCase()
  const rooms = name === currentLanguage() ? null : await others[name]?.().then((loaded) => loaded.default, () => undefined)
  if (rooms !== null) useWords(rooms ? name : 'en', rooms ?? {})
  document.documentElement.lang = currentLanguage()
  document.documentElement.dir = RIGHT_TO_LEFT.test(currentLanguage()) ? 'rtl' : 'ltr'
}
