"""Plain holdings: what the simplest trackers have. Each is one OPENING until another transaction touches it."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from tickfolio.domain.errors import HoldingExists, HoldingHasTransactions
from tickfolio.domain.instruments import Instrument
from tickfolio.domain.ledger import TransactionType
from tickfolio.services.changes import require_version, today_at
from tickfolio.services.drafts import Draft
from tickfolio.services.instruments import Named, resolve_instrument
from tickfolio.services.ledgers import change_transaction, record_transaction, remove_transaction
from tickfolio.services.world import World
from tickfolio.storage.database import Tx
from tickfolio.storage.holdings import HoldingRow
from tickfolio.storage.ledgers import LedgerRow
from tickfolio.storage.people import User


@dataclass(frozen=True, slots=True)
class PlainHolding:
    """Symbol, quantity and average price, in the instrument's currency; today's when no day is given."""

    instrument: Named
    quantity: Decimal
    avg_buy_price: Decimal
    fx_rate: Decimal | None = None
    acquired_on: date | None = None


@dataclass(frozen=True, slots=True)
class PlainChange:
    """What changes of a plain holding; None stays."""

    quantity: Decimal | None
    avg_buy_price: Decimal | None
    fx_rate: Decimal | None
    clear_fx_rate: bool
    acquired_on: date | None


def add_holding(
    tx: Tx, world: World, user: User, portfolio_id: str, plain: PlainHolding
) -> tuple[HoldingRow, Instrument]:
    """Records a plain holding as one OPENING.

    Raises: NotFound, InvalidInput, CurrencyMismatch; HoldingExists when some of it is held already.
    """
    portfolio = tx.portfolios.load(user.id, portfolio_id, to_change=True)
    instrument = resolve_instrument(tx, world, user, plain.instrument)
    held = tx.holdings.find(user.id, portfolio.id, instrument.id)
    if held and held.holding.quantity:
        raise HoldingExists(f"{instrument.symbol} is held already: change that holding, or record a transaction.")
    draft = Draft(
        TransactionType.OPENING,
        plain.acquired_on or today_at(instrument.exchange, world),
        plain.instrument,
        plain.quantity,
        plain.avg_buy_price,
        fx_rate=plain.fx_rate,
    )
    _, instrument = record_transaction(tx, world, user, portfolio_id, draft)
    return _load(tx, user.id, portfolio_id, instrument), instrument


def change_holding(
    tx: Tx, world: World, owner_id: str, holding_id: str, expected_version: int, changes: PlainChange
) -> tuple[HoldingRow, Instrument]:
    """Changes a plain holding's OPENING.

    Raises: NotFound, VersionMismatch, InvalidInput; HoldingHasTransactions when it is not plain any more.
    """
    opening = _load_opening(tx, owner_id, holding_id, expected_version)
    changed = replace(
        opening,
        quantity=opening.quantity if changes.quantity is None else changes.quantity,
        price=opening.price if changes.avg_buy_price is None else changes.avg_buy_price,
        cost=opening.cost if changes.avg_buy_price is None and changes.quantity is None else None,
        fx_rate=None if changes.clear_fx_rate else opening.fx_rate if changes.fx_rate is None else changes.fx_rate,
        traded_on=changes.acquired_on or opening.traded_on,
    )
    _, instrument = change_transaction(tx, world, owner_id, opening.id, opening.version, changed)
    return _load(tx, owner_id, opening.portfolio_id, instrument), instrument


def remove_holding(tx: Tx, world: World, owner_id: str, holding_id: str, expected_version: int) -> None:
    """Removes a plain holding. Raises: NotFound, VersionMismatch, HoldingHasTransactions."""
    opening = _load_opening(tx, owner_id, holding_id, expected_version)
    remove_transaction(tx, world, owner_id, opening.id, opening.version)


def _load_opening(tx: Tx, owner_id: str, holding_id: str, expected_version: int) -> LedgerRow:
    """The one OPENING of a plain holding, once its portfolio cannot change any more."""
    portfolio_id = tx.holdings.load(owner_id, holding_id).portfolio_id
    tx.portfolios.load(owner_id, portfolio_id, to_change=True)
    row = tx.holdings.load(owner_id, holding_id)
    require_version("holding", row.version, expected_version)
    ledger = tx.ledgers.rows(owner_id, portfolio_id, row.holding.instrument_id)
    if not row.plain:
        raise HoldingHasTransactions(
            f"This holding is worked out of {len(ledger)} transactions: change or remove those instead."
        )
    return ledger[0]


def _load(tx: Tx, owner_id: str, portfolio_id: str, instrument: Instrument) -> HoldingRow:
    row = tx.holdings.find(owner_id, portfolio_id, instrument.id)
    assert row is not None, "a holding follows its ledger"  # noqa: S101  # our own mistake, never a caller's
    return row
