import { Problem } from '../api/client'

/** `sentence`, for what is on the first screen: its words are loaded when something went wrong, and the server's own say it where they cannot be. */
export function why(error: unknown): Promise<string> {
  if (!(error instanceof Problem)) throw error
  return import('./problems').then(({ sentence }) => sentence(error), () => error.message)
}
