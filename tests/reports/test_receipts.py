"""Receipts: whatever was bought, sold, split and turned, the figure can be worked out again from its receipt alone."""

import copy
import json
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.domain.made import buy, instrument, price_of, rates, sell, split, trade, whole_ledgers
from tests.reports.redo import faults, leaves, nodes
from tickfolio.domain.fx import Rates
from tickfolio.domain.holdings import hold
from tickfolio.domain.ledger import CostMethod, Rules, TransactionType
from tickfolio.domain.market_hours import session_day
from tickfolio.domain.matching import match_ledger
from tickfolio.domain.money import exact, write_known
from tickfolio.domain.position import Position, quote_position
from tickfolio.domain.split_rows import splits_of
from tickfolio.domain.valuation import value_portfolio
from tickfolio.reports.receipt import write_receipt
from tickfolio.reports.receipt_evidence import Entry, Evidence, Worth
from tickfolio.reports.receipt_holding import HOLDING_FIGURES, explain_holding
from tickfolio.reports.receipt_portfolio import PORTFOLIO_FIGURES, PortfolioEvidence, explain_portfolio

LISTED = {
    "i-INFY": instrument("INFY", "NYSE", "USD"),
    "i-TCS": instrument("TCS", "NSE", "INR"),
    "i-JIO": instrument("JIO", "XETRA", "EUR"),
}
KNOWN = rates("2026-11-20", INR=("105.0123", "99"), USD=("1.25", "1.21"))
SYMBOLS = {key: one.symbol for key, one in LISTED.items()}
PRICES = ["0", "1512.60", "0.000000000000000007", "33.333333333333333333"]
TRANSFER_IN = TransactionType.TRANSFER_IN


def read(body):
    return json.loads(body)


def is_of(row, portfolio, key):
    return (row.portfolio_id, row.instrument_id) == (portfolio, key)


def touches(row, key):
    return key in (row.instrument_id, row.to_instrument_id)


@exact
def portfolio_of(rows, splits, rules, prices, known=KNOWN, currency="INR", cash_tracked=True):
    """The evidence of portfolio p1, put together as the service does it, without a database."""
    books = match_ledger(rows, {"p1": rules, "p2": rules}, SYMBOLS, splits)
    entries = {row.id: Entry(row, LISTED[row.instrument_id].currency) for row in rows}
    positions = []
    for (portfolio, key), book in sorted(books.items()):
        if portfolio != "p1":
            continue
        own = [row for row in rows if row.portfolio_id == "p1" and touches(row, key)]
        price = prices.get(key)
        since = [] if price is None else session_day(LISTED[key].exchange, price.as_of)
        recent = [row for row in own if price is not None and row.traded_on >= since]
        said = [row for row in own if row.instrument_id == key]
        known_splits = [one for one in splits_of(said, splits) if one.instrument_id == key]
        position = Position(hold(key, book), LISTED[key], price, None, recent, known_splits, cash_tracked=cash_tracked)
        positions.append((position, book))
    value = value_portfolio([position for position, _ in positions], known, currency)
    by_key = {one.instrument.id: one for one in (*value.holdings, *value.closed)}
    beside = [Worth(f"h-{one.instrument.id}", one.instrument.symbol, one.current_value) for one in value.holdings]
    holdings = [
        Evidence(
            holding_id=f"h-{position.instrument.id}",
            portfolio_id="p1",
            currency=currency,
            rules=rules,
            value=by_key[position.instrument.id],
            quote=quote_position(position, known, currency),
            rates=known,
            rate_sources={"INR": "ecb", "USD": "ecb"},
            book=book,
            entries=entries,
            own_entries=[one for one in entries.values() if is_of(one.row, "p1", position.instrument.id)],
            splits=[one for one in splits if one.instrument_id == position.instrument.id],
            symbols=SYMBOLS,
            beside=beside,
        )
        for position, book in positions
    ]
    return PortfolioEvidence(currency, cash_tracked, value, holdings)


def every_receipt(evidence):
    """(figure, what the valuation says, its receipt as JSON) of every figure of the portfolio and of its holdings."""
    for figure in PORTFOLIO_FIGURES:
        receipt = explain_portfolio(evidence, figure)
        yield figure, write_known(getattr(evidence.value, figure)), read(write_receipt(receipt))
    for one in evidence.holdings:
        for figure in HOLDING_FIGURES:
            receipt = read(write_receipt(explain_holding(one, figure)))
            yield f"{figure} of {one.symbol}", write_known(one.figure(figure)), receipt


