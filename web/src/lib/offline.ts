// The page's side of the service worker: starting it, keeping and dropping what it keeps.
// None of it is there on plain HTTP in a local network; the pages do without.
const worker = () => navigator.serviceWorker as ServiceWorkerContainer | undefined
const stores = () => (globalThis as { caches?: CacheStorage }).caches

/** Starts the worker when the first screen is there, so that it takes nothing from it. */
export function startWorker() {
  const container = worker()
  if (!import.meta.env.PROD || !container) return
  const first = !container.controller
  // What this page has read already went past the worker: it is to read that once itself.
  if (first) container.addEventListener('controllerchange', () => container.controller?.postMessage({ warm: asked() }), { once: true })
  const start = () => void container.register('/sw.js', { updateViaCache: 'none' }).catch(() => {})
  if (document.readyState === 'complete') setTimeout(start, 1000)
  else addEventListener('load', () => setTimeout(start, 1000), { once: true })
}
const asked = () => performance.getEntriesByType('resource').map((entry) => entry.name).filter((name) => name.startsWith(`${location.origin}/api/`))

/** Drops every kept answer and shared file: whoever comes next sees nothing of who was here. */
export async function forgetAnswers() {
  worker()?.controller?.postMessage({ forget: true })
  await Promise.all(['answers', 'shared'].map((name) => stores()?.delete(name))).catch(() => {})
}

/** The text of a file shared to the installed page, once. */
export async function sharedText(): Promise<string | null> {
  const store = await stores()?.open('shared')
  const text = (await (await store?.match('/shared'))?.text()) ?? null
  await store?.delete('/shared')
  return text
}
