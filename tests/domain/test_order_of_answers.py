"""Invariant 36: any order of the same answers ends in the same latest price, and by which rule two are weighed."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.made import at, instrument, price_of
from tickfolio.domain.gate_reasons import GateReason
from tickfolio.domain.price_gate import Accepted, Held, Unchanged, judge
from tickfolio.domain.prices import HeldPrice, Observation, PriceStatus
from tickfolio.domain.splits import Split, read_ratio
from tickfolio.domain.witnesses import Beside

NOW = at("2026-11-20T09:10")
INFY = instrument()
LAST = price_of(INFY, 100, 99, as_of="2026-11-20T09:00")
ORDER = ("nse", "yahoo")


def told(price, minute, source="yahoo", **more) -> Observation:
    """What a source says of so many minutes after nine."""
    as_of = at("2026-11-20T09:00") + timedelta(minutes=minute)
    return Observation("INFY", Decimal(price), "INR", as_of, PriceStatus.LIVE, source, **more)


class Desk:
    """Judges one answer after the other and remembers what the product stores: the price, and each source's word."""

    def __init__(self, order=ORDER):
        self.last, self.held, self.words, self.order = LAST, None, {}, order

    def hear(self, observation, run_id="r", now=NOW):
        beside = Beside(words=list(self.words.values()), order=self.order)
        verdict = judge(observation, INFY, self.last, self.held, now, run_id, beside)
        if isinstance(verdict, Accepted):
            self.last, self.held = verdict.price, verdict.still_held
        if isinstance(verdict, Held):
            self.words[observation.source] = verdict.price
            if self.held is None or self.held.as_of <= verdict.price.as_of:
                self.held = verdict.price
        return verdict

    @property
    def price(self):
        return self.last.last_price, self.last.as_of, self.last.source


@pytest.mark.parametrize("first", [0, 1])
def test_of_two_prices_of_one_instant_that_of_the_source_asked_first_counts(first):
    answers = [told(101, 5, "nse"), told(102, 5, "yahoo")]
    desk = Desk()

    desk.hear(answers[first])
    verdict = desk.hear(answers[1 - first])

    assert desk.price == (101, at("2026-11-20T09:05"), "nse")
    assert isinstance(verdict, Accepted) or verdict == Unchanged(GateReason.LESS_PREFERRED)


def test_sources_that_nobody_has_put_in_order_come_by_name_after_those_that_are():
    desk = Desk()
    for source in ("coingecko", "bse", "yahoo", "eodhd"):
        desk.hear(told(101, 5, source))

    assert desk.last.source == "yahoo"
    desk = Desk(order=())
    for source in ("coingecko", "bse", "yahoo", "eodhd"):
        desk.hear(told(101, 5, source))
    assert desk.last.source == "bse"


def test_a_source_corrects_itself_and_no_older_word_of_it_does():
    desk = Desk()
    desk.hear(told(101, 5), now=NOW)
    desk.hear(told(102, 5), now=NOW + timedelta(minutes=1))

    assert desk.hear(told(101, 5), now=NOW) == Unchanged(GateReason.OLDER)
    assert desk.last.last_price == 102


def test_a_suspect_price_that_is_newer_goes_on_waiting_when_an_older_one_is_accepted():
    desk = Desk()
    desk.hear(told(250, 8))
    desk.hear(told(101, 5, "nse"))

    assert (desk.last.last_price, desk.held.price) == (101, 250)


def test_what_led_up_to_a_suspect_price_clears_it():
    """170 beside 100 is a jump; beside 130, which comes late, it is not: 170 ÷ 130 is 1.31."""
    desk = Desk()
    desk.hear(told(170, 8))
    desk.hear(told(130, 5, "nse"))

    assert (desk.last.last_price, desk.held) == (170, None)


def test_two_sources_agree_over_the_head_of_a_third():
    """A third source's word, which is shown as the newest, takes nothing from what the first two say."""
    desk = Desk()
    for source, price, minute in (("yahoo", 250, 3), ("eodhd", 400, 6)):
        assert isinstance(desk.hear(told(price, minute, source)), Held)

    assert isinstance(desk.hear(told(252, 5, "nse")), Accepted)
    assert (desk.last.last_price, desk.held.price) == (252, 400)


def test_of_two_that_agree_the_newer_one_counts():
    desk = Desk()
    desk.hear(told(250, 6))
    desk.hear(told(252, 5, "nse"))

    assert desk.price == (250, at("2026-11-20T09:06"), "yahoo")


