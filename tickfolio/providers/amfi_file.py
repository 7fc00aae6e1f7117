"""AMFI's files of net asset values, read by the names of their columns: their order and number have changed thrice."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple

from tickfolio.providers.provider import Failure, FailureKind

_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1
    )
}
# Column names without spaces, in small letters, and what we call them.
_COLUMNS = {
    "schemecode": "code",
    "schemename": "name",
    "navname": "name",
    "isindivpayout/isingrowth": "isin",
    "isindivreinvestment": "isin_reinvestment",
    "plan": "plan",
    "option": "option",
    "netassetvalue": "nav",
    "date": "on",
    "repurchaseprice": "repurchase_price",
    "saleprice": "sale_price",
}
_REQUIRED = ("code", "name", "isin", "isin_reinvestment", "nav", "on")
_CODE = re.compile(r"[0-9]{1,12}", re.ASCII)
_ISIN = re.compile(r"IN[A-Z0-9]{9}[0-9]", re.ASCII)
_NAV = re.compile(r"-?[0-9]{1,20}(\.[0-9]{0,18})?", re.ASCII)
_DATE = re.compile(r"([0-9]{1,2})-([A-Za-z]{3})-([0-9]{4})", re.ASCII)


class NavRow(NamedTuple):
    """One scheme's value on one day, as text; a tuple, because a file has 14,000 of them."""

    code: str
    isin: str
    isin_reinvestment: str
    name: str
    plan: str
    option: str
    nav: str
    on: str

    @property
    def isins(self) -> tuple[str, ...]:
        """The row's ISINs (payout or growth, and reinvestment); what is junk is left out."""
        return tuple(isin for isin in (self.isin, self.isin_reinvestment) if is_isin(isin))


@dataclass(frozen=True, slots=True)
class NavFile:
    """The rows of a file, and the codes whose row has not as many fields as the header has."""

    rows: Sequence[NavRow]
    broken_codes: frozenset[str]


def read_nav_file(body: bytes) -> NavFile | Failure:
    """The rows of either file, the latest values or the history report.

    Refused as a whole: a header with a column that we do not know or without one that we need.
    """
    # Split at line feeds only: str.splitlines would also split at rarer marks inside a name.
    lines = iter(body.decode("utf-8-sig", errors="replace").split("\n"))
    header = next((line for line in lines if line.strip()), "")
    columns = [_COLUMNS.get("".join(name.split()).lower()) for name in header.split(";")]
    known = {name for name in columns if name is not None}
    if len(known) != len(columns) or not known.issuperset(_REQUIRED):
        return Failure(FailureKind.CONTRACT_CHANGED, "AMFI's file has a header that we do not know; all is refused.")
    rows: list[NavRow] = []
    broken: set[str] = set()
    # A column that the file has not got is read from an empty field behind the others.
    places = [columns.index(name) if name in known else len(columns) for name in NavRow._fields]
    pick = itemgetter(*places)
    for fields in _rows(lines):
        if len(fields) == len(columns):
            fields.append("")
            rows.append(NavRow._make(map(str.strip, pick(fields))))
        else:
            broken.add(fields[0].strip())
    if not rows:
        return Failure(FailureKind.NO_DATA, "AMFI's file has a header, but no rows.")
    return NavFile(rows, frozenset(broken))


def _rows(lines: Iterator[str]) -> Iterator[list[str]]:
    """The fields of each line that begins with a scheme code; sections, fund houses and blanks are passed over."""
    for line in lines:
        code, separator, _ = line.partition(";")
        if separator and _CODE.fullmatch(code.strip()):
            yield line.split(";")


def is_isin(text: str) -> bool:
    """Whether the text has the shape of an Indian ISIN."""
    return _ISIN.fullmatch(text) is not None


def is_code(text: str) -> bool:
    """Whether the text has the shape of a scheme code."""
    return _CODE.fullmatch(text) is not None


def read_nav(text: str) -> Decimal | None:
    """The value per unit in rupees, exact; None for `N.A.` and for zero, which AMFI writes for 'none'."""
    if not _NAV.fullmatch(text):
        return None
    value = Decimal(text)
    return value or None


def read_day(text: str) -> date | None:
    """The day of `21-Aug-2026`; None when it is none."""
    match = _DATE.fullmatch(text)
    month = _MONTHS.get(match[2].lower()) if match else None
    if match is None or month is None:
        return None
    try:
        return date(int(match[3]), month, int(match[1]))
    except ValueError:
        return None


def scheme_name(row: NavRow) -> str:
    """The name a person knows a scheme by: scheme, plan and option, none of them twice."""
    name = " ".join(row.name.split())
    for part in (row.plan, row.option):
        text, folded = _plain(part)
        if text and text != "-" and not _says(name.casefold(), folded):
            name = f"{name} - {text}"
    return name


def _says(name: str, part: str) -> bool:
    return part in name and part in [segment.strip() for segment in name.split(" - ")]


@lru_cache(maxsize=1024)
def _plain(text: str) -> tuple[str, str]:
    """GROWTH as Growth, beside names in ordinary letters; IDCW, which is an abbreviation, as it is.

    With it the text to compare by. A file says the same few plans and options 14,000 times over.
    """
    words = (word.capitalize() if word.isupper() and len(word) > len("IDCW") else word for word in text.split())
    plain = " ".join(words)
    return plain, plain.casefold()
