"""The price gate: whether what a source said becomes the price that we stand behind.

Accepted (it is the price now), Held (suspect: it waits until somebody agrees), Unchanged (older than what we have) or
Rejected (it cannot be). Nothing but a price ever comes out of here: no answer can change a quantity or a cost.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from tickfolio.domain.errors import InvalidInput
from tickfolio.domain.instruments import Instrument
from tickfolio.domain.market_hours import next_weekday, session_day
from tickfolio.domain.money import check_range, exact
from tickfolio.domain.prices import HeldPrice, LatestPrice, Observation, PriceStatus
from tickfolio.domain.splits import Ratio


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
                _status(observation),
                _told_close(observation),
            ),
        )
    return _accept(observation, instrument, last, as_of, now)


def accept_held(held: HeldPrice, instrument: Instrument, last: LatestPrice | None, now: datetime) -> LatestPrice:
    """The price that a held one becomes when a person says that it is right, as if the gate had let it through.

    Where nobody wrote down what kind of price it is, it is of the kind of the last good one.
    """
    usual = PriceStatus.DELAYED if last is None or last.status is PriceStatus.MANUAL else last.status
    observation = Observation(
        instrument.symbol,
        held.price,
        held.currency,
        held.as_of,
        held.status or usual,
        held.source,
        held.previous_close,
    )
    return _accept(observation, instrument, last, held.as_of, now).price


@exact
def find_likeness(new: Decimal, old: Decimal) -> Likeness | None:
    """What a suspect price beside the last good one looks like; None where it is like nothing that we know of."""
    if _is_ratio(new, old, _UNIT, _UNIT_TOLERANCE):
        return Likeness(LikenessKind.HUNDREDFOLD)
    for many, few in _SPLITS:
        if _is_near(new * many, old * few, _SPLIT_TOLERANCE):
            # Shares are split into whole ones; so many for two come of a bonus issue.
            return Likeness(LikenessKind.SPLIT if few == 1 else LikenessKind.BONUS, Ratio(many, few))
        if _is_near(new * few, old * many, _SPLIT_TOLERANCE):
            return Likeness(LikenessKind.SPLIT, Ratio(few, many))
    return None


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
        status=_status(observation),
        last_updated_at=now,
    )
    return Accepted(price, time_assumed=observation.as_of is None)


def _status(observation: Observation) -> PriceStatus:
    """Where nobody says that it is of this moment, it must not look as if it were."""
    assumed_live = observation.as_of is None and observation.status is PriceStatus.LIVE
    return PriceStatus.DELAYED if assumed_live else observation.status


def _previous_close(
    observation: Observation, instrument: Instrument, last: LatestPrice | None, as_of: datetime
) -> Decimal | None:
    if observation.previous_close is not None:
        return _told_close(observation)
    if last is None or last.currency != observation.currency:
        return None
    day = observation.close_on or session_day(instrument.exchange, as_of)
    before = session_day(instrument.exchange, last.as_of)
    if day <= before:
        return last.previous_close
    # After a gap the last price we have is not the last one there was: what the day changed is unknown then.
    return last.last_price if day <= next_weekday(before) else None


def _told_close(observation: Observation) -> Decimal | None:
    """The close before, as the source says it; None for what can be none."""
    told = observation.previous_close
    return told if told is not None and told.is_finite() and told > 0 and _is_in_range(told) else None
