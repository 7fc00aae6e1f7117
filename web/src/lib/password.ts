import { say } from '../words/password'

// Length decides, then a list of known ones; the server asks the same again. No score is made up.
const common = ['password', 'qwerty', 'letmein', 'tickfolio', 'welcome', '12345678', 'iloveyou']

export function judge(password: string, least: number, about: string[] = []): { ok: boolean; length: number; say: string } {
  const length = [...password].length
  const plain = password.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '')
  const bare = [...common, ...about.filter((word) => word.length > 3).map((word) => word.toLowerCase())].reduce((rest, word) => rest.replaceAll(word, ''), plain)
  if (length < least) return { ok: false, length, say: length ? say('more', { count: least - length }) : '' }
  if (new Set(password).size < 5 || bare.length < 6) return { ok: false, length, say: say('easy') }
  return { ok: true, length, say: say('good') }
}
