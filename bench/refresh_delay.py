"""How much longer a request takes while a big refresh runs in the same process, on SQLite.

A server in a process of its own answers summaries, and stores a transaction now and then, first at rest and then while
10,000 prices and AMFI's whole file go through the gate in a thread beside it. Goal: nothing delays a request by more
than 50 ms. What is compared are the slowest requests (99 in 100, and the last) at rest and meanwhile; both lists are
of the same length and the two take turns, so that a slow moment of the machine falls on both.
"""

import http.client
import json
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path

from bench.made import NOW, MadeServer, be_quiet, made_server
from bench.measure import Report
from bench.price_gate import HELD, NavFile, made_instruments, store_prices
from bench.summary_cached import free_port
from tickfolio.api.server import run_server
from tickfolio.main import build, spare_collector, take_short_turns
from tickfolio.settings import Settings

TURNS = 3
GOAL_MS = 50.0
WRITE_EVERY = 10
PAUSE_SECONDS = 0.002


def serve(folder: Path, port: int):
    """The product on a port; each line that comes in is one big refresh, whose seconds go out."""
    be_quiet()
    product = build(Settings(_env_file=None, data_dir=folder, providers="demo"), works=False)
    server = MadeServer(folder, product, None, "", "")  # type: ignore[arg-type]  # the refresh has no person
    asked = made_instruments(server)
    rest = product.refresher.rest
    whole = NavFile(server, rest)
    spare_collector()  # both as `tickfolio serve` does
    take_short_turns()

    def refresh():
        print("ready", flush=True)
        for step, _line in enumerate(sys.stdin, 1):
            begin = time.perf_counter()
            store_prices(server, asked, step, rest)
            whole()
            print(f"{time.perf_counter() - begin:.3f}", flush=True)

    threading.Thread(target=refresh, daemon=True).start()
    run_server(product.app, "127.0.0.1", port, before_drain=product.events.close)
    product.close()


class Client:
    """One person's browser: asks for the summary again and again, and stores a transaction now and then."""

    def __init__(self, made: MadeServer, port: int):
        self._made, self._connection = made, http.client.HTTPConnection("127.0.0.1", port)
        self._headers = {"Cookie": made.cookie, "Origin": f"http://127.0.0.1:{port}"}

    def ask(self):
        """Seconds of one summary."""
        return self._timed("GET", self._made.path, None, 200)

    def write(self):
        """Seconds of storing one transaction."""
        body = {"type": "BUY", "symbol": "MADE1", "exchange": "NSE", "asset_type": "STOCK", "quantity": "1"}
        body |= {"price": "9", "traded_on": NOW.date().isoformat()}
        return self._timed("POST", f"/api/v1/portfolios/{self._made.portfolio_id}/transactions", body, 201)

    def during(self, is_over):
        """(seconds of summaries, seconds of writes) until it is over."""
        reads, writes = [], []
        while not is_over():
            reads.append(self.ask())
            if len(reads) % WRITE_EVERY == 0:
                writes.append(self.write())
            time.sleep(PAUSE_SECONDS)
        return reads, writes

    def _timed(self, method: str, path: str, body: dict[str, str] | None, status: int):
        headers = self._headers | ({"Content-Type": "application/json"} if body else {})
        begin = time.perf_counter()
        self._connection.request(method, path, json.dumps(body) if body else None, headers)
        answer = self._connection.getresponse()
        text = answer.read()
        assert answer.status == status, text
        return time.perf_counter() - begin


def wait_until_up(port: int):
    """Until the server answers."""
    for _ in range(200):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port)
            connection.request("GET", "/readyz")
            connection.getresponse().read()
        except OSError:
            time.sleep(0.1)
        else:
            return
    sys.exit("the server did not come up")


def measure(server: subprocess.Popen[str], client: Client):
    """The seconds of every request at rest and during the refresh, and of each refresh."""
    rest, busy, runs = ([], []), ([], []), []
    assert server.stdin is not None
    assert server.stdout is not None
    for _ in range(TURNS):
        told: list[str] = []
        server.stdin.write("go\n")
        server.stdin.flush()
        waiting = threading.Thread(target=lambda told=told: told.append(server.stdout.readline()))
        waiting.start()
        meanwhile = client.during(lambda: not waiting.is_alive())  # noqa: B023  # it is over before the next one begins
        runs.append(float(told[0]))
        until = time.perf_counter() + runs[-1]
        before = client.during(lambda: time.perf_counter() > until)  # noqa: B023  # over before the next one begins
        for kept, more in zip((*rest, *busy), (*before, *meanwhile), strict=True):
            kept.extend(more)
    return rest, busy, runs


def show(report: Report, name: str, rest: list[float], busy: list[float]):
    """Both lists, cut to the same length, and how much the slowest were slower."""
    count = min(len(rest), len(busy))
    ends = {}
    for when, seconds in (("at rest", rest[:count]), ("meanwhile", busy[:count])):
        found = sorted(one * 1e3 for one in seconds)
        ends[when] = (statistics.median(found), found[int(count * 0.99)], found[-1])
        half, most, last = ends[when]
        report.figure(f"{name} {when} ({count})", f"{half:7.1f} ms half {most:7.1f} ms 99 in 100 {last:7.1f} ms all")
    report.ratio(f"{name}: ms longer, 99 in 100", ends["meanwhile"][1] - ends["at rest"][1], at_most=GOAL_MS)
    report.ratio(f"{name}: ms longer, the slowest", ends["meanwhile"][2] - ends["at rest"][2])


if __name__ == "__main__":
    if len(sys.argv) > 1:
        serve(Path(sys.argv[1]), int(sys.argv[2]))
        sys.exit()
    told = Report()
    with made_server() as made:
        at = free_port()
        command = [sys.executable, "-m", "bench.refresh_delay", str(made.folder), str(at)]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        with subprocess.Popen(command, text=True, **pipes) as child:  # noqa: S603  # our own program
            try:
                assert child.stdout is not None
                assert child.stdout.readline() == "ready\n"
                wait_until_up(at)
                quiet, loud, seconds = measure(child, Client(made, at))
            finally:
                child.terminate()
        told.figure(f"10,000 prices and the file with {HELD:,}", f"{min(seconds):7.2f} s to {max(seconds):.2f} s each")
        show(told, "summary", quiet[0], loud[0])
        show(told, "transaction", quiet[1], loud[1])
    told.end()
