"""The sample portfolio: made holdings on the simulated market, so that a new server shows a living page at once."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

from tickfolio.domain.instruments import AssetType, Instrument
from tickfolio.domain.ledger import TransactionType
from tickfolio.domain.money import quotient
from tickfolio.providers.provider import Listing, Provider
from tickfolio.services.drafts import Draft
from tickfolio.services.instruments import Named, record_listing
from tickfolio.services.ledgers import record_transaction
from tickfolio.services.portfolios import create_portfolio
from tickfolio.services.world import World
from tickfolio.storage.database import Tx
from tickfolio.storage.people import User
from tickfolio.storage.portfolios import Portfolio
from tickfolio.storage.prices import PricePoint

SAMPLE_NAME = "Sample portfolio"
_CHARGES = Decimal("20.00")
_WHOLE, _THREE_PLACES = Decimal(1), Decimal("0.001")
# What each position of the sample cost, and how many days ago it was bought.
_POSITIONS = (
    (640_000, 1240), (410_000, 1105), (350_000, 980), (300_000, 911), (275_000, 840), (260_000, 777),
    (240_000, 700), (210_000, 633), (200_000, 560), (180_000, 498), (160_000, 431), (150_000, 365),
    (140_000, 298), (120_000, 232), (110_000, 171), (90_000, 104),
)  # fmt: skip


def create_sample(tx: Tx, world: World, user: User, demo: Provider, listings: Sequence[Listing]) -> Portfolio:
    """A portfolio of everything on the simulated market, bought at what it cost there on past days."""
    portfolio = create_portfolio(tx, world, user.id, SAMPLE_NAME, "INR")
    for listing, (amount, days_ago) in zip(listings, _POSITIONS, strict=False):
        instrument = record_listing(tx, world, listing)
        bought_at = world.now() - timedelta(days=days_ago)
        price = _past_price(demo, listing.symbol, bought_at)
        draft = Draft(
            TransactionType.BUY,
            bought_at.date(),
            Named(listing.asset_type, listing.symbol, listing.exchange),
            _units(Decimal(amount), price, listing.asset_type),
            price,
            fees=_CHARGES,
        )
        record_transaction(tx, world, user, portfolio.id, draft)
        _remember(tx, world, demo, instrument, bought_at)
    return portfolio


def _remember(tx: Tx, world: World, demo: Provider, instrument: Instrument, since: datetime) -> None:
    """The simulated market's closes since the purchase, so that the sample has a past at once."""
    closes = demo.fetch_history(instrument.symbol, since - timedelta(days=1), world.now()).closes
    noon = ((close, datetime.combine(close.on, time(12), UTC)) for close in closes)
    tx.prices.remember(
        [PricePoint(instrument.id, "close", at, close.price, demo.name, world.now()) for close, at in noon]
    )


def _past_price(demo: Provider, symbol: str, at: datetime) -> Decimal:
    """What the simulated market said then: it answers for any instant."""
    [batch] = demo.fetch([symbol], at)
    return batch.observations[symbol].price


def _units(amount: Decimal, price: Decimal, asset_type: AssetType) -> Decimal:
    """Whole shares, or a fund's units to three places, for about this amount."""
    places = _THREE_PLACES if asset_type is AssetType.MUTUAL_FUND else _WHOLE
    return quotient(amount, price).quantize(places)
