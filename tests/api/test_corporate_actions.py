"""Corporate actions through HTTP: the first account is the administrator's."""

import pytest

from tests.api.running import add_holding, assert_problem, make_portfolio, trade

SPLIT = {"kind": "SPLIT", "ex_on": "2026-02-02", "ratio": "10:1"}
DIVIDEND = {"kind": "DIVIDEND", "ex_on": "2026-03-03", "amount": "2.50"}


class Scene:
    """Asha runs the server and holds nothing; Ben bought ten INFY on 5 January."""

    def __init__(self, server, asha):
        self.asha, self.ben = asha, server.person("Ben")
        self.portfolio = make_portfolio(self.ben)
        row = trade(self.ben, self.portfolio["id"])
        self.path = f"/instruments/{row['instrument']['id']}/actions"
        self.instrument = row["instrument"]

    def post(self, body, by=None, **headers):
        return (by or self.asha).browser.post(self.path, json=body, headers=headers)

    def quantity(self):
        [held] = self.ben.browser.get(f"/portfolios/{self.portfolio['id']}/holdings").json()["items"]
        return held["quantity"].partition(".")[0]

    def suggested(self):
        return self.ben.browser.get(f"/portfolios/{self.portfolio['id']}/suggested-dividends").json()["items"]


@pytest.fixture
def scene(server, asha):
    return Scene(server, asha)


def test_an_action_is_written_listed_and_taken_back(scene):
    assert scene.ben.browser.get(scene.path).json() == {"items": []}

    answer = scene.post(SPLIT)

    assert answer.status_code == 201
    action = answer.json()
    assert {key: action[key] for key in ("kind", "ex_on", "ratio", "amount", "source")} == SPLIT | {
        "amount": None,
        "source": "manual",
    }
    assert action["instrument_id"] == scene.instrument["id"]
    paid = scene.post(DIVIDEND).json()
    assert (paid["ratio"], paid["amount"]) == (None, "2.50")
    assert scene.ben.browser.get(scene.path).json() == {"items": [action, paid]}
    assert scene.quantity() == "100"

    assert scene.asha.browser.delete(f"{scene.path}/{action['id']}").status_code == 204

    assert scene.quantity() == "10"
    assert_problem(scene.asha.browser.delete(f"{scene.path}/{action['id']}"), 404, "not_found")


def test_the_same_again_is_a_conflict_and_the_same_request_again_is_not(scene):
    first = scene.post(SPLIT, **{"Idempotency-Key": "once"})

    again = scene.post(SPLIT, **{"Idempotency-Key": "once"})

    assert (again.status_code, again.json()) == (201, first.json())
    assert_problem(scene.post(SPLIT | {"ratio": "20:2"}), 409, "action_exists")


def test_what_is_shared_is_the_administrators_to_write(scene):
    assert_problem(scene.post(SPLIT, by=scene.ben), 403, "administrator_only")
    action = scene.post(SPLIT).json()
    assert_problem(scene.ben.browser.delete(f"{scene.path}/{action['id']}"), 403, "administrator_only")

    assert scene.quantity() == "100"


def test_what_is_ones_own_is_ones_own_to_write(scene):
    flat = add_holding(scene.ben, scene.portfolio["id"], symbol="Flat in Pune", exchange="MANUAL", asset_type="BOND")[
        "instrument"
    ]
    path = f"/instruments/{flat['id']}/actions"

    assert scene.ben.browser.post(path, json=SPLIT).status_code == 201
    for answer in (scene.asha.browser.post(path, json=SPLIT), scene.asha.browser.get(path)):
        assert_problem(answer, 404, "not_found")


def test_a_split_that_leaves_too_little_for_a_sale_is_refused_without_a_number_of_others(scene):
    trade(scene.ben, scene.portfolio["id"], "SELL", quantity="6", traded_on="2026-04-01")

    body = assert_problem(scene.post(SPLIT | {"ratio": "1:2"}), 409, "conflict")

    assert "held" not in body
    assert scene.quantity() == "4"
    assert scene.ben.browser.get(scene.path).json() == {"items": []}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (SPLIT | {"ratio": "ten to one"}, "ratio"),
        (SPLIT | {"ratio": None}, "ratio"),
        (SPLIT | {"amount": "1"}, "amount"),
        (SPLIT | {"ex_on": "2199-01-01"}, "ex_on"),
        (SPLIT | {"ex_on": "1899-12-31"}, "ex_on"),
        (SPLIT | {"kind": "MERGER"}, "kind"),
        (SPLIT | {"kind": "BONUS", "ratio": "1:1"}, "ratio"),
        (DIVIDEND | {"amount": "0"}, "amount"),
        (DIVIDEND | {"amount": None}, "amount"),
        (DIVIDEND | {"ratio": "2:1"}, "ratio"),
    ],
)
def test_what_an_action_needs(scene, body, field):
    assert_problem(scene.post(body), 422, "invalid_input", field)


def test_a_dividend_is_proposed_until_it_is_booked_and_never_by_itself(scene):
    action = scene.post(DIVIDEND).json()

    [proposed] = scene.suggested()

    # 10 held on 2 March, the day before: 10 × 2.50
    assert proposed == {
        "instrument": scene.instrument,
        "ex_on": "2026-03-03",
        "per_unit": "2.50",
        "quantity": "10",
        "amount": "25.00",
        "currency": "INR",
        "action_id": action["id"],
        "source": "manual",
    }
    rows = scene.ben.browser.get(f"/portfolios/{scene.portfolio['id']}/transactions").json()["items"]
    assert [row["type"] for row in rows] == ["BUY"]

    trade(scene.ben, scene.portfolio["id"], "DIVIDEND", quantity="10", price="2.50", traded_on="2026-03-20")

    assert scene.suggested() == []


def test_anothers_proposals_are_not_there(scene):
    path = f"/portfolios/{scene.portfolio['id']}/suggested-dividends"

    assert_problem(scene.asha.browser.get(path), 404, "not_found")
