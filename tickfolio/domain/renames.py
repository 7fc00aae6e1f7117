"""What companies were called before: symbols that exchanges changed, each with the day of the change."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Rename:
    """From `on`, the shares that traded as `old` on these exchanges trade as `new`. Announced by the exchange."""

    exchanges: tuple[str, ...]
    old: str
    new: str
    on: date


# Only what many people still have in their files under the old name; what else changes is written down as an alias.
RENAMES = (
    Rename(("NSE", "BSE"), "ZOMATO", "ETERNAL", date(2025, 4, 9)),
    Rename(("NASDAQ",), "FB", "META", date(2022, 6, 9)),
    Rename(("NYSE",), "SQ", "XYZ", date(2025, 1, 21)),
)
_BY_OLD = {(exchange, one.old): one for one in RENAMES for exchange in one.exchanges}


def rename_of(exchange: str, symbol: str) -> Rename | None:
    """The change that made this the old symbol of a share on this exchange."""
    return _BY_OLD.get((exchange, symbol))


def renames_from(symbol: str) -> tuple[Rename, ...]:
    """The changes that made this an old symbol, wherever."""
    return tuple(one for one in RENAMES if one.old == symbol)
