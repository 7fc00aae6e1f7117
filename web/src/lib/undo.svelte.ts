/** What was just done, and how to take it back. It stays until it is used, dismissed or replaced: nothing runs out. */
export const undo = $state({ text: '', back: null as (() => Promise<unknown>) | null, failed: '', busy: false })
export function offer(text: string, back: () => Promise<unknown>) { Object.assign(undo, { text, back, failed: '', busy: false }) }
export function dismiss() { Object.assign(undo, { text: '', back: null, failed: '', busy: false }) }
export async function takeBack() {
  if (!undo.back || undo.busy) return
  undo.busy = true
  try {
    await undo.back()
    dismiss()
  } catch (error) {
    Object.assign(undo, { back: null, busy: false, failed: `Not undone: ${error instanceof Error ? error.message : 'the server did not answer'}` })
  }
}
