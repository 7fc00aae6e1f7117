"""Builds everything once and hands it the world: the one place that knows the clock, chance and the settings."""

import gc
import secrets
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import uuid_utils
from starlette.types import ASGIApp

from tickfolio import __version__
from tickfolio.api.app import make_app
from tickfolio.api.desk import ApiOptions, Desk
from tickfolio.api.metrics import Metrics
from tickfolio.auth.attempts import Attempts, SharedCounts, shared_counts
from tickfolio.auth.credentials import Passwords
from tickfolio.cache.cache import Cache, LayeredCache, MemoryCache
from tickfolio.cache.events import Events, LocalEvents
from tickfolio.cache.guard import Guard, connect
from tickfolio.cache.redis import RedisCache
from tickfolio.cache.redis_events import RedisEvents
from tickfolio.jobs.schedule import Work
from tickfolio.jobs.worker import Jobs
from tickfolio.providers import alphavantage, amfi, bse, coingecko, eodhd, finnhub, mfapi, nse, twelvedata, yahoo
from tickfolio.providers.address_check import AddressCheck, read_named_hosts
from tickfolio.providers.demo import DemoProvider
from tickfolio.providers.ecb import EcbAdapter, EcbProvider
from tickfolio.providers.http_provider import Adapter, HttpProvider
from tickfolio.providers.own_source import OwnProvider
from tickfolio.providers.provider import Provider
from tickfolio.services.accounts import Reception
from tickfolio.services.history_fill import fill_histories
from tickfolio.services.markets import StoredCalendar
from tickfolio.services.own_sources import StoredAddresses
from tickfolio.services.projection import project_outdated
from tickfolio.services.quotas import CountedAllowance
from tickfolio.services.refresh import Refresher, price_new, refresh_by_hand, refresh_slot, waiting_by_hand
from tickfolio.services.sources import Sources
from tickfolio.services.summaries import Summaries
from tickfolio.services.upkeep import keep_order
from tickfolio.services.world import World
from tickfolio.settings import KEYED_PROVIDERS, Settings
from tickfolio.storage.database import Database, open_database

PAGES = Path(__file__).parent / "api" / "pages"
KEEP_ANSWERS_SECONDS = 590  # a little under ten minutes: bounds memory, since a tag names one content for ever
INTERVAL_SECONDS = 1.0
# A little more than what would spend an allowance of a minute before it is over.
COINGECKO_INTERVAL_SECONDS, FINNHUB_INTERVAL_SECONDS, ALPHAVANTAGE_INTERVAL_SECONDS = 2.1, 1.1, 1.2
POOL_SIZE = 20
FILL_SECONDS = 480.0  # what is left of the past to fetch then, the next time does

COLLECT_AFTER = (20_000, 20, 20)  # objects, then runs over the young ones, then over the middle ones: decision 25
TURN_SECONDS = 0.0005  # a tenth of what Python takes by itself
REST_SECONDS = 0.02  # between two parts of an answer, where requests are answered beside it


@dataclass(frozen=True, slots=True)
class Product:
    """Everything that runs, built from the settings; `close` ends what was opened, in order."""

    settings: Settings
    database: Database
    world: World
    sources: Sources
    refresher: Refresher
    reception: Reception
    jobs: Jobs
    events: Events
    app: ASGIApp
    closers: Sequence[Callable[[], None]]

    def close(self) -> None:
        """Ends news first, so that streams end; then work, connections and the database."""
        for close in self.closers:
            close()


@dataclass(frozen=True, slots=True)
class _Shared:
    """What processes share: in this one alone, or over Redis."""

    cache: Cache
    events: Events
    counts: SharedCounts | None
    closers: Sequence[Callable[[], None]]


