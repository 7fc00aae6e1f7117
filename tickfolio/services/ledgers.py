"""Recording, changing and removing transactions; the holding follows in the same database transaction."""

from collections.abc import Sequence
from dataclasses import replace

from tickfolio.domain.errors import CurrencyMismatch, InvalidInput
from tickfolio.domain.instruments import AssetType, Instrument
from tickfolio.domain.ledger import MONEY_ONLY
from tickfolio.domain.money import ZERO
from tickfolio.domain.text import read_text
from tickfolio.services.changes import raise_version, require_version
from tickfolio.services.drafts import Draft, check_draft, check_kinds, check_row
from tickfolio.services.instruments import Named, cash_in, resolve_instrument, resolve_named_beside
from tickfolio.services.projection import TRANSFERS, project_holdings, touched
from tickfolio.services.world import World
from tickfolio.storage.database import Tx
from tickfolio.storage.ledgers import LedgerRow
from tickfolio.storage.people import User
from tickfolio.storage.portfolios import Portfolio

_NOTE_SIZE_MAX = 1000


def record_transaction(
    tx: Tx, world: World, user: User, portfolio_id: str, draft: Draft
) -> tuple[LedgerRow, Instrument]:
    """A new row of the ledger, and the holding it makes.

    Raises: NotFound, InvalidInput, CurrencyMismatch, Oversold; then nothing is recorded.
    """
    portfolio = tx.portfolios.load(user.id, portfolio_id, to_change=True)
    check_draft(draft)
    instrument = _resolve(tx, world, user, portfolio, draft)
    into = None if draft.into is None else _resolve_other(tx, world, user, draft.into, instrument)
    row = LedgerRow(
        id=world.new_id(),
        portfolio_id=portfolio.id,
        instrument_id=instrument.id,
        type=draft.type,
        traded_on=draft.traded_on,
        quantity=draft.quantity,
        price=ZERO if draft.price is None else draft.price,
        fees=draft.fees,
        taxes=draft.taxes,
        currency=(draft.currency or instrument.currency) if draft.type in MONEY_ONLY else instrument.currency,
        fx_rate=draft.fx_rate,
        account=draft.account,
        external_id=draft.external_id,
        note=draft.note,
        version=1,
        created_at=world.now(),
        cost=draft.cost,
        ratio=draft.ratio,
        to_instrument_id=None if into is None else into.id,
        to_quantity=draft.to_quantity,
        cost_pct=draft.cost_pct,
    )
    row = _clean(row)
    check_row(row, portfolio, world)
    tx.ledgers.add(row)
    _follow(tx, world, portfolio, row)
    _ask_for_prices(tx, world, [one for one in (instrument, into) if one is not None])
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
        to_instrument_id=before.to_instrument_id,
        version=before.version,
        created_at=before.created_at,
    )
    if after == before:
        return before, instrument
    after = replace(after, version=before.version + 1)
    check_kinds(before, after)
    check_row(after, portfolio, world)
    tx.ledgers.replace(after)
    _follow(tx, world, portfolio, before, after)
    return after, instrument


def remove_transaction(tx: Tx, world: World, owner_id: str, transaction_id: str, expected_version: int) -> None:
    """Takes a row out of the ledger.

    Raises: NotFound, VersionMismatch, Oversold when a later sale needs the row; then nothing is changed.
    """
    row, portfolio = _load_to_change(tx, owner_id, transaction_id, expected_version)
    tx.ledgers.delete(row.id)
    _follow(tx, world, portfolio, row)


def _load_to_change(tx: Tx, owner_id: str, transaction_id: str, expected_version: int) -> tuple[LedgerRow, Portfolio]:
    """The row, read anew once its portfolio cannot change any more."""
    portfolio_id = tx.ledgers.load(owner_id, transaction_id).portfolio_id
    portfolio = tx.portfolios.load(owner_id, portfolio_id, to_change=True)
    row = tx.ledgers.load(owner_id, transaction_id)
    require_version("transaction", row.version, expected_version)
    return row, portfolio


def _resolve(tx: Tx, world: World, user: User, portfolio: Portfolio, draft: Draft) -> Instrument:
    if draft.instrument is None:
        return cash_in(tx, world, draft.currency or portfolio.currency)
    if draft.type in MONEY_ONLY:
        return resolve_named_beside(tx, world, user, draft.instrument)
    return resolve_instrument(tx, world, user, draft.instrument)


def _resolve_other(tx: Tx, world: World, user: User, named: Named, instrument: Instrument) -> Instrument:
    """The instrument that units are turned into, in the same currency: a cost passes over as it is."""
    try:
        into = resolve_instrument(tx, world, user, named)
    except InvalidInput as wrong:
        raise type(wrong)(f"to_{wrong.field}", wrong.message, code=wrong.field_code) from wrong
    if into.currency != instrument.currency:
        told = f"{into.symbol} trades in {into.currency} and {instrument.symbol} in {instrument.currency}"
        raise CurrencyMismatch("to_currency", f"{told}: record a transfer out, and a transfer in with its cost.")
    return into


def _ask_for_prices(tx: Tx, world: World, instruments: Sequence[Instrument]) -> None:
    ids = [one.id for one in instruments if one.asset_type is not AssetType.CASH]
    known = tx.prices.latest(ids)
    new = [key for key in ids if key not in known]
    if new:
        # Nobody held it before, though it may be known since long: it is priced now, not at the next slot.
        tx.after_commit(lambda: world.ask_for_prices(new))


def _follow(tx: Tx, world: World, portfolio: Portfolio, *rows: LedgerRow) -> None:
    """What these rows touch, before and after, is projected anew; what a transfer touches, everywhere."""
    ids = {key for row in rows for key in touched(row)}
    project_holdings(tx, world, portfolio, ids, everywhere=any(row.type in TRANSFERS for row in rows))
    raise_version(tx, world, portfolio)


def _clean(row: LedgerRow) -> LedgerRow:
    """The row with its texts in the form in which they are stored; an empty one is none."""
    return replace(
        row,
        account=read_text(row.account, "account", 60) if row.account else None,
        external_id=read_text(row.external_id, "external_id", 100) if row.external_id else None,
        note=read_text(row.note, "note", _NOTE_SIZE_MAX) if row.note else None,
    )
