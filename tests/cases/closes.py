"""Closes and rates of a case, as the product's sources bring them: in whole units, as traded, against the euro."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from tickfolio.domain.splits import read_ratio
from tickfolio.providers.units import in_major_unit, major_unit
from tickfolio.providers.yahoo_chart import read_chart

_PLACES = Decimal("1E-18")
_PRICE_HINT = Decimal(12)
_ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class Told:
    """What a source said of a symbol on a day, in the major unit of the currency and as traded."""

    symbol: str
    on: date
    price: Decimal
    currency: str


def in_major(price: Decimal, code: str) -> tuple[Decimal, str]:
    """Pence are pounds: the price and its currency, by the table that the sources use."""
    found = major_unit(code)
    assert found is not None, f"{code} is no currency"
    return in_major_unit(price, found[1]), found[0]


def told_closes(inputs: Mapping[str, Any], currency_of: Mapping[str, str]) -> list[Told]:
    """Every close of a case but the days without one, oldest first."""
    rows = [row for row in inputs.get("prices", ()) if row["price"] is not None]
    basis = inputs.get("price_basis", "as_traded")
    assert basis in {"as_traded", "split_adjusted"}, f"no adapter knows the price basis {basis}"
    if basis == "split_adjusted":
        told = _from_chart(rows, splits_by_symbol(inputs), currency_of)
    else:
        told = []
        for row in rows:
            price, currency = in_major(row["price"], row.get("currency", currency_of[row["symbol"]]))
            told.append(Told(row["symbol"], date.fromisoformat(row["date"]), price, currency))
    return sorted(told, key=lambda one: one.on)


def splits_by_symbol(inputs: Mapping[str, Any]) -> dict[str, list[tuple[date, str]]]:
    """The splits that the case knows of, whoever says them; of two that say the same, one."""
    found: dict[str, list[tuple[date, str]]] = {}
    for row in [*inputs.get("transactions", []), *inputs.get("instrument_actions", [])]:
        if row.get("ratio") is not None:
            split = (action_day(row), row["ratio"])
            same = found.setdefault(row["symbol"], [])
            if split not in same:
                same.append(split)
    return found


def action_day(row: Mapping[str, Any]) -> date:
    """The day from whose start an action holds."""
    return date.fromisoformat(row.get("date") or row["ex_date"])


def _from_chart(
    rows: Sequence[Mapping[str, Any]],
    splits: Mapping[str, Sequence[tuple[date, str]]],
    currency_of: Mapping[str, str],
) -> list[Told]:
    """Adjusted closes become closes as traded the way Yahoo's do."""
    told = []
    for symbol in dict.fromkeys(row["symbol"] for row in rows):
        own = [row for row in rows if row["symbol"] == symbol]
        code = own[0].get("currency", currency_of[symbol])
        chart = {
            "meta": {"currency": code, "exchangeTimezoneName": "UTC", "priceHint": _PRICE_HINT},
            "timestamp": [_noon(date.fromisoformat(row["date"])) for row in own],
            "indicators": {"quote": [{"close": [row["price"] for row in own]}]},
            "events": {"splits": {str(at): _event(*split) for at, split in enumerate(splits.get(symbol, ()))}},
        }
        later = datetime.combine(max(date.fromisoformat(row["date"]) for row in own), time(), UTC) + timedelta(days=2)
        result = read_chart(symbol, chart, later)
        assert result.failure is None, f"{symbol}: {result.failure}"
        told += [Told(symbol, close.on, close.price, str(result.currency)) for close in result.closes]
    return told


def _event(on: date, ratio: str) -> dict[str, Decimal]:
    read = read_ratio(ratio)
    return {"date": _noon(on), "numerator": read.new, "denominator": read.old}


def _noon(on: date) -> Decimal:
    return Decimal(int(datetime.combine(on, time(12), UTC).timestamp()))


def euro_rates(rows: Iterable[Mapping[str, Any]], home: str) -> list[tuple[date, str, Decimal]]:
    """Day, currency and what one euro costs in it, so that every rate of the case comes out of the pairs with the euro.

    Where the case says nothing about the euro, it costs 1 of the portfolio's currency: only quotients count.
    """
    by_day: dict[date, list[Mapping[str, Any]]] = {}
    for row in rows:
        by_day.setdefault(date.fromisoformat(row["date"]), []).append(row)
    before: dict[str, Decimal] = {}
    found = []
    for on in sorted(by_day):
        costs = _costs_of_euro(by_day[on], home, before)
        found += [(on, currency, cost.quantize(_PLACES)) for currency, cost in costs.items() if currency != "EUR"]
        before |= costs
    return found


def _costs_of_euro(rows: Sequence[Mapping[str, Any]], home: str, before: Mapping[str, Decimal]) -> dict[str, Decimal]:
    costs = {"EUR": _ONE}
    waiting = list(rows)
    while waiting:
        settled = [row for row in waiting if row["from"] in costs or row["to"] in costs]
        if not settled:
            named = [code for row in waiting for code in (row["to"], row["from"])]
            anchor = home if home in named else named[0]
            costs[anchor] = before.get(anchor, _ONE)
            continue
        for row in settled:
            if row["from"] in costs:
                costs.setdefault(row["to"], costs[row["from"]] * row["rate"])
            else:
                costs[row["from"]] = costs[row["to"]] / row["rate"]
        waiting = [row for row in waiting if row not in settled]
    return costs
