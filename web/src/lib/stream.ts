const FIRST_MS = 1_000, LONGEST_MS = 30_000
/** The server says something at least every 20 seconds; twice that is silence. */
const SILENT_MS = 50_000

/** The server's news. A lost stream is taken up again, each time after a longer wait, until it is stopped. */
export class Stream {
  open = false
  private source: EventSource | null = null
  private wait: ReturnType<typeof setTimeout> | undefined
  private lost = 0
  private heard = 0

  /** `news` are the names of events and what to do then; `changed` hears that the stream is there, or is there no more. */
  constructor(private url: string, private news: Record<string, () => void>, private changed: (open: boolean) => void) {}

  start() {
    clearTimeout(this.wait)
    // Where the browser knows of no network, its word that there is one again comes first.
    if (this.source || !navigator.onLine) return
    const source = (this.source = new EventSource(this.url))
    const sign = () => (this.heard = Date.now())
    sign()
    source.onopen = () => { sign(); this.lost = 0; this.open = true; this.changed(true) }
    source.onerror = () => this.again()
    source.addEventListener('beat', sign)
    for (const [name, then] of Object.entries(this.news)) source.addEventListener(name, () => { sign(); then() })
  }
  stop() {
    clearTimeout(this.wait)
    this.source?.close()
    this.source = null
    this.open = false
  }
  /** Begins anew, at once: the network is back, or the page was asleep. */
  restart() { this.lost = 0; this.stop(); this.start() }
  /** To be called now and then: a connection can be dead without having ended. */
  check() { if (this.source && Date.now() - this.heard > SILENT_MS) this.again() }

  private again() {
    this.stop()
    // A little apart, so that not every page comes back in the same moment after a restart of the server.
    this.wait = setTimeout(() => this.start(), Math.min(LONGEST_MS, FIRST_MS * 2 ** this.lost++) * (0.75 + Math.random() / 2))
    this.changed(false)
  }
}
