"""What was made over some days: the value at the end, less that before and less what was put in, and that exactly.

The values are those that are shown, so that anybody can subtract them again and comes to the same.
"""

from decimal import Decimal

from tickfolio.domain.money import exact


def shown(value: float | None) -> Decimal | None:
    """The shortest decimal that is this float; None for what is unknown."""
    if value is None or value != value:  # noqa: PLR0124  # what is not a number is not itself
        return None
    return Decimal(repr(float(value)))


@exact
def net_of(money_in: Decimal | None, money_out: Decimal | None) -> Decimal | None:
    """What was put in less what was taken out; None when either is unknown."""
    return None if money_in is None or money_out is None else money_in - money_out


@exact
def made_of(start: Decimal | None, end: Decimal | None, net: Decimal | None) -> Decimal | None:
    """The value at the end less that before and less what was put in; None when one of them is unknown."""
    return None if start is None or end is None or net is None else end - start - net
