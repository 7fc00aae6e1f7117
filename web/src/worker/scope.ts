// What a service worker is given by the browser, as far as this one uses it. The library of these types cannot be
// loaded beside that of the page.

export interface Lasting extends Event { waitUntil(work: Promise<unknown>): void }
export interface Fetching extends Lasting { request: Request; respondWith(answer: Promise<Response>): void }
export interface Told extends Lasting { data: { forget?: true; warm?: string[] } | null }
interface Worker {
  addEventListener(type: 'install' | 'activate', then: (event: Lasting) => void): void
  addEventListener(type: 'fetch', then: (event: Fetching) => void): void
  addEventListener(type: 'message', then: (event: Told) => void): void
  skipWaiting(): Promise<void>
  clients: { claim(): Promise<void> }
  location: Location
}
export const worker = self as unknown as Worker
