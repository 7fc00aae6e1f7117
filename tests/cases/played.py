"""A case's ledger played on the product, and every figure that can be read of it afterwards."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from tests.cases.closes import Told, action_day, euro_rates, in_major, told_closes
from tests.cases.rows import rows_as_transactions
from tests.cases.runner import Figures
from tests.cases.stage import MONEY_KINDS, Play, Stage
from tickfolio.domain.instruments import EXCHANGES
from tickfolio.domain.prices import PriceStatus

INPUTS = frozenset(
    {
        "portfolio_currency", "cost_method", "charges_in_cost", "cash_tracked", "instruments", "instrument_actions",
        "transactions", "rows", "prices", "price_basis", "fx", "from", "as_of", "declared_dividends",
    }
)  # fmt: skip
_CASH_KINDS = frozenset({"DEPOSIT", "WITHDRAWAL"})
_STATUS = {"nav": PriceStatus.NAV, "close": PriceStatus.CLOSE, "live": PriceStatus.LIVE, "delayed": PriceStatus.DELAYED}
_PERFORMANCE = ("xirr_pct", "twr_pct", "twr_annual_pct", "max_drawdown_pct", "volatility_pct", "modified_dietz_pct")
_RATIOS = ("sharpe", "sortino")
_OF_ONE = ("quantity", "avg_buy_price", "price_status", "price_as_of")


class Played:
    """One ledger with its prices on one portfolio. What is fetched once is kept until something changes."""

    def __init__(
        self,
        stage: Stage,
        inputs: Mapping[str, Any],
        *,
        source: str | None = None,
        accounts: Sequence[str] | None = None,
    ) -> None:
        unknown = inputs.keys() - INPUTS
        assert not unknown, f"no adapter knows the inputs {sorted(unknown)}"
        self.inputs = inputs
        self.rows = [*rows_as_transactions(inputs), *inputs.get("transactions", [])]
        if accounts is not None:
            self.rows = [row for row in self.rows if row.get("account") in accounts]
        self.as_of = date.fromisoformat(inputs["as_of"])
        self.home: str = inputs["portfolio_currency"]
        self.currencies = self._currencies()
        self.source = source
        self.play: Play = stage.play(self.as_of, **self._settings())
        self._tell_rates(date.min, self.as_of)
        for symbol, currency in self.currencies.items():
            self.play.name(symbol, currency, source=source)
        for row in self.rows:
            self.play.record(self._in_major(row))
        self._declare()
        self._closes = told_closes(inputs, self._all_currencies())
        self._tell_closes(date.min, self.as_of)

    # --- What goes in ----------------------------------------------------------------------------------------------

    def _settings(self) -> dict[str, Any]:
        tracked = self.inputs.get("cash_tracked", any(row["type"] in _CASH_KINDS for row in self.rows))
        return {
            "currency": self.home,
            "cost_method": self.inputs.get("cost_method", "average"),
            "cash_tracked": tracked,
            "charges_in_cost": self.inputs.get("charges_in_cost", True),
        }

    def _currencies(self) -> dict[str, str]:
        """What each instrument trades in: as the case says, else as its trades or prices do, else as the portfolio."""
        told = {symbol: one.get("currency") for symbol, one in self.inputs.get("instruments", {}).items()}
        for row in [*self.rows, *self.inputs.get("prices", ())]:
            if row.get("symbol") is not None and row.get("type") not in MONEY_KINDS:
                told[row["symbol"]] = told.get(row["symbol"]) or row.get("currency")
        found: dict[str, str] = {}
        for row in self.rows:
            if row.get("symbol") is not None:
                found.setdefault(row["symbol"], told.get(row["symbol"]) or self.home)
            if row.get("to_symbol") is not None:
                found.setdefault(row["to_symbol"], told.get(row["to_symbol"]) or found[row["symbol"]])
        return {symbol: in_major(Decimal(1), currency)[1] for symbol, currency in found.items()}

    def _all_currencies(self) -> dict[str, str]:
        return {row["symbol"]: self.home for row in self.inputs.get("prices", ())} | self.currencies

    def _in_major(self, row: Mapping[str, Any]) -> Mapping[str, Any]:
        """A row that is told in pence is one in pounds."""
        if "currency" not in row:
            return row
        amounts = {
            key: in_major(row[key], row["currency"])[0] for key in ("price", "fees", "taxes", "cost") if key in row
        }
        return {**row, **amounts, "currency": in_major(Decimal(1), row["currency"])[1]}

    def _tell_rates(self, after: date, until: date) -> None:
        for on, currency, cost in euro_rates(self.inputs.get("fx", ()), self.home):
            if after < on <= until:
                self.play.rate(currency, on, cost)

    def _tell_closes(self, after: date, until: date) -> None:
        for close in self._closes:
            symbol = self.symbol_of(close.symbol)
            if after < close.on <= until and symbol is not None:
                self._tell(symbol, close)

    def _tell(self, symbol: str, close: Told) -> None:
        currency = self.currencies[symbol]
        assert close.currency == currency, f"{symbol} trades in {currency}; its price is in {close.currency}"
        if self.source is None:
            self.play.price_by_hand(symbol, close.on, close.price)
        else:
            self.play.price_by_source(symbol, close.on, close.price, _STATUS.get(self.source, PriceStatus.CLOSE))

    def _declare(self) -> None:
        for row in self.inputs.get("instrument_actions", ()):
            unknown = row.keys() - {"symbol", "type", "kind", "date", "ex_date", "ratio", "per_share"}
            assert not unknown, f"no adapter knows {sorted(unknown)} of an instrument's action"
            kind = row.get("type") or row.get("kind") or "SPLIT"
            if row["symbol"] in self.play.ids:
                self.play.declare(row["symbol"], kind, action_day(row), row.get("ratio"), row.get("per_share"))
        for row in self.inputs.get("declared_dividends", ()):
            if row["symbol"] in self.play.ids:
                self.play.declare(row["symbol"], "DIVIDEND", action_day(row), None, row["per_share"])

    def symbol_of(self, word: str) -> str | None:
        """The instrument that a case means: by its symbol, or by the end of its name; None when nothing is it."""
        if word in self.play.ids:
            return word
        found = [symbol for symbol in self.play.ids if symbol.casefold().endswith(word.casefold())]
        return found[0] if len(found) == 1 else None

    def has_money_of_its_own(self) -> bool:
        """Whether money moved that belongs to no instrument: then the whole is more than its holdings."""
        return any(row.get("symbol") is None for row in self.rows)

    def go_on_to(self, day: date) -> None:
        """A later day has come, with its closes and rates."""
        before = self.play.clock.now.date()
        self.play.wait_until(day)
        self._tell_rates(before, day)
        self._tell_closes(before, day)
        self.forget()

    def change_method(self, method: str) -> None:
        """Another cost method."""
        self.play.change_method(method)
        self.forget()

    def forget(self) -> None:
        """What was fetched is out of date."""
        for name in ("summary", "performance", "stored"):
            self.__dict__.pop(name, None)

    # --- What comes out --------------------------------------------------------------------------------------------

    @cached_property
    def summary(self) -> dict[str, Any]:
        return self.play.summary()

    @cached_property
    def performance(self) -> dict[str, Any]:
        return self.play.performance(self.inputs.get("from"))

    @cached_property
    def stored(self) -> dict[str, dict[str, Any]]:
        """The holdings as the list of them shows them, closed ones too, by symbol; cash is none."""
        held = [one for one in self.play.holdings() if one["instrument"]["asset_type"] != "CASH"]
        return {one["instrument"]["symbol"]: one for one in held}

    def totals(self) -> dict[str, Any]:
        """The figures of the whole portfolio; of one instrument, those that only a holding has, too."""
        summary = self.summary
        found: dict[str, Any] = {key: value for key, value in summary.items() if not isinstance(value, dict | list)}
        found["day_change_base"] = _day_base(summary)
        found |= {key: self._performed(key) for key in (*_PERFORMANCE, *_RATIOS)}
        coverage = summary["coverage"]
        found["priced"] = f"{coverage['priced']} of {coverage['held']}"
        found["missing"] = sorted(one["symbol"] for one in coverage["missing"])
        if len(self.stored) == 1:
            [symbol] = self.stored
            own = self.holding(symbol)
            found |= {key: own[key] for key in _OF_ONE if key in own}
        return found

    def holding(self, symbol: str) -> dict[str, Any]:
        """The figures of one holding. One that is closed has no units, and so is worth nothing."""
        stored = self.stored[symbol]
        valued = {one["instrument"]["symbol"]: one for one in self.summary["holdings"]}.get(symbol)
        closed = {one["instrument"]["symbol"]: one for one in self.summary["closed"]}.get(symbol)
        shown = valued or closed
        assert shown is not None, f"{symbol} is neither held nor closed"
        for key in shown.keys() & stored.keys() - {"instrument"}:
            assert shown[key] == stored[key], (
                f"{symbol}: {key} is {shown[key]} in the summary, {stored[key]} in the list"
            )
        found = {key: value for key, value in {**stored, **shown}.items() if not isinstance(value, dict | list)}
        if valued is None:
            assert Decimal(stored["quantity"]) == 0, f"{symbol}: {stored['quantity']} are held and not valued"
            found |= {"current_value": "0", "profit_loss": "0", "profit_loss_pct": None, "day_change_base": None}
        else:
            found["day_change_base"] = _day_base(valued)
            found |= self._price(valued)
        found |= {key: self._performed(key, stored["id"]) for key in (*_PERFORMANCE, *_RATIOS)}
        return found

    def _price(self, valued: Mapping[str, Any]) -> dict[str, Any]:
        price = valued["price"]
        if price is None:
            return {"price_status": None, "price_as_of": None}
        now, stale_at = self.play.clock.now, price["stale_at"]
        is_stale = stale_at is not None and datetime.fromisoformat(stale_at) <= now
        zone = ZoneInfo(EXCHANGES[valued["instrument"]["exchange"]].zone)
        on = datetime.fromisoformat(price["as_of"]).astimezone(zone).date()
        return {"price_status": "stale" if is_stale else price["status"], "price_as_of": on.isoformat()}

    def _performed(self, key: str, holding_id: str | None = None) -> Any:
        """Fetched when it is asked for: performance is a request of its own."""

        def fetch() -> Any:
            if holding_id is None:
                return self.performance[key]
            own = [one for one in self.performance["holdings"] if one["id"] == holding_id]
            assert own, "the holding is not among those of the performance"
            return own[0][key]

        return fetch

    def values_on(self, days: Iterable[str]) -> Figures:
        """What it was worth at the close of these days; unknown where something held had no price.

        The series has the days on which anything happened: in between, the last of them counts.
        """
        series = self.performance["series"]
        last = {day: max((one for one in series if one["date"] <= day), key=_day, default=None) for day in days}
        return {day: one["value"] if one is not None and one["complete"] else None for day, one in last.items()}

    def accounts(self) -> dict[str, dict[str, Any]]:
        """What each account holds, with the day on which its oldest lot was acquired."""
        found: dict[str, dict[str, Any]] = {}
        for stored in self.stored.values():
            lots = self.play.lots(stored["id"])
            for part in lots["accounts"]:
                name = part["account"] or ""
                assert name not in found, f"account {name} holds several instruments"
                days = [lot["acquired_on"] for lot in lots["lots"] if lot["account"] == part["account"]]
                found[name] = {**part, "acquired": min(days, default=None)}
        return found

    def lots_sold(self) -> list[dict[str, Any]]:
        """What every sale took out of which lot, in the order of the sales."""
        sales = [sale for one in self.stored.values() for sale in self.play.lots(one["id"])["sales"]]
        return [
            {
                "quantity": part["quantity"],
                "acquired": part["acquired_on"],
                "cost": part["cost"],
                "proceeds": part["proceeds"],
                "gain": part["realised"],
                "sold": sale["sold_on"],
                "account": sale["account"],
            }
            for sale in sorted(sales, key=lambda sale: sale["sold_on"])
            for part in sale["parts"]
        ]


def _day(point: Mapping[str, Any]) -> str:
    return str(point["date"])


def _day_base(shown: Mapping[str, Any]) -> str | None:
    """The value at the close before, of which the day's change is a percentage: 0 where there is no percentage."""
    change, percent = shown["day_change"], shown["day_change_pct"]
    if change is None:
        return None
    if percent is None:
        return "0"
    return str(Decimal(change) * 100 / Decimal(percent)) if Decimal(percent) else None
