// Moving about in the table as in a spreadsheet.

const all = (input: HTMLInputElement) => input.selectionStart === 0 && input.selectionEnd === input.value.length
const caret = (input: HTMLInputElement) => (input.selectionStart === input.selectionEnd ? input.selectionStart : null)

function below(input: HTMLInputElement, step: number): HTMLInputElement | null {
  const line = input.closest('[data-line]'), lines = [...(line?.parentElement?.querySelectorAll('[data-line]') ?? [])]
  return lines[lines.indexOf(line!) + step]?.querySelector<HTMLInputElement>(`[data-col="${input.dataset.col}"]`) ?? null
}
function beside(input: HTMLInputElement, step: number): HTMLInputElement | null {
  const cells = [...(input.closest('[data-line]')?.querySelectorAll<HTMLInputElement>('[data-col]') ?? [])]
  return cells[cells.indexOf(input) + step] ?? null
}

/** Where a key leads from a cell; null where the cell itself has a use for it. */
export function target(event: KeyboardEvent, input: HTMLInputElement): HTMLInputElement | null {
  if (event.altKey || event.ctrlKey || event.metaKey) return null
  if (event.key === 'Enter') return below(input, event.shiftKey ? -1 : 1)
  if (event.shiftKey) return null
  if (event.key === 'ArrowDown') return below(input, 1)
  if (event.key === 'ArrowUp') return below(input, -1)
  const rightToLeft = document.documentElement.dir === 'rtl'
  const back = event.key === (rightToLeft ? 'ArrowRight' : 'ArrowLeft'), on = event.key === (rightToLeft ? 'ArrowLeft' : 'ArrowRight')
  // Inside what is typed the arrows move the caret; at its ends, or while all of it is selected, the cell.
  if (back && (all(input) || caret(input) === 0)) return beside(input, -1)
  if (on && (all(input) || caret(input) === input.value.length)) return beside(input, 1)
  return null
}
