"""What a suspect price looks like: a split, a bonus issue, a wrong unit, or nothing that we know of."""

from decimal import Decimal

import pytest

from tickfolio.domain.likeness import Likeness, LikenessKind, find_likeness, is_third_off
from tickfolio.domain.splits import read_ratio


@pytest.mark.parametrize(
    ("price", "kind", "ratio"),
    [
        # the last price is 1000: 1 into 2 is 500, 1 into 5 is 200, to 5 %
        ("500", LikenessKind.SPLIT, "2:1"), ("210", LikenessKind.SPLIT, "5:1"), ("210.1", None, None),
        # five shares made into one
        ("5000", LikenessKind.SPLIT, "1:5"),
        # one new share for two is 3 in place of 2: 666.67; three for two is 5 in place of 2: 400
        ("666.7", LikenessKind.BONUS, "3:2"), ("400", LikenessKind.BONUS, "5:2"),
        # a hundredfold, or a hundredth, to 5 %
        ("100000", LikenessKind.HUNDREDFOLD, None), ("9.6", LikenessKind.HUNDREDFOLD, None),
        ("94000", None, None), ("1450", None, None),
    ],
)  # fmt: skip
def test_what_a_suspect_price_looks_like(price, kind, ratio):
    expected = None if kind is None else Likeness(kind, None if ratio is None else read_ratio(ratio))

    assert find_likeness(Decimal(price), Decimal(1000)) == expected


# two thirds of 1500 are 1000, and 2 % of that are 20
@pytest.mark.parametrize(("price", "is_like"), [("980", True), ("979.9", False), ("1020", True), ("1020.1", False)])
def test_three_for_two_takes_a_third_off(price, is_like):
    assert is_third_off(Decimal(price), Decimal(1500)) == is_like
