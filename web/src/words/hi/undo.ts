import type { Translation } from '../room'
import type { say } from '../undo'

export const undo: Translation<typeof say> = {
  undo: 'वापस लें',
  dismiss: 'हटाएँ',
  keys: 'Ctrl Z',
  keysMac: '⌘ Z',
  notUndone: 'वापस नहीं लिया गया: {why}',
  noAnswer: 'सर्वर ने उत्तर नहीं दिया',
}
