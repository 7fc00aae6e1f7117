"""The columns of a ledger that are reckoned with, and how many rows of them at once become transactions."""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
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


def as_transactions(rows: Sequence[Any], rate_of: RateOf, *, as_text: bool) -> list[Transaction]:
    """Plain rows of the columns `RECKONED` as transactions; the place in the list is their sequence.

    `as_text`: numbers and days are text, as SQLite has them; PostgreSQL's driver gives the values themselves.
    A long ledger is read for every answer: it goes column by column, which takes half the time of row by row.
    """
    if not rows:
        return []
    *found, packed = zip(*rows, strict=True)
    column: dict[str, Sequence[Any]] = dict(zip((one.name for one in _COLUMNS), found, strict=True))
    column |= zip(_SELDOM, _unpacked(packed), strict=True)
    for name in ("instrument_id", "portfolio_id", "currency"):
        column[name] = _looked_up(_Once(str), column[name])
    if as_text:
        numbers = _Once(Decimal)
        for name in _NUMBERS:
            column[name] = _looked_up(numbers, column[name])
        column["traded_on"] = _looked_up(_Once(date.fromisoformat), column["traded_on"])
    column["type"] = _looked_up(_TYPES, column["type"])
    rated = (column[name] for name in ("portfolio_id", "currency", "traded_on", "fx_rate"))
    column["fx_rate"] = list(map(rate_of, *rated))
    column["sequence"] = range(len(rows))
    return _filled(column, len(rows))


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


def _unpacked(packed: Sequence[str | None]) -> Sequence[Sequence[Any]]:
    """The columns `_SELDOM`, the numbers among them exact: they come as text from every database."""
    if not any(packed):
        return [[None] * len(packed)] * len(_SELDOM)
    nothing = (None,) * len(_SELDOM)
    parts = [nothing if one is None else [part or None for part in one.split(_BETWEEN)] for one in packed]
    read = (_Once(Decimal), _Once(read_ratio), _Once(str), _Once(Decimal), _Once(Decimal))
    return [_looked_up(known, values) for known, values in zip(read, zip(*parts, strict=True), strict=True)]


def _looked_up(known: Mapping[Any, Any], values: Sequence[Any]) -> Sequence[Any]:
    return list(map(known.__getitem__, values))


def _filled(column: Mapping[str, Sequence[Any]], count: int) -> list[Transaction]:
    """So many transactions out of their columns.

    Their slots are filled directly: to call the constructor of a frozen class once a row takes twice as long.
    """
    made = list(map(Transaction.__new__, repeat(Transaction, count)))
    for one in fields(Transaction):
        fill = getattr(Transaction, one.name).__set__
        deque(map(fill, made, column[one.name]), maxlen=0)
    return made
