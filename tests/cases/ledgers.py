"""Cost of what was sold and of what is left: short ledgers by every cost method, entered and read as users do it."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from tests.cases.played import Played
from tests.cases.runner import Case, Figures, as_number, rounded
from tests.cases.stage import Stage

_SYMBOL, _CURRENCY = "UNIT", "EUR"
_FIRST_DAY = date(2024, 1, 1)
_NAMES = {"type": "type", "date": "date", "quantity": "quantity", "price": "price", "costs": "fees", "fees": "fees"}
_AMOUNTS = ("quantity", "price", "fees")
_METHODS = ("fifo", "average", "uk_pool", "us_average")
_INPUTS = frozenset({"transactions", "trades", "fields", "lots", "sell", "market_price", "currency"})


def play_ledger(case: Case, stage: Stage) -> Figures:
    """The figures of a short ledger: by method where the case says one, else by the method that its law wants."""
    unknown = case.inputs.keys() - _INPUTS
    assert not unknown, f"no adapter knows the inputs {sorted(unknown)}"
    rows = read_rows(case.inputs)
    ledger = _Ledger(stage, case.inputs, rows)
    found: dict[str, Any] = {method: lambda method=method: ledger.made_by(method) for method in _METHODS}
    for method in ("fifo", "average"):
        found[f"{method}_basis"] = lambda method=method: ledger.sold_by(method, "cost")
        found[f"{method}_gain"] = lambda method=method: ledger.sold_by(method, "realised")
    found["proceeds"] = lambda: ledger.sold_by("fifo", "proceeds")
    found["total_both"] = ledger.total_of_both
    found["realised"] = ledger.realised_by_account
    found["remaining"] = ledger.left_by_account
    found["wrong_if_pooled"] = lambda: ledger.not_pooled(case.expected["wrong_if_pooled"])
    found["gains"] = lambda: ledger.gains_by("uk_pool")
    # The tax return adds up gains in whole pounds.
    found["gains_rounded"] = lambda: [rounded(gain, 0) for gain in ledger.gains_by("uk_pool")]
    found["total"] = lambda: sum(rounded(gain, 0) for gain in ledger.gains_by("uk_pool"))
    found["pool_left"] = lambda: ledger.left_by("uk_pool")
    return found


def read_rows(inputs: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows of a case in any of their short forms: by named fields, or by what each part of a row can only be."""
    if "lots" in inputs:
        told = [["BUY", *lot] for lot in inputs["lots"]] + [["SELL", *inputs["sell"]]]
    else:
        told = inputs.get("transactions") or inputs["trades"]
    fields = inputs.get("fields")
    return [_row(parts, fields, _FIRST_DAY + timedelta(days=number)) for number, parts in enumerate(told)]


def _row(parts: Sequence[Any], fields: Sequence[str] | None, day: date) -> dict[str, Any]:
    row: dict[str, Any] = {"date": day.isoformat(), "symbol": _SYMBOL}
    if fields is not None:
        return row | {_NAMES.get(name, name): part for name, part in zip(fields, parts, strict=True)}
    amounts = [part for part in parts if isinstance(part, Decimal)]
    row |= dict(zip(_AMOUNTS, amounts, strict=False))
    for part in parts:
        if isinstance(part, str):
            row["type" if part in {"BUY", "SELL"} else "date" if _is_day(part) else "account"] = part
    return row


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


class _Ledger:
    """One ledger, played once and then counted by each method in turn."""

    def __init__(self, stage: Stage, inputs: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> None:
        as_of = max(str(row["date"]) for row in rows)
        price = inputs.get("market_price")
        self.played = Played(
            stage,
            {
                "portfolio_currency": inputs.get("currency", _CURRENCY),
                "transactions": rows,
                "prices": [] if price is None else [{"symbol": _SYMBOL, "date": as_of, "price": price}],
                "as_of": as_of,
            },
        )
        self._method = "average"

    def _count_by(self, method: str) -> None:
        if method != self._method:
            self.played.change_method(method)
            self._method = method

    def made_by(self, method: str) -> Figures:
        self._count_by(method)
        own = self.played.holding(_SYMBOL)
        return {
            "realised": own["realised"],
            "unrealised": own["profit_loss"],
            "avg_remaining_cost": own["avg_buy_price"],
            "total": own["total_profit_loss"],
        }

    def total_of_both(self) -> Any:
        """What was made in all, which no cost method changes."""
        one, other = (self.made_by(method)["total"] for method in ("fifo", "average"))
        assert as_number(one) == as_number(other), f"{one} by fifo, {other} by average"
        return one

    def sold_by(self, method: str, name: str) -> Decimal:
        """A sum over all sales; a US fund's average is the same money with other dates."""
        return self._sum(method, name, "us_average" if method == "average" else None)

    def _sum(self, method: str, name: str, same: str | None) -> Decimal:
        self._count_by(method)
        found = sum((Decimal(sale[name]) for sale in self._lots()["sales"]), Decimal(0))
        if same is not None:
            other = self._sum(same, name, None)
            assert abs(found - other) < Decimal("1E-18"), f"{name}: {found} by {method}, {other} by {same}"
        return found

    def gains_by(self, method: str) -> list[Decimal]:
        self._count_by(method)
        return [Decimal(sale["realised"]) for sale in self._lots()["sales"]]

    def left_by(self, method: str) -> Figures:
        self._count_by(method)
        own = self.played.holding(_SYMBOL)
        return {"quantity": own["quantity"], "cost": own["invested"]}

    def realised_by_account(self) -> Figures:
        self._count_by("fifo")
        found: dict[str, Decimal] = {}
        for sale in self._lots()["sales"]:
            found[sale["account"]] = found.get(sale["account"], Decimal(0)) + Decimal(sale["realised"])
        return found

    def left_by_account(self) -> Figures:
        self._count_by("fifo")
        return {
            part["account"]: {"quantity": part["quantity"], "cost": part["invested"]}
            for part in self._lots()["accounts"]
        }

    def not_pooled(self, wrong: Decimal) -> Decimal:
        """The wrong figure itself, once it is certain that we do not show it."""
        self._count_by("fifo")
        shown = self.played.holding(_SYMBOL)["realised"]
        assert as_number(shown) != wrong, f"realised: shown {shown}, which is what pooled accounts would give"
        return wrong

    def _lots(self) -> Mapping[str, Any]:
        return self.played.play.lots(self.played.stored[_SYMBOL]["id"])
