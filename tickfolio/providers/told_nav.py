"""The value of an Indian fund on its way to an observation: AMFI publishes it, and others mirror it."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import date, datetime
from decimal import Decimal

from tickfolio.domain.prices import Observation, PriceStatus
from tickfolio.providers.india import end_of_day
from tickfolio.providers.provider import Failure, FailureKind

EXCHANGE, CURRENCY = "AMFI", "INR"


def observe_nav(
    symbol: str, navs: Mapping[date, AbstractSet[Decimal | None]], source: str, label: str, now: datetime
) -> Observation | Failure:
    """The newest day's value in rupees per unit. There is at least one day; several values of it are none.

    None among the values stands for one that is no number, or zero, which funds write for 'none'.
    """
    day = max(navs)
    if len(navs[day]) > 1:
        return Failure(FailureKind.CONTRACT_CHANGED, f"{symbol}: {label} names two different values for {day}.")
    [nav] = navs[day]
    if nav is None:
        return Failure(FailureKind.NO_DATA, f"{symbol}: {label} has no value for {day}.")
    return Observation(
        symbol=symbol,
        price=nav,
        currency=CURRENCY,
        as_of=end_of_day(day, now),
        status=PriceStatus.NAV,
        source=source,
        close_on=day,
    )
