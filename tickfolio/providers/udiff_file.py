"""The end-of-day file that both Indian exchanges publish (UDiFF): read by the names of its columns, or refused.

34 columns, one row for each security that was traded that day; dates are ISO, amounts are rupees.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from io import StringIO
from operator import itemgetter
from typing import NamedTuple

from tickfolio.providers.provider import Failure, FailureKind
from tickfolio.providers.zip_file import MAGIC, unzip_one

# An exchange's file is about 1 MB when it is unpacked.
UNPACKED_BYTES_MAX = 16_000_000
# The columns that we read and what we call them; then those that we know of, and leave.
_COLUMNS: dict[str, str] = {
    "TradDt": "on",
    "Sgmt": "segment",
    "Src": "exchange",
    "FinInstrmId": "code",
    "ISIN": "isin",
    "TckrSymb": "symbol",
    "SctySrs": "series",
    "FinInstrmNm": "name",
    "ClsPric": "close",
    "PrvsClsgPric": "previous_close",
    "TtlTradgVol": "volume",
}
_UNREAD = frozenset({
    "BizDt", "FinInstrmTp", "XpryDt", "FininstrmActlXpryDt", "StrkPric", "OptnTp", "OpnPric", "HghPric", "LwPric",
    "LastPric", "UndrlygPric", "SttlmPric", "OpnIntrst", "ChngInOpnIntrst", "TtlTrfVal", "TtlNbOfTxsExctd", "SsnId",
    "NewBrdLotQty", "Rmks", "Rsvd1", "Rsvd2", "Rsvd3", "Rsvd4",
})  # fmt: skip
_CASH_MARKET = "CM"
_NUMBER = re.compile(r"[0-9]{1,20}(\.[0-9]{0,18})?", re.ASCII)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


class UdiffRow(NamedTuple):
    """One security's day, as text. `code` is the exchange's number of it, which BSE calls the scrip code."""

    on: str
    segment: str
    exchange: str
    code: str
    isin: str
    symbol: str
    series: str
    name: str
    close: str
    previous_close: str
    volume: str


def read_udiff_file(body: bytes, exchange: str) -> Sequence[UdiffRow] | Failure:
    """The rows of an exchange's file, zipped or not; rows with too few or too many fields are left out.

    Refused as a whole: a zip that is not as it should be, a header with a column that we do not know or without one
    that we need, and the file of another exchange or market.
    """
    unpacked = unzip_one(body, UNPACKED_BYTES_MAX) if body.startswith(MAGIC) else body
    if isinstance(unpacked, Failure):
        return unpacked
    # A quote that is never closed would swallow rows: `strict` makes an error of it.
    lines = csv.reader(StringIO(unpacked.decode("utf-8-sig", errors="replace"), newline=""), strict=True)
    try:
        rows = _read(lines)
    except csv.Error:
        return Failure(FailureKind.CONTRACT_CHANGED, f"{exchange}'s file is not the CSV that we know; all is refused.")
    if rows is None:
        return Failure(
            FailureKind.CONTRACT_CHANGED, f"{exchange}'s file has a header that we do not know; all is refused."
        )
    if not rows:
        return Failure(FailureKind.NO_DATA, f"{exchange}'s file has a header, but no rows.")
    if any(row.exchange != exchange or row.segment != _CASH_MARKET for row in rows):
        return Failure(FailureKind.CONTRACT_CHANGED, f"{exchange}'s file is of another market; all is refused.")
    return rows


def read_price(text: str) -> Decimal | None:
    """A price in rupees or a count, exact; None for what is no number, and for zero, which says that there is none."""
    if not _NUMBER.fullmatch(text):
        return None
    return Decimal(text) or None


def read_iso_day(text: str) -> date | None:
    """The day of `2026-11-20`; None when it is none."""
    if not _DATE.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _read(lines: Iterator[list[str]]) -> list[UdiffRow] | None:
    """The rows below the header; None when the header is not one that we know."""
    header = [name.strip() for name in next(lines, [])]
    named = set(header)
    if len(named) != len(header) or not _COLUMNS.keys() <= named or not named <= _COLUMNS.keys() | _UNREAD:
        return None
    places = {_COLUMNS[name]: place for place, name in enumerate(header) if name in _COLUMNS}
    pick = itemgetter(*(places[field] for field in UdiffRow._fields))
    width = len(header)
    return [UdiffRow._make(map(str.strip, pick(fields))) for fields in lines if len(fields) == width]
