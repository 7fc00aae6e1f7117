"""Performance through the whole engine: time-weighted and money-weighted returns, windows, risk, and what must hold."""

import math
from datetime import date, timedelta
from statistics import stdev

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.domain.made import buy, sell, trade
from tests.domain.past import Story
from tickfolio.domain.xirr import CashFlow, NoRateReason, xirr

CLOSES = {"INFY": {"2024-01-01": 100, "2024-01-02": 110, "2024-01-03": 121, "2024-01-04": 110}}


def story(*rows, closes=CLOSES, until="2024-01-04", **more):
    return Story(rows, closes, until=until, **more)


# --- Time-weighted ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rows", "until", "twr"),
    [
        # 100 → 110 → 121 → 110
        pytest.param([buy(10, 100)], "2024-01-04", 0.10, id="only held"),
        # bought at 80 on a day that ended at 100: the first day made a quarter
        pytest.param([buy(10, 80)], "2024-01-01", 0.25, id="the day of the purchase counts"),
        # charges of 50 are lost on the day they are paid: 1000 ÷ 1050
        pytest.param([buy(10, 100, fees=50)], "2024-01-01", 1000 / 1050 - 1, id="charges are inside"),
        # 1000 → 1100; 10 more for 1100: (20 × 121) ÷ (1100 + 1100) = 1.1 as well; then 110 ÷ 121
        pytest.param([buy(10, 100), buy(10, 110, "2024-01-03")], "2024-01-04", 1.1 * 1.1 * 110 / 121 - 1, id="deposit"),
        # 5 go out on the 3rd for 605: (605 + 605) ÷ 1100 = 1.1
        pytest.param([buy(10, 100), sell(5, 121, "2024-01-03")], "2024-01-04", 0.10, id="withdrawal"),
        # out at 110, with nothing held on the 3rd; back in at 110: the fall of the 4th is not ours, nor the rise before
        pytest.param(
            [buy(10, 100), sell(10, 110, "2024-01-02"), buy(10, 110, "2024-01-04")],
            "2024-01-04",
            0.10,
            id="out and in again",
        ),
        # 100 paid out of 1100 on the 2nd: (1100 + 100) ÷ 1000, then 1210 ÷ 1100 and 1100 ÷ 1210
        pytest.param([buy(10, 100), trade("DIVIDEND", 1, 100, "2024-01-02")], "2024-01-04", 0.20, id="dividend"),
        # 110 reinvested on the 2nd: 11 × 110 ÷ 1000, and nothing flowed
        pytest.param([buy(10, 100), trade("REINVEST", 1, 110, "2024-01-02")], "2024-01-04", 0.21, id="reinvested"),
        # worthless: all is lost, and what is bought later does not bring it back
        pytest.param([buy(10, 100), sell(10, 0, "2024-01-02")], "2024-01-04", -1, id="sold for nothing"),
        # nothing at all: a day that starts with nothing counts as 1
        pytest.param([trade("DIVIDEND", 1, 100, "2024-01-02")], "2024-01-04", 0, id="a dividend of nothing held"),
    ],
)
def test_time_weighted(rows, until, twr):
    assert story(*rows, until=until).twr() == pytest.approx(twr, rel=1e-12)
    assert story(*rows, until=until).twr(of="INFY") == pytest.approx(twr, rel=1e-12)


@pytest.mark.parametrize(
    ("rows", "closes", "until", "reason"),
    [
        pytest.param([buy(10, 100)], {}, "2024-01-04", "no_close", id="never a close"),
        pytest.param([buy(10, 100, "2023-12-28")], CLOSES, "2024-01-04", "no_close", id="before the first close"),
        pytest.param([buy(10, 100, fx=None)], CLOSES, "2024-01-04", "no_fx_rate", id="a flow without a rate"),
    ],
)
def test_what_hangs_on_the_unknown_is_unknown_and_says_why(rows, closes, until, reason):
    figures = story(*rows, closes=closes, until=until).figures()

    assert (figures.twr, figures.twr_annual, figures.drawdown, figures.volatility) == (None, None, None, None)
    names = ("twr_pct", "twr_annual_pct", "max_drawdown_pct", "volatility_pct", "sharpe", "sortino")
    assert [figures.reasons[name] for name in names] == [reason] * len(names)


