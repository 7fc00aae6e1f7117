"""What a price beside the last good one looks like: a guess at what happened, never a fact."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from tickfolio.domain.money import exact
from tickfolio.domain.splits import Ratio


class LikenessKind(StrEnum):
    """What would explain a suspect price."""

    SPLIT = "split"
    BONUS = "bonus"
    HUNDREDFOLD = "hundredfold"  # the unit is in doubt: paise for rupees, or the other way round


@dataclass(frozen=True, slots=True)
class Likeness:
    """A guess, never a fact. `ratio` is of the split or bonus that would explain it."""

    kind: LikenessKind
    ratio: Ratio | None = None


_HUNDRED, _UNIT_TOLERANCE = Decimal(100), Decimal("0.05")
# The market moves on the day of a split, too; beside a ratio of small parts many a move is its own.
_SPLIT_TOLERANCE, _PARTS_TOLERANCE = Decimal("0.05"), Decimal("0.02")
# It takes a third off, which is no jump by itself; so near to it a price is looked at all the same.
_THREE_FOR_TWO = (Decimal(3), Decimal(2))
# New shares for old ones, as companies do it; a price moves by the inverse, after a merger of shares by the ratio.
_SPLITS = tuple(
    (Decimal(new), Decimal(old))
    for new, old in (
        (2, 1), (3, 1), (4, 1), (5, 1), (6, 1), (7, 1), (8, 1), (10, 1), (15, 1), (20, 1), (25, 1), (50, 1),
        (3, 2), (5, 2),
    )
)  # fmt: skip


@exact
def find_likeness(new: Decimal, old: Decimal) -> Likeness | None:
    """What a suspect price beside the last good one looks like; None where it is like nothing that we know of."""
    if _is_hundredfold(new, old):
        return Likeness(LikenessKind.HUNDREDFOLD)
    for many, few in _SPLITS:
        if _is_split(new, old, many, few):
            # Shares are split into whole ones; so many for two come of a bonus issue.
            return Likeness(LikenessKind.SPLIT if few == 1 else LikenessKind.BONUS, Ratio(many, few))
        if _is_split(new, old, few, many):
            return Likeness(LikenessKind.SPLIT, Ratio(few, many))
    return None


@exact
def is_third_off(new: Decimal, old: Decimal) -> bool:
    """Whether a price fell as after three shares for two: by a third, which is no jump by itself."""
    return _is_split(new, old, *_THREE_FOR_TWO)


def _is_hundredfold(new: Decimal, old: Decimal) -> bool:
    """Whether the new price is about a hundred times the old one, or a hundredth of it."""
    return _is_near(new, old * _HUNDRED, _UNIT_TOLERANCE) or _is_near(new * _HUNDRED, old, _UNIT_TOLERANCE)


def _is_split(new: Decimal, old: Decimal, many: Decimal, few: Decimal) -> bool:
    """Whether the new price is about that of many shares in place of few; by products, which are exact."""
    return _is_near(new * many, old * few, _PARTS_TOLERANCE if min(many, few) > 1 else _SPLIT_TOLERANCE)


def _is_near(value: Decimal, target: Decimal, tolerance: Decimal) -> bool:
    return abs(value - target) <= tolerance * target
