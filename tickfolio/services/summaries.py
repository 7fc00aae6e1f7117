"""What is it worth, what has it made, since when is that true: one portfolio, or all of a person's together."""

import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from tickfolio.cache.cache import Cache
from tickfolio.domain.fx import Rates, read_rates
from tickfolio.domain.lots import sum_known
from tickfolio.domain.market_hours import session_day
from tickfolio.domain.money import exact
from tickfolio.domain.position import Position
from tickfolio.domain.splits import Split, count_once
from tickfolio.domain.valuation import PortfolioValue, value_cash, value_portfolio
from tickfolio.reports.summary import Timing, ValuedPortfolio, summarise, summarise_all
from tickfolio.services.foreseen import provisional_places
from tickfolio.services.markets import load_calendar
from tickfolio.services.projection import PastRates, computed_holdings, touched, with_rates
from tickfolio.services.slots import next_slot
from tickfolio.storage.database import Database, Tx
from tickfolio.storage.holdings import HoldingRow
from tickfolio.storage.ledgers import LedgerRow
from tickfolio.storage.people import User
from tickfolio.storage.portfolios import Portfolio

# Says which shape of answer is kept: raised when the JSON changes, so that an upgrade never serves an old shape.
SHAPE = 5
# As many different answers as this are worked out at once; the same one never twice.
_TURNS = 64


@dataclass(frozen=True, slots=True)
class Summaries:
    """What the summaries need. `keep_seconds` bounds memory, not age: a tag names one content for ever."""

    database: Database
    cache: Cache
    interval_minutes: int
    keep_seconds: int
    turns: Sequence[threading.Lock] = field(default_factory=lambda: tuple(threading.Lock() for _ in range(_TURNS)))


@dataclass(frozen=True, slots=True)
class Tagged:
    """An answer and the tag that names it exactly; the body is None when the caller has that one already."""

    tag: str
    body: bytes | None


@dataclass(frozen=True, slots=True)
class Part:
    """One of several portfolios: its holdings with their cost in one currency, as many positions, and its cash there.

    `cash` is None where none is tracked, or its rate is unknown.
    """

    portfolio: Portfolio
    rows: Sequence[HoldingRow]
    positions: Sequence[Position]
    cash: Decimal | None

    @property
    def has_cash(self) -> bool:
        """Whether cash is a part of what it is worth, be it known or not."""
        return self.portfolio.cash_tracked and bool(self.rows)


def portfolio_tag(portfolio_id: str, version: int, price_version: int) -> str:
    """The name of one content: the portfolio, its ledger's version and the prices' version."""
    return f"p{portfolio_id}-l{version}-q{price_version}"


def load_summary(summaries: Summaries, tx: Tx, user: User, portfolio_id: str, known_tags: Sequence[str]) -> Tagged:
    """The summary of one portfolio; from the cache when its tag is there, which was never wrong.

    `tx` must read one moment, so that versions and content belong together. Raises: NotFound.
    """
    portfolio = tx.portfolios.load(user.id, portfolio_id)
    tag = portfolio_tag(portfolio.id, portfolio.version, tx.server.version("prices"))
    return answer_by_tag(summaries, user, tag, known_tags, lambda: _summarise_one(summaries, tx, portfolio))


def load_summary_of_all(summaries: Summaries, tx: Tx, user: User, known_tags: Sequence[str]) -> Tagged:
    """The summary of all of a person's portfolios, in the base currency."""
    tag = f"u{user.id}-l{user.version}-q{tx.server.version('prices')}"
    return answer_by_tag(summaries, user, tag, known_tags, lambda: _summarise_whole(summaries, tx, user))


def load_timing(tx: Tx, interval_minutes: int, since: datetime) -> Timing:
    """When prices come next: a slot after the last one that ran, or else after `since`, when waiting began.

    The clock has no part in it, because a tag names one content: a refresh that is overdue shows as one.
    """
    calendar = load_calendar(tx)
    last = tx.refreshes.last(("slot",), finished=True)
    if last is None or last.slot is None:
        return Timing(interval_minutes, next_slot(since, interval_minutes), calendar)
    return Timing(interval_minutes, last.slot + timedelta(minutes=interval_minutes), calendar)


