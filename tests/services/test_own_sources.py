"""Sources of one's own, from what a person writes down to the price that the gate lets through."""

import time
from datetime import date
from decimal import Decimal

import pytest

from tests.builders import at, buy, named
from tests.providers.misbehaving import RawServer, says
from tickfolio.domain.errors import CurrencyMismatch, InvalidInput, NotFound, NotPricedByHand, TooMany
from tickfolio.domain.instruments import AssetType, Instrument
from tickfolio.domain.prices import PriceStatus
from tickfolio.providers.address_check import AddressCheck, read_named_hosts
from tickfolio.providers.own_answer import OwnFailure, OwnPrice
from tickfolio.providers.own_source import OwnProvider
from tickfolio.services.manual_prices import remove_price, set_price
from tickfolio.services.own_sources import (
    SOURCES_MAX,
    TRIES_A_MINUTE,
    OwnSourceDraft,
    StoredAddresses,
    load_own_source,
    remove_own_source,
    store_own_source,
    try_own_source,
)
from tickfolio.services.refresh import price_new, refresh_slot
from tickfolio.services.source_records import load_source_records
from tickfolio.services.sources import Sources
from tickfolio.services.upkeep import keep_order
from tickfolio.storage.own_sources import OwnSource

GOLD = named("Gold coin", "MANUAL")
ANYWHERE = "https://example.org/gold.json?key=secret"


class Owner:
    """Asha, her gold coin, and a share that a source prices; 127.0.0.1 is allowed."""

    def __init__(self, given):
        self.given, self.asha = given, given.user()
        self.portfolio = given.portfolio(self.asha)
        row, other = given.record(self.asha, self.portfolio, buy(GOLD, "2", "60000"), buy("INFY", "10", "1400"))
        with given.database.reading() as tx:
            self.coin = tx.instruments.load(self.asha.id, row.instrument_id)
            self.share = tx.instruments.load(self.asha.id, other.instrument_id)
        check = AddressCheck(read_named_hosts("127.0.0.1"))
        self.provider = OwnProvider(StoredAddresses(given.database), check, time.monotonic, lambda _seconds: None)
        self.refresher = given.refresher(self.provider)
        self.sources = self.refresher.sources

    def draft(self, url=ANYWHERE, path="price", date_path=None, **more):
        return OwnSourceDraft(url, "json", path, date_path, **more)

    def store(self, *draft, instrument=None, **more):
        with self.given.database.transaction() as tx:
            key = (instrument or self.coin).id
            return store_own_source(tx, self.given.world, self.sources, self.asha.id, key, self.draft(*draft, **more))

    def state(self):
        with self.given.database.reading() as tx:
            return load_own_source(tx, self.sources, self.asha.id, self.coin.id)

    def remove(self):
        with self.given.database.transaction() as tx:
            remove_own_source(tx, self.asha.id, self.coin.id)

    def try_out(self, *draft, sources=None, **more):
        given = self.given
        draft = self.draft(*draft, **more)
        return try_own_source(given.database, given.world, sources or self.sources, self.asha.id, self.coin.id, draft)

    def refresh(self):
        return refresh_slot(self.refresher, self.given.clock.advance(600))

    def set_price(self, day, price):
        with self.given.database.transaction() as tx:
            set_price(tx, self.given.world, self.asha.id, self.coin.id, date.fromisoformat(day), Decimal(price))

    def remove_price(self, day):
        with self.given.database.transaction() as tx:
            remove_price(tx, self.given.world, self.asha.id, self.coin.id, date.fromisoformat(day))

    def held(self):
        with self.given.database.reading() as tx:
            found = tx.prices.held([self.coin.id]).get(self.coin.id)
        return found and found.price

    def price(self):
        found = self.given.latest(self.coin)
        return found and (found.last_price, found.as_of, found.status, found.source)


@pytest.fixture
def owner(given):
    one = Owner(given)
    yield one
    one.provider.close()


def gives(price, day=None):
    told = f'{{"price": {price}}}' if day is None else f'{{"price": {price}, "on": "{day}"}}'
    return says(body=told.encode())


# --- What is written down --------------------------------------------------------------------------------------------


def test_an_address_is_written_down_and_asked_at_once(owner, given):
    given.asked.clear()

    state = owner.store(f" {ANYWHERE}#part ", " data.0.price ", " ", currency="INR")

    expected = OwnSource(owner.coin.id, ANYWHERE, "json", "data.0.price", None, "INR", given.clock())
    assert (state.source, state.is_on) == (expected, True)
    assert owner.state() == state
    assert given.asked == [owner.coin.id]
    assert "secret" not in repr(state)


def test_another_address_takes_its_place_and_it_can_be_taken_back(owner, given):
    first = owner.store().source
    given.clock.advance(60)
    second = owner.store("https://example.org/other").source

    assert (second.url, second.created_at) == ("https://example.org/other", first.created_at)
    owner.remove()
    assert owner.state().source is None
    with pytest.raises(NotFound):
        owner.remove()


