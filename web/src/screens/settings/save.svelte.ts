import { tick } from 'svelte'
import { patch, Problem } from '../../api/client'
import type { MeChange, User } from '../../api/types'
import { refreshView } from '../../lib/live.svelte'
import { byField, sentence } from '../../lib/problems'
import { session, signedIn } from '../../lib/session.svelte'
import { offer } from '../../lib/undo.svelte'
import { say } from '../../words/settings'

async function put(change: MeChange) {
  const spoken = session.user?.locale
  await signedIn(await patch<User>('/me', change))
  void refreshView()
  if (session.user?.locale === spoken) return
  // Another language draws the whole page anew: keyboards and screen readers go on where it begins.
  await tick()
  setTimeout(() => document.getElementById('main')?.focus({ preventScroll: true }))
}

/** One form of a person's own settings: saved as a whole, and taken back as a whole. */
export class Save {
  tried = $state(false)
  busy = $state(false)
  failed = $state('')
  refused = $state<Record<string, string>>({})

  /** Saves `change`; `before` is what undoing puts back. */
  async save(change: MeChange, before: MeChange) {
    if (this.busy) return
    this.busy = true
    this.failed = ''
    this.refused = {}
    try {
      await put(change)
      this.tried = false
      offer(() => say('changed'), () => put(before))
    } catch (error) {
      if (error instanceof Problem && error.errors.length) this.refused = byField(error)
      else this.failed = sentence(error)
    }
    this.busy = false
  }
}
