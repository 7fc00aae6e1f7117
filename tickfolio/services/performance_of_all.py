"""What all of a person's portfolios have made together, in the base currency: their ledgers become one history.

Each portfolio counts as it does by itself: where it tracks cash, its cash is part of the value, and deposits and
withdrawals are its flows; where it does not, purchases, sales and income are. What moves from one of them into another
is no flow of the whole: units that both ends of a transfer name, and money that leaves one and enters another on one
day, since a day's flows are netted. Values and flows are at the rates of their days, cash in another currency, too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from tickfolio.domain.flows import Flow, list_flows, tabulate
from tickfolio.domain.history import Series
from tickfolio.domain.instruments import Instrument
from tickfolio.domain.keeper import Place
from tickfolio.domain.ledger import CostMethod, Transaction
from tickfolio.domain.lots import Book
from tickfolio.domain.matching import match_ledger
from tickfolio.domain.split_rows import splits_of
from tickfolio.domain.splits import Split
from tickfolio.domain.transfers import pair_transfers
from tickfolio.reports.summary import ValuedPortfolio
from tickfolio.services.cash_of_all import load_boxes, value_of_boxes
from tickfolio.services.changes import today_at
from tickfolio.services.performance import (
    Inputs,
    by_instrument,
    instrument_ids,
    load_closes,
    make_tracks,
    rate_finder,
)
from tickfolio.services.performance_answer import Asked, Made, make_made, write_made
from tickfolio.services.projection import TRANSFERS
from tickfolio.services.summaries import SHAPE, Summaries, Tagged, answer_by_tag, value_all
from tickfolio.services.world import World
from tickfolio.storage.database import Tx
from tickfolio.storage.people import User
from tickfolio.storage.portfolios import Portfolio


@dataclass(frozen=True, slots=True)
class _Read:
    """What the history is made of, as it was read: books and splits by place, all else by instrument."""

    portfolios: Mapping[str, Portfolio]
    rows: Sequence[Transaction]
    books: Mapping[Place, Book]
    instruments: Mapping[str, Instrument]
    shared: Sequence[Split]
    closes: Mapping[str, Series]
    pairs: Mapping[str, Series]


def load_performance_of_all(
    summaries: Summaries, tx: Tx, world: World, user: User, asked: Asked, known_tags: Sequence[str]
) -> Tagged:
    """What all portfolios have made over a period. Raises: NotFound, InvalidInput, Oversold."""
    today = today_at(user.home_exchange, world)
    tag = f"u{user.id}-l{user.version}-q{tx.server.version('prices')}-s{SHAPE}-{today}-{asked.tag}"
    whose = {"currency": user.base_currency}
    return answer_by_tag(
        summaries,
        user,
        tag,
        known_tags,
        lambda: write_made(work_out_all(tx, user, asked, today), whose, today, holdings=asked.holdings),
    )


def work_out_all(tx: Tx, user: User, asked: Asked, today: date) -> Made:
    """Everything that the answer says. Raises: NotFound, InvalidInput, Oversold."""
    benchmark = None if asked.benchmark_id is None else tx.instruments.load(user.id, asked.benchmark_id)
    read = _read(tx, user, today, benchmark)
    keys = {_key(*place): place for place in read.books}
    flows = _flows(read)
    boxes = load_boxes(tx, read.portfolios.values(), user.base_currency, read.rows, flows, keys, read.instruments)
    whole, parts = value_all(tx, user)
    ids = {_key(part.id, key): holding for part in parts for key, holding in part.holding_ids.items()}
    named = {key: read.instruments[one] for key, (_, one) in keys.items()}
    closes = {key: read.closes[one] for key, (_, one) in keys.items()}
    books, splits = {_key(*place): book for place, book in read.books.items()}, _splits(read)
    inputs = Inputs(
        portfolio=_as_one(user, cash_tracked=any(box.tracked for box in boxes)),
        instruments={**read.instruments, **named},
        rows=read.rows,
        books=books,
        splits=splits,
        closes={**read.closes, **closes},
        pairs=read.pairs,
        tracks=make_tracks(books, named, closes, splits),
        flows=tabulate(flows),
        cash=value_of_boxes(boxes, read.pairs, user.base_currency, today),
        now=ValuedPortfolio("", "", user.base_currency, whole, ids),
    )
    made = make_made(inputs, benchmark, asked, today)
    rules = {key: one.rules for key, one in read.portfolios.items()}
    return replace(made, owners={key: place[0] for key, place in keys.items()}, rules=rules, boxes=boxes)


def _read(tx: Tx, user: User, today: date, benchmark: Instrument | None) -> _Read:
    owned = {one.id: one for one in tx.portfolios.page(user.id, after=None, limit=None)}
    rows = tx.ledgers.transactions(user.id, None, rate_finder(tx, owned, user.base_currency))
    instruments = dict(tx.instruments.many(instrument_ids(rows)))
    shared = tx.corporate_actions.splits([*instruments, *([benchmark.id] if benchmark else [])])
    symbols = {key: one.symbol for key, one in instruments.items()}
    books = match_ledger(rows, {key: one.rules for key, one in owned.items()}, symbols, shared)
    if benchmark is not None:
        instruments[benchmark.id] = benchmark
    pairs = {pair.currency: pair for pair in tx.instruments.on_exchange("ECB")}
    closes = load_closes(tx, [*instruments.values(), *pairs.values()], today)
    return _Read(
        owned, rows, books, instruments, shared, closes, {code: closes[pair.id] for code, pair in pairs.items()}
    )


def _key(portfolio_id: str, instrument_id: str) -> str:
    """An instrument in one portfolio: the same in another one is another holding, with splits of its own."""
    return f"{portfolio_id}/{instrument_id}"


def _as_one(user: User, *, cash_tracked: bool) -> Portfolio:
    """All portfolios as if they were one, whose financial years are those of the base currency's country."""
    return Portfolio(
        "", user.id, "", user.base_currency, CostMethod.AVERAGE, user.version, user.created_at, cash_tracked
    )


def _flows(read: _Read) -> list[Flow]:
    """The flows of each portfolio; of units that go from one into another, they are inside the whole."""
    transfers = {row.id: row for row in read.rows if row.type in TRANSFERS}
    pairs = pair_transfers(transfers.values())
    own: set[str] = set()
    across: set[str] = set()
    for out, row in pairs.items():
        (own if transfers[out].portfolio_id == row.portfolio_id else across).update((out, row.id))
    return [
        flow._replace(
            instrument_id=_key(portfolio.id, flow.instrument_id),
            valued_by=flow.valued_by and _key(portfolio.id, flow.valued_by),
            crosses=flow.crosses and flow.transaction_id not in across,
        )
        for portfolio in read.portfolios.values()
        for flow in list_flows(
            (row for row in read.rows if row.portfolio_id == portfolio.id), own, cash_tracked=portfolio.cash_tracked
        )
    ]


def _splits(read: _Read) -> Mapping[str, Sequence[Split]]:
    """The splits that hold for each instrument in its portfolio, and those of the instruments by themselves."""
    found: dict[str, Sequence[Split]] = dict(by_instrument(splits_of([], read.shared)))
    entered = [row for row in read.rows if row.ratio is not None]
    for portfolio_id in read.portfolios:
        rows = [row for row in entered if row.portfolio_id == portfolio_id]
        for key, splits in by_instrument(splits_of(rows, read.shared)).items():
            found[_key(portfolio_id, key)] = splits
    return found
