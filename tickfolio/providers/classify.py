"""What every source's answers have in common, before anybody looks at the data."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from tickfolio.providers.provider import Answer, Failure, FailureKind

HTTP_OK = 200
RETRY_AFTER_SECONDS_MAX = 24 * 3600
_HTML = re.compile(rb"\s*(<!doctype\s+html|<html|<head|<body|<script)", re.IGNORECASE)
_RATE_LIMIT_TEXT = re.compile(rb"\s*\"?too many requests", re.IGNORECASE)


def classify_transport(answer: Answer) -> Failure | None:
    """The failure that the status, the headers or the first bytes tell; None when the body has to be read.

    404 and 400 are left to each source, which may say with them that a symbol is unknown.
    """
    status = answer.status
    if status == 429 or _RATE_LIMIT_TEXT.match(answer.body):  # noqa: PLR2004  # the code of "Too Many Requests"
        return Failure(
            FailureKind.RATE_LIMITED, "Too many requests, says the source.", read_retry_after(answer.headers)
        )
    if status in {401, 403}:
        return Failure(FailureKind.AUTH, f"The source refuses us with HTTP {status}.")
    if status >= 500 or status == 408:  # noqa: PLR2004  # server errors and "Request Timeout"
        return Failure(FailureKind.TRANSIENT, f"The source fails with HTTP {status}.", read_retry_after(answer.headers))
    if 300 <= status < 400:  # noqa: PLR2004  # these are the redirects
        return Failure(FailureKind.BLOCKED, f"The source sends us elsewhere with HTTP {status}; we do not follow.")
    if "html" in answer.headers.get("content-type", "").lower() or _HTML.match(answer.body):
        return Failure(FailureKind.BLOCKED, f"A page for people where data was expected (HTTP {status}).")
    return None


def classify_plain(answer: Answer, otherwise: Failure) -> Failure | None:
    """As `classify_transport`; `otherwise` for every further status that is no success."""
    failure = classify_transport(answer)
    return otherwise if failure is None and answer.status != HTTP_OK else failure


def read_retry_after(headers: Mapping[str, str]) -> int | None:
    """Seconds that the source asks us to wait, at most a day; None when it says nothing that can be understood.

    A date is measured against the answer's own `Date`, so that our clock and the source's need not agree.
    """
    text = headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]{1,12}", text, re.ASCII):
        return min(int(text), RETRY_AFTER_SECONDS_MAX)
    until, sent_at = read_http_date(text), read_http_date(headers.get("date", ""))
    if until is None or sent_at is None:
        return None
    return min(max(0, int((until - sent_at).total_seconds())), RETRY_AFTER_SECONDS_MAX)


def read_http_date(text: str) -> datetime | None:
    """The instant that a header names; None where it names none."""
    try:
        instant = parsedate_to_datetime(text)
    except (ValueError, OverflowError, TypeError):
        return None
    return instant if instant.tzinfo is not None else instant.replace(tzinfo=UTC)
