"""The demo market: made companies with simulated prices, so that a portfolio lives without a network and a key.

A price is a function of the seed, the symbol and the slot, and of nothing else: smooth noise of several wave lengths
over a slow upward drift, all in whole numbers.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from hashlib import blake2b
from zoneinfo import ZoneInfo

from tickfolio.domain.instruments import AssetType, Instrument
from tickfolio.domain.money import EXACT
from tickfolio.domain.prices import Close, Observation, PriceStatus
from tickfolio.providers.provider import BatchResult, Failure, FailureKind, HistoryResult, Listing

NAME = "demo"
EXCHANGE, CURRENCY = "DEMO", "INR"
OPENED_ON = date(2010, 1, 1)
_INDIA = ZoneInfo("Asia/Kolkata")
_TICK, _FUND_TICK = Decimal("0.05"), Decimal("0.0001")
_ONE = 1_000_000  # parts per million are the unit of noise and drift
_MINUTES_PER_YEAR = 525_960
_EPOCH_MINUTE = int(datetime(2010, 1, 1, tzinfo=UTC).timestamp()) // 60

# Wave length in minutes, and height in parts per million of the price of a stock.
_WAVES: tuple[tuple[int, int], ...] = (
    (10, 700),
    (180, 3_000),
    (1_440, 8_000),
    (10_080, 20_000),
    (43_200, 40_000),
    (259_200, 90_000),
    (1_051_200, 140_000),
)


@dataclass(frozen=True, slots=True)
class _Character:
    """How an instrument moves: its price in 2010 in ticks, how much it swings, and what it gains in a year."""

    listing: Listing
    base_ticks: int
    swing_percent: int
    drift_ppm: int

    @property
    def tick(self) -> Decimal:
        return _FUND_TICK if self.listing.asset_type is AssetType.MUTUAL_FUND else _TICK


def _made(
    kind: AssetType, symbol: str, name: str, base: str, swing_percent: int = 100, drift_ppm: int = 110_000
) -> _Character:
    tick = _FUND_TICK if kind is AssetType.MUTUAL_FUND else _TICK
    listing = Listing(kind, EXCHANGE, symbol, name, CURRENCY, provider_symbol=symbol)
    return _Character(listing, int(Decimal(base) / tick), swing_percent, drift_ppm)


_CHARACTERS: dict[str, _Character] = {
    character.listing.symbol: character
    for character in (
        _made(AssetType.STOCK, "SAHYADRI", "Sahyadri Software", "620"),
        _made(AssetType.STOCK, "KAVERIBANK", "Kaveri Bank", "410", 90, 130_000),
        _made(AssetType.STOCK, "MARUDHAR", "Marudhar Cement", "1180", 110, 80_000),
        _made(AssetType.STOCK, "NILGIRITEA", "Nilgiri Tea Estates", "240", 80, 60_000),
        _made(AssetType.STOCK, "DECCANMOTO", "Deccan Motors", "890", 130, 100_000),
        _made(AssetType.STOCK, "SUNDARPHAR", "Sundar Pharma", "530", 100, 120_000),
        _made(AssetType.STOCK, "ARAVALI", "Aravali Power Grid", "96", 70, 70_000),
        _made(AssetType.STOCK, "KONKANSHIP", "Konkan Shipping", "310", 140, 40_000),
        _made(AssetType.STOCK, "LOTUSHOME", "Lotus Home Appliances", "760", 110, 90_000),
        _made(AssetType.ETF, "DEMO50ETF", "Demo 50 Index ETF", "72", 60, 100_000),
        _made(AssetType.ETF, "DEMOGOLD", "Demo Gold ETF", "18", 50, 90_000),
        _made(AssetType.MUTUAL_FUND, "BANYANFLEXI", "Banyan Flexi Cap Fund - Direct Plan - Growth", "21", 60, 120_000),
        _made(AssetType.MUTUAL_FUND, "BANYANTAX", "Banyan Tax Saver Fund - Direct Plan - Growth", "34", 65, 110_000),
        _made(AssetType.MUTUAL_FUND, "TULSIDEBT", "Tulsi Short Term Debt Fund - Direct Plan - Growth", "14", 6, 65_000),
        _made(AssetType.BOND, "DEMOGSEC33", "Demo Government Bond 7.10% 2033", "98", 8, 1_000),
        _made(AssetType.BOND, "KAVERINCD", "Kaveri Bank 8.40% Debenture 2030", "1002", 7, 1_000),
    )
}

DEMO_INSTRUMENTS: tuple[Listing, ...] = tuple(character.listing for character in _CHARACTERS.values())


class DemoProvider:
    """A provider that answers itself; its market never closes. `slot_minutes` is how long one price stands."""

    name = NAME
    label = "Demo market (simulated)"
    terms: str | None = None
    catalogue: str | None = None

    def __init__(self, seed: str = "tickfolio", slot_minutes: int = 10) -> None:
        if slot_minutes < 1:
            raise ValueError("A slot lasts at least a minute.")
        self._seed = seed
        self._slot_minutes = slot_minutes

    def symbol_of(self, instrument: Instrument) -> str | None:
        """The symbol, for an instrument of exchange DEMO; None for any other."""
        return instrument.symbol if instrument.exchange == EXCHANGE else None

    def slot_of(self, instant: datetime) -> int:
        """The number of the slot that an instant falls in, counted from 1970."""
        return int(instant.timestamp()) // 60 // self._slot_minutes

    def price(self, symbol: str, slot: int) -> Decimal:
        """The simulated price in rupees during a slot; never the same as in the one before.

        Raises: KeyError for a symbol that is not of this market.
        """
        character = _CHARACTERS[symbol]
        level = _level(self._seed, character, slot * self._slot_minutes)
        # Even slots have even ticks and odd ones odd, so that the price moves in every slot, if only by one tick.
        ticks = 2 * (character.base_ticks * level // _ONE // 2) + slot % 2
        return EXACT.multiply(character.tick, Decimal(ticks))

    def fetch(self, symbols: Sequence[str], now: datetime, *, probe: bool = False) -> Iterator[BatchResult]:  # noqa: ARG002  # there is no breaker to probe
        """All prices in one batch; every instrument of this market as a listing."""
        slot = self.slot_of(now)
        wanted = tuple(dict.fromkeys(symbols))
        yield BatchResult(
            {symbol: self._observe(symbol, slot) for symbol in wanted if symbol in _CHARACTERS},
            {symbol: _unknown(symbol) for symbol in wanted if symbol not in _CHARACTERS},
            listings=DEMO_INSTRUMENTS,
            symbols=wanted,
        )

    def fetch_history(self, symbol: str, since: datetime, now: datetime) -> HistoryResult:
        """The last price of each day in India since then, at the earliest of 2010, up to yesterday."""
        if symbol not in _CHARACTERS:
            return HistoryResult(failure=_unknown(symbol))
        first = max(since.astimezone(_INDIA).date(), OPENED_ON)
        days = (now.astimezone(_INDIA).date() - first).days
        closes = (
            Close(day, self.price(symbol, self._last_slot(day)))
            for day in (first + timedelta(days=n) for n in range(days))
        )
        return HistoryResult(tuple(closes), CURRENCY)

    def search(self, query: str) -> Sequence[Listing]:
        """The instruments whose symbol or name has the query in it."""
        wanted = query.strip().casefold()
        return [
            listing
            for listing in DEMO_INSTRUMENTS
            if wanted and (wanted in listing.symbol.casefold() or wanted in listing.name.casefold())
        ]

    def close(self) -> None:
        """Nothing is open."""

    def _observe(self, symbol: str, slot: int) -> Observation:
        as_of = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(minutes=slot * self._slot_minutes)
        yesterday = as_of.astimezone(_INDIA).date() - timedelta(days=1)
        return Observation(
            symbol=symbol,
            price=self.price(symbol, slot),
            currency=CURRENCY,
            as_of=as_of,
            status=PriceStatus.DEMO,
            source=NAME,
            previous_close=self.price(symbol, self._last_slot(yesterday)),
        )

    def _last_slot(self, day: date) -> int:
        """The slot that begins last on that day in India."""
        midnight = datetime.combine(day + timedelta(days=1), time(0), _INDIA)
        return (int(midnight.timestamp()) // 60 - 1) // self._slot_minutes


def _unknown(symbol: str) -> Failure:
    return Failure(FailureKind.NOT_FOUND, f"{symbol}: the demo market has no such instrument.")


def _level(seed: str, character: _Character, minute: int) -> int:
    """The price at that minute as parts per million of its base."""
    elapsed = max(0, minute - _EPOCH_MINUTE)
    drifted = _ONE + character.drift_ppm * elapsed // _MINUTES_PER_YEAR
    symbol = character.listing.symbol
    noise = sum(_wave(f"{seed}|{symbol}|{length}", minute, length) * height for length, height in _WAVES)
    return drifted * (_ONE + noise // _ONE * character.swing_percent // 100) // _ONE


def _wave(key: str, minute: int, length: int) -> int:
    """Noise between minus and plus a million, smooth from one multiple of the wave length to the next."""
    index, offset = divmod(minute, length)
    left, right = _corner(key, index), _corner(key, index + 1)
    # Smoothstep, 3t² − 2t³ with t in parts per million: level at both ends, so that waves join without a kink.
    t = offset * _ONE // length
    weight = t * t * (3 * _ONE - 2 * t) // _ONE**2
    return left + (right - left) * weight // _ONE


def _corner(key: str, index: int) -> int:
    digest = blake2b(f"{key}|{index}".encode(), digest_size=6).digest()
    return int.from_bytes(digest, "big") % (2 * _ONE + 1) - _ONE
