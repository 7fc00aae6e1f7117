// The one place that speaks HTTP: problems, entity tags, idempotency keys and the end of a session.

import { say } from '../words/offline'

export interface FieldProblem { field: string; code: string; message: string }

/** An answer that is an error by RFC 9457, or no answer at all (status 0, code `unreachable`). */
export class Problem extends Error {
  readonly status: number
  readonly code: string
  readonly title: string
  readonly errors: FieldProblem[]
  /** Members beyond the standard ones, such as the day and the quantity held of `oversold`. */
  readonly more: Record<string, unknown>
  /** Seconds until it is worth trying again; null when the server did not say. */
  readonly retryAfterSeconds: number | null

  constructor(status: number, body: Record<string, unknown>, retryAfter: string | null = null) {
    super(String(body.detail ?? body.title ?? say('noAnswer')))
    this.status = status
    this.code = String(body.code ?? 'unknown')
    this.title = String(body.title ?? say('wrong'))
    this.errors = Array.isArray(body.errors) ? (body.errors as FieldProblem[]) : []
    this.more = body
    this.retryAfterSeconds = retryAfter && /^\d+$/.test(retryAfter) ? Number(retryAfter) : null
  }
}

interface Options {
  body?: unknown
  /** The version that the caller has seen; sent as `If-Match`. */
  version?: number
  /** Makes a repeated POST count once. */
  key?: string
  /** The tag of the content that the caller has; an equal one is answered by 304. */
  tag?: string | null
  signal?: AbortSignal
}
/** `keptAt`: when a kept answer was given, because the server could not be asked; null when it was. */
export interface Answer<T> { status: number; data: T; tag: string | null; keptAt: string | null }

let ended: () => void = () => {}
/** What to do when the server says that nobody is signed in any more. */
export function onSessionEnd(then: () => void) { ended = then }

/** Asks the server. Throws `Problem`; a 304 has no data. */
export async function ask<T>(method: string, path: string, options: Options = {}): Promise<Answer<T>> {
  // Without a network a change would only fail later, and nobody would know whether it was made.
  if (method !== 'GET' && !navigator.onLine) throw new Problem(0, { code: 'offline', title: say('title'), detail: say('refused') })
  const headers: Record<string, string> = { Accept: 'application/json' }
  if (options.body !== undefined) headers['Content-Type'] = 'application/json'
  if (options.version !== undefined) headers['If-Match'] = `"${options.version}"`
  if (options.key) headers['Idempotency-Key'] = options.key
  if (options.tag) headers['If-None-Match'] = options.tag
  const response = await fetch(`/api/v1${path}`, { method, headers, body: options.body === undefined ? undefined : JSON.stringify(options.body), signal: options.signal, credentials: 'same-origin' }).catch((error: unknown) => {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw new Problem(0, { code: 'unreachable', title: say('noAnswer'), detail: say(method === 'GET' ? 'noAnswerYet' : 'unsure') })
  })
  const data: unknown = response.status === 204 || response.status === 304 ? null : await response.json().catch(() => ({}))
  if (!response.ok && response.status !== 304) {
    const problem = new Problem(response.status, (data ?? {}) as Record<string, unknown>, response.headers.get('Retry-After'))
    // A wrong password is a 401 too, and no end of anything.
    if (problem.code === 'unauthenticated') ended()
    throw problem
  }
  return { status: response.status, data: data as T, tag: response.headers.get('ETag'), keptAt: response.headers.get('X-Kept-At') }
}

export const get = async <T>(path: string, signal?: AbortSignal) => (await ask<T>('GET', path, { signal })).data
export const post = async <T>(path: string, body: unknown, key?: string) => (await ask<T>('POST', path, { body, key })).data
export const patch = async <T>(path: string, body: unknown, version?: number) => (await ask<T>('PATCH', path, { body, version })).data
export const put = async <T>(path: string, body: unknown) => (await ask<T>('PUT', path, { body })).data
export const remove = async (path: string, version?: number, body?: unknown) => { await ask<null>('DELETE', path, { version, body }) }

/** All pages of a list, one after the other. */
export async function everyPage<T>(path: string, signal?: AbortSignal): Promise<T[]> {
  const out: T[] = []
  let cursor: string | null | undefined = null
  do {
    const page: { items: T[]; next_cursor?: string | null } = await get(`${path}${path.includes('?') ? '&' : '?'}limit=100${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`, signal)
    out.push(...page.items)
    cursor = page.next_cursor
  } while (cursor)
  return out
}

/** A name for one attempt. `crypto.randomUUID` is missing on plain HTTP in a local network; this is not. */
export function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** Keys by content: sending the same again counts once, something else is something else. */
export class Keys {
  private keys = new Map<string, string>()
  of(body: unknown) {
    const content = JSON.stringify(body)
    if (!this.keys.has(content)) this.keys.set(content, newKey())
    return this.keys.get(content)!
  }
}
