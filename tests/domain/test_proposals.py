"""How an event is named, what was held before a day, and what a demerger gives."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickfolio.domain.instruments import AssetType
from tickfolio.domain.lots import Amount, Change
from tickfolio.domain.proposals import ProposalKind, demerged_units, held_before, is_same_split, name_event
from tickfolio.domain.splits import read_ratio

DAY = date(2026, 11, 20)


def test_a_split_and_a_bonus_of_one_ratio_are_one_event():
    told = [
        name_event(kind, DAY, read_ratio(ratio), None)
        for kind in (ProposalKind.SPLIT, ProposalKind.BONUS)
        for ratio in ("2:1", "4:2", "1:0.5")
    ]

    assert set(told) == {"units 2:1 2026-11-20"}


def test_other_days_ratios_and_names_are_other_events():
    told = [
        name_event(ProposalKind.SPLIT, DAY, read_ratio("2:1"), None),
        name_event(ProposalKind.SPLIT, DAY, read_ratio("3:1"), None),
        name_event(ProposalKind.SPLIT, date(2026, 11, 21), read_ratio("2:1"), None),
        name_event(ProposalKind.DEMERGER, DAY, read_ratio("1:1"), "an-id"),
        name_event(ProposalKind.DEMERGER, DAY, read_ratio("1:1"), "another"),
        name_event(ProposalKind.SYMBOL, DAY, None, "ETERNAL"),
    ]

    assert len(set(told)) == len(told)
    assert told[-1] == "symbol ETERNAL 2026-11-20"


@given(
    *([st.decimals("0.000000000000000001", "1000000", places=18)] * 2),
    st.uuids(),
)
def test_the_line_fits_its_column(new, old, other):
    ratio = read_ratio(f"{new:f}"[:20] + ":" + f"{old:f}"[:20]) if Decimal("1e-6") <= new / old <= 10**6 else None
    if ratio is not None and ratio.new and ratio.old:
        assert len(name_event(ProposalKind.SPLIT, DAY, ratio, None)) <= 120
    assert len(name_event(ProposalKind.DEMERGER, DAY, None, str(other))) <= 120


@pytest.mark.parametrize(
    ("on", "ratio", "same"),
    [
        ("2026-11-13", "10:1", True),
        ("2026-11-27", "20:2", True),
        ("2026-11-28", "10:1", False),
        ("2026-11-20", "5:1", False),
    ],
)
def test_within_a_week_and_of_one_ratio_it_is_the_same_split(on, ratio, same):
    assert is_same_split(DAY, read_ratio("10:1"), date.fromisoformat(on), read_ratio(ratio)) is same


def test_what_was_held_is_of_the_close_before_the_day_and_by_account():
    rows = [("zerodha", 5, 10), ("groww", 6, 4), ("groww", 7, -4), ("zerodha", 20, 3), (None, 19, 2)]
    changes = [
        Change("id", account, date(2026, 11, day), Decimal(units), Amount(None, None)) for account, day, units in rows
    ]

    # groww has sold all it had, and what came on the 20th itself does not count.
    assert held_before(changes, DAY) == {"zerodha": 10, None: 2}


# ITC Hotels: one share for ten of ITC; Jio Financial: one for one of Reliance. The company sells fractions for cash.
@pytest.mark.parametrize(
    ("held", "ratio", "kind", "given_units", "left"),
    [
        ("25", "1:10", AssetType.STOCK, "2", "0.5"),
        ("9", "1:10", AssetType.STOCK, "0", "0.9"),
        ("20", "1:10", AssetType.STOCK, "2", "0"),
        ("7", "1:1", AssetType.STOCK, "7", "0"),
        ("7", "2:3", AssetType.ETF, "4", "0.666666666666666667"),  # 14/3 = 4.67
        ("2.5", "1:10", AssetType.STOCK, "0.25", "0"),  # a broker who keeps fractions gives them
        ("25", "1:10", AssetType.MUTUAL_FUND, "2.5", "0"),
    ],
)
def test_whole_shares_give_whole_shares(held, ratio, kind, given_units, left):
    assert demerged_units(Decimal(held), read_ratio(ratio), kind) == (Decimal(given_units), Decimal(left))
