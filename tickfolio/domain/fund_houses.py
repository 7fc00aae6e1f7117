"""Fund houses: who manages schemes. A house cannot be held; a scheme of it can."""

import re

# As brokers and registrars shorten it: HDFCMF, ICICIPRUMF, "SBI Mutual Fund". In one word with AMC it is the share of
# the company that manages the funds, as HDFCAMC and UTIAMC on the NSE.
_HOUSE = re.compile(r"([A-Z0-9][A-Z0-9 &._-]{1,40}?)(?:[ _-]?(?:MF|MUTUAL ?FUND)|[ _-]AMC)", re.ASCII)


def house_of(text: str) -> str | None:
    """The name of the house where somebody named a house: `HDFC` for `HDFCMF` or `HDFC Mutual Fund`; else None."""
    found = _HOUSE.fullmatch(" ".join(text.upper().split()))
    return found[1].replace("_", " ").strip() if found else None
