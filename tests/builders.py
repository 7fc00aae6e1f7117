"""What the tests of storage, services, reports and jobs start from: people, portfolios, trades, a scripted source."""

import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from argon2 import Type
from pwdlib.hashers.argon2 import Argon2Hasher

from tests.infrastructure.clock import SettableClock
from tickfolio.auth.attempts import Attempts
from tickfolio.auth.credentials import Passwords
from tickfolio.cache.cache import MemoryCache
from tickfolio.cache.events import Event
from tickfolio.domain.instruments import AssetType, Instrument
from tickfolio.domain.ledger import CostMethod, TransactionType
from tickfolio.domain.prices import Close, LatestPrice, Observation, PriceStatus
from tickfolio.providers.ecb import EcbAdapter, EcbProvider
from tickfolio.providers.provider import BatchResult, Failure, FailureKind, HistoryResult, Listing, Provider
from tickfolio.services.accounts import Reception
from tickfolio.services.drafts import Draft
from tickfolio.services.instruments import Named
from tickfolio.services.ledgers import record_transaction
from tickfolio.services.portfolios import create_portfolio
from tickfolio.services.refresh import Refresher
from tickfolio.services.sources import Sources
from tickfolio.services.summaries import Summaries, load_summary, load_summary_of_all
from tickfolio.services.world import World
from tickfolio.storage.database import Database
from tickfolio.storage.ledgers import LedgerRow
from tickfolio.storage.people import User
from tickfolio.storage.portfolios import Portfolio
from tickfolio.storage.refreshes import RefreshRow

PASSWORD = "a walk along the canal"
INTERVAL_MINUTES = 10


