// The service worker: the pages load and the last figures are read without a connection. docs/decisions/0026.
import { answer, forget, takeShared, warm, within } from './answers'
import { changesPerson, isKept } from './kept'
import { worker } from './scope'

/** Written by the build: every file that the pages need, and a name for just these. */
declare const __SHELL__: { version: string; files: string[] }
const { version, files } = __SHELL__
const PREFIX = 'shell-', SHELL = PREFIX + version
const PATIENCE_MS = 4_000

worker.addEventListener('install', (event) => event.waitUntil(install()))
worker.addEventListener('activate', (event) => event.waitUntil(activate()))
worker.addEventListener('message', (event) => {
  if (event.data?.forget) event.waitUntil(forget())
  if (event.data?.warm) event.waitUntil(warm(event.data.warm).catch(() => {}))
})
worker.addEventListener('fetch', (event) => {
  const { request } = event, url = new URL(request.url)
  if (url.origin !== worker.location.origin) return
  if (request.method === 'POST' && url.pathname === '/share') return event.respondWith(takeShared(request))
  if (changesPerson(request.method, url.pathname)) return event.waitUntil(forget())
  if (request.method !== 'GET') return
  if (url.pathname.startsWith('/api/')) { if (isKept(url.pathname) && request.mode !== 'navigate') event.respondWith(answer(request)) }
  else if (request.mode === 'navigate') event.respondWith(page(request))
  else if (url.pathname.startsWith('/assets/') || files.includes(url.pathname)) event.respondWith(file(request))
})

/** One file after the other: a browser has six connections to a server, and the page needs them more. */
async function install() {
  const shell = await caches.open(SHELL)
  for (const path of files) {
    // A file under /assets never changes: what the browser or an older version has of it is not asked for again.
    const lasting = path.startsWith('/assets/')
    const reply = (lasting && (await caches.match(path))) || (await fetch(path, { cache: lasting ? 'default' : 'no-cache' }))
    if (!reply.ok || reply.redirected) throw new Error(path)
    await shell.put(path, reply)
  }
  await worker.skipWaiting()
}

/** The version before stays as well: a page that is open still loads its own screens. */
async function activate() {
  const others = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== SHELL)
  await Promise.all(others.slice(0, -1).map((name) => caches.delete(name)))
  await worker.clients.claim()
}

/** The server's page, so that a new version is taken at once; the kept one while the server is away. */
async function page(request: Request): Promise<Response> {
  const asked = fetch(request)
  const reply = await within(PATIENCE_MS, asked).catch(() => null)
  if (reply && reply.status < 500) return reply
  return (await (await caches.open(SHELL)).match('/')) ?? reply ?? asked
}

async function file(request: Request): Promise<Response> {
  const kept = (await (await caches.open(SHELL)).match(request.url)) ?? (await caches.match(request.url))
  if (kept) return kept
  const reply = await fetch(request)
  if (reply.ok && new URL(request.url).pathname.startsWith('/assets/')) await (await caches.open(SHELL)).put(request.url, reply.clone())
  return reply
}
