"""Weights as a screen shows them: two decimals each, and together exactly 100.00."""

from collections.abc import Sequence
from decimal import Decimal

from tickfolio.domain.money import ZERO, exact

_HUNDREDTHS = 100_00
_HUNDREDTH = Decimal("0.01")


@exact
def round_weights(parts: Sequence[Decimal | None]) -> list[Decimal | None]:
    """Each part's percentage of their sum, to 2 decimals, by the largest remainder; they add up to exactly 100.00.

    `parts` are values or weights, none below zero. An unknown part stays None; all are None when the sum is 0.
    Between equal remainders the earlier part gets the hundredth.
    """
    total = sum((part for part in parts if part is not None), ZERO)
    if not total:
        return [None for _ in parts]
    shares = {index: divmod(part * _HUNDREDTHS, total) for index, part in enumerate(parts) if part is not None}
    left = _HUNDREDTHS - int(sum(whole for whole, _ in shares.values()))
    raised = set(sorted(shares, key=lambda index: (-shares[index][1], index))[:left])
    return [
        None if index not in shares else (shares[index][0] + (index in raised)) * _HUNDREDTH
        for index in range(len(parts))
    ]
