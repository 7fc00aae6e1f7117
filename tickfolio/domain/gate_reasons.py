"""What cannot be a price at all, and every reason for which the gate does not take one."""

from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from tickfolio.domain.errors import InvalidInput
from tickfolio.domain.instruments import Instrument
from tickfolio.domain.market_hours import session_day
from tickfolio.domain.money import check_range
from tickfolio.domain.prices import Observation

_FUTURE_MAX = timedelta(minutes=5)


class GateReason(StrEnum):
    """Why a price was not taken; a stable code that is counted, and stored with a held price."""

    NOT_FINITE = "not_finite"
    NOT_POSITIVE = "not_positive"
    OUT_OF_RANGE = "out_of_range"  # more than 18 decimals or 20 digits before the point
    WRONG_CURRENCY = "wrong_currency"
    FROM_FUTURE = "from_future"
    OLDER = "older"
    LESS_PREFERRED = "less_preferred"  # another source, which is asked first, says otherwise of the same instant
    JUMP = "jump"
    UNIT_SUSPICION = "unit_suspicion"  # about a hundred times the last price, or a hundredth of it
    SPLIT_SUSPICION = "split_suspicion"  # about the last price after a split or a merger of shares
    DISMISSED = "dismissed"  # a person has rejected it, and its source says it again
    REOPENED = "reopened"  # a person has rejected it, and another source says it, too


def why_impossible(observation: Observation, instrument: Instrument, now: datetime) -> GateReason | None:
    """Why what a source said cannot be a price of this instrument now; None where it can."""
    if not observation.price.is_finite():
        return GateReason.NOT_FINITE
    if observation.price <= 0:
        return GateReason.NOT_POSITIVE
    if not _is_in_range(observation.price):
        return GateReason.OUT_OF_RANGE
    if observation.currency != instrument.currency:
        return GateReason.WRONG_CURRENCY
    if observation.close_on is not None:
        # A day's price stands at the end of its session, which may be still to come when it is published early.
        ahead = observation.close_on > session_day(instrument.exchange, now)
    else:
        ahead = observation.as_of is not None and observation.as_of > now + _FUTURE_MAX
    return GateReason.FROM_FUTURE if ahead else None


def _is_in_range(price: Decimal) -> bool:
    try:
        check_range(price, "price")
    except InvalidInput:
        return False
    return True


def told_close(observation: Observation) -> Decimal | None:
    """The close before, as the source says it; None for what can be none."""
    told = observation.previous_close
    return told if told is not None and told.is_finite() and told > 0 and _is_in_range(told) else None
