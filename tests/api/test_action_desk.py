"""The desk through HTTP: the first account is the administrator's; Ben holds ten INFY, and Cara four."""

from datetime import timedelta

import pytest

from tests.api.running import a_trade, add_holding, assert_problem, good_price, hold_price, make_portfolio, trade

STRANGE = "0198a5c2-7b5a-7cc3-8a1e-3b6f2d9e4c10"


class Scene:
    """Asha runs the server and holds two; a held price of 150 stands beside the good one of 1,500."""

    def __init__(self, server, asha):
        self.server, self.asha = server, asha
        self.ben, self.cara = server.person("Ben"), server.person("Cara")
        self.own, self.bens, self.caras = (make_portfolio(one) for one in (asha, self.ben, self.cara))
        for person, portfolio, units in (
            (asha, self.own, "2"),
            (self.ben, self.bens, "10"),
            (self.cara, self.caras, "4"),
        ):
            self.instrument = trade(person, portfolio["id"], quantity=units)["instrument"]
        now = server.product.world.now()
        good_price(server, self.instrument["id"], "1500", as_of=now - timedelta(days=1))
        hold_price(server, self.instrument["id"], "150", reason="split_suspicion")
        self.today = now.date().isoformat()
        body = {"kind": "SPLIT", "instrument_id": self.instrument["id"], "ex_on": self.today, "ratio": "10:1"}
        answer = asha.browser.post("/desk", json=body)
        assert answer.status_code == 201, answer.text
        self.proposal = answer.json()

    def post(self, act, body=None, by=None, proposal_id=None):
        path = f"/desk/{proposal_id or self.proposal['id']}/{act}"
        return (
            (by or self.asha).browser.post(path, json=body)
            if body is not None
            else (by or self.asha).browser.post(path)
        )

    def holding(self, person, portfolio):
        [one] = person.browser.get(f"/portfolios/{portfolio['id']}/summary").json()["holdings"]
        return one


@pytest.fixture
def scene(server, asha):
    return Scene(server, asha)


def test_a_proposal_is_previewed_applied_once_and_undone(scene):
    browser = scene.asha.browser
    [listed] = browser.get("/desk").json()["items"]
    assert listed == scene.proposal
    assert {key: listed[key] for key in ("kind", "state", "ratio", "ex_on", "source", "version")} == {
        "kind": "SPLIT", "state": "open", "ratio": "10:1", "ex_on": scene.today, "source": "manual", "version": 1,
    }  # fmt: skip

    preview = browser.get(f"/desk/{listed['id']}/preview").json()
    [own] = preview["own"]
    # 2 × 1400 = 2800 paid; worth 2 × 1500 = 3000 before, and 20 × 150 = 3000 after
    assert (preview["others"], preview["others_go_through"], preview["goes_through"]) == (2, True, True)
    assert own["portfolio"]["id"] == scene.own["id"]
    keys = ("quantity", "avg_buy_price", "invested", "last_price", "current_value", "profit_loss")
    assert [own["before"][0][key] for key in keys] == ["2", "1400.00", "2800.00", "1500", "3000", "200.00"]
    after = dict(own["after"][0])
    assert (after["quantity"], after["last_price"], after["current_value"]) == ("20", "150", "3000")

    applied = scene.post("apply", {"version": preview["version"]})
    assert (applied.status_code, applied.json()["state"]) == (200, "applied")
    one = scene.holding(scene.asha, scene.own)
    assert [one[key] for key in keys] == [after[key] for key in keys]
    assert scene.holding(scene.ben, scene.bens)["quantity"] == "100"
    assert_problem(scene.post("apply", {}), 409, "proposal_settled")

    assert scene.post("undo").json()["state"] == "open"
    back = scene.holding(scene.ben, scene.bens)
    assert (back["quantity"], back["last_price"], back["price"]["status"]) == ("10", "1500", "held")


def test_until_it_is_settled_the_profit_is_provisional_and_its_receipt_says_so(scene):
    path = f"/portfolios/{scene.bens['id']}"
    before = scene.ben.browser.get(f"{path}/summary").json()
    [one] = before["holdings"]
    assert (one["provisional"], before["coverage"]["provisional"]) == (True, 1)
    params = {"figure": "profit_loss", "holding": one["id"]}
    notes = scene.ben.browser.get(f"{path}/explain", params=params).json()["notes"]
    assert any(note.startswith("Provisional: ") for note in notes)
    whole = scene.ben.browser.get(f"{path}/explain", params={"figure": "profit_loss"}).json()["notes"]
    assert any(note.startswith("Provisional: ") for note in whole)
    assert scene.ben.browser.get("/summary").json()["coverage"]["provisional"] == 1

    scene.post("apply", {})

    after = scene.ben.browser.get(f"{path}/summary").json()
    assert (after["holdings"][0]["provisional"], after["coverage"]["provisional"]) == (False, 0)
    assert not any(
        "Provisional" in note for note in scene.ben.browser.get(f"{path}/explain", params=params).json()["notes"]
    )


def test_fault_68_everybody_sees_what_it_would_do_to_their_own_and_nothing_of_others(scene):
    path = f"/portfolios/{scene.bens['id']}/proposals"

    [one] = scene.ben.browser.get(path).json()["items"]

    assert one["proposal"] == scene.proposal
    assert (one["preview"]["portfolio"]["id"], one["preview"]["after"][0]["quantity"]) == (scene.bens["id"], "100")
    for stranger in (scene.asha, scene.cara):
        assert_problem(stranger.browser.get(path), 404, "not_found")
    seen = scene.asha.browser.get(f"/desk/{scene.proposal['id']}/preview").text + scene.asha.browser.get("/desk").text
    for foreign in (scene.bens["id"], scene.caras["id"], scene.ben.id, scene.cara.id):
        assert foreign not in seen


