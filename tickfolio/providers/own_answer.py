"""What an address of one's own answered: a price and its day, or precisely why there is none."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_FLOOR, Decimal
from typing import Literal

from tickfolio.domain.prices import Observation, PriceStatus
from tickfolio.providers.classify import classify_transport
from tickfolio.providers.json_text import read_json, read_seconds
from tickfolio.providers.own_paths import (
    NothingThere,
    PathWrong,
    describe,
    find_in_csv,
    find_in_json,
    read_csv_path,
    read_json_path,
)
from tickfolio.providers.provider import Answer, Failure, FailureKind
from tickfolio.providers.told_quote import read_amount, read_day

HTTP_OK = 200
_REDIRECTS = range(300, 400)
_SERVER_ERROR = 500
# Seconds since 1970 have ten digits in our days, milliseconds thirteen.
_MILLISECONDS_FROM = 100_000_000_000
_EPOCH_MIN, _EPOCH_MAX = 100_000_000, 10_000_000_000_000  # from the year 1973 on
_EPOCH = re.compile(r"[0-9]{9,13}(\.[0-9]{1,6})?", re.ASCII)
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?\s?(Z|[+-]\d{2}:?\d{2})", re.ASCII)
# No zone that matters has another day at this hour of UTC: as prices by hand stand.
_NOON = time(12)
_BY_KIND = {
    FailureKind.RATE_LIMITED: "rate_limited",
    FailureKind.AUTH: "refused",
    FailureKind.TRANSIENT: "server_error",
    FailureKind.BLOCKED: "page_for_people",
}
_PLAIN = frozenset({FailureKind.RATE_LIMITED, FailureKind.AUTH})


@dataclass(frozen=True, slots=True)
class OwnFailure:
    """Why there is no price. `code` is stable; `where` is the place in the answer, `found` what stands there instead.

    `status` is the answer's, where it is that which is wrong.
    """

    code: str
    message: str
    where: str | None = None
    found: str | None = None
    status: int | None = None
    kind: FailureKind = FailureKind.NO_DATA


@dataclass(frozen=True, slots=True)
class OwnPrice:
    """A price; `day` when the answer names the day of it, `at` when it names the instant."""

    price: Decimal
    day: date | None = None
    at: datetime | None = None


def explain(got: Answer | Failure) -> Answer | OwnFailure:
    """The answer when there is something to be read in it."""
    if isinstance(got, Failure):
        code = "unreachable" if got.kind is FailureKind.TRANSIENT else "too_large"
        return OwnFailure(code, got.message, kind=got.kind)
    if got.status in _REDIRECTS:
        message = f"It sends us elsewhere with HTTP {got.status}; that is not followed. Give the address it leads to."
        return OwnFailure("redirect", message, status=got.status, kind=FailureKind.BLOCKED)
    failure = classify_transport(got)
    if failure is not None and (got.status == HTTP_OK or got.status >= _SERVER_ERROR or failure.kind in _PLAIN):
        status = None if got.status == HTTP_OK else got.status
        return OwnFailure(_BY_KIND[failure.kind], failure.message, status=status, kind=failure.kind)
    if got.status != HTTP_OK:
        return OwnFailure("not_found", f"It answers HTTP {got.status}.", status=got.status, kind=FailureKind.NOT_FOUND)
    return got


def read_own(
    body: bytes, kind: Literal["json", "csv"], price_path: str, date_path: str | None, now: datetime
) -> OwnPrice | OwnFailure:
    """The price in a body, and its day; never raises, whatever the bytes and the paths."""
    try:
        values = _json(body, price_path, date_path) if kind == "json" else _csv(body, price_path, date_path)
    except PathWrong as error:
        return OwnFailure("path_unreadable", f"The path cannot be read. {error}")
    except NothingThere as error:
        return OwnFailure("path_not_found", f"Nothing at {error.where}: {error.found}.", error.where, error.found)
    except (ValueError, RecursionError):
        message = f"The answer is not {kind.upper()}."
        return OwnFailure(f"not_{kind}", message, kind=FailureKind.CONTRACT_CHANGED)
    return _judge(values[0], values[1], price_path, date_path, now)


def observe_own(symbol: str, told: OwnPrice, currency: str, source: str) -> Observation:
    """The observation of a price: a close when it has a day; otherwise nobody says how old it is."""
    as_of = told.at if told.day is None else datetime.combine(told.day, _NOON, UTC)
    status = PriceStatus.DELAYED if told.day is None else PriceStatus.CLOSE
    return Observation(symbol, told.price, currency, as_of, status, source, close_on=told.day)


def _json(body: bytes, price_path: str, date_path: str | None) -> tuple[object, object]:
    steps = read_json_path(price_path)
    beside = None if date_path is None else read_json_path(date_path)
    document = read_json(body.removeprefix(b"\xef\xbb\xbf"))
    return find_in_json(document, steps), None if beside is None else find_in_json(document, beside)


def _csv(body: bytes, price_path: str, date_path: str | None) -> tuple[object, object]:
    if b"\x00" in body:
        raise ValueError("not text")
    return find_in_csv(body.decode("utf-8-sig", errors="replace"), read_csv_path(price_path), date_path)


def _judge(price: object, when: object, price_path: str, date_path: str | None, now: datetime) -> OwnPrice | OwnFailure:
    amount = read_amount(price)
    if amount is None:
        return _wrong("not_a_number", price_path, price, "is not a number as 1234.50")
    if amount <= 0:
        return _wrong("not_above_zero", price_path, price, "is not above zero")
    if date_path is None:
        return OwnPrice(amount)
    day, at = _read_when(when)
    if day is None and at is None:
        return _wrong("not_a_date", date_path, when, "is not a day as 2026-11-20, nor seconds since 1970")
    is_ahead = at > now + timedelta(minutes=5) if at is not None else day is not None and day > now.date()
    if is_ahead:
        return _wrong("in_the_future", date_path, when, "is in the future")
    return OwnPrice(amount, day, at)


def _read_when(value: object) -> tuple[date | None, datetime | None]:
    """A day, or an instant where the zone is known."""
    if isinstance(value, str):
        value = value.strip()
        if _INSTANT.fullmatch(value):
            return None, _read_instant(value)
        if not _EPOCH.fullmatch(value):
            return read_day(value), None
        value = Decimal(value)
    if not isinstance(value, Decimal) or not value.is_finite() or not _EPOCH_MIN <= value < _EPOCH_MAX:
        return None, None
    # Whole seconds are enough, and a day that is written as 20261120 is no epoch.
    seconds = read_seconds((value / 1000 if value >= _MILLISECONDS_FROM else value).to_integral_value(ROUND_FLOOR))
    return None, None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _read_instant(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text.replace(" ", "T", 1).replace(" ", "")).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _wrong(code: str, where: str, value: object, what: str) -> OwnFailure:
    found = describe(value)
    return OwnFailure(code, f"At {where} stands {found}, which {what}.", where, found)
