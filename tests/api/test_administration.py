"""What the administrator sees and does: people, runs of the price job, and sources of prices."""

from datetime import timedelta

from tests.api.running import PASSWORD, add_holding, assert_problem, make_portfolio, running, sign_in, wait_until
from tickfolio.storage.refreshes import ProviderOutcome, RefreshRow


def form(email, name="Ben"):
    return {"name": name, "email": email, "password": PASSWORD}


def test_the_administrator_sees_who_has_an_account_and_nothing_else_of_them(server, asha):
    ben = server.person("Ben")
    make_portfolio(ben, "Secret plan")

    answer = asha.browser.get("/users")

    first, second = answer.json()["items"]
    assert first.keys() == {"id", "name", "email", "administrator", "created_at", "last_seen_at"}
    assert (first["id"], first["administrator"]) == (asha.id, True)
    assert (second["id"], second["name"], second["email"], second["administrator"]) == (ben.id, "Ben", ben.email, False)
    assert second["last_seen_at"] >= second["created_at"]
    assert "Secret" not in answer.text
    assert_problem(ben.browser.get("/users"), 403, "administrator_only")


def test_the_administrator_adds_somebody_by_a_closed_door_and_stays_signed_in(database_url):
    with running(database_url, sign_up="closed") as server:
        asha = server.person("Asha")

        added = asha.browser.post("/users", json=form("ben@example.org"))

        assert (added.status_code, added.json()["administrator"]) == (201, False)
        assert "set-cookie" not in added.headers
        assert asha.browser.get("/me").json()["id"] == asha.id
        ben = server.browser()
        sign_in(ben, "ben@example.org")
        for browser in (ben, server.browser(), server.browser(Authorization="Bearer wrong")):
            assert_problem(browser.post("/users", json=form("cem@example.org")), 403, "sign_up_closed")
        assert_problem(asha.browser.post("/users", json=form("BEN@example.org")), 409, "email_taken")
        weak = form("cem@example.org") | {"password": "short"}
        assert_problem(asha.browser.post("/users", json=weak), 422, "weak_password", "password")


def test_the_administrator_removes_somebody_with_their_own_password(server, asha):
    ben, cem = server.person("Ben"), server.person("Cem")

    def remove(browser, user_id, password=PASSWORD):
        return browser.request("DELETE", f"/users/{user_id}", json={"password": password})

    assert_problem(remove(asha.browser, ben.id, "not this password"), 401, "wrong_credentials")
    assert_problem(remove(ben.browser, cem.id), 403, "administrator_only")
    assert_problem(remove(asha.browser, asha.id), 409, "own_account")
    assert_problem(remove(asha.browser, "0198a5c2-7b5a-7cc3-8a1e-3b6f2d9e4c10"), 404, "not_found")
    assert_problem(remove(asha.browser, ben.id, ""), 422, "invalid_input", "password")
    assert ben.browser.get("/me").status_code == 200

    assert remove(asha.browser, ben.id).status_code == 204

    assert_problem(ben.browser.get("/me"), 401, "unauthenticated")
    assert [one["name"] for one in asha.browser.get("/users").json()["items"]] == ["Asha", "Cem"]


def test_runs_are_listed_newest_first_with_how_long_they_took(server, asha):
    now = server.product.world.now().replace(microsecond=0)
    with server.product.database.transaction() as tx:
        for key, kind, minutes, took in (("a", "slot", 30, 1.25), ("b", "hand", 20, 60), ("c", "new", 15, 1)):
            began = now - timedelta(minutes=minutes)
            slot = began if kind == "slot" else None
            finished = began + timedelta(seconds=took)
            outcome = ProviderOutcome("amfi", False, {"transient": 2})
            row = RefreshRow(key, kind, slot, 1, now, began, finished, 3, 1, 1, 1, (outcome,))
            tx.refreshes.begin(row)
        tx.refreshes.begin(RefreshRow("d", "slot", now, 1, now, now, None))

    runs = asha.browser.get("/prices/runs").json()["items"]

    # What is new is priced by runs of its own, which are not the schedule's.
    assert [(one["run_id"], one["seconds"]) for one in runs] == [("d", None), ("b", "60.000"), ("a", "1.250")]
    assert runs[0]["finished_at"] is None
    assert runs[2]["providers"] == [{"name": "amfi", "ok": False, "failures": {"transient": 2}}]
    assert {key: runs[2][key] for key in ("instruments", "updated", "held", "failed")} == {
        "instruments": 3,
        "updated": 1,
        "held": 1,
        "failed": 1,
    }
    shorter = asha.browser.get("/prices/runs", params={"limit": 2}).json()["items"]
    assert [one["run_id"] for one in shorter] == ["d", "b"]
    for limit in ("0", "201", "x"):
        assert_problem(asha.browser.get("/prices/runs", params={"limit": limit}), 422, "invalid_input", "limit")


def test_a_source_says_how_it_did(sqlite_url):
    with running(sqlite_url, works=True, providers="demo") as server:
        asha = server.person("Asha")
        before = {one["name"]: one["state"] for one in asha.browser.get("/providers").json()["items"]}
        add_holding(asha, make_portfolio(asha)["id"], "SAHYADRI", exchange="DEMO")
        asha.browser.post("/prices/refresh")

        def state():
            found = {one["name"]: one["state"] for one in asha.browser.get("/providers").json()["items"]}
            return found["demo"] if found["demo"]["ok"] else None

        after = wait_until(state, "the simulated market to answer", 20)

    nothing = {"ok": None, "last_answer_at": None, "last_failure": None, "failing_since": None, "instruments": 0}
    assert before == dict.fromkeys(before, nothing)
    assert after["last_answer_at"] is not None
    assert after | {"last_answer_at": None} == nothing | {"ok": True, "instruments": 1}
