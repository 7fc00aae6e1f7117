from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from tests.providers.recorded import recorded
from tickfolio.domain.prices import Close
from tickfolio.domain.splits import Ratio
from tickfolio.providers.yahoo import YahooAdapter
from tickfolio.providers.yahoo_chart import without_noise

NOW = datetime(2026, 11, 20, 9, 10, tzinfo=UTC)
STAMP = int(NOW.timestamp()) - 60
YAHOO = YahooAdapter()


def chart(stamps: list[int], closes: str, meta="", events="") -> bytes:
    times = f'"timestamp":{stamps},' if stamps else ""
    quote = f'{{"close":[{closes}]}}' if stamps else "{}"
    return (
        f'{{"chart":{{"result":[{{"meta":{{"currency":"INR","exchangeTimezoneName":"Asia/Kolkata"{meta}}},{times}'
        f'{events}"indicators":{{"quote":[{quote}]}}}}],"error":null}}}}'
    ).encode()


# Read by eye from the files; float32 noise such as 1286.5699462890625 stands for 1286.57.
@pytest.mark.parametrize(
    ("file", "currency", "first", "last", "count"),
    [
        # 2020-01-02 14:30 UTC is 09:30 in New York
        ("chart_QQQ_etf", "USD", ("2020-01-02", "216.16"), ("2020-01-02", "216.16"), 1),
        ("chart_AFRAF_otc", "USD", ("2020-01-02", "11.27"), ("2020-01-02", "11.27"), 1),
        ("chart_0P000071W8.TO_mutualfund_CAD", "CAD", ("2020-01-02", "73.72"), ("2020-01-02", "73.72"), 1),
        # 1259.5 pence
        ("chart_OCDO.L_GBp", "GBP", ("2020-01-02", "12.595"), ("2020-01-02", "12.595"), 1),
        # 2020-01-02 02:00 UTC is 09:00 in Jakarta
        ("chart_WSKT.JK_IDR", "IDR", ("2020-01-02", "1505"), ("2020-01-02", "1505"), 1),
        # 7200.17431640625: float32 steps by 0.00049 there, so .174 (off by .0003) is too short and .1743 is meant
        ("chart_BTC-USD_crypto", "USD", ("2020-01-01", "7200.1743"), ("2020-01-03", "7344.8843"), 3),
        ("chart_EURUSD=X_fx", "USD", ("2020-01-01", "1.1221"), ("2020-01-03", "1.1171"), 3),
        # 1499641200 is 2017-07-09 23:00 UTC, midnight of the 10th in London; the row of the 11th is null
        ("chart_INR=X_null_row", "INR", ("2017-07-10", "64.6117"), ("2017-07-13", "64.365"), 3),
        ("chart_TSLA_recent", "USD", ("2021-01-04", "243.2567"), ("2021-01-08", "293.34"), 5),
        # the split 4:1 is on the first day, whose bar already is after it
        ("chart_AAPL_div_and_split", "USD", ("2020-08-31", "129.04"), ("2020-11-06", "118.69"), 49),
        ("chart_AAPL_1m_market_closed_no_timestamp", "USD", None, None, 0),
        ("chart_BEL.NS_INR_meta_only", "INR", None, None, 0),
    ],
)
def test_recorded_charts_tell_closes_by_the_exchanges_day(file, currency, first, last, count):
    result = YAHOO.parse_history(recorded(f"yahoo/{file}.json").body, "X", NOW)

    assert (result.failure, result.currency, len(result.closes)) == (None, currency, count)
    if count:
        ends = [(close.on.isoformat(), close.price) for close in (result.closes[0], result.closes[-1])]
        assert ends == [(day, Decimal(price)) for day, price in (first, last)]


def test_recorded_bars_of_sydney_fall_on_their_own_day():
    result = YAHOO.parse_history(recorded("yahoo/chart_ALL.AX_AUD_gmtoffset.json").body, "ALL.AX", NOW)

    # 1634079600 is 2021-10-12 23:00 UTC, 10:00 of the 13th in Sydney
    assert result.closes[0].on == date(2021, 10, 13)
    assert result.closes[-1].on == date(2022, 1, 13)


def test_recorded_bar_of_the_running_session_is_no_close_yet():
    body = recorded("yahoo/chart_ALL.AX_AUD_gmtoffset.json").body
    # the session of 2022-01-13 ends at 1642050720
    before, after = (datetime.fromtimestamp(1642050720 + seconds, UTC) for seconds in (-60, 60))

    assert YAHOO.parse_history(body, "ALL.AX", before).closes[-1].on == date(2022, 1, 12)
    assert YAHOO.parse_history(body, "ALL.AX", after).closes[-1].on == date(2022, 1, 13)


