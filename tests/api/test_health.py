from tests.api.running import assert_problem, running
from tickfolio.services.refresh import refresh_slot


def test_alive_and_ready(server):
    browser = server.browser()

    alive, ready = browser.get(f"{server.url}/healthz"), browser.get(f"{server.url}/readyz")

    assert (alive.status_code, alive.text) == (200, "ok\n")
    assert ready.json()["ready"] is True
    assert ready.json()["database"] in server.product.settings.database()


def test_metrics_are_for_this_machine(embedded):
    browser = embedded.browser()
    browser.get("/me")

    answer = browser.get(f"{embedded.url}/metrics")

    assert answer.status_code == 200
    assert 'tickfolio_request_seconds_count{method="GET",status="401"} 1.0' in answer.text


def test_metrics_are_not_for_whom_a_proxy_speaks_for(sqlite_url):
    for proxies in ("", "127.0.0.1"):
        with running(sqlite_url, trusted_proxies=proxies) as server:
            for spoofed in ("127.0.0.1", "::1", "203.0.113.9, 127.0.0.1", "localhost", ""):
                answer = server.browser(X_Forwarded_For=spoofed).get(f"{server.url}/metrics")
                assert_problem(answer, 403, "forbidden")


def test_metrics_are_for_the_administrators_token_from_anywhere(server):
    administrator, other = server.person("Admin"), server.person("Ben")

    def ask(token):
        browser = server.browser(X_Forwarded_For="203.0.113.9", Authorization=f"Bearer {token}")
        return browser.get(f"{server.url}/metrics")

    assert ask(server.token(administrator)).status_code == 200
    assert_problem(ask(server.token(other)), 403, "forbidden")
    assert_problem(ask("wrong"), 401, "unauthenticated")


def test_metrics_tell_how_old_prices_are_and_how_the_runs_went(sqlite_url):
    with running(sqlite_url, providers="demo") as server:
        browser = server.person("Asha").browser
        browser.post("/sample").raise_for_status()
        refresh_slot(server.product.refresher, server.product.world.now())

        told = browser.get(f"{server.url}/metrics").text

    assert 'tickfolio_oldest_price_age_seconds{source="demo"}' in told
    assert 'tickfolio_refresh_runs_total{kind="slot",outcome="whole"} 1.0' in told
    assert "tickfolio_last_refresh_portfolios 1.0" in told
