"""What the gate has said of a source's prices: written down with every answer, and read for who looks after them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import assert_never

from tickfolio.domain.errors import AdministratorOnly
from tickfolio.domain.gate_reasons import GateReason
from tickfolio.domain.instruments import Instrument
from tickfolio.domain.price_gate import Accepted, Held, Rejected, Unchanged, Verdict
from tickfolio.domain.prices import HeldPrice, Observation
from tickfolio.storage.database import Tx
from tickfolio.storage.people import User
from tickfolio.storage.verdicts import ACCEPTED, DISMISSED, HELD, REJECTED, UNCHANGED, VerdictRow

_PRICE_SIZE_MAX, _CURRENCY_SIZE_MAX = 60, 3
_NAMES: Mapping[type[Verdict], str] = {Accepted: ACCEPTED, Held: HELD, Unchanged: UNCHANGED, Rejected: REJECTED}


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict, and what of which instrument it is on."""

    instrument_id: str
    observation: Observation
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Words:
    """The suspect prices that sources told of an instrument, and those of them that a person has rejected."""

    held: Sequence[HeldPrice] = ()
    dismissed: Sequence[HeldPrice] = ()


NO_WORDS = Words()


def load_words(tx: Tx, instrument_ids: Iterable[str]) -> Mapping[str, Words]:
    """By instrument, for those of which a price was ever suspect."""
    found: dict[str, tuple[list[HeldPrice], list[HeldPrice]]] = {}
    for row in tx.verdicts.of_kinds(instrument_ids, (HELD, DISMISSED)):
        held, dismissed = found.setdefault(row.instrument_id, ([], []))
        (held if row.verdict == HELD else dismissed).append(_word(row))
    return {key: Words(*words) for key, words in found.items()}


def write_down(tx: Tx, judged: Iterable[Judged], words: Mapping[str, Words], now: datetime, run_id: str) -> None:
    """Stores every verdict; a price that a person rejected is forgotten once its source says something else."""
    rows: list[VerdictRow] = []
    for one in judged:
        row = _row(one, now, run_id)
        rows.append(row)
        if _is_dismissed(one.verdict):  # what it says now is what is rejected
            rows.append(_as_dismissed(row))
        elif row.verdict in {ACCEPTED, HELD} and one.instrument_id in words:
            dismissed = words[one.instrument_id].dismissed
            if any(word.source == row.source for word in dismissed):
                tx.verdicts.forget(one.instrument_id, DISMISSED, [row.source])
    # Everybody takes the rows in one order, so that two runs at once never wait for each other in a circle.
    rows.sort(key=lambda row: (row.instrument_id, row.source, row.verdict))
    tx.verdicts.record(rows)


def dismiss(tx: Tx, held: HeldPrice, now: datetime) -> None:
    """Remembers that a person has rejected what a source says."""
    tx.verdicts.record(
        [
            VerdictRow(
                held.instrument_id,
                held.source,
                DISMISSED,
                held.reason,
                f"{held.price:f}",
                held.currency,
                held.as_of,
                held.run_id,
                now,
                now,
            )
        ]
    )


def take_back(tx: Tx, instrument_id: str) -> None:
    """What a person has rejected of an instrument is rejected no more."""
    dismissed = tx.verdicts.of_kinds([instrument_id], (DISMISSED,))
    tx.verdicts.forget(instrument_id, DISMISSED, [row.source for row in dismissed])


def load_verdicts(tx: Tx, user: User, instrument_id: str) -> tuple[Instrument, Sequence[VerdictRow]]:
    """All that is kept of an instrument, the newest first: the administrator's alone, but for one's own instrument.

    Raises: NotFound, AdministratorOnly.
    """
    instrument = tx.instruments.load(user.id, instrument_id)
    if not user.administrator and instrument.owner_id != user.id:
        raise AdministratorOnly(f"{instrument.symbol} is everybody's: only the administrator sees what sources say.")
    return instrument, tx.verdicts.of(instrument.id)


def load_refusals(tx: Tx, instrument_ids: Iterable[str]) -> Mapping[str, Sequence[VerdictRow]]:
    """By instrument, what its sources say now and the gate rejects: of each source, if that is the last it said."""
    newest: dict[tuple[str, str], VerdictRow] = {}
    for row in tx.verdicts.of_kinds(instrument_ids, (ACCEPTED, HELD, REJECTED, UNCHANGED)):
        key = (row.instrument_id, row.source)
        if key not in newest or newest[key].judged_at < row.judged_at:
            newest[key] = row
    found: dict[str, list[VerdictRow]] = {}
    for row in newest.values():
        if row.verdict == REJECTED:
            found.setdefault(row.instrument_id, []).append(row)
    return found


def _row(one: Judged, now: datetime, run_id: str) -> VerdictRow:
    told, verdict = one.observation, one.verdict
    return VerdictRow(
        one.instrument_id,
        told.source,
        _NAMES[type(verdict)],
        _reason(verdict),
        _written(told.price),
        _fitting(told.currency, _CURRENCY_SIZE_MAX),
        verdict.price.as_of if isinstance(verdict, Held) else told.as_of,
        run_id,
        now,
        now,
    )


def _reason(verdict: Verdict) -> str | None:
    match verdict:
        case Accepted(time_assumed=assumed):
            return "time_assumed" if assumed else None
        case Held(reason=reason) | Unchanged(reason=reason) | Rejected(reason=reason):
            return reason.value
        case _:
            assert_never(verdict)


def _written(price: Decimal) -> str:
    """Plain digits where they fit, else as short as it can be said."""
    plain = f"{price:f}" if price.is_finite() and abs(price.adjusted()) < _PRICE_SIZE_MAX else str(price)
    return _fitting(plain if len(plain) <= _PRICE_SIZE_MAX else f"{price:.20E}", _PRICE_SIZE_MAX)


def _fitting(text: str, size_max: int) -> str:
    """A stranger's word, short enough to be stored, without what no column takes."""
    plain = text if text.isprintable() else "".join(character for character in text if character.isprintable())
    return plain[:size_max]


def _is_dismissed(verdict: Verdict) -> bool:
    return isinstance(verdict, Rejected) and verdict.reason is GateReason.DISMISSED


def _as_dismissed(row: VerdictRow) -> VerdictRow:
    return VerdictRow(
        row.instrument_id,
        row.source,
        DISMISSED,
        row.reason,
        row.price,
        row.currency,
        row.as_of or row.judged_at,
        row.run_id,
        row.judged_at,
        row.first_at,
    )


def _word(row: VerdictRow) -> HeldPrice:
    """Nobody wrote down what kind of price it was, nor its close before."""
    return HeldPrice(
        row.instrument_id,
        Decimal(row.price),
        row.currency,
        row.as_of or row.judged_at,
        row.source,
        row.reason or "",
        row.run_id,
    )
