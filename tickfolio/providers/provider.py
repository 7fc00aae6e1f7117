"""What a source of prices is: pure functions that build requests and read answers, around one runner that asks."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from tickfolio.domain.instruments import AssetType, Instrument
from tickfolio.domain.prices import Close, Observation
from tickfolio.domain.splits import Ratio


class FailureKind(StrEnum):
    """Why there is no price, and so what to do about it."""

    NOT_FOUND = "not_found"  # this symbol; nobody else's trouble
    NO_DATA = "no_data"  # a known symbol without a usable price now
    FORBIDDEN_PLAN = "forbidden_plan"  # this symbol is not in the plan of our key; others are
    RATE_LIMITED = "rate_limited"  # the source wants us to wait
    QUOTA_EXHAUSTED = "quota_exhausted"  # a day's or a month's allowance is spent
    AUTH = "auth"  # a key is missing or revoked: no retry
    BLOCKED = "blocked"  # a page for people where data was expected
    CONTRACT_CHANGED = "contract_changed"  # data of a shape that nobody told us about: all of it is refused
    TRANSIENT = "transient"  # network, time-out, 5xx: the next run may do better


# These are told about a symbol by a source in good health; all others are about the source.
OF_A_SYMBOL = frozenset({FailureKind.NOT_FOUND, FailureKind.NO_DATA, FailureKind.FORBIDDEN_PLAN})


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there is no price; `message` has no secret in it and fits a log line."""

    kind: FailureKind
    message: str
    retry_after_seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Quota:
    """How much a source allows in a minute, a day and a month, in units of `Request.cost`; None for no limit."""

    minute: int | None = None
    day: int | None = None
    month: int | None = None


@dataclass(frozen=True, slots=True)
class Overdrawn:
    """A quota does not reach for what was wanted: `left` units of it do, and it is renewed in so many seconds."""

    left: int
    seconds: int


class Allowance(Protocol):
    """Who counts what is spent of each source's quota."""

    def take(self, source: str, quota: Quota, cost: int) -> Overdrawn | None:
        """Counts the cost of a request before it is sent; when the quota does not reach, nothing, and says so.

        Never raises.
        """


@dataclass(frozen=True, slots=True)
class Request:
    """One GET. `symbols` are the provider's own symbols that the answer should cover.

    `is_conditional`: the answer is kept, and next time only asked for when it has changed. `cost` is how many units of
    the source's quota it takes. A key may stand in the URL or the headers, so that neither is ever printed.
    `earlier` are addresses of older files, newest first: each is asked for when the one before has no data.
    """

    url: str = field(repr=False)
    symbols: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    bytes_max: int = 5_000_000
    deadline_seconds: float = 10.0
    is_conditional: bool = False
    cost: int = 1
    earlier: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: status, headers with lower-case names, and the decompressed body within its limit."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Listing:
    """An instrument that a source knows, for search: no promise of a price.

    `code` is a number by which its exchange calls it beside the symbol.
    """

    asset_type: AssetType
    exchange: str
    symbol: str
    name: str
    currency: str | None
    isin: str | None = None
    provider_symbol: str | None = None
    code: str | None = None


@dataclass(frozen=True, slots=True)
class BatchResult:
    """One answer, read: observations and failures by the provider's symbol, or one failure for all of it.

    `symbols` are those that were asked for in this batch; each is in `observations` or `failures`, unless all of it
    failed. `listings` are instruments that the answer told of beside the prices (AMFI's file lists every scheme); they
    are left out when the source says that nothing has changed since its last answer. `names` are what the source
    calls those that were asked for, where it says. `rows` is how many rows a file for all had, asked for or not: far
    fewer than last time is a file that broke off; None for an answer that is no such file.
    """

    observations: Mapping[str, Observation] = field(default_factory=dict)
    failures: Mapping[str, Failure] = field(default_factory=dict)
    provider_failure: Failure | None = None
    listings: Sequence[Listing] = ()
    symbols: Sequence[str] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    rows: int | None = None


@dataclass(frozen=True, slots=True)
class ToldSplit:
    """A split, or a bonus issue, as a source tells it: from the start of the day there are `ratio` as many units."""

    on: date
    ratio: Ratio


@dataclass(frozen=True, slots=True)
class ToldDividend:
    """What one unit of that day was paid, in the major unit of the closes' currency; later splits are not in it."""

    on: date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class HistoryResult:
    """Closes by day, oldest first, or the failure; `splits` and `dividends` are what the source tells beside them."""

    closes: Sequence[Close] = ()
    currency: str | None = None
    failure: Failure | None = None
    splits: Sequence[ToldSplit] = ()
    dividends: Sequence[ToldDividend] = ()


@dataclass(frozen=True, slots=True)
class SearchResult:
    """What a search found, or the failure."""

    listings: Sequence[Listing] = ()
    failure: Failure | None = None


class Provider(Protocol):
    """A source of prices. Two kinds implement it: those that ask over HTTP, and the demo market that answers itself."""

    name: str
    label: str  # what the screen calls it: "Yahoo Finance"
    terms: str | None  # one sentence that a person must accept before it is switched on
    catalogue: str | None  # the exchange whose every instrument comes with any answer, for search; most have none

    def symbol_of(self, instrument: Instrument) -> str | None:
        """The provider's own symbol of an instrument, or None when this source cannot price it."""

    def fetch(self, symbols: Sequence[str], now: datetime, *, probe: bool = False) -> Iterable[BatchResult]:
        """Latest prices, one result a batch as it arrives; never raises for what a source answers.

        With `probe`, as a person asks, a source that is being left alone is asked once all the same.
        """

    def fetch_history(self, symbol: str, since: datetime, now: datetime) -> HistoryResult:
        """Daily closes since then, or why there are none; never raises for what a source answers."""

    def search(self, query: str) -> Sequence[Listing]:
        """Instruments that match; empty when the source has no search or does not answer."""
