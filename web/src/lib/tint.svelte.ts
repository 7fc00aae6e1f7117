import { calm } from './prefs.svelte'

const TINT_MS = 600

/** Tints a figure for a moment when it has changed under the reader's eyes; nothing where motion is unwanted. */
export function tint(value: () => unknown) {
  return (node: HTMLElement) => {
    let before: unknown
    let drawn = false
    $effect(() => {
      const next = value()
      if (drawn && next !== before && !calm()) node.animate([{ backgroundColor: 'color-mix(in oklab, var(--focus) 22%, transparent)' }, { backgroundColor: 'transparent' }], { duration: TINT_MS, easing: 'ease-out' })
      before = next
      drawn = true
    })
  }
}
