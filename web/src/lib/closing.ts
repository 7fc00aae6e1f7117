/**
 * Tells at once that a dialog has closed, however that came about. Its own `close` event comes a moment later, when a key
 * may already have asked for the next window: that one would find the old one still there, and go with it.
 */
export function closing(closed: () => void) {
  return (dialog: HTMLDialogElement) => {
    const watch = new MutationObserver(() => { if (!dialog.open) closed() })
    watch.observe(dialog, { attributeFilter: ['open'] })
    return () => watch.disconnect()
  }
}
