"""mfapi.in: one Indian mutual fund at a time, its latest value or all of its past; a mirror of AMFI by one operator.

Source: https://www.mfapi.in, JSON without a key. It stands still when AMFI changes its file.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from tickfolio.domain.instruments import AssetType, Instrument
from tickfolio.domain.prices import Observation
from tickfolio.providers.amfi_file import is_code, read_nav
from tickfolio.providers.batches import batch_of, failed_batch
from tickfolio.providers.classify import classify_plain
from tickfolio.providers.json_text import read_body, read_json, read_object, read_whole
from tickfolio.providers.provider import (
    Answer,
    BatchResult,
    Failure,
    FailureKind,
    HistoryResult,
    Listing,
    Request,
    SearchResult,
)
from tickfolio.providers.told_closes import closes_told_once
from tickfolio.providers.told_nav import CURRENCY, EXCHANGE, observe_nav

DEFAULT_URL = "https://api.mfapi.in"
# One person runs it: a request every quarter of a second is what they ask for.
INTERVAL_SECONDS = 0.25
QUERY_LENGTH_MAX = 100
SEARCH_COUNT_MAX = 50
HEADERS = {"Accept": "application/json"}
_BAD_REQUEST, _NOT_FOUND = 400, 404
_DATE = re.compile(r"([0-9]{2})-([0-9]{2})-([0-9]{4})", re.ASCII)
_UNKNOWN = Failure(FailureKind.NOT_FOUND, "mfapi.in knows no such scheme.")
_CHANGED = Failure(FailureKind.CONTRACT_CHANGED, "mfapi.in's answer has a shape that we do not know.")


@dataclass(frozen=True, slots=True)
class _Scheme:
    """One scheme as it was told: its code, its name, and the values of each day; several for a day that is told twice.

    None stands for a value that is no number, or zero, which means that there is none.
    """

    code: str
    name: str
    navs: Mapping[date, set[Decimal | None]]


class MfapiAdapter:
    """Builds mfapi.in's requests and reads its answers; pure. A symbol is AMFI's code of a scheme."""

    name = "mfapi"
    label = "mfapi.in"
    terms: str | None = None
    catalogue: str | None = None

    def __init__(self, url: str = DEFAULT_URL) -> None:
        self._url = url.rstrip("/")

    def symbol_of(self, instrument: Instrument) -> str | None:
        """The scheme code of an instrument of exchange AMFI; None for any other, and for one known by ISIN alone."""
        if instrument.exchange != EXCHANGE:
            return None
        known = (instrument.provider_symbol, instrument.symbol)
        return next((text for text in known if text and is_code(text)), None)

    def latest_requests(self, symbols: Sequence[str], now: datetime) -> Sequence[Request]:  # noqa: ARG002  # as Adapter
        """One request for each scheme: there are no batches."""
        return [Request(f"{self._url}/mf/{quote(symbol, safe='')}/latest", (symbol,), HEADERS) for symbol in symbols]

    def history_request(self, symbol: str, since: datetime, now: datetime) -> Request | Failure:  # noqa: ARG002  # as Adapter
        """All of a scheme's past, about 130 kB."""
        return Request(f"{self._url}/mf/{quote(symbol, safe='')}", (symbol,), HEADERS)

    def search_request(self, query: str) -> Request | None:
        """A search by the name of a scheme."""
        text = " ".join(query.split())[:QUERY_LENGTH_MAX].encode(errors="ignore")
        return Request(f"{self._url}/mf/search?q={quote(text, safe='')}", headers=HEADERS) if text else None

    def classify(self, answer: Answer) -> Failure | None:
        """An unknown scheme comes with 200; 400 is a code that can be none."""
        if answer.status in {_BAD_REQUEST, _NOT_FOUND}:
            return classify_plain(answer, _UNKNOWN)
        changed = Failure(FailureKind.CONTRACT_CHANGED, f"mfapi.in answers HTTP {answer.status} to us.")
        return classify_plain(answer, changed)

    def parse(self, body: bytes, symbols: Sequence[str], now: datetime) -> BatchResult:
        """The newest value of the scheme that was asked for."""
        scheme = _read_scheme(body)
        if isinstance(scheme, Failure):
            return failed_batch(scheme, symbols)
        names = {symbol: scheme.name for symbol in symbols if scheme.name and symbol == scheme.code}
        return replace(batch_of({symbol: _observe(symbol, scheme, now) for symbol in symbols}), names=names)

    def parse_history(self, body: bytes, symbol: str, now: datetime) -> HistoryResult:  # noqa: ARG002  # as Adapter
        """The values of a scheme by day; a day that is told twice, and differently, is left out."""
        scheme = _read_scheme(body)
        if isinstance(scheme, Failure):
            return HistoryResult(failure=scheme)
        if scheme.code != symbol:
            return HistoryResult(failure=_other_scheme(symbol))
        told = {day: {nav for nav in navs if nav and nav > 0} for day, navs in scheme.navs.items() if len(navs) == 1}
        return HistoryResult(closes_told_once(told), CURRENCY)

    def parse_search(self, body: bytes) -> SearchResult:
        """The schemes found."""
        try:
            rows = read_json(body)
        except ValueError:
            rows = None
        if not isinstance(rows, list):
            return SearchResult(failure=_CHANGED)
        listings = (_listing(read_object(row)) for row in rows[:SEARCH_COUNT_MAX])
        return SearchResult(tuple(listing for listing in listings if listing is not None))


