"""The European Central Bank's reference rates: what one euro costs in some thirty currencies, once a working day.

Source: https://www.ecb.europa.eu/stats/eurofxref/, published about 16:00 in Frankfurt on TARGET working days.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from io import BytesIO
from xml.etree.ElementTree import Element, ParseError
from zoneinfo import ZoneInfo

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from tickfolio.domain.instruments import AssetType, Instrument
from tickfolio.domain.prices import Close, Observation, PriceStatus
from tickfolio.providers.batches import batch_of
from tickfolio.providers.classify import classify_plain
from tickfolio.providers.http_provider import HttpProvider
from tickfolio.providers.provider import (
    Answer,
    BatchResult,
    Failure,
    FailureKind,
    HistoryResult,
    Listing,
    Request,
)
from tickfolio.providers.unsearched import Unsearched

DEFAULT_URL = "https://www.ecb.europa.eu/stats/eurofxref/eurofxref-daily.xml"
EXCHANGE = "ECB"
BASE = "EUR"
# The short file goes back 90 days; a little less is asked of it, lest the first days be missing.
SHORT_HISTORY_DAYS = 85
HISTORY_BYTES_MAX = 16_000_000
HISTORY_DEADLINE_SECONDS = 60.0
_ROOT = "{http://www.gesmes.org/xml/2002-08-01}Envelope"
_CUBE = "{http://www.ecb.int/vocabulary/2002-08-01/eurofxref}Cube"
_FRANKFURT = ZoneInfo("Europe/Berlin")
_FIXING = time(16)
_CODE = re.compile(r"[A-Z]{3}", re.ASCII)
_RATE = re.compile(r"[0-9]{1,20}(\.[0-9]{1,18})?", re.ASCII)

Rates = Mapping[date, Mapping[str, Decimal | None]]


class EcbAdapter(Unsearched):
    """Builds the ECB's requests and reads its files; pure. A symbol is a pair, as EURINR.

    Its listings come with the rates.
    """

    name = "ecb"
    label = "European Central Bank"
    terms: str | None = None
    catalogue: str | None = None

    def __init__(self, url: str = DEFAULT_URL) -> None:
        self._url = url

    def symbol_of(self, instrument: Instrument) -> str | None:
        """The pair, for a currency pair of exchange ECB; None for any other."""
        is_pair = instrument.exchange == EXCHANGE and instrument.asset_type is AssetType.CURRENCY
        return instrument.symbol if is_pair else None

    def latest_requests(self, symbols: Sequence[str], now: datetime) -> Sequence[Request]:  # noqa: ARG002  # as Adapter
        """One request for all pairs, and only for what has changed since the last answer."""
        return [Request(self._url, tuple(symbols), is_conditional=True)]

    def history_request(self, symbol: str, since: datetime, now: datetime) -> Request | Failure:
        """The file of 90 days when that is enough, else the one since 1999; each has all pairs."""
        is_short = now - since <= timedelta(days=SHORT_HISTORY_DAYS)
        name = "eurofxref-hist-90d" if is_short else "eurofxref-hist"
        return Request(
            self._url.replace("eurofxref-daily", name),
            (symbol,),
            bytes_max=HISTORY_BYTES_MAX,
            deadline_seconds=HISTORY_DEADLINE_SECONDS,
        )

    def classify(self, answer: Answer) -> Failure | None:
        """Anything but a file is a failure of the source."""
        moved = Failure(FailureKind.CONTRACT_CHANGED, f"The ECB answers HTTP {answer.status}; has its file moved?")
        return classify_plain(answer, moved)

    def parse(self, body: bytes, symbols: Sequence[str], now: datetime) -> BatchResult:
        """The rates of the newest day, and every pair as a listing."""
        days = _read_rates(body)
        if isinstance(days, Failure):
            return BatchResult(provider_failure=days)
        day = max(days)
        rates = days[day]
        return replace(
            batch_of({symbol: _observe(symbol, rates, day, now) for symbol in symbols}),
            listings=tuple(
                Listing(AssetType.CURRENCY, EXCHANGE, BASE + code, f"{BASE}/{code}", code) for code in rates
            ),
        )

    def parse_history(self, body: bytes, symbol: str, now: datetime) -> HistoryResult:  # noqa: ARG002  # as Adapter
        """The rates of one pair by day."""
        return self.parse_all_history(body).pair(symbol)

    def parse_all_history(self, body: bytes, since: date = date.min) -> "PairHistories":
        """The rates of every pair by day, from `since` on."""
        days = _read_rates(body)
        if isinstance(days, Failure):
            return PairHistories({}, days)
        closes: dict[str, list[Close]] = {}
        for day in sorted(day for day in days if day >= since):
            for code, rate in days[day].items():
                if rate:
                    closes.setdefault(code, []).append(Close(day, rate))
        return PairHistories({BASE + code: HistoryResult(tuple(found), code) for code, found in closes.items()})


@dataclass(frozen=True, slots=True)
class PairHistories:
    """The histories of one file by pair, or the failure of all of it."""

    histories: Mapping[str, HistoryResult]
    failure: Failure | None = None

    def pair(self, symbol: str) -> HistoryResult:
        """The history of one pair, or why there is none."""
        if self.failure is not None:
            return HistoryResult(failure=self.failure)
        return self.histories.get(symbol) or HistoryResult(failure=_unknown(symbol))


class EcbProvider(HttpProvider):
    """The ECB as a provider; its history answers for all pairs at once."""

    def __init__(
        self,
        adapter: EcbAdapter,
        clock: Callable[[], float],
        sleep: Callable[[float], None],
        *,
        interval_seconds: float = 1.0,
    ) -> None:
        super().__init__(adapter, clock, sleep, interval_seconds=interval_seconds)
        self._ecb = adapter

    def fetch_all_history(self, since: datetime, now: datetime) -> Mapping[str, HistoryResult]:
        """Daily rates of every pair since then, by symbol (EURINR), from one file; empty when it cannot be had."""
        request = self._ecb.history_request("", since, now)
        if isinstance(request, Failure):
            return {}
        since_on = since.astimezone(_FRANKFURT).date()
        result = self._ask(
            request,
            lambda got: self._ecb.parse_all_history(got.answer.body, since_on),
            lambda read: read.failure,
        )
        return {} if isinstance(result, Failure) else result.histories


def _unknown(symbol: str) -> Failure:
    return Failure(FailureKind.NOT_FOUND, f"{symbol}: the ECB has no such pair.")


def _observe(symbol: str, rates: Mapping[str, Decimal | None], day: date, now: datetime) -> Observation | Failure:
    code = symbol.removeprefix(BASE)
    if not symbol.startswith(BASE) or code not in rates:
        return _unknown(symbol)
    rate = rates[code]
    if rate is None:
        return Failure(FailureKind.NO_DATA, f"{symbol}: the ECB names no rate that is one number.")
    fixed_at = datetime.combine(day, _FIXING, _FRANKFURT).astimezone(UTC)
    is_today = day == now.astimezone(_FRANKFURT).date()
    return Observation(
        symbol=symbol,
        price=rate,
        currency=code,
        # The rates come out a little before or after the hour that they are named for.
        as_of=min(fixed_at, now) if is_today else fixed_at,
        status=PriceStatus.CLOSE,
        source=EcbAdapter.name,
        close_on=day,
    )


def _read_rates(body: bytes) -> Rates | Failure:
    """The rates by day; None for a rate that is no number, or that is told twice and differently."""
    days: dict[date, dict[str, Decimal | None]] = {}
    try:
        root: Element | None = None
        for event, element in iterparse(BytesIO(body), events=("start", "end"), forbid_dtd=True):
            if root is None:
                root = element
                if root.tag != _ROOT:
                    return _changed()
            if event == "end" and element.tag == _CUBE and "time" in element.attrib:
                day = _read_day(element.attrib["time"])
                if day is None or not _add(days.setdefault(day, {}), element):
                    return _changed()
                # Twenty-five years of days would fill the memory.
                element.clear()
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        return _changed()
    if not days:
        return Failure(FailureKind.NO_DATA, "The ECB's file has no rates.")
    return days


def _add(rates: dict[str, Decimal | None], cube: Element) -> bool:
    """Adds the rates of one day; False when a row is not what a row was."""
    for row in cube:
        code, text = row.attrib.get("currency"), row.attrib.get("rate")
        if row.tag != _CUBE or code is None or text is None or not _CODE.fullmatch(code):
            return False
        rate = Decimal(text) if _RATE.fullmatch(text) else None
        rates[code] = rate if rates.get(code, rate) == rate else None
    return True


def _read_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _changed() -> Failure:
    return Failure(FailureKind.CONTRACT_CHANGED, "The ECB's file is not the XML that we know; all is refused.")
