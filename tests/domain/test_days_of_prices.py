"""A price belongs to a day of its own exchange: in Sydney, at +11 in summer, Monday's session begins on UTC's Sunday.

2026-11-16 is a Monday. Sydney trades from 10:00 to 16:10, that is 23:00 of UTC's day before to 05:10.
"""

from datetime import date
from decimal import Decimal

import pytest

from tests.domain.made import at, instrument, price_of
from tickfolio.domain.market_calendar import DayKind, SpecialDay
from tickfolio.domain.market_days import SHIPPED
from tickfolio.domain.market_hours import is_final, stale_at
from tickfolio.domain.price_gate import Accepted, Held, judge
from tickfolio.domain.prices import HeldPrice, Observation, PriceStatus
from tickfolio.domain.splits import Split, read_ratio
from tickfolio.domain.witnesses import Beside, newest_last, outdoes, to_units_of

BHP, INFY = instrument("BHP", "ASX", "AUD"), instrument()
MONDAY_1030, MONDAY_1500 = "2026-11-15T23:30", "2026-11-16T04:00"
TUESDAY_1030, TUESDAY_1500 = "2026-11-16T23:30", "2026-11-17T04:00"
LIVE, NAV = PriceStatus.LIVE, PriceStatus.NAV


def judged(owner, last, price, as_of, held=None, **beside):
    observation = Observation(owner.symbol, Decimal(price), owner.currency, at(as_of), LIVE, "yahoo")
    return judge(observation, owner, last, held, at(as_of), "r2", Beside(**beside))


def held_at(price, as_of, source="other"):
    return HeldPrice(INFY.id, Decimal(price), "INR", at(as_of), source, "jump", "r1", LIVE)


def holiday(day, exchange="NSE"):
    return SHIPPED.changed((), [(exchange, SpecialDay(date.fromisoformat(day), DayKind.CLOSED, "Elections"))])


def split(owner, on, ratio):
    return Split(owner.id, date.fromisoformat(on), read_ratio(ratio))


def test_the_close_before_is_of_the_session_before_in_the_exchanges_own_days():
    # 100 at 10:30 of Monday, UTC's Sunday; on Tuesday Monday's last price is the close before
    verdict = judged(BHP, price_of(BHP, 100, as_of=MONDAY_1030), 101, TUESDAY_1030)

    assert verdict.price.previous_close == 100


@pytest.mark.parametrize(("day", "expected"), [("2026-11-24", 100), ("2026-11-26", None)])
def test_over_a_holiday_the_close_before_is_known_and_over_a_session_it_is_not(day, expected):
    # Monday 23 to Wednesday 25 over Mumbai's holiday of the 24th; another holiday, of the 26th, explains no gap
    last = price_of(INFY, 100, as_of="2026-11-23T06:00")
    monday_to = {"2026-11-24": "2026-11-25T06:00", "2026-11-26": "2026-11-26T06:00"}[day]

    assert judged(INFY, last, 101, monday_to).price.previous_close == expected


def test_over_a_holiday_that_the_administrator_wrote_down_it_is_known_too():
    last = price_of(INFY, 100, as_of="2026-11-17T06:00")

    assert judged(INFY, last, 101, "2026-11-19T06:00").price.previous_close is None
    verdict = judged(INFY, last, 101, "2026-11-19T06:00", calendar=holiday("2026-11-18"))
    assert verdict.price.previous_close == 100


def test_a_split_counts_from_the_morning_of_its_day_at_the_exchange():
    # 2:1 on Tuesday: 100 of Monday's afternoon is 50 of Tuesday's 10:30, which UTC calls Monday
    splits = [split(BHP, "2026-11-17", "2:1")]

    assert isinstance(judged(BHP, price_of(BHP, 100, as_of=MONDAY_1500), 50, TUESDAY_1030, splits=splits), Accepted)
    # and what is of Tuesday's morning already is of the new shares
    last = price_of(BHP, 50, as_of=TUESDAY_1030)
    assert isinstance(judged(BHP, last, 51, TUESDAY_1500, splits=splits), Accepted)
    assert isinstance(judged(BHP, last, 100, TUESDAY_1500, splits=splits), Held)


def test_both_prices_are_brought_to_the_same_units():
    # three shares for two: 300 of the old shares is 200 of the new ones; both times the parts of 3 ÷ 2
    word, last = held_at("200", "2026-11-18T06:00"), price_of(INFY, 300, as_of="2026-11-17T06:00")

    assert to_units_of(word, last, "NSE", [split(INFY, "2026-11-18", "3:2")]) == (600, 600)
    assert to_units_of(word, last, "NSE", []) == (200, 300)


