"""The real application for one case: somebody signs up, enters a ledger, and reads what it comes to over HTTP."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from tests.api.running import Running, make_portfolio, running, sign_in
from tests.infrastructure.clock import SettableClock
from tickfolio.domain.instruments import EXCHANGES, AssetType
from tickfolio.domain.prices import Observation, PriceStatus
from tickfolio.providers.provider import BatchResult, Listing
from tickfolio.services.price_batches import record_batch

MONEY_KINDS = frozenset({"DIVIDEND", "INTEREST", "FEE", "TAX", "DEPOSIT", "WITHDRAWAL"})
WITHOUT_QUANTITY = frozenset({"SPLIT", "BONUS", "DEMERGER"})
_NUMBERS = ("quantity", "price", "fees", "taxes", "fx_rate", "to_quantity", "cost", "cost_pct")
_WORDS = ("account", "ratio", "to_symbol", "note", "external_id")
ROW_KEYS = frozenset({"type", "date", "symbol", "currency", *_NUMBERS, *_WORDS})
# Every market that the cases name has this calendar day at this hour of UTC.
_HOUR = time(18)
# Session exchanges on which something in a currency is traded, where a case is about the status of a source's price.
EXCHANGE_OF = {"INR": "NSE", "USD": "NASDAQ", "GBP": "LSE", "EUR": "XETRA", "CHF": "SIX", "CAD": "TSX", "AUD": "ASX"}
_NAV_HOUR, _CLOSE_HOUR = time(23), time(16)


def write(number: Decimal) -> str:
    return f"{number:f}"


class Stage:
    """Starts the product when the first ledger is played, and ends it with the test."""

    def __init__(self, database_url: Callable[[], str]) -> None:
        self.clock = SettableClock()
        self._database_url = database_url
        self._stack = ExitStack()
        self._served: Running | None = None

    def play(self, as_of: date, **settings: Any) -> "Play":
        """A new person with an empty portfolio, on that day. `settings` are the portfolio's."""
        self.clock.now = datetime.combine(as_of, _HOUR, UTC)
        if self._served is None:
            self._served = self._stack.enter_context(running(self._database_url(), clock=self.clock))
        return Play(self._served, self.clock, settings)

    def another(self) -> "Stage":
        """One more product, with a database and a clock of its own; it ends with this one."""
        other = Stage(self._database_url)
        self._stack.callback(other.close)
        return other

    def close(self) -> None:
        self._stack.close()