def test_recorded_null_close_is_skipped():
    result = YAHOO.parse_history(recorded("yahoo/chart_MUV2.DE_2018.json").body, "MUV2.DE", NOW)

    # the 17th of its rows, 1513670400 = 2017-12-19, is null between 189.4 and 184.4
    around = [close for close in result.closes if date(2017, 12, 18) <= close.on <= date(2017, 12, 20)]
    assert around == [Close(date(2017, 12, 18), Decimal("189.4")), Close(date(2017, 12, 20), Decimal("184.4"))]


def test_history_is_as_traded_although_the_bars_are_adjusted_for_splits():
    # 10:00 in India on 2, 3 and 4 November 2026, with a split 5:1 on the 4th
    stamps = [int(datetime(2026, 11, day, 4, 30, tzinfo=UTC).timestamp()) for day in (2, 3, 4)]
    events = f'"events":{{"splits":{{"x":{{"date":{stamps[2]},"numerator":5,"denominator":1}}}}}},'

    closes = YAHOO.parse_history(chart(stamps, "100.01,200,201", events=events), "X", NOW).closes

    # 100.01 × 5 and 200 × 5 before the split, 201 after it
    assert [close.price for close in closes] == [Decimal("500.05"), Decimal(1000), Decimal(201)]


def test_a_history_with_a_split_that_cannot_be_read_is_refused():
    events = '"events":{"splits":{"x":{"date":1,"numerator":5,"denominator":0}}},'

    result = YAHOO.parse_history(chart([1], "100", events=events), "X", NOW)

    assert result.failure is not None


def test_the_day_falls_back_to_the_offset_when_the_zone_is_unknown():
    # 2026-11-01 20:00 UTC is the 2nd at +05:30
    stamp = int(datetime(2026, 11, 1, 20, tzinfo=UTC).timestamp())
    body = chart([stamp], "100", meta=',"gmtoffset":19800').replace(b"Asia/Kolkata", b"../../etc/passwd")

    assert YAHOO.parse_history(body, "X", NOW).closes == (Close(date(2026, 11, 2), Decimal(100)),)


# float32 steps by 2^-13 = 0.000122 from 1024 to 2048, so that 0.000061 may be noise
@pytest.mark.parametrize(
    ("noisy", "meant"),
    [
        ("1286.5699462890625", "1286.57"),  # off by 0.000054
        ("1286.5698", "1286.5698"),  # four decimals are clean
        ("64.61170196533203", "64.6117"),
        ("6985.47021484375", "6985.47"),  # steps of 0.00049; off by 0.00021
        ("12345678.0", "12345678.0"),
        ("0.0000123456789", "0"),  # less than four decimals can tell
    ],
)
def test_noise_of_float32_is_taken_off(noisy, meant):
    assert without_noise(Decimal(noisy), Decimal(noisy), Decimal(1), 4) == Decimal(meant)


def test_recorded_events_are_told_beside_the_closes():
    """Apple split 4:1 on 31 August 2020 (its own notice), and paid 0.205 a share on 6 November."""
    result = YAHOO.parse_history(recorded("yahoo/chart_AAPL_div_and_split.json").body, "AAPL", NOW)

    assert [(one.on, one.ratio) for one in result.splits] == [(date(2020, 8, 31), Ratio(Decimal(4), Decimal(1)))]
    assert [(one.on, one.amount) for one in result.dividends] == [(date(2020, 11, 6), Decimal("0.205"))]


# Yahoo divides what was paid by the splits that came later: 10 rupees before a split of 10:1 are told as 1.
@pytest.mark.parametrize(
    ("told", "factor", "paid"),
    [
        ("1", ("10", "1"), "10"),
        ("0.8333333134651184", ("3", "1"), "2.5"),  # 2.5 ÷ 3 as float32
        ("1.5", ("1", "10"), "0.15"),  # shares were merged
    ],
)
def test_a_dividend_is_as_it_was_paid(told, factor, paid):
    before, after = STAMP - 90 * 86400, STAMP - 30 * 86400
    split = f'"{after}":{{"date":{after},"numerator":{factor[0]},"denominator":{factor[1]}}}'
    money = ",".join(f'"{when}":{{"date":{when},"amount":{told}}}' for when in (before, after + 86400))
    events = f'"events":{{"splits":{{{split}}},"dividends":{{{money}}}}},'

    first, second = YAHOO.parse_history(chart([STAMP - 86400 * 7], "100", events=events), "X.NS", NOW).dividends

    assert first.amount == Decimal(paid)
    assert abs(second.amount - Decimal(told)) < Decimal("0.0001")


def test_a_dividend_in_pence_is_in_pounds_and_what_is_no_amount_is_left():
    rows = (
        '"a":{"date":%d,"amount":12.5},"b":{"date":%d,"amount":null},"c":{"amount":5},"d":{"date":%d,"amount":-1},"e":7'
    )
    days = tuple(STAMP - days * 86400 for days in (9, 8, 7))
    body = chart([days[0]], "100", events=f'"events":{{"dividends":{{{rows % days}}}}},').replace(b"INR", b"GBp")

    [dividend] = YAHOO.parse_history(body, "X.L", NOW).dividends

    assert dividend.amount == Decimal("0.125")
