"""What a proposal would make of one portfolio's holdings: worked out from the ledger, and nothing is written."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from tickfolio.domain.errors import Oversold
from tickfolio.domain.holdings import Holding, hold
from tickfolio.domain.keeper import Place
from tickfolio.domain.ledger import TransactionType
from tickfolio.domain.lots import Book
from tickfolio.domain.money import ZERO
from tickfolio.domain.proposals import (
    BY_RATIO,
    MOVING_UNITS,
    ProposalKind,
    ProposalState,
    demerged_units,
    held_before,
)
from tickfolio.domain.splits import Split
from tickfolio.services.projection import Knot, load_knot, match_knot
from tickfolio.storage.action_proposals import Proposal
from tickfolio.storage.database import Tx
from tickfolio.storage.ledgers import LedgerRow
from tickfolio.storage.portfolios import Portfolio

# What is only supposed comes after all that is entered: ids of rows begin with a digit of their instant.
_SUPPOSED = "~"


@dataclass(frozen=True, slots=True)
class Foreseen:
    """The holdings of the proposal's instruments, by instrument, before and after it.

    `after` is None where the ledger refuses it: `refused` says why. `fraction` of new units is paid in cash by the
    company, which nothing books.
    """

    portfolio: Portfolio
    before: Mapping[str, Holding]
    after: Mapping[str, Holding] | None
    refused: Oversold | None = None
    fraction: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class DraftedRows:
    """The ledger rows that a demerger adds to some portfolios, and the fraction of a unit that each leaves over."""

    rows: Sequence[LedgerRow]
    fractions: Mapping[str, Decimal]


def split_of(proposal: Proposal) -> Split | None:
    """The split that a proposal would record."""
    if proposal.kind not in BY_RATIO or proposal.ratio is None:
        return None
    return Split(proposal.instrument_id, proposal.ex_on, proposal.ratio, proposal.kind is ProposalKind.BONUS)


def instruments_of(proposal: Proposal) -> list[str]:
    """The instruments whose holdings a proposal changes."""
    return [key for key in (proposal.instrument_id, proposal.to_instrument_id) if key is not None]


def external_id_of(proposal: Proposal) -> str:
    """By what the ledger rows that came of a proposal are found again."""
    return f"desk:{proposal.id}"


def foresee(tx: Tx, proposal: Proposal, portfolio: Portfolio) -> Foreseen | None:
    """What a proposal would make of a portfolio; None where it would change nothing."""
    ids = instruments_of(proposal)
    knot = load_knot(tx, portfolio, ids)
    if not knot.rows or (proposal.kind in MOVING_UNITS and not _begins_before(knot, proposal)):
        return None
    books = match_knot(tx, knot, portfolio.currency)
    before = _holdings(books, portfolio, ids)
    drafted = draft_rows(tx, proposal, knot, books)
    supposed = replace(knot, rows=_in_order([*knot.rows, *drafted.rows]))
    split = split_of(proposal)
    try:
        after_books = match_knot(tx, supposed, portfolio.currency, supposed=[] if split is None else [split])
    except Oversold as refused:
        return Foreseen(portfolio, before, None, refused)
    after = _holdings(after_books, portfolio, ids)
    if proposal.kind in MOVING_UNITS and after == before:
        return None
    return Foreseen(portfolio, before, after, fraction=drafted.fractions.get(portfolio.id, ZERO))


def draft_rows(tx: Tx, proposal: Proposal, knot: Knot, books: Mapping[Place, Book]) -> DraftedRows:
    """The rows of a demerger in each portfolio of a knot: one an account that held something before the day."""
    if proposal.kind is not ProposalKind.DEMERGER or proposal.ratio is None or proposal.to_instrument_id is None:
        return DraftedRows([], {})
    pair = tx.instruments.many([proposal.instrument_id, proposal.to_instrument_id])
    rows: list[LedgerRow] = []
    fractions: dict[str, Decimal] = {}
    for portfolio_id in sorted(knot.portfolios):
        book = books.get((portfolio_id, proposal.instrument_id))
        held = {} if book is None else held_before(book.changes, proposal.ex_on)
        for account, units in held.items():
            given, left = demerged_units(units, proposal.ratio, pair[proposal.to_instrument_id].asset_type)
            fractions[portfolio_id] = fractions.get(portfolio_id, ZERO) + left
            if given:
                row = _demerger(proposal, portfolio_id, account, given)
                currency = pair[proposal.instrument_id].currency
                rows.append(replace(row, id=f"{_SUPPOSED}{len(rows):03}", currency=currency))
    return DraftedRows(rows, fractions)


def provisional_places(tx: Tx, portfolios: Sequence[Portfolio], instrument_ids: Iterable[str]) -> frozenset[Place]:
    """Where an open proposal would change what is held: (portfolio, instrument) whose profit is provisional.

    The portfolios are one person's.
    """
    open_ones = tx.action_proposals.of(instrument_ids, (ProposalState.OPEN,))
    moving = [proposal for proposal in open_ones if proposal.kind in MOVING_UNITS]
    if not moving or not portfolios:
        return frozenset()
    # Most have nothing to do with what one holds, and a summary must not pay for foreseeing those.
    first = tx.ledgers.first_days(portfolios[0].user_id, [one.id for one in portfolios])
    found: set[Place] = set()
    for proposal in moving:
        for portfolio in portfolios:
            place = (portfolio.id, proposal.instrument_id)
            begins = place in first and first[place] < proposal.ex_on
            if begins and place not in found and foresee(tx, proposal, portfolio) is not None:
                found.add(place)
    return frozenset(found)


def _begins_before(knot: Knot, proposal: Proposal) -> bool:
    """Whether anything can have been held before the day; what was bought since is of units after it."""
    return any(row.traded_on < proposal.ex_on for row in knot.rows)


def _demerger(proposal: Proposal, portfolio_id: str, account: str | None, given: Decimal) -> LedgerRow:
    return LedgerRow(
        id="",
        portfolio_id=portfolio_id,
        instrument_id=proposal.instrument_id,
        type=TransactionType.DEMERGER,
        traded_on=proposal.ex_on,
        quantity=ZERO,
        price=ZERO,
        fees=ZERO,
        taxes=ZERO,
        currency="",
        fx_rate=None,
        account=account,
        external_id=external_id_of(proposal),
        note=None,
        version=1,
        created_at=proposal.proposed_at,
        to_instrument_id=proposal.to_instrument_id,
        to_quantity=given,
        cost_pct=proposal.cost_pct,
    )


def _in_order(rows: Sequence[LedgerRow]) -> list[LedgerRow]:
    return sorted(rows, key=lambda row: (row.traded_on, row.id))


def _holdings(books: Mapping[Place, Book], portfolio: Portfolio, ids: Sequence[str]) -> dict[str, Holding]:
    return {key: hold(key, books[portfolio.id, key]) for key in ids if (portfolio.id, key) in books}
