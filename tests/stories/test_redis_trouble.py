"""Faults 35 to 39: whatever Redis does, answers stay right and come soon."""

import contextlib
import time

import pytest

from tests.api.running import add_holding, assert_problem, make_portfolio, running, sign_in, trade
from tests.cache.redis_process import free_port, pretender
from tests.patience import HANGS_SECONDS


@contextlib.contextmanager
def soon():
    began = time.monotonic()
    yield
    assert time.monotonic() - began < HANGS_SECONDS


def use(server, person):
    """A write and what it must be seen to be, again and again."""
    portfolio = make_portfolio(person)
    path = f"/portfolios/{portfolio['id']}/summary"
    for number in range(1, 6):
        with soon():
            trade(person, portfolio["id"], symbol="INFY", quantity="1", price="10")
        with soon():
            summary = person.browser.get(path).json()
        assert [one["quantity"] for one in summary["holdings"]] == [str(number)]
        with soon():
            assert person.browser.get(path).json() == summary
        with soon():
            assert person.browser.get("/summary").status_code == 200
    with soon():
        sign_in(server.browser(), person.email)


def test_fault_35_a_redis_that_was_never_there(database_url):
    with running(database_url, redis_url=f"redis://127.0.0.1:{free_port()}/0") as server:
        use(server, server.person())


def test_fault_35_a_redis_that_dies_and_comes_back(postgres_url, redis_process):
    with running(postgres_url, redis_url=redis_process.url) as server:
        asha = server.person()
        use(server, asha)
        redis_process.kill()
        use(server, asha)
        # Guesses are counted all the same.
        tries = [
            server.browser().post("/session", json={"email": asha.email, "password": "wrong wrong wrong"}).status_code
            for _ in range(6)
        ]
        assert tries == [401] * 5 + [429]
        redis_process.start()
        use_again = server.person("Ben")
        use(server, use_again)


def test_fault_36_a_redis_that_hangs(postgres_url, redis_process):
    with running(postgres_url, redis_url=redis_process.url) as server:
        asha = server.person()
        use(server, asha)
        redis_process.freeze()
        try:
            use(server, asha)
        finally:
            redis_process.thaw()
        use(server, asha)


def test_fault_37_a_redis_that_forgets_everything(postgres_url, redis_process):
    with running(postgres_url, redis_url=redis_process.url) as server:
        asha = server.person()
        use(server, asha)
        with redis_process.client() as client:
            client.flushall()

        assert asha.browser.get("/me").status_code == 200
        use(server, asha)


@pytest.mark.parametrize(
    "greeting", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"+OK\r\n" * 50, b"$-1\r\n" * 50, b"\x00\xff" * 50]
)
def test_fault_38_something_that_is_no_redis(sqlite_url, greeting):
    with pretender(greeting) as url, running(sqlite_url, redis_url=url, jobs_url="memory://pretended") as server:
        use(server, server.person())


def test_fault_38_and_39_a_redis_that_lies(postgres_url, redis_process):
    """What one replica put there is turned into garbage, or into another person's answer, before the other reads it."""
    settings = {"redis_url": redis_process.url}
    with running(postgres_url, **settings) as one, running(postgres_url, **settings) as two:
        asha, ben = one.person("Asha"), one.person("Ben")
        paths = {}
        for person, name in ((asha, "asha's own"), (ben, "ben's own")):
            portfolio = make_portfolio(person, name)
            add_holding(person, portfolio["id"], symbol=f"{name[0].upper()}CO")
            paths[person.id] = f"/portfolios/{portfolio['id']}/summary"
        right = {person.id: person.browser.get(paths[person.id]).content for person in (asha, ben)}
        with redis_process.client() as client:
            keys = _kept(client, 2)
            first, second = (client.get(key) for key in keys)
            lies = [
                (second, first), (b"garbage", b"{}"), (first[:-10], second[:20]), (b"", b"null"),
                (first.replace(b"asha's", b"eve's"), second.replace(b"ben's", b"eve's")),
                (b"[" * 100_000, b"\xff" * 1000),
            ]  # fmt: skip
            for lie in lies:
                for key, value in zip(keys, lie, strict=True):
                    client.set(key, value)
                _forget(two)
                for person in (asha, ben):
                    elsewhere = two.browser()
                    sign_in(elsewhere, person.email)
                    with soon():
                        assert elsewhere.get(paths[person.id]).content == right[person.id]
            for key in keys:
                client.delete(key)
                client.lpush(key, "another type")
            _forget(two)
            elsewhere = two.browser()
            sign_in(elsewhere, asha.email)
            assert elsewhere.get(paths[asha.id]).content == right[asha.id]
            assert_problem(elsewhere.get(paths[ben.id]), 404, "not_found")


def _kept(client, count):
    """The keys of kept summaries, once they are there: nobody waits for the cache to be written."""
    deadline = time.monotonic() + 5
    while len(keys := sorted(client.keys("tickfolio:*:s*:p*"))) < count:
        assert time.monotonic() < deadline, client.keys("*")
        time.sleep(0.02)
    return keys


def _forget(server):
    """This process remembers nothing by itself any more, as if it had just begun."""
    app = server.product.app
    while not hasattr(app, "_desk"):
        app = app._app
    app._desk.summaries.cache.memory.close()
