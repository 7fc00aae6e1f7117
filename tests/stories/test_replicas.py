"""Three products over one database: a write is seen by the next read, wherever it is made. (Fault 40, invariant 23.)"""

import contextlib
import random

import pytest

from tests.api.running import Person, a_trade, add_holding, make_portfolio, running, sign_in

WRITES = 200


@pytest.fixture(params=["one SQLite file", "PostgreSQL and Redis"])
def replicas(request):
    """Three products that share what replicas share."""
    if request.param == "one SQLite file":
        url, settings = request.getfixturevalue("sqlite_url"), {}
    else:
        url, settings = request.getfixturevalue("postgres_url"), {"redis_url": request.getfixturevalue("redis_url")}
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(running(url, **settings)) for _ in range(3)]


class Model:
    """What the portfolio must be: its name, and the rows of its ledger."""

    def __init__(self, browsers, chance):
        self.browsers, self.chance = browsers, chance
        self.name, self.rows = "P", {}

    def write(self, path):
        """One random write through a random replica."""
        browser = self.chance.choice(self.browsers)
        kind = self.chance.choice(["buy", "buy", "buy", "rename", "change", "remove"])
        if kind == "rename" or (kind != "buy" and not self.rows):
            self.name = f"P{self.chance.randrange(10**6)}"
            tag = browser.get(path).headers["ETag"]
            answer = browser.patch(path, json={"name": self.name}, headers={"If-Match": tag})
        elif kind == "buy":
            symbol, quantity = f"SYM{self.chance.randrange(5)}", str(self.chance.randrange(1, 1000))
            answer = browser.post(f"{path}/transactions", json=a_trade(symbol=symbol, quantity=quantity))
            self.rows[answer.json()["id"]] = [symbol, int(quantity), 1]
        else:
            row_id = self.chance.choice(sorted(self.rows))
            row = self.rows[row_id]
            tag = {"If-Match": f'"{row[2]}"'}
            if kind == "change":
                row[1], row[2] = row[1] + 1, row[2] + 1
                answer = browser.patch(f"/transactions/{row_id}", json={"quantity": str(row[1])}, headers=tag)
            else:
                answer = browser.delete(f"/transactions/{row_id}", headers=tag)
                del self.rows[row_id]
        assert answer.status_code in {200, 201, 204}, answer.text

    def quantities(self):
        held = {}
        for symbol, quantity, _ in self.rows.values():
            held[symbol] = held.get(symbol, 0) + quantity
        return held


def test_fault_40_every_write_is_seen_by_the_next_read_on_any_replica(replicas):
    owner = replicas[0].person()
    token = replicas[0].token(owner)
    browsers = [server.browser(Authorization=f"Bearer {token}") for server in replicas]
    portfolio = make_portfolio(owner, "P")
    path = f"/portfolios/{portfolio['id']}"
    chance = random.Random(23)
    model, tags, contents = Model(browsers, chance), {}, {}

    for number in range(WRITES):
        model.write(path)
        reader = chance.randrange(len(browsers))
        known = {"If-None-Match": tags[reader]} if reader in tags else {}
        answer = browsers[reader].get(f"{path}/summary", headers=known)

        assert answer.status_code == 200, f"write {number}: an old answer was still good"
        seen = answer.json()
        assert seen["portfolio"]["name"] == model.name, number
        assert {one["instrument"]["symbol"]: int(one["quantity"]) for one in seen["holdings"]} == model.quantities()
        tags[reader] = answer.headers["ETag"]
        # A tag names one content, whoever made it.
        assert contents.setdefault(tags[reader], answer.content) == answer.content
        if number % 10 == 0:
            assert len({browser.get(f"{path}/summary").content for browser in browsers}) == 1
            whole = [browser.get("/summary").json() for browser in browsers]
            assert all(one["coverage"]["held"] == len(model.quantities()) for one in whole)


def test_a_session_that_ends_on_one_replica_has_ended_on_all(replicas):
    owner = replicas[0].person()
    portfolio = make_portfolio(owner)
    path = f"/portfolios/{portfolio['id']}/summary"
    elsewhere = [server.browser(Cookie=f"tickfolio={owner.browser.cookies['tickfolio']}") for server in replicas]
    assert [browser.get(path).status_code for browser in elsewhere] == [200] * 3

    owner.browser.delete("/session")

    assert [browser.get(path).status_code for browser in elsewhere] == [401] * 3


def test_guesses_are_counted_together_in_redis(postgres_url, redis_url):
    with running(postgres_url, redis_url=redis_url) as one, running(postgres_url, redis_url=redis_url) as two:
        owner = one.person()

        answers = [
            server.browser().post("/session", json={"email": owner.email, "password": "wrong wrong wrong"})
            for server in (one, two) * 3
        ]

        assert [answer.status_code for answer in answers] == [401] * 5 + [429]


def test_the_same_click_on_two_replicas_has_one_effect(replicas):
    owner = replicas[0].person()
    portfolio, token = make_portfolio(owner), replicas[0].token(owner)
    answers = [
        server.browser(Authorization=f"Bearer {token}", Idempotency_Key="click").post(
            f"/portfolios/{portfolio['id']}/transactions", json=a_trade()
        )
        for server in replicas
    ]

    assert len({answer.content for answer in answers}) == 1
    assert {answer.status_code for answer in answers} == {201}


def test_what_one_person_does_changes_nothing_for_another(replicas):
    """Invariant 26: non-interference, byte for byte."""
    asha, ben = replicas[0].person("Asha"), replicas[0].person("Ben")
    portfolio = make_portfolio(asha)
    add_holding(asha, portfolio["id"])
    mine = [f"/portfolios/{portfolio['id']}/summary", "/portfolios", "/summary", "/me"]
    elsewhere = replicas[1].browser()
    sign_in(elsewhere, asha.email)
    before = [elsewhere.get(path).content for path in mine]
    theirs = make_portfolio(ben)
    model = Model([ben.browser], random.Random(26))

    for _ in range(25):
        model.write(f"/portfolios/{theirs['id']}")

    assert isinstance(ben, Person)
    assert [elsewhere.get(path).content for path in mine] == before
