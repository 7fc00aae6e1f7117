import { afterEach, describe, expect, it } from 'vitest'
import { blank, isBlank, readDay, readKind, readNumber, type Cells } from '../src/screens/bulk/cells'
import { inputOf, problemsOf, type Settled } from '../src/screens/bulk/check'
import { decide } from '../src/screens/bulk/decide'
import { isTable, readRows, separatorOf, split } from '../src/screens/bulk/paste'
import type { Chosen } from '../src/screens/transaction/form.svelte'
import hindi from '../src/words/hi'
import { useWords } from '../src/words/room'

const INDIA = 'en-IN', US = 'en-US', GERMANY = 'de-DE'
const infosys: Chosen = { id: 'i1', asset_type: 'STOCK', exchange: 'NSE', symbol: 'INFY', name: 'Infosys Limited', currency: 'INR', isin: 'INE009A01021', last_price: null, as_of: null, known: true }
const adr: Chosen = { ...infosys, id: null, exchange: 'NYSE', currency: 'USD', isin: 'US4567881085' }
const known: Settled = { state: 'known', chosen: infosys }
const setting = { locale: INDIA, today: '2026-11-22' }
const row = (cells: Partial<Cells>): Cells => ({ ...blank(), on: '2026-11-20', type: 'Buy', instrument: 'INFY', units: '10', price: '1400', ...cells })
afterEach(() => useWords('en', {}))

describe('text from a spreadsheet', () => {
  it('is cut at tabs before anything else', () => expect(separatorOf('a,b\t1,400')).toBe('\t'))
  it('is cut at what the first line has most of', () => expect([separatorOf('a;b;1,5'), separatorOf('a,b,c')]).toEqual([';', ',']))
  it('keeps separators, quotes and line ends inside quotes', () => {
    expect(split('"Tata, Sons","said ""yes""","two\nlines"\r\nb,c,d\n\n', ',')).toEqual([['Tata, Sons', 'said "yes"', 'two\nlines'], ['b', 'c', 'd']])
  })
  it('is one number where it is one number', () => expect([isTable('1,400.50', INDIA), isTable('2026-11-20,Buy,INFY', INDIA), isTable('a\tb', INDIA), isTable('Tata, Sons, Limited', INDIA)]).toEqual([false, true, true, false]))
  it('fills from the cell on that it was pasted in', () => expect(readRows('10\t1400\n5\t99', 'units')).toEqual([{ units: '10', price: '1400' }, { units: '5', price: '99' }]))
  it('drops what is beyond the last column', () => expect(readRows('x\ty\tz', 'account')).toEqual([{ account: 'x', note: 'y' }]))

  it('follows its head, whatever the order of the columns', () => {
    const text = 'symbol,isin,trade_date,exchange,segment,trade_type,quantity,price\nINFY,INE009A01021,2026-01-05,NSE,EQ,buy,10,1400\n'
    expect(readRows(text)).toEqual([{ instrument: 'NSE:INFY', on: '2026-01-05', type: 'buy', units: '10', price: '1400' }])
  })
  it('takes the ISIN, then the name, where there is no symbol', () => {
    expect(readRows('Date,ISIN,Qty\n2026-01-05,INE009A01021,1')[0].instrument).toBe('INE009A01021')
    expect(readRows('Date,Scheme Name,Units\n2026-01-05,Some Fund,1')[0].instrument).toBe('Some Fund')
  })
  it('is no head when a line holds numbers', () => expect(readRows('2026-01-05,Buy,Symbol,10')).toEqual([{ on: '2026-01-05', type: 'Buy', instrument: 'Symbol', units: '10' }]))
  it('does without the mark that some programs put before a file', () => expect(readRows('\ufeffDate,Symbol\n2026-01-05,X')[0].on).toBe('2026-01-05'))
  it('has no rows when it is empty', () => expect(readRows('\n \n')).toEqual([]))
})

describe('a day', () => {
  it.each([['2026-11-20', '2026-11-20'], ['2026/1/5', '2026-01-05'], ['20/11/2026', '2026-11-20'], ['20-11-26', '2026-11-20'], ['5.1.2026', '2026-01-05'], ['20-Nov-2026', '2026-11-20'], ['20 November 26', '2026-11-20'], ['Nov 20, 2026', '2026-11-20'], ['2026-11-20 09:15:00', '2026-11-20'], ['2026-11-20T09:15:00Z', '2026-11-20']])('is read from %s', (typed, day) => expect(readDay(typed, INDIA)).toBe(day))
  it('has its month first in the United States', () => expect([readDay('11/20/2026', US), readDay('20/11/2026', US), readDay('11/20/2026', INDIA)]).toEqual(['2026-11-20', null, null]))
  it.each(['2026-02-30', '31/6/2026', 'yesterday', '20', ''])('is not %s', (typed) => expect(readDay(typed, INDIA)).toBeNull())
})

