"""A source of one's own: one address for each instrument, and where in its answer the price stands.

Every address is a stranger's: it is checked when it is asked (`address_check`), read within narrow limits, and never
printed but for its host.
"""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from queue import SimpleQueue
from typing import Literal
from urllib.parse import urlsplit

from tickfolio.domain.instruments import Instrument
from tickfolio.domain.prices import Observation
from tickfolio.providers.address_check import AddressCheck, AddressRefused
from tickfolio.providers.http import HttpClient
from tickfolio.providers.limits import RateLimit
from tickfolio.providers.own_answer import OwnFailure, OwnPrice, explain, observe_own, read_own
from tickfolio.providers.provider import (
    Answer,
    BatchResult,
    Failure,
    FailureKind,
    HistoryResult,
    Listing,
    Request,
)

NAME = "own"
BYTES_MAX = 1_000_000
DEADLINE_SECONDS = 10.0
INTERVAL_SECONDS = 1.0
# One host's addresses are asked one after the other, and the rest of them in the next run.
HOST_MAX_SECONDS = 60.0
_HOSTS_AT_ONCE = 4
_NO_ADDRESS = Failure(FailureKind.NO_DATA, "No address is given.")


@dataclass(frozen=True, slots=True)
class OwnAddress:
    """Where to ask and where to look. A key may stand in the URL, so that it is never printed."""

    owner_id: str
    url: str = field(repr=False)
    format: Literal["json", "csv"]
    price_path: str
    date_path: str | None
    currency: str


Addresses = Callable[[Sequence[str]], Mapping[str, OwnAddress]]


_Results = SimpleQueue[BatchResult | None]


class OwnProvider:
    """Asks the addresses that people gave for instruments of their own; a symbol is the instrument's id.

    `addresses` gives those of the instruments, `clock` is monotonic, in seconds.
    """

    name = NAME
    label = "Your own address"
    terms: str | None = None
    catalogue: str | None = None

    def __init__(
        self, addresses: Addresses, check: AddressCheck, clock: Callable[[], float], sleep: Callable[[float], None]
    ) -> None:
        self.check = check
        self._addresses = addresses
        self._clock = clock
        self._sleep = sleep
        self._client = HttpClient(clock, check.find)

    def close(self) -> None:
        """Closes the connections."""
        self._client.close()

    def symbol_of(self, instrument: Instrument) -> str | None:
        """The id of an instrument that belongs to somebody; None for any other."""
        return instrument.id if instrument.exchange == "MANUAL" and instrument.owner_id is not None else None

    def fetch(self, symbols: Sequence[str], now: datetime, *, probe: bool = False) -> Iterator[BatchResult]:
        """Latest prices, one result an address as it arrives; several instruments may stand in one answer.

        What a slow host has not answered within its time is left for the next run, and in no result.
        """
        del probe  # nobody is left alone here for longer than a run
        found = self._addresses(tuple(dict.fromkeys(symbols)))
        unknown = tuple(symbol for symbol in dict.fromkeys(symbols) if symbol not in found)
        if unknown:
            yield BatchResult(symbols=unknown, failures=dict.fromkeys(unknown, _NO_ADDRESS))
        hosts = _by_host(found)
        results: _Results = SimpleQueue()
        stopping = threading.Event()
        with ThreadPoolExecutor(_HOSTS_AT_ONCE) as threads:
            asked = [threads.submit(self._ask_host, urls, found, now, stopping, results) for urls in hosts]
            try:
                left = len(hosts)
                while left:
                    result = results.get()
                    if result is None:
                        left -= 1
                    else:
                        yield result
            finally:
                stopping.set()
        for one in asked:
            one.result()  # a mistake of ours in a thread is not to pass for an address that had no time

    def fetch_history(self, symbol: str, since: datetime, now: datetime) -> HistoryResult:  # noqa: ARG002  # as Provider
        """Nothing: an address tells the price of now."""
        return HistoryResult(failure=Failure(FailureKind.NO_DATA, "An address of one's own has no history."))

    def search(self, query: str) -> Sequence[Listing]:  # noqa: ARG002  # as Provider
        """Nothing: there is nothing to be found."""
        return ()

    def try_out(self, address: OwnAddress, now: datetime) -> OwnPrice | OwnFailure:
        """Asks an address once, at once, and says what stands there or why nothing does; nothing is kept."""
        with HttpClient(self._clock, self.check.find) as client:
            return _read(self._get(client, address.url), address, now)

    def _ask_host(
        self,
        urls: Mapping[str, Sequence[str]],
        found: Mapping[str, OwnAddress],
        now: datetime,
        stopping: threading.Event,
        results: _Results,
    ) -> None:
        """Each address of a host once, until its time is over or it wants us to wait."""
        try:
            started_at = self._clock()
            rate_limit = RateLimit(INTERVAL_SECONDS, self._clock, self._sleep)
            for url, symbols in urls.items():
                if stopping.is_set() or self._clock() - started_at >= HOST_MAX_SECONDS:
                    return
                rate_limit.wait()
                answer = self._get(self._client, url)
                results.put(_batch(answer, symbols, found, now))
                if isinstance(answer, OwnFailure) and answer.kind is FailureKind.RATE_LIMITED:
                    return
        finally:
            results.put(None)

    def _get(self, client: HttpClient, url: str) -> Answer | OwnFailure:
        """The answer to be read, or why there is none."""
        try:
            self.check.check_url(url)
            got = client.get(Request(url, bytes_max=BYTES_MAX, deadline_seconds=DEADLINE_SECONDS))
        except AddressRefused as error:
            return OwnFailure(error.code, error.message, kind=FailureKind.BLOCKED)
        return explain(got)


def _batch(
    answer: Answer | OwnFailure, symbols: Sequence[str], found: Mapping[str, OwnAddress], now: datetime
) -> BatchResult:
    seen: dict[str, Observation] = {}
    failures: dict[str, Failure] = {}
    for symbol in symbols:
        told = _read(answer, found[symbol], now)
        if isinstance(told, OwnFailure):
            failures[symbol] = Failure(told.kind, told.message)
        else:
            seen[symbol] = observe_own(symbol, told, found[symbol].currency, NAME)
    return BatchResult(seen, failures, symbols=tuple(symbols))


def _read(answer: Answer | OwnFailure, address: OwnAddress, now: datetime) -> OwnPrice | OwnFailure:
    if isinstance(answer, OwnFailure):
        return answer
    return read_own(answer.body, address.format, address.price_path, address.date_path, now)


def _by_host(found: Mapping[str, OwnAddress]) -> Sequence[Mapping[str, Sequence[str]]]:
    """The instruments behind each address, by host; everybody's first host before anybody's second one."""
    hosts: dict[str, dict[str, list[str]]] = {}
    ranks: dict[str, int] = {}
    told: dict[str, int] = {}
    for symbol, address in found.items():
        host = _host(address.url)
        if host not in hosts:
            ranks[host] = told.get(address.owner_id, 0)
            told[address.owner_id] = ranks[host] + 1
        hosts.setdefault(host, {}).setdefault(address.url, []).append(symbol)
    return [hosts[host] for host in sorted(hosts, key=ranks.__getitem__)]


def _host(url: str) -> str:
    try:
        return urlsplit(url).netloc.lower()
    except ValueError:  # it will be refused when it is its turn
        return ""