@pytest.mark.parametrize(
    ("price", "ratio", "taken"),
    [
        # 100 before a split of one into five is 20: up to 28 and down to 12 are no jump.
        ("20", "5:1", True), ("28", "5:1", True), ("12", "5:1", True), ("28.1", "5:1", False), ("100", "5:1", False),
        # A split on the last price's own day is in it already.
        ("20", None, False),
    ],
)  # fmt: skip
def test_a_recorded_split_between_the_two_explains_a_jump(price, ratio, taken):
    on = at("2026-11-23T05:00")
    split = Split(INFY.id, on.date() if ratio else at("2026-11-20T05:00").date(), read_ratio(ratio or "5:1"))
    observation = replace(told(price, 0), as_of=on)

    verdict = judge(observation, INFY, LAST, None, on, "r", Beside(splits=[split]))

    assert isinstance(verdict, Accepted if taken else Held)


def test_a_word_that_a_person_rejected_is_no_witness():
    word = HeldPrice(INFY.id, Decimal(250), "INR", at("2026-11-20T09:03"), "nse", "jump", "r1")
    beside = Beside(words=[word], dismissed=[word])

    verdict = judge(told(250, 5), INFY, LAST, word, NOW, "r2", beside)

    assert verdict.reason is GateReason.REOPENED


# Within the band of 40 % of each other and of the last good price, all of them: 84 to 117 (117 ÷ 84 is 1.39).
GOOD = st.decimals("84", "117", places=2)
# Far from all of these and from each other: no two of them agree.
ODD = st.sampled_from([Decimal(one) for one in ("250", "400", "700", "1200", "2000", "9000", "0.9", "3", "7", "11")])
IMPOSSIBLE = st.sampled_from([Decimal(one) for one in ("NaN", "-Infinity", "0", "-100", "1E+400", "1E-19")])


@st.composite
def answers_in_two_orders(draw):
    """Answers of several sources and runs, each told at a moment of its own, and the same in another order."""
    sources = st.sampled_from(["nse", "yahoo", "eodhd", "bse"])
    good = draw(st.lists(st.tuples(GOOD, st.integers(-5, 9), sources), min_size=1, max_size=7))
    odd = draw(st.lists(st.tuples(ODD, st.integers(-5, 9), sources), max_size=4, unique_by=lambda one: one[0]))
    bad = draw(st.lists(st.tuples(IMPOSSIBLE, st.integers(-5, 9), sources), max_size=3))
    answers = [
        (told(price, minute, source), f"r{number}", NOW + timedelta(seconds=number))
        for number, (price, minute, source) in enumerate([*good, *odd, *bad])
    ]
    wrong = draw(st.lists(st.tuples(GOOD, st.integers(-5, 9), sources), max_size=2))
    answers += [(replace(told(*one), currency="USD"), "r", NOW) for one in wrong]
    return answers, draw(st.permutations(answers))


@given(answers_in_two_orders())
def test_invariant_36_any_order_of_the_same_answers_ends_in_the_same_latest_price(orders):
    ends = set()
    for order in orders:
        desk = Desk()
        for observation, run_id, now in order:
            desk.hear(observation, run_id, now)
        ends.add(desk.price)

    assert len(ends) == 1


@st.composite
def agreeing_words(draw):
    """Good prices, and after all of them suspect ones of which two sources agree: each source has one word."""
    good = draw(st.lists(st.tuples(GOOD, st.integers(-5, 3), st.sampled_from(["nse", "yahoo"])), max_size=5))
    words = [("250", "nse"), ("252", "yahoo"), ("900", "eodhd")]
    minutes = draw(st.lists(st.integers(4, 9), min_size=3, max_size=3, unique=True))
    late = [(Decimal(price), minute, source) for (price, source), minute in zip(words, minutes, strict=True)]
    answers = [
        (told(price, minute, source), f"r{number}", NOW + timedelta(seconds=number))
        for number, (price, minute, source) in enumerate([*good, *late])
    ]
    return answers, draw(st.permutations(answers))


@given(agreeing_words())
def test_invariant_36_holds_where_two_sources_agree_about_a_jump(orders):
    ends = set()
    for order in orders:
        desk = Desk()
        for observation, run_id, now in order:
            desk.hear(observation, run_id, now)
        ends.add(desk.price)

    assert len(ends) == 1
    [(price, _, source)] = ends
    assert (price, source) in {(250, "nse"), (252, "yahoo")}
