"""What a refresh asks for: the instruments that are due, each from the source that can price it."""

from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from tickfolio.domain.fx import EURO, pair_symbol
from tickfolio.domain.instruments import AssetType, Instrument
from tickfolio.domain.market_calendar import Calendar
from tickfolio.domain.market_hours import is_final, last_close, session_day
from tickfolio.domain.prices import LatestPrice, PriceStatus
from tickfolio.providers import own_source
from tickfolio.providers.provider import Provider
from tickfolio.services.markets import load_calendar
from tickfolio.services.source_orders import Orders, candidates, load_orders
from tickfolio.services.sources import Sources, sources_on
from tickfolio.services.world import World
from tickfolio.storage.database import Database, Tx

Asked = dict[str, list[str]]

_NEVER = datetime.min.replace(tzinfo=UTC)
OWN = own_source.NAME  # the source that asks the addresses that people gave for instruments of their own
# Who publishes the official closes of an exchange, about an hour after the session.
_CLOSERS = {"NSE": "nse", "BSE": "bse"}
_PUBLISHED_AFTER, _WANTED_FOR = timedelta(minutes=70), timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run asks for: by id the instruments that are due, first those of which nobody has spoken for longest.

    `unlisted` are sources whose list of all that they know is wanted. `closers` name the one source that is asked for
    an instrument: the one of the official close where that alone is missing, and a person's own address. `failing` are
    the pairs of a source and an instrument of which it last gave no price.
    """

    on: Mapping[str, Provider]
    orders: Orders
    due: Mapping[str, Instrument]
    unlisted: Sequence[str] = ()
    closers: Mapping[str, str] = field(default_factory=dict)
    failing: frozenset[tuple[str, str]] = frozenset()

    @property
    def size(self) -> int:
        """How many instruments are due."""
        return len(self.due)

    def first(self) -> Mapping[str, Asked]:
        """Whom to ask for what at first."""
        return {name: {} for name in self.unlisted} | self.ask_whom(self.due)

    def ask_whom(self, ids: Iterable[str], without: Container[str] = ()) -> dict[str, Asked]:
        """By the first source of each instrument that is not among these, its own symbols and whom they price."""
        found: dict[str, Asked] = {}
        for key in ids:
            only = self.closers.get(key)
            for name, symbol in candidates(self.due[key], self.on, self.orders):
                if name not in without and only in {None, name}:
                    found.setdefault(name, {}).setdefault(symbol, []).append(key)
                    break
        return found


def plan_refresh(
    database: Database, world: World, sources: Sources, *, only: Sequence[str] | None, everything: bool
) -> Plan:
    """What is held by anybody and due now, with the currency pairs that it needs; or `only` some new instruments.

    Left out is what no source that is on can price and, unless `everything` is asked for, what cannot have changed.
    """
    with database.transaction() as tx:
        on, orders = sources_on(tx, sources), load_orders(tx)
        ids = set(only) if only is not None else tx.holdings.held_instrument_ids()
        wanted = list(tx.instruments.many(ids).values())
        wanted += _pairs(tx, world, wanted)
        latest = tx.prices.latest(one.id for one in wanted)
        last_answers = tx.source_failures.last_answers(one.id for one in wanted)
        failing = frozenset((one.source, one.instrument_id) for one in tx.source_failures.of(one.id for one in wanted))
        unlisted = [] if only is not None else _unlisted(tx, on)
        calendar = load_calendar(tx)
        own = tx.own_sources.ids()
    now = world.now()
    due: dict[str, Instrument] = {}
    closers: dict[str, str] = {}
    for instrument in sorted(wanted, key=lambda one: (last_answers.get(one.id, _NEVER), one.id)):
        if instrument.exchange == "MANUAL":
            if instrument.id in own and OWN in on:
                due[instrument.id], closers[instrument.id] = instrument, OWN
            continue
        if next(candidates(instrument, on, orders), None) is None:
            continue
        known = latest.get(instrument.id)
        settled = known is not None and (only is not None or _is_final(instrument, known, now, calendar))
        if everything or known is None or not settled:
            due[instrument.id] = instrument
        elif only is None and (closer := _closer(instrument, known, on, now, calendar)):
            due[instrument.id], closers[instrument.id] = instrument, closer
    return Plan(on, orders, due, unlisted, closers, failing)


def count_served(tx: Tx, sources: Sources) -> Mapping[str, int]:
    """How many instruments each source that is on is asked for, of all that anybody holds or counts in."""
    on, orders = sources_on(tx, sources), load_orders(tx)
    wanted = list(tx.instruments.many(tx.holdings.held_instrument_ids()).values())
    known = {pair.symbol: pair for pair in tx.instruments.on_exchange("ECB")}
    wanted += [known[symbol] for symbol in _pair_symbols(tx, wanted) if symbol in known]
    served = (next(candidates(one, on, orders), None) for one in wanted if one.exchange != "MANUAL")
    counts = Counter(found[0] for found in served if found is not None)
    own = tx.own_sources.ids() if OWN in on else frozenset()
    counts[OWN] += sum(one.id in own for one in wanted)
    return counts


def _closer(
    instrument: Instrument, known: LatestPrice, on: Mapping[str, Provider], now: datetime, calendar: Calendar
) -> str | None:
    """The source of the official close of a session that is over, while the last price of it is another source's."""
    name = _CLOSERS.get(instrument.exchange, "")
    closed_at = last_close(instrument.exchange, now, calendar)
    if name not in on or closed_at is None or known.status is PriceStatus.MANUAL:
        return None
    if not closed_at + _PUBLISHED_AFTER <= now < closed_at + _WANTED_FOR:
        return None
    day = session_day(instrument.exchange, closed_at)
    is_here = known.source == name and session_day(instrument.exchange, known.as_of) == day
    return None if is_here or on[name].symbol_of(instrument) is None else name


def _is_final(instrument: Instrument, known: LatestPrice, now: datetime, calendar: Calendar) -> bool:
    told_at = known.last_updated_at if known.status is PriceStatus.CLOSE else None
    return is_final(instrument.exchange, known.as_of, now, calendar, close_told_at=told_at)


def _unlisted(tx: Tx, on: Mapping[str, Provider]) -> list[str]:
    """Sources that list everything they know, and whose list is not here yet: it is how a fund is found by name."""
    return [name for name, one in on.items() if one.catalogue and not tx.instruments.any_listed(one.catalogue)]


def _pair_symbols(tx: Tx, wanted: Iterable[Instrument]) -> list[str]:
    """The pairs with the euro of every currency that something is held, counted or shown in."""
    currencies = {one.currency for one in wanted} | tx.portfolios.currencies()
    if len(currencies) == 1:  # one currency alone needs no rate
        return []
    return [pair_symbol(currency) for currency in sorted(currencies - {EURO})]


def _pairs(tx: Tx, world: World, wanted: Iterable[Instrument]) -> list[Instrument]:
    known = {pair.symbol: pair for pair in tx.instruments.on_exchange("ECB")}
    return [
        known.get(symbol)
        or tx.instruments.add_if_new(
            Instrument(
                id=world.new_id(),
                asset_type=AssetType.CURRENCY,
                exchange="ECB",
                symbol=symbol,
                name=f"Euro in {symbol.removeprefix(EURO)}",
                currency=symbol.removeprefix(EURO),
            )
        )
        for symbol in _pair_symbols(tx, wanted)
    ]