def test_what_another_source_prices_has_no_address(owner):
    with pytest.raises(NotPricedByHand):
        owner.store(instrument=owner.share)


@pytest.mark.parametrize(
    ("draft", "field", "code"),
    [
        ({"url": "http://10.0.0.1/"}, "url", "address_not_allowed"),
        ({"url": "file:///etc/passwd"}, "url", "not_a_web_address"),
        ({"url": "https://me:word@example.org/"}, "url", "user_in_address"),
        ({"url": "https://example.org:25/"}, "url", "port_not_allowed"),
        ({"path": "a["}, "price_path", "path_unreadable"),
        ({"path": "  "}, "price_path", "path_unreadable"),
        ({"date_path": "a..b"}, "date_path", "path_unreadable"),
    ],
)
def test_what_cannot_be_asked_is_refused_at_once(owner, draft, field, code):
    for use in (owner.store, owner.try_out):
        with pytest.raises(InvalidInput) as refused:
            use(**draft)
        assert [(one.field, one.code) for one in refused.value.errors] == [(field, code)]
        assert "secret" not in refused.value.message
    assert owner.state().source is None


def test_the_currency_is_the_instruments(owner):
    with pytest.raises(CurrencyMismatch):
        owner.store(currency="USD")


def test_a_person_has_at_most_fifty(owner, given):
    with given.database.transaction() as tx:
        more = [
            tx.instruments.add_if_new(
                Instrument(given.new_id(), AssetType.BOND, "MANUAL", f"B{n}", f"B{n}", "INR", owner_id=owner.asha.id)
            )
            for n in range(SOURCES_MAX)
        ]
    for one in more:
        owner.store(instrument=one)

    with pytest.raises(InvalidInput) as refused:
        owner.store()

    assert [one.code for one in refused.value.errors] == ["too_many_sources"]
    owner.store("https://example.org/other", instrument=more[0])  # one that is there may change


# --- Trying ----------------------------------------------------------------------------------------------------------


@pytest.mark.enable_socket
def test_a_try_says_what_stands_there_and_stores_nothing(owner):
    with RawServer(gives(70_000, "2026-11-19")) as server:
        told = owner.try_out(server.url, "price", "on")
        missed = owner.try_out(server.url, "data.0.price")

    assert told == OwnPrice(Decimal(70_000), date(2026, 11, 19))
    assert isinstance(missed, OwnFailure)
    assert (missed.code, missed.where) == ("path_not_found", "data")
    assert owner.state().source is None
    assert owner.price() is None


@pytest.mark.enable_socket
def test_one_may_try_only_so_often_a_minute(owner, given):
    with RawServer(gives(5)) as server:
        for _ in range(TRIES_A_MINUTE):
            owner.try_out(server.url)
        with pytest.raises(TooMany) as refused:
            owner.try_out(server.url)
        assert refused.value.retry_after_seconds == 60
        given.clock.advance(60)
        assert owner.try_out(server.url) == OwnPrice(Decimal(5))


def test_where_the_administrator_has_switched_it_off_nothing_is_asked(owner):
    off = Sources({"own": owner.provider}, frozenset())

    told = owner.try_out(sources=off)

    assert isinstance(told, OwnFailure)
    assert told.code == "switched_off"
    with owner.given.database.reading() as tx:
        assert not load_own_source(tx, off, owner.asha.id, owner.coin.id).is_on


# --- Refreshing ------------------------------------------------------------------------------------------------------


@pytest.mark.enable_socket
def test_a_refresh_asks_it_like_any_source(owner, given):
    with RawServer(gives(70_000, "2026-11-19")) as server:
        owner.store(server.url, "price", "on")
        run = owner.refresh()
        again = owner.refresh()

    assert owner.price() == (Decimal(70_000), at("2026-11-19T12:00"), PriceStatus.CLOSE, "own")
    assert (run.instruments, run.updated, run.failed) == (1, 1, 0)
    assert again.instruments == 1  # it has no calendar of its own: once a run
    assert len(server.requests) == 2
    with given.database.reading() as tx:
        assert load_source_records(tx, owner.sources)["own"].instruments == 1


@pytest.mark.enable_socket
def test_a_price_without_a_day_is_of_now(owner, given):
    with RawServer(gives(70_000)) as server:
        owner.store(server.url)
        owner.refresh()

    assert owner.price() == (Decimal(70_000), given.clock(), PriceStatus.DELAYED, "own")


@pytest.mark.enable_socket
def test_the_first_price_is_asked_for_at_once_also_after_one_by_hand(owner, given):
    with given.database.transaction() as tx:
        set_price(tx, given.world, owner.asha.id, owner.coin.id, date(2026, 11, 18), Decimal(10))
    with RawServer(gives(70_000)) as server:
        owner.store(server.url)
        first = price_new(owner.refresher, [owner.coin.id])
        second = price_new(owner.refresher, [owner.coin.id])

    # after a price by hand the first one may jump
    assert (first.updated, second) == (1, None)
    assert owner.price()[0] == 70_000


