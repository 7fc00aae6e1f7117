"""What belongs to somebody is not there for anybody else: every read and every use case that names an owner."""

import inspect
import pkgutil
from dataclasses import replace
from datetime import date
from decimal import Decimal
from importlib import import_module
from types import ModuleType

import pytest

import tickfolio.services
import tickfolio.storage
from tests.builders import buy, named, trade
from tickfolio.domain.errors import NotFound
from tickfolio.domain.instruments import AssetType
from tickfolio.domain.splits import read_ratio
from tickfolio.providers.address_check import AddressCheck
from tickfolio.providers.own_source import OwnProvider
from tickfolio.services.action_preview import preview_for_one
from tickfolio.services.aliases import AliasDraft, add_alias, list_aliases, remove_alias
from tickfolio.services.closes import load_closes
from tickfolio.services.corporate_actions import ActionDraft, record_action, remove_action
from tickfolio.services.data_health import load_health
from tickfolio.services.held_prices import settle_held_price
from tickfolio.services.history_fill import ask_for_history
from tickfolio.services.holdings import PlainChange, PlainHolding, add_holding, change_holding, remove_holding
from tickfolio.services.ledgers import change_transaction, record_transaction, remove_transaction
from tickfolio.services.lots import load_lots
from tickfolio.services.manual_prices import remove_price, set_price
from tickfolio.services.own_sources import (
    OwnSourceDraft,
    load_own_source,
    remove_own_source,
    store_own_source,
    try_own_source,
)
from tickfolio.services.performance_answer import Asked, load_performance
from tickfolio.services.portfolios import PortfolioChanges, change_portfolio, delete_portfolio
from tickfolio.services.receipts import explain
from tickfolio.services.receipts_of_all import explain_of_all
from tickfolio.services.search import search_instruments
from tickfolio.services.sources import Sources
from tickfolio.services.suggested_dividends import confirm_dividend, dismiss_dividend, load_suggested_dividends
from tickfolio.services.summaries import load_summary
from tickfolio.services.verdicts import load_verdicts
from tickfolio.storage.corporate_actions import ActionKind
from tickfolio.storage.database import Tx
from tickfolio.storage.instrument_aliases import AliasKind

MANUAL = named("Flat in Pune", "MANUAL")
AN_ADDRESS = OwnSourceDraft("https://example.org/flat.json", "json", "price")
OWN_ONLY = Sources({"own": OwnProvider(lambda _ids: {}, AddressCheck(), lambda: 0, lambda _seconds: None)})
DAY = date(2026, 1, 5)
A_DIVIDEND = ActionDraft(ActionKind.DIVIDEND, DAY, amount=Decimal(1))


class Theirs:
    """Asha's things, and Ravi who is after them."""

    def __init__(self, given):
        self.given = given
        self.asha, self.ravi = given.user("Asha"), given.user("Ravi")
        self.portfolio = given.portfolio(self.asha)
        self.own = given.portfolio(self.ravi)
        self.row, flat, *_ = given.record(
            self.asha,
            self.portfolio,
            buy("INFY", "10", "1400"),
            buy(MANUAL, "1", "9"),
            trade("SPLIT", "INFY", "0", "0", "2026-01-06", ratio=read_ratio("2:1")),
            trade("TRANSFER_OUT", "INFY", "5", "0", "2026-01-07"),
        )
        self.flat_id = flat.instrument_id
        with given.database.transaction() as tx:
            store_own_source(tx, given.world, OWN_ONLY, self.asha.id, self.flat_id, AN_ADDRESS)
        self.touched = [self.row.instrument_id, self.flat_id]
        with given.database.transaction() as tx:
            opened, _ = add_holding(
                tx, given.world, self.asha, self.portfolio.id, PlainHolding(named("TCS"), Decimal(1), Decimal(1))
            )
        self.holding = opened


@pytest.fixture
def theirs(given):
    return Theirs(given)


