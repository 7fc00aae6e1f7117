import { get, Problem, remove } from '../../api/client'
import type { components } from '../../api/schema'
import { sentence } from '../../lib/problems'
import { say } from '../../words/settings'

export type OpenSession = components['schemas']['OpenSession']

/** Where one is signed in. */
export class Sessions {
  items = $state.raw<OpenSession[] | null>(null)
  /** Why they could not be read, or why one was not ended. */
  unread = $state('')
  failed = $state('')
  /** What was just done. */
  done = $state('')
  busy = $state(false)

  async read() {
    try {
      this.items = (await get<{ items: OpenSession[] }>('/sessions')).items
      this.unread = ''
    } catch (error) {
      this.unread = sentence(error)
    }
  }
  /** Ends one; without `id`, every one but this. */
  async end(id?: string) {
    if (this.busy) return
    this.busy = true
    this.failed = this.done = ''
    try {
      await remove(id ? `/sessions/${id}` : '/sessions').catch((error: unknown) => {
        // One that has ended meanwhile is what was wanted.
        if (!(error instanceof Problem) || error.status !== 404) throw error
      })
      await this.read()
      this.done = say(id ? 'ended' : 'endedOthers')
    } catch (error) {
      this.failed = sentence(error)
    }
    this.busy = false
  }
}