def build(
    settings: Settings,
    *,
    works: bool,
    serves: bool = True,
    clock: Callable[[], datetime] | None = None,
    passwords: Passwords | None = None,
) -> Product:
    """Opens the database, which must be migrated, and puts the parts together; nothing runs until `jobs.start`.

    `works`: the price job runs in this process; `serves`: requests are answered there. A test may bring its own clock,
    and passwords that cost less.
    """
    metrics = Metrics()
    database = open_database(settings.database(), pool_size=POOL_SIZE)
    secret, instance = _secrets(settings, database)
    shared = _share(settings, secret, instance, metrics.count)
    now = clock or (lambda: datetime.now(UTC))  # noqa: TID251  # the one place that reads the clock
    sources = make_sources(settings, database, now)
    jobs: Jobs | None = None
    world = World(
        now=now,
        new_id=lambda: str(uuid_utils.uuid7()),
        randomness=secrets.token_bytes,
        publish=shared.events.publish,
        ask_for_prices=lambda ids: jobs.price_new(ids) if jobs else None,
    )
    metrics.watch_prices(database, world)
    _bring_up_to_date(database, world, works=works)
    refresher = Refresher(database, world, sources, settings.refresh_minutes, rest=_rest(serves=serves))
    jobs = Jobs(settings.jobs(), _work(refresher), settings.refresh_minutes, works=works, name=f"tickfolio-{instance}")
    reception = _receive(settings, database, world, passwords, _attempts(secret, metrics, shared))
    desk = _furnish(settings, reception, refresher, shared, jobs, metrics)
    return Product(
        settings=settings,
        database=database,
        world=world,
        sources=sources,
        refresher=refresher,
        reception=reception,
        jobs=jobs,
        events=shared.events,
        app=make_app(desk, metrics.observe, time.perf_counter),
        closers=(shared.events.close, jobs.stop, *shared.closers, *_closers(sources), database.close),
    )


def _rest(*, serves: bool) -> Callable[[], None]:
    return partial(time.sleep, REST_SECONDS if serves else 0)


def _bring_up_to_date(database: Database, world: World, *, works: bool) -> None:
    if works:
        with database.transaction() as tx:  # what an older Tickfolio projected
            project_outdated(tx, world)


