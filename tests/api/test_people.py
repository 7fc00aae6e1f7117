from tests.api.running import make_portfolio


def test_hello(server, asha):
    make_portfolio(asha)
    assert asha.browser.get("/me").json()["administrator"] is True
