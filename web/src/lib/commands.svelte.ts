// What single keys and the palette can do, and which of their windows is open.
import { add } from '../screens/transaction/open.svelte'
import { portfolios } from './portfolios.svelte'
import { isDark, prefs } from './prefs.svelte'

export const windows = $state({ palette: false, keys: false })
export const mac = /Mac|iPhone|iPad/.test(navigator.platform)

export const hide = () => { prefs.hidden = !prefs.hidden }
export const turn = () => { prefs.theme = isDark() ? 'light' : 'dark' }

const single: Partial<Record<string, () => void>> = {
  h: hide,
  d: turn,
  a: () => { if (portfolios.list) add() },
  '/': () => { windows.palette = true },
  '?': () => { windows.keys = true },
}

/** Runs what a key stands for, unless it is typed into something or something else is open. */
export function shortcut(event: KeyboardEvent) {
  if (event.defaultPrevented || event.repeat || event.altKey || document.querySelector('dialog:modal')) return
  if (event.metaKey || event.ctrlKey) {
    if (event.key.toLowerCase() !== 'k' || event.shiftKey) return
    event.preventDefault()
    windows.palette = true
    return
  }
  const run = prefs.keys ? single[event.key.toLowerCase()] : undefined
  if (!run || (event.target as Element).closest('input:not([type=radio], [type=checkbox]), select, textarea, dialog, [contenteditable]')) return
  event.preventDefault()
  run()
}
