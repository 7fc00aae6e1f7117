from datetime import date

import pytest

from tests.cache.redis_process import RedisProcess
from tests.providers.market import Market


@pytest.fixture
def market(clock):
    """A replayed market by the test's own clock: a share, two funds, a dollar share, one in pence, and rates."""
    with Market(now=clock) as replayed:
        replayed.set("INFY.NS", "1512.60", previous_close="1500.00", name="Infosys Limited")
        replayed.set("AAPL", "250.10", currency="USD", previous_close="248.00", exchange="NMS", zone="America/New_York")
        replayed.set("VOD.L", "75.50", currency="GBp", previous_close="74.00", exchange="LSE", zone="Europe/London")
        replayed.set_nav("120503", "112.0096", on=date(2026, 11, 19), name="Axis ELSS Tax Saver Fund")
        for currency, rate in (("INR", "110.00"), ("USD", "1.25"), ("GBP", "0.88")):
            replayed.set_rate(currency, rate, on=date(2026, 11, 19))
        yield replayed


@pytest.fixture
def real_prices(market):
    """The settings that make the product take its prices from the replayed market."""
    addresses = {name.removeprefix("TICKFOLIO_").lower(): url for name, url in market.settings.items()}
    return addresses | {"providers": "amfi,ecb,yahoo"}


@pytest.fixture
def redis_process(tmp_path):
    """A running Redis that only this test uses, so that it may stop or kill it."""
    process = RedisProcess(tmp_path)
    process.start()
    yield process
    process.kill()
