import { Keys, patch, post } from '../../api/client'
import type { Portfolio, Session, User } from '../../api/types'
import type { Sources } from '../../lib/sources.svelte'
import { say } from '../../words/welcome'
import type { Setup } from './setup.svelte'

const keys = new Keys()

/** Creates the account and begins its session; safe to call again when only the second failed. */
export async function createAccount(setup: Setup): Promise<User> {
  const { password } = setup, name = setup.name.trim(), email = setup.email.trim()
  if (setup.created !== email) await post<User>('/users', { name, email, password })
  setup.created = email
  return (await post<Session>('/session', { email, password })).user
}

export const saveCount = ({ locale, currency }: Setup) => patch<User>('/me', { locale, base_currency: currency })

/** Switches the sources and creates the first portfolio; safe to call again after a failure. */
export async function begin(setup: Setup, sources: Sources | null): Promise<Portfolio> {
  await sources?.save()
  const body = { name: say('portfolio'), currency: setup.currency }
  return setup.start === 'sample' ? post<Portfolio>('/sample', {}, keys.of('sample')) : post<Portfolio>('/portfolios', body, keys.of(body))
}
