"""Prices by hand: of one's own, exact, and the newest is the price that counts."""

import json
from datetime import date
from decimal import Decimal

import pytest

from tests.builders import at, buy, named
from tickfolio.domain.errors import InvalidInput, NotFound, NotPricedByHand
from tickfolio.domain.prices import LatestPrice, PriceStatus
from tickfolio.services.manual_prices import remove_price, set_price
from tickfolio.storage.prices import PricePoint

FLAT = named("Flat in Pune", "MANUAL")


class Owner:
    """Asha, her flat, and a share that a source prices."""

    def __init__(self, given):
        self.given, self.asha = given, given.user()
        self.portfolio = given.portfolio(self.asha)
        row, _ = given.record(self.asha, self.portfolio, buy(FLAT, "1", "5000000"), buy("INFY", "10", "1400"))
        with given.database.reading() as tx:
            self.flat = tx.instruments.load(self.asha.id, row.instrument_id)
        given.events.clear()

    def set(self, day, price, instrument=None):
        with self.given.database.transaction() as tx:
            key = (instrument or self.flat).id
            return set_price(tx, self.given.world, self.asha.id, key, date.fromisoformat(day), Decimal(price))

    def remove(self, day, instrument=None):
        with self.given.database.transaction() as tx:
            remove_price(tx, self.given.world, self.asha.id, (instrument or self.flat).id, date.fromisoformat(day))

    def latest(self):
        found = self.given.latest(self.flat)
        return found and (found.last_price, found.previous_close, found.as_of.date().isoformat())

    def version(self):
        with self.given.database.reading() as tx:
            return tx.server.version("prices")


@pytest.fixture
def owner(given):
    return Owner(given)


def test_a_price_by_hand_is_a_close_with_its_source(owner, given):
    point = owner.set("2026-11-01", "123.45")

    noon = at("2026-11-01T12:00")
    assert point == PricePoint(owner.flat.id, "close", noon, Decimal("123.45"), "manual", given.clock())
    with given.database.reading() as tx:
        assert list(tx.prices.history(owner.flat.id, before=None, limit=9)) == [point]
    assert given.latest(owner.flat) == LatestPrice(
        owner.flat.id, Decimal("123.45"), None, "INR", noon, "manual", PriceStatus.MANUAL, given.clock()
    )


def test_the_newest_day_counts_in_whatever_order_they_are_entered(owner):
    owner.set("2026-06-01", "200")
    assert owner.latest() == (200, None, "2026-06-01")

    owner.set("2026-01-01", "100")
    assert owner.latest() == (200, 100, "2026-06-01")

    owner.set("2026-11-01", "1000000")  # five thousand times as much: a person may say so
    assert owner.latest() == (1000000, 200, "2026-11-01")

    owner.set("2026-11-01", "300.5")
    assert owner.latest() == (Decimal("300.5"), 200, "2026-11-01")

    owner.set("2026-06-01", "250")
    assert owner.latest() == (Decimal("300.5"), 250, "2026-11-01")


def test_a_price_that_is_taken_back_gives_way_to_the_one_before_it(owner):
    for day, price in (("2026-01-01", "100"), ("2026-06-01", "200"), ("2026-11-01", "300")):
        owner.set(day, price)

    owner.remove("2026-06-01")
    assert owner.latest() == (300, 100, "2026-11-01")
    owner.remove("2026-11-01")
    assert owner.latest() == (100, None, "2026-01-01")
    owner.remove("2026-01-01")
    assert owner.latest() is None
    with pytest.raises(NotFound, match="price"):
        owner.remove("2026-01-01")


def test_the_summary_is_worth_what_the_owner_says(owner, given):
    owner.set("2026-11-01", "5250000.50")

    summary = json.loads(given.summary(owner.asha, owner.portfolio))

    [flat] = [one for one in summary["holdings"] if one["instrument"]["symbol"] == "Flat in Pune"]
    # 5,250,000.50 less the 5,000,000 that it cost
    assert (flat["current_value"], flat["profit_loss"]) == ("5250000.50", "250000.50")
    assert (flat["price"]["status"], flat["price"]["stale_at"]) == ("manual", None)


def test_each_change_names_new_content_and_tells_its_owner(owner, given):
    before = owner.version()

    owner.set("2026-11-01", "1")
    owner.remove("2026-11-01")

    assert owner.version() == before + 2
    assert [(one.name, one.user_id, one.data) for one in given.events] == [
        ("prices.updated", owner.asha.id, {"version": str(before + number)}) for number in (1, 2)
    ]


def test_what_a_source_prices_is_not_priced_by_hand(owner, given):
    infy = given.instrument("INFY")

    with pytest.raises(NotPricedByHand, match="INFY on NSE"):
        owner.set("2026-11-01", "1", infy)
    with pytest.raises(NotPricedByHand):
        owner.remove("2026-11-01", infy)

    assert given.latest(infy) is None
    assert given.events == []


def test_a_day_lies_between_1900_and_today(owner):
    """It is 09:10 UTC on 20 November: on Kiritimati, 14 hours ahead, it is 23:10 of the same day."""
    for day in ("1899-12-31", "2026-11-21", "9999-12-31"):
        with pytest.raises(InvalidInput) as refused:
            owner.set(day, "1")
        assert refused.value.field == "date"

    for day in ("1900-01-01", "2026-11-20"):
        owner.set(day, "1")

    assert owner.latest() == (1, 1, "2026-11-20")


def test_a_price_by_hand_is_in_the_history_at_once(owner, given):
    owner.set("2025-06-01", "10")
    with given.database.transaction() as tx:
        assert tx.closes.make_blocks({owner.flat.id: "MANUAL"}, {owner.flat.id: [2025]}) == 1

    owner.set("2025-06-01", "20")
    owner.set("2025-07-01", "30")
    owner.remove("2025-06-01")

    with given.database.reading() as tx:
        found = tx.closes.load({owner.flat.id: "MANUAL"}, date(2025, 1, 1), date(2025, 12, 31))
    days, closes = found[owner.flat.id]
    assert ([date.fromordinal(day) for day in days.tolist()], closes.tolist()) == ([date(2025, 7, 1)], [30.0])
