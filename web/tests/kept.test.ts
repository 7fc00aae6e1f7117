import { expect, test } from 'vitest'
import { changesPerson, isKept, personIn } from '../src/worker/kept'

const api = (path: string) => `/api/v1${path}`

test.each(['/server', '/me', '/portfolios', '/portfolios/0198/summary', '/portfolios/0198/performance', '/portfolios/0198/holdings', '/portfolios/0198/transactions', '/summary', '/performance', '/health', '/portfolios/0198/health', '/instruments/0198/closes', '/holdings/0198/lots', '/instruments/0198/prices', '/providers'])('what is read is kept: %s', (path) => expect(isKept(api(path))).toBe(true))
test.each(['/events', '/instruments', '/users', '/session', '/sessions', '/portfolios/0198/explain', '/prices/status', '/holdings', '/me/password'])('what is not read again is not kept: %s', (path) => expect(isKept(api(path))).toBe(false))
test('what is beside the API is not kept', () => expect([isKept('/metrics'), isKept('/x/api/v1/summary'), isKept('/api/v1/summary/x')]).toEqual([false, false, false]))

test('signing in, signing out and leaving for good change who is here', () => expect([['POST', '/session'], ['DELETE', '/session'], ['POST', '/session/second-factor'], ['DELETE', '/me'], ['PATCH', '/me'], ['DELETE', '/sessions/0198'], ['GET', '/session'], ['POST', '/portfolios']].map(([method, path]) => changesPerson(method, api(path)))).toEqual([true, true, true, true, false, false, false, false]))

test('an answer of /server says whose it is', () => expect([personIn({ user: { id: 'a' } }), personIn({ user: null }), personIn(null)]).toEqual(['a', null, null]))
