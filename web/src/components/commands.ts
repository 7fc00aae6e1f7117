import type { IconName } from './Icon.svelte'

/** One line of the palette; of those marked `few`, only the first are there before anything is typed. */
export interface Command { id: string; group: string; few?: boolean; text: string; more?: string; hint?: string; change?: string | null; icon?: IconName; key?: string; run: () => void }
export interface Group { name: string; items: Command[] }

const FIRST = 5, MOST = 30
const plain = (text: string) => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
const begins = (text: string, word: string) => text.startsWith(word) || text.includes(` ${word}`)

/** The commands that have every word typed, those first of which a word begins so; in their groups, these in their order. */
export function found(commands: Command[], typed: string): Group[] {
  const words = plain(typed).split(/\s+/).filter(Boolean)
  const hits = commands.flatMap((command) => {
    const text = plain(`${command.text} ${command.more ?? ''}`)
    return words.every((word) => text.includes(word)) ? [{ command, rank: words.every((word) => begins(text, word)) ? 0 : 1 }] : []
  })
  const groups: Group[] = []
  for (const { command } of hits.sort((a, b) => a.rank - b.rank).slice(0, words.length ? MOST : undefined)) {
    const group = groups.find((one) => one.name === command.group)
    if (!group) groups.push({ name: command.group, items: [command] })
    else if (words.length || !command.few || group.items.length < FIRST) group.items.push(command)
  }
  return groups
}
