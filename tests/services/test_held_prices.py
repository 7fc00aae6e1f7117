"""A held price that a person settles: accepted it is the price, rejected it is gone; and who may say so."""

from decimal import Decimal

import pytest

from tests.builders import ScriptedSource, at, buy
from tickfolio.domain.errors import AdministratorOnly, NoHeldPrice, NotFound
from tickfolio.domain.instruments import AssetType, Instrument
from tickfolio.domain.prices import HeldPrice, PriceStatus
from tickfolio.services.held_prices import settle_held_price
from tickfolio.services.refresh import refresh_slot


@pytest.fixture
def chief(given):
    return given.user("Chief", administrator=True)


@pytest.fixture
def infy(given, asha, portfolio):
    """10 INFY at 100, beside which a source says 250."""
    given.record(asha, portfolio, buy("INFY", "10", "90", "2026-11-19"))
    found = given.instrument("INFY")
    given.price(found, "100", "99", at("2026-11-20T09:00"), source="yahoo")
    hold(given, found.id, "250", PriceStatus.LIVE, Decimal(98))
    return found


def hold(given, instrument_id, price, *more):
    told = ("INR", at("2026-11-20T09:05"), "yahoo", "jump", "r1")
    with given.database.transaction() as tx:
        tx.prices.hold([HeldPrice(instrument_id, Decimal(price), *told, *more)])


def settle(given, user, instrument_id, *, accept):
    with given.database.transaction() as tx:
        return settle_held_price(tx, given.world, user, instrument_id, accept=accept)


def held(given, instrument):
    with given.database.reading() as tx:
        return tx.prices.held([instrument.id]).get(instrument.id)


def prices_version(given):
    with given.database.reading() as tx:
        return tx.server.version("prices")


def test_what_is_held_is_stored_whole(given, infy):
    waiting = held(given, infy)

    assert (waiting.price, waiting.status, waiting.previous_close) == (250, PriceStatus.LIVE, 98)


def test_an_accepted_price_is_the_last_good_one_and_every_page_hears_of_it(given, infy, chief, asha, portfolio):
    before = prices_version(given)

    settle(given, chief, infy.id, accept=True)

    price = given.latest(infy)
    assert (price.last_price, price.previous_close, price.as_of) == (250, 98, at("2026-11-20T09:05"))
    assert (price.source, price.status, price.last_updated_at) == ("yahoo", PriceStatus.LIVE, given.clock())
    assert held(given, infy) is None
    assert prices_version(given) > before
    with given.database.reading() as tx:
        [point] = tx.prices.history(infy.id, before=None, limit=9)
    assert (point.price, point.kind) == (250, "tick")
    told = given.events[-1]
    assert (told.name, told.data) == ("prices.updated", {"version": str(prices_version(given))})
    assert b'"current_value":"2500"' in given.summary(asha, portfolio)  # 10 × 250


def test_a_rejected_price_is_gone_and_the_good_one_stays(given, infy, chief):
    good, before = given.latest(infy), prices_version(given)

    settle(given, chief, infy.id, accept=False)

    assert (given.latest(infy), held(given, infy)) == (good, None)
    assert prices_version(given) > before
    with pytest.raises(NoHeldPrice):
        settle(given, chief, infy.id, accept=False)


def test_nothing_held_cannot_be_settled(given, infy, chief):
    settle(given, chief, infy.id, accept=True)
    before = (given.latest(infy), prices_version(given), len(given.events))

    for accept in (True, False):
        with pytest.raises(NoHeldPrice):
            settle(given, chief, infy.id, accept=accept)

    assert (given.latest(infy), prices_version(given), len(given.events)) == before


def test_what_all_share_is_the_administrators_to_settle(given, infy, asha):
    with pytest.raises(AdministratorOnly):
        settle(given, asha, infy.id, accept=True)

    assert held(given, infy) is not None


def test_ones_own_instrument_is_ones_own_to_settle_and_nobody_elses(given, asha, chief):
    flat = Instrument(given.new_id(), AssetType.BOND, "MANUAL", "Flat", "Flat", "INR", owner_id=asha.id)
    with given.database.transaction() as tx:
        flat = tx.instruments.add_if_new(flat)
    hold(given, flat.id, "7")

    with pytest.raises(NotFound):
        settle(given, chief, flat.id, accept=True)
    settle(given, asha, flat.id, accept=True)

    assert given.latest(flat).last_price == 7


def test_a_rejected_price_that_the_source_says_again_is_held_again(given, infy, chief):
    source = ScriptedSource("yahoo")
    source.say("INFY", "250", at("2026-11-20T09:06"))
    settle(given, chief, infy.id, accept=False)

    refresh_slot(given.refresher(source), given.clock())

    assert held(given, infy).price == 250
    assert given.latest(infy).last_price == 100
