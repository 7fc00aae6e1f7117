import { Problem } from '../api/client'
import { say } from '../words/undo'
import { why } from './why'

/** What was done, in a line; made anew when it is drawn, because amounts may be hidden meanwhile. */
export type Line = string | (() => string)
/** What was just done, and how to take it back. It stays until it is used, dismissed or replaced: nothing runs out. */
export const undo = $state({ text: '' as Line, back: null as (() => Promise<unknown>) | null, failed: '', busy: false })
export function offer(text: Line, back: () => Promise<unknown>) { Object.assign(undo, { text, back, failed: '', busy: false }) }
export function dismiss() { Object.assign(undo, { text: '', back: null, failed: '', busy: false }) }
export async function takeBack() {
  const { back } = undo
  if (!back || undo.busy) return
  undo.busy = true
  try {
    await back()
    // Something else may have been done while this was on its way.
    if (undo.back === back) dismiss()
  } catch (error) {
    Object.assign(undo, { back: null, busy: false, failed: say('notUndone', { why: error instanceof Problem ? await why(error) : say('noAnswer') }) })
  }
}
