"""The price gate: whether what a source said becomes the price that we stand behind.

Accepted (it is the price now), Held (suspect: it waits until somebody agrees), Unchanged (older than what we have) or
Rejected (it cannot be). Nothing but a price ever comes out of here: no answer can change a quantity or a cost. Of what
does not jump, the order of the answers does not matter: the newest counts, and of the same instant the source that is
asked first.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal

from tickfolio.domain.gate_reasons import GateReason, told_close, why_impossible
from tickfolio.domain.instruments import AssetType, Instrument
from tickfolio.domain.likeness import LikenessKind, find_likeness, is_third_off
from tickfolio.domain.market_calendar import Calendar
from tickfolio.domain.market_hours import next_session_day, session_day
from tickfolio.domain.money import exact
from tickfolio.domain.prices import HeldPrice, LatestPrice, Observation, PriceStatus
from tickfolio.domain.witnesses import ALONE, Beside, agree, is_near, newest_last, outdoes, to_units_of


@dataclass(frozen=True, slots=True)
class Accepted:
    """The price that counts from now on; a price held before it is settled and goes.

    `time_assumed`: the source named no time, so that `as_of` is when we asked. `still_held` is a suspect price that is
    newer, and goes on waiting.
    """

    price: LatestPrice
    time_assumed: bool = False
    still_held: HeldPrice | None = None


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

_JUMP_UP, _JUMP_DOWN = Decimal("1.4"), Decimal("0.6")
_SPLIT_AT_TIMES = frozenset({AssetType.STOCK, AssetType.ETF, AssetType.MUTUAL_FUND})
_SUSPECTED = {
    LikenessKind.HUNDREDFOLD: GateReason.UNIT_SUSPICION,
    LikenessKind.SPLIT: GateReason.SPLIT_SUSPICION,
    LikenessKind.BONUS: GateReason.SPLIT_SUSPICION,
}


@exact
def judge(
    observation: Observation,
    instrument: Instrument,
    last: LatestPrice | None,
    held: HeldPrice | None,
    now: datetime,
    run_id: str,
    beside: Beside = ALONE,
) -> Verdict:
    """The verdict on one observation, beside the last good price, the held one, and what else is known.

    A jump of more than 40 %, or by the third that three shares for two take off, is held until another source, or the
    same one in another run, says the same within 2 %. A split that is recorded explains it. A price set by hand, and
    the first one after it, may jump.
    """
    impossible = why_impossible(observation, instrument, now)
    if impossible:
        return Rejected(impossible)
    as_of = (observation.as_of or now).astimezone(UTC)
    ignored = None if last is None else _ignored(observation.source, as_of, last, now, beside)
    if ignored:
        return Unchanged(ignored)
    word = _word(observation, instrument, as_of, run_id)
    suspicion = _suspicion(word, last, instrument, beside)
    if not suspicion and held is None:
        return _accept(observation, instrument, last, as_of, now, beside.calendar)
    words = [one for one in beside.with_held(held) if outdoes(one, last, beside.order)]
    agreed: list[HeldPrice] = []
    if suspicion:
        before = [one for one in beside.dismissed if is_near(word, one)]
        if any(one.source == word.source for one in before):
            return Rejected(GateReason.DISMISSED)
        agreed = [] if before else [one for one in words if agree(word, one)]
        if not agreed:
            reason = GateReason.REOPENED if before else suspicion
            return Held(reason, replace(word, reason=reason.value))
    accepted = _accept(observation, instrument, last, as_of, now, beside.calendar)
    newest = newest_last([*agreed, word], beside.order)[-1]
    if newest is not word:  # both say the same, and the other one has it from later
        accepted = Accepted(accept_held(newest, instrument, last, now, beside.calendar))
    return _follow(accepted, words, instrument, now, beside)


@exact
def reconsider(
    held: HeldPrice, instrument: Instrument, last: LatestPrice | None, now: datetime, beside: Beside
) -> Accepted | None:
    """A held price that a corporate action explains by now; None while nothing does."""
    if _suspicion(held, last, instrument, beside):
        return None
    return Accepted(accept_held(held, instrument, last, now, beside.calendar))


def accept_held(
    held: HeldPrice,
    instrument: Instrument,
    last: LatestPrice | None,
    now: datetime,
    calendar: Calendar = ALONE.calendar,
) -> LatestPrice:
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
    return _accept(observation, instrument, last, held.as_of, now, calendar).price


def _ignored(source: str, as_of: datetime, last: LatestPrice, now: datetime, beside: Beside) -> GateReason | None:
    """Why an answer changes nothing: of two of one instant, the source that is asked first counts, or its last word."""
    if as_of != last.as_of:
        return GateReason.OLDER if as_of < last.as_of else None
    if source == last.source:
        return GateReason.OLDER if now < last.last_updated_at else None
    return GateReason.LESS_PREFERRED if beside.place(last.source) < beside.place(source) else None


def _word(observation: Observation, instrument: Instrument, as_of: datetime, run_id: str) -> HeldPrice:
    return HeldPrice(
        instrument.id,
        observation.price,
        observation.currency,
        as_of,
        observation.source,
        "",
        run_id,
        _status(observation),
        told_close(observation),
    )


def _suspicion(word: HeldPrice, last: LatestPrice | None, instrument: Instrument, beside: Beside) -> GateReason | None:
    if last is None or PriceStatus.MANUAL in {word.status, last.status} or last.currency != word.currency:
        return None
    new, old = to_units_of(word, last, instrument.exchange, beside.splits)
    if _JUMP_DOWN * old <= new <= _JUMP_UP * old:
        is_split = instrument.asset_type in _SPLIT_AT_TIMES and is_third_off(new, old)
        return GateReason.SPLIT_SUSPICION if is_split else None
    likeness = find_likeness(new, old)
    return GateReason.JUMP if likeness is None else _SUSPECTED[likeness.kind]


def _follow(
    accepted: Accepted, words: Sequence[HeldPrice], instrument: Instrument, now: datetime, beside: Beside
) -> Accepted:
    """Suspect prices newer than the accepted one are looked at again beside it: it may be what led up to them."""
    price = accepted.price
    while True:
        waiting = newest_last([one for one in words if outdoes(one, price, beside.order)], beside.order)
        good = next((one for one in waiting if not _suspicion(one, price, instrument, beside)), None)
        if good is None:
            return replace(accepted, price=price, still_held=waiting[-1] if waiting else None)
        price = accept_held(good, instrument, price, now, beside.calendar)


def _accept(
    observation: Observation,
    instrument: Instrument,
    last: LatestPrice | None,
    as_of: datetime,
    now: datetime,
    calendar: Calendar,
) -> Accepted:
    price = LatestPrice(
        instrument_id=instrument.id,
        last_price=observation.price,
        previous_close=_previous_close(observation, instrument, last, as_of, calendar),
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
    observation: Observation, instrument: Instrument, last: LatestPrice | None, as_of: datetime, calendar: Calendar
) -> Decimal | None:
    if observation.previous_close is not None:
        return told_close(observation)
    if last is None or last.currency != observation.currency:
        return None
    day = observation.close_on or session_day(instrument.exchange, as_of)
    before = session_day(instrument.exchange, last.as_of)
    if day <= before:
        return last.previous_close
    # After a gap the last price we have is not the last one there was: what the day changed is unknown then.
    return last.last_price if day <= next_session_day(instrument.exchange, before, calendar) else None