def test_after_the_first_close_the_return_is_known():
    figures = story(buy(10, 100, "2023-12-28")).figures(since="2024-01-02")

    assert figures.twr == pytest.approx(0.10, rel=1e-12)
    assert figures.start == 1000


def test_the_money_of_a_day_that_cancels_out_is_no_flow():
    """0.1 + 0.2 − 0.3 leaves a speck in floats, from which a day must not start."""
    closes = {"INFY": {"2024-01-01": "0.15", "2024-01-02": 100, "2024-01-03": 110}}
    rows = [buy(1, "0.1"), buy(1, "0.2"), sell(2, "0.15"), buy(10, 100, "2024-01-02")]

    assert story(*rows, closes=closes, until="2024-01-03").twr() == pytest.approx(0.10, rel=1e-12)


# --- Cash ------------------------------------------------------------------------------------------------------------


def with_cash(*rows, until="2024-01-04"):
    return story(trade("DEPOSIT", 1, 2000, of="CASH"), *rows, until=until, cash_tracked=True)


def test_cash_is_part_of_the_value_and_a_deposit_is_no_gain():
    # 2000 in; 10 × 100 bought out of it: 1000 + 1000, then 1000 + 1100, + 500 in, 1000 + 500 + 1210, and 2600 at last
    told = with_cash(buy(10, 100), trade("DEPOSIT", 1, 500, "2024-01-03", of="CASH"))

    assert [told.on(f"2024-01-0{day}") for day in (1, 2, 3, 4)] == [2000, 2100, 2710, 2600]
    assert told.figures().money_in == 2500
    assert told.twr() == pytest.approx(2100 / 2000 * 2710 / 2600 * 2600 / 2710 - 1, rel=1e-12)


def test_with_cash_tracked_purchases_sales_and_income_are_no_flows():
    told = with_cash(
        buy(10, 100), trade("DIVIDEND", 1, 30, "2024-01-02"), sell(10, 121, "2024-01-03"), trade("FEE", 1, 7)
    )

    # 2000 − 1000 − 7 + 30 + 1210
    assert told.on("2024-01-04") == 2233
    assert (told.figures().money_in, told.figures().money_out) == (2000, 0)
    assert told.twr() == pytest.approx(2233 / 2000 - 1, rel=1e-12)


def test_a_withdrawal_leaves_the_return_alone():
    told = with_cash(trade("WITHDRAWAL", 1, 2000, "2024-01-02", of="CASH"), until="2024-01-03")

    assert told.on("2024-01-02") == 0
    assert told.twr() == 0


def test_interest_after_everything_was_withdrawn_is_no_return():
    """Tenths leave a speck in floats, of which the interest would be a trillion times as much."""
    rows = [
        trade("DEPOSIT", 1, "0.1", of="CASH"),
        trade("DEPOSIT", 1, "0.2", of="CASH"),
        trade("WITHDRAWAL", 1, "0.3", "2024-01-02", of="CASH"),
        trade("INTEREST", 1, 5, "2024-01-03", of="CASH"),
    ]

    assert story(*rows, cash_tracked=True).twr() == pytest.approx(0, abs=1e-12)


def test_units_bought_before_any_deposit_start_from_nothing():
    # −3.3 in cash and 3 × 1.1 held are nothing, exactly; in floats they are not
    closes = {"INFY": {"2024-01-01": "1.1", "2024-01-02": "2.2"}}

    told = story(buy(3, "1.1"), closes=closes, until="2024-01-02", cash_tracked=True)

    assert told.on("2024-01-01") == 0
    assert told.twr() == 0


def test_unknown_cash_makes_the_value_unknown():
    told = with_cash(buy(10, 100, "2024-01-02", fx=None))

    assert told.on("2024-01-01") == 2000
    assert math.isnan(told.on("2024-01-02"))
    assert told.twr() is None


# --- Units in kind ---------------------------------------------------------------------------------------------------


def test_units_from_elsewhere_come_in_at_the_market():
    # 10 × 110 on the 2nd, whatever was said that they are worth; then 121 and 110
    told = story(trade("TRANSFER_IN", 10, 90, "2024-01-02"))

    assert told.figures().money_in == 1100
    assert told.twr() == pytest.approx(0, abs=1e-12)


