"""The stage of the desk's tests: the administrator, and two people who hold INFY through a split of 10:1."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

from tests.builders import Given, ScriptedSource, at, buy
from tickfolio.domain.instruments import Instrument
from tickfolio.domain.proposals import ProposalKind, ProposalState
from tickfolio.domain.splits import read_ratio
from tickfolio.domain.valuation import HoldingValue
from tickfolio.services import action_desk
from tickfolio.services.action_preview import Preview, preview_for_one
from tickfolio.services.price_batches import record_batch
from tickfolio.storage.action_proposals import Proposal
from tickfolio.storage.people import User
from tickfolio.storage.portfolios import Portfolio

OPEN, APPLIED = ProposalState.OPEN, ProposalState.APPLIED
DISMISSED, LAPSED = ProposalState.DISMISSED, ProposalState.LAPSED
THURSDAY, FRIDAY = at("2026-11-19T09:00"), at("2026-11-20T09:00")


class Floor:
    """Asha holds 10 INFY at 1,400 and Ravi 4 at 1,500; the last good price is 1,500 of Thursday."""

    def __init__(self, given: Given) -> None:
        self.given = given
        self.admin = given.user("Admin", administrator=True)
        self.asha, self.ravi = given.user("Asha"), given.user("Ravi")
        self.own = given.portfolio(self.admin)
        self.hers, self.his = given.portfolio(self.asha), given.portfolio(self.ravi)
        given.record(self.asha, self.hers, buy("INFY", "10", "1400"), buy("TCS", "1", "3000"))
        given.record(self.ravi, self.his, buy("INFY", "4", "1500"))
        self.infy = given.instrument("INFY")
        given.price(self.infy, "1500", "1490", as_of=THURSDAY)
        given.events.clear()

    def tell(self, price: str, as_of: Any = FRIDAY, run: str = "r1", source: str = "scripted") -> None:
        """A source says this price of INFY."""
        script = ScriptedSource(source)
        script.say("INFY", price, as_of)
        now = self.given.clock()
        [result] = list(script.fetch(["INFY"], now))
        with self.given.database.transaction() as tx:
            record_batch(tx, self.given.world, {"INFY": [self.infy.id]}, result, now, run)

    def proposals(self, *states: ProposalState) -> list[Proposal]:
        with self.given.database.reading() as tx:
            found = [row for row, _, _ in action_desk.list_proposals(tx, self.admin)]
        return [row for row in found if not states or row.state in states]

    def the_one(self) -> Proposal:
        [found] = self.proposals()
        return found

    def act(self, what: str, proposal: Proposal | None = None, *more: Any, by: User | None = None, **named: Any) -> Any:
        """One of the desk's acts, on the only proposal unless another is named."""
        act = getattr(action_desk, f"{what}_proposal")
        chosen = proposal or self.the_one()
        with self.given.database.transaction() as tx:
            return act(tx, self.given.world, by or self.admin, chosen.id, *more, **named)

    def propose(
        self, kind: str, ex_on: str, instrument: Instrument | None = None, by: User | None = None, **more: Any
    ) -> Proposal:
        told = {key: read_ratio(value) if key == "ratio" else value for key, value in more.items()}
        if "cost_pct" in told:
            told["cost_pct"] = Decimal(told["cost_pct"])
        draft = action_desk.ProposalDraft(
            ProposalKind(kind), (instrument or self.infy).id, date.fromisoformat(ex_on), **told
        )
        with self.given.database.transaction() as tx:
            return action_desk.propose_by_hand(tx, self.given.world, by or self.admin, draft)

    def preview(self, proposal: Proposal | None = None) -> Preview:
        with self.given.database.reading() as tx:
            return action_desk.load_preview(tx, self.given.world, self.admin, (proposal or self.the_one()).id)

    def own_preview(self, user: User, portfolio: Portfolio) -> Any:
        with self.given.database.reading() as tx:
            return preview_for_one(tx, self.given.world, user.id, portfolio.id)

    def held(self) -> dict[tuple[str, str], Any]:
        """Every holding of everybody, by portfolio and symbol."""
        found: dict[tuple[str, str], Any] = {}
        with self.given.database.reading() as tx:
            for owner_id, portfolio_id in tx.portfolios.every_id():
                rows = tx.holdings.all(owner_id, [portfolio_id])
                names = tx.instruments.many({row.holding.instrument_id for row in rows})
                for row in rows:
                    found[portfolio_id, names[row.holding.instrument_id].symbol] = row.holding
        return found

    def prices(self) -> Any:
        """The last good price of INFY, the one beside it, and all that is remembered of it."""
        with self.given.database.reading() as tx:
            key = self.infy.id
            history = tx.prices.history(key, before=None, limit=50)
            return tx.prices.latest([key]).get(key), tx.prices.held([key]).get(key), history

    def everything(self) -> Any:
        """What applying and undoing must leave as it was."""
        with self.given.database.reading() as tx:
            rows = {one: tx.ledgers.rows(*one) for one in tx.portfolios.every_id()}
            actions = tx.corporate_actions.of([self.infy.id])
            named = tx.instruments.many([self.infy.id])
            aliases = tx.aliases.of([self.infy.id])
        return self.held(), rows, actions, self.prices(), named, aliases


def facts(value: HoldingValue) -> tuple[Decimal | None, ...]:
    """The figures of a holding that a preview shows."""
    holding = value.holding
    return (
        holding.quantity,
        holding.avg_buy_price,
        holding.invested,
        value.last_price,
        value.current_value,
        value.profit_loss,
    )


def shown(floor: Floor, user: User, portfolio: Portfolio, symbol: str = "INFY") -> tuple[Decimal | None, ...]:
    """The same figures in the summary."""
    answer = json.loads(floor.given.summary(user, portfolio))
    one = next(one for one in answer["holdings"] if one["instrument"]["symbol"] == symbol)
    names = ("quantity", "avg_buy_price", "invested", "last_price", "current_value", "profit_loss")
    return tuple(None if one[name] is None else Decimal(one[name]) for name in names)


def summary(floor: Floor, user: User, portfolio: Portfolio) -> Any:
    return json.loads(floor.given.summary(user, portfolio))


def hotels(floor: Floor) -> Proposal:
    """ITC Hotels, one share for ten, with 13.51 % of the cost (the company's notice)."""
    [row] = floor.given.record(floor.admin, floor.own, buy("ITCHOTELS", "1", "1"))
    floor.given.price(floor.given.instrument("ITCHOTELS"), "200", as_of=THURSDAY)
    return floor.propose("DEMERGER", "2026-11-02", ratio="1:10", to_instrument_id=row.instrument_id, cost_pct="13.51")
