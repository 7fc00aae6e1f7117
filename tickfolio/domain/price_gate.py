"""The price gate: whether what a source said becomes the price that we stand behind.

Accepted (it is the price now), Held (suspect: it waits until somebody agrees), Unchanged (older than what we have) or
Rejected (it cannot be). Nothing but a price ever comes out of here: no answer can change a quantity or a cost.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from tickfolio.domain.errors import InvalidInput
from tickfolio.domain.instruments import Instrument
from tickfolio.domain.market_hours import next_weekday, session_day
from tickfolio.domain.money import check_range, exact
from tickfolio.domain.prices import HeldPrice, LatestPrice, Observation, PriceStatus


class GateReason(StrEnum):
    """Why a price was not taken; a stable code that is counted, and stored with a held price."""

    NOT_FINITE = "not_finite"
    NOT_POSITIVE = "not_positive"
    OUT_OF_RANGE = "out_of_range"  # more than 18 decimals or 20 digits before the point
    WRONG_CURRENCY = "wrong_currency"
    FROM_FUTURE = "from_future"
    OLDER = "older"
    JUMP = "jump"
    UNIT_SUSPICION = "unit_suspicion"  # about a hundred times the last price, or a hundredth of it
    SPLIT_SUSPICION = "split_suspicion"  # about the last price after a split or a merger of shares


@dataclass(frozen=True, slots=True)
class Accepted:
    """The price that counts from now on; a price held before it is settled and goes.

    `time_assumed`: the source named no time, so that `as_of` is when we asked.
    """

    price: LatestPrice
    time_assumed: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """A suspect price, to be kept beside the last good one in place of any held before."""

    reason: GateReason
    price: HeldPrice


@dataclass(frozen=True, slots=True)
class Unchanged:
    """A price older than the one we have: ignored and counted."""

    reason: GateReason = GateReason.OLDER


@dataclass(frozen=True, slots=True)
class Rejected:
    """A price that cannot be right; the last good one stays."""

    reason: GateReason


Verdict = Accepted | Held | Unchanged | Rejected

_FUTURE_MAX = timedelta(minutes=5)
_JUMP_UP, _JUMP_DOWN = Decimal("1.4"), Decimal("0.6")
_AGREEMENT = Decimal("0.02")
_UNIT, _UNIT_TOLERANCE = (Decimal(100), Decimal(1)), Decimal("0.05")
_SPLIT_TOLERANCE = Decimal("0.02")
# New shares for old ones, as companies do it; a price moves by the inverse, after a merger of shares by the ratio.
_SPLITS = tuple(
    (Decimal(new), Decimal(old))
    for new, old in (
        (2, 1), (3, 1), (4, 1), (5, 1), (6, 1), (8, 1), (10, 1), (15, 1), (20, 1), (25, 1), (50, 1), (3, 2), (5, 2),
    )
)  # fmt: skip


@exact
def judge(
    observation: Observation,
    instrument: Instrument,
    last: LatestPrice | None,
    held: HeldPrice | None,
    now: datetime,
    run_id: str,
) -> Verdict:
    """The verdict on one observation, beside the last good price and the held one, if any.

    A jump of more than 40 % is held until another source, or the same one in another run, says the same within 2 %.
    A price set by hand, and the first one after it, may jump.
    """
    impossible = _impossible(observation, instrument, now)
    if impossible:
        return Rejected(impossible)
    as_of = (observation.as_of or now).astimezone(UTC)
    if last is not None and last.as_of > as_of:
        return Unchanged()
    suspicion = _suspicion(observation, last)
    if suspicion and not _agrees(observation, held, run_id):
        return Held(
            suspicion,
            HeldPrice(
                instrument.id,
                observation.price,
                observation.currency,
                as_of,
                observation.source,
                suspicion.value,
                run_id,
            ),
        )
    return _accept(observation, instrument, last, as_of, now)


def _impossible(observation: Observation, instrument: Instrument, now: datetime) -> GateReason | None:
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


def _suspicion(observation: Observation, last: LatestPrice | None) -> GateReason | None:
    if last is None or PriceStatus.MANUAL in {observation.status, last.status} or last.currency != observation.currency:
        return None
    new, old = observation.price, last.last_price
    if _JUMP_DOWN * old <= new <= _JUMP_UP * old:
        return None
    if _is_ratio(new, old, _UNIT, _UNIT_TOLERANCE):
        return GateReason.UNIT_SUSPICION
    if any(_is_ratio(new, old, split, _SPLIT_TOLERANCE) for split in _SPLITS):
        return GateReason.SPLIT_SUSPICION
    return GateReason.JUMP


def _is_ratio(new: Decimal, old: Decimal, ratio: tuple[Decimal, Decimal], tolerance: Decimal) -> bool:
    """Whether new ÷ old is about the ratio or its inverse; by products, which are exact."""
    many, few = ratio
    return _is_near(new * few, old * many, tolerance) or _is_near(new * many, old * few, tolerance)


def _is_near(value: Decimal, target: Decimal, tolerance: Decimal) -> bool:
    return abs(value - target) <= tolerance * target


def _agrees(observation: Observation, held: HeldPrice | None, run_id: str) -> bool:
    return (
        held is not None
        and (observation.source != held.source or run_id != held.run_id)
        and observation.currency == held.currency
        and _is_near(observation.price, held.price, _AGREEMENT)
    )


def _accept(
    observation: Observation, instrument: Instrument, last: LatestPrice | None, as_of: datetime, now: datetime
) -> Accepted:
    price = LatestPrice(
        instrument_id=instrument.id,
        last_price=observation.price,
        previous_close=_previous_close(observation, instrument, last, as_of),
        currency=observation.currency,
        as_of=as_of,
        source=observation.source,
        status=observation.status,
        last_updated_at=now,
    )
    if observation.as_of is not None:
        return Accepted(price)
    # Nobody says that it is of this moment, so that it must not look as if it were.
    status = PriceStatus.DELAYED if observation.status is PriceStatus.LIVE else observation.status
    return Accepted(replace(price, status=status), time_assumed=True)


def _previous_close(
    observation: Observation, instrument: Instrument, last: LatestPrice | None, as_of: datetime
) -> Decimal | None:
    own = observation.previous_close
    if own is not None:
        return own if own.is_finite() and own > 0 and _is_in_range(own) else None
    if last is None or last.currency != observation.currency:
        return None
    day = observation.close_on or session_day(instrument.exchange, as_of)
    before = session_day(instrument.exchange, last.as_of)
    if day <= before:
        return last.previous_close
    # After a gap the last price we have is not the last one there was: what the day changed is unknown then.
    return last.last_price if day <= next_weekday(before) else None
