import { room } from './room'

/** What is said when the server cannot be reached. */
export const say = room('offline', {
  title: 'You are offline',
  refused: 'You are offline. Nothing was saved.',
  noAnswer: 'The server did not answer',
  noAnswerYet: 'The server did not answer.',
  unsure: 'The server did not answer. It may not be saved: try again.',
  wrong: 'Something went wrong',
  figuresOf: 'Offline – figures of {when}',
  unansweredOf: 'The server does not answer – figures of {when}',
  nothingKept: 'Offline – this was not read before on this device',
  safe: 'Your data is safe. It may be starting, or the connection may be down.',
  safeOffline: 'Your data is safe on the server. There is nothing of it on this device to show.',
  tryAgain: 'Try again',
})
