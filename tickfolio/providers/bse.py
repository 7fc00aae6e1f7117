"""BSE: the official close of every security of a day, one file after each session.

Source: https://www.bseindia.com/download/BhavCopy/Equity/, about 16:30 in India, from 2024-01-01 on. A holiday is a
page for people, with 200.
"""

import re
from collections.abc import Mapping, Sequence

from tickfolio.domain.instruments import AssetType
from tickfolio.providers.classify import HTTP_OK
from tickfolio.providers.current_calendar import CurrentCalendar, shipped_calendar
from tickfolio.providers.provider import Answer, Failure, FailureKind
from tickfolio.providers.udiff import UdiffAdapter

DEFAULT_URL = "https://www.bseindia.com"
EXCHANGE = "BSE"

# BSE's groups; a scrip is in one of them at a time, so that the order matters for an ISIN with two scrips only.
GROUPS: Sequence[str] = (
    "A",  # the best known shares
    "B",  # those that are in no other group
    "E",  # exchange-traded funds
    "X",  # shares that are listed here alone
    "T",  # trade for trade: no netting within the day
    "XT",  # listed here alone, trade for trade
    "M",  # shares of small and medium companies
    "MT",  # those, trade for trade
    "Z",  # companies that break the rules of listing
    "ZP",  # those, trade for trade
    "P",  # on paper
    "G",  # government securities and gold bonds
    "F",  # debentures
)
LISTED: Mapping[str, AssetType] = dict.fromkeys(
    ("A", "B", "E", "X", "T", "XT", "M", "MT", "Z", "ZP", "P"), AssetType.STOCK
)
# The page that BSE sends in place of a file that it has not got has BSE's own title.
_OWN_PAGE = re.compile(rb"<title>\s*BSE\b", re.IGNORECASE)


class BseAdapter(UdiffAdapter):
    """Builds BSE's requests and reads its files; pure. A symbol is a scrip code or a ticker, with an ISIN if known."""

    name = "bse"
    label = "BSE end of day"
    terms: str | None = (
        "BSE's terms forbid collecting its data by programs; "
        "switch it on only for your own personal use, and at your own risk."
    )
    catalogue: str | None = EXCHANGE
    exchange = EXCHANGE
    path = "/download/BhavCopy/Equity/BhavCopy_BSE_CM_0_0_0_%Y%m%d_F_0000.CSV"
    series = GROUPS
    listed = LISTED
    has_codes = True

    def __init__(self, url: str = DEFAULT_URL, calendar: CurrentCalendar = shipped_calendar) -> None:
        super().__init__(url, calendar)

    def classify(self, answer: Answer) -> Failure | None:
        """BSE's own page with 200 is a day without a file; any other page for people is a wall."""
        failure = super().classify(answer)
        is_own_page = answer.status == HTTP_OK and _OWN_PAGE.search(answer.body)
        if failure is not None and failure.kind is FailureKind.BLOCKED and is_own_page:
            return Failure(FailureKind.NO_DATA, f"{self.exchange} has no file of that day.")
        return failure
