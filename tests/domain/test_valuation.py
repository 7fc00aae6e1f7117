from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.made import (
    at,
    buy,
    instrument,
    ledgers,
    match,
    opening,
    position,
    price_of,
    rates,
    sell,
    trade,
    value,
)
from tickfolio.domain.holdings import hold
from tickfolio.domain.ledger import CostMethod
from tickfolio.domain.position import Position
from tickfolio.domain.prices import HeldPrice, PriceStatus
from tickfolio.domain.valuation import MissingReason

INFY = instrument()
TCS = instrument("TCS")
GOOG = instrument("GOOG", "NASDAQ", "USD")


def test_one_holding_and_one_without_a_price():
    # 10 × 1500 = 15000; 15000 − 14000 = 1000; 1000 ÷ 14000; day: 10 × (1500 − 1480) = 200 of 14800
    result = value(
        position(INFY, [buy(10, 1400)], price_of(INFY, 1500, 1480)),
        position(TCS, [buy(2, 3000)]),
    )

    infosys, tcs = result.holdings
    assert (infosys.current_value, infosys.profit_loss, infosys.day_change, infosys.day_base) == (
        15000,
        1000,
        200,
        14800,
    )
    assert infosys.profit_loss_pct == Decimal("7.142857142857142857142857143")
    assert infosys.day_change_pct == Decimal("1.351351351351351351351351351")
    assert (infosys.weight_pct, infosys.fx_rate, infosys.missing) == (100, 1, None)
    assert (tcs.current_value, tcs.profit_loss, tcs.profit_loss_pct, tcs.day_change, tcs.weight_pct) == (None,) * 5
    assert tcs.missing is MissingReason.NO_PRICE
    assert (result.current_value, result.invested, result.priced_invested) == (15000, 20000, 14000)
    assert (result.profit_loss, result.day_change) == (1000, 200)
    assert result.profit_loss_pct == infosys.profit_loss_pct
    assert (result.coverage.held, result.coverage.priced) == (2, 1)
    [gap] = result.coverage.missing
    assert (gap.instrument_id, gap.symbol, gap.reason) == ("i-TCS", "TCS", MissingReason.NO_PRICE)
    assert "TCS" in gap.mend


def test_nothing_held_is_worth_nothing():
    result = value()

    assert (result.current_value, result.invested, result.priced_invested, result.profit_loss) == (0, 0, 0, 0)
    assert (result.day_change, result.realised, result.income) == (0, 0, 0)
    assert (result.profit_loss_pct, result.day_change_pct) == (None, None)


def test_something_held_and_nothing_priced_is_unknown():
    result = value(position(INFY, [buy(10, 1400)]))

    assert (result.current_value, result.profit_loss, result.profit_loss_pct) == (None, None, None)
    assert (result.priced_invested, result.day_change, result.day_change_pct) == (None, None, None)
    assert (result.invested, result.realised) == (14000, 0)


def test_fault_15_a_price_in_another_currency_counts_as_none():
    result = value(position(INFY, [buy(10, 1400)], price_of(INFY, 18, currency="USD")))

    [holding] = result.holdings
    assert (holding.price, holding.status, holding.current_value) == (None, None, None)
    assert holding.missing is MissingReason.PRICE_CURRENCY


def test_fault_23_without_a_rate_a_holding_is_unpriced_and_the_rest_is_the_total():
    result = value(
        position(INFY, [buy(10, 1400)], price_of(INFY, 1500)),
        position(GOOG, [buy(1, 100, fx=80)], price_of(GOOG, 200, 190)),
    )

    assert result.current_value == 15000
    goog = result.holdings[1]
    assert (goog.current_value, goog.fx_rate, goog.missing) == (None, None, MissingReason.NO_FX_RATE)


def test_an_unknown_cost_counts_in_value_and_not_in_profit():
    # INFY 15000 − 14000; GOOG 200 × 80 = 16000 of unknown cost
    result = value(
        position(INFY, [buy(10, 1400)], price_of(INFY, 1500)),
        position(GOOG, [buy(1, 100, fx=None)], price_of(GOOG, 200)),
        known=rates(INR=100, USD="1.25"),
    )

    assert (result.current_value, result.invested) == (31000, 14000)
    assert (result.priced_invested, result.profit_loss) == (14000, 1000)
    assert result.coverage.priced == 2
    assert [gap.reason for gap in result.coverage.missing] == [MissingReason.NO_COST]


def test_fault_65_what_cost_nothing_has_a_profit_and_no_percentage():
    [holding] = value(position(INFY, [opening(10, 0)], price_of(INFY, 1500))).holdings

    assert (holding.profit_loss, holding.profit_loss_pct) == (15000, None)