@st.composite
def portfolios(draw):
    """A ledger of every kind, now and then without a rate or a cost; a price may lack or be older than a split."""
    whole = draw(whole_ledgers())
    rows = list(whole.rows)
    if draw(st.booleans()):
        unknown = draw(st.sets(st.integers(0, len(rows) - 1), max_size=3))
        for number in unknown:
            row = rows[number]
            blank = {"cost": None} if row.type is TRANSFER_IN and draw(st.booleans()) else {"fx_rate": None}
            rows[number] = replace(row, **blank)
    prices = {}
    for key, listed in LISTED.items():
        if draw(st.integers(0, 3)):
            row = draw(st.sampled_from([*rows, None]))
            day = max(one.traded_on for one in rows) + timedelta(1) if row is None else row.traded_on
            as_of = datetime.combine(day, time(12), UTC).isoformat()
            previous = draw(st.none() | st.sampled_from(PRICES))
            prices[key] = price_of(listed, draw(st.sampled_from(PRICES)), previous, as_of)
    rules = Rules(draw(st.sampled_from(list(CostMethod))), charges_in_cost=draw(st.booleans()))
    pairs = {"INR": ("105.0123", "99"), "USD": ("1.25", draw(st.sampled_from(["1.21", None])))}
    on = draw(st.sampled_from([max(one.traded_on for one in rows), date(2019, 12, 30), date(2026, 11, 20)]))
    known = draw(st.sampled_from([rates(on.isoformat(), **pairs), rates(INR="105.0123"), Rates({})]))
    currency = draw(st.sampled_from(["INR", "EUR", "USD"]))
    return portfolio_of(rows, whole.splits, rules, prices, known, currency, draw(st.booleans()))


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(portfolios())
def test_every_figure_can_be_worked_out_again_from_its_receipt(evidence):
    for name, value, receipt in every_receipt(evidence):
        assert faults(receipt) == [], name
        assert receipt["value"] == value, name
        assert not any("By the ledger" in note for note in receipt["notes"]), name


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(portfolios(), st.data())
def test_a_fact_that_is_another_is_noticed(evidence, data):
    """Every fact counts: with one more paisa, or half as much again, the receipt does not add up any more."""
    told = [receipt for _, _, receipt in every_receipt(evidence) if leaves(receipt["working"])]
    receipt = copy.deepcopy(data.draw(st.sampled_from(told)))
    planted = data.draw(st.sampled_from(leaves(receipt["working"])))
    assume(planted["value"] is not None and matters(receipt["working"], planted))
    planted["value"] = str(Decimal(planted["value"]) * 3 / 2 + Decimal("0.01"))

    assert faults(receipt) != []


def matters(node, planted):
    """Whether another value of this one makes another one of the node: not beside a factor of nothing."""
    if node is planted:
        return True
    inside = [part for part in node["parts"] if any(one is planted for one in nodes(part))]
    if not inside:
        return False
    if node["op"] in {"product", "quotient", "percent", "share"}:
        others = [part for part in node["parts"] if part is not inside[0]]
        if any(Decimal(one["value"] or 0) == 0 for one in others) or node["op"] == "share":
            return False
    return matters(inside[0], planted)


def one_holding(*rows, method=CostMethod.AVERAGE, splits=(), price="1512.60", symbol="TCS", **more):
    prices = {} if price is None else {f"i-{symbol}": price_of(LISTED[f"i-{symbol}"], price, "1500")}
    whole = portfolio_of(list(rows), list(splits), Rules(method), prices, **more)
    return next(one for one in whole.holdings if one.symbol == symbol)


def told(evidence, figure):
    receipt = read(write_receipt(explain_holding(evidence, figure)))
    assert faults(receipt) == []
    return receipt


def lines(node):
    """The parts of a node as (label, value)."""
    return [(part["label"], part["value"]) for part in node["parts"]]


def test_the_current_value_is_three_facts_with_where_they_come_from():
    receipt = told(one_holding(buy(10, 1400, of="TCS")), "current_value")

    # 10 × 1512.60 × 1 = 15126.00
    assert {key: receipt[key] for key in ("figure", "label", "unit", "currency", "value", "reason", "formula")} == {
        "figure": "current_value",
        "label": "Current value",
        "unit": "money",
        "currency": "INR",
        "value": "15126.00",
        "reason": None,
        "formula": "quantity × last price × rate",
    }
    assert receipt["as_of"] == "2026-11-20T10:00:00Z"
    quantity, price, rate = receipt["working"]["parts"]
    assert [one["value"] for one in (quantity, price, rate)] == ["10", "1512.60", "1"]
    assert [one["figure"] for one in (quantity, price, rate)] == ["quantity", "last_price", "fx_rate"]
    assert {one["holding_id"] for one in (quantity, price, rate)} == {"h-i-TCS"}
    assert price["fact"] == {
        "kind": "price",
        "source": "yahoo",
        "as_of": "2026-11-20T10:00:00Z",
        "fetched_at": "2026-11-20T10:00:00Z",
        "status": "live",
    }
    [bought] = quantity["parts"]
    assert (bought["fact"]["kind"], bought["fact"]["type"], bought["fact"]["traded_on"]) == (
        "transaction",
        "BUY",
        "2024-01-01",
    )


