from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.made import at, instrument, price_of
from tickfolio.domain.instruments import AssetType
from tickfolio.domain.price_gate import (
    Accepted,
    GateReason,
    Held,
    Rejected,
    Unchanged,
    accept_held,
    judge,
)
from tickfolio.domain.prices import HeldPrice, LatestPrice, Observation, PriceStatus

NOW = at("2026-11-20T09:10")
INFY = instrument()
LAST = price_of(INFY, 1000, 990, as_of="2026-11-20T09:00")


def told(price, as_of="2026-11-20T09:09", **more) -> Observation:
    instant = None if as_of is None else at(as_of)
    status = more.pop("status", PriceStatus.LIVE)
    source = more.pop("source", "yahoo")
    return Observation("INFY.NS", Decimal(price), more.pop("currency", "INR"), instant, status, source, **more)


def held(price, run_id="r1", source="yahoo") -> HeldPrice:
    return HeldPrice(INFY.id, Decimal(price), "INR", at("2026-11-20T09:05"), source, "jump", run_id)


def verdict(observation, last=LAST, waiting=None, owner=INFY, now=NOW, run_id="r2"):
    return judge(observation, owner, last, waiting, now, run_id)


def test_a_good_price_becomes_the_price():
    assert verdict(told("1010.55", previous_close=Decimal(995))) == Accepted(
        LatestPrice(
            INFY.id, Decimal("1010.55"), Decimal(995), "INR", at("2026-11-20T09:09"), "yahoo", PriceStatus.LIVE, NOW
        )
    )


def test_the_first_price_has_nothing_to_jump_from():
    assert isinstance(verdict(told(7), last=None), Accepted)


@pytest.mark.parametrize(
    ("price", "reason"),
    [
        ("NaN", GateReason.NOT_FINITE),
        ("sNaN", GateReason.NOT_FINITE),
        ("Infinity", GateReason.NOT_FINITE),
        ("-Infinity", GateReason.NOT_FINITE),
        ("0", GateReason.NOT_POSITIVE),
        ("-0.0", GateReason.NOT_POSITIVE),
        ("-1000", GateReason.NOT_POSITIVE),
        ("1E+400", GateReason.OUT_OF_RANGE),
        ("1E-19", GateReason.OUT_OF_RANGE),
        ("100000000000000000000", GateReason.OUT_OF_RANGE),
        ("1." + "0" * 17 + "01", GateReason.OUT_OF_RANGE),
        ("0." + "9" * 500, GateReason.OUT_OF_RANGE),
    ],
)
def test_fault_6_7_8_and_63_a_price_that_cannot_be_is_rejected(price, reason):
    assert verdict(told(price), last=None) == Rejected(reason)


def test_zeros_at_the_end_are_no_digits_too_many():
    assert isinstance(verdict(told("1000." + "0" * 30)), Accepted)


@pytest.mark.parametrize("currency", ["USD", "inr", "INr"])
def test_fault_15_another_currency_is_rejected(currency):
    assert verdict(told(1000, currency=currency)) == Rejected(GateReason.WRONG_CURRENCY)


def test_fault_12_an_older_price_is_ignored():
    assert verdict(told(1001, "2026-11-20T08:59:59")) == Unchanged(GateReason.OLDER)


def test_the_same_instant_confirms_or_corrects():
    assert verdict(told(1001, "2026-11-20T09:00")).price.last_price == 1001


@pytest.mark.parametrize(
    ("as_of", "accepted"), [("2026-11-20T09:15", True), ("2026-11-20T09:15:01", False)]
)  # fmt: skip
def test_fault_13_more_than_five_minutes_ahead_is_rejected(as_of, accepted):
    result = verdict(told(1000, as_of))

    assert isinstance(result, Accepted) if accepted else result == Rejected(GateReason.FROM_FUTURE)


@pytest.mark.parametrize(
    ("now", "close_on", "accepted"),
    [
        # 18:40 UTC on the 20th is 00:10 on the 21st in Mumbai
        ("2026-11-20T18:40", "2026-11-21", True),
        ("2026-11-20T18:20", "2026-11-21", False),
        # the end of the day's session is still to come, but the day is today
        ("2026-11-20T04:00", "2026-11-20", True),
    ],
)
def test_a_price_of_a_day_may_be_of_today_in_the_exchanges_zone(now, close_on, accepted):
    fund = instrument("120503", "AMFI")
    nav = told("95.1", f"{close_on}T10:00", status=PriceStatus.NAV, close_on=date.fromisoformat(close_on))

    result = verdict(nav, last=None, owner=fund, now=at(now))

    assert isinstance(result, Accepted) if accepted else result == Rejected(GateReason.FROM_FUTURE)