def test_fault_64_a_closed_holding_is_apart_and_what_it_made_counts():
    result = value(
        position(INFY, [buy(10, 1400, "2024-01-01"), sell(10, 1500, "2024-02-01")]),
        position(TCS, [buy(1, 3000)], price_of(TCS, 3100)),
    )

    [closed] = result.closed
    assert [holding.instrument for holding in result.holdings] == [TCS]
    assert (closed.current_value, closed.profit_loss, closed.profit_loss_pct, closed.weight_pct) == (0, 0, None, None)
    assert (result.realised, result.coverage.held) == (1000, 1)


def test_a_held_price_shows_beside_the_last_good_one():
    suspect = HeldPrice(INFY.id, Decimal(150000), "INR", at("2026-11-20T10:10"), "yahoo", "unit_suspicion", "r1")

    [holding] = value(position(INFY, [buy(10, 1400)], price_of(INFY, 1500), suspect)).holdings

    assert (holding.status, holding.current_value) == (PriceStatus.HELD, 15000)


class TestDayChange:
    DAY = "2026-11-20"
    QUOTE = price_of(INFY, 105, 120)

    @pytest.mark.parametrize(
        ("rows", "change", "base"),
        [
            # nothing held before: 10 × (105 − 100) = 50, base 0
            pytest.param([buy(10, 100, DAY)], 50, 0, id="bought today"),
            # 10 × (105 − 120) = −150 and 5 × (105 − 110) = −25; base 10 × 120
            pytest.param([buy(10, 90), buy(5, 110, DAY)], -175, 1200, id="more bought today"),
            # 10 × (105 − 120) = −150 and −4 × (105 − 115) = +40
            pytest.param([buy(10, 90), sell(4, 115, DAY)], -110, 1200, id="some sold today"),
            # only what was held at the close before and at the price's day counts: 10 × −15
            pytest.param([buy(10, 90), buy(7, 99, "2026-11-21")], -150, 1200, id="bought after the price's day"),
            # −150 + 10 × 115 − 10 × 105 = −50: it went at 115, from 120
            pytest.param([buy(10, 90), sell(10, 115, DAY)], -50, 1200, id="sold out today"),
        ],
    )  # fmt: skip
    def test_todays_trades_count_from_their_own_price(self, rows, change, base):
        result = value(position(INFY, rows, self.QUOTE))

        [holding] = result.holdings + result.closed
        assert (holding.day_change, holding.day_base, result.day_change) == (change, base, change)

    def test_the_day_is_that_of_the_exchange(self):
        # 22:00 UTC on the 20th is the 21st in Mumbai
        quote = price_of(INFY, 105, 120, as_of="2026-11-20T22:00")

        [holding] = value(position(INFY, [buy(10, 100, "2026-11-21")], quote)).holdings

        assert holding.day_change == 50

    def test_without_a_previous_close_only_what_came_today_has_a_change(self):
        quote = price_of(INFY, 105)

        assert value(position(INFY, [buy(1, 90)], quote)).day_change is None
        assert value(position(INFY, [buy(10, 100, self.DAY)], quote)).day_change == 50

    def test_at_the_rate_of_now_and_the_rate_of_then(self):
        # now 200 × 80 = 16000, then 190 × 75 = 14250; bought today at 195 × 79 = 15405
        rows = [buy(2, 100, fx=70), buy(1, 195, self.DAY, fx=79)]
        quote = price_of(GOOG, 200, 190, as_of="2026-11-20T18:00")

        moved = value(position(GOOG, rows, quote), known=rates(on=self.DAY, INR=(100, 90), USD=("1.25", "1.2")))
        still = value(position(GOOG, rows, quote), known=rates(on="2026-11-19", INR=(100, 90), USD=("1.25", "1.2")))

        assert (moved.day_change, moved.holdings[0].day_base) == (2 * 1750 + 595, 28500)
        # the pairs have not moved since the day before: then 190 × 80 = 15200
        assert (still.day_change, still.holdings[0].day_base) == (2 * 800 + 595, 30400)

    def test_an_unknown_rate_of_then_or_of_a_trade_is_unknown(self):
        quote = price_of(GOOG, 200, 190)
        known = rates(on=self.DAY, INR=100, USD="1.25")

        assert value(position(GOOG, [buy(2, 100, fx=70)], quote), known=known).day_change is None
        assert value(position(GOOG, [buy(2, 100, self.DAY, fx=None)], quote), known=known).day_change is None
        assert value(position(GOOG, [buy(2, 100, self.DAY, fx=70)], quote), known=known).day_change == 18000

    def test_the_percentage_is_over_what_was_known(self):
        # INFY 10 × (105 − 100) of 1000; TCS unknown
        result = value(
            position(INFY, [buy(10, 90)], price_of(INFY, 105, 100)), position(TCS, [buy(1, 3000)], price_of(TCS, 3100))
        )

        assert (result.day_change, result.day_change_pct) == (50, 5)


