"""The shared complaint cases as rows of the oracle."""

import json
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from tests.oracle.ledger import AVERAGE, Amount, Books, Row
from tests.oracle.returns import DAY, Day, History, Market, as_traded, dated_flows, xirr

FIGURES = ("quantity", "invested", "realised", "income", "charges", "tax_withheld")


def read_case(shared: Path, name: str) -> Any:
    """A worked case, its numbers exact."""
    text = (shared / "cases" / f"{name}.json").read_text(encoding="utf-8")
    return json.loads(text, parse_float=Decimal, parse_int=Decimal)


class Case:
    def __init__(self, case: Any) -> None:
        inputs = case["inputs"]
        self.expected, self.inputs = case["expected"], inputs
        self.home = inputs["portfolio_currency"]
        self.as_of = date.fromisoformat(inputs["as_of"])
        self.rates: dict[str, dict[date, Decimal]] = {}
        for fx in inputs.get("fx", []):
            self.rates.setdefault(fx["from"], {})[date.fromisoformat(fx["date"])] = fx["rate"]
        self.rows = [self.row(number, row) for number, row in enumerate(inputs["transactions"], 1)]
        self.market = Market(self.closes(), self.rates, self.currencies())

    def row(self, number: int, row: Any) -> Row:
        on, currency = date.fromisoformat(row["date"]), row.get("currency", self.home)
        rate = Decimal(1) if currency == self.home else self.rates.get(currency, {}).get(on)
        return Row(
            "P",
            row["symbol"],
            row["type"],
            on,
            **{
                name: row[name]
                for name in ("quantity", "price", "fees", "taxes", "to_quantity", "account")
                if name in row
            },
            fx=row.get("fx_rate", rate),
            sequence=number,
            ratio=ratio_of(row["ratio"]) if "ratio" in row else None,
            to_instrument=row.get("to_symbol"),
        )

    def currencies(self) -> dict[str, str]:
        known = {name: one["currency"] for name, one in self.inputs.get("instruments", {}).items()}
        return {name: currency for name, currency in known.items() if currency != self.home}

    def closes(self) -> dict[str, dict[date, Decimal]]:
        closes: dict[str, dict[date, Decimal]] = {}
        for price in self.inputs["prices"]:
            pence = price.get("currency") == "GBp"
            of_day = closes.setdefault(price["symbol"], {})
            of_day[date.fromisoformat(price["date"])] = price["price"] / (100 if pence else 1)
        if self.inputs.get("price_basis") != "split_adjusted":
            return closes
        splits = {name: [(row.on, Fraction(*row.ratio)) for row in self.rows if row.ratio] for name in closes}
        return {name: as_traded(of_name, splits[name], self.as_of) for name, of_name in closes.items()}

    def history(self, *, method: str = AVERAGE, instrument: str | None = None, accounts: str | None = None) -> History:
        rows = [
            row
            for row in self.rows
            if (instrument is None or row.instrument == instrument)
            and (accounts is None or (row.account or "") in accounts)
        ]
        return History(rows, self.market, method=method)

    def figures(self, history: History, instrument: str | None = None) -> dict[str, Amount]:
        """The figures of a holding or of all; those of what is held and priced where prices matter."""
        books = history.books(self.as_of)
        chosen = {name: one for (_, name), one in books.holdings.items() if instrument in (None, name)}
        shown: dict[str, Amount] = {
            figure: sum((getattr(one, figure) for one in chosen.values()), Fraction(0)) for figure in FIGURES
        }
        values = {
            name: history.value_of({name: one.quantity} if one.quantity else {}, self.as_of)
            for name, one in chosen.items()
            if name is not None
        }
        priced = [name for name, value in values.items() if value is not None]
        value = sum((values[name] for name in priced), Fraction(0)) if priced else None
        cost = sum((chosen[name].invested for name in priced), Fraction(0))
        local = sum((one.invested_local for one in chosen.values()), Fraction(0))
        shown |= {"current_value": value, "priced_invested": cost}
        shown["avg_buy_price"] = local / shown["quantity"] if shown["quantity"] else None
        shown["profit_loss"] = None if value is None else value - cost
        shown["profit_loss_pct"] = None if value is None or cost == 0 else 100 * (value - cost) / cost
        if value is not None:
            shown["total_profit_loss"] = value - cost + shown["realised"] + shown["income"] - shown["charges"]
        return shown

    def days(self, history: History) -> list[Day]:
        return history.days(min(row.on for row in history.rows), self.as_of)

    def returns(self, history: History, days: list[Day]) -> dict[str, Amount]:
        flows = dated_flows(days, history.value(days[0].on - DAY))
        rate = None if flows is None else xirr(flows).value
        index = days[-1].index
        return {
            "twr_pct": None if index is None else 100 * (index - 1),
            "xirr_pct": None if rate is None else 100 * Fraction(rate),
        }


def ratio_of(text: str) -> tuple[int, int]:
    new, old = text.split(":")
    return int(new), int(old)


def account_of(books: Books, instrument: str, account: str) -> dict[str, Amount]:
    """The figures of one account of an instrument."""
    lots = books.holdings["P", instrument].lots[account]
    quantity, invested = (sum((getattr(lot, name) for lot in lots), Fraction(0)) for name in ("quantity", "home"))
    return {"quantity": quantity, "invested": invested, "avg_buy_price": invested / quantity}
