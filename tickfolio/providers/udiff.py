"""What the end-of-day files of NSE and BSE have in common as sources: a file a day, and one price for each security."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import islice

from tickfolio.domain.instruments import AssetType, Instrument
from tickfolio.domain.prices import Close, Observation, PriceStatus
from tickfolio.providers.batches import batch_of
from tickfolio.providers.classify import classify_plain
from tickfolio.providers.current_calendar import CurrentCalendar, shipped_calendar
from tickfolio.providers.india import INDIA, day_in_india, end_of_day
from tickfolio.providers.provider import (
    Answer,
    BatchResult,
    Failure,
    FailureKind,
    HistoryResult,
    Listing,
    Request,
)
from tickfolio.providers.udiff_file import UdiffRow, read_iso_day, read_price, read_udiff_file
from tickfolio.providers.unsearched import Unsearched

CURRENCY = "INR"
BYTES_MAX = 16_000_000
DEADLINE_SECONDS = 60.0
# Both files come out between 16:29 and 16:40.
PUBLISHED_FROM = time(16, 30)
# No exchange in India has been closed for so many weekdays in a row: without a file in all of them it has moved.
SESSIONS_TRIED = 6
HTTP_NOT_FOUND = 404
# Without a name that looks like a browser's, neither exchange answers.
HEADERS = {"User-Agent": "Mozilla/5.0 (compatible; Tickfolio)", "Accept": "*/*"}
_FUND_ISIN = "INF"
# Between a symbol and an ISIN; neither can have one in it.
_AND_ISIN = "|"
_NOT_TRADED_AS_HERE = frozenset({AssetType.CASH, AssetType.CURRENCY, AssetType.CRYPTO, AssetType.INDEX})


class UdiffAdapter(Unsearched):
    """Builds the requests for an exchange's daily file and reads it; pure. What it lists comes with the prices.

    A symbol is what the exchange calls a security, with its ISIN behind it where that is known: `INFY|INE009A01021`.
    The ISIN finds a security whose symbol has changed, and the symbol one whose ISIN has.
    `calendar` says on which days the exchange trades, special sessions too.
    """

    name: str
    label: str
    terms: str | None
    catalogue: str | None
    exchange: str
    path: str  # of the file, with a strftime pattern for its day
    series: Sequence[str]  # by preference, where a security has rows in several; those not named come last
    listed: Mapping[str, AssetType]  # the series whose securities are told for search
    never: frozenset[str] = frozenset()  # the series whose prices are not what a holding is worth
    has_codes = False  # whether people know a security by the exchange's number of it, too

    def __init__(self, url: str, calendar: CurrentCalendar = shipped_calendar) -> None:
        self._url = url.rstrip("/")
        self._calendar = calendar
        self._ranks = {name: rank for rank, name in enumerate(self.series)}

    def symbol_of(self, instrument: Instrument) -> str | None:
        """The symbol and the ISIN, if known, of an instrument of this exchange; None for any other."""
        symbol = instrument.symbol.upper()
        if instrument.exchange != self.exchange or instrument.asset_type in _NOT_TRADED_AS_HERE or _AND_ISIN in symbol:
            return None
        return f"{symbol}{_AND_ISIN}{instrument.isin}" if instrument.isin else symbol

    def newest_day(self, now: datetime) -> date:
        """The day of the newest file that can be there: today from 16:30 in India on, else the session before."""
        return next(self._file_days(now))

    def day_request(self, day: date, symbols: Sequence[str] = ()) -> Request:
        """The request for the file of one day, which `parse` reads whatever day it is of."""
        return Request(
            self._address(day), tuple(symbols), HEADERS, bytes_max=BYTES_MAX, deadline_seconds=DEADLINE_SECONDS
        )

    def latest_requests(self, symbols: Sequence[str], now: datetime) -> Sequence[Request]:
        """One request for all: the newest file that can be there, and those of the sessions before it in its stead."""
        newest, *earlier = (self._address(day) for day in islice(self._file_days(now), SESSIONS_TRIED))
        return [
            Request(
                newest,
                tuple(symbols),
                HEADERS,
                bytes_max=BYTES_MAX,
                deadline_seconds=DEADLINE_SECONDS,
                is_conditional=True,
                earlier=tuple(earlier),
            )
        ]

    def history_request(self, symbol: str, since: datetime, now: datetime) -> Request | Failure:
        """The newest file, when no other day is asked for: every further day is a file of its own."""
        newest = self.newest_day(now)
        if day_in_india(since) < newest:
            return Failure(FailureKind.NO_DATA, f"{self.exchange} tells one day at a time; history is not asked of it.")
        return self.day_request(newest, [symbol])

    def classify(self, answer: Answer) -> Failure | None:
        """404 is a day without a file; a page for people is not."""
        if answer.status == HTTP_NOT_FOUND:
            return Failure(FailureKind.NO_DATA, f"{self.exchange} has no file of that day.")
        changed = Failure(FailureKind.CONTRACT_CHANGED, f"{self.exchange} answers HTTP {answer.status} to us.")
        return classify_plain(answer, changed)

    def parse(self, body: bytes, symbols: Sequence[str], now: datetime) -> BatchResult:
        """The closes of these securities, and every share and fund of the file as a listing."""
        rows = read_udiff_file(body, self.exchange)
        if isinstance(rows, Failure):
            return BatchResult(provider_failure=rows)
        found = {symbol: self._choose(symbol, told) for symbol, told in self._rows_by_symbol(rows, symbols).items()}
        outcomes = {symbol: self._observe(symbol, row, now) for symbol, row in found.items()}
        return replace(
            batch_of(outcomes),
            listings=self._listings(rows),
            names={symbol: name for symbol, row in found.items() if isinstance(row, UdiffRow) and (name := _name(row))},
            rows=len(rows),
        )

    def parse_history(self, body: bytes, symbol: str, now: datetime) -> HistoryResult:
        """The one close that a file has of a security."""
        result = self.parse(body, [symbol], now)
        failure = result.provider_failure or result.failures.get(symbol)
        if failure is not None:
            return HistoryResult(failure=failure)
        seen = result.observations[symbol]
        return HistoryResult(() if seen.close_on is None else (Close(seen.close_on, seen.price),), CURRENCY)

    def _address(self, day: date) -> str:
        return f"{self._url}{day.strftime(self.path)}"

    def _file_days(self, now: datetime) -> Iterator[date]:
        """The days that can have a file, newest first."""
        local, calendar = now.astimezone(INDIA), self._calendar()
        day = local.date() if local.time() >= PUBLISHED_FROM else local.date() - timedelta(days=1)
        while True:
            yield (day := calendar.last_business_day(self.exchange, day))
            day -= timedelta(days=1)

    def _rows_by_symbol(self, rows: Iterable[UdiffRow], symbols: Sequence[str]) -> Mapping[str, Sequence[UdiffRow]]:
        """The rows with a symbol's ISIN or, where the file has none of those, with the symbol itself."""
        by_key: dict[str, list[UdiffRow]] = {key: [] for symbol in symbols for key in symbol.split(_AND_ISIN, 1) if key}
        for row in rows:
            for key in {row.symbol, row.isin, row.code if self.has_codes else row.symbol}:
                if key in by_key:
                    by_key[key].append(row)
        parts = {symbol: symbol.partition(_AND_ISIN) for symbol in symbols}
        return {symbol: by_key.get(isin) or by_key.get(own, []) for symbol, (own, _, isin) in parts.items()}

    def _rank(self, row: UdiffRow) -> int:
        return self._ranks.get(row.series, len(self._ranks))

    def _choose(self, symbol: str, rows: Iterable[UdiffRow]) -> UdiffRow | Failure:
        """The row of the preferred series; rows that tell different things with equal right are none."""
        shown, _, _ = symbol.partition(_AND_ISIN)
        told = [row for row in rows if row.series not in self.never]
        if not told:
            return Failure(FailureKind.NO_DATA, f"{shown}: not in {self.exchange}'s file; it was not traded that day.")
        best = min(map(self._rank, told))
        equal = [row for row in told if self._rank(row) == best]
        if len({row.isin for row in equal}) > 1:
            return Failure(FailureKind.NO_DATA, f"{shown}: several securities have this symbol; an ISIN would tell.")
        if len({(row.close, row.on) for row in equal}) > 1:
            return Failure(FailureKind.CONTRACT_CHANGED, f"{shown}: {self.exchange}'s file has two different closes.")
        return equal[0]

    def _observe(self, symbol: str, row: UdiffRow | Failure, now: datetime) -> Observation | Failure:
        if isinstance(row, Failure):
            return row
        shown, _, _ = symbol.partition(_AND_ISIN)
        day, close = read_iso_day(row.on), read_price(row.close)
        if day is None or close is None:
            return Failure(FailureKind.NO_DATA, f"{shown}: {self.exchange}'s row has no close and day that are ones.")
        if read_price(row.volume) is None:
            return Failure(FailureKind.NO_DATA, f"{shown}: nothing was traded, so that the close is no price.")
        return Observation(
            symbol=symbol,
            price=close,
            currency=CURRENCY,
            as_of=end_of_day(day, now),
            status=PriceStatus.CLOSE,
            source=self.name,
            previous_close=read_price(row.previous_close),
            close_on=day,
        )

    def _listings(self, rows: Iterable[UdiffRow]) -> Sequence[Listing]:
        """Each share and exchange-traded fund once, under the best of its series."""
        best: dict[str, UdiffRow] = {}
        for row in rows:
            if row.symbol and row.series in self.listed:
                known = best.get(row.symbol)
                if known is None or self._rank(row) < self._rank(known):
                    best[row.symbol] = row
        return tuple(
            Listing(
                AssetType.ETF if row.isin.startswith(_FUND_ISIN) else self.listed[row.series],
                self.exchange,
                row.symbol,
                _name(row) or row.symbol,
                CURRENCY,
                row.isin or None,
                code=row.code or None if self.has_codes else None,
            )
            for row in best.values()
        )


def _name(row: UdiffRow) -> str:
    return " ".join(row.name.split())
