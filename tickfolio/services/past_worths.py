"""What was there at the end of past days, out of rows of prices and of the ledger: receipts of returns stand on it."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import accumulate

from tickfolio.domain.instruments import AssetType
from tickfolio.domain.ledger import Transaction
from tickfolio.domain.money import ZERO, convert, exact
from tickfolio.domain.movements import cash_moved
from tickfolio.reports.receipt_past import PastCash, PastHolding, PastWorth
from tickfolio.services import evidence
from tickfolio.services.pair_legs import PairLegs
from tickfolio.services.past_prices import PastPrices
from tickfolio.services.performance import Inputs
from tickfolio.services.performance_answer import Made
from tickfolio.storage.database import Tx

# So many rows of prices are more than anybody reads: a value stands for itself then.
PRICE_ROWS_MAX = 2000

Steps = tuple[list[date], list[Decimal | None]]  # days, oldest first, and what there was after each
Counts = Mapping[str, Decimal]  # units by holding


@exact
def past_worths(
    tx: Tx, made: Made, days: Iterable[date], today: date, key: str | None
) -> Mapping[date, PastWorth] | None:
    """What was there at the end of each of these days, with its prices; None where that is too much for a receipt.

    Of one holding (`key`), or of all with the cash. A day of which a price, a rate or the cash is unknown is left out.
    """
    inputs = made.inputs
    if len(inputs.rows) > evidence.NESTED_ROWS_MAX:
        return None
    units = {one: _after_each_day(inputs, one) for one in inputs.books if key in (None, one)}
    held = {day: {one: count for one, after in units.items() if (count := _by(after, day))} for day in days}
    if sum(map(len, held.values())) > PRICE_ROWS_MAX:
        return None
    prices = _Prices(tx, made, today)
    drawers = [] if key is not None else _drawers(tx, made, today)
    found = {}
    for day, counts in held.items():
        holdings, cash = prices.lines(counts, day), [drawer.line(day) for drawer in drawers]
        complete = len(holdings) == len(counts) and None not in cash
        lying = [line for line in cash if line is not None]
        if complete and (holdings or any(line.balance for line in lying)):
            found[day] = PastWorth(day, inputs.portfolio.currency, holdings, lying)
    return found


class _Prices:
    """The closes of holdings: those of several portfolios each with the splits that hold in its own."""

    def __init__(self, tx: Tx, made: Made, today: date) -> None:
        self._tx = tx
        self._made = made
        self._today = today
        self._known: dict[str | None, PastPrices] = {}

    def lines(self, counts: Counts, day: date) -> list[PastHolding]:
        """A line for each of these holdings whose price of the day is known."""
        instruments = self._made.inputs.instruments
        found = ((count, self._of(key).find(instruments[key], day)) for key, count in counts.items())
        return [PastHolding(count, price) for count, price in found if price is not None]

    def _of(self, key: str) -> PastPrices:
        owner = self._made.owners.get(key)
        if owner not in self._known:
            inputs = self._made.inputs if owner is None else self._inputs_of(owner)
            self._known[owner] = PastPrices(self._tx, inputs, self._today)
        return self._known[owner]

    def _inputs_of(self, owner: str) -> Inputs:
        """What there is of one portfolio, its splits by instrument as if there were no other."""
        inputs, keys = self._made.inputs, [key for key, one in self._made.owners.items() if one == owner]
        splits = {inputs.instruments[key].id: inputs.splits.get(key, ()) for key in keys}
        return replace(inputs, rows=[row for row in inputs.rows if row.portfolio_id == owner], splits=splits)


@dataclass(frozen=True, slots=True)
class _Drawer:
    """The cash of one portfolio after each of its rows, in its own currency, and the rates out of that."""

    name: str
    currency: str
    target: str
    after: Steps
    legs: PairLegs

    def line(self, day: date) -> PastCash | None:
        """What lay there at the end of a day; None where that or its rate is not known."""
        balance = _by(self.after, day)
        rate = self.legs.find(self.currency, self.target, day)
        if balance is None or (balance and rate is None and self.currency != self.target):
            return None
        return PastCash(self.name, balance, self.target if rate is None else self.currency, rate)


def _drawers(tx: Tx, made: Made, today: date) -> list[_Drawer]:
    """Those of all portfolios that track cash."""
    inputs, legs = made.inputs, PairLegs(tx, today, with_latest=True)
    target = inputs.portfolio.currency
    if made.boxes is not None:
        tracked = [box for box in made.boxes if box.tracked]
        return [_Drawer(f"Cash, {one.name}", one.currency, target, _balances(one.rows), legs) for one in tracked]
    if inputs.cash is None:
        return []
    return [_Drawer(f"Cash, {target}", target, target, _balances(inputs.rows), legs)]


def _after_each_day(inputs: Inputs, key: str) -> Steps:
    """The units of an instrument, exact, after each day on which they changed; money has none."""
    if inputs.instruments[key].asset_type is AssetType.CASH:
        return [], []
    changes = inputs.books[key].changes
    return [change.on for change in changes], list(accumulate(change.quantity for change in changes))


def _balances(rows: Sequence[Transaction]) -> Steps:
    """The cash after each row, exact; unknown from the first unknown rate on."""
    after: list[Decimal | None] = []
    balance: Decimal | None = ZERO
    for row in rows:
        moved = convert(cash_moved(row), row.fx_rate)
        balance = None if balance is None or moved is None else balance + moved
        after.append(balance)
    return [row.traded_on for row in rows], after


def _by(steps: Steps, day: date) -> Decimal | None:
    """What there was at the end of a day."""
    days, after = steps
    at = bisect_right(days, day)
    return after[at - 1] if at else ZERO
