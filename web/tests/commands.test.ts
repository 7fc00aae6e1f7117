import { describe, expect, it } from 'vitest'
import { found, type Command } from '../src/components/commands'

const one = (id: string, group: string, text: string, over: Partial<Command> = {}): Command => ({ id, group, text, run: () => {}, ...over })
const many = Array.from({ length: 8 }, (_, n) => one(`h${n}`, 'Holdings', `Fund number ${n}`, { few: true }))
const commands = [...many, one('infy', 'Holdings', 'Infosys Limited', { few: true, more: 'INFY' }), one('nestle', 'Holdings', 'Nestlé India', { few: true, more: 'NESTLEIND' }), one('perf', 'Go to', 'Performance'), one('add', 'Do', 'Add transaction')]
const ids = (typed: string) => found(commands, typed).map((group) => [group.name, group.items.map((item) => item.id)])

describe('the palette', () => {
  it('shows the first five holdings and everything else before anything is typed', () => expect(ids(' ')).toEqual([['Holdings', ['h0', 'h1', 'h2', 'h3', 'h4']], ['Go to', ['perf']], ['Do', ['add']]]))
  it('finds by name, symbol and without accents', () => expect([ids('infosys'), ids('INFY'), ids('nestle')]).toEqual([[['Holdings', ['infy']]], [['Holdings', ['infy']]], [['Holdings', ['nestle']]]]))
  it('wants every word, in any order', () => expect([ids('transaction add'), ids('fund 7'), ids('fund infosys')]).toEqual([[['Do', ['add']]], [['Holdings', ['h7']]], []]))
  it('puts first what begins so', () => expect(found([one('a', 'X', 'Gaining'), one('b', 'X', 'India')], 'in')[0].items.map((item) => item.id)).toEqual(['b', 'a']))
  it('finds all of them once something is typed', () => expect(found(commands, 'fund')[0].items).toHaveLength(8))
})
