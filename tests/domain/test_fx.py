from datetime import date
from decimal import Decimal

import pytest

from tests.domain.made import at, instrument, price_of, rates
from tickfolio.domain.fx import find_rate_on, pairs_needed, read_rates
from tickfolio.domain.prices import Close

TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("source", "target", "expected"),
    [
        pytest.param("INR", "INR", "1", id="itself"),
        pytest.param("XXX", "XXX", "1", id="itself, unheard of"),
        pytest.param("EUR", "INR", "100.5", id="out of the euro, as told"),
        # 1 ÷ 1.25 = 0.8
        pytest.param("USD", "EUR", "0.8", id="into the euro"),
        # 100.5 ÷ 1.25 = 80.4
        pytest.param("USD", "INR", "80.4", id="across"),
        # 1.25 ÷ 100.5 = 0.01243781094527363184079601990… to 28 digits
        pytest.param("INR", "USD", "0.01243781094527363184079601990", id="across, endless"),
        pytest.param("GBP", "INR", None, id="one leg unknown"),
        pytest.param("EUR", "GBP", None, id="the only leg unknown"),
    ],
)
def test_a_rate(source, target, expected):
    known = rates(INR="100.5", USD="1.25")

    assert known.rate(source, target) == (None if expected is None else Decimal(expected))


def test_the_rate_before_is_the_one_before_only_where_the_pair_has_moved_since():
    known = rates(on="2026-11-20", INR=("100", "90"), USD=("1.25", "1.2"))

    assert known.rate_before("USD", "INR", date(2026, 11, 20)) == 75  # 90 ÷ 1.2
    # Two rates or more have come since the close before Thursday: none of the two that are here is the one.
    assert known.rate_before("USD", "INR", date(2026, 11, 19)) is None
    assert known.rate_before("USD", "INR", date(2026, 11, 23)) == 80  # 100 ÷ 1.25: nothing since Friday
    assert known.rate_before("INR", "INR", date(2026, 11, 20)) == 1
    assert rates(INR="100").rate_before("EUR", "INR", TODAY) is None


def test_a_rate_is_as_old_as_the_older_of_its_pairs():
    rupee, dollar = instrument("EURINR", "ECB", "INR"), instrument("EURUSD", "ECB", "USD")

    known = read_rates(
        [
            (rupee, price_of(rupee, "100", as_of="2026-11-19T15:00")),
            (dollar, price_of(dollar, "1.25", as_of="2026-11-20T15:00")),
        ]
    )

    assert known.as_of("INR", "USD") == at("2026-11-19T15:00")
    assert known.on("USD", "INR") == date(2026, 11, 19)
    assert known.on("EUR", "USD") == date(2026, 11, 20)
    assert known.on("USD", "USD") is known.as_of("USD", "GBP") is None
    assert known.rate("USD", "INR") == 80


def test_what_is_no_pair_with_the_euro_is_passed_over():
    infosys, odd = instrument(), instrument("EURUSD", "ECB", "USD")

    assert read_rates([(infosys, price_of(infosys, 1500)), (odd, price_of(odd, "1.2", currency="EUR"))]).pairs == {}


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        pytest.param("2024-01-05", "80", id="that day: 100 ÷ 1.25"),
        pytest.param("2024-01-04", "72", id="each leg's last: 90 ÷ 1.25"),
        pytest.param("2024-01-15", "80", id="ten days old"),
        pytest.param("2024-01-16", None, id="eleven days old"),
        pytest.param("2024-01-02", None, id="one leg not yet there"),
    ],
)
def test_the_rate_of_a_past_day(on, expected):
    closes = {
        "INR": [Close(date(2024, 1, 5), Decimal(100)), Close(date(2024, 1, 2), Decimal(90))],
        "USD": [Close(date(2024, 1, 3), Decimal("1.25")), Close(date(2024, 1, 5), Decimal("1.25"))],
    }

    rate = find_rate_on("USD", "INR", date.fromisoformat(on), closes)

    assert rate == (None if expected is None else Decimal(expected))
    assert find_rate_on("INR", "INR", date(1999, 1, 1), {}) == 1


def test_the_pairs_a_rate_needs():
    assert pairs_needed("USD", "INR") == ("USD", "INR")
    assert pairs_needed("EUR", "INR") == ("INR",)
    assert pairs_needed("USD", "USD") == ()