# By the name of the room's method, what Ravi gets when he reads with Asha's ids.
NOTHING = {
    "Portfolios.page": lambda tx, o: [one for one in tx.portfolios.page(o.ravi.id, after=None, limit=None)
                                      if one.id == o.portfolio.id],
    "DismissedDividends.of": lambda tx, o: tx.dismissed_dividends.of(o.ravi.id, o.portfolio.id),
    "Holdings.all": lambda tx, o: tx.holdings.all(o.ravi.id, [o.portfolio.id]),
    "Holdings.page": lambda tx, o: tx.holdings.page(o.ravi.id, o.portfolio.id, after=None, limit=10),
    "Holdings.find": lambda tx, o: tx.holdings.find(o.ravi.id, o.portfolio.id, o.row.instrument_id),
    "Ledgers.rows": lambda tx, o: tx.ledgers.rows(o.ravi.id, o.portfolio.id),
    "Ledgers.rows_since": lambda tx, o: tx.ledgers.rows_since(o.ravi.id, [o.portfolio.id], date(2000, 1, 1)),
    "Ledgers.rows_touching": lambda tx, o: (
        [*tx.ledgers.rows_touching(o.ravi.id, [o.portfolio.id], o.touched),
         *tx.ledgers.rows_touching(o.ravi.id, None, o.touched)]
    ),
    "Ledgers.rows_of_all": lambda tx, o: tx.ledgers.rows_of_all(o.ravi.id),
    "Ledgers.transactions": lambda tx, o: tx.ledgers.transactions(o.ravi.id, o.portfolio.id, lambda *_: None),
    "Ledgers.split_rows": lambda tx, o: tx.ledgers.split_rows(o.ravi.id, [o.portfolio.id]),
    "Ledgers.first_days": lambda tx, o: tx.ledgers.first_days(o.ravi.id, [o.portfolio.id]),
    "Ledgers.page": lambda tx, o: tx.ledgers.page(o.ravi.id, o.portfolio.id, before=None, limit=9, instrument_id=None),
    "Instruments.find": lambda tx, o: tx.instruments.find(o.ravi.id, AssetType.STOCK, "MANUAL", MANUAL.symbol),
    "Instruments.search": lambda tx, o: tx.instruments.search(o.ravi.id, ["flat"], 10),
    "OwnSources.load": lambda tx, o: tx.own_sources.load(o.ravi.id, o.flat_id),
    "OwnSources.count": lambda tx, o: tx.own_sources.count(o.ravi.id),
    "search_instruments": lambda _tx, o: search_instruments(o.given.database, Sources({}), o.ravi.id, "flat", 9).found,
}  # fmt: skip
NOT_FOUND = {
    "Portfolios.load": lambda tx, o: tx.portfolios.load(o.ravi.id, o.portfolio.id),
    "Portfolios.load to change": lambda tx, o: tx.portfolios.load(o.ravi.id, o.portfolio.id, to_change=True),
    "Holdings.load": lambda tx, o: tx.holdings.load(o.ravi.id, o.holding.id),
    "Ledgers.load": lambda tx, o: tx.ledgers.load(o.ravi.id, o.row.id),
    "Instruments.load": lambda tx, o: tx.instruments.load(o.ravi.id, o.flat_id),
    "load_summary": lambda tx, o: load_summary(o.given.summaries(), tx, o.ravi, o.portfolio.id, ()),
    "load_health": lambda tx, o: load_health(tx, o.given.world, o.ravi, o.portfolio.id, 10),
    "load_performance": lambda tx, o: load_performance(
        o.given.summaries(), tx, o.given.world, o.ravi, o.portfolio.id, Asked(), ()
    ),
    "load_closes": lambda tx, o: load_closes(tx, o.ravi.id, o.flat_id, DAY, DAY),
    "load_lots": lambda tx, o: load_lots(tx, o.ravi.id, o.holding.id),
    "explain_of_all": lambda tx, o: explain_of_all(tx, o.ravi, o.portfolio.id, "current_value", None, Asked(), DAY),
    "explain_of_all of a holding": lambda tx, o: explain_of_all(
        tx, o.ravi, None, "current_value", o.holding.id, Asked(), DAY
    ),
    "explain": lambda tx, o: explain(tx, o.ravi, o.portfolio.id, "current_value", None, Asked(), DAY),
    "record_transaction": lambda tx, o: record_transaction(
        tx, o.given.world, o.ravi, o.portfolio.id, buy("INFY", "1", "1")
    ),
    "change_transaction": lambda tx, o: change_transaction(
        tx, o.given.world, o.ravi.id, o.row.id, 1, replace(o.row, price=Decimal(1))
    ),
    "remove_transaction": lambda tx, o: remove_transaction(tx, o.given.world, o.ravi.id, o.row.id, 1),
    "add_holding": lambda tx, o: add_holding(
        tx, o.given.world, o.ravi, o.portfolio.id, PlainHolding(named("SBIN"), Decimal(1), Decimal(1))
    ),
    "change_holding": lambda tx, o: change_holding(
        tx, o.given.world, o.ravi.id, o.holding.id, 1, PlainChange(Decimal(2), None, None, False, None)
    ),
    "remove_holding": lambda tx, o: remove_holding(tx, o.given.world, o.ravi.id, o.holding.id, 1),
    "change_portfolio": lambda tx, o: change_portfolio(
        tx, o.given.world, o.ravi.id, o.portfolio.id, 1, PortfolioChanges(name="Mine")
    ),
    "delete_portfolio": lambda tx, o: delete_portfolio(tx, o.given.world, o.ravi.id, o.portfolio.id, 1),
    "settle_held_price": lambda tx, o: settle_held_price(tx, o.given.world, o.ravi, o.flat_id, accept=True),
    "set_price": lambda tx, o: set_price(tx, o.given.world, o.ravi.id, o.flat_id, DAY, Decimal(1)),
    "remove_price": lambda tx, o: remove_price(tx, o.given.world, o.ravi.id, o.flat_id, DAY),
    "load_own_source": lambda tx, o: load_own_source(tx, Sources({}), o.ravi.id, o.flat_id),
    "store_own_source": lambda tx, o: store_own_source(tx, o.given.world, OWN_ONLY, o.ravi.id, o.flat_id, AN_ADDRESS),
    "remove_own_source": lambda tx, o: remove_own_source(tx, o.ravi.id, o.flat_id),
    "try_own_source": lambda _tx, o: try_own_source(
        o.given.database, o.given.world, OWN_ONLY, o.ravi.id, o.flat_id, AN_ADDRESS
    ),
    "list_aliases": lambda tx, o: list_aliases(tx, o.ravi, o.flat_id),
    "add_alias": lambda tx, o: add_alias(tx, o.given.world, o.ravi, o.flat_id, AliasDraft(AliasKind.SYMBOL, "MINE")),
    "remove_alias": lambda tx, o: remove_alias(tx, o.ravi, o.flat_id, "x"),
    "load_verdicts": lambda tx, o: load_verdicts(tx, o.ravi, o.flat_id),
    "ask_for_history": lambda tx, o: ask_for_history(tx, o.given.world, o.ravi, o.flat_id),
    "record_action": lambda tx, o: record_action(tx, o.given.world, o.ravi, o.flat_id, A_DIVIDEND),
    "remove_action": lambda tx, o: remove_action(tx, o.given.world, o.ravi, o.flat_id, "any"),
    "preview_for_one": lambda tx, o: preview_for_one(tx, o.given.world, o.ravi.id, o.portfolio.id),
    "confirm_dividend": lambda tx, o: confirm_dividend(tx, o.given.world, o.ravi, o.portfolio.id, "any"),
    "dismiss_dividend": lambda tx, o: dismiss_dividend(tx, o.given.world, o.ravi.id, o.portfolio.id, "any"),
    "load_suggested_dividends": lambda tx, o: load_suggested_dividends(tx, o.given.world, o.ravi.id, o.portfolio.id),
}
# These name an owner and can reach nobody else's things: they make something, or take no id but the owner's own.
OF_ONES_OWN = {
    "create_portfolio": "makes a portfolio of the owner's",
    "create_sample": "makes a portfolio of the owner's",
    "resolve_instrument": "makes or finds by the owner's own names; tests of the ledger show whose",
    "resolve_named_beside": "as resolve_instrument",
    "load_summary_of_all": "takes no id; tested below",
    "load_health_of_all": "takes no id; tested with the health of the data",
    "value_all": "takes no id; as load_summary_of_all",
    "may_settle": "is asked of an instrument that was loaded by its owner",
    "list_sessions": "takes no id but the person's",
    "end_session": "looks among the person's own; tested with the sessions",
    "end_other_sessions": "takes no id but the person's",
    "note_use": "takes no id but the session's, found by its token",
    "remove_user": "asks for the administrator and their password; tested with the accounts",
    "answer_by_tag": "is told what to answer by those who loaded it",
    "work_out": "takes a portfolio that was loaded by its owner",
    "work_out_all": "takes no id but the benchmark's, which is loaded by its owner; tested with all portfolios",
    "load_performance_of_all": "as work_out_all",
    "explain_of_period": "as work_out",
    "explain_of_year_made": "as work_out",
    "explain_returns": "is told what to explain by those who loaded it",
    "load_parts": "takes no id; as load_summary_of_all",
    "value_all_now": "takes no id; as load_summary_of_all",
    "answer_once": "keys are each user's own; tested with the keys",
    "change_me": "takes no id but the person's",
    "change_password": "takes no id but the person's",
    "delete_account": "takes no id but the person's",
    "sign_out": "takes no id but the session's, found by its token",
    "switch_source": "asks for the administrator",
    "set_order": "asks for the administrator; sources belong to nobody",
    "set_limits": "as set_order",
    "accept_smaller_file": "as set_order",
    "set_day": "asks for the administrator; markets belong to nobody",
    "remove_day": "as set_day",
    "set_hours": "as set_day",
    "remove_hours": "as set_day",
    "list_proposals": "asks for the administrator; proposals belong to nobody",
    "load_proposal": "as list_proposals",
    "load_preview": "asks for the administrator, and shows their own alone; tested with the desk",
    "preview_for_all": "as load_preview",
    "propose_by_hand": "asks for the administrator; of what nobody owns",
    "apply_proposal": "asks for the administrator",
    "undo_proposal": "asks for the administrator",
    "dismiss_proposal": "asks for the administrator",
    "reopen_proposal": "asks for the administrator",
    "apply_demerger": "is told what to apply by who asked for the administrator",
    "undo_demerger": "as apply_demerger",
    "project_for": "as apply_demerger",
}


