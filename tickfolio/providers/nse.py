"""NSE: the official close of every security of a day, one zipped file after each session.

Source: https://nsearchives.nseindia.com/content/cm/, about 16:40 in India, from 2024-01-01 on; a holiday is a 404.
"""

from collections.abc import Mapping, Sequence

from tickfolio.domain.instruments import AssetType
from tickfolio.providers.current_calendar import CurrentCalendar, shipped_calendar
from tickfolio.providers.udiff import UdiffAdapter

DEFAULT_URL = "https://nsearchives.nseindia.com"
EXCHANGE = "NSE"

# The same security can have rows in several series of one day, with different prices. NSE's own legend of them:
SERIES: Sequence[str] = (
    "EQ",  # shares and exchange-traded funds, the normal market
    "BE",  # the same, trade for trade: no netting within the day
    "BZ",  # trade for trade, of a company that breaks the rules of listing
    "SM",  # shares of small and medium companies
    "ST",  # those, trade for trade
    "SZ",  # those, of a company that breaks the rules of listing
    "RR",  # units of property trusts
    "RT",  # those, trade for trade
    "IV",  # units of infrastructure trusts
    "ID",  # those, trade for trade
    "GB",  # sovereign gold bonds
    "GS",  # government securities
    "SG",  # loans of the states
    "TB",  # treasury bills
)  # then all others: partly paid (E, X), preference shares (P, O), debentures (N, Y, Z, A, B), closed funds (MF)
# Prices that were agreed between two, or of another settlement: a holding is not worth that.
NEVER = frozenset({
    "BL",  # block deals
    "BO",  # buy-backs by the company
    "T0",  # settled on the same day
})  # fmt: skip
LISTED: Mapping[str, AssetType] = {
    **dict.fromkeys(("EQ", "BE", "BZ", "SM", "ST", "SZ", "RR", "RT", "IV", "ID"), AssetType.STOCK),
    "GB": AssetType.BOND,
}


class NseAdapter(UdiffAdapter):
    """Builds NSE's requests and reads its files; pure. A symbol is the exchange's, with the ISIN where it is known."""

    name = "nse"
    label = "NSE end of day"
    terms: str | None = (
        "NSE's terms forbid collecting its data by programs; "
        "switch it on only for your own personal use, and at your own risk."
    )
    catalogue: str | None = EXCHANGE
    exchange = EXCHANGE
    path = "/content/cm/BhavCopy_NSE_CM_0_0_0_%Y%m%d_F_0000.csv.zip"
    series = SERIES
    listed = LISTED
    never = NEVER

    def __init__(self, url: str = DEFAULT_URL, calendar: CurrentCalendar = shipped_calendar) -> None:
        super().__init__(url, calendar)
