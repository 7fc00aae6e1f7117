"""Whatever is added, changed and removed, in whatever order: what is stored is what the ledger comes to."""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from hypothesis import HealthCheck, settings
from hypothesis import given as all_of
from hypothesis import strategies as st

from tests.builders import Given, named, trade
from tests.domain.made import after_split
from tickfolio.domain.errors import Oversold
from tickfolio.domain.instruments import AssetType
from tickfolio.domain.ledger import CostMethod, TransactionType
from tickfolio.domain.money import EXACT
from tickfolio.domain.splits import Ratio, read_ratio, write_ratio
from tickfolio.services.drafts import Draft
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
RATIOS = ("2:1", "1:3", "3:2")
MOVES = (
    *("buy", "buy", "sell", "sell all", "sell all", "sell too much", "change", "change", "remove", "method"),
    *("transfer", "transfer", "merger", "merger too much", "split", "split", "money"),
)
T = TransactionType
WITHOUT_QUANTITY = {T.SPLIT, T.BONUS}


def balances(rows):
    """By instrument and account what is left, or None where more would leave than there is.

    Within a day: splits, each once, what comes, what is moved or merged in the order of entry, what is sold.
    """
    left = defaultdict(Decimal)
    for day in sorted({row.traded_on for row in rows}):
        of_day = sorted((row for row in rows if row.traded_on == day), key=lambda row: row.id)
        pairs, told = paired(of_day), set()
        for row in sorted(of_day, key=lambda row: order(row, pairs)):
            if row.type in WITHOUT_QUANTITY:
                split(left, row, told)
                continue
            for place, units in moves(row, pairs):
                left[place] = EXACT.add(left[place], units)
                if left[place] < 0:
                    return None
    return left


def split(left, row, told):
    left[row.instrument_id, row.account] += 0
    fact = (row.instrument_id, row.ratio.value)
    for key, held in left.items():
        if key[0] == row.instrument_id and held and fact not in told:
            left[key] = after_split(held, write_ratio(row.ratio))
    told.add(fact)


def moves(row, pairs):
    """Which places a row gives units to, or takes them from."""
    place = (row.instrument_id, row.account)
    if row.type in {T.BUY, T.OPENING} or (row.type is T.TRANSFER_IN and row not in pairs.values()):
        return [(place, row.quantity)]
    going = (place, EXACT.minus(row.quantity))
    if row.type is T.MERGER:
        return [going, ((row.to_instrument_id, row.account), row.to_quantity)]
    if row.id in pairs:
        return [going, ((row.instrument_id, pairs[row.id].account), row.quantity)]
    return [going if row.type in {T.SELL, T.TRANSFER_OUT} else (place, Decimal(0))]


def order(row, pairs):
    if row.type in WITHOUT_QUANTITY:
        return 0
    moved = row.type in {T.TRANSFER_OUT, T.MERGER} or row in pairs.values()
    return 3 if row.type is T.SELL else 2 if moved else 1


