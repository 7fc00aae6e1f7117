"""The product's XIRR beside the oracle's halving in 60 digits, on random flows."""

import os
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest

from tests.oracle.returns import xirr
from tickfolio.domain.xirr import CashFlow
from tickfolio.domain.xirr import xirr as product_xirr

START = date(2019, 3, 1)
SETS = int(os.environ.get("TICKFOLIO_ORACLE", "600")) // 5
AMOUNTS = ("0.01", "1", "99.95", "1000", "1000", "25000", "1234567.89")
GAPS = (0, 1, 2, 30, 31, 90, 365, 366, 1000)


def made_flows(number: int) -> list[tuple[date, Decimal]]:
    """A saver's flows: mostly in, some out, at the end what it is worth; now and then in any order of signs."""
    chance = Random(number)
    on, flows = START, []
    for _ in range(chance.randint(1, 9)):
        sign = chance.choice((-1, -1, -1, 1)) if number % 3 else chance.choice((-1, 1))
        flows.append((on, sign * Decimal(chance.choice(AMOUNTS))))
        on += timedelta(chance.choice(GAPS))
    paid = -sum(amount for _, amount in flows)
    flows.append((on, (abs(paid) * Decimal(chance.randint(1, 300)) / 100).quantize(Decimal("0.01"))))
    chance.shuffle(flows)
    return flows


@pytest.mark.parametrize("block", range(4))
def test_product_and_oracle_find_the_same_rate(block):
    wrong = []
    for number in range(block, SETS, 4):
        flows = made_flows(number)
        ours, theirs = xirr(flows), product_xirr([CashFlow(on, float(amount)) for on, amount in flows])
        near = ours.value is None or theirs.ratio == pytest.approx(float(ours.value), rel=1e-8, abs=1e-9)
        if not near or (ours.value is None, ours.several) != (theirs.ratio is None, theirs.several):
            wrong.append((number, ours, theirs))
    assert not wrong, f"{len(wrong)} of {SETS // 4}: {wrong[:3]}"