class TestPriceAndCurrency:
    """2 bought at 100 dollars of 80 rupees: 16000; now 110 dollars of 84: 18480."""

    NOW = rates(INR=105, USD="1.25")

    def test_together_they_are_the_profit(self):
        # the price has made 18480 − 200 × 84 = 1680, the rate 200 × (84 − 80) = 800
        result = value(position(GOOG, [buy(2, 100, fx=80)], price_of(GOOG, 110)), known=self.NOW)

        [goog] = result.holdings
        assert (goog.profit_loss, goog.price_effect, goog.currency_effect) == (2480, 1680, 800)
        assert (result.price_effect, result.currency_effect) == (1680, 800)

    def test_in_its_own_currency_the_rate_makes_nothing(self):
        [infy] = value(position(INFY, [buy(10, 1400)], price_of(INFY, 1500))).holdings

        assert (infy.price_effect, infy.currency_effect) == (1000, 0)

    def test_what_is_unknown_has_none(self):
        rows = [buy(2, 100, fx=None)]

        for result in (
            value(position(GOOG, rows, price_of(GOOG, 110)), known=self.NOW),
            value(position(GOOG, [buy(2, 100, fx=80)], None), known=self.NOW),
            value(position(GOOG, [buy(2, 100, fx=80)], price_of(GOOG, 110))),
        ):
            [goog] = result.holdings
            assert (goog.price_effect, goog.currency_effect, goog.total_profit_loss) == (None, None, None)


class TestWhatHasBeenMade:
    def test_profit_and_realised_and_income_less_charges(self):
        # 6 × 120 − 600 = 120; 4 × 110 − 5 − 400 = 35; 30 − 3; 2
        rows = [
            buy(10, 100),
            sell(4, 110, "2024-02-01", fees=5),
            trade("DIVIDEND", 1, 30, "2024-03-01", taxes=3),
            trade("FEE", 1, 2, "2024-04-01"),
        ]

        result = value(position(INFY, rows, price_of(INFY, 120)))

        [infy] = result.holdings
        assert infy.total_profit_loss == result.total_profit_loss == 120 + 35 + 27 - 2
        assert (result.income, result.tax_withheld, result.charges) == (27, 3, 2)

    @pytest.mark.parametrize("kind", ["DIVIDEND", "FEE"])
    def test_an_unknown_part_makes_the_holdings_own_unknown_and_is_named(self, kind):
        result = value(position(INFY, [buy(10, 100), trade(kind, 1, 30, fx=None)], price_of(INFY, 120)))

        [infy] = result.holdings
        assert (infy.profit_loss, infy.total_profit_loss) == (200, None)
        assert [gap.reason for gap in result.coverage.missing] == [MissingReason.NO_COST]

    def test_units_of_unknown_cost_count_in_value_and_say_what_would_mend_it(self):
        result = value(position(INFY, [trade("TRANSFER_IN", 10, 0)], price_of(INFY, 120)))

        [gap] = result.coverage.missing
        assert (result.current_value, result.invested, result.profit_loss) == (1200, None, None)
        assert gap.reason is MissingReason.NO_COST
        assert "transfer" in gap.mend


