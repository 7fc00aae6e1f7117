"""The stage of the tests of runs: a source that knows INFY and ten more shares, each at 100."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.builders import Given, ScriptedSource
from tests.infrastructure.clock import SettableClock
from tickfolio.domain.instruments import Instrument
from tickfolio.domain.prices import HeldPrice, LatestPrice
from tickfolio.providers.provider import BatchResult
from tickfolio.services.refresh import Refresher, refresh_slot
from tickfolio.storage.refreshes import RefreshRow

SYMBOLS = [f"S{number}" for number in range(10)]


def make_source(clock: SettableClock) -> ScriptedSource:
    """The source, its prices a minute old."""
    told = ScriptedSource()
    for symbol in ("INFY", *SYMBOLS):
        told.say(symbol, "100", clock() - timedelta(minutes=1))
    return told


def run_slot(refresher: Refresher) -> RefreshRow | None:
    """The run of the slot of now."""
    return refresh_slot(refresher, refresher.world.now())


def prices(given: Given, symbols: Sequence[str] = SYMBOLS) -> Mapping[str, LatestPrice | None]:
    """The last good prices by symbol."""
    return {symbol: given.latest(given.instrument(symbol)) for symbol in symbols}


def held_price(given: Given, instrument: Instrument) -> HeldPrice | None:
    """The price that waits beside the last good one."""
    with given.database.reading() as tx:
        return tx.prices.held([instrument.id]).get(instrument.id)


class Killed(BaseException):
    """What ends a worker without any of its code running: no except clause of the product may stop it."""


def die_after_first_batch(given: Given, source: Any) -> None:
    """A worker that takes the slot, stores what the first batch brings and is gone."""
    inner = source.fetch

    def fetch(symbols: Sequence[str], now: datetime, *, probe: bool = False) -> Iterator[BatchResult]:
        yield next(iter(inner(symbols, now, probe=probe)))
        raise Killed

    source.fetch = fetch
    try:
        with pytest.raises(Killed):
            run_slot(given.refresher(source))
    finally:
        source.fetch = inner
