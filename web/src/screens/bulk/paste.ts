// Text from a spreadsheet or a file, made into rows of cells.
import { columns, readDay, type Cells, type Column } from './cells'

const QUOTE = '"'

/** The text's lines as cells; a quoted cell may hold the separator, line ends and doubled quotes. */
export function split(text: string, separator: string): string[][] {
  const lines: string[][] = [[]]
  let cell = '', quoted = false
  for (let at = 0; at < text.length; at++) {
    const letter = text[at]
    if (quoted) {
      if (letter !== QUOTE) cell += letter
      else if (text[at + 1] === QUOTE) { cell += QUOTE; at++ }
      else quoted = false
    } else if (letter === QUOTE && !cell.trim()) { quoted = true; cell = '' }
    else if (letter === separator) { lines.at(-1)!.push(cell.trim()); cell = '' }
    else if (letter === '\n') { lines.at(-1)!.push(cell.trim()); cell = ''; lines.push([]) }
    else if (letter !== '\r') cell += letter
  }
  lines.at(-1)!.push(cell.trim())
  return lines.filter((line) => line.some(Boolean))
}

/** A tab if there is one; else what separates the first line most often. */
export function separatorOf(text: string): string {
  if (text.includes('\t')) return '\t'
  const first = text.trimStart().split('\n', 1)[0]
  const count = (letter: string) => first.split(letter).length - 1
  return count(';') > count(',') ? ';' : ','
}

/** Whether a paste is for more than the one cell that it was made in: "1,400.50" is one number. */
export function isTable(text: string, locale: string): boolean {
  const lines = text.trim().split('\n')
  if (text.trim().includes('\t') || lines.length > 1) return true
  const cells = split(text, separatorOf(text))[0] ?? []
  return cells.length > 2 && readDay(cells[0], locale) !== null
}

type Named = Column | 'exchange' | 'isin' | 'name'
const heads: [Named, string[]][] = [
  ['on', ['date', 'tradedate', 'day', 'orderdate', 'executiondate', 'transactiondate', 'navdate', 'valuedate', 'तारीख', 'दिनांक']],
  ['type', ['type', 'kind', 'tradetype', 'transactiontype', 'txntype', 'side', 'buysell', 'action', 'transaction', 'प्रकार']],
  ['instrument', ['instrument', 'symbol', 'tradingsymbol', 'ticker', 'scrip', 'scripcode', 'stock', 'schemecode', 'amficode', 'code', 'निवेश', 'सिंबल']],
  ['units', ['units', 'quantity', 'qty', 'shares', 'noofunits', 'यूनिट', 'मात्रा']],
  ['price', ['price', 'rate', 'nav', 'tradeprice', 'averageprice', 'avgprice', 'unitprice', 'कीमत']],
  ['fees', ['fees', 'fee', 'brokerage', 'charges', 'commission', 'शुल्क']],
  ['taxes', ['taxes', 'tax', 'stt', 'stampduty', 'tds', 'taxesandduty', 'कर']],
  ['account', ['account', 'broker', 'demat', 'folio', 'folionumber', 'खाता']],
  ['note', ['note', 'notes', 'comment', 'comments', 'remark', 'remarks', 'टिप्पणी']],
  ['exchange', ['exchange', 'market']], ['isin', ['isin']], ['name', ['name', 'scheme', 'schemename', 'scripname', 'company', 'security']],
]
const meaningOf = (head: string): Named | null => {
  const name = head.toLowerCase().replace(/[^\p{L}\p{M}]/gu, '')
  return heads.find(([, names]) => names.includes(name))?.[0] ?? null
}

/** What the columns of a first line mean, when it is a head and no row. */
export function readHead(line: string[]): (Named | null)[] | null {
  const meanings = line.map(meaningOf)
  return meanings.filter(Boolean).length >= 2 && !line.some((cell) => /^[\d.,\s/-]*\d[\d.,\s/-]*$/.test(cell)) ? meanings : null
}

function byHead(line: string[], head: (Named | null)[]): Partial<Cells> {
  const said: Partial<Record<Named, string>> = {}
  // Of two columns that mean the same, the first that says something counts.
  head.forEach((meaning, at) => { if (meaning && !said[meaning]) said[meaning] = line[at] ?? '' })
  const { exchange, isin, name, ...cells } = said
  const code = cells.instrument || isin || name || ''
  return { ...cells, instrument: exchange && cells.instrument ? `${exchange}:${code}` : code }
}

/** The rows of a text: by its head where it has one, else from the column `from` on in the order of the table. */
export function readRows(text: string, from: Column = 'on'): Partial<Cells>[] {
  const [first, ...rest] = split(text.replace(/^\ufeff/, ''), separatorOf(text))
  if (!first) return []
  const head = readHead(first)
  if (head) return rest.map((line) => byHead(line, head))
  const places = columns.slice(columns.indexOf(from))
  return [first, ...rest].map((line) => Object.fromEntries(places.flatMap((column, at) => (line[at] === undefined ? [] : [[column, line[at]]]))))
}