@pytest.mark.parametrize(
    ("status", "kept"), [(PriceStatus.LIVE, PriceStatus.DELAYED), (PriceStatus.CLOSE, PriceStatus.CLOSE)]
)
def test_fault_14_a_price_without_a_time_is_of_now_flagged_and_never_live(status, kept):
    result = verdict(told(1000, None, status=status))

    assert (result.price.as_of, result.price.status, result.time_assumed) == (NOW, kept, True)


@pytest.mark.parametrize(
    ("price", "reason"),
    [
        # the last price is 1000: 40 % is from 600 to 1400
        ("1400", None), ("600", None), ("1450", GateReason.JUMP), ("599", GateReason.JUMP),
        ("1400.01", GateReason.JUMP),
        # about a hundredfold: 95000 to 105000; a hundredth: 9.5 to 10.5
        ("100000", GateReason.UNIT_SUSPICION), ("95000", GateReason.UNIT_SUSPICION),
        ("105000", GateReason.UNIT_SUSPICION), ("10", GateReason.UNIT_SUSPICION), ("10.5", GateReason.UNIT_SUSPICION),
        ("9.6", GateReason.UNIT_SUSPICION), ("94000", GateReason.JUMP), ("106000", GateReason.JUMP),
        # 1 into 2 halves it, 1 into 10 is a tenth: 5 % around each is 475 to 525, and 95 to 105
        ("500", GateReason.SPLIT_SUSPICION), ("525", GateReason.SPLIT_SUSPICION), ("525.1", GateReason.JUMP),
        ("475", GateReason.SPLIT_SUSPICION), ("474.9", GateReason.JUMP),
        ("105", GateReason.SPLIT_SUSPICION), ("106", GateReason.JUMP),
        # 5 for 2 is 400: 2 % around it is 392 to 408
        ("392", GateReason.SPLIT_SUSPICION), ("408", GateReason.SPLIT_SUSPICION), ("409", GateReason.JUMP),
        # 3 for 2 takes a third off, which is no jump of 40 %: held within 2 % of 2000 ÷ 3, from 653.34 to 679.99
        ("666.7", GateReason.SPLIT_SUSPICION), ("653.34", GateReason.SPLIT_SUSPICION), ("653.3", None),
        ("679.99", GateReason.SPLIT_SUSPICION), ("680.1", None),
        # shares merged: 1 for 10, 1 for 2 (1900 to 2100), 2 for 3 (1470 to 1530)
        ("10000", GateReason.SPLIT_SUSPICION), ("2000", GateReason.SPLIT_SUSPICION),
        ("1500", GateReason.SPLIT_SUSPICION), ("1531", GateReason.JUMP),
        ("1900", GateReason.SPLIT_SUSPICION), ("1899", GateReason.JUMP),
    ],
)  # fmt: skip
def test_fault_9_10_and_11_a_jump_is_held_with_its_reason(price, reason):
    result = verdict(told(price))

    if reason is None:
        assert isinstance(result, Accepted)
    else:
        when = at("2026-11-20T09:09")
        waiting = HeldPrice(INFY.id, Decimal(price), "INR", when, "yahoo", reason.value, "r2", PriceStatus.LIVE)
        assert result == Held(reason, waiting)


@pytest.mark.parametrize(
    ("asset_type", "is_held"),
    [(AssetType.STOCK, True), (AssetType.ETF, True), (AssetType.MUTUAL_FUND, True), (AssetType.CRYPTO, False)],
)
def test_a_third_off_is_three_for_two_only_where_somebody_splits(asset_type, is_held):
    one = replace(INFY, asset_type=asset_type)

    result = judge(told("666.7"), one, LAST, None, NOW, "r2")

    assert isinstance(result, Held) == is_held


@pytest.mark.parametrize(
    ("price", "waiting", "accepted"),
    [
        pytest.param("2500", None, False, id="nobody else"),
        pytest.param("2500", held(2500, run_id="r2"), False, id="the same source in the same run"),
        pytest.param("2500", held(2500, run_id="r1"), True, id="the same source in another run"),
        pytest.param("2500", held(2500, run_id="r2", source="nse"), True, id="another source in the same run"),
        # 2 % of 2500 is 50
        pytest.param("2550", held(2500), True, id="within 2 %"),
        pytest.param("2551", held(2500), False, id="beyond 2 %"),
    ],
)
def test_a_held_price_is_accepted_when_somebody_agrees(price, waiting, accepted):
    assert isinstance(verdict(told(price), waiting=waiting), Accepted if accepted else Held)


def test_a_price_that_does_not_jump_needs_nobody_to_agree():
    assert isinstance(verdict(told(1010), waiting=held(2500)), Accepted)


def test_a_price_set_by_hand_may_jump_and_so_may_the_first_after_it():
    by_hand = replace(LAST, status=PriceStatus.MANUAL)

    assert isinstance(verdict(told(5000, status=PriceStatus.MANUAL, source="manual")), Accepted)
    assert isinstance(verdict(told(5000), last=by_hand), Accepted)
    assert isinstance(verdict(told(5000, "2026-11-20T08:00"), last=by_hand), Unchanged)


