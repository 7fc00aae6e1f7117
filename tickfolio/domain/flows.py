"""Flows: what came into each instrument of a portfolio and what went out of it, and what of that crossed its border."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tickfolio.domain.ledger import Transaction, TransactionType, charges, gross, price_of_units, units_moved
from tickfolio.domain.money import EXACT, ONE, ZERO, convert, exact

T = TransactionType
_BOUGHT_OR_SOLD = frozenset({T.BUY, T.RIGHTS, T.SELL})
_INTO = frozenset({T.FEE, T.TAX})
_OUT_OF = frozenset({T.DIVIDEND, T.INTEREST})
_MOVED = frozenset({T.TRANSFER_IN, T.TRANSFER_OUT})
_SELL = T.SELL  # to look it up in the enumeration takes as long as the sum of a row
_of_fields = tuple.__new__
_AT_THE_BANK = frozenset({T.DEPOSIT, T.WITHDRAWAL})


class Flow(NamedTuple):
    """What one row put into an instrument (above zero) or took out, in the portfolio's currency; None is unknown.

    `crosses`: it came from outside the portfolio or left it, and was not only turned into something else inside.
    `at_market`: `units` of instrument `valued_by` moved in kind, which the market values better than `amount` does.
    `price` is what one of the `units` that were traded cost, in the portfolio's currency; None where none were.
    """

    on: date
    transaction_id: str
    instrument_id: str
    amount: Decimal | None
    crosses: bool
    at_market: bool = False
    valued_by: str = ""
    units: Decimal = ZERO
    price: Decimal | None = None


@dataclass(frozen=True, slots=True)
class FlowTable:
    """Flows beside the arrays that are reckoned with: days as ordinals, amounts with NaN for the unknown.

    `traded` are the numbers of the flows that tell a price (nothing is no price), by instrument; `moved` of those that
    the market values.
    """

    flows: Sequence[Flow]
    days: NDArray[np.int64]
    amounts: NDArray[np.float64]
    crosses: NDArray[np.bool_]
    by_instrument: Mapping[str, Sequence[int]]
    traded: Mapping[str, Sequence[int]]
    moved: Sequence[int]


def tabulate(flows: Sequence[Flow]) -> FlowTable:
    """The flows as arrays."""
    own: dict[str, list[int]] = defaultdict(list)
    traded: dict[str, list[int]] = defaultdict(list)
    moved: list[int] = []
    unknown = float("nan")
    for number, (_, _, key, _, _, at_market, _, units, price) in enumerate(flows):
        own[key].append(number)
        if price and units:
            traded[key].append(number)
        if at_market:
            moved.append(number)
    return FlowTable(
        flows,
        np.array([flow.on.toordinal() for flow in flows], dtype=np.int64),
        np.array([unknown if flow.amount is None else float(flow.amount) for flow in flows], dtype=np.float64),
        np.array([flow.crosses for flow in flows], dtype=bool),
        own,
        traded,
        moved,
    )


@exact
def list_flows(rows: Iterable[Transaction], inside: Collection[str], *, cash_tracked: bool) -> list[Flow]:
    """The flows of one portfolio's rows, in the order given.

    `inside` are the ids of transfers whose other end lies in the same portfolio: they move nothing. Where cash is
    tracked, money that instruments take or bring comes from it, and what crosses are deposits, withdrawals and units.
    """
    flows: list[Flow] = []
    for row in rows:
        if row.type in _BOUGHT_OR_SOLD:  # nearly all rows of a long ledger
            flows.append(_bought_or_sold(row, crosses=not cash_tracked))
        else:
            flows += _flows(row, inside, cash_tracked=cash_tracked)
    return flows


def _bought_or_sold(row: Transaction, *, crosses: bool) -> Flow:
    units, price, rate = row.quantity, row.price, row.fx_rate
    money: Decimal | None
    if row.type is _SELL:
        money, units = row.fees + row.taxes - units * price, -units
    else:
        money = units * price + row.fees + row.taxes
    told: Decimal | None = price
    if rate is not ONE:
        money, told = convert(money, rate), None if rate is None else price * rate
    # All fields at once: to call the type itself takes twice as long.
    return _of_fields(Flow, (row.traded_on, row.id, row.instrument_id, money, crosses, False, "", units, told))


def _flows(row: Transaction, inside: Collection[str], *, cash_tracked: bool) -> Iterator[Flow]:
    kind, key = row.type, row.instrument_id
    if kind in _INTO or kind in _OUT_OF:
        money = gross(row) + charges(row) if kind in _INTO else charges(row) - gross(row)
        yield Flow(row.traded_on, row.id, key, convert(money, row.fx_rate), crosses=not cash_tracked)
    elif kind is T.OPENING:
        yield _traded(
            row, key, convert(gross(row) + charges(row) if row.cost is None else row.cost, row.fx_rate), crosses=True
        )
    elif kind is T.REINVEST:
        # Income and purchase of one moment: the money never left, the units are worth what they cost.
        yield _traded(row, key, ZERO, crosses=False)
    elif kind in _MOVED and row.id not in inside:
        units = units_moved(row, key)
        amount = convert(units * row.price, row.fx_rate) if row.price else None
        yield Flow(row.traded_on, row.id, key, amount, crosses=True, at_market=True, valued_by=key, units=units)
    elif row.to_instrument_id is not None:
        yield from _turned(row, row.to_instrument_id)
    elif kind in _AT_THE_BANK and cash_tracked:
        money = gross(row) - charges(row) if kind is T.DEPOSIT else -gross(row) - charges(row)
        yield Flow(row.traded_on, row.id, key, convert(money, row.fx_rate), crosses=True)


def _traded(row: Transaction, key: str, amount: Decimal | None, *, crosses: bool) -> Flow:
    price = price_of_units(row, key)
    return Flow(
        row.traded_on,
        row.id,
        key,
        amount,
        crosses,
        units=units_moved(row, key),
        price=None if price is None or row.fx_rate is None else EXACT.multiply(price, row.fx_rate),
    )


def _turned(row: Transaction, target: str) -> Iterator[Flow]:
    """Out of one instrument and into another of the same portfolio."""
    if row.type is T.SWITCH:
        proceeds = convert(gross(row) - row.fees, row.fx_rate)
        out = None if proceeds is None else -proceeds
        yield _traded(row, row.instrument_id, out, crosses=False)
        yield _traded(row, target, proceeds, crosses=False)
        return
    units = row.to_quantity or ZERO
    amount = convert(units * row.price, row.fx_rate) if row.price else None
    for key, sign in ((row.instrument_id, -1), (target, 1)):
        told = None if amount is None else amount * sign
        yield Flow(row.traded_on, row.id, key, told, False, at_market=True, valued_by=target, units=units * sign)
