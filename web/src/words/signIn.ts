import { room } from './room'

/** The door. */
export const say = room('signIn', {
  title: 'Sign in',
  to: 'to Tickfolio on this server',
  email: 'E-mail',
  emailMissing: 'Your e-mail address',
  passwordMissing: 'Your password',
  signIn: 'Sign in',
  signingIn: 'Signing in…',
  wrong: 'E-mail or password is wrong',
  wrongWhy: 'Forgotten it? The administrator of this server can set a new one.',
  tooMany: 'Too many tries',
  wait: 'You can try again in {seconds} s. Nobody is locked out.',
  noAnswer: 'The server did not answer',
  noAnswerWhy: 'You are not signed in.',
  firstTime: 'First time here?',
  signUp: 'Create an account',
})
