"""Proposals: what seems to have happened to an instrument, until the administrator says so or not."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from tickfolio.domain.instruments import AssetType
from tickfolio.domain.lots import Change
from tickfolio.domain.money import ZERO, exact, whole_units
from tickfolio.domain.splits import Ratio

# A price shows a split on the first day that it is asked for, which may be some days after the one that a source names.
NEAR = timedelta(days=7)
# Of these a company gives no fractions to who holds whole ones.
_WHOLE = frozenset({AssetType.STOCK, AssetType.ETF, AssetType.BOND})


class ProposalKind(StrEnum):
    """What seems to have happened."""

    SPLIT = "SPLIT"
    BONUS = "BONUS"
    DEMERGER = "DEMERGER"
    SYMBOL = "SYMBOL"


class ProposalState(StrEnum):
    """How it stands. A lapsed one was a price's alone, and the price came back."""

    OPEN = "open"
    APPLIED = "applied"
    DISMISSED = "dismissed"
    LAPSED = "lapsed"


BY_RATIO = frozenset({ProposalKind.SPLIT, ProposalKind.BONUS})
# Until one of these is settled, cost and units do not belong together.
MOVING_UNITS = BY_RATIO | {ProposalKind.DEMERGER}


def name_event(kind: ProposalKind, ex_on: date, ratio: Ratio | None, other: str | None) -> str:
    """One line that names an event of an instrument; a split and a bonus of one ratio are one, and 2:1 is 4:2.

    `other` is the instrument that a demerger gives, or the new symbol.
    """
    if kind in BY_RATIO and ratio is not None:
        value = ratio.value
        return f"units {value.numerator}:{value.denominator} {ex_on.isoformat()}"
    return f"{kind.lower()} {other} {ex_on.isoformat()}"


def is_same_split(on: date, ratio: Ratio, other_on: date, other: Ratio) -> bool:
    """Whether two who tell of a split mean the same one: of one ratio, and within a week."""
    return ratio.value == other.value and abs(on - other_on) <= NEAR


@exact
def held_before(changes: Iterable[Change], day: date) -> dict[str | None, Decimal]:
    """The units of each account at the close before a day, where there are any."""
    held: dict[str | None, Decimal] = {}
    for change in changes:
        if change.on < day:
            held[change.account] = held.get(change.account, ZERO) + change.quantity
    return {account: units for account, units in held.items() if units > 0}


@exact
def demerged_units(held: Decimal, ratio: Ratio, asset_type: AssetType) -> tuple[Decimal, Decimal]:
    """The units that a demerger gives for what is held, and the fraction of one that it does not.

    Who holds whole shares gets whole shares: the company sells the fractions and pays cash for them, which nobody can
    guess and nothing books. Who holds a fraction has a broker who keeps fractions, and gets them, as funds do.
    """
    units = whole_units(held, ratio.new, ratio.old)
    if asset_type not in _WHOLE or held % 1:
        return units, ZERO
    whole = Decimal(held * ratio.new // ratio.old)
    return whole, units - whole