describe('a kind', () => {
  it.each([['Buy', 'BUY'], ['b', 'BUY'], ['SELL', 'SELL'], ['Redemption', 'SELL'], ['Transfer in', 'TRANSFER_IN'], ['transfer_out', 'TRANSFER_OUT'], ['Purchase - Systematic', 'BUY'], ['IDCW Reinvestment', 'REINVEST']])('is known as %s', (typed, kind) => expect(readKind(typed)).toBe(kind))
  // A company that buys its shares back is sold to: to take it for a purchase would be the opposite.
  it('is not guessed', () => expect([readKind('buy back'), readKind('xyz'), readKind('')]).toEqual([null, null, null]))
  it('is known by its word in the language of the page, and still in English', () => {
    useWords('hi', hindi)
    expect([readKind('बिक्री'), readKind('sell')]).toEqual(['SELL', 'SELL'])
  })
})

describe('a number', () => {
  it.each([['₹1,23,456.50', INDIA, '123456.50'], ['Rs. 1,400', INDIA, '1400'], ['1400 INR', INDIA, '1400'], ['1.234,5 €', GERMANY, '1234.5']])('is read from %s', (typed, locale, value) => expect(readNumber(typed, locale)).toBe(value))
  it.each(['ten', '10 lots', '-5', '1,5', ''])('is not %s', (typed) => expect(readNumber(typed, INDIA)).toBeNull())
})

describe('a row', () => {
  it('is complete', () => expect(problemsOf(row({}), known, setting)).toEqual({}))
  it('says nothing while it only has what came from the row above', () => expect([isBlank({ ...blank(), on: '2026-11-20', type: 'Buy', account: 'Zerodha' }), isBlank(row({}))]).toEqual([true, false]))
  it('names each cell that is missing', () => expect(problemsOf({ ...blank(), type: 'Buy' }, undefined, setting)).toEqual({ on: 'missingDay', instrument: 'missingWhat', units: 'missingUnits', price: 'missingPrice' }))
  it.each<[Partial<Cells>, object]>([
    [{ on: '30/2/2026' }, { on: 'badDay' }], [{ on: '2026-11-23' }, { on: 'futureDay' }], [{ type: '' }, { type: 'missingKind' }], [{ type: 'xyz' }, { type: 'badKind' }], [{ type: 'Split' }, { type: 'otherKind', units: 'noUnits', price: 'noPrice' }],
    [{ units: '0' }, { units: 'aboveZero' }], [{ units: 'ten' }, { units: 'aboveZero' }], [{ price: 'x' }, { price: 'number' }], [{ fees: 'x' }, { fees: 'number' }], [{ account: 'x'.repeat(61) }, { account: 'tooLong' }],
    [{ type: 'Transfer out' }, { price: 'noPrice' }], [{ type: 'Deposit', units: '' }, { instrument: 'ofNothing' }], [{ type: 'Fee', units: '', fees: '2' }, { fees: 'noCharge' }], [{ type: 'Fee', instrument: '' }, { units: 'noUnits' }],
  ])('%j is refused as %j', (cells, problems) => expect(problemsOf(row(cells), known, setting)).toEqual(problems))
  it('waits for its instrument without a complaint', () => expect(problemsOf(row({}), { state: 'asking', choices: [] }, setting)).toEqual({}))
  it.each<[Settled, string]>([[{ state: 'unknown', choices: [] }, 'unknownWhat'], [{ state: 'unknown', choices: [adr] }, 'nearWhat'], [{ state: 'several', choices: [infosys, adr] }, 'severalWhat'], [{ state: 'failed', choices: [] }, 'failedWhat']])('has an instrument to settle: %j', (settled, reason) => expect(problemsOf(row({}), settled, setting)).toEqual({ instrument: reason }))
  it('needs no units where income is one amount', () => expect(problemsOf(row({ type: 'Dividend', units: '', price: '460', taxes: '46' }), known, setting)).toEqual({}))

  it('is sent as plain decimals', () => {
    expect(inputOf(row({ units: '1,000.50', price: '₹1,400', fees: '20', account: ' Zerodha ' }), infosys, INDIA, 'INR')).toEqual({
      type: 'BUY', traded_on: '2026-11-20', account: 'Zerodha', note: null, currency: 'INR', fx_rate: null, cost: null, ratio: null, quantity: '1000.50', price: '1400', fees: '20', taxes: '0', asset_type: 'STOCK', symbol: 'INFY', exchange: 'NSE', isin: 'INE009A01021',
    })
  })
  it('of money alone is in the currency of the portfolio', () => expect(inputOf(row({ type: 'Deposit', instrument: '', units: '', price: '5000' }), null, INDIA, 'INR')).toMatchObject({ quantity: '1', price: '5000', currency: 'INR' }))
})

describe('a name', () => {
  const decided = (name: string, held: string[] = [], home: string | null = null) => decide([infosys, adr], name, held, home)
  it('that several have is the one that is held', () => expect(decided('INFY', ['i1'])).toEqual(known))
  it('that several have is the one that trades at home', () => expect(decided('INFY', [], 'NYSE')).toEqual({ state: 'known', chosen: adr }))
  it('that several have is left to choose otherwise', () => expect(decided('INFY').state).toBe('several'))
  it('may say its market', () => expect(decided('NYSE:INFY')).toEqual({ state: 'known', chosen: adr }))
  it('may be an ISIN', () => expect(decided('INE009A01021')).toEqual(known))
  it('that is only like others is none of them', () => expect(decided('INF')).toEqual({ state: 'unknown', choices: [infosys, adr] }))
})
