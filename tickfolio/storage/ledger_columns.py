"""The columns of a ledger that are reckoned with, and how many rows of them at once become transactions."""

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import date
from decimal import Decimal
from itertools import repeat
from typing import Any

from sqlalchemy import ColumnElement, Date, Text, case, cast, func, or_, type_coerce

from tickfolio.domain.ledger import Transaction, TransactionType
from tickfolio.domain.splits import read_ratio
from tickfolio.storage.columns import Exact
from tickfolio.storage.tables import transactions

# From a row's portfolio, currency, day and own rate to the rate at which it counts.
RateOf = Callable[[str, str, date, Decimal | None], Decimal | None]

_TYPES = {one.value: one for one in TransactionType}
_COLUMNS = [
    transactions.c[name]
    for name in (
        *("id", "instrument_id", "type", "traded_on", "quantity", "price", "fees", "taxes", "currency", "fx_rate"),
        *("account", "portfolio_id"),
    )
]
_NUMBERS = [one.name for one in _COLUMNS if isinstance(one.type, Exact)]
# What few rows have, in one column more: to read five empty ones takes a quarter of the time of all the others.
_SELDOM = ("cost", "ratio", "to_instrument_id", "to_quantity", "cost_pct")
_BETWEEN = "|"


def _packed() -> Any:
    given = [transactions.c[name] for name in _SELDOM]
    first, *others = [func.coalesce(cast(one, Text()), "") for one in given]
    joined: ColumnElement[str] = first
    for one in others:
        joined = joined.concat(_BETWEEN).concat(one)
    return case((or_(*(one.is_not(None) for one in given)), joined))


# As the driver gives them: numbers and days are made here, each of them once.
RECKONED = [*(type_coerce(one, Text()) if isinstance(one.type, Exact | Date) else one for one in _COLUMNS), _packed()]


def as_transactions(parts: Iterable[Sequence[Any]], rate_of: RateOf, *, as_text: bool) -> list[Transaction]:
    """Plain rows of the columns `RECKONED` as transactions; the place in the list is their sequence.

    `as_text`: numbers and days are text, as SQLite has them; PostgreSQL's driver gives the values themselves.
    A long ledger is read for every answer: it goes column by column, which takes half the time of row by row, and part
    by part, so that the rows of one are gone before the next ones come: else Python's collector walks through them all.
    """
    known, made = _known(as_text=as_text), list[Transaction]()
    for rows in parts:
        *found, packed = zip(*rows, strict=True)
        column: dict[str, Sequence[Any]] = dict(zip((one.name for one in _COLUMNS), found, strict=True))
        column |= _unpacked(packed)
        for name in known if any(packed) else known.keys() - _SELDOM:
            column[name] = list(map(known[name].__getitem__, column[name]))
        rated = (column[name] for name in ("portfolio_id", "currency", "traded_on", "fx_rate"))
        column["fx_rate"] = list(map(rate_of, *rated))
        column["sequence"] = range(len(made), len(made) + len(rows))
        made += _filled(column, len(rows))
    return made


class _Once(dict[Any, Any]):
    """What `make` makes of each value, made once: days, charges and round prices come again and again.

    What is unknown stays so.
    """

    def __init__(self, make: Callable[[Any], Any]) -> None:
        super().__init__({None: None})
        self._make = make

    def __missing__(self, value: Any) -> Any:
        made = self[value] = self._make(value)
        return made


def _known(*, as_text: bool) -> Mapping[str, Mapping[Any, Any]]:
    """What is made of the values of each column that does not come as it shall be.

    The numbers of `_SELDOM` come as text from every database.
    """
    numbers, ids = _Once(Decimal), _Once(str)
    known: dict[str, Mapping[Any, Any]] = {"ratio": _Once(read_ratio), "type": _TYPES}
    known |= dict.fromkeys(("instrument_id", "portfolio_id", "to_instrument_id", "currency"), ids)
    known |= dict.fromkeys(("cost", "to_quantity", "cost_pct"), numbers)
    if as_text:
        known |= dict.fromkeys(_NUMBERS, numbers) | {"traded_on": _Once(date.fromisoformat)}
    return known


def _unpacked(packed: Sequence[str | None]) -> Mapping[str, Sequence[Any]]:
    """The columns `_SELDOM`, as text."""
    if not any(packed):
        return dict.fromkeys(_SELDOM, [None] * len(packed))
    nothing = (None,) * len(_SELDOM)
    parts = [nothing if one is None else [part or None for part in one.split(_BETWEEN)] for one in packed]
    return dict(zip(_SELDOM, zip(*parts, strict=True), strict=True))


def _filled(column: Mapping[str, Sequence[Any]], count: int) -> list[Transaction]:
    """So many transactions out of their columns.

    Their slots are filled directly: to call the constructor of a frozen class once a row takes twice as long.
    """
    made = list(map(Transaction.__new__, repeat(Transaction, count)))
    for one in fields(Transaction):
        fill = getattr(Transaction, one.name).__set__
        deque(map(fill, made, column[one.name]), maxlen=0)
    return made
