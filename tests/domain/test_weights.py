from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickfolio.domain.weights import round_weights


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        # 33.333… three times: 33.33 each is 99.99; equal remainders, so the first gets the hundredth
        (["1", "1", "1"], ["33.34", "33.33", "33.33"]),
        # 16.666…, 16.666…, 66.666…: 16.66 + 16.66 + 66.66 = 99.98; equal remainders, so the first two
        (["1", "1", "4"], ["16.67", "16.67", "66.66"]),
        (["1", None, "3"], ["25.00", None, "75.00"]),
        (["0", "5"], ["0.00", "100.00"]),
        ([None, "0"], [None, None]),
        ([], []),
    ],
)
def test_the_largest_remainders_get_the_hundredths(parts, expected):
    assert round_weights([part if part is None else Decimal(part) for part in parts]) == [
        weight if weight is None else Decimal(weight) for weight in expected
    ]


@given(st.lists(st.none() | st.decimals(0, 10**12, places=6), max_size=40))
def test_they_add_up_to_100_and_none_is_a_hundredth_off(parts):
    weights = round_weights(parts)

    total = sum(part for part in parts if part is not None)
    if not total:
        assert set(weights) <= {None}
        return
    assert sum(weight for weight in weights if weight is not None) == Decimal("100.00")
    for part, weight in zip(parts, weights, strict=True):
        assert (part is None) == (weight is None)
        assert part is None or abs(weight * total - part * 100) < total / 100