def answer_by_tag(
    summaries: Summaries, user: User, tag: str, known_tags: Sequence[str], work_out: Callable[[], bytes]
) -> Tagged:
    """Nothing for who has it, the kept one, or else a new one; many who ask for the same at once wait for one."""
    if tag in known_tags:
        return Tagged(tag, None)
    key = f"s{SHAPE}:{tag}"
    with summaries.turns[hash(key) % len(summaries.turns)]:
        body = summaries.cache.find(key, user.id)
        if body is None:
            body = work_out()
            summaries.cache.keep(key, user.id, body, summaries.keep_seconds)
    return Tagged(tag, body)


def value_of(tx: Tx, portfolio: Portfolio) -> ValuedPortfolio:
    """What a portfolio is worth at the latest prices, in its own currency."""
    rows, positions, rates = load_positions(tx, portfolio)
    return _valued(portfolio, value_portfolio(positions, rates, portfolio.currency), rows)


def load_positions(tx: Tx, portfolio: Portfolio) -> tuple[Sequence[HoldingRow], Sequence[Position], Rates]:
    """What a portfolio's value is worked out of: its holdings, as many positions in the same order, and the rates."""
    rows = tx.holdings.all(portfolio.user_id, [portfolio.id])
    positions = _positions(tx, portfolio.user_id, [(portfolio, rows)], portfolio.currency)
    return rows, [position for _, position in positions], _rates(tx)


def _summarise_one(summaries: Summaries, tx: Tx, portfolio: Portfolio) -> bytes:
    valued = value_of(tx, portfolio)
    return summarise(valued, load_timing(tx, summaries.interval_minutes, portfolio.created_at))


def value_all(tx: Tx, user: User) -> tuple[PortfolioValue, Sequence[ValuedPortfolio]]:
    """All of a person's portfolios together and each by itself, from the same positions, in the base currency."""
    parts, rates = load_parts(tx, user)
    valued = [_valued(part.portfolio, value_part(part, rates, user.base_currency), part.rows) for part in parts]
    return value_parts(parts, rates, user.base_currency), valued


def load_parts(tx: Tx, user: User) -> tuple[Sequence[Part], Rates]:
    """What the value of all of a person's portfolios is worked out of, in the base currency, and the rates."""
    currency, rates = user.base_currency, _rates(tx)
    portfolios = tx.portfolios.page(user.id, after=None, limit=None)
    stored = tx.holdings.all(user.id, [one.id for one in portfolios])
    own = [(one, [row for row in stored if row.portfolio_id == one.id]) for one in portfolios]
    held = [(one, _in_currency(tx, one, rows, currency)) for one, rows in own]
    positions: dict[str, list[Position]] = {}
    for portfolio_id, position in _positions(tx, user.id, held, currency):
        positions.setdefault(portfolio_id, []).append(position)
    moved = {one.id: [row.holding.cash for row in rows] for one, rows in own if one.cash_tracked and rows}
    worth = {one.id: value_cash(moved.get(one.id, [None]), rates.rate(one.currency, currency)) for one, _ in own}
    return [Part(one, rows, positions.get(one.id, ()), worth[one.id]) for one, rows in held], rates


def value_part(part: Part, rates: Rates, currency: str) -> PortfolioValue:
    """What one of several portfolios is worth in a currency that need not be its own."""
    return replace(value_portfolio(part.positions, rates, currency), cash=part.cash)


@exact
def value_parts(parts: Sequence[Part], rates: Rates, currency: str) -> PortfolioValue:
    """What all of them are worth together: the weights are of everything, and the cash is that of all that track it."""
    whole = value_portfolio([position for part in parts for position in part.positions], rates, currency)
    cash = [part.cash for part in parts if part.has_cash]
    return replace(whole, cash=sum_known(cash) if cash else None)


