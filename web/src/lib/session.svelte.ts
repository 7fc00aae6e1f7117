import { get, onSessionEnd, Problem, remove } from '../api/client'
import type { Server, User } from '../api/types'
import { speak } from '../words/language'
import { useLocale } from './format'
import { forgetAnswers } from './offline'
import { go } from './router.svelte'

/** Who is here. `unreachable`: the server did not answer the first question. */
export const session = $state({ stage: 'loading' as 'loading' | 'unreachable' | 'setup' | 'out' | 'in', server: null as Server | null, user: null as User | null })

// Other tabs of this browser share the cookie: who signs in or out in one does so in all.
const tabs = new BroadcastChannel('session')
tabs.onmessage = (message: MessageEvent<string | null>) => { if (['in', 'out'].includes(session.stage) && message.data !== (session.user?.id ?? null)) void begin() }

/** Somebody signed out where the server could not be told; it is told as soon as it can be. */
const UNTOLD = 'sign-out'
const untold = { get: () => { try { return localStorage.getItem(UNTOLD) } catch { return null } }, set: (on: boolean) => { try { if (on) localStorage.setItem(UNTOLD, '1'); else localStorage.removeItem(UNTOLD) } catch { /* a forbidden store has nothing to tell */ } } }

/** The person that this page has shown anything of. */
let shown: string | null = null

onSessionEnd(() => { if (session.stage === 'in') void signedOut() })

export async function begin() {
  session.stage = 'loading'
  try {
    if (untold.get()) await endSession()
    session.server = await get<Server>('/server')
    if (session.server.user) await show(session.server.user)
    else await signedOut()
  } catch {
    await speak(navigator.language)
    session.stage = 'unreachable'
  }
}

/** Shows the page to a person, in their language. */
export async function signedIn(user: User) {
  untold.set(false)
  if (session.stage !== 'in') tabs.postMessage(user.id)
  await show(user)
}
async function show(user: User) {
  // Nothing that this page still has of one person may reach another.
  if (shown && shown !== user.id) return location.assign('/')
  shown = user.id
  await speak(user.locale)
  useLocale(user.locale)
  session.user = user
  session.stage = 'in'
}
export async function signedOut() {
  await Promise.all([forgetAnswers(), speak(navigator.language)])
  session.user = null
  session.stage = session.server?.set_up ? 'out' : 'setup'
}
export async function signOut() {
  untold.set(true)
  await endSession().catch(() => {})
  tabs.postMessage(null)
  await signedOut()
  // Who signs in next begins at the beginning; a session that ran out comes back to where it was.
  go('/')
}
async function endSession() {
  try {
    await remove('/session')
  } catch (error) {
    // One that had ended already needs no telling.
    if (!(error instanceof Problem) || error.status !== 401) throw error
  }
  untold.set(false)
}