def test_units_from_elsewhere_without_a_close_come_in_at_what_was_said():
    told = story(trade("TRANSFER_IN", 10, 90, "2023-12-28"), until="2023-12-29")

    assert told.figures().money_in == 900


def test_units_that_leave_go_out_at_the_market_of_that_day():
    # and not at a later close, when they were not held any more
    closes = {"INFY": CLOSES["INFY"] | {"2024-01-05": 500}}
    told = story(buy(10, 100), trade("TRANSFER_OUT", 10, 0, "2024-01-03"), closes=closes, until="2024-01-08")

    assert told.figures().money_out == 1210
    assert told.twr() == pytest.approx(0.21, rel=1e-12)


def test_a_transfer_between_own_accounts_is_no_flow():
    rows = [buy(10, 100, account="A"), trade("TRANSFER_OUT", 10, 0, "2024-01-02", account="A")]
    rows.append(trade("TRANSFER_IN", 10, 0, "2024-01-02", account="B"))

    assert story(*rows).figures().money_in == 1000
    assert story(*rows).twr() == pytest.approx(0.10, rel=1e-12)


def test_a_merger_is_no_flow_of_the_portfolio_and_one_of_both_holdings():
    # 10 × 110 become 5 × 220 on the 2nd, 5 × 242 at last
    closes = {"INFY": {"2024-01-01": 100}, "TCS": {"2024-01-02": 220, "2024-01-04": 242}}
    rows = [buy(10, 100), trade("MERGER", 10, 0, "2024-01-02", into="TCS", to_quantity=5)]
    told = story(*rows, closes=closes)

    assert (told.figures().money_in, told.figures().money_out) == (1000, 0)
    assert told.twr() == pytest.approx(0.21, rel=1e-12)
    assert told.twr(of="INFY") == pytest.approx(0.10, rel=1e-12)
    assert told.twr(of="TCS") == pytest.approx(0.10, rel=1e-12)


# --- Windows ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("since", "until", "twr"),
    [
        pytest.param("2024-01-02", "2024-01-04", 0.10, id="from the close of the 1st"),
        pytest.param("2024-01-03", "2024-01-04", 0, id="from the close of the 2nd"),
        pytest.param("2024-01-03", "2024-01-03", 0.10, id="one day"),
        pytest.param("2024-01-01", "2024-01-03", 0.21, id="to the 3rd"),
    ],
)
def test_a_period_starts_at_the_close_of_the_day_before(since, until, twr):
    assert story(buy(10, 100)).twr(since=since, until=until) == pytest.approx(twr, abs=1e-12)


def test_a_period_that_starts_on_a_day_without_news_counts_its_days_from_there():
    # 1000 on Friday the 5th; the period starts on Monday the 8th, from Sunday's close; 1100 a year later, on the 7th
    closes = {"INFY": {"2024-01-01": 100, "2024-01-05": 100, "2025-01-06": 110}}
    figures = story(buy(10, 100), closes=closes).figures("2024-01-08", "2025-01-06")

    # from 7 January 2024 to 6 January 2025: 365 days
    assert figures.days == 365
    assert figures.xirr.ratio == pytest.approx(0.10, rel=1e-10)
    assert figures.twr_annual == pytest.approx(0.10, rel=1e-12)
    assert figures.modified_dietz == pytest.approx(0.10, rel=1e-12)


@pytest.mark.parametrize(
    ("until", "annual"),
    [
        # 2024 is a leap year: 365 days after 1 January is 31 December
        pytest.param("2024-12-30", None, id="364 days"),
        pytest.param("2024-12-31", 0.21, id="365 days"),
        pytest.param("2025-12-31", 1.21 ** (365 / 730) - 1, id="730 days"),
    ],
)
def test_a_return_is_told_as_one_a_year_from_365_days_on(until, annual):
    figures = story(buy(10, 100), closes={"INFY": {"2024-01-01": 100, "2024-02-01": 121}}).figures(until=until)

    assert figures.twr_annual == (None if annual is None else pytest.approx(annual, rel=1e-12))
    assert figures.reasons.get("twr_annual_pct") == ("under_a_year" if annual is None else None)


