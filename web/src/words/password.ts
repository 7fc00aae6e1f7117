import { room } from './room'

/** A password, and what is said of a new one while it is typed. */
export const say = room('password', {
  password: 'Password',
  show: 'Show password',
  more: { one: '{count} more character', other: '{count} more characters' },
  easy: 'Long, but easy to guess: mostly a name, a common word or one letter',
  good: 'Long enough, and not a common one',
  atLeast: 'At least {least} characters',
  hint: '{least} characters or more. Four plain words do well; digits and signs are not needed.',
})
