import { go } from '../../lib/router.svelte'

/** Where the table for many transactions is. */
export const MANY = '/activity?many'

/** Text that waits to be put into the table: a shared or opened file. */
export const waiting = $state({ text: '' })

/** Opens the table, with the rows of a text in it: separated by tabs, commas or semicolons, with or without a head. */
export function openMany(text = '') {
  waiting.text = text
  go(MANY)
}
