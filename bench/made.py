"""A made server in a temporary folder: one person, one portfolio of many stocks, each with a price."""

import contextlib
import logging
import os
import tempfile
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import structlog

from tickfolio.auth.credentials import new_token, token_hash
from tickfolio.domain.instruments import AssetType
from tickfolio.domain.ledger import TransactionType
from tickfolio.domain.prices import Observation, PriceStatus
from tickfolio.main import Product, build
from tickfolio.providers.provider import BatchResult
from tickfolio.services.accounts import add_user
from tickfolio.services.instruments import Named
from tickfolio.services.ledgers import Draft, record_transaction
from tickfolio.services.portfolios import create_portfolio
from tickfolio.services.price_batches import record_batch
from tickfolio.settings import Settings
from tickfolio.storage.migrate import migrate
from tickfolio.storage.people import Session, User

PASSWORD = "correct horse battery staple"  # noqa: S105  # of a made person on a made server
NOW = datetime(2026, 11, 20, 9, 10, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class MadeServer:
    """The server's parts, and what a request of its one person carries."""

    folder: Path
    product: Product
    user: User
    portfolio_id: str
    cookie: str

    @property
    def path(self):
        """Where the summary is."""
        return f"/api/v1/portfolios/{self.portfolio_id}/summary"


@contextlib.contextmanager
def made_server(holdings: int = 50, **settings: str):
    """A server with its data in a temporary folder, on SQLite; no source of prices that needs a network."""
    be_quiet()
    with tempfile.TemporaryDirectory(prefix="tickfolio-bench-") as name:
        folder = Path(name)
        chosen = Settings(_env_file=None, data_dir=folder, **{"providers": "demo", **settings})
        migrate(chosen.database())
        product = build(chosen, works=False, clock=lambda: NOW)
        try:
            yield _fill(product, folder, holdings)
        finally:
            product.close()


def observations(symbols: list[str], step: int = 0):
    """A made price of each symbol, `step` steps of 0.05 above the first one."""
    return {
        symbol: Observation(
            symbol=symbol,
            price=Decimal(100 + number % 900) + Decimal("0.05") * step,
            currency="INR",
            as_of=NOW + timedelta(seconds=step),
            status=PriceStatus.LIVE,
            source="made",
            previous_close=Decimal(99 + number % 900),
        )
        for number, symbol in enumerate(symbols)
    }


def _fill(product: Product, folder: Path, holdings: int):
    user = add_user(product.reception, "Asha", "asha@example.org", PASSWORD, None, invited=True)
    token = new_token(product.world.randomness)
    world = product.world
    with product.database.transaction() as tx:
        hour = timedelta(hours=1)
        tx.people.begin_session(
            Session(world.new_id(), user.id, token_hash(token), "127.0.0.1", NOW, NOW + 24 * 365 * 10 * hour)
        )
        portfolio = create_portfolio(tx, world, user.id, "Long term", "INR")
        symbols = [f"MADE{number}" for number in range(holdings)]
        ids = {}
        for number, symbol in enumerate(symbols):
            draft = Draft(
                TransactionType.BUY,
                date(2024, 1, 1) + timedelta(days=number % 500),
                Named(AssetType.STOCK, symbol, "NSE"),
                Decimal(10 + number),
                Decimal(90 + number),
                fees=Decimal("20.00"),
            )
            _, instrument = record_transaction(tx, world, user, portfolio.id, draft)
            ids[symbol] = [instrument.id]
        record_batch(tx, world, ids, BatchResult(observations(symbols)), NOW, "made")
    return MadeServer(folder, product, user, portfolio.id, f"tickfolio={token}")


def be_quiet():
    """As `serve` logs, but to nowhere; and no setting of this shell comes in."""
    for name in [name for name in os.environ if name.startswith("TICKFOLIO_")]:
        del os.environ[name]
    logging.disable(logging.CRITICAL)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
