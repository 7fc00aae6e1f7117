from decimal import Decimal

import pytest

from tests.domain.made import NO_RATES, buy, case_ledger, instrument, position, price_of, rates, read_case, value


def test_case_day_change(shared):
    case = read_case(shared, "day_change_and_yield")
    expected, near, near_pct = case["expected"], case["tolerance"]["abs"], case["tolerance"]["percent_abs"]
    positions = []
    for row in case["inputs"]["holdings"]:
        owner = instrument(row["symbol"])
        positions.append(
            position(owner, [buy(row["quantity"], row["avg_cost"])], price_of(owner, row["last"], row["prev_close"]))
        )

    result = value(*positions)

    for number, part in enumerate(result.holdings):
        assert abs(part.current_value - expected["value"][number]) <= near
        assert abs(part.day_change - expected["day_change"][number]) <= near
        assert abs(part.holding.invested - expected["invested"][number]) <= near
        assert abs(part.profit_loss - expected["unrealised"][number]) <= near
        assert abs(part.profit_loss_pct - expected["unrealised_percent"][number]) <= near_pct
    assert abs(result.current_value - expected["total_value"]) <= near
    assert abs(result.day_change - expected["total_day_change"]) <= near
    assert abs(result.day_change_pct - expected["total_day_change_percent"]) <= near_pct


@pytest.mark.parametrize(
    "name",
    [
        "clawock_1540_bought_today_below_yesterdays_close", "sure_2086_sell_all_then_rebuy_dearer",
        "maybe_2085_mean_of_prices_is_not_average_cost", "monize_1392_deposit_is_not_gain",
        "ghostfolio_2702_gain_at_the_rate_of_the_purchase", "ghostfolio_5793_percentage_of_the_whole",
        "suivi-bourse_665_bought_while_the_exchange_is_shut", "hledger_2391_tiny_flat_holding_first",
        "wealthfolio_382_realised_loss_missing_from_total",
    ],
)  # fmt: skip
def test_case_complaints(shared, name):
    case = read_case(shared, f"complaints/{name}")
    inputs, expected = case["inputs"], case["expected"]
    rows = case_ledger(inputs["transactions"])
    home = inputs["portfolio_currency"]
    symbols = [row["symbol"] for row in inputs["transactions"]]
    positions = []
    for symbol in sorted(set(symbols)):
        owner = instrument(symbol, "NYSE", inputs.get("instruments", {}).get(symbol, {}).get("currency", home))
        mine = [row for row, of in zip(rows, symbols, strict=True) if of == symbol]
        closes = [row for row in inputs["prices"] if row["symbol"] == symbol and row["date"] <= inputs["as_of"]]
        *before, last = closes or [None]
        previous = before[-1]["price"] if before else None
        price = last and price_of(owner, last["price"], previous, as_of=f"{last['date']}T20:00")
        positions.append(position(owner, mine, price))
    known = NO_RATES
    for row in inputs.get("fx", []):
        assert row["to"] == "EUR"
        # One unit in EUR is told; the pair tells the inverse, so the product comes back to 28 digits.
        known = rates(on=row["date"], **{row["from"]: 1 / row["rate"]})

    result = value(*positions, known=known, currency=home)

    near, near_pct = Decimal("1E-9"), Decimal("1E-6")
    totals = ("current_value", "invested", "priced_invested", "profit_loss", "realised", "day_change")
    for figure in (*totals, "profit_loss_pct", "day_change_pct"):
        if figure in expected:
            got, told = getattr(result, figure), expected[figure]
            tolerance = near_pct if figure.endswith("_pct") else near
            assert got is told is None or abs(got - told) <= tolerance
    for part in result.holdings:
        for figure in ("current_value", "profit_loss", "profit_loss_pct"):
            told = expected.get("holdings", {}).get(part.instrument.symbol, {}).get(figure, ...)
            if told is not ...:
                assert getattr(part, figure) is told is None or abs(getattr(part, figure) - told) <= near_pct
    if "priced" in expected:
        assert f"{result.coverage.priced} of {result.coverage.held}" == expected["priced"]
        assert [gap.symbol for gap in result.coverage.missing] == expected["missing"]
