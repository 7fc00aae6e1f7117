"""Minor units of currencies, in which some exchanges quote: mapped to the major unit once, at the edge."""

import re
from decimal import Decimal

from tickfolio.domain.money import EXACT

# Case matters: GBp is pence and GBP is pounds.
MINOR_UNITS: dict[str, tuple[str, Decimal]] = {
    "GBp": ("GBP", Decimal("0.01")),
    "GBX": ("GBP", Decimal("0.01")),
    "ILA": ("ILS", Decimal("0.01")),
    "ZAc": ("ZAR", Decimal("0.01")),
    "KWF": ("KWD", Decimal("0.001")),
}
_CODE = re.compile(r"[A-Z]{3}", re.ASCII)


def major_unit(code: object) -> tuple[str, Decimal] | None:
    """The currency and how much of it one quoted unit is; None when the code is not a currency."""
    if not isinstance(code, str):
        return None
    if code in MINOR_UNITS:
        return MINOR_UNITS[code]
    return (code, Decimal(1)) if _CODE.fullmatch(code) else None


def in_major_unit(quoted: Decimal, unit: Decimal) -> Decimal:
    """The exact amount in the major unit."""
    return quoted if unit == 1 else EXACT.multiply(quoted, unit)