def _summarise_whole(summaries: Summaries, tx: Tx, user: User) -> bytes:
    whole, valued = value_all(tx, user)
    return summarise_all(
        whole, valued, user.base_currency, load_timing(tx, summaries.interval_minutes, user.created_at)
    )


def _in_currency(tx: Tx, portfolio: Portfolio, rows: Sequence[HoldingRow], currency: str) -> Sequence[HoldingRow]:
    """A portfolio's holdings with their cost in another currency, at the rates of the days they were bought."""
    if portfolio.currency == currency:
        return rows
    computed = computed_holdings(tx, portfolio, currency)
    return [replace(row, holding=computed[row.holding.instrument_id]) for row in rows]


def _valued(portfolio: Portfolio, value: PortfolioValue, rows: Sequence[HoldingRow]) -> ValuedPortfolio:
    holding_ids = {row.holding.instrument_id: row.id for row in rows}
    return ValuedPortfolio(portfolio.id, portfolio.name, portfolio.currency, value, holding_ids)


def _rates(tx: Tx) -> Rates:
    pairs = {pair.id: pair for pair in tx.instruments.on_exchange("ECB")}
    return read_rates((pairs[key], price) for key, price in tx.prices.latest(pairs).items())


def _positions(
    tx: Tx, owner_id: str, parts: Sequence[tuple[Portfolio, Sequence[HoldingRow]]], currency: str
) -> list[tuple[str, Position]]:
    """(portfolio's id, position) of every holding, with its prices and the trades of its last session."""
    ids = {row.holding.instrument_id for _, rows in parts for row in rows}
    instruments, latest, held = tx.instruments.many(ids), tx.prices.latest(ids), tx.prices.held(ids)
    days = {key: session_day(instruments[key].exchange, price.as_of) for key, price in latest.items()}
    portfolio_ids = [portfolio.id for portfolio, _ in parts]
    recent = tx.ledgers.rows_since(owner_id, portfolio_ids, min(days.values())) if days else []
    trades = _group(recent, days)
    splits = _splits(tx, owner_id, portfolio_ids, ids)
    in_doubt = provisional_places(tx, [portfolio for portfolio, _ in parts], ids)
    positions = []
    for portfolio, rows in parts:
        rates = PastRates(tx, portfolio.currency, currency)
        for row in rows:
            key = row.holding.instrument_id
            own_trades = with_rates(trades.get((portfolio.id, key), []), rates)
            position = Position(
                row.holding,
                instruments[key],
                latest.get(key),
                held.get(key),
                own_trades,
                splits.get((portfolio.id, key), ()),
                portfolio.cash_tracked,
                (portfolio.id, key) in in_doubt,
            )
            positions.append((portfolio.id, position))
    return positions


def _group(rows: Sequence[LedgerRow], days: dict[str, date]) -> dict[tuple[str, str], list[LedgerRow]]:
    grouped: dict[tuple[str, str], list[LedgerRow]] = {}
    for row in rows:
        for key in touched(row):
            day = days.get(key)
            if day is not None and row.traded_on >= day:
                grouped.setdefault((row.portfolio_id, key), []).append(row)
    return grouped


def _splits(
    tx: Tx, owner_id: str, portfolio_ids: Sequence[str], ids: Collection[str]
) -> dict[tuple[str, str], Sequence[Split]]:
    """All splits that hold for an instrument in a portfolio: its own, and those that the portfolio's rows say."""
    shared = tx.corporate_actions.splits(ids)
    entered: dict[tuple[str, str], list[Split]] = {}
    for row in tx.ledgers.split_rows(owner_id, portfolio_ids):
        if row.ratio is not None:
            split = Split(row.instrument_id, row.traded_on, row.ratio)
            entered.setdefault((row.portfolio_id, row.instrument_id), []).append(split)
    for split in shared:
        for portfolio_id in portfolio_ids:
            entered.setdefault((portfolio_id, split.instrument_id), []).append(split)
    return {place: count_once(found) for place, found in entered.items()}