def test_a_sale_out_of_a_pool_takes_its_share_of_the_lines_above():
    # 10 × 100 + 20 = 1020, 10 × 200 = 2000; of 3020 for 20 units 5 take 755
    rows = [buy(10, 100, fees=20, of="TCS"), buy(10, 200, "2024-01-02", of="TCS"), sell(5, 300, "2024-01-03", of="TCS")]
    receipt = told(one_holding(*rows), "invested")

    assert receipt["value"] == "2265"
    assert [value for _, value in lines(receipt["working"])] == ["1020", "2000", "-755"]
    [share] = receipt["working"]["parts"][2]["parts"]
    assert (share["op"], [value for _, value in lines(share)]) == ("share", ["3020", "5", "20"])


def test_first_in_first_out_every_lot_stands_for_itself():
    # sold 12: the first lot whole, 2 of the second, whose 1500 leave 1500 × 8 ÷ 10 = 1200
    rows = [buy(10, 100, of="TCS"), buy(10, 150, "2024-01-02", of="TCS"), sell(12, 200, "2024-01-03", of="TCS")]
    evidence = one_holding(*rows, method=CostMethod.FIFO)

    [lot] = told(evidence, "invested")["working"]["parts"]
    assert (lot["label"], [value for _, value in lines(lot)]) == ("Lot of 2024-01-02, 8 units", ["1500", "-300"])
    # 12 × 200 − 1000 − 300
    [sale] = told(evidence, "realised")["working"]["parts"]
    assert (sale["value"], [value for _, value in lines(sale)]) == ("1100", ["2400", "1300"])


def test_a_split_is_a_fact_of_the_quantity_and_one_of_an_older_price():
    """Ten for one after the price: 20 × 10 units at a tenth."""
    rows, after = [buy(20, 1000, of="TCS")], split("10:1", "2026-11-21", "TCS")
    evidence = one_holding(*rows, splits=[after], price="1512.60")

    assert Decimal(told(evidence, "quantity")["value"]) == 200
    receipt = told(evidence, "last_price")
    assert receipt["value"] == "151.26"
    facts = [one["fact"] for one in nodes(receipt["working"]) if one["fact"] and one["fact"]["kind"] == "split"]
    assert facts[0] == {"kind": "split", "on": "2026-11-21", "ratio": "10:1", "told_by": "instrument"}
    entered = one_holding(*rows, trade("SPLIT", 0, 0, "2026-11-21", of="TCS", ratio="10:1"), splits=[after])
    facts = [one["fact"] for one in nodes(told(entered, "quantity")["working"]) if one["fact"]]
    assert "portfolio" in {fact.get("told_by") for fact in facts}


def test_a_rate_says_its_day_and_its_two_legs():
    # 105.0123 ÷ 1.25 = 84.00984
    receipt = told(one_holding(buy(8, 16, fx="83.5"), symbol="INFY"), "fx_rate")

    assert receipt["value"] == "84.00984"
    assert receipt["as_of"] == "2026-11-20T15:00:00Z"
    assert receipt["notes"] == ["The rate from USD to INR is of Friday 2026-11-20."]
    fact = receipt["working"]["fact"]
    assert (fact["from"], fact["to"], fact["on"]) == ("USD", "INR", "2026-11-20")
    assert [(leg["pair"], leg["rate"], leg["source"]) for leg in fact["legs"]] == [
        ("EURUSD", "1.25", "ecb"),
        ("EURINR", "105.0123", "ecb"),
    ]


def test_what_a_merger_brought_says_where_it_comes_from():
    merged = trade("MERGER", 10, 0, "2024-02-01", of="JIO", into="TCS", to_quantity=4)
    evidence = one_holding(buy(10, 100, of="JIO"), merged)

    [carried] = leaves(told(evidence, "invested")["working"])
    assert (carried["value"], carried["fact"]["type"]) == ("1000", "MERGER")
    assert carried["label"] == "Merger of 2024-02-01: the cost that the lots of JIO had, carried over"


