import { room } from './room'

/** The dialog for a price by hand. */
export const say = room('price', {
  title: 'Price of {name}',
  price: 'Price of one',
  on: 'On',
  aboveZero: 'A number above zero',
  worth: 'What is one worth?',
  upToToday: 'A day up to today',
  before: 'Until now {price}, of {day}',
  notSaved: 'Not saved',
  cancel: 'Cancel',
  save: 'Save',
  saving: 'Saving…',
})
