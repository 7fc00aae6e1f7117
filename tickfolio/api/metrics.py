"""The page that Prometheus reads: what this process counted, and what the database knows of the prices."""

from collections.abc import Callable, Iterator

import structlog
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from tickfolio.domain.errors import Unavailable
from tickfolio.services.price_metrics import PriceFigures, load_price_figures
from tickfolio.services.world import World
from tickfolio.storage.database import Database
from tickfolio.storage.refreshes import RefreshRow

_METHODS = frozenset({"GET", "POST", "PATCH", "PUT", "DELETE", "HEAD", "OPTIONS"})

log = structlog.get_logger()


class Metrics:
    """Counts for Prometheus; a registry of its own, so that building twice counts apart."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Histogram(
            "tickfolio_request_seconds", "Requests by method and status", ["method", "status"], registry=self.registry
        )
        self._events = Counter("tickfolio_events", "What happened, by name", ["name"], registry=self.registry)

    def observe(self, method: str, status: int, seconds: float) -> None:
        """One request."""
        self._requests.labels(method if method in _METHODS else "other", str(status)).observe(seconds)

    def count(self, name: str) -> None:
        """Something happened."""
        self._events.labels(name).inc()
        log.info("event", name=name)

    def watch_prices(self, database: Database, world: World) -> None:
        """From now on the page tells of the prices too, read at each scrape: another process may have fetched them."""
        self.registry.register(_Prices(database, world))

    def page(self) -> bytes:
        """The page that Prometheus reads."""
        return generate_latest(self.registry)


class _Prices(Collector):
    """The age of prices, the runs and their failures, from the database that all processes share."""

    def __init__(self, database: Database, world: World) -> None:
        self._database = database
        self._world = world

    def describe(self) -> list[Metric]:
        """Nothing: told here, nobody has to read the database to register this."""
        return []

    def collect(self) -> Iterator[Metric]:
        """One reading; a database that is gone costs these lines alone."""
        try:
            with self._database.reading() as tx:
                figures = load_price_figures(tx, self._world)
        except Unavailable:
            return
        yield from _of_prices(figures)
        if figures.last is not None:
            yield from _of_last_run(figures.last)


def _of_prices(figures: PriceFigures) -> Iterator[Metric]:
    ages = GaugeMetricFamily(
        "tickfolio_oldest_price_age_seconds",
        "Age of the oldest price of what is held, by its source",
        labels=["source"],
    )
    for source, age in sorted(figures.oldest.items()):
        ages.add_metric([source], age.total_seconds())
    runs = CounterMetricFamily(
        "tickfolio_refresh_runs", "Runs that have ended, by kind and outcome", labels=["kind", "outcome"]
    )
    for labels, count in sorted(figures.runs.items()):
        runs.add_metric(labels, count)
    failures = CounterMetricFamily(
        "tickfolio_source_failures", "Failures of sources, by class", labels=["source", "class"]
    )
    for labels, count in sorted(figures.failures.items()):
        failures.add_metric(labels, count)
    yield from (ages, runs, failures)


def _of_last_run(run: RefreshRow) -> Iterator[Metric]:
    told: dict[str, tuple[str, Callable[[RefreshRow], int]]] = {
        "instruments": ("Instruments that were asked for", lambda one: one.instruments),
        "updated": ("Instruments that got a price", lambda one: one.updated),
        "held": ("Prices that were held back", lambda one: one.held),
        "rejected": ("Prices that were refused", lambda one: one.rejected),
        "failed": ("Instruments that got none", lambda one: one.failed),
        "portfolios": ("Portfolios with something that got a price", lambda one: one.portfolios),
    }
    for name, (text, count) in told.items():
        yield GaugeMetricFamily(f"tickfolio_last_refresh_{name}", f"{text} in the last refresh", value=count(run))
    if run.finished_at is not None:
        seconds = (run.finished_at - run.started_at).total_seconds()
        yield GaugeMetricFamily("tickfolio_last_refresh_seconds", "How long the last refresh took", value=seconds)
        ended = run.finished_at.timestamp()
        yield GaugeMetricFamily("tickfolio_last_refresh_ended_seconds", "When it ended, in Unix time", value=ended)
