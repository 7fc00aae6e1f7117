"""The calendar that a source goes by: the one that counts when it is asked, since the administrator may change it."""

from collections.abc import Callable

from tickfolio.domain.market_calendar import Calendar
from tickfolio.domain.market_days import SHIPPED

CurrentCalendar = Callable[[], Calendar]


def shipped_calendar() -> Calendar:
    """The calendar that we ship, where nobody keeps another one."""
    return SHIPPED
