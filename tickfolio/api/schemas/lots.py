"""The lots of a holding, its sales, and its accounts."""

from datetime import date

from tickfolio.api.schemas.common import DecimalOut, Identifier, Output


class Lot(Output):
    """Units of one purchase that are still held; of an average pool, all of an account since its first purchase.

    `cost` is in the portfolio's currency; null when it is unknown. `transaction_id` is null where no row of the ledger
    brought the units, as with a bonus issue that the instrument itself declared.
    """

    transaction_id: Identifier | None
    account: str | None
    acquired_on: date
    quantity: DecimalOut
    cost: DecimalOut | None


class SoldPart(Output):
    """What a sale took out of one lot; proceeds, costs and gains of the parts add up to those of the sale."""

    transaction_id: Identifier | None
    acquired_on: date
    quantity: DecimalOut
    proceeds: DecimalOut | None
    cost: DecimalOut | None
    realised: DecimalOut | None


class Sale(Output):
    """One sale, in the portfolio's currency: proceeds after fees and taxes, and what the units that left had cost."""

    transaction_id: Identifier
    account: str | None
    sold_on: date
    quantity: DecimalOut
    proceeds: DecimalOut | None
    cost: DecimalOut | None
    realised: DecimalOut | None
    parts: list[SoldPart]


class AccountPart(Output):
    """What one account (null: rows that name none) holds of it. `avg_buy_price` is in the instrument's currency."""

    account: str | None
    quantity: DecimalOut
    invested: DecimalOut | None
    avg_buy_price: DecimalOut | None


class Step(Output):
    """What was `held` after a change by `quantity` units, in all accounts together, and what one unit had cost then.

    `transaction_id` is null for a split that the instrument itself declared. Both averages are in the instrument's
    currency: `avg_buy_price` of a unit of that day, `adjusted_avg_buy_price` of one of now.
    """

    transaction_id: Identifier | None
    account: str | None
    date: date
    quantity: DecimalOut
    held: DecimalOut
    avg_buy_price: DecimalOut | None
    adjusted_avg_buy_price: DecimalOut | None


class HoldingLots(Output):
    """A holding down to its lots, by the portfolio's cost method.

    `tax_lots` are those of an average first in, first out, and with bonus shares as lots of their own that cost
    nothing. `accounts` are all that ever held some of it. `steps` are all that changed its units, oldest first.
    """

    lots: list[Lot]
    tax_lots: list[Lot]
    sales: list[Sale]
    accounts: list[AccountPart]
    steps: list[Step]
