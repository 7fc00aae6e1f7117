"""How much of an instrument was held after a row of the ledger."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from decimal import Decimal

from tickfolio.domain.instruments import AssetType
from tickfolio.domain.lots import Change
from tickfolio.domain.money import ZERO, exact
from tickfolio.services.projection import load_knot, match_knot
from tickfolio.storage.database import Tx
from tickfolio.storage.ledgers import LedgerRow
from tickfolio.storage.portfolios import Portfolio


def load_held(tx: Tx, portfolio: Portfolio, rows: Sequence[LedgerRow]) -> Mapping[str, Decimal]:
    """Units of each row's own instrument after it, in all accounts of its portfolio, by the row's id; cash has none.

    A row that moves no units, as a dividend, has those of the end of its day.
    """
    wanted = {row.instrument_id for row in rows}
    cash = {key for key, one in tx.instruments.many(wanted).items() if one.asset_type is AssetType.CASH}
    knot = load_knot(tx, portfolio, wanted - cash)
    books = match_knot(tx, knot, portfolio.currency)
    tallies = {key: _Tally(book.changes) for (place, key), book in books.items() if place == portfolio.id}
    return {row.id: tallies[row.instrument_id].after(row) for row in rows if row.instrument_id in tallies}


class _Tally:
    """The running sum of one holding's changes, which are in the order of time."""

    @exact
    def __init__(self, changes: Sequence[Change]) -> None:
        self._held = [ZERO]
        for change in changes:
            self._held.append(self._held[-1] + change.quantity)
        self._days = [change.on for change in changes]
        # The last change of a row counts: a split has one for each account.
        self._places = {change.transaction_id: place for place, change in enumerate(changes, 1)}

    def after(self, row: LedgerRow) -> Decimal:
        place = self._places.get(row.id)
        return self._held[bisect_right(self._days, row.traded_on) if place is None else place]
