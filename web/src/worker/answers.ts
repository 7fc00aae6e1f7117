// The last answers of the server, for reading when it cannot be reached: network first, always.
import { isKept, personIn } from './kept'

const ANSWERS = 'answers', SHARED = 'shared'
/** A kept answer says when it was given; one from the server has no such header. */
const KEPT_AT = 'X-Kept-At'
const ANSWERS_MAX = 300
const PATIENCE_MS = 10_000
/** Said by what stands before a server that is down. */
const ABSENT = [502, 503, 504]

/** Rises when everything is forgotten: what was asked before that is not kept afterwards. */
let age = 0

/** Drops every figure of the person who was here, and any file that they shared. */
export async function forget() {
  age++
  await Promise.all([caches.delete(ANSWERS), caches.delete(SHARED)])
}

/** The server's answer, or the last one it gave. */
export async function answer(request: Request): Promise<Response> {
  const since = age
  const had = await (await caches.open(ANSWERS)).match(request.url)
  let reply: Response
  try {
    reply = await (had ? within(PATIENCE_MS, fetch(request)) : fetch(whole(request)))
  } catch {
    return had ?? Response.error()
  }
  if (had && ABSENT.includes(reply.status)) return had
  if (since === age) await keep(request.url, reply, had)
  return reply
}

async function keep(url: string, reply: Response, had: Response | undefined) {
  if (reply.status === 401) return forget()
  const now = reply.status === 304 ? had?.clone() : reply.ok && reply.headers.get('Content-Type')?.includes('json') ? reply.clone() : undefined
  if (!now) return
  const body = await now.blob()
  if (new URL(url).pathname === '/api/v1/server') {
    const person = personIn(JSON.parse(await body.text()))
    if (had && personIn(await had.clone().json()) !== person) await forget()
  }
  const since = age
  const headers = new Headers(now.headers)
  headers.set(KEPT_AT, new Date().toISOString())
  const cache = await caches.open(ANSWERS)
  if (since !== age) return
  await cache.put(url, new Response(body, { headers }))
  if (!had) for (const old of (await cache.keys()).slice(0, -ANSWERS_MAX)) await cache.delete(old)
}

/** Asks for the whole answer: "not modified" would leave nothing to keep. */
function whole(request: Request) {
  const headers = new Headers(request.headers)
  headers.delete('If-None-Match')
  return new Request(request, { headers })
}

/** Keeps the answers that a page read before this worker was there. */
export async function warm(urls: string[]) {
  const kept = [...new Set(urls)].filter((url) => isKept(new URL(url).pathname))
  await Promise.all(kept.map((url) => answer(new Request(url, { headers: { Accept: 'application/json' } }))))
}

/** Rejects when the answer takes longer. */
export async function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  let wait: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => (wait = setTimeout(() => reject(new Error('late')), milliseconds)))
  return Promise.race([work, late]).finally(() => clearTimeout(wait))
}

const SHARED_SIZE_MAX = 5_000_000
/** Keeps a shared file until the page has read it. It never goes to the server by itself. */
export async function takeShared(request: Request): Promise<Response> {
  const file = (await request.formData()).get('file')
  if (!(file instanceof File) || file.size > SHARED_SIZE_MAX) return Response.redirect('/activity', 303)
  await (await caches.open(SHARED)).put('/shared', new Response(await file.text(), { headers: { 'Content-Type': 'text/plain; charset=utf-8' } }))
  return Response.redirect('/activity?many=shared', 303)
}
