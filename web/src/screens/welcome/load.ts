import { Keys, patch, post } from '../../api/client'
import type { Portfolio, Session, User } from '../../api/types'
import type { Sources } from '../../lib/sources.svelte'
import type { Setup } from './setup.svelte'

const keys = new Keys()

/** Creates the account and begins its session. */
export async function createAccount({ name, email, password }: Setup): Promise<User> {
  const answer = await post<Session | User>('/users', { name: name.trim(), email: email.trim(), password })
  return 'user' in answer ? answer.user : (await post<Session>('/session', { email: email.trim(), password })).user
}

export const saveCount = ({ locale, currency }: Setup) => patch<User>('/me', { locale, base_currency: currency })

/** Switches the sources and creates the first portfolio; safe to call again after a failure. */
export async function begin(setup: Setup, sources: Sources | null): Promise<Portfolio> {
  await sources?.save()
  const body = { name: 'My portfolio', currency: setup.currency }
  return setup.start === 'sample' ? post<Portfolio>('/sample', {}, keys.of('sample')) : post<Portfolio>('/portfolios', body, keys.of(body))
}
