"""Proposals of corporate actions: one row for each event that seems to have happened to an instrument."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, exists, or_, select, update

from tickfolio.domain.errors import NotFound
from tickfolio.domain.proposals import ProposalKind, ProposalState, name_event
from tickfolio.domain.splits import Ratio, read_ratio, write_ratio
from tickfolio.storage.market_tables import action_proposals
from tickfolio.storage.parts import in_parts
from tickfolio.storage.rows import values_of
from tickfolio.storage.tables import portfolios, transactions
from tickfolio.storage.upsert import insert_if_new


@dataclass(frozen=True, slots=True)
class Proposal:
    """What seems to have happened to an instrument from the start of `ex_on`.

    `ratio` is of units after to units before; of a demerger, of new units to units held. `price_before` and
    `price_after` are what made it look so, in the instrument's currency. `action_id` is the fact that came of it,
    `reason` why it was dismissed or lapsed, `kept` what undoing it has to put back.
    """

    id: str
    instrument_id: str
    kind: ProposalKind
    ex_on: date
    source: str
    proposed_at: datetime
    ratio: Ratio | None = None
    to_instrument_id: str | None = None
    to_symbol: str | None = None
    cost_pct: Decimal | None = None
    price_before: Decimal | None = None
    price_after: Decimal | None = None
    state: ProposalState = ProposalState.OPEN
    action_id: str | None = None
    version: int = 1
    settled_at: datetime | None = None
    reason: str | None = None
    kept: str | None = None

    @property
    def event(self) -> str:
        """The line that names the event."""
        return name_event(self.kind, self.ex_on, self.ratio, self.to_instrument_id or self.to_symbol)


class ActionProposals:
    """Reads and writes of proposals. They belong to nobody, as shared instruments do not."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def load(self, proposal_id: str, *, to_change: bool = False) -> Proposal:
        """One of them; `to_change` makes whoever else would change it wait. Raises: NotFound."""
        query = select(action_proposals).where(action_proposals.c.id == proposal_id)
        row = self._connection.execute(query.with_for_update() if to_change else query).one_or_none()
        if row is None:
            raise NotFound("proposal")
        return _proposal(row)

    def newest(self, states: Collection[ProposalState], limit: int) -> Sequence[Proposal]:
        """Those in one of these states, the newest first."""
        p = action_proposals.c
        query = select(action_proposals).where(p.state.in_([state.value for state in states]))
        return [_proposal(row) for row in self._connection.execute(query.order_by(p.id.desc()).limit(limit))]

    def of(self, instrument_ids: Iterable[str], states: Collection[ProposalState] | None = None) -> Sequence[Proposal]:
        """Those of these instruments, oldest first; in any state, or in one of some."""
        p, found = action_proposals.c, []
        for part in in_parts(instrument_ids):
            query = select(action_proposals).where(p.instrument_id.in_(part))
            if states is not None:
                query = query.where(p.state.in_([state.value for state in states]))
            found += [_proposal(row) for row in self._connection.execute(query.order_by(p.id))]
        return found

    def add_if_new(self, proposal: Proposal) -> bool:
        """A new one; False when somebody proposed the same event a moment ago."""
        return insert_if_new(self._connection, action_proposals, _values(proposal))

    def write(self, proposal: Proposal) -> None:
        """Overwrites one with its changed self."""
        values = _values(proposal)
        self._connection.execute(update(action_proposals).where(action_proposals.c.id == proposal.id).values(**values))

    def rows_of(self, external_id: str) -> Sequence[tuple[str, str]]:
        """(portfolio's id, row's id) of everybody's ledger rows with this external id, for taking them back."""
        t, p = transactions.c, portfolios.c
        query = select(t.portfolio_id, t.id).join(portfolios, p.id == t.portfolio_id)
        query = query.where(t.external_id == external_id, t.type == "DEMERGER").order_by(t.portfolio_id, t.id)
        return [(portfolio_id, row_id) for portfolio_id, row_id in self._connection.execute(query)]

    def is_named(self, instrument_id: str) -> bool:
        """Whether any ledger or proposal names an instrument, so that it has to stay."""
        t, p = transactions.c, action_proposals.c
        in_ledger = exists().where(or_(t.instrument_id == instrument_id, t.to_instrument_id == instrument_id))
        proposed = exists().where(or_(p.instrument_id == instrument_id, p.to_instrument_id == instrument_id))
        return bool(self._connection.execute(select(or_(in_ledger, proposed))).scalar_one())


def _values(proposal: Proposal) -> dict[str, Any]:
    ratio = proposal.ratio
    told = {"kind": proposal.kind.value, "state": proposal.state.value, "event": proposal.event}
    return values_of(proposal) | told | {"ratio": None if ratio is None else write_ratio(ratio)}


def _proposal(row: Any) -> Proposal:
    values = row._asdict()
    del values["event"]
    values["kind"], values["state"] = ProposalKind(values["kind"]), ProposalState(values["state"])
    values["ratio"] = values["ratio"] and read_ratio(values["ratio"])
    return Proposal(**values)
