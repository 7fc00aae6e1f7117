"""Prices by hand through HTTP: of what is one's own and no source prices."""

import pytest

from tests.api.listening import listening
from tests.api.running import Person, add_holding, assert_problem, make_portfolio

FLAT = {"symbol": "Flat in Pune", "exchange": "MANUAL", "asset_type": "BOND", "quantity": "1", "avg_buy_price": "100"}


class Flat:
    """Asha's flat, bought for 100."""

    def __init__(self, person):
        self.browser = person.browser
        self.portfolio = make_portfolio(person)
        self.id = add_holding(person, self.portfolio["id"], **FLAT)["instrument"]["id"]

    def put(self, day, price="123.45", browser=None):
        return (browser or self.browser).put(f"/instruments/{self.id}/prices/{day}", json={"price": price})

    def delete(self, day, browser=None):
        return (browser or self.browser).delete(f"/instruments/{self.id}/prices/{day}")

    def shown(self):
        answer = self.browser.get(f"/instruments/{self.id}").json()
        return answer["last_price"], answer["previous_close"], answer["price"] and answer["price"]["status"]


@pytest.fixture
def flat(asha):
    return Flat(asha)


def test_a_price_is_set_shown_and_taken_back(flat):
    answer = flat.put("2026-01-05")

    assert answer.status_code == 200
    point = answer.json()
    assert {key: point[key] for key in ("timestamp", "price", "kind", "source")} == {
        "timestamp": "2026-01-05T12:00:00Z",
        "price": "123.45",
        "kind": "close",
        "source": "manual",
    }
    assert flat.browser.get(f"/instruments/{flat.id}/prices").json()["items"] == [point]
    assert flat.shown() == ("123.45", None, "manual")
    assert flat.put("2026-02-05", "150").status_code == 200
    assert flat.shown() == ("150", "123.45", "manual")

    assert flat.delete("2026-02-05").status_code == 204

    assert flat.shown() == ("123.45", None, "manual")
    assert flat.delete("2026-01-05").status_code == 204
    assert flat.shown() == (None, None, None)
    assert_problem(flat.delete("2026-01-05"), 404, "not_found")


def test_the_summary_and_its_tag_follow(flat):
    path = f"/portfolios/{flat.portfolio['id']}/summary"
    flat.put("2026-01-05", "150")
    before = flat.browser.get(path)

    flat.put("2026-01-05", "175.50")

    after = flat.browser.get(path, headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    assert (before.json()["profit_loss"], after.json()["profit_loss"]) == ("50", "75.50")  # less 100


def test_a_number_keeps_its_digits(flat):
    body = b'{"price": 0.100000000000000001}'
    path = f"/instruments/{flat.id}/prices/2026-01-05"

    answer = flat.browser.put(path, content=body, headers={"Content-Type": "application/json"})

    assert answer.json()["price"] == "0.100000000000000001"


@pytest.mark.parametrize("price", ["0", "-1", "1e3", "NaN", "", "1,5", "0.0000000000000000001", None])
def test_a_price_is_more_than_nothing(flat, price):
    assert_problem(flat.put("2026-01-05", price), 422, "invalid_input", "price")
    assert flat.shown() == (None, None, None)


def test_a_day_that_cannot_be(flat):
    for day in ("1899-12-31", "2199-01-01"):
        assert_problem(flat.put(day), 422, "invalid_input", "date")
    for day in ("2026-02-30", "20260105", "1767571200", "today"):
        assert_problem(flat.put(day), 404, "not_found")
        assert_problem(flat.delete(day), 404, "not_found")


def test_what_a_source_prices_is_not_for_hands(flat, asha):
    infy = add_holding(asha, flat.portfolio["id"])["instrument"]["id"]
    path = f"/instruments/{infy}/prices/2026-01-05"

    assert_problem(asha.browser.put(path, json={"price": "1"}), 403, "not_priced_by_hand")
    assert_problem(asha.browser.delete(path), 403, "not_priced_by_hand")


def test_anothers_is_not_there(flat, server):
    other = server.person("Ben")

    assert_problem(flat.put("2026-01-05", browser=other.browser), 404, "not_found")
    flat.put("2026-01-05")
    assert_problem(flat.delete("2026-01-05", browser=other.browser), 404, "not_found")

    assert flat.shown()[0] == "123.45"


def test_the_owners_open_pages_hear_of_it_and_nobody_elses(server, asha):
    ben = server.person("Ben")
    writer = Person(server.browser(Authorization=f"Bearer {server.token(ben)}"), ben.id, ben.email)
    with listening(asha.browser) as hers, listening(ben.browser) as his:
        Flat(writer).put("2026-01-05")

        his.waits_for("prices.updated")
        assert hers.names() == []