@pytest.mark.enable_socket
def test_fault_10_a_jump_is_held_as_of_any_source(owner, given):
    with RawServer(gives(70_000, "2026-11-18")) as server:
        owner.store(server.url, "price", "on")
        owner.refresh()
    with RawServer(gives(140_001, "2026-11-19")) as server:
        owner.store(server.url, "price", "on")
        run = owner.refresh()

    assert (run.held, owner.price()[0]) == (1, 70_000)


@pytest.mark.enable_socket
def test_a_price_by_hand_of_an_earlier_day_leaves_the_close_of_the_source_what_it_is(owner):
    """Were it taken for one by hand, the next price of the source might jump as it likes."""
    with RawServer(gives(70_000, "2026-11-18")) as server:
        owner.store(server.url, "price", "on")
        owner.refresh()
    by_source = (Decimal(70_000), at("2026-11-18T12:00"), PriceStatus.CLOSE, "own")
    assert owner.price() == by_source

    owner.set_price("2026-01-05", "61000")

    assert owner.price() == by_source
    with RawServer(gives(140_001, "2026-11-19")) as server:
        owner.store(server.url, "price", "on")
        run = owner.refresh()
        assert (run.held, owner.price()) == (1, by_source)
        owner.set_price("2026-01-06", "62000")
    assert owner.held() == 140_001  # it still waits for somebody to decide
    owner.set_price("2026-11-19", "71000")
    assert owner.price() == (Decimal(71_000), at("2026-11-19T12:00"), PriceStatus.MANUAL, "manual")
    assert owner.held() is None
    owner.remove_price("2026-11-19")
    assert owner.price() == by_source


@pytest.mark.enable_socket
def test_a_price_of_now_stands_until_one_by_hand_is_of_its_day(owner, given):
    with RawServer(gives(70_000)) as server:
        owner.store(server.url)
        owner.refresh()
    of_now = (Decimal(70_000), given.clock(), PriceStatus.DELAYED, "own")

    owner.set_price("2026-11-19", "69000")
    assert owner.price() == of_now
    owner.remove_price("2026-11-19")
    assert owner.price() == of_now
    owner.set_price("2026-11-20", "69500")
    assert owner.price() == (Decimal(69_500), at("2026-11-20T12:00"), PriceStatus.MANUAL, "manual")


@pytest.mark.enable_socket
def test_a_price_by_hand_takes_the_place_of_the_source_s_close_of_that_day(owner, given):
    with RawServer(gives(70_000)) as server:
        owner.store(server.url)
        owner.refresh()
    given.clock.now = at("2026-11-21T01:00")
    keep_order(given.database, given.clock())  # the last price of the 20th, of 09:20, becomes its close

    owner.set_price("2026-11-20", "69500")

    with given.database.reading() as tx:
        assert [(one.price, one.source) for one in tx.prices.newest_closes(owner.coin.id, 9)] == [(69_500, "manual")]
    assert owner.price() == (Decimal(69_500), at("2026-11-20T12:00"), PriceStatus.MANUAL, "manual")


@pytest.mark.enable_socket
def test_why_it_failed_is_kept_until_it_does_not(owner, given, caplog):
    with RawServer(says("404 Not Found")) as server:
        owner.store(server.url)
        run = owner.refresh()
        failed_at = given.clock()
        owner.refresh()

    state = owner.state()
    assert (run.failed, state.failure, state.failing_since) == (1, "not_found", failed_at)
    assert run.providers[0].ok  # one address is not the source
    with RawServer(gives(5)) as server:
        owner.store(server.url)
        assert owner.state().failure is None
        owner.refresh()
    assert owner.state().failure is None
    assert "secret" not in caplog.text


@pytest.mark.enable_socket
def test_fault_72_what_was_allowed_once_is_refused_once_it_is_not(owner, given):
    with RawServer(gives(5)) as server:
        owner.store(server.url)
        strict = OwnProvider(StoredAddresses(given.database), AddressCheck(), time.monotonic, lambda _seconds: None)
        refresh_slot(given.refresher(strict), given.clock.advance(600))
        strict.close()

    assert server.requests == []
    assert (owner.state().failure, owner.price()) == ("blocked", None)


def test_without_an_address_nobody_is_asked(owner):
    assert owner.refresh().instruments == 0


@pytest.mark.enable_socket
def test_the_last_price_stays_when_the_address_is_taken_back(owner):
    with RawServer(gives(70_000)) as server:
        owner.store(server.url)
        owner.refresh()
        owner.remove()
        assert owner.refresh().instruments == 0

    assert owner.price()[0] == 70_000
