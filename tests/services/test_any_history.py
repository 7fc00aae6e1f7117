"""Whatever is added, changed and removed, in whatever order: what is stored is what the ledger comes to."""

from collections import defaultdict
from dataclasses import replace
from datetime import date
from decimal import Decimal

from hypothesis import HealthCheck, settings
from hypothesis import given as all_of
from hypothesis import strategies as st

from tests.builders import Given, named, trade
from tickfolio.domain.errors import Oversold
from tickfolio.domain.ledger import CostMethod, TransactionType
from tickfolio.domain.money import EXACT
from tickfolio.services.ledgers import change_transaction, record_transaction, remove_transaction
from tickfolio.services.portfolios import PortfolioChanges, change_portfolio, create_portfolio
from tickfolio.services.verify import verify
from tickfolio.storage.database import open_database

SPECK = Decimal("0.000000000000000001")
SYMBOLS, ACCOUNTS = ("INFY", "TCS"), (None, "demat 2")
DAYS = [date(2026, 1, day) for day in (1, 2, 3, 31)]
SIZES = st.sampled_from([Decimal(text) for text in ("1", "3", "7", "0.333", "10")] + [SPECK]) | st.decimals(
    "0.001", "100", places=3
)
PRICES = st.sampled_from([Decimal(text) for text in ("0", "100", "33.33", "0.000000000000000007")])
CHARGES = st.sampled_from([Decimal(0), Decimal("0.01"), Decimal(20)])
MOVES = ("buy", "buy", "sell", "sell all", "sell all", "sell too much", "change", "change", "remove", "method")
SELL = TransactionType.SELL


def balances(rows):
    """By instrument and account what is left, or None where a day would sell more than there is: bought comes first."""
    left = defaultdict(Decimal)
    for day in sorted({row.traded_on for row in rows}):
        of_day = [row for row in rows if row.traded_on == day]
        for row in sorted(of_day, key=lambda row: row.type is SELL):
            key = (row.instrument_id, row.account)
            step = EXACT.subtract if row.type is SELL else EXACT.add
            left[key] = step(left[key], row.quantity)
        if any(quantity < 0 for quantity in left.values()):
            return None
    return left


