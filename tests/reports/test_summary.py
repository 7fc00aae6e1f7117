"""The summary's JSON: its shape, its instants and its plain digits."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from tests.domain.made import at, buy, instrument, opening, position, price_of, rates, sell, value
from tickfolio.domain.money import EXACT
from tickfolio.domain.prices import PriceStatus
from tickfolio.reports.summary import Timing, ValuedPortfolio, summarise, summarise_all, write_instant

TIMING = Timing(10, at("2026-11-20T09:20"))
INFY, TCS, YORK = instrument("INFY"), instrument("TCS"), instrument("VZ", "NYSE", "USD")


def portfolio(worth, name="Long term", key="p1", currency="INR"):
    ids = {one.instrument.id: f"h-{key}-{one.instrument.id}" for one in (*worth.holdings, *worth.closed)}
    return ValuedPortfolio(key, name, currency, worth, ids)


def read(body):
    return json.loads(body)


@pytest.mark.parametrize(
    ("instant", "text"),
    [
        (datetime(2026, 11, 22, 9, 10, tzinfo=UTC), "2026-11-22T09:10:00Z"),
        (datetime(2026, 11, 22, 9, 10, 0, 120_000, tzinfo=UTC), "2026-11-22T09:10:00.120000Z"),
        (None, None),
    ],
)
def test_instants_are_written_in_utc(instant, text):
    assert write_instant(instant) == text


def test_the_keys_are_those_that_the_design_names_in_its_order():
    body = read(summarise(portfolio(value(position(INFY, [buy(1, 100)], price_of(INFY, 110, 100)))), TIMING))

    assert list(body) == [
        *("portfolio", "current_value", "invested", "priced_invested", "profit_loss", "profit_loss_pct"),
        *("price_effect", "currency_effect", "day_change", "day_change_pct", "realised", "income", "tax_withheld"),
        *("charges", "total_profit_loss", "cash", "coverage", "last_updated_at", "next_refresh_at"),
        *("holdings", "closed"),
    ]
    assert list(body["holdings"][0]) == [
        *(
            "id",
            "portfolio_id",
            "instrument",
            "quantity",
            "avg_buy_price",
            "invested",
            "last_price",
            "price",
            "fx_rate",
            "fx_on",
        ),
        *("current_value", "profit_loss", "profit_loss_pct", "price_effect", "currency_effect", "realised", "income"),
        *("tax_withheld", "charges", "total_profit_loss", "day_change", "day_change_pct", "weight_pct", "provisional"),
    ]
    assert body["next_refresh_at"] == "2026-11-20T09:20:00Z"


def test_decimals_are_plain_digits_without_exponent_or_signed_zero():
    """The smallest price times the smallest quantity, and a profit of exactly nothing."""
    tiny = Decimal("1E-18")
    body = summarise(portfolio(value(position(INFY, [buy(tiny, tiny)], price_of(INFY, tiny, tiny)))), TIMING)

    held = read(body)["holdings"][0]
    assert held["quantity"] == "0.000000000000000001"
    assert held["current_value"] == "0." + "0" * 35 + "1"
    assert held["profit_loss"].strip("0.") == ""
    assert b"E-" not in body
    assert b'"-0' not in body


def test_large_numbers_keep_every_digit():
    largest = Decimal("99999999999999999999.999999999999999999")

    held = read(summarise(portfolio(value(position(INFY, [buy(largest, 0)], price_of(INFY, largest)))), TIMING))

    # (10^20 − 10^-18)² = 10^40 − 2·10² + 10^-36
    assert (
        held["holdings"][0]["current_value"]
        == f"{EXACT.multiply(largest, largest):f}"
        == "9" * 37 + "800." + "0" * 35 + "1"
    )


def test_names_are_text_and_not_escaped_into_ascii():
    body = summarise(portfolio(value(), name='Größe "<script>" 🚀'), TIMING)

    assert read(body)["portfolio"]["name"] == 'Größe "<script>" 🚀'
    assert "Größe".encode() in body


def test_the_last_update_is_the_newest_of_what_is_held():
    old, new = price_of(INFY, 1, as_of="2026-11-20T08:00"), price_of(TCS, 1, as_of="2026-11-20T09:00")
    gone = price_of(YORK, 1, as_of="2026-11-20T09:15")

    body = read(
        summarise(
            portfolio(
                value(
                    position(INFY, [buy(1, 1)], old),
                    position(TCS, [buy(1, 1)], new),
                    position(YORK, [buy(1, 1), sell(1, 1)], gone),
                )
            ),
            TIMING,
        )
    )

    assert body["last_updated_at"] == "2026-11-20T09:00:00Z"


@pytest.mark.parametrize(
    ("status", "stale_at"),
    [
        (PriceStatus.LIVE, "2026-11-20T09:39:00Z"),  # three slots of ten minutes after 09:09
        (PriceStatus.DEMO, "2026-11-20T09:39:00Z"),
        (PriceStatus.MANUAL, None),
    ],
)
def test_a_price_says_from_when_on_it_is_old(status, stale_at):
    price = price_of(INFY, 110, 100, "2026-11-20T09:09", status=status)

    held = read(summarise(portfolio(value(position(INFY, [buy(1, 100)], price))), TIMING))["holdings"][0]

    assert (held["price"]["status"], held["price"]["stale_at"]) == (status.value, stale_at)


def test_all_together_each_holding_stands_with_its_portfolio_and_its_own_id():
    """The same instrument in both, and one closed: whoever is paired wrongly shows another's figures."""
    first = [position(INFY, [opening(1, 100)], price_of(INFY, 110, 100)), position(TCS, [buy(1, 5), sell(1, 8)])]
    second = [position(INFY, [opening(3, 100)], price_of(INFY, 110, 100)), position(YORK, [buy(1, 10)], None)]
    known = rates(INR="100", USD="1.25")
    parts = [
        portfolio(value(*first, known=known), "One", "p1"),
        portfolio(value(*second, known=known), "Two", "p2", "USD"),
    ]

    body = read(summarise_all(value(*first, *second, known=known), parts, "INR", TIMING))

    assert [(one["id"], one["portfolio_id"], one["quantity"]) for one in body["holdings"]] == [
        ("h-p1-i-INFY", "p1", "1"),
        ("h-p2-i-INFY", "p2", "3"),
        ("h-p2-i-VZ", "p2", "1"),
    ]
    assert [(one["id"], one["portfolio_id"], one["realised"]) for one in body["closed"]] == [("h-p1-i-TCS", "p1", "3")]
    assert [part["portfolio"]["currency"] for part in body["portfolios"]] == ["INR", "USD"]
    # 1 × 110 + 3 × 110; a quarter and three quarters of it
    assert body["current_value"] == "440"
    assert [one["weight_pct"] for one in body["holdings"]] == ["25", "75", None]
    [gap] = body["coverage"]["missing"]
    assert (gap["holding_id"], gap["symbol"], gap["exchange"], gap["reason"]) == ("h-p2-i-VZ", "VZ", "NYSE", "no_price")
    assert [len(part["coverage"]["missing"]) for part in body["portfolios"]] == [0, 1]
