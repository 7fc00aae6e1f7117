// Which answers of the server are kept for reading offline, and which requests end their keeping.

const KEPT = /^\/api\/v1\/(server|me|summary|performance|health|providers|portfolios|portfolios\/[^/]+(\/(summary|performance|holdings|transactions|health))?|holdings\/[^/]+\/lots|instruments\/[^/]+(\/(prices|closes|actions))?)$/
const SESSION = /^\/api\/v1\/session(\/|$)/

/** Whether the last answer to a GET of this path is worth keeping. News, searches and administration are not. */
export const isKept = (path: string) => KEPT.test(path)

/** Whether a request changes who is signed in here: signing in, signing out, or deleting the account. */
export const changesPerson = (method: string, path: string) => method !== 'GET' && (SESSION.test(path) || (method === 'DELETE' && path === '/api/v1/me'))

/** Whose answers these are: the id in an answer of `/server`, null while nobody is signed in. */
export const personIn = (server: unknown): string | null => (server as { user?: { id?: string } | null } | null)?.user?.id ?? null
