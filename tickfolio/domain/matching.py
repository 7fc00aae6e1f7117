"""Matching: from the rows of a ledger to lots, sales and costs. Every figure about the past starts here."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from operator import attrgetter

from tickfolio.domain.keeper import Keeper, Place, cost_of
from tickfolio.domain.ledger import ACQUIRING, WITH_RATIO, CostMethod, Rules, Transaction, TransactionType
from tickfolio.domain.lots import Book
from tickfolio.domain.money import exact
from tickfolio.domain.shelf import Shelf, Shelves
from tickfolio.domain.split_rows import with_splits
from tickfolio.domain.splits import Split
from tickfolio.domain.transfers import pair_transfers
from tickfolio.domain.uk_pool import reserve


def match_lots(
    transactions: Iterable[Transaction], method: CostMethod, symbol: str, splits: Sequence[Split] = ()
) -> Book:
    """The book of one instrument in one portfolio that no row ties to another. Raises: Oversold."""
    rows = list(transactions)
    places = set(map(attrgetter("portfolio_id", "instrument_id"), rows))
    assert len(places) <= 1, "several instruments want `match_ledger`"  # noqa: S101  # our own mistake, never a caller's
    portfolio_id, instrument_id = next(iter(places), ("", ""))
    books = match_ledger(rows, {portfolio_id: Rules(method)}, {instrument_id: symbol}, splits)
    return books.get((portfolio_id, instrument_id)) or Shelf(Rules(method)).close()


@exact
def match_ledger(
    transactions: Iterable[Transaction],
    rules: Mapping[str, Rules],
    symbols: Mapping[str, str],
    splits: Sequence[Split] = (),
    *,
    for_tax: bool = False,
) -> dict[Place, Book]:
    """The book of each instrument in each portfolio, whatever order the rows arrive in.

    `rules` are by portfolio, `symbols` by instrument, `splits` the instruments' own. Every row that moves lots to or
    from an instrument has to be here, with that instrument's rows. Within a day: splits, what comes, what is turned
    into something else or moved, what is sold; then the order of entry. Accounts (None is one, too) are kept apart.
    `for_tax`: a bonus is a lot of its own that cost nothing, and an average is worked out first in, first out.
    Raises: Oversold, with the first day in time on which an account gives more than it holds.
    """
    rows = with_splits(transactions, splits)
    rows.sort(key=_order)
    counted = {key: _for_tax(one) for key, one in rules.items()} if for_tax else rules
    keeper = Keeper(Shelves(counted), symbols, for_tax=for_tax)
    if TransactionType.TRANSFER_OUT in set(map(attrgetter("type"), rows)):
        keeper.pairs = pair_transfers(rows)
        keeper.arriving = frozenset(row.id for row in keeper.pairs.values())
    keeper.reserved = reserve(rows, rules, cost_of)
    keeper.read(rows)
    return {place: shelf.close() for place, shelf in keeper.shelves.items()}


def _for_tax(rules: Rules) -> Rules:
    return replace(rules, method=CostMethod.FIFO) if rules.method is CostMethod.AVERAGE else rules


_RANKS = (
    dict.fromkeys(TransactionType, 2)
    | dict.fromkeys(ACQUIRING, 1)
    | dict.fromkeys(WITH_RATIO, 0)
    | {TransactionType.SELL: 3}
)


def _order(row: Transaction) -> tuple[date, int, int, str]:
    return (row.traded_on, _RANKS[row.type], row.sequence, row.id)