class History:
    """One portfolio through which a test walks."""

    def __init__(self, given: Given, user, data):
        self.given, self.user, self.draw = given, user, data.draw
        with given.database.transaction() as tx:
            self.portfolio = create_portfolio(tx, given.world, user.id, "Walk", "INR")

    def stored(self):
        with self.given.database.reading() as tx:
            return (
                tx.portfolios.load(self.user.id, self.portfolio.id),
                tx.ledgers.rows(self.user.id, self.portfolio.id),
                tx.holdings.all(self.user.id, [self.portfolio.id]),
            )

    def step(self):
        move = self.draw(st.sampled_from(MOVES))
        before = self.stored()
        rows = list(before[1])
        act, wanted = getattr(self, f"plan_{move.split()[0]}")(move, rows)
        possible = balances(wanted) is not None
        try:
            with self.given.database.transaction() as tx:
                act(tx)
        except Oversold:
            assert not possible, "refused, although every day has enough to sell"
            assert self.stored() == before, "refused, and yet something changed"
            return
        assert possible, "taken, although a day sells more than there is"
        self.check(wanted)

    def check(self, wanted):
        portfolio, rows, holdings = self.stored()
        left = defaultdict(Decimal)
        for (instrument, _account), quantity in balances(wanted).items():
            left[instrument] = EXACT.add(left[instrument], quantity)
        assert {row.holding.instrument_id: row.holding.quantity for row in holdings} == left
        assert len(rows) == len(wanted)
        assert portfolio.version > self.portfolio.version or not wanted
        assert verify(self.given.database)[1] == []

    def planned(self, rows, kind, symbol, quantity, account, on):
        drawn = {"fees": self.draw(CHARGES), "taxes": self.draw(CHARGES)} if kind != "OPENING" else {}
        draft = trade(
            kind, named(symbol), str(quantity), str(self.draw(PRICES)), on.isoformat(), account=account, **drawn
        )
        with self.given.database.reading() as tx:
            instrument = tx.instruments.find(None, draft.instrument.asset_type, "NSE", symbol)
        new = Planned(instrument.id if instrument else symbol, TransactionType(kind), on, quantity, account)

        def act(tx):
            row, made = record_transaction(tx, self.given.world, self.user, self.portfolio.id, draft)
            new.instrument_id = made.id
            assert row.instrument_id == made.id

        return act, [*rows, new]

    def plan_buy(self, _move, rows):
        kind = self.draw(st.sampled_from(["BUY", "OPENING"]))
        symbol, account = self.draw(st.sampled_from(SYMBOLS)), self.draw(st.sampled_from(ACCOUNTS))
        return self.planned(rows, kind, symbol, self.draw(SIZES), account, self.draw(st.sampled_from(DAYS)))

    def plan_sell(self, move, rows):
        """Some of what one account holds in the end, all of it, or a speck more, on any day."""
        held = [(key, quantity) for key, quantity in (balances(rows) or {}).items() if quantity]
        if not held:
            return self.plan_buy(move, rows)
        (instrument_id, account), quantity = self.draw(st.sampled_from(held))
        with self.given.database.reading() as tx:
            symbol = tx.instruments.many([instrument_id])[instrument_id].symbol
        size = {
            "sell": min(self.draw(SIZES), quantity),
            "sell all": quantity,
            "sell too much": EXACT.add(quantity, SPECK),
        }[move]
        on = self.draw(st.sampled_from([DAYS[-1], DAYS[-1], *DAYS]))
        return self.planned(rows, "SELL", symbol, size, account, on)

    def plan_change(self, move, rows):
        if not rows:
            return self.plan_buy(move, rows)
        row = self.draw(st.sampled_from(rows))
        changed = self.draw(
            st.sampled_from(
                [
                    replace(row, quantity=self.draw(SIZES)),
                    replace(row, traded_on=self.draw(st.sampled_from(DAYS))),
                    replace(row, price=self.draw(PRICES)),
                    replace(row, account=self.draw(st.sampled_from(ACCOUNTS))),
                    row,
                ]
            )
        )
        world, user_id = self.given.world, self.user.id
        return (
            lambda tx: change_transaction(tx, world, user_id, row.id, row.version, changed),
            [changed if one is row else one for one in rows],
        )

    def plan_remove(self, move, rows):
        if not rows:
            return self.plan_buy(move, rows)
        row = self.draw(st.sampled_from(rows))
        world, user_id = self.given.world, self.user.id
        return (
            lambda tx: remove_transaction(tx, world, user_id, row.id, row.version),
            [one for one in rows if one is not row],
        )

    def plan_method(self, _move, rows):
        def act(tx):
            now = tx.portfolios.load(self.user.id, self.portfolio.id)
            other = CostMethod.FIFO if now.cost_method is CostMethod.AVERAGE else CostMethod.AVERAGE
            change_portfolio(
                tx, self.given.world, self.user.id, self.portfolio.id, now.version, PortfolioChanges(cost_method=other)
            )

        return act, rows

    def forget(self):
        with self.given.database.transaction() as tx:
            tx.portfolios.delete(tx.portfolios.load(self.user.id, self.portfolio.id))


class Planned:
    """A row that is about to be recorded, as far as the balances need it."""

    def __init__(self, instrument_id, kind, traded_on, quantity, account):
        self.instrument_id, self.type, self.traded_on = instrument_id, kind, traded_on
        self.quantity, self.account = quantity, account


def walk(url, clock, new_id, examples):
    database = open_database(url)
    given = Given(database, clock, new_id)
    user = given.user()

    @settings(max_examples=examples, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
    @all_of(st.data())
    def every_history(data):
        history = History(given, user, data)
        for _ in range(data.draw(st.integers(1, 14))):
            history.step()
        history.forget()

    try:
        every_history()
    finally:
        database.close()


def test_invariant_12_stored_holdings_are_what_the_ledger_comes_to(sqlite_url, clock, new_id):
    walk(sqlite_url, clock, new_id, examples=70)


def test_invariant_12_on_postgresql(postgres_url, clock, new_id):
    walk(postgres_url, clock, new_id, examples=12)


def test_invariant_14_adding_and_removing_is_as_if_nothing_had_been(given):
    user = given.user()
    portfolio = given.portfolio(user)
    given.record(user, portfolio, trade("BUY", "INFY", "10", "100", "2026-01-01"))

    def held():
        with given.database.reading() as tx:
            return [row.holding for row in tx.holdings.all(user.id, [portfolio.id])]

    before = held()
    [row] = given.record(user, portfolio, trade("BUY", "INFY", "3", "33.33", "2026-01-02", fees="0.01"))
    [sold] = given.record(user, portfolio, trade("SELL", "INFY", "13", "90", "2026-01-03"))
    for one in (sold, row):
        with given.database.transaction() as tx:
            remove_transaction(tx, given.world, user.id, one.id, one.version)

    assert held() == before
