import { room } from './room'

/** What the server says in English, by its stable code: for the readers of other languages. */
const byCode = {
  unauthenticated: 'Sign in first.',
  wrong_credentials: 'The e-mail or the password is wrong.',
  administrator_only: 'Only the administrator may do that.',
  forbidden_origin: 'This request comes from another site, or does not say from where.',
  sign_up_closed: 'This server takes no new accounts; ask its administrator for one.',
  not_found: 'There is no such thing, or no longer.',
  email_taken: 'There is an account with this e-mail already.',
  weak_password: 'This password is too short, or too easy to guess.',
  own_account: 'Your own account is deleted in your settings.',
  oversold: '{symbol}: on {on} you held {held}, not {sold}.',
  nothing_held: '{symbol}: nothing was held on {on}.',
  holding_exists: 'It is held already: change that holding, or record a transaction.',
  holding_has_transactions: 'This holding is worked out of its transactions: change or remove those instead.',
  action_exists: 'The same is written down for that day already.',
  no_held_price: 'No price of it is held back any more.',
  setting_fixed: 'TICKFOLIO_PROVIDERS decides which sources are on; change it there.',
  not_priced_by_hand: 'A source gives its prices; only your own on MANUAL are priced by hand.',
  unknown_exchange: 'This exchange has no known currency: name the currency.',
  idempotency_key_reused: 'This came before, with other contents. Load the page again.',
  rate_limited: 'Too many tries; wait a while.',
  refresh_cooling_down: 'Prices were asked for a moment ago.',
  unavailable: 'The database cannot be used now. Try again in a moment.',
  too_large: 'That is too much at once.',
  missing: 'This is needed.',
  in_the_future: 'A day up to today.',
  too_early: 'That day is too long ago.',
  error: 'Something went wrong on the server.',
}

/** Why something was not done. */
export const say = room('problems', {
  changed: 'It was changed elsewhere meanwhile. The newest is on screen now: look again.',
  wait: '{message} Try again in {seconds} s.',
  ...byCode,
})
export const hasWords = (code: string): code is keyof typeof byCode => Object.hasOwn(byCode, code)
