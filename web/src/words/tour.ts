import { room } from './room'

/** The three things that a new reader is shown once. */
export const say = room('tour', {
  label: 'A short tour',
  step: '{step} of {steps}',
  figures: 'Every figure shows its working',
  figuresSay: 'Press one to see what it is made of. Above the total stands how old the prices are.',
  add: 'Add what you hold',
  addSays: 'A purchase, a sale, or many rows at once. Everything else is found by searching.',
  addKey: 'Add',
  searchKey: 'Search',
  ctrlK: 'Ctrl K',
  commandK: '⌘ K',
  health: 'Data health tells what needs you',
  healthSays: 'A price that is old, in doubt or missing stands there, with the one action that mends it.',
  openHealth: 'Open Data health',
  skip: 'Skip',
  next: 'Next',
  done: 'Done',
})