def paired(rows):
    """What comes, by the id of the row that takes it out: the first that fits."""
    coming, pairs = [row for row in rows if row.type is T.TRANSFER_IN], {}
    for out in rows:
        fits = [
            row
            for row in coming
            if out.type is T.TRANSFER_OUT
            and (row.instrument_id, row.quantity) == (out.instrument_id, out.quantity)
            and row.account != out.account
        ]
        if fits:
            pairs[out.id] = fits[0]
            coming.remove(fits[0])
    return pairs


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

    def planned(self, rows, kind, symbol, account, on, quantity=Decimal(0), **more):
        """A row to be recorded, and the ledger with it."""
        priced = kind in {"BUY", "OPENING", "SELL", "DIVIDEND", "FEE"}
        more["price"] = self.draw(PRICES) if priced else None
        if kind in {"BUY", "SELL", "DIVIDEND"}:
            more |= {"fees": self.draw(CHARGES), "taxes": self.draw(CHARGES)}
        draft = Draft(T(kind), on, named(symbol), quantity, account=account, **more)
        into = None if draft.into is None else self.id_of(draft.into.symbol)
        new = Planned(
            self.id_of(symbol), T(kind), on, quantity, account,
            ratio=draft.ratio, to_instrument_id=into, to_quantity=draft.to_quantity,
        )  # fmt: skip

        def act(tx):
            row, made = record_transaction(tx, self.given.world, self.user, self.portfolio.id, draft)
            new.instrument_id, new.to_instrument_id = made.id, row.to_instrument_id
            assert row.instrument_id == made.id

        return act, [*rows, new]

    def id_of(self, symbol):
        """Its id, or its symbol as long as nobody has recorded it."""
        with self.given.database.reading() as tx:
            instrument = tx.instruments.find(None, AssetType.STOCK, "NSE", symbol)
        return instrument.id if instrument else symbol

    def some_held(self, move, rows):
        """(symbol, account, quantity): some of what one account holds in the end, all of it, or a speck more."""
        held = [(key, quantity) for key, quantity in (balances(rows) or {}).items() if quantity]
        if not held:
            return None
        (instrument_id, account), quantity = self.draw(st.sampled_from(held))
        with self.given.database.reading() as tx:
            symbol = tx.instruments.many([instrument_id])[instrument_id].symbol
        if move.endswith("too much"):
            return symbol, account, EXACT.add(quantity, SPECK)
        return symbol, account, quantity if move.endswith("all") else min(self.draw(SIZES), quantity)

    def late_or_any_day(self):
        return self.draw(st.sampled_from([DAYS[-1], DAYS[-1], *DAYS]))

    def plan_buy(self, _move, rows):
        kind = self.draw(st.sampled_from(["BUY", "OPENING"]))
        symbol, account = self.draw(st.sampled_from(SYMBOLS)), self.draw(st.sampled_from(ACCOUNTS))
        return self.planned(rows, kind, symbol, account, self.draw(st.sampled_from(DAYS)), self.draw(SIZES))

    def plan_sell(self, move, rows):
        """On any day."""
        found = self.some_held(move, rows)
        if found is None:
            return self.plan_buy(move, rows)
        symbol, account, size = found
        return self.planned(rows, "SELL", symbol, account, self.late_or_any_day(), size)

    def plan_merger(self, move, rows):
        found = self.some_held(move, rows)
        if found is None:
            return self.plan_buy(move, rows)
        symbol, account, size = found
        into = next(one for one in SYMBOLS if one != symbol)
        more = {"into": named(into), "to_quantity": self.draw(SIZES)}
        return self.planned(rows, "MERGER", symbol, account, self.late_or_any_day(), size, **more)

    def plan_transfer(self, move, rows):
        """The other end of one that has none yet, or a first end."""
        pairs = [pair for day in DAYS for pair in paired_on(rows, day)]
        alone = [row for row in rows if row.type in {T.TRANSFER_IN, T.TRANSFER_OUT} and row.id not in pairs]
        if alone:
            row = self.draw(st.sampled_from(alone))
            with self.given.database.reading() as tx:
                symbol = tx.instruments.many([row.instrument_id])[row.instrument_id].symbol
            kind = "TRANSFER_OUT" if row.type is T.TRANSFER_IN else "TRANSFER_IN"
            account = next(one for one in ACCOUNTS if one != row.account)
            return self.planned(rows, kind, symbol, account, row.traded_on, row.quantity)
        found = self.some_held(self.draw(st.sampled_from(["some", "all"])), rows)
        if found is None:
            return self.plan_buy(move, rows)
        symbol, account, size = found
        return self.planned(rows, "TRANSFER_OUT", symbol, account, self.late_or_any_day(), size)

    def plan_split(self, _move, rows):
        kind, ratio = self.draw(st.sampled_from(["SPLIT", "BONUS"])), read_ratio(self.draw(st.sampled_from(RATIOS)))
        kind = "SPLIT" if ratio.value < 1 else kind
        symbol, on = self.draw(st.sampled_from(SYMBOLS)), self.draw(st.sampled_from(DAYS))
        return self.planned(rows, kind, symbol, None, on, ratio=ratio)

    def plan_money(self, _move, rows):
        symbol, kind = self.draw(st.sampled_from(SYMBOLS)), self.draw(st.sampled_from(["DIVIDEND", "FEE"]))
        return self.planned(rows, kind, symbol, None, self.draw(st.sampled_from(DAYS)), self.draw(SIZES))

    def plan_change(self, move, rows):
        if not rows:
            return self.plan_buy(move, rows)
        row = self.draw(st.sampled_from(rows))
        changes = [
            replace(row, traded_on=self.draw(st.sampled_from(DAYS))),
            replace(row, account=self.draw(st.sampled_from(ACCOUNTS))),
            row,
        ]
        if row.type not in WITHOUT_QUANTITY:
            changes += [replace(row, quantity=self.draw(SIZES)), replace(row, price=self.draw(PRICES))]
        if row.type is T.MERGER:
            changes.append(replace(row, to_quantity=self.draw(SIZES)))
        changed = self.draw(st.sampled_from(changes))
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
            other = self.draw(st.sampled_from([one for one in CostMethod if one is not now.cost_method]))
            change_portfolio(
                tx, self.given.world, self.user.id, self.portfolio.id, now.version, PortfolioChanges(cost_method=other)
            )

        return act, rows

    def forget(self):
        with self.given.database.transaction() as tx:
            tx.portfolios.delete(tx.portfolios.load(self.user.id, self.portfolio.id))


@dataclass
class Planned:
    """A row that is about to be recorded, as far as the balances need it; it is the last one of its day."""

    instrument_id: str
    type: TransactionType
    traded_on: date
    quantity: Decimal
    account: str | None
    ratio: Ratio | None = None
    to_instrument_id: str | None = None
    to_quantity: Decimal | None = None
    id: str = "~"


def paired_on(rows, day):
    """The ids of both ends of every pair of a day."""
    of_day = sorted((row for row in rows if row.traded_on == day), key=lambda row: row.id)
    pairs = paired(of_day)
    return [*pairs, *(row.id for row in pairs.values())]


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