def spare_collector() -> None:
    """Lets Python's collector of cycles run seldom, and never over what is here already. For a process that serves.

    Call it once everything is built: what is there by then, the code above all, stays until the process ends.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)


def take_short_turns() -> None:
    """Has threads take short turns, so that a request never waits long for the price job. For a process that serves.

    Each step of a request into the database gives the interpreter away, and has to get it back.
    """
    sys.setswitchinterval(TURN_SECONDS)


def _furnish(
    settings: Settings, reception: Reception, refresher: Refresher, shared: _Shared, jobs: Jobs, metrics: Metrics
) -> Desk:
    return Desk(
        database=refresher.database,
        world=refresher.world,
        reception=reception,
        summaries=Summaries(refresher.database, shared.cache, settings.refresh_minutes, KEEP_ANSWERS_SECONDS),
        sources=refresher.sources,
        events=shared.events,
        ask_for_refresh=jobs.refresh_by_hand,
        metrics=metrics.page,
        options=_options(settings),
    )


def _receive(
    settings: Settings, database: Database, world: World, passwords: Passwords | None, attempts: Attempts
) -> Reception:
    return Reception(
        database=database,
        world=world,
        passwords=passwords or Passwords(),
        attempts=attempts,
        sign_up=settings.sign_up,
        password_length_min=settings.password_length_min,
        session_days=settings.session_days,
    )


def _attempts(secret: bytes, metrics: Metrics, shared: _Shared) -> Attempts:
    clock = time.time  # noqa: TID251  # handed in here, read nowhere else
    return Attempts(secret=secret, clock=clock, on_event=metrics.count, shared=shared.counts)


def _options(settings: Settings) -> ApiOptions:
    return ApiOptions(
        version=__version__,
        base_url=settings.base_url,
        proxies=settings.proxies(),
        interval_minutes=settings.refresh_minutes,
        cooldown_seconds=settings.refresh_cooldown_seconds,
        pages=PAGES,
    )


def make_sources(settings: Settings, database: Database, now: Callable[[], datetime]) -> Sources:
    """Every source of prices, in the order of preference; those whose key is missing are known, and never asked."""
    clock, sleep = time.monotonic, time.sleep
    allowance, calendar = CountedAllowance(database, now), StoredCalendar(database)

    def http(adapter: Adapter, interval_seconds: float = INTERVAL_SECONDS) -> HttpProvider:
        return HttpProvider(adapter, clock, sleep, interval_seconds=interval_seconds, allowance=allowance)

    key = settings.key
    known: Sequence[Provider] = (
        DemoProvider(slot_minutes=settings.refresh_minutes),
        http(amfi.AmfiAdapter(settings.amfi_url)),
        EcbProvider(EcbAdapter(settings.ecb_url), clock, sleep),
        http(yahoo.YahooAdapter(settings.yahoo_url)),
        http(nse.NseAdapter(settings.nse_url, calendar)),
        http(bse.BseAdapter(settings.bse_url, calendar)),
        http(mfapi.MfapiAdapter(settings.mfapi_url), mfapi.INTERVAL_SECONDS),
        http(coingecko.CoinGeckoAdapter(settings.coingecko_url, key("coingecko")), COINGECKO_INTERVAL_SECONDS),
        http(finnhub.FinnhubAdapter(settings.finnhub_url, key("finnhub"), calendar), FINNHUB_INTERVAL_SECONDS),
        http(twelvedata.TwelveDataAdapter(settings.twelvedata_url, key("twelvedata"), calendar)),
        http(
            alphavantage.AlphaVantageAdapter(settings.alphavantage_url, key("alphavantage"), calendar),
            ALPHAVANTAGE_INTERVAL_SECONDS,
        ),
        http(eodhd.EodhdAdapter(settings.eodhd_url, key("eodhd"), calendar)),
        OwnProvider(StoredAddresses(database), AddressCheck(read_named_hosts(settings.own_source_hosts)), clock, sleep),
    )
    keyless = {name: f"TICKFOLIO_{name.upper()}_KEY" for name in KEYED_PROVIDERS if not key(name)}
    return Sources({one.name: one for one in known}, settings.fixed_providers(), keyless)


def _secrets(settings: Settings, database: Database) -> tuple[bytes, str]:
    """The secret of this server and the name of its database; made once, kept there, alike for every process."""
    with database.transaction() as tx:
        kept = tx.server.fact("secret", secrets.token_hex(32))
        instance = tx.server.fact("instance", secrets.token_hex(8))
    given = settings.secret_key.get_secret_value() if settings.secret_key else kept
    return given.encode(), instance


def _share(settings: Settings, secret: bytes, instance: str, on_event: Callable[[str], None]) -> _Shared:
    memory = MemoryCache(time.monotonic)
    url = settings.redis()
    if url is None:
        events = LocalEvents()
        return _Shared(memory, events, None, ())
    client = connect(url)
    guard = Guard(client, clock=time.monotonic, on_event=on_event)
    cache = LayeredCache(memory, RedisCache(guard, secret=secret, prefix=f"tickfolio:{instance}:", on_event=on_event))
    events_client = connect(url, timeout_seconds=1.0)
    origin = secrets.token_hex(8)
    news = RedisEvents(events_client, channel=f"tickfolio:{instance}:news", origin=origin, on_event=on_event)
    counts = shared_counts(url, client.connection_pool, guard, f"tickfolio:{instance}:tries")
    return _Shared(cache, news, counts, (cache.close,))


def _work(refresher: Refresher) -> Work:
    def refresh_waiting() -> None:
        for run_id in waiting_by_hand(refresher):
            refresh_by_hand(refresher, run_id)

    def refresh_due() -> None:
        refresh_slot(refresher, refresher.world.now())
        refresh_waiting()

    def refresh_asked(run_id: str) -> None:
        refresh_by_hand(refresher, run_id)
        refresh_waiting()  # one that was asked for while this one ran

    def fill_due() -> None:
        until = time.monotonic() + FILL_SECONDS
        fill_histories(refresher.database, refresher.world, refresher.sources, lambda: time.monotonic() < until)

    return Work(
        refresh_due=refresh_due,
        refresh_by_hand=refresh_asked,
        price_new=lambda ids: price_new(refresher, ids),
        keep_order=lambda: keep_order(refresher.database, refresher.world.now()),
        fill_histories=fill_due,
    )


def _closers(sources: Sources) -> Sequence[Callable[[], None]]:
    return [provider.close for provider in sources.providers.values() if hasattr(provider, "close")]