def test_the_figures_of_a_period():
    # 10 × 110 at the start; 5 more for 605 on the 3rd, 2 sold for 220 on the 4th; 13 × 110 at the end
    rows = [buy(10, 100), buy(5, 121, "2024-01-03"), sell(2, 110, "2024-01-04")]

    figures = story(*rows).figures("2024-01-03", "2024-01-04")

    assert (figures.start, figures.end, figures.days) == (1100, 1430, 2)
    assert (figures.money_in, figures.money_out) == (605, 220)
    # (1430 − 1100 − 605 + 220) ÷ (1100 + ½ × 605)
    assert figures.modified_dietz == pytest.approx(-55 / (1100 + 605 / 2), rel=1e-12)


# --- Money-weighted --------------------------------------------------------------------------------------------------


def test_xirr_of_a_year_is_the_plain_return():
    closes = {"INFY": {"2024-01-01": 100, "2024-12-31": 110}}

    assert story(buy(10, 100), closes=closes, until="2024-12-31").figures().xirr.ratio == pytest.approx(0.1, rel=1e-10)


@pytest.mark.parametrize(
    ("rows", "closes", "until", "reason"),
    [
        pytest.param([buy(10, 100)], CLOSES, "2024-01-01", NoRateReason.ONE_DAY, id="bought today"),
        pytest.param([buy(10, 100), sell(10, 0, "2024-01-02")], CLOSES, "2024-01-04", NoRateReason.ONE_SIGN, id="lost"),
        pytest.param([buy(10, 100)], {}, "2024-01-04", "no_close", id="no value at the end"),
        pytest.param([buy(10, 100, fx=None)], CLOSES, "2024-01-04", "no_fx_rate", id="an unknown flow"),
    ],
)
def test_without_a_rate_there_is_a_reason(rows, closes, until, reason):
    figures = story(*rows, closes=closes, until=until).figures()

    assert figures.xirr.ratio is None
    assert figures.reasons["xirr_pct"] == reason


def test_an_opening_is_a_flow_at_cost():
    closes = {"INFY": {"2024-01-01": 120, "2024-12-31": 120}}

    figures = story(trade("OPENING", 10, 100), closes=closes, until="2024-12-31").figures()

    assert figures.money_in == 1000
    assert figures.xirr.ratio == pytest.approx(0.2, rel=1e-10)


# --- Risk ------------------------------------------------------------------------------------------------------------


def test_a_deposit_does_not_hide_a_drawdown():
    # the index falls from 121 to 110 on the 4th, while the value rises from 1210 to 12 100
    figures = story(buy(10, 100), buy(100, 110, "2024-01-04")).figures()

    assert figures.end == 12_100
    assert figures.drawdown.depth == pytest.approx((1100 + 11_000) / (1210 + 11_000) - 1, rel=1e-12)


def test_volatility_and_its_ratios_are_of_sessions():
    # the returns of the sessions are 0 (the day of the purchase), 0.1, 0.1 and 110 ÷ 121 − 1; a weekend follows
    figures = story(buy(10, 100), until="2024-01-08").figures()

    returns = [0, 0.1, 0.1, 110 / 121 - 1]
    volatility = stdev(returns) * math.sqrt(252)
    downside = math.sqrt(sum(min(one, 0) ** 2 for one in returns) / 4 * 252)
    assert figures.volatility == pytest.approx(volatility, rel=1e-12)
    assert figures.sharpe == pytest.approx(sum(returns) / 4 * 252 / volatility, rel=1e-12)
    assert figures.sortino == pytest.approx(sum(returns) / 4 * 252 / downside, rel=1e-12)


def test_the_sessions_of_a_holding_are_its_own():
    """A coin with a close on Saturday makes that a session of the portfolio, and none of the share."""
    closes = CLOSES | {"COIN": {"2024-01-01": 5, "2024-01-06": 6, "2024-01-07": 5}}
    told = story(buy(10, 100), buy(1, 5, of="COIN"), closes=closes, until="2024-01-08")
    alone = story(buy(10, 100), until="2024-01-08")

    assert told.figures(of="INFY").volatility == alone.figures().volatility
    assert told.figures().volatility != alone.figures().volatility


@pytest.mark.parametrize("until", ["2024-01-01", "2024-01-03"])
def test_without_a_spread_there_are_no_ratios(until):
    closes = {"INFY": {"2024-01-01": 100, "2024-01-02": 100, "2024-01-03": 100}}
    figures = story(buy(10, 100), closes=closes, until=until).figures()

    assert (figures.sharpe, figures.sortino) == (None, None)
    assert figures.reasons["sharpe"] == figures.reasons["sortino"] == "no_volatility"


