"""Splits and bonus issues: dated facts about an instrument, applied when a ledger is read."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from tickfolio.domain.errors import InvalidInput
from tickfolio.domain.money import ZERO, read_decimal, write_decimal

_RATIO = re.compile(r"([0-9.]{1,20}):([0-9.]{1,20})", re.ASCII)
RATIO_MAX = 1_000_000


@dataclass(frozen=True, slots=True)
class Ratio:
    """`new` units in place of `old`: 10:1 makes 1 into 10, and 1:10 ten into 1. A 1:1 bonus is 2:1."""

    new: Decimal
    old: Decimal

    @property
    def value(self) -> Fraction:
        """The ratio as one number, by which 2:1 and 4:2 are the same."""
        return Fraction(self.new) / Fraction(self.old)


@dataclass(frozen=True, slots=True)
class Split:
    """A split, or a bonus issue, of an instrument: from the start of its day there are `ratio` as many units."""

    instrument_id: str
    on: date
    ratio: Ratio
    is_bonus: bool = False


def read_ratio(text: str, field: str = "ratio") -> Ratio:
    """A ratio as people write it: `10:1`. Raises: InvalidInput."""
    found = _RATIO.fullmatch(text.strip())
    if found is None:
        raise InvalidInput(field, f"{field} must be two numbers as 10:1.", code="not_a_ratio")
    ratio = Ratio(read_decimal(found[1], field, above=ZERO), read_decimal(found[2], field, above=ZERO))
    if not Fraction(1, RATIO_MAX) <= ratio.value <= RATIO_MAX:
        raise InvalidInput(field, f"{field} must be between 1:{RATIO_MAX} and {RATIO_MAX}:1.", code="too_large")
    return ratio


def write_ratio(ratio: Ratio) -> str:
    """The ratio as the API writes it."""
    return f"{write_decimal(ratio.new)}:{write_decimal(ratio.old)}"


def count_once(splits: Iterable[Split]) -> Sequence[Split]:
    """The splits by day, each day and ratio of an instrument once, whoever said it; the first to say it counts."""
    seen: dict[tuple[str, date, Fraction], Split] = {}
    for split in splits:
        seen.setdefault((split.instrument_id, split.on, split.ratio.value), split)
    return sorted(seen.values(), key=lambda split: split.on)


def units_after(splits: Iterable[Split], day: date, until: date) -> Fraction:
    """By how many one unit of the end of `day` has become by the start of `until`; 1 without a split between."""
    factor = Fraction(1)
    for split in splits:
        if day < split.on <= until:
            factor *= split.ratio.value
    return factor