@pytest.mark.parametrize(
    ("own", "as_of", "expected"),
    [
        pytest.param("985", "2026-11-21T09:00", "985", id="its own"),
        pytest.param("0", "2026-11-21T09:00", None, id="its own makes no sense"),
        pytest.param("NaN", "2026-11-21T09:00", None, id="its own is no number"),
        pytest.param(None, "2026-11-20T09:09", "990", id="the same session: as stored"),
        # 18:29 and 18:31 UTC are before and after midnight in Mumbai
        pytest.param(None, "2026-11-20T18:29", "990", id="the end of the day"),
        pytest.param(None, "2026-11-20T18:31", "1000", id="a later session: the last price becomes the close"),
    ],
)
def test_the_previous_close(own, as_of, expected):
    observation = told(1010, as_of, previous_close=None if own is None else Decimal(own))

    result = verdict(observation, now=at("2026-11-21T09:10"))

    assert result.price.previous_close == (None if expected is None else Decimal(expected))


def test_after_a_gap_the_last_price_is_no_previous_close():
    """Friday's price is the close before Monday's session, but not before Tuesday's: Monday's was never seen."""
    monday = verdict(told(1010, "2026-11-23T09:00", previous_close=None), now=at("2026-11-24T10:00"))
    tuesday = verdict(told(1010, "2026-11-24T09:00", previous_close=None), now=at("2026-11-24T10:00"))

    assert (monday.price.previous_close, tuesday.price.previous_close) == (Decimal(1000), None)


def test_the_first_price_has_no_previous_close_of_its_own():
    assert verdict(told(1010), last=None).price.previous_close is None


def test_invariant_36_any_order_of_answers_ends_in_the_same_price():
    answers = [told(price, f"2026-11-20T09:0{minute}") for minute, price in enumerate([1000, 1010, 1020, 1005], 1)]

    for order in permutations(answers):
        last = None
        for observation in order:
            result = verdict(observation, last=last)
            last = result.price if isinstance(result, Accepted) else last
        assert (last.last_price, last.as_of) == (1005, at("2026-11-20T09:04"))


@given(
    st.lists(
        st.builds(
            Observation,
            symbol=st.just("X"),
            price=st.decimals() | st.decimals("0.01", "99999", places=2),
            currency=st.sampled_from(["INR", "USD"]),
            as_of=st.none() | st.integers(-9999, 999).map(lambda seconds: NOW + timedelta(seconds=seconds)),
            status=st.sampled_from(PriceStatus),
            source=st.sampled_from(["a", "b"]),
            previous_close=st.none() | st.decimals(),
        ),
        max_size=12,
    )
)
def test_invariant_35_what_is_accepted_is_finite_positive_in_currency_and_never_goes_back(answers):
    last, waiting = None, None
    for run, observation in enumerate(answers):
        result = verdict(observation, last=last, waiting=waiting, run_id=f"r{run}")
        if isinstance(result, Held):
            waiting = result.price
        if isinstance(result, Accepted):
            price = result.price
            assert price.last_price.is_finite()
            assert price.last_price > 0
            assert price.currency == INFY.currency
            assert last is None or price.as_of >= last.as_of
            assert price.previous_close is None or price.previous_close > 0
            last, waiting = price, None


# --- A held price, looked at by a person ------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [PriceStatus.LIVE, PriceStatus.CLOSE, PriceStatus.NAV])
@pytest.mark.parametrize("as_of", ["2026-11-20T09:09", None])
@pytest.mark.parametrize("previous", [None, Decimal(1990), Decimal("NaN"), Decimal(-1)])
def test_an_accepted_held_price_is_the_one_that_the_gate_would_have_let_through(status, as_of, previous):
    observation = told("2000", as_of, status=status, previous_close=previous)
    [first, agreed] = [verdict(observation), verdict(observation, waiting=held("2000"))]
    assert isinstance(first, Held)

    accepted = accept_held(first.price, INFY, LAST, NOW)

    # What can be no close is none, and then the last price of the same day tells it: 990.
    unsaid = previous is not None and not (previous.is_finite() and previous > 0)
    assert accepted == (replace(agreed.price, previous_close=Decimal(990)) if unsaid else agreed.price)


def test_an_older_held_price_is_of_the_kind_of_the_last_good_one():
    nav = replace(LAST, status=PriceStatus.NAV)

    assert accept_held(held("2000"), INFY, nav, NOW).status is PriceStatus.NAV
    assert accept_held(held("2000"), INFY, None, NOW).status is PriceStatus.DELAYED
    assert accept_held(held("2000"), INFY, LAST, NOW).previous_close == 990