class Play:
    """One person's portfolio. What is entered and what is read goes through the routes that everybody uses."""

    def __init__(self, served: Running, clock: SettableClock, settings: Mapping[str, Any]) -> None:
        self.served, self.clock = served, clock
        self.person = served.person()
        self.currency = settings["currency"]
        self.portfolio = make_portfolio(self.person, **settings)
        self.ids: dict[str, str] = {}
        self.named: dict[str, dict[str, str]] = {}
        self._runs = 0

    # --- What goes in ----------------------------------------------------------------------------------------------

    def name(self, symbol: str, currency: str, *, source: str | None = None) -> None:
        """How an instrument is called in every row: of one's own, or where a source prices it (`nav`, `close`)."""
        if source == "nav":
            self.named[symbol] = {"asset_type": "MUTUAL_FUND", "exchange": "AMFI"}
        elif source is not None:
            exchange = EXCHANGE_OF.get(currency, "NASDAQ")
            self.named[symbol] = {"asset_type": "STOCK", "exchange": exchange, "currency": currency}
        else:
            self.named[symbol] = {"asset_type": "STOCK", "exchange": "MANUAL", "currency": currency}

    def record(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """Enters one row of a ledger, as a case writes it."""
        if row["type"] in MONEY_KINDS and "amount" in row:
            row = {"price": row["amount"], **{key: value for key, value in row.items() if key != "amount"}}
        unknown = row.keys() - ROW_KEYS
        assert not unknown, f"no adapter knows {sorted(unknown)} of a transaction"
        kind, symbol = row["type"], row.get("symbol")
        body: dict[str, Any] = {"type": kind, "traded_on": row["date"]}
        if symbol is not None:
            body |= {"symbol": symbol} | self._instrument(symbol)
        if kind in MONEY_KINDS and "currency" in row:
            body["currency"] = row["currency"]
        if "to_symbol" in row:
            body |= {f"to_{key}": value for key, value in self._instrument(row["to_symbol"]).items()}
        left_out = {"quantity"} if kind in WITHOUT_QUANTITY else set()
        body |= {key: write(row[key]) for key in _NUMBERS if row.get(key) is not None and key not in left_out}
        body |= {key: row[key] for key in _WORDS if row.get(key) is not None}
        made = self._ask("POST", f"/portfolios/{self.portfolio['id']}/transactions", 201, json=body)
        if symbol is not None:
            self.ids[symbol] = made["instrument"]["id"]
        if made["to_instrument"] is not None:
            self.ids[row["to_symbol"]] = made["to_instrument"]["id"]
        return made

    def _instrument(self, symbol: str) -> dict[str, str]:
        if symbol not in self.named:
            self.name(symbol, self.currency)
        return self.named[symbol]

    def price_by_hand(self, symbol: str, on: date, price: Decimal) -> None:
        """Enters a close; 0 has to be refused."""
        path = f"/instruments/{self.ids[symbol]}/prices/{on.isoformat()}"
        answer = self.person.browser.put(path, json={"price": write(price)})
        if price > 0:
            assert answer.status_code in {200, 201, 204}, f"PUT {path}: {answer.status_code} {answer.text}"
        else:
            assert answer.status_code == 422, f"a price of {price} was not refused: {answer.status_code} {answer.text}"

    def price_by_source(self, symbol: str, on: date, price: Decimal, status: PriceStatus) -> None:
        """What a source answers on a day, through the price gate; a suspect one is told by a second run, too."""
        named = self.named[symbol]
        zone = ZoneInfo(EXCHANGES[named["exchange"]].zone)
        at = datetime.combine(on, _NAV_HOUR if status is PriceStatus.NAV else _CLOSE_HOUR, zone).astimezone(UTC)
        currency = named.get("currency", "INR")
        told = Observation(symbol, price, currency, at, status, "case", close_on=on)
        for _ in range(2):
            self._feed(symbol, [self.ids[symbol]], BatchResult({symbol: told}, symbols=(symbol,)))

    def rate(self, currency: str, on: date, cost_of_euro: Decimal) -> None:
        """The reference rate of a day, as the European Central Bank tells it."""
        pair = f"EUR{currency}"
        listing = Listing(AssetType.CURRENCY, "ECB", pair, f"EUR/{currency}", currency)
        at = datetime.combine(on, _CLOSE_HOUR, ZoneInfo("Europe/Berlin")).astimezone(UTC)
        told = Observation(pair, cost_of_euro, currency, at, PriceStatus.CLOSE, "ecb", close_on=on)
        self._feed(pair, [], BatchResult(listings=(listing,)))
        with self.served.product.database.reading() as tx:
            found = tx.instruments.find(None, AssetType.CURRENCY, "ECB", pair)
        assert found is not None, f"{pair} is not known though it was listed"
        for _ in range(2):
            self._feed(pair, [found.id], BatchResult({pair: told}, symbols=(pair,)))

    def _feed(self, symbol: str, ids: Sequence[str], result: BatchResult) -> None:
        product = self.served.product
        self._runs += 1
        with product.database.transaction() as tx:
            record_batch(tx, product.world, {symbol: ids}, result, product.world.now(), f"run {self._runs}")

    def declare(self, symbol: str, kind: str, on: date, ratio: str | None, amount: Decimal | None) -> None:
        """A fact about an instrument, which holds for everybody; of a shared one it is said once."""
        body = {
            "kind": kind,
            "ex_on": on.isoformat(),
            "ratio": ratio,
            "amount": None if amount is None else write(amount),
        }
        answer = self.person.browser.post(f"/instruments/{self.ids[symbol]}/actions", json=body)
        is_said = answer.status_code == 201 or answer.json()["code"] == "action_exists"
        assert is_said, f"{kind} of {symbol}: {answer.status_code} {answer.text}"

    def wait_until(self, day: date) -> None:
        """The clock goes on to a later day; whoever was away for weeks signs in again."""
        self.clock.now = datetime.combine(day, _HOUR, UTC)
        sign_in(self.person.browser, self.person.email)

    def change_method(self, method: str) -> None:
        """Another cost method, as the settings of a portfolio change it."""
        path = f"/portfolios/{self.portfolio['id']}"
        version = self._ask("GET", path, 200)["version"]
        self._ask("PATCH", path, 200, json={"cost_method": method}, headers={"If-Match": f'"{version}"'})

    # --- What comes out --------------------------------------------------------------------------------------------

    def summary(self) -> dict[str, Any]:
        return self._ask("GET", f"/portfolios/{self.portfolio['id']}/summary", 200)

    def holdings(self) -> list[dict[str, Any]]:
        return list(self._ask("GET", f"/portfolios/{self.portfolio['id']}/holdings?limit=200", 200)["items"])

    def transactions(self) -> list[dict[str, Any]]:
        return list(self._ask("GET", f"/portfolios/{self.portfolio['id']}/transactions?limit=200", 200)["items"])

    def lots(self, holding_id: str) -> dict[str, Any]:
        return self._ask("GET", f"/holdings/{holding_id}/lots", 200)

    def suggested_dividends(self) -> list[dict[str, Any]]:
        return list(self._ask("GET", f"/portfolios/{self.portfolio['id']}/suggested-dividends", 200)["items"])

    def performance(self, since: str | None = None) -> dict[str, Any]:
        until = self.clock.now.date().isoformat()
        asked = {"to": until, "holdings": "true"} | ({} if since is None else {"from": since})
        return self._ask("GET", f"/portfolios/{self.portfolio['id']}/performance", 200, params=asked)

    def _ask(self, method: str, path: str, status: int, **more: Any) -> dict[str, Any]:
        answer = self.person.browser.request(method, path, **more)
        assert answer.status_code == status, (
            f"{method} {path}: {answer.status_code} {answer.text} to {more.get('json')}"
        )
        return dict(answer.json())