@pytest.mark.parametrize("name", NOTHING)
def test_fault_68_anothers_things_are_in_no_list(theirs, name):
    with theirs.given.database.reading() as tx:
        assert not NOTHING[name](tx, theirs)


@pytest.mark.parametrize("name", NOT_FOUND)
def test_fault_68_anothers_things_are_not_found(theirs, name):
    before = everything(theirs)

    with pytest.raises(NotFound), theirs.given.database.transaction() as tx:
        NOT_FOUND[name](tx, theirs)

    assert everything(theirs) == before


def everything(theirs):
    with theirs.given.database.reading() as tx:
        asha, portfolio = theirs.asha, theirs.portfolio
        return (
            tx.people.load(asha.id),
            tx.portfolios.load(asha.id, portfolio.id),
            tx.ledgers.rows(asha.id, portfolio.id),
            tx.holdings.all(asha.id, [portfolio.id]),
        )


def test_fault_68_the_summary_of_all_is_of_ones_own(theirs):
    assert theirs.portfolio.id.encode() not in theirs.given.summary_of_all(theirs.ravi)
    assert theirs.portfolio.id.encode() in theirs.given.summary_of_all(theirs.asha)


def test_invariant_26_nothing_that_i_do_changes_what_others_have(theirs):
    given = theirs.given
    before = everything(theirs)

    [row] = given.record(theirs.ravi, theirs.own, buy("INFY", "5", "1"))
    with given.database.transaction() as tx:
        change_transaction(tx, given.world, theirs.ravi.id, row.id, 1, replace(row, price=Decimal(2)))
    with given.database.transaction() as tx:
        delete_portfolio(
            tx, given.world, theirs.ravi.id, theirs.own.id, tx.portfolios.load(theirs.ravi.id, theirs.own.id).version
        )

    assert everything(theirs) == before