def test_a_held_price_that_another_explains_follows_it_as_if_it_had_come_then():
    # 100 on Monday; 150 of Thursday waits. Tuesday's 120 is no jump, and from 120 neither is 150. Wednesday is closed.
    last = price_of(INFY, 100, as_of="2026-11-16T06:00")
    calendar = holiday("2026-11-18")
    waiting = held_at("150", "2026-11-19T06:00")

    observation = Observation("INFY", Decimal(120), "INR", at("2026-11-17T06:00"), PriceStatus.CLOSE, "yahoo")
    now = at("2026-11-19T07:00")
    verdict = judge(observation, INFY, last, waiting, now, "r2", Beside(calendar=calendar))

    price = verdict.price
    assert (price.last_price, price.previous_close, price.source) == (150, 120, "other")
    assert (price.as_of, price.last_updated_at, verdict.still_held) == (waiting.as_of, now, None)


def test_of_one_instant_the_source_that_is_asked_first_comes_last():
    first, second = held_at("1", "2026-11-19T06:00", "zeta"), held_at("2", "2026-11-19T06:00", "alpha")
    newer = held_at("3", "2026-11-19T06:01", "other")

    for words in ([newer, first, second], [second, first, newer]):
        assert newest_last(words, ("zeta", "alpha")) == [second, first, newer]


def test_a_word_outdoes_a_price_that_is_older_or_of_a_source_asked_later():
    last = price_of(INFY, 100, as_of="2026-11-19T06:00", source="yahoo")
    order = ("nse", "yahoo")

    assert outdoes(held_at("1", "2026-11-19T06:00", "nse"), last, order)
    assert not outdoes(held_at("1", "2026-11-19T06:00", "yahoo"), last, order)
    assert not outdoes(held_at("1", "2026-11-19T05:59", "nse"), last, order)
    assert outdoes(held_at("1", "2026-11-19T05:59", "nse"), None, order)


def test_a_close_before_of_less_than_one_is_a_price():
    said = Observation(
        "INFY", Decimal("0.52"), "INR", at("2026-11-19T06:00"), LIVE, "yahoo", previous_close=Decimal("0.5")
    )

    assert judge(said, INFY, None, None, at("2026-11-19T06:01"), "r2").price.previous_close == Decimal("0.5")


# --- How long a price is good -----------------------------------------------------------------------------------------


def test_a_price_of_the_session_in_sydney_is_old_after_30_minutes_of_it():
    assert stale_at("ASX", at(MONDAY_1030), LIVE, 10) == at("2026-11-16T00:00")


@pytest.mark.parametrize(("exchange", "status"), [("DEMO", LIVE), ("NSE", PriceStatus.DEMO)])
def test_a_made_price_is_old_after_three_refreshes_day_and_night(exchange, status):
    assert stale_at(exchange, at("2026-11-15T22:00"), status, 10) == at("2026-11-15T22:30")


def test_a_nav_of_shortly_after_midnight_in_mumbai_is_of_that_day():
    # 18:45 UTC of the 18th is 00:15 of Thursday the 19th; the second business day after it is Monday the 23rd, 11:00
    assert stale_at("AMFI", at("2026-11-18T18:45"), NAV, 10) == at("2026-11-23T05:30")


def test_the_close_told_in_sydney_is_final():
    # a price of 10:30 that the source calls the close, told an hour after the close or right at it
    for told_at in ("2026-11-16T06:10", "2026-11-16T05:10"):
        assert is_final("ASX", at(MONDAY_1030), at("2026-11-16T07:00"), close_told_at=at(told_at))
    assert not is_final("ASX", at(MONDAY_1030), at("2026-11-16T07:00"), close_told_at=at("2026-11-16T05:09"))


def test_on_a_holiday_that_was_written_down_fridays_close_stays_the_last():
    # 20 November is a Friday; Monday at 17:00 in Mumbai is 11:30 UTC
    friday, monday = at("2026-11-20T10:05"), at("2026-11-23T11:30")

    assert is_final("NSE", friday, monday, holiday("2026-11-23"))
    assert not is_final("NSE", friday, monday)


def test_on_the_morning_of_a_closed_monday_no_nav_is_waited_for():
    # Monday 14 September 2026 is Ganesh Chaturthi. 08:00 in Mumbai; Thursday's NAV, for Friday's has not come.
    thursday, monday = at("2026-09-10T06:30"), at("2026-09-14T02:30")

    assert is_final("AMFI", thursday, monday)
    # on an ordinary Monday morning stragglers of Friday are asked for
    assert not is_final("AMFI", at("2026-09-03T06:30"), at("2026-09-07T02:30"))
