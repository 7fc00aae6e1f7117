"""A transaction before it is one, and what each kind of it needs."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tickfolio.domain.errors import InvalidInput
from tickfolio.domain.ledger import INTO_ANOTHER, MONEY_ONLY, WITH_COST, WITH_RATIO, TransactionType
from tickfolio.domain.money import HUNDRED, ZERO, exact
from tickfolio.domain.splits import Ratio
from tickfolio.services.changes import check_day
from tickfolio.services.instruments import Named
from tickfolio.services.world import World
from tickfolio.storage.ledgers import LedgerRow
from tickfolio.storage.portfolios import Portfolio

T = TransactionType
# What is bought or sold has a price; what moves or is turned into something else may have one; the rest has none.
_PRICED = MONEY_ONLY | {T.BUY, T.SELL, T.RIGHTS, T.REINVEST, T.SWITCH}
_MAY_BE_PRICED = _PRICED | {T.OPENING, T.TRANSFER_IN, T.TRANSFER_OUT, T.MERGER}
_CHARGED = MONEY_ONLY | {T.BUY, T.SELL, T.RIGHTS, T.REINVEST}
_WITHOUT_QUANTITY = WITH_RATIO | {T.DEMERGER}


@dataclass(frozen=True, slots=True)
class Draft:
    """A transaction before it is one. Amounts are in the instrument's currency; of money alone, in `currency`.

    `instrument` is None for money that belongs to no instrument. `price` and `quantity` are ZERO where a kind has none.
    """

    type: TransactionType
    traded_on: date
    instrument: Named | None
    quantity: Decimal = ZERO
    price: Decimal | None = None
    fees: Decimal = ZERO
    taxes: Decimal = ZERO
    fx_rate: Decimal | None = None
    account: str | None = None
    external_id: str | None = None
    note: str | None = None
    currency: str | None = None
    cost: Decimal | None = None
    ratio: Ratio | None = None
    into: Named | None = None
    to_quantity: Decimal | None = None
    cost_pct: Decimal | None = None


def check_draft(draft: Draft) -> None:
    """What only a draft can lack. Raises: InvalidInput."""
    kind = draft.type
    _require(draft.instrument is not None or kind in MONEY_ONLY, "symbol", kind, "an instrument")
    if kind in {T.DEPOSIT, T.WITHDRAWAL}:
        _refuse(draft.instrument is not None, "symbol", kind, "instrument: money comes to the portfolio and leaves it")
    _require(draft.price is not None or kind not in _PRICED, "price", kind, "a price")
    # What is transferred in has both: what the market paid for it that day, and what it once cost.
    given = draft.price is not None and draft.cost is not None and kind is not T.TRANSFER_IN
    _refuse(given, "cost", kind, "cost beside a price: either says what was paid")
    _require(
        kind is not T.OPENING or draft.price is not None or draft.cost is not None, "price", kind, "a price or a cost"
    )
    _require(kind not in INTO_ANOTHER or draft.into is not None, "to_symbol", kind, "another instrument (to_symbol)")
    _refuse(kind not in INTO_ANOTHER and draft.into is not None, "to_symbol", kind, "other instrument")


def check_row(row: LedgerRow, portfolio: Portfolio, world: World) -> None:
    """What a row must be before it is stored, new or changed. Raises: InvalidInput, naming the field."""
    kind = row.type
    check_day(row.traded_on, "traded_on", world)
    _check_sizes(row)
    _require(kind in _WITHOUT_QUANTITY or row.quantity > 0, "quantity", kind, "a quantity")
    _refuse(kind in _WITHOUT_QUANTITY and bool(row.quantity), "quantity", kind, "quantity")
    _refuse(kind not in _MAY_BE_PRICED and bool(row.price), "price", kind, "price")
    _refuse(kind not in _CHARGED and kind is not T.SWITCH and bool(row.fees), "fees", kind, "charges")
    _refuse(kind not in _CHARGED and bool(row.taxes), "taxes", kind, "charges")
    _refuse(kind not in WITH_COST and row.cost is not None, "cost", kind, "cost")
    given = bool(row.price) and row.cost is not None and kind is not T.TRANSFER_IN
    _refuse(given, "cost", kind, "cost beside a price: either says what was paid")
    _require(kind not in WITH_RATIO or row.ratio is not None, "ratio", kind, "a ratio, as 10:1")
    _refuse(kind not in WITH_RATIO and row.ratio is not None, "ratio", kind, "ratio")
    _require(kind not in INTO_ANOTHER or row.to_quantity is not None, "to_quantity", kind, "the units that come of it")
    _refuse(kind not in INTO_ANOTHER and row.to_quantity is not None, "to_quantity", kind, "other units")
    _require(kind is not T.DEMERGER or row.cost_pct is not None, "cost_pct", kind, "the part of cost that goes along")
    _refuse(kind is not T.DEMERGER and row.cost_pct is not None, "cost_pct", kind, "part of cost")
    if row.to_instrument_id == row.instrument_id:
        raise InvalidInput("to_symbol", "It must be another instrument.", code="not_allowed")
    if row.fx_rate is not None and row.currency == portfolio.currency and row.fx_rate != 1:
        raise InvalidInput("fx_rate", f"Between {row.currency} and itself the rate is 1.", code="not_allowed")


def check_kinds(before: LedgerRow, after: LedgerRow) -> None:
    """A row keeps its instruments, so its kind may change only to one that has as many. Raises: InvalidInput."""
    for kinds in (INTO_ANOTHER, WITH_RATIO, MONEY_ONLY):
        if (before.type in kinds) != (after.type in kinds):
            message = f"A {before.type} cannot become a {after.type}: remove it and add another."
            raise InvalidInput("type", message, code="not_allowed")
    unknown = before.type not in _PRICED | {T.OPENING} and not after.price and after.cost is None
    _require(not unknown or after.type not in _PRICED | {T.OPENING}, "price", after.type, "a price")


@exact
def _check_sizes(row: LedgerRow) -> None:
    if row.cost_pct is not None and not 0 <= row.cost_pct <= HUNDRED:
        raise InvalidInput("cost_pct", "cost_pct must be between 0 and 100.", code="too_large")
    if row.type is T.SWITCH and row.fees > row.quantity * row.price:
        message = "The fees of a switch must not be more than what it sells: nothing would be left to buy with."
        raise InvalidInput("fees", message, code="too_large")
    if row.type is T.BONUS and row.ratio is not None and row.ratio.value <= 1:
        message = "The ratio of a bonus is of all units after it to those before: a 1:1 bonus is 2:1."
        raise InvalidInput("ratio", message, code="not_allowed")


def _require(given: bool, field: str, kind: TransactionType, what: str) -> None:
    if not given:
        raise InvalidInput(field, f"A {kind} needs {what}.", code="missing")


def _refuse(given: bool, field: str, kind: TransactionType, what: str) -> None:
    if given:
        raise InvalidInput(field, f"A {kind} has no {what}.", code="not_allowed")
