"""Recording, changing and removing transactions; the holding follows in the same database transaction."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from tickfolio.domain.errors import InvalidInput
from tickfolio.domain.instruments import Instrument
from tickfolio.domain.ledger import TransactionType
from tickfolio.domain.money import ZERO
from tickfolio.domain.text import read_text
from tickfolio.services.changes import check_day, raise_version, require_version
from tickfolio.services.instruments import Named, resolve_instrument
from tickfolio.services.projection import project_holding
from tickfolio.services.world import World
from tickfolio.storage.database import Tx
from tickfolio.storage.ledgers import LedgerRow
from tickfolio.storage.people import User
from tickfolio.storage.portfolios import Portfolio

_NOTE_SIZE_MAX = 1000


@dataclass(frozen=True, slots=True)
class Draft:
    """A transaction before it is one. Amounts are in the instrument's currency."""

    type: TransactionType
    traded_on: date
    instrument: Named
    quantity: Decimal
    price: Decimal
    fees: Decimal = ZERO
    taxes: Decimal = ZERO
    fx_rate: Decimal | None = None
    account: str | None = None
    external_id: str | None = None
    note: str | None = None


def record_transaction(
    tx: Tx, world: World, user: User, portfolio_id: str, draft: Draft
) -> tuple[LedgerRow, Instrument]:
    """A new row of the ledger, and the holding it makes.

    Raises: NotFound, InvalidInput, CurrencyMismatch, Oversold; then nothing is recorded.
    """
    portfolio = tx.portfolios.load(user.id, portfolio_id, to_change=True)
    instrument = resolve_instrument(tx, world, user, draft.instrument)
    row = LedgerRow(
        id=world.new_id(),
        portfolio_id=portfolio.id,
        instrument_id=instrument.id,
        type=draft.type,
        traded_on=draft.traded_on,
        quantity=draft.quantity,
        price=draft.price,
        fees=draft.fees,
        taxes=draft.taxes,
        currency=instrument.currency,
        fx_rate=draft.fx_rate,
        account=draft.account,
        external_id=draft.external_id,
        note=draft.note,
        version=1,
        created_at=world.now(),
    )
    row = _clean(row)
    _check(row, portfolio, world)
    tx.ledgers.add(row)
    _follow(tx, world, portfolio, instrument)
    if not tx.prices.latest([instrument.id]):
        # Nobody held it before, though it may be known since long: it is priced now, not at the next slot.
        tx.after_commit(lambda: world.ask_for_prices([instrument.id]))
    return row, instrument


def change_transaction(
    tx: Tx, world: World, owner_id: str, transaction_id: str, expected_version: int, changed: LedgerRow
) -> tuple[LedgerRow, Instrument]:
    """Overwrites a row with its changed self (`load_transaction` gave it); its instrument and portfolio stay.

    Raises: NotFound, VersionMismatch, InvalidInput, Oversold; then nothing is changed.
    """
    before, portfolio = _load_to_change(tx, owner_id, transaction_id, expected_version)
    instrument = tx.instruments.load(owner_id, before.instrument_id)
    after = replace(
        _clean(changed),
        id=before.id,
        portfolio_id=before.portfolio_id,
        instrument_id=before.instrument_id,
        currency=before.currency,
        version=before.version,
        created_at=before.created_at,
    )
    if after == before:
        return before, instrument
    after = replace(after, version=before.version + 1)
    _check(after, portfolio, world)
    tx.ledgers.replace(after)
    _follow(tx, world, portfolio, instrument)
    return after, instrument


def remove_transaction(tx: Tx, world: World, owner_id: str, transaction_id: str, expected_version: int) -> None:
    """Takes a row out of the ledger.

    Raises: NotFound, VersionMismatch, Oversold when a later sale needs the row; then nothing is changed.
    """
    row, portfolio = _load_to_change(tx, owner_id, transaction_id, expected_version)
    tx.ledgers.delete(row.id)
    _follow(tx, world, portfolio, tx.instruments.load(owner_id, row.instrument_id))


def _load_to_change(tx: Tx, owner_id: str, transaction_id: str, expected_version: int) -> tuple[LedgerRow, Portfolio]:
    """The row, read anew once its portfolio cannot change any more."""
    portfolio_id = tx.ledgers.load(owner_id, transaction_id).portfolio_id
    portfolio = tx.portfolios.load(owner_id, portfolio_id, to_change=True)
    row = tx.ledgers.load(owner_id, transaction_id)
    require_version("transaction", row.version, expected_version)
    return row, portfolio


def _follow(tx: Tx, world: World, portfolio: Portfolio, instrument: Instrument) -> None:
    project_holding(tx, world, portfolio, instrument)
    raise_version(tx, world, portfolio)


def _clean(row: LedgerRow) -> LedgerRow:
    """The row with its texts in the form in which they are stored; an empty one is none."""
    return replace(
        row,
        account=read_text(row.account, "account", 60) if row.account else None,
        external_id=read_text(row.external_id, "external_id", 100) if row.external_id else None,
        note=read_text(row.note, "note", _NOTE_SIZE_MAX) if row.note else None,
    )


def _check(row: LedgerRow, portfolio: Portfolio, world: World) -> None:
    check_day(row.traded_on, "traded_on", world)
    if row.type is TransactionType.OPENING and (row.fees or row.taxes):
        raise InvalidInput("fees", "An opening has no charges: they are in its average price.", code="not_allowed")
    if row.fx_rate is not None and row.currency == portfolio.currency and row.fx_rate != 1:
        raise InvalidInput("fx_rate", f"Between {row.currency} and itself the rate is 1.", code="not_allowed")
