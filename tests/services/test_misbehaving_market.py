"""Section A of the faults, on a market over HTTP that misbehaves: what each fault leaves of a price that was good.

INFY is held ten times and was last good at 1,500, five minutes before the fault.
"""

import gzip
import json
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.builders import ScriptedSource, buy
from tickfolio.providers.http_provider import HttpProvider
from tickfolio.providers.yahoo import YahooAdapter
from tickfolio.services.refresh import refresh_slot

GOOD = Decimal(1500)
HTML = "<!doctype html><html><title>Verify you are human</title></html>"


@dataclass(frozen=True)
class Fault:
    """How the market misbehaves, and what must come of it.

    `price`: what we stand behind afterwards. `failures`: the source's, by kind. `held`: the price that waits.
    """

    name: str
    quote: dict = field(default_factory=dict)
    reply: dict = field(default_factory=dict)
    price: Decimal = GOOD
    failures: tuple[str, ...] = ()
    held: Decimal | None = None
    rejected: int = 0


FAULTS = [
    Fault("01 dead", reply={"status": 503}, failures=("transient",)),
    Fault("03 told to wait", reply={"status": 429, "headers": {"Retry-After": "120"}}, failures=("rate_limited",)),
    Fault(
        "03 told to wait in words", reply={"status": 200, "body": "Too Many Requests\r\n"}, failures=("rate_limited",)
    ),
    Fault(
        "04 a page for people", reply={"status": 200, "body": HTML, "content_type": "text/html"}, failures=("blocked",)
    ),
    Fault("04 a page that calls itself data", reply={"status": 200, "body": HTML}, failures=("blocked",)),
    Fault("05 turned away", reply={"status": 403}, failures=("auth",)),
    *(
        Fault(f"06 {text}", quote={"price": text}, failures=("no_data",))
        for text in ('"N/A"', "null", '""', '"1,234.5"', "[]", "NaN", "Infinity", "-Infinity")
    ),
    Fault("07 negative", quote={"price": "-1500"}, rejected=1),
    Fault("08 zero", quote={"price": "0"}, rejected=1),
    Fault("09 a hundredfold", quote={"price": "150000"}, held=Decimal(150_000)),
    Fault("09 a hundredth", quote={"price": "15.02"}, held=Decimal("15.02")),
    Fault("10 a jump up", quote={"price": "2400"}, held=Decimal(2400)),
    Fault("10 a jump down", quote={"price": "700"}, held=Decimal(700)),
    Fault("11 as after a split", quote={"price": "300"}, held=Decimal(300)),
    Fault("12 older", quote={"price": "1400", "ago": timedelta(hours=1)}),
    Fault("13 of the future", quote={"price": "1510", "ago": timedelta(minutes=-30)}, rejected=1),
    Fault("15 another currency", quote={"price": "1510", "currency": "USD"}, rejected=1),
    Fault("15 no currency", quote={"price": "1510", "currency": None}, failures=("no_data",)),
    Fault("19 gone", quote={}, failures=("not_found",)),
    Fault("20 too much", reply={"status": 200, "body": b" " * 6_000_000}, failures=("contract_changed",)),
    Fault(
        "20 a bomb",
        reply={"status": 200, "body": gzip.compress(b" " * 60_000_000), "headers": {"Content-Encoding": "gzip"}},
        failures=("contract_changed",),
    ),
    Fault("20 nested", reply={"status": 200, "body": "[" * 100_000}, failures=("contract_changed",)),
    Fault("20 another shape", reply={"status": 200, "body": '{"quotes": []}'}, failures=("contract_changed",)),
    Fault(
        "21 sent elsewhere",
        reply={"status": 302, "headers": {"Location": "http://169.254.169.254/latest/meta-data/"}},
        failures=("blocked",),
    ),
    Fault("none: a good price is taken", quote={"price": "1512.60"}, price=Decimal("1512.60")),
]


@pytest.fixture
def yahoo(market, clock):
    provider = HttpProvider(YahooAdapter(market.url), lambda: 0.0, lambda _seconds: None, interval_seconds=0)
    market.set("INFY.NS", "1500", currency="INR", as_of=clock() - timedelta(minutes=1))
    yield provider
    provider.close()


@pytest.fixture
def infy(given, asha, portfolio, yahoo, clock):
    """The share, once it has a good price; five minutes later."""
    given.record(asha, portfolio, buy("INFY", "10", "1400"))
    assert refresh_slot(given.refresher(yahoo), clock()).updated == 1
    clock.advance(600)
    return given.instrument("INFY")


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_fault_01_to_21_what_a_market_says_leaves_the_last_good_price(
    given, asha, portfolio, market, yahoo, infy, clock, fault
):
    before = given.latest(infy)
    if fault.reply:
        market.fail("yahoo", **fault.reply)
    elif fault.quote:
        told = {"currency": "INR"} | {key: value for key, value in fault.quote.items() if key != "ago"}
        market.set("INFY.NS", as_of=clock() - fault.quote.get("ago", timedelta(minutes=1)), **told)
    else:
        market.remove("INFY.NS")

    run = refresh_slot(given.refresher(yahoo), clock())

    latest = given.latest(infy)
    with given.database.reading() as tx:
        held = tx.prices.held([infy.id]).get(infy.id)
    summary = json.loads(given.summary(asha, portfolio))
    [holding] = summary["holdings"]
    assert latest.last_price == fault.price
    assert tuple(run.providers[0].failures) == fault.failures
    assert (None if held is None else held.price, run.rejected) == (fault.held, fault.rejected)
    # Never another total than what we stand behind, and never without its age.
    assert Decimal(summary["current_value"]) == fault.price * 10
    assert holding["price"]["as_of"] == latest.as_of.isoformat().replace("+00:00", "Z")
    assert holding["price"]["status"] == ("held" if fault.held else before.status.value)
    # No answer whatever changes what is held, or what it cost (I37).
    assert (holding["quantity"], holding["invested"]) == ("10", "14000")


def test_fault_14_a_price_without_a_time_is_of_when_we_asked(given, asha, portfolio, clock, infy):
    source = ScriptedSource()
    source.say("INFY", "1510", None)

    refresh_slot(given.refresher(source), clock())

    assert (given.latest(infy).as_of, given.latest(infy).status.value) == (clock(), "delayed")


def test_fault_19_who_comes_back_is_priced_again_and_its_past_is_unbroken(given, market, yahoo, infy, clock):
    market.remove("INFY.NS")
    for _ in range(3):
        assert refresh_slot(given.refresher(yahoo), clock()).failed == 1
        clock.advance(600)
    market.set("INFY.NS", "1490", currency="INR", as_of=clock() - timedelta(minutes=1))

    assert refresh_slot(given.refresher(yahoo), clock()).updated == 1

    with given.database.reading() as tx:
        past = tx.prices.history(infy.id, before=None, limit=10)
    assert [point.price for point in past] == [Decimal(1490), GOOD]
