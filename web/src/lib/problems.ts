import { Problem } from '../api/client'

/** Why something was not done, in one sentence. */
export function sentence(error: unknown): string {
  if (!(error instanceof Problem)) throw error
  if (error.status === 0) return 'The server did not answer. Nothing was changed.'
  if (error.status === 412) return 'It was changed elsewhere meanwhile. The newest is on screen now: look again.'
  if (error.retryAfterSeconds !== null) return `${error.message} Try again in ${error.retryAfterSeconds} s.`
  return error.message
}

/** The messages of a refused form, by field; a field named by a path counts by its last part. */
export function byField(problem: Problem): Record<string, string> {
  return Object.fromEntries(problem.errors.map((error) => [error.field.split('.').at(-1) ?? error.field, error.message]))
}
