"""Prices by hand, corporate actions, and dividends that may be missing."""

from datetime import date
from typing import Literal

from tickfolio.api.schemas.common import Currency, Day, DecimalIn, DecimalOut, Identifier, Input, Instant, Output
from tickfolio.api.schemas.ledger import Instrument, RatioText

ActionType = Literal["SPLIT", "BONUS", "DIVIDEND"]


class PriceInput(Input):
    """A day's price by hand, of one unit in the instrument's currency."""

    price: DecimalIn


class ActionInput(Input):
    """What happened to an instrument, from the start of `ex_on`.

    SPLIT and BONUS have a `ratio`: `10:1` makes 1 into 10, a 1:1 bonus is `2:1`. A DIVIDEND has an `amount`: what one
    unit is paid, before tax, in the instrument's currency.
    """

    kind: ActionType
    ex_on: Day
    ratio: RatioText | None = None
    amount: DecimalIn | None = None


class Action(Output):
    """A fact about an instrument, the same for everybody who holds it. `source` is `manual` where a person said so."""

    id: Identifier
    instrument_id: Identifier
    kind: ActionType
    ex_on: date
    ratio: str | None
    amount: DecimalOut | None
    source: str
    recorded_at: Instant


class Actions(Output):
    """All that is known to have happened to an instrument, oldest first."""

    items: list[Action]


class SuggestedDividend(Output):
    """A declared dividend that does not stand in the ledger.

    `quantity` was held at the close before `ex_on`; `amount` is quantity × `per_unit`, before tax, in `currency`.
    `action_id` is the fact, and `source` who told it: `manual` where the administrator did.
    """

    action_id: Identifier
    instrument: Instrument
    ex_on: date
    per_unit: DecimalOut
    quantity: DecimalOut
    amount: DecimalOut
    currency: Currency
    source: str


class SuggestedDividends(Output):
    """Proposals. They are booked when somebody confirms them or records a DIVIDEND, and by nothing else."""

    items: list[SuggestedDividend]


class DividendConfirmation(Input):
    """It was paid: on `paid_on`, or else on its own day, less the taxes withheld, in the instrument's currency."""

    paid_on: Day | None = None
    taxes: DecimalIn | None = None
