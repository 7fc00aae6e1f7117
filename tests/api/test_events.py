import threading
import time

from tests.api.listening import listening
from tests.api.running import (
    PASSWORD,
    Person,
    a_trade,
    add_holding,
    assert_problem,
    make_portfolio,
    running,
    sign_in,
    wait_until,
)
from tickfolio.api import events
from tickfolio.cache.events import Event


def test_the_owner_hears_of_each_change_and_nobody_else_does(server):
    asha, ben = server.person("Asha"), server.person("Ben")
    portfolio = make_portfolio(asha)
    other = make_portfolio(ben)
    with listening(asha.browser) as mine, listening(ben.browser) as theirs:
        add_holding(at_another_browser(server, asha), portfolio["id"])
        wait_until(lambda: mine.heard, "news")
        add_holding(at_another_browser(server, ben), other["id"])
        wait_until(lambda: theirs.heard, "news")

        assert set(mine.names()) == {"portfolio.changed"}
        assert {data["portfolio_id"] for _, data in mine.heard} == {portfolio["id"]}
        assert {data["portfolio_id"] for _, data in theirs.heard} == {other["id"]}


def at_another_browser(server, person):
    browser = server.browser()
    sign_in(browser, person.email)
    return Person(browser, person.id, person.email)


def test_what_was_refused_is_no_news(server, asha):
    portfolio, elsewhere = make_portfolio(asha), at_another_browser(server, asha)
    with listening(asha.browser) as news:
        body = {"asset_type": "STOCK", "symbol": "X", "quantity": "0", "avg_buy_price": "1"}
        refused = elsewhere.browser.post(f"/portfolios/{portfolio['id']}/holdings", json=body)
        sale = a_trade("SELL", "X")
        oversold = elsewhere.browser.post(f"/portfolios/{portfolio['id']}/transactions", json=sale)
        make_portfolio(elsewhere)
        wait_until(lambda: news.heard, "news")

        assert_problem(refused, 422, "invalid_input")
        assert_problem(oversold, 409, "oversold")
        assert len(news.heard) == 1


def test_news_are_for_whom_is_signed_in(server):
    assert_problem(server.browser().get("/events"), 401, "unauthenticated")


def test_news_reach_the_other_replicas_through_redis(postgres_url, redis_url):
    with running(postgres_url, redis_url=redis_url) as one, running(postgres_url, redis_url=redis_url) as two:
        asha, ben = one.person("Asha"), one.person("Ben")
        for server in (one, two):
            assert server.product.events.listening.wait(5)
        elsewhere, stranger = two.browser(), two.browser()
        sign_in(elsewhere, asha.email)
        sign_in(stranger, ben.email)
        with listening(elsewhere) as mine, listening(stranger) as theirs:
            portfolio = make_portfolio(asha)
            one.product.world.publish(Event("prices.updated", None, {"version": "1"}))

            assert mine.waits_for("portfolio.changed") == {"portfolio_id": portfolio["id"]}
            theirs.waits_for("prices.updated")
            assert theirs.names() == ["prices.updated"]


def test_a_stream_ends_when_the_session_does(server, asha, monkeypatch):
    monkeypatch.setattr(events, "_BEAT_SECONDS", 0.2)
    thief = at_another_browser(server, asha)
    with listening(thief.browser) as news:
        time.sleep(0.5)
        assert news.ended_at is None

        change = {"current_password": PASSWORD, "new_password": "walrus pebble cinnamon fjord"}
        assert asha.browser.post("/me/password", json=change).status_code == 204

        wait_until(lambda: news.ended_at, "the end of the stream", 5)


def test_where_there_is_no_news_a_beat_shows_that_the_line_lives(asha, monkeypatch):
    monkeypatch.setattr(events, "_BEAT_SECONDS", 0.2)

    with listening(asha.browser) as news:
        assert news.waits_for("beat") == {}
        wait_until(lambda: len(news.heard) > 1, "another beat", 5)

    assert set(news.names()) == {"beat"}


def test_a_hundred_readers_take_no_thread_and_no_connection(embedded):
    asha = embedded.person()
    token = embedded.token(asha)
    streams, before = [], threading.active_count()
    for _ in range(60):
        browser = embedded.browser(Authorization=f"Bearer {token}")
        streams.append(browser.stream("GET", "/events", timeout=30))
        assert streams[-1].__enter__().status_code == 200

    assert asha.browser.get("/me").status_code == 200
    assert threading.active_count() - before <= 45  # the framework's own pool
    for stream in streams:
        stream.__exit__(None, None, None)
    assert asha.browser.get("/me").status_code == 200
