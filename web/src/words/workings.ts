import { room } from './room'

/** The server's words in a receipt, as it writes them: for readers of other languages each is found by its English and said in theirs. */
export const english = {
  // Figures and lines.
  currentValue: 'Current value', invested: 'Invested', pricedInvested: 'Invested in what is priced', profitLoss: 'Profit or loss', profitLossPct: 'Profit or loss in percent', priceEffect: 'Effect of the price',
  currencyEffect: 'Effect of the currency', realised: 'Realised', income: 'Income', taxWithheld: 'Tax withheld', charges: 'Charges', total: 'Total profit or loss', dayChange: 'Change of the day', dayChangePct: 'Change of the day in percent',
  cash: 'Cash', quantity: 'Quantity', average: 'Average buy price', lastPrice: 'Last price', rate: 'Rate of exchange', weight: 'Weight', price: 'Price', fees: 'Fees', taxes: 'Taxes', cost: 'Cost', units: 'Units', value: 'Value', days: 'Days', flow: 'Flow',
  gross: 'Quantity × price', costHeld: 'Cost of what is held', costSold: 'Cost of what was sold', costBefore: 'Cost before', soFar: 'Cost before: the lines above together', unitsBefore: 'Units before', unitsLeft: 'Units that left', unitsSold: 'Units sold',
  unitsBought: 'Units bought', lotLeft: 'What was left of the lot', lotUnits: 'Units of the lot before', newUnits: 'New units', oldUnits: 'For old units', unitsAfter: 'Units after', unitsNew: 'Units × new', together: 'Together',
  proceeds: 'Proceeds less fees', closeBefore: 'Close before', valueBefore: 'Value at the close before', heldBefore: 'Units held at the close before', heldSince: 'Held since the close before', changeOne: 'Change of one unit',
  lastAtRate: 'Last price at the latest rate', closeAtRate: 'Close before at its rate', lastLessOwn: 'Last price less its own', tradePrice: 'Price of the trade', costAtRate: 'Cost at today\'s rate', made: 'Profit or loss, realised and income',
  known: 'Known value of the portfolio', nothingHeld: 'Nothing is held', noPrice: 'There is no price', noClose: 'The close before is not known', partOfCost: 'Part of cost', percentOfCost: 'Percent of cost that goes along',
  moneyIn: 'Money in', moneyOut: 'Money out', before: 'The value before', end: 'The value at the end', xirrRate: 'The rate a year at which these are worth nothing together', allPeriods: 'All periods, one after the other', aYear: 'A year', atEnd: 'At the end', atStart: 'At the start',
  peak: 'Index at its peak', lowest: 'Index at its lowest after it', fall: 'The fall', fallPct: 'The fall in percent of the peak', largestFall: 'Largest fall', volatility: 'Volatility', deviation: 'Standard deviation of the returns of sessions × √252', twrYear: 'TWR a year',
  putIn: 'Put in less taken out', return: 'Return',
  // Lines with something in them; what is in them is looked for in turn.
  purchaseOf: 'Purchase of {day}', saleOf: 'Sale of {day}', openingOf: 'Opening of {day}', rightsOf: 'Rights issue of {day}', reinvestmentOf: 'Reinvestment of {day}', dividendOf: 'Dividend of {day}', interestOf: 'Interest of {day}', feeOf: 'Fee of {day}', taxOf: 'Tax of {day}',
  depositOf: 'Deposit of {day}', withdrawalOf: 'Withdrawal of {day}', inOf: 'Transfer in of {day}', outOf: 'Transfer out of {day}', splitOf: 'Split of {day}', bonusOf: 'Bonus of {day}', mergerOf: 'Merger of {day}', demergerOf: 'Demerger of {day}', switchOf: 'Switch of {day}',
  saleUnits: 'Sale of {number} on {day}', lotOf: 'Lot of {day}, {number} units', acquired: '{number} units acquired on {day}', fromPool: '{number} units from the pool', leftBy: 'Left by {day}', costAll: 'Cost of all units, {day}', costLeft: 'Cost of what left: {label}',
  costStays: '{label}: the cost stays as it is', rowTax: '{label}: tax withheld', rowCharges: '{label}: charges', rowCost: '{label}: cost', rowNothing: '{label}: nothing was held', noCost: '{label}: nobody has said what the units cost', proceedsOf: 'Proceeds of the sale of {day}',
  session: 'Change of the session of {day}', sinceThen: 'Since then: {label}', closeOf: 'Close of {day}', unitsOf: 'Units of {day}', newOn: 'New units on {day}', oldOn: 'For old units on {day}', inUnits: '{label}, in units of now',
  rateFrom: 'Rate from {from} to {to}', rateOn: 'Rate from {from} to {to} on {day}', rateEntered: 'Rate from {from} to {to} on the transaction', rateBefore: 'Rate from {from} to {to} at the close before {day}', rateUnknown: 'The rate from {from} to {to} is not known',
  account: 'Account {name}', cashIn: 'Cash, {name}', dayToDay: '{from} to {to}', withIn: '{day}, with money in', withOut: '{day}, with money out', dayFlow: '{day}: {label}', inYear: '{label} in {year}',
  // Formulas.
  fSumValue: 'Σ quantity × last price × rate, of what is priced', fValue: 'quantity × last price × rate', fInvested: 'cost of what is still held, at the rates of its purchases', fSumInvested: 'Σ cost of what is still held', fPriced: 'Σ cost of the holdings that have a value',
  fProfit: 'current value − invested', fSumProfit: 'Σ current value − invested, of the holdings that have both', fProfitPct: '100 × profit or loss ÷ invested', fSumProfitPct: '100 × profit or loss ÷ invested of those same holdings', fRealised: 'proceeds less charges − cost of what was sold',
  fSumRealised: 'Σ proceeds less charges − cost of what was sold', fIncome: 'dividends and interest, less the tax withheld and charges', fSumIncome: 'Σ dividends and interest, less the tax withheld and charges', fTax: 'taxes of dividends and interest', fSumTax: 'Σ taxes of dividends and interest',
  fCharges: 'fees and taxes that are in no cost', fSumCharges: 'Σ fees and taxes that are in no cost', fTotal: 'profit or loss + realised + income − charges', fSumDay: 'Σ change of each holding in its last session', fDayPct: '100 × change of the day ÷ value at the close before',
  fDay: 'units held × (last price × rate − close before × its rate) + the session\'s trades × (last price − their own)', fCash: 'all that was received − all that was paid', fQuantity: 'all units that came − all that went, splits counted in', fAverage: 'cost in the instrument\'s currency ÷ quantity',
  fLast: 'the latest price ÷ the splits since', fRate: 'what one unit of the instrument\'s currency costs in the portfolio\'s', fPriceEffect: 'current value − cost in the instrument\'s currency × today\'s rate', fCurrencyEffect: 'profit or loss − effect of the price',
  fSumPriceEffect: 'Σ effect of the price of each holding', fSumCurrencyEffect: 'Σ effect of the currency on each holding', fXirr: 'the rate r with Σ flow ÷ (1 + r)^(days ÷ 365) = 0', fTwr: '(value at the end + money out) ÷ (value at the start + money in), day by day, multiplied, less 1',
  fTwrYear: '(1 + TWR)^(365 ÷ days) − 1', fFall: 'lowest index ÷ peak before it − 1', fVolatility: 'standard deviation of daily returns × √252', fInYear: '{label}, in {year}',
  // Notes.
  floating: 'Reckoned in floating point: good to about twelve digits.', long: 'The ledger is long: open a holding to see how its own line came about.', secondOpinion: 'A newer price of {name}, {price} {currency} from {source} of {day}, waits for a second opinion: the last good one counts.', provisional: 'Provisional: something that changes the units of {name} seems to have happened; see the desk.', leftOutPrice: '{name} is left out: it has no price.',
  leftOutRate: '{name} is left out: a rate of exchange is not known.', leftOutCost: '{name} is left out: its cost is not known.', leftOutClose: '{name} is left out: the close before is not known.', rateDay: 'The rate from {from} to {to} is of {weekday} {day}.',
} as const
export const say = room('workings', english)
