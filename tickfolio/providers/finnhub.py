"""Finnhub, by a key of one's own: shares of the United States, one request a symbol; no history on free keys.

Source: https://finnhub.io/docs/api/quote. An unknown symbol is answered with zeros.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

from tickfolio.domain.instruments import Instrument
from tickfolio.domain.market_calendar import Calendar
from tickfolio.domain.prices import Observation
from tickfolio.providers.batches import batch_of, failed_batch
from tickfolio.providers.classify import HTTP_OK, classify_plain, classify_transport, read_retry_after
from tickfolio.providers.json_text import read_body, read_number
from tickfolio.providers.keyed_adapter import KeyedAdapter
from tickfolio.providers.provider import (
    Answer,
    BatchResult,
    Failure,
    FailureKind,
    HistoryResult,
    Quota,
    Request,
)
from tickfolio.providers.told_quote import ToldQuote, observe, read_instant
from tickfolio.providers.venues import UNITED_STATES, plain_symbol

_UNAUTHORIZED, _FORBIDDEN = 401, 403
_US_EXCHANGES = frozenset({"NYSE", "NASDAQ"})
# A point is followed by a class of shares, as BRK.B; other letters there are exchanges elsewhere.
_US_SYMBOL = re.compile(r"[A-Z]{1,6}(\.[A-D])?", re.ASCII)
_UNKNOWN = Failure(FailureKind.NOT_FOUND, "Finnhub knows no such symbol.")
_CHANGED = Failure(FailureKind.CONTRACT_CHANGED, "Finnhub answers in a form that we do not know.")
_FORBIDDEN_PLAN = Failure(FailureKind.FORBIDDEN_PLAN, "Finnhub answers this on a paid plan only.")
_AUTH = Failure(FailureKind.AUTH, "Finnhub does not take our key.")


class FinnhubAdapter(KeyedAdapter):
    """Builds Finnhub's requests and reads its answers; pure. It names no currency: in its symbols, it is the dollar."""

    name = "finnhub"
    default_url = "https://finnhub.io/api/v1"
    label = "Finnhub"
    terms: str | None = "Finnhub's free keys are for personal use, within 60 requests a minute."
    quota = Quota(minute=60)

    def symbol_of(self, instrument: Instrument) -> str | None:
        """The symbol of a share of the United States; None elsewhere, which is on paid plans only."""
        symbol = plain_symbol(instrument) if instrument.exchange in _US_EXCHANGES else None
        return symbol if symbol is not None and _US_SYMBOL.fullmatch(symbol) else None

    def latest_requests(self, symbols: Sequence[str], now: datetime) -> Sequence[Request]:  # noqa: ARG002  # as Adapter
        """One request a symbol: there is no batch."""
        headers = {"X-Finnhub-Token": self._key}
        return [Request(f"{self._url}/quote?symbol={quote(symbol, safe='')}", (symbol,), headers) for symbol in symbols]

    def history_request(self, symbol: str, since: datetime, now: datetime) -> Request | Failure:  # noqa: ARG002  # as Adapter
        """A failure: past prices are on paid plans only."""
        return Failure(FailureKind.NO_DATA, f"{symbol}: Finnhub has past prices on paid plans only.")

    def classify(self, answer: Answer) -> Failure | None:
        """What the answer is; an error has one line of its own, with any status."""
        data = read_body(answer.body)
        return _error(data, answer) if data and "error" in data else classify_plain(answer, _CHANGED)

    def parse(self, body: bytes, symbols: Sequence[str], now: datetime) -> BatchResult:
        """The latest price of the symbol."""
        data = read_body(body)
        failure = _error(data, Answer(HTTP_OK, {}, body)) if data and "error" in data else None
        if failure is not None or data is None or not {"c", "t"} <= data.keys():
            return failed_batch(failure or _CHANGED, symbols)
        calendar = self._calendar()
        return batch_of({symbol: _observe(symbol, data, now, calendar) for symbol in dict.fromkeys(symbols)})

    def parse_history(self, body: bytes, symbol: str, now: datetime) -> HistoryResult:  # noqa: ARG002  # as Adapter
        """Nothing: it is not asked for."""
        return HistoryResult(failure=Failure(FailureKind.NO_DATA, f"{symbol}: Finnhub is not asked for a history."))


def _error(data: Mapping[str, Any], answer: Answer) -> Failure:
    """What an error in Finnhub's own words means for us."""
    words = str(data["error"]).lower()
    if "limit" in words:
        wait = read_retry_after(answer.headers)
        return Failure(FailureKind.RATE_LIMITED, "Finnhub asks us to ask less often.", wait)
    if "access" in words or answer.status == _FORBIDDEN:
        return _FORBIDDEN_PLAN
    if "api key" in words or answer.status == _UNAUTHORIZED:
        return _AUTH
    if "symbol" in words:
        return _UNKNOWN
    return classify_transport(answer) or _CHANGED


def _observe(symbol: str, data: Mapping[str, Any], now: datetime, calendar: Calendar) -> Observation | Failure:
    price, at = read_number(data["c"]), read_instant(data["t"])
    if price == 0 and at is None:
        return _UNKNOWN
    if at is None:
        return Failure(FailureKind.NO_DATA, f"{symbol}: Finnhub names no time.")
    is_known = _US_SYMBOL.fullmatch(symbol) is not None
    quoted = ToldQuote(
        price=price,
        previous_close=read_number(data.get("pc")),
        unit="USD" if is_known else None,
        exchange=UNITED_STATES if is_known else None,
        at=at,
    )
    return observe(symbol, quoted, FinnhubAdapter.name, FinnhubAdapter.label, now, calendar)
