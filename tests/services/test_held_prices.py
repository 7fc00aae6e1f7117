"""A held price that a person settles: accepted it is the price, rejected it is gone; and who may say so."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from tests.builders import ScriptedSource, at, buy
from tickfolio.domain.errors import AdministratorOnly, NoHeldPrice, NotFound
from tickfolio.domain.instruments import AssetType, Instrument
from tickfolio.domain.prices import HeldPrice, PriceStatus
from tickfolio.domain.splits import read_ratio
from tickfolio.services.corporate_actions import ActionDraft, record_action
from tickfolio.services.held_prices import reconsider_held_price, settle_held_price
from tickfolio.services.refresh import refresh_slot
from tickfolio.storage.corporate_actions import ActionKind


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


def say(given, source, price, minutes, run_at):
    """One run in which the source says this, `minutes` after nine."""
    source.say("INFY", price, at("2026-11-20T09:00") + timedelta(minutes=minutes))
    given.clock.now = at(run_at)
    return refresh_slot(given.refresher(source), given.clock())


def test_a_rejected_price_that_its_source_says_again_and_again_stays_rejected(given, infy, chief):
    """250 was rejected; 254 is within 2 % of it."""
    source = ScriptedSource("yahoo")
    settle(given, chief, infy.id, accept=False)

    for number, price in enumerate(("250", "254", "250"), 1):
        run = say(given, source, price, 5 + number * 10, f"2026-11-20T09:{5 + number * 10}")
        assert (run.updated, run.held, run.failed) == (0, 0, 1)

    assert held(given, infy) is None
    assert given.latest(infy).last_price == 100


def test_another_source_that_says_what_was_rejected_has_it_held_and_never_accepted(given, infy, chief):
    settle(given, chief, infy.id, accept=False)
    first, second = ScriptedSource("yahoo"), ScriptedSource("nse")

    for number, source in enumerate((first, second, second, first, second), 1):
        say(given, source, "250", 5 + number * 10, f"2026-11-20T09:{5 + number * 10}")

    waiting = held(given, infy)
    assert (waiting.price, waiting.source, waiting.reason) == (250, "nse", "reopened")
    assert given.latest(infy).last_price == 100


def test_what_was_rejected_is_forgotten_once_its_source_says_something_else(given, infy, chief):
    source = ScriptedSource("yahoo")
    settle(given, chief, infy.id, accept=False)
    say(given, source, "101", 15, "2026-11-20T09:15")

    say(given, source, "250", 25, "2026-11-20T09:25")
    assert held(given, infy).price == 250
    say(given, source, "250", 35, "2026-11-20T09:35")

    assert given.latest(infy).last_price == 250


def test_who_rejected_a_price_may_accept_it_after_all(given, infy, chief):
    settle(given, chief, infy.id, accept=False)

    settle(given, chief, infy.id, accept=True)

    assert given.latest(infy).last_price == 250
    say(given, ScriptedSource("yahoo"), "251", 15, "2026-11-20T09:15")
    assert given.latest(infy).last_price == 251


def test_a_rejected_price_is_not_accepted_after_a_newer_one_has_come(given, infy, chief):
    settle(given, chief, infy.id, accept=False)
    given.price(infy, "103", "99", at("2026-11-20T09:07"), source="nse")

    with pytest.raises(NoHeldPrice):
        settle(given, chief, infy.id, accept=True)


@pytest.mark.parametrize(
    ("ratio", "on", "accepted"),
    [
        # Held is 250 beside 100: two shares made of five explain it, from the day of the held price on.
        pytest.param("2:5", "2026-11-20", False, id="on the last price's own day"),
        pytest.param("2:5", "2026-11-21", True, id="between the two"),
        pytest.param("1:10", "2026-11-21", False, id="a ratio that does not explain it"),
    ],
)
def test_a_recorded_split_settles_a_held_price(given, infy, chief, ratio, on, accepted):
    day = at("2026-11-21T09:00")
    with given.database.transaction() as tx:
        tx.prices.drop_held(infy.id)
        tx.prices.hold([HeldPrice(infy.id, Decimal(250), "INR", day, "yahoo", "jump", "r1")])
    given.clock.now = at("2026-11-21T09:10")

    with given.database.transaction() as tx:
        draft = ActionDraft(ActionKind.SPLIT, date.fromisoformat(on), ratio=read_ratio(ratio))
        record_action(tx, given.world, chief, infy.id, draft)  # which looks at the held price again
        assert reconsider_held_price(tx, given.world, infy.id) is False

    assert given.latest(infy).last_price == (250 if accepted else 100)
    assert (held(given, infy) is None) is accepted


def test_a_price_after_a_recorded_split_is_not_held_and_the_one_before_it_is(given, infy, chief):
    """One into five: 100 becomes 20 on the 23rd, a Monday; a source that has not noticed says 100 still."""
    settle(given, chief, infy.id, accept=False)
    with given.database.transaction() as tx:
        draft = ActionDraft(ActionKind.SPLIT, date(2026, 11, 23), ratio=read_ratio("5:1"))
        given.clock.now = at("2026-11-23T05:00")
        record_action(tx, given.world, chief, infy.id, draft)
    source = ScriptedSource("yahoo")
    source.say("INFY", "100", at("2026-11-23T04:55"))
    refresh_slot(given.refresher(source), given.clock())
    assert held(given, infy).reason == "split_suspicion"

    given.clock.now = at("2026-11-23T05:10")
    source.say("INFY", "20.5", at("2026-11-23T05:05"))
    refresh_slot(given.refresher(source), given.clock())

    assert given.latest(infy).last_price == Decimal("20.5")
    assert held(given, infy) is None
