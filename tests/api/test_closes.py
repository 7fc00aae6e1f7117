"""Every day's close through HTTP: as traded and in units of now, with whoever said so."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from tests.api.running import assert_problem, make_portfolio, trade
from tickfolio.storage.prices import PricePoint

# By the clock of Mumbai 20:00 UTC is the next day, and the last close of a day counts.
POINTS = [
    ("2025-12-31T20:00", "300.10", None),  # 1 January
    ("2026-01-05T10:00", "300.60", "yahoo"),
    ("2026-01-05T10:05", "303.30", "yahoo"),
    ("2026-01-06T10:00", "100.50", "yahoo"),
    ("2026-02-02T10:00", "51.25", "manual"),
]


class Scene:
    """Asha holds INFY, which was split 3:1 on 6 January and 2:1 on 2 February."""

    def __init__(self, server, asha):
        self.server, self.asha = server, asha
        self.portfolio = make_portfolio(asha)
        self.instrument = trade(asha, self.portfolio["id"], traded_on="2026-01-05")["instrument"]
        key = self.instrument["id"]
        points = [
            PricePoint(key, "close", datetime.fromisoformat(at).replace(tzinfo=UTC), Decimal(price), source)
            for at, price, source in POINTS
        ]
        tick = PricePoint(key, "tick", datetime(2026, 2, 3, 5, tzinfo=UTC), Decimal(1))
        with server.product.database.transaction() as tx:
            tx.prices.remember([*points, tick])
        # one of the splits is the instrument's own, the other stands in her ledger
        body = {"kind": "SPLIT", "ex_on": "2026-01-06", "ratio": "3:1"}
        assert asha.browser.post(f"/instruments/{key}/actions", json=body).status_code == 201
        trade(asha, self.portfolio["id"], "BONUS", traded_on="2026-02-02", ratio="2:1", quantity=None, price=None)

    def closes(self, by=None, **query):
        return (by or self.asha).browser.get(f"/instruments/{self.instrument['id']}/closes", params=query)


@pytest.fixture
def scene(server, asha):
    return Scene(server, asha)


def test_every_day_has_its_last_close_as_traded_and_in_units_of_now(scene):
    shown = scene.closes().json()

    assert shown["currency"] == "INR"
    assert shown["days"] == ["2026-01-01", "2026-01-05", "2026-01-06", "2026-02-02"]
    assert shown["closes"] == ["300.10", "303.30", "100.50", "51.25"]
    # 3 × 2 = 6 units of now before 6 January: 300.10 ÷ 6 = 50.01666… and 303.30 ÷ 6 = 50.55; then 2: 100.50 ÷ 2 = 50.25
    assert shown["adjusted"][0] == "50.01666666666666666666666667"
    assert [Decimal(one) for one in shown["adjusted"][1:]] == [Decimal("50.55"), Decimal("50.25"), Decimal("51.25")]
    assert shown["splits"] == [
        {"date": "2026-01-06", "ratio": "3:1", "bonus": False},
        {"date": "2026-02-02", "ratio": "2:1", "bonus": True},
    ]


def test_each_stretch_says_its_source(scene):
    assert scene.closes().json()["sources"] == [
        {"source": None, "first": "2026-01-01", "last": "2026-01-01", "count": 1},
        {"source": "yahoo", "first": "2026-01-05", "last": "2026-01-06", "count": 2},
        {"source": "manual", "first": "2026-02-02", "last": "2026-02-02", "count": 1},
    ]


def test_a_span_has_the_days_inside_it_in_units_of_now(scene):
    shown = scene.closes(**{"from": "2026-01-05", "to": "2026-01-06"}).json()

    assert shown["days"] == ["2026-01-05", "2026-01-06"]
    assert [Decimal(one) for one in shown["adjusted"]] == [Decimal("50.55"), Decimal("50.25")]
    assert scene.closes(**{"from": "2026-02-03"}).json()["days"] == []
    assert_problem(scene.closes(**{"from": "yesterday"}), 422, "invalid_input", "from")


def test_a_split_that_another_person_entered_is_not_ones_own(scene):
    ben = scene.server.person("Ben")
    trade(ben, make_portfolio(ben)["id"], traded_on="2026-01-05")

    shown = scene.closes(ben).json()

    # only the 3:1 that the instrument declared: 303.30 ÷ 3 = 101.10, and 100.50 is as it was
    assert [Decimal(one) for one in shown["adjusted"][1:3]] == [Decimal("101.10"), Decimal("100.50")]
    assert [one["ratio"] for one in shown["splits"]] == ["3:1"]