def test_a_changed_row_cannot_be_moved_to_somebody_else(theirs):
    """A row is overwritten with what the caller hands in: its portfolio, instrument and id are not the caller's."""
    given = theirs.given
    [mine] = given.record(theirs.ravi, theirs.own, buy("INFY", "5", "1"))
    before = everything(theirs)
    smuggled = replace(mine, id=theirs.row.id, portfolio_id=theirs.portfolio.id, instrument_id=theirs.flat_id)

    with given.database.transaction() as tx:
        after, _ = change_transaction(tx, given.world, theirs.ravi.id, mine.id, 1, replace(smuggled, price=Decimal(2)))

    assert everything(theirs) == before
    assert (after.id, after.portfolio_id, after.instrument_id) == (mine.id, mine.portfolio_id, mine.instrument_id)


# --- Nothing is left out ---------------------------------------------------------------------------------------------


def modules_of(room: ModuleType):
    return [import_module(f"{room.__name__}.{one.name}") for one in pkgutil.iter_modules(room.__path__)]


def names_an_owner(function):
    parameters = inspect.signature(function).parameters
    return bool({"owner_id", "user", "user_id", "principal"} & parameters.keys())


def test_every_room_that_reads_by_owner_is_in_the_lists():
    rooms = [
        type(getattr(Tx, name).func(type("Any", (), {"_connection": None})())) for name in rooms_of_a_transaction()
    ]
    found = {
        f"{room.__name__}.{name}"
        for room in rooms
        for name, method in inspect.getmembers(room, inspect.isfunction)
        if not name.startswith("_") and "owner_id" in inspect.signature(method).parameters
    }

    assert found == {name for name in NOTHING.keys() | NOT_FOUND.keys() if "." in name and " " not in name}


def rooms_of_a_transaction():
    return [name for name, member in vars(Tx).items() if hasattr(member, "func")]


def test_every_use_case_that_names_an_owner_is_in_the_lists():
    found = {
        name
        for module in modules_of(tickfolio.services)
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and not name.startswith("_") and names_an_owner(function)
    }

    assert found - NOTHING.keys() - NOT_FOUND.keys() == OF_ONES_OWN.keys()