@pytest.mark.parametrize(
    ("figure", "rows", "more", "reason"),
    [
        ("current_value", [buy(1, 1, of="TCS")], {"price": None}, "no_price"),
        ("current_value", [buy(1, 1)], {"symbol": "INFY", "known": Rates({})}, "no_fx_rate"),
        ("invested", [trade("TRANSFER_IN", 5, 0, of="TCS")], {}, "no_cost"),
        ("profit_loss", [buy(1, 1, of="TCS", fx=None)], {}, "no_cost"),
        ("profit_loss_pct", [buy(1, 0, of="TCS")], {}, "nothing_to_compare"),
        ("avg_buy_price", [buy(1, 1, of="TCS"), sell(1, 2, "2024-01-02", of="TCS")], {}, "nothing_held"),
        ("income", [buy(1, 1, of="TCS"), trade("DIVIDEND", 1, 5, of="TCS", fx=None)], {}, "no_fx_rate"),
    ],
)
def test_what_is_unknown_says_why(figure, rows, more, reason):
    receipt = told(one_holding(*rows, **more), figure)

    assert (receipt["value"], receipt["reason"]) == (None, reason)


def test_a_portfolio_leaves_out_what_it_does_not_know_and_names_it():
    rows = [buy(10, 100, of="TCS"), buy(1, 1, of="JIO")]
    whole = portfolio_of(rows, [], Rules(), {"i-TCS": price_of(LISTED["i-TCS"], "110")})
    receipt = read(write_receipt(explain_portfolio(whole, "current_value")))

    assert (receipt["value"], lines(receipt["working"])) == ("1100", [("TCS", "1100")])
    [line] = receipt["working"]["parts"]
    assert (line["figure"], line["holding_id"]) == ("current_value", "h-i-TCS")
    assert receipt["notes"] == ["JIO is left out: it has no price."]


def test_a_long_ledger_shows_one_line_for_each_holding():
    whole = portfolio_of([buy(10, 100, of="TCS")], [], Rules(), {"i-TCS": price_of(LISTED["i-TCS"], "110")})
    receipt = read(write_receipt(explain_portfolio(replace(whole, nested=False), "profit_loss")))

    assert faults(receipt) == []
    [line] = receipt["working"]["parts"]
    assert (line["label"], line["value"], line["parts"]) == ("TCS", "100", [])
    assert line["fact"] == {"kind": "holding", "id": "h-i-TCS", "symbol": "TCS"}


def test_a_very_long_sum_begins_with_what_its_first_lines_come_to():
    bought = [buy(1, 2, of="TCS") for _ in range(1500)]
    receipt = told(one_holding(*bought), "quantity")

    assert (receipt["value"], len(receipt["working"]["parts"])) == ("1500", 500)
    assert lines(receipt["working"])[0] == ("The first 1001 lines together", "1001")


def test_a_stored_holding_that_is_behind_its_ledger_is_said_so():
    evidence = one_holding(buy(10, 100, of="TCS"))
    behind = replace(evidence.quote.position.holding, invested=None)
    position = replace(evidence.quote.position, holding=behind)
    receipt = explain_holding(replace(evidence, quote=replace(evidence.quote, position=position)), "invested")

    assert receipt.value is None
    assert receipt.notes == [
        "By the ledger as it is now it is 1000 INR; the summary follows when holdings are worked out anew."
    ]


def test_a_pool_that_a_sale_took_more_of_than_its_first_purchase_brought_stands_as_a_fact():
    """1 for 100 and 1 for nothing, less 4.68 % for TCS: 95.32 for 2; 1.999 of these and 0.001 more are sold."""
    rows = [
        trade("OPENING", 1, 0, "2020-01-01", of="INFY", cost=100),
        buy(1, 0, "2020-01-02"),
        trade("DEMERGER", 0, 0, "2020-01-03", into="TCS", to_quantity=1, cost_pct="4.68"),
        sell(2, 0, "2020-01-04"),
        buy("0.001", 0, "2020-01-06"),
    ]
    evidence = one_holding(*rows, method=CostMethod.UK_POOL, symbol="INFY")

    # 95.32 × 0.001 ÷ 2 = 0.04766
    assert float(told(evidence, "invested")["value"]) == 0.04766


def test_the_united_kingdom_takes_a_purchase_of_the_next_thirty_days_and_then_the_pool():
    # sold 6, and 8 bought for 960 nine days later: 6 of those, 960 × 6 ÷ 8 = 720; the pool keeps its 1000
    rows = [buy(10, 100, of="TCS"), sell(6, 130, "2024-02-01", of="TCS"), buy(8, 120, "2024-02-10", of="TCS")]
    evidence = one_holding(*rows, method=CostMethod.UK_POOL)

    [sale] = told(evidence, "realised")["working"]["parts"]
    assert sale["value"] == "60"  # 780 − 720
    [part] = sale["parts"][1]["parts"]
    assert (part["op"], [value for _, value in lines(part)]) == ("share", ["960", "6", "8"])
    assert told(evidence, "invested")["value"] == "1240"  # 1000 and 240 of the second