def test_the_desk_is_the_administrators(scene):
    for answer in (
        scene.ben.browser.get("/desk"),
        scene.ben.browser.get(f"/desk/{scene.proposal['id']}/preview"),
        scene.ben.browser.post(
            "/desk", json={"kind": "SPLIT", "instrument_id": scene.instrument["id"], "ex_on": "2026-01-05"}
        ),
        scene.post("apply", {}, scene.ben),
        scene.post("undo", None, scene.ben),
        scene.post("dismiss", {}, scene.ben),
        scene.post("reopen", None, scene.ben),
    ):
        assert_problem(answer, 403, "administrator_only")
    assert scene.holding(scene.ben, scene.bens)["quantity"] == "10"


def test_what_is_not_there_is_not_found(scene):
    for act, body in (("apply", {}), ("undo", None), ("dismiss", {}), ("reopen", None)):
        assert_problem(scene.post(act, body, proposal_id=STRANGE), 404, "not_found")
    assert_problem(scene.asha.browser.get(f"/desk/{STRANGE}/preview"), 404, "not_found")


def test_dismissed_it_stays_so_until_it_is_opened_again(scene):
    dismissed = scene.post("dismiss", {"reason": "a bad row"}).json()

    assert (dismissed["state"], dismissed["reason"]) == ("dismissed", "a bad row")
    assert_problem(scene.post("apply", {}), 409, "proposal_settled")
    assert_problem(scene.asha.browser.get(f"/desk/{scene.proposal['id']}/preview"), 409, "proposal_settled")
    assert scene.post("reopen").json()["state"] == "open"
    assert scene.post("apply", {"as_bonus": True}).json()["kind"] == "BONUS"


def test_a_preview_that_is_out_of_date_is_not_applied(scene):
    assert_problem(scene.post("apply", {"version": 9}), 412, "version_mismatch")


def test_undoing_what_a_later_sale_needs_is_refused_with_a_code(scene):
    scene.post("apply", {})
    sold = a_trade("SELL", quantity="50", price="150", traded_on=scene.today)
    assert scene.ben.browser.post(f"/portfolios/{scene.bens['id']}/transactions", json=sold).status_code == 201

    body = assert_problem(scene.post("undo"), 409, "later_facts")

    assert "held" not in body


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"ratio": "ten"}, "ratio"),
        ({"ratio": None}, "ratio"),
        ({"kind": "BONUS", "ratio": "1:1"}, "ratio"),
        ({"kind": "DEMERGER", "ratio": "1:1", "cost_pct": "5"}, "to_instrument_id"),
        ({"kind": "SYMBOL", "ratio": None}, "to_symbol"),
        ({"ex_on": "2199-01-01"}, "ex_on"),
        ({"kind": "MERGER"}, "kind"),
    ],
)
def test_what_a_proposal_needs(scene, body, field):
    told = {"kind": "SPLIT", "instrument_id": scene.instrument["id"], "ex_on": "2026-02-02", "ratio": "2:1"}

    assert_problem(scene.asha.browser.post("/desk", json=told | body), 422, "invalid_input", field)


def test_a_private_instrument_is_nobody_elses_business(scene):
    flat = add_holding(scene.ben, scene.bens["id"], symbol="Flat", exchange="MANUAL", asset_type="BOND")["instrument"]
    told = {"kind": "SPLIT", "instrument_id": flat["id"], "ex_on": "2026-02-02", "ratio": "2:1"}

    assert_problem(scene.asha.browser.post("/desk", json=told), 404, "not_found")


def test_a_suggested_dividend_is_confirmed_or_dismissed(scene):
    told = {"kind": "DIVIDEND", "amount": "2.50"}
    for day in ("2026-02-02", "2026-06-09"):
        answer = scene.asha.browser.post(f"/instruments/{scene.instrument['id']}/actions", json=told | {"ex_on": day})
        assert answer.status_code == 201
    path = f"/portfolios/{scene.bens['id']}/suggested-dividends"
    first, second = scene.ben.browser.get(path).json()["items"]
    assert (first["amount"], first["source"]) == ("25.00", "manual")
    for stranger in (scene.asha, scene.cara):
        assert_problem(stranger.browser.post(f"{path}/{first['action_id']}", json={}), 404, "not_found")
        assert_problem(stranger.browser.delete(f"{path}/{first['action_id']}"), 404, "not_found")

    booked = scene.ben.browser.post(f"{path}/{first['action_id']}", json={"paid_on": "2026-02-20", "taxes": "2.50"})

    assert booked.status_code == 201, booked.text
    row = booked.json()
    assert (row["type"], row["traded_on"], row["quantity"], row["taxes"]) == ("DIVIDEND", "2026-02-20", "10", "2.50")
    assert_problem(scene.ben.browser.post(f"{path}/{first['action_id']}", json={}), 404, "not_found")
    assert_problem(
        scene.ben.browser.post(f"{path}/{second['action_id']}", json={"taxes": "-1"}), 422, "invalid_input", "taxes"
    )
    assert scene.ben.browser.delete(f"{path}/{second['action_id']}").status_code == 204
    assert scene.ben.browser.get(path).json() == {"items": []}
    assert len(scene.cara.browser.get(f"/portfolios/{scene.caras['id']}/suggested-dividends").json()["items"]) == 2