# --- What must hold --------------------------------------------------------------------------------------------------


START = date(2024, 1, 1)
SPAN = 40


@st.composite
def portfolios(draw, tracked=(False, True)):
    """Trades near the closes of up to three instruments, now and then without a close for weeks."""
    tracked = draw(st.sampled_from(tracked))
    symbols = draw(st.sampled_from(["A", "AB", "ABC"]))
    closes = {}
    for symbol in symbols:
        known = draw(st.sets(st.integers(0, SPAN), max_size=12)) | {0}
        closes[symbol] = {text(number): draw(st.integers(50, 200)) for number in sorted(known)}
    rows = [trade("DEPOSIT", 1, 1_000_000, text(0), of="CASH")] if tracked else []
    held = dict.fromkeys(symbols, 0)
    for number in sorted(draw(st.lists(st.integers(0, SPAN), min_size=1, max_size=8))):
        symbol, price = draw(st.sampled_from(symbols)), draw(st.integers(50, 200))
        kind = draw(st.sampled_from(["BUY", "BUY", "SELL", "DIVIDEND", "REINVEST"]))
        if kind == "SELL" and not held[symbol]:
            kind = "BUY"
        size = draw(st.integers(1, held[symbol])) if kind == "SELL" else draw(st.integers(1, 20))
        size = 1 if kind == "DIVIDEND" else size
        held[symbol] += {"SELL": -size, "DIVIDEND": 0}.get(kind, size)
        fees = draw(st.sampled_from([0, 0, 1]))
        rows.append(trade(kind, size, price, text(number), of=symbol, fees=0 if kind == "REINVEST" else fees))
    return Story(rows, closes, until=text(SPAN), cash_tracked=tracked)


def text(number):
    return (START + timedelta(days=number)).isoformat()


def scaled(story, times):
    """Every price and charge so many times as large."""
    rows = [
        trade(
            row.type,
            row.quantity,
            row.price * times,
            str(row.traded_on),
            fees=row.fees * times,
            of=row.instrument_id[2:],
        )
        for row in story.rows
    ]
    closes = {key: {on: close * times for on, close in own.items()} for key, own in story.closes.items()}
    return story.with_(rows=rows, closes=closes)


def shifted(story, days):
    """Everything so many days later; whole weeks, since weekends stand still."""

    def later(on):
        return (date.fromisoformat(str(on)) + timedelta(days=days)).isoformat()

    rows = [
        trade(row.type, row.quantity, row.price, later(row.traded_on), fees=row.fees, of=row.instrument_id[2:])
        for row in story.rows
    ]
    closes = {key: {later(on): close for on, close in own.items()} for key, own in story.closes.items()}
    return story.with_(rows=rows, closes=closes, until=later(story.until))


def shown(figures):
    fall = None if figures.drawdown is None else figures.drawdown.depth
    return [figures.twr, figures.xirr.ratio, figures.modified_dietz, fall, figures.volatility, figures.sharpe]


@given(portfolios(), st.sampled_from([2, 7, 1000]))
def test_i29_money_in_another_unit_makes_the_same_percentages(story, times):
    assert shown(scaled(story, times).figures()) == [
        one if one is None else pytest.approx(one, rel=1e-7, abs=1e-9) for one in shown(story.figures())
    ]


@given(portfolios(), st.integers(1, 200))
def test_i30_the_same_some_weeks_later_makes_the_same(story, weeks):
    assert shown(shifted(story, 7 * weeks).figures()) == [
        one if one is None else pytest.approx(one, rel=1e-9, abs=1e-12) for one in shown(story.figures())
    ]


@given(st.lists(st.integers(1, 1000), min_size=2, max_size=30))
def test_i31_without_flows_the_return_is_what_the_value_became(closes):
    known = {"INFY": {text(number): close for number, close in enumerate(closes)}}
    told = Story([buy(10, closes[0], text(0))], known, until=text(len(closes) - 1))

    assert told.twr() == pytest.approx(closes[-1] / closes[0] - 1, rel=1e-9, abs=1e-12)