class TestUnitsThatWereNotTraded:
    """They came or went at the close: 10 × (105 − 120) is of those that were held before."""

    DAY = "2026-11-20"
    QUOTE = price_of(INFY, 105, 120)

    @pytest.mark.parametrize(
        ("rows", "change", "base"),
        [
            pytest.param([trade("TRANSFER_IN", 5, 0, DAY)], -150, 1200, id="came"),
            pytest.param([trade("TRANSFER_IN", 5, 0, DAY, cost=100)], -150, 1200, id="came at a cost of long ago"),
            pytest.param([trade("TRANSFER_IN", 5, 90, DAY)], -150, 1200, id="came at a price"),
            pytest.param([trade("TRANSFER_OUT", 4, 0, DAY)], -150, 1200, id="went"),
            pytest.param([trade("MERGER", 4, 0, DAY, into="NEW", to_quantity=2)], -150, 1200, id="merged"),
            pytest.param(
                [trade("DEMERGER", 0, 0, DAY, into="NEW", to_quantity=2, cost_pct=5)], -150, 1200, id="demerged"
            ),
            pytest.param([trade("DIVIDEND", 1, 30, DAY)], -150, 1200, id="income is no change of the price"),
            # −4 × (105 − 115) more
            pytest.param([trade("SWITCH", 4, 115, DAY, into="NEW", to_quantity=2)], -110, 1200, id="switched"),
            # 2 × (105 − 110) more, and 2 × (105 − 60 ÷ 2)
            pytest.param([trade("REINVEST", 2, 110, DAY)], -160, 1200, id="reinvested"),
            pytest.param([trade("OPENING", 2, 0, DAY, cost=60)], 0, 1200, id="opened at a cost"),
        ],
    )  # fmt: skip
    def test_a_transfer_or_a_merger_is_no_change_of_the_day(self, rows, change, base):
        told = [buy(10, 90), *rows]
        held = match(told)["p1", "INFY"]

        result = value(Position(hold("i-INFY", held), INFY, self.QUOTE, None, told))

        assert (result.day_change, result.day_base) == (change, base)

    def test_what_a_switch_brings_counts_from_what_it_cost(self):
        # 990 for 9 are 110 each: 9 × (105 − 110) = −45; and what a merger brings counts from nothing
        rows = [
            buy(10, 90, of="OLD"),
            trade("SWITCH", 4, 250, self.DAY, fees=10, of="OLD", into="INFY", to_quantity=9),
            trade("MERGER", 2, 0, self.DAY, of="OLD", into="INFY", to_quantity=5),
        ]

        result = value(Position(hold("i-INFY", match(rows)["p1", "INFY"]), INFY, self.QUOTE, None, rows))

        assert (result.day_change, result.day_base) == (-45, 0)


PRICES = st.sampled_from(["0.000000000000000001", "1", "99999999999999999999"]).map(Decimal) | st.decimals(
    "0.01", "9999", places=4
)


@given(st.lists(st.tuples(ledgers(), st.none() | PRICES, st.none() | PRICES), max_size=5), st.sampled_from(CostMethod))
def test_the_parts_add_up_to_the_total_to_the_last_digit(portfolio, method):
    positions = []
    for number, (rows, last, previous) in enumerate(portfolio):
        owner = instrument(f"S{number}", "NASDAQ", "USD")
        price = None if last is None else price_of(owner, last, previous, as_of="2024-01-05T18:00")
        positions.append(position(owner, rows, price, method=method))

    result = value(*positions, known=rates(on="2024-01-05", INR=("91.37", "90"), USD=("1.07", "1.06")))

    parts = result.holdings
    for name in ("current_value", "profit_loss", "day_change"):
        known = [getattr(part, name) for part in parts if getattr(part, name) is not None]
        if name == "day_change" and known:
            known += [part.day_change for part in result.closed if part.day_change is not None]
        if known or not parts:
            if name != "day_change" or parts:
                assert Fraction(getattr(result, name)) == sum(map(Fraction, known))
        else:
            assert getattr(result, name) is None
    for part in parts:
        if part.profit_loss is not None:
            assert Fraction(part.profit_loss) == Fraction(part.current_value) - Fraction(part.holding.invested)
    if result.profit_loss is not None and parts:
        both = [part for part in parts if part.profit_loss is not None]
        worth = sum(Fraction(part.current_value) for part in both)
        assert Fraction(result.profit_loss) == worth - Fraction(result.priced_invested)


@given(ledgers(rates_known=True), st.sampled_from(CostMethod), PRICES)
def test_value_less_cost_and_realised_are_all_money_out_less_all_money_in(rows, method, last):
    owner = instrument("GOOG", "NASDAQ", "USD")

    result = value(position(owner, rows, price_of(owner, last), method=method), known=rates(INR=100, USD="1.25"))

    made = Fraction(result.total_profit_loss)
    assert made == Fraction(result.profit_loss) + Fraction(result.realised)
    assert Fraction(result.price_effect) + Fraction(result.currency_effect) == Fraction(result.profit_loss)
    flows = Fraction(0)
    for row in rows:
        charges = Fraction(row.fees) + Fraction(row.taxes)
        gross = Fraction(row.quantity) * Fraction(row.price)
        flows += (gross - charges if row.type == "SELL" else -gross - charges) * Fraction(row.fx_rate)
    assert made == Fraction(result.current_value) + flows


def test_the_weights_are_to_28_digits():
    result = value(
        position(INFY, [buy(1, 1)], price_of(INFY, 1)),
        position(TCS, [buy(2, 1)], price_of(TCS, 1)),
    )

    assert [part.weight_pct for part in result.holdings] == [
        Decimal("33.33333333333333333333333333"),
        Decimal("66.66666666666666666666666667"),
    ]


def test_trades_before_the_day_of_the_price_may_be_left_out_or_not():
    rows = [buy(10, 90, "2024-01-01"), buy(5, 110, "2026-11-20")]
    whole = position(INFY, rows, price_of(INFY, 105, 120))

    assert value(whole) == value(replace(whole, trades=rows[1:]))
