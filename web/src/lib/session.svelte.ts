import { get, onSessionEnd, remove } from '../api/client'
import type { Server, User } from '../api/types'
import { useLocale } from './format'
import { speak } from '../words/language'
import { go } from './router.svelte'

/** Who is here. `unreachable`: the server did not answer the first question. */
export const session = $state({ stage: 'loading' as 'loading' | 'unreachable' | 'setup' | 'out' | 'in', server: null as Server | null, user: null as User | null })

onSessionEnd(() => { if (session.stage === 'in') signedOut() })

export async function begin() {
  session.stage = 'loading'
  try {
    session.server = await get<Server>('/server')
    if (!session.server.set_up) session.stage = 'setup'
    else if (session.server.user) await signedIn(session.server.user)
    else signedOut()
  } catch {
    session.stage = 'unreachable'
  }
}

/** Shows the page to a person, in their language. */
export async function signedIn(user: User) {
  await speak(user.locale)
  useLocale(user.locale)
  session.user = user
  session.stage = 'in'
}
export function signedOut() {
  session.user = null
  session.stage = session.server?.set_up ? 'out' : 'setup'
}
export async function signOut() {
  await remove('/session').catch(() => {})
  signedOut()
  // Who signs in next begins at the beginning; a session that ran out comes back to where it was.
  go('/')
}