@given(portfolios(), st.integers(1, SPAN - 1), st.integers(1, SPAN - 1))
def test_i31_parts_link_to_the_whole(story, one, other):
    first, second = sorted((one, other))
    begin = min(row.traded_on for row in story.rows)
    assume(text(first) > str(begin))
    ends = [str(begin), text(first), *([text(second)] if second > first else [])]
    untils = [*(str(date.fromisoformat(end) - timedelta(days=1)) for end in ends[1:]), story.until]

    parts = [story.twr(since=since, until=until) for since, until in zip(ends, untils, strict=True)]

    whole = story.twr()
    assert (None in parts) == (whole is None)
    if whole is not None:
        assert math.prod(1 + part for part in parts) == pytest.approx(1 + whole, rel=1e-9)


@given(st.integers(1, 1000), st.integers(1, 10**6), st.data())
def test_i31_the_size_of_a_deposit_leaves_the_return_alone_when_no_price_moves(price, size, data):
    closes = data.draw(st.lists(st.integers(50, 200), min_size=3, max_size=9))
    at = data.draw(st.integers(1, len(closes) - 1))
    closes[at] = closes[at - 1]
    known = {"INFY": {text(number): close for number, close in enumerate(closes)}}
    first = buy(10, closes[0], text(0))
    without = Story([first], known, until=text(len(closes) - 1))

    with_it = without.with_(rows=[first, buy(size, closes[at], text(at))])

    assert with_it.twr() == pytest.approx(without.twr(), rel=1e-9, abs=1e-12)


@given(st.integers(1, 10**6), st.lists(st.tuples(st.integers(0, SPAN), st.integers(1, 99)), min_size=1, max_size=9))
def test_i32_buying_at_the_close_without_a_move_makes_nothing(price, trades):
    known = {"INFY": {text(number): price for number in range(SPAN + 1)}}
    rows = [buy(size, price, text(number)) for number, size in trades]

    assert Story(rows, known, until=text(SPAN)).twr() == pytest.approx(0, abs=1e-9)


@given(portfolios(tracked=(False,)), st.integers(1, 50))
def test_i33_a_higher_value_at_the_end_is_a_higher_rate(story, more):
    """Of flows with one change of sign: with several, there may be several rates."""
    rows = [row for row in story.rows if row.type not in ("SELL", "DIVIDEND")]
    held = {row.instrument_id for row in rows}
    assume(held)
    lower = story.with_(rows=rows, until=text(SPAN + 30))
    dearer = {key: own | {text(SPAN + 30): max(own.values())} for key, own in story.closes.items()}
    dearest = {key: own | {text(SPAN + 30): max(own.values()) + more} for key, own in story.closes.items()}

    one = lower.with_(closes=dearer).figures().xirr.ratio
    other = lower.with_(closes=dearest).figures().xirr.ratio

    # a rate above 100 000 % a year is not searched for
    if one is not None and other is not None:
        assert other > one


@given(portfolios())
def test_never_below_minus_one_hundred_per_cent(story):
    symbols = {row.instrument_id[2:] for row in story.rows} - {"CASH"}
    for of in (None, *sorted(symbols)):
        twr = story.twr(of=of)
        assert twr is None or twr >= -1


@settings(max_examples=50)
@given(portfolios(tracked=(False,)))
def test_xirr_is_that_of_the_flows_and_the_last_value(story):
    figures = story.figures()
    past = story.past()
    flows = [
        CashFlow(date.fromordinal(int(on)), -float(net))
        for on, net in zip(past.history.days[1:], past.whole.net, strict=True)
    ]

    told = xirr([*flows, CashFlow(date.fromisoformat(story.until), figures.end)])

    assert figures.xirr.ratio == (None if told.ratio is None else pytest.approx(told.ratio, rel=1e-9))


@given(portfolios(tracked=(False,)))
def test_what_was_made_is_value_and_money_out_less_money_in(story):
    """As the summary has it: the identity of the whole ledger."""
    figures = story.figures()
    books = story.inputs.books.values()
    made = sum(book.realised + book.income - book.charges for book in books)
    made = float(made) + figures.end - float(sum(book.cost.home for book in books))

    assert figures.end + figures.money_out - figures.money_in == pytest.approx(made, rel=1e-9, abs=1e-6)
