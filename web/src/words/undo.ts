import { room } from './room'

/** The bar that takes back what was just done. */
export const say = room('undo', {
  undo: 'Undo',
  dismiss: 'Dismiss',
  keys: 'Ctrl Z',
  keysMac: '⌘ Z',
  notUndone: 'Not undone: {why}',
  noAnswer: 'the server did not answer',
})
