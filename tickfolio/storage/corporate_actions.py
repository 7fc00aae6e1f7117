"""Corporate actions: dated facts about instruments, the same for everybody."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from tickfolio.domain.errors import NotFound
from tickfolio.domain.splits import Ratio, Split, read_ratio, write_ratio
from tickfolio.storage.rows import values_of
from tickfolio.storage.tables import corporate_actions


class ActionKind(StrEnum):
    """What happened to the instrument."""

    SPLIT = "SPLIT"
    BONUS = "BONUS"
    DIVIDEND = "DIVIDEND"


@dataclass(frozen=True, slots=True)
class CorporateAction:
    """A fact about an instrument from the start of `ex_on`: a split or bonus by `ratio`, or a dividend.

    `amount` is what one unit is paid, in the instrument's currency; of a dividend alone.
    """

    id: str
    instrument_id: str
    kind: ActionKind
    ex_on: date
    ratio: Ratio | None
    amount: Decimal | None
    source: str
    recorded_at: datetime


class CorporateActions:
    """Reads and writes of corporate actions. They belong to nobody, as the instruments do not."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, instrument_ids: Iterable[str]) -> Sequence[CorporateAction]:
        """The actions of these instruments, oldest first."""
        c = corporate_actions.c
        query = select(corporate_actions).where(c.instrument_id.in_(list(instrument_ids))).order_by(c.ex_on, c.id)
        return [_action(row) for row in self._connection.execute(query)]

    def splits(self, instrument_ids: Iterable[str] | None = None) -> Sequence[Split]:
        """The splits and bonus issues of these instruments, or of all there are, oldest first."""
        c = corporate_actions.c
        query = select(corporate_actions).where(c.ratio.is_not(None)).order_by(c.ex_on, c.id)
        if instrument_ids is not None:
            query = query.where(c.instrument_id.in_(list(instrument_ids)))
        rows = [_action(row) for row in self._connection.execute(query)]
        return [
            Split(row.instrument_id, row.ex_on, row.ratio, row.kind is ActionKind.BONUS) for row in rows if row.ratio
        ]

    def add(self, action: CorporateAction) -> None:
        """A new fact; whoever adds it projects the holdings of that instrument anew in the same transaction."""
        values = values_of(action) | {"ratio": action.ratio and write_ratio(action.ratio)}
        self._connection.execute(insert(corporate_actions), values)

    def remove(self, instrument_id: str, action_id: str) -> None:
        """Takes a fact back. Raises: NotFound."""
        c = corporate_actions.c
        gone = delete(corporate_actions).where(c.id == action_id, c.instrument_id == instrument_id)
        if self._connection.execute(gone).rowcount == 0:
            raise NotFound("corporate action")


def _action(row: Any) -> CorporateAction:
    values = row._asdict()
    values["kind"] = ActionKind(values["kind"])
    values["ratio"] = values["ratio"] and read_ratio(values["ratio"])
    return CorporateAction(**values)