def at(text: str) -> datetime:
    """An instant in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@dataclass
class Given:
    """A database and a world around it; each method puts something there, in a transaction of its own."""

    database: Database
    clock: SettableClock
    new_id: Callable[[], str]
    events: list[Event] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    @property
    def world(self) -> World:
        return World(
            now=self.clock,
            new_id=self.new_id,
            randomness=lambda size: bytes.fromhex(self.new_id().replace("-", "")).ljust(size, b"\0"),
            publish=self.events.append,
            ask_for_prices=self.asked.extend,
        )

    def user(self, name: str = "Asha", base_currency: str = "INR", administrator: bool = False) -> User:
        made = User(
            id=self.new_id(),
            name=name,
            email=f"{name.lower()}@example.org",
            password_hash="unset",
            administrator=administrator,
            locale="en-IN",
            base_currency=base_currency,
            home_exchange="NSE",
            version=1,
            created_at=self.clock(),
        )
        with self.database.transaction() as tx:
            assert tx.people.add_if_new(made)
        return made

    def portfolio(
        self, user: User, currency: str = "INR", cost_method: CostMethod = CostMethod.AVERAGE, name: str = "Long term"
    ) -> Portfolio:
        with self.database.transaction() as tx:
            return create_portfolio(tx, self.world, user.id, name, currency, cost_method)

    def record(self, user: User, portfolio: Portfolio, *drafts: Draft) -> list[LedgerRow]:
        rows = []
        for draft in drafts:
            with self.database.transaction() as tx:
                rows.append(record_transaction(tx, self.world, user, portfolio.id, draft)[0])
        return rows

    def instrument(self, symbol: str, exchange: str = "NSE", asset_type: AssetType = AssetType.STOCK) -> Instrument:
        with self.database.reading() as tx:
            found = tx.instruments.find(None, asset_type, exchange, symbol)
        assert found is not None, f"{symbol} on {exchange} was never recorded"
        return found

    def pair(self, currency: str) -> Instrument:
        pair = Instrument(self.new_id(), AssetType.CURRENCY, "ECB", f"EUR{currency}", f"Euro in {currency}", currency)
        with self.database.transaction() as tx:
            return tx.instruments.add_if_new(pair)

    def price(
        self, instrument: Instrument, last: str, previous: str | None = None, as_of: datetime | None = None, **more: Any
    ) -> LatestPrice:
        """Puts a price there as a batch would, with the price version raised."""
        made = LatestPrice(
            instrument_id=instrument.id,
            last_price=Decimal(last),
            previous_close=None if previous is None else Decimal(previous),
            currency=instrument.currency,
            as_of=as_of or self.clock(),
            source="scripted",
            status=PriceStatus.LIVE,
            last_updated_at=self.clock(),
        )
        made = replace(made, **more)
        with self.database.transaction() as tx:
            tx.prices.record([made])
            tx.server.raise_version("prices")
        return made

    def latest(self, instrument: Instrument) -> LatestPrice | None:
        with self.database.reading() as tx:
            return tx.prices.latest([instrument.id]).get(instrument.id)

    def summaries(self) -> Summaries:
        return Summaries(self.database, MemoryCache(time.monotonic), INTERVAL_MINUTES, 590)

    def summary(self, user: User, portfolio: Portfolio, summaries: Summaries | None = None) -> bytes:
        """The body of the summary, from no cache unless one is given."""
        with self.database.reading() as tx:
            tagged = load_summary(summaries or self.summaries(), tx, user, portfolio.id, ())
        assert tagged.body is not None
        return tagged.body

    def summary_of_all(self, user: User) -> bytes:
        with self.database.reading() as tx:
            tagged = load_summary_of_all(self.summaries(), tx, tx.people.load(user.id), ())
        assert tagged.body is not None
        return tagged.body

    def refresher(self, *providers: Provider, on: Iterable[str] | None = None, **more: Any) -> Refresher:
        """A price job over these sources, all of them on unless some are named."""
        names = {one.name: one for one in providers}
        fixed = frozenset(names if on is None else on)
        return Refresher(self.database, self.world, Sources(names, fixed), INTERVAL_MINUTES, **more)

    def last_run(self, *kinds: str) -> RefreshRow | None:
        with self.database.reading() as tx:
            return tx.refreshes.last(kinds or ("slot",), finished=False)


def named(symbol: str, exchange: str | None = None, asset_type: AssetType = AssetType.STOCK, **more: Any) -> Named:
    return Named(asset_type, symbol, exchange, **more)


def trade(kind: str, symbol: str | Named, quantity: str, price: str, on: str, **more: Any) -> Draft:
    """A transaction to be recorded; a bare symbol is a stock on the home exchange."""
    instrument = named(symbol) if isinstance(symbol, str) else symbol
    exact = {
        key: Decimal(value) if key in {"fees", "taxes", "fx_rate"} and value is not None else value
        for key, value in more.items()
    }
    return Draft(TransactionType(kind), date.fromisoformat(on), instrument, Decimal(quantity), Decimal(price), **exact)


def buy(symbol: str | Named, quantity: str, price: str, on: str = "2026-01-05", **more: Any) -> Draft:
    return trade("BUY", symbol, quantity, price, on, **more)


def sell(symbol: str | Named, quantity: str, price: str, on: str = "2026-01-06", **more: Any) -> Draft:
    return trade("SELL", symbol, quantity, price, on, **more)


def fast_passwords() -> Passwords:
    """Argon2id at its least cost: what is tested is who gets in, not how long it takes."""
    return Passwords(Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1, hash_len=16, salt_len=8, type=Type.ID))


def make_reception(given: Given, sign_up: Any = "open") -> Reception:
    return Reception(
        database=given.database,
        world=given.world,
        passwords=fast_passwords(),
        attempts=Attempts(secret=b"s" * 32, clock=lambda: given.clock().timestamp(), on_event=lambda _name: None),
        sign_up=sign_up,
        password_length_min=15,
        session_days=30,
    )


class ScriptedSource:
    """A source of prices that answers what the test wrote down, in batches, and counts what it was asked.

    `script` has a price, or a failure, by symbol; what is not in it is not found. `before_batch` runs while the price
    job waits for the answer, with the number of the batch.
    """

    label = "Scripted"
    terms: str | None = None
    catalogue: str | None = None

    def __init__(self, name: str = "scripted", exchanges: Iterable[str] = ("NSE",), batch_size: int = 20) -> None:
        self.name = name
        self.script: dict[str, Observation | Failure] = {}
        self.failing: Failure | None = None
        self.failing_batches: dict[int, Failure] = {}
        self.listings: Sequence[Listing] = ()
        self.extra: Mapping[str, Observation] = {}
        self.names: Mapping[str, str] = {}
        self.before_batch: Callable[[int], object] = lambda _number: None
        self.calls: list[tuple[tuple[str, ...], bool]] = []
        self.histories: dict[str, HistoryResult] = {}
        self.histories_asked: list[tuple[str, date]] = []
        self._exchanges = frozenset(exchanges)
        self._batch_size = batch_size
        self._lock = threading.Lock()

    def say(self, symbol: str, price: str, as_of: datetime | None, **more: Any) -> None:
        """From now on the symbol's price is this."""
        told = {"currency": "INR", "status": PriceStatus.LIVE, "source": self.name} | more
        self.script[symbol] = Observation(symbol, Decimal(price), as_of=as_of, **told)

    def symbols_asked(self) -> list[str]:
        return [symbol for symbols, _ in self.calls for symbol in symbols]

    def symbol_of(self, instrument: Instrument) -> str | None:
        return instrument.symbol if instrument.exchange in self._exchanges else None

    def fetch(self, symbols: Sequence[str], now: datetime, *, probe: bool = False) -> Iterable[BatchResult]:  # noqa: ARG002 - as Provider
        for number, start in enumerate(range(0, len(symbols), self._batch_size)):
            batch = tuple(symbols[start : start + self._batch_size])
            with self._lock:
                self.calls.append((batch, probe))
            self.before_batch(number)
            yield self._answer(batch, number)

    def _answer(self, symbols: tuple[str, ...], number: int) -> BatchResult:
        failing = self.failing_batches.get(number, self.failing)
        if failing is not None:
            return BatchResult(provider_failure=failing, symbols=symbols)
        unknown = Failure(FailureKind.NOT_FOUND, "not in the script")
        told = {symbol: self.script.get(symbol, unknown) for symbol in symbols}
        return BatchResult(
            {symbol: one for symbol, one in told.items() if isinstance(one, Observation)} | dict(self.extra),
            {symbol: one for symbol, one in told.items() if isinstance(one, Failure)},
            listings=self.listings,
            symbols=symbols,
            names=self.names,
        )

    def say_closes(self, symbol: str, closes: Mapping[str, str], currency: str | None = "INR") -> None:
        """From now on these are the symbol's closes, by day as 2026-11-19."""
        told = tuple(Close(date.fromisoformat(day), Decimal(price)) for day, price in sorted(closes.items()))
        self.histories[symbol] = HistoryResult(told, currency)

    def fetch_history(self, symbol: str, since: datetime, now: datetime) -> HistoryResult:  # noqa: ARG002 - as Provider
        with self._lock:
            self.histories_asked.append((symbol, since.date()))
        if self.failing is not None:
            return HistoryResult(failure=self.failing)
        known = self.histories.get(symbol)
        if known is None:
            return HistoryResult(failure=Failure(FailureKind.NO_DATA, f"{symbol}: not in the script"))
        return replace(known, closes=tuple(close for close in known.closes if close.on >= since.date()))

    def search(self, query: str) -> Sequence[Listing]:
        return [one for one in self.listings if query.lower() in one.name.lower()]


def ecb_at(url: str) -> EcbProvider:
    """The real source of reference rates, asking a market on this machine without pauses."""
    return EcbProvider(EcbAdapter(url), time.monotonic, lambda _seconds: None, interval_seconds=0)