def _read_scheme(body: bytes) -> _Scheme | Failure:
    """The scheme of an answer; NOT_FOUND for the empty success that stands for a code that is unknown."""
    answer = read_body(body) or {}
    meta, rows = read_object(answer.get("meta")), answer.get("data")
    if answer.get("status") != "SUCCESS" or not isinstance(rows, list):
        return _CHANGED
    if not rows:
        return _UNKNOWN
    code, name = read_whole(meta.get("scheme_code")), meta.get("scheme_name")
    navs = _read_navs(rows)
    if code is None or navs is None:
        return _CHANGED
    return _Scheme(str(code), " ".join(name.split()) if isinstance(name, str) else "", navs)


def _read_navs(rows: Iterable[Any]) -> Mapping[date, set[Decimal | None]] | None:
    """The values by day; None when a row is not what a row was. A day that can be none, and its value, are left out."""
    navs: dict[date, set[Decimal | None]] = {}
    for row in rows:
        on, nav = read_object(row).get("date"), read_object(row).get("nav")
        if not isinstance(on, str) or not isinstance(nav, str):
            return None
        day = _read_day(on)
        if day is not None:
            navs.setdefault(day, set()).add(read_nav(nav))
    return navs


def _observe(symbol: str, scheme: _Scheme, now: datetime) -> Observation | Failure:
    if scheme.code != symbol:
        return _other_scheme(symbol)
    if not scheme.navs:
        return Failure(FailureKind.NO_DATA, f"{symbol}: mfapi.in names no day that is one.")
    return observe_nav(symbol, scheme.navs, MfapiAdapter.name, MfapiAdapter.label, now)


def _other_scheme(symbol: str) -> Failure:
    return Failure(FailureKind.CONTRACT_CHANGED, f"{symbol}: mfapi.in answers with another scheme.")


def _listing(row: Mapping[str, Any]) -> Listing | None:
    code, name = read_whole(row.get("schemeCode")), row.get("schemeName")
    if code is None or code <= 0 or not isinstance(name, str) or not name.strip():
        return None
    text = " ".join(name.split())
    return Listing(AssetType.MUTUAL_FUND, EXCHANGE, str(code), text, CURRENCY, None, str(code))


def _read_day(text: str) -> date | None:
    """The day of `27-08-2026`; None when it is none."""
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    try:
        return date(int(match[3]), int(match[2]), int(match[1]))
    except ValueError:
        return None
