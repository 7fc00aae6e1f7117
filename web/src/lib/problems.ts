import { Problem, type FieldProblem } from '../api/client'
import { currentLanguage } from '../words/room'
import { hasWords, say } from '../words/problems'
import { qty, shortDate } from './format'
import { prefs } from './prefs.svelte'

/** Why something was not done, in one sentence: the server's own for readers of English, for others that of its code. */
export function sentence(error: unknown): string {
  if (!(error instanceof Problem)) throw error
  if (error.status === 412) return say('changed')
  if (error.retryAfterSeconds !== null) return say('wait', { message: told(error), seconds: error.retryAfterSeconds })
  return told(error)
}
const translated = () => currentLanguage() !== 'en'

function told(problem: Problem): string {
  const [field] = problem.errors
  if (problem.code === 'oversold' || problem.code === 'nothing_held') return clash(problem)
  if (!translated()) return problem.message
  if (problem.errors.length === 1 && field.message === problem.message) return toldOf(field)
  return hasWords(problem.code) && (problem.code !== 'invalid_input' || field) ? say(problem.code) : problem.message
}
/** A sale of more than is held; how many that was is nobody's business while amounts are hidden. */
function clash({ code, message, more }: Problem): string {
  const { symbol, sold, held, on } = more
  if (!hasWords(code) || typeof on !== 'string' || !(translated() || prefs.hidden)) return message
  const count = (units: unknown) => (prefs.hidden ? '••••' : qty(String(units)))
  return say(code, { symbol: String(symbol), sold: count(sold), held: count(held), on: shortDate(on) })
}
const last = (field: string) => field.split('.').at(-1) ?? field
/** What is wrong with one field; a code that says many things has words of its own for some fields. */
function toldOf({ field, code, message }: FieldProblem): string {
  if (!translated()) return message
  const own = `${code}.${last(field)}`
  if (hasWords(own)) return say(own)
  // A number may be too large in many ways, a request in one; what has no code of its own says nothing.
  return hasWords(code) && code !== 'too_large' && code !== 'invalid_input' ? say(code) : message
}

/** The messages of a refused form, by field; a field named by a path counts by its last part. */
export function byField(problem: Problem): Record<string, string> {
  return Object.fromEntries(problem.errors.map((error) => [last(error.field), toldOf(error)]))
}
