"""10,000 instruments through the gate and into SQLite, and AMFI's file of 14,300 schemes with 3,000 held ones.

Goals, in CPU: 2 seconds for the 10,000, with every verdict written down, and half a second for the file: parsed, its
list compared with what is known, its prices stored. Each answer goes the way that a refresh takes, in parts.
"""

from collections.abc import Callable
from datetime import timedelta

from bench.made import NOW, MadeServer, made_server, observations
from bench.measure import Report, best, timed
from bench.nav_file import ROWS, made_file
from tickfolio.domain.instruments import AssetType, Instrument
from tickfolio.main import spare_collector
from tickfolio.providers.amfi import AmfiAdapter
from tickfolio.providers.provider import BatchResult
from tickfolio.services.price_batches import Recorder, record_answer

COUNT, HELD = 10_000, 3_000
TURNS = 3
GATE_SECONDS, FILE_SECONDS = 2.0, 0.5


def recorder(server: MadeServer, step: int, rest: Callable[[], None] = lambda: None):
    """Where the answers of one run go."""
    now = NOW + timedelta(days=1, seconds=step)
    return Recorder(server.product.database, server.product.world, f"run {step}", lambda _tx: now, rest=rest)


def made_instruments(server: MadeServer, count: int = COUNT):
    """So many instruments that nobody holds, as symbol and ids."""
    new_id = server.product.world.new_id
    symbols = [f"G{number}" for number in range(count)]
    made = [Instrument(new_id(), AssetType.STOCK, "NSE", symbol, f"Gate {symbol}", "INR") for symbol in symbols]
    with server.product.database.transaction() as tx:
        tx.instruments.add_many_if_new(made)
    return {one.symbol: [one.id] for one in made}


def store_prices(server: MadeServer, asked: dict[str, list[str]], step: int, rest: Callable[[], None] = lambda: None):
    """One answer with a price of each."""
    done = record_answer(recorder(server, step, rest), "made", asked, BatchResult(observations(list(asked), step)))
    assert (done.counts.updated, done.lost) == (len(asked), 0), done.counts


class NavFile:
    """The file of a day: each call is a later one, with the same schemes."""

    def __init__(self, server: MadeServer, rest: Callable[[], None] = lambda: None):
        self._rest = rest
        self._server, self._adapter = server, AmfiAdapter("https://amfi.invalid/NAVAll.txt")
        self._codes = [str(100_000 + number * 4) for number in range(HELD)]
        self._step = 0
        self.read()
        with server.product.database.reading() as tx:
            known = {one.symbol: one.id for one in tx.instruments.on_exchange("AMFI")}
        assert len(known) == ROWS
        self._asked = {code: [known[code]] for code in self._codes}

    def read(self):
        """The first reading: everything that it lists is new."""
        result = self._adapter.parse(made_file(), [], NOW + timedelta(days=1))
        record_answer(recorder(self._server, 0), "amfi", {}, result)

    def __call__(self):
        self._step += 1
        result = self._adapter.parse(self.body, self._codes, NOW + timedelta(days=1, seconds=self._step))
        done = record_answer(recorder(self._server, self._step, self._rest), "amfi", self._asked, result)
        assert (done.counts.updated, done.lost) == (HELD, 0), done.counts

    body = made_file()


if __name__ == "__main__":
    told = Report()
    with made_server(holdings=1) as made:
        ids = made_instruments(made)
        spare_collector()  # as `tickfolio serve` does
        stored = best([timed(lambda step=step: store_prices(made, ids, step)) for step in range(1, TURNS + 1)])
        told.figure(f"{COUNT:,} prices judged and stored", stored)
        told.ratio("seconds of CPU", stored.cpu_seconds, at_most=GATE_SECONDS)
        whole = NavFile(made)
        filed = best([timed(whole) for _ in range(TURNS)])
        told.figure(f"{ROWS:,} rows parsed, {HELD:,} prices stored", filed)
        told.ratio("seconds of CPU", filed.cpu_seconds, at_most=FILE_SECONDS)
    told.end()
