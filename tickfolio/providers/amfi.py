"""AMFI: the net asset value of every Indian mutual fund, one file for all of them, each row with a date of its own.

Source: https://portal.amfiindia.com/spages/NAVAll.txt, published through the evening and the next morning.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from urllib.parse import urljoin

from tickfolio.domain.instruments import AssetType, Instrument
from tickfolio.domain.prices import Observation
from tickfolio.providers.amfi_file import (
    NavFile,
    NavRow,
    is_code,
    is_isin,
    read_day,
    read_nav,
    read_nav_file,
    scheme_name,
)
from tickfolio.providers.batches import batch_of
from tickfolio.providers.classify import classify_plain
from tickfolio.providers.india import day_in_india
from tickfolio.providers.provider import (
    Answer,
    BatchResult,
    Failure,
    FailureKind,
    HistoryResult,
    Listing,
    Request,
)
from tickfolio.providers.told_closes import closes_told_once
from tickfolio.providers.told_nav import CURRENCY, EXCHANGE, observe_nav
from tickfolio.providers.unsearched import Unsearched

DEFAULT_URL = "https://portal.amfiindia.com/spages/NAVAll.txt"
BYTES_MAX = 16_000_000
DEADLINE_SECONDS = 60.0
# Five days are 4.7 MB: more than ten would not pass the cap on the bytes.
HISTORY_DAYS_MAX = 10
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class AmfiAdapter(Unsearched):
    """Builds AMFI's requests and reads its files; pure. A symbol is a scheme code, or an ISIN of the scheme.

    Its listings come with the prices: the file has every scheme.
    """

    name = "amfi"
    label = "AMFI"
    terms: str | None = None
    catalogue: str | None = EXCHANGE

    def __init__(self, url: str = DEFAULT_URL) -> None:
        self._url = url

    def symbol_of(self, instrument: Instrument) -> str | None:
        """The scheme code or ISIN of an instrument of exchange AMFI; None for any other."""
        if instrument.exchange != EXCHANGE:
            return None
        known = (instrument.provider_symbol, instrument.symbol, instrument.isin)
        return next((text for text in known if text and (is_code(text) or is_isin(text))), None)

    def latest_requests(self, symbols: Sequence[str], now: datetime) -> Sequence[Request]:  # noqa: ARG002  # as Adapter
        """One request for all, and only for what has changed since the last answer."""
        return [
            Request(
                self._url,
                tuple(symbols),
                {"Accept": "text/plain"},
                bytes_max=BYTES_MAX,
                deadline_seconds=DEADLINE_SECONDS,
                is_conditional=True,
            )
        ]

    def history_request(self, symbol: str, since: datetime, now: datetime) -> Request | Failure:
        """The report of all schemes over at most ten days: AMFI has none of one scheme."""
        first, last = day_in_india(since), day_in_india(now)
        if last - first > timedelta(days=HISTORY_DAYS_MAX):
            return Failure(FailureKind.NO_DATA, f"AMFI's report is read for at most {HISTORY_DAYS_MAX} days.")
        path = f"/DownloadNAVHistoryReport_Po.aspx?frmdt={_write_day(first)}&todt={_write_day(last)}"
        return Request(urljoin(self._url, path), (symbol,), bytes_max=BYTES_MAX, deadline_seconds=DEADLINE_SECONDS)

    def classify(self, answer: Answer) -> Failure | None:
        """A page for people comes with 200, too, when a file is missing."""
        moved = Failure(FailureKind.CONTRACT_CHANGED, f"AMFI answers HTTP {answer.status}; has its file moved?")
        return classify_plain(answer, moved)

    def parse(self, body: bytes, symbols: Sequence[str], now: datetime) -> BatchResult:
        """The latest values of these schemes, and every scheme of the file as a listing."""
        file = read_nav_file(body)
        if isinstance(file, Failure):
            return BatchResult(provider_failure=file)
        found = _rows_by_symbol(file, symbols)
        return replace(
            batch_of({symbol: _observe(symbol, rows, file, now) for symbol, rows in found.items()}),
            listings=tuple(_listing(row) for row in file.rows),
            names={symbol: scheme_name(rows[0]) for symbol, rows in found.items() if rows},
            rows=len(file.rows),
        )

    def parse_history(self, body: bytes, symbol: str, now: datetime) -> HistoryResult:  # noqa: ARG002  # as Adapter
        """The values of one scheme by day; a day told twice with different values is left out."""
        file = read_nav_file(body)
        if isinstance(file, Failure):
            return HistoryResult(failure=file)
        navs: dict[date, set[Decimal]] = {}
        for row in _rows_by_symbol(file, [symbol])[symbol]:
            day, nav = read_day(row.on), read_nav(row.nav)
            if day is not None and nav is not None and nav > 0:
                navs.setdefault(day, set()).add(nav)
        if not navs:
            return HistoryResult(failure=Failure(FailureKind.NOT_FOUND, f"{symbol}: not in AMFI's report."))
        return HistoryResult(closes_told_once(navs), CURRENCY)


def _rows_by_symbol(file: NavFile, symbols: Sequence[str]) -> dict[str, list[NavRow]]:
    found: dict[str, list[NavRow]] = {symbol: [] for symbol in symbols}
    for row in file.rows:
        for key in {row.code, row.isin, row.isin_reinvestment}:
            if key in found:
                found[key].append(row)
    return found


def _observe(symbol: str, rows: Sequence[NavRow], file: NavFile, now: datetime) -> Observation | Failure:
    """The newest value that the file has of a scheme."""
    if not rows:
        if symbol in file.broken_codes:
            return Failure(FailureKind.NO_DATA, f"{symbol}: its row in AMFI's file is broken.")
        return Failure(FailureKind.NOT_FOUND, f"{symbol}: not in AMFI's file.")
    dated = [(day, row) for row in rows if (day := read_day(row.on)) is not None]
    if not dated:
        return Failure(FailureKind.NO_DATA, f"{symbol}: AMFI's row has no date that is one.")
    # An ISIN can stand on two schemes, of which one has ended: the newer is meant.
    navs: dict[date, set[Decimal | None]] = {}
    for day, row in dated:
        navs.setdefault(day, set()).add(read_nav(row.nav))
    return observe_nav(symbol, navs, AmfiAdapter.name, AmfiAdapter.label, now)


def _listing(row: NavRow) -> Listing:
    isins = row.isins
    return Listing(
        AssetType.MUTUAL_FUND, EXCHANGE, row.code, scheme_name(row), CURRENCY, isins[0] if isins else None, row.code
    )


def _write_day(day: date) -> str:
    """As 05-Sep-2026, in English whatever the server's language."""
    return f"{day.day:02}-{_MONTHS[day.month - 1]}-{day.year}"
