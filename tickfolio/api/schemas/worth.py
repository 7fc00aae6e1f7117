"""What a portfolio is worth, and how fresh the prices are."""

from datetime import date
from typing import Literal

from tickfolio.api.schemas.common import Currency, DecimalOut, Identifier, Instant, Output
from tickfolio.api.schemas.ledger import Instrument, Price


class PortfolioName(Output):
    """The portfolio that a summary is of."""

    id: Identifier
    name: str
    currency: Currency


class Missing(Output):
    """A holding whose value, cost or rate is unknown, why, and the one thing that would mend it."""

    holding_id: Identifier
    symbol: str
    exchange: str
    reason: Literal["no_price", "no_fx_rate", "no_cost", "price_currency"]
    remedy: str


class Coverage(Output):
    """How much of what is held has a price; of `held_back` holdings a newer one waits, and the last good one counts.

    Of `provisional` holdings a split or the like seems to have happened that nobody has settled yet.
    """

    held: int
    priced: int
    held_back: int
    provisional: int
    missing: list[Missing]


class HoldingWorth(Output):
    """One holding. Amounts are in the portfolio's currency, prices in the instrument's; unknown is null.

    `last_price` is in units of now, splits since it was made counted in. `price_effect` is what the price has made, at
    today's rate, `currency_effect` what the rate has made: together they are `profit_loss`. `fx_on` is the day of the
    rate: at a weekend the last one before; null where it is 1 for ever. `provisional`: a split or the like seems to
    have happened, so that its profit may be of other units than its cost; see the portfolio's proposals.
    """

    id: Identifier
    portfolio_id: Identifier
    instrument: Instrument
    quantity: DecimalOut
    avg_buy_price: DecimalOut | None
    invested: DecimalOut | None
    last_price: DecimalOut | None
    price: Price | None
    fx_rate: DecimalOut | None
    fx_on: date | None
    current_value: DecimalOut | None
    profit_loss: DecimalOut | None
    profit_loss_pct: DecimalOut | None
    price_effect: DecimalOut | None
    currency_effect: DecimalOut | None
    realised: DecimalOut | None
    income: DecimalOut | None
    tax_withheld: DecimalOut | None
    charges: DecimalOut | None
    total_profit_loss: DecimalOut | None
    day_change: DecimalOut | None
    day_change_pct: DecimalOut | None
    weight_pct: DecimalOut | None
    provisional: bool


class ClosedHolding(Output):
    """A holding of which nothing is left."""

    id: Identifier
    portfolio_id: Identifier
    instrument: Instrument
    realised: DecimalOut | None
    income: DecimalOut | None
    tax_withheld: DecimalOut | None
    charges: DecimalOut | None
    total_profit_loss: DecimalOut | None


class Worth(Output):
    """Totals over what is priced; null when something is held and nothing of it is.

    `total_profit_loss` is profit_loss + realised + income − charges. `cash` is null where none is tracked, or some
    of it is unknown.
    """

    current_value: DecimalOut | None
    invested: DecimalOut | None
    priced_invested: DecimalOut | None
    profit_loss: DecimalOut | None
    profit_loss_pct: DecimalOut | None
    price_effect: DecimalOut | None
    currency_effect: DecimalOut | None
    day_change: DecimalOut | None
    day_change_pct: DecimalOut | None
    realised: DecimalOut | None
    income: DecimalOut | None
    tax_withheld: DecimalOut | None
    charges: DecimalOut | None
    total_profit_loss: DecimalOut | None
    cash: DecimalOut | None
    coverage: Coverage


class Summary(Worth):
    """What a portfolio is worth, what it has made, and since when that is true."""

    portfolio: PortfolioName
    last_updated_at: Instant | None
    next_refresh_at: Instant
    holdings: list[HoldingWorth]
    closed: list[ClosedHolding]


class PortfolioWorth(Worth):
    """One portfolio's part of all of them, in the user's base currency."""

    portfolio: PortfolioName


class SummaryOfAll(Worth):
    """All of a user's portfolios together, in the base currency."""

    currency: Currency
    last_updated_at: Instant | None
    next_refresh_at: Instant
    portfolios: list[PortfolioWorth]
    holdings: list[HoldingWorth]
    closed: list[ClosedHolding]


class ProviderRun(Output):
    """How one source did in a refresh. `failures` counts by kind, for example `{"rate_limited": 1}`."""

    name: str
    ok: bool
    failures: dict[str, int]


class RefreshRun(Output):
    """One run of the price job. `held` prices wait for a second opinion; `failed` instruments kept their last price.

    Of the failed ones `rejected` were given a price that cannot be; of `unchanged` ones a newer price was here already.
    `portfolios` hold something that got a price.
    """

    run_id: Identifier
    slot: Instant | None
    started_at: Instant
    finished_at: Instant | None
    instruments: int
    updated: int
    held: int
    failed: int
    rejected: int
    unchanged: int
    portfolios: int
    providers: list[ProviderRun]


class PastRefreshRun(RefreshRun):
    """A run and how many seconds passed until it was done; of one by hand, since it was asked for."""

    seconds: DecimalOut | None


class RefreshRuns(Output):
    """Runs by schedule and by hand, newest first."""

    items: list[PastRefreshRun]


class PriceStatusAnswer(Output):
    """The last refresh and the next."""

    last_refresh: RefreshRun | None
    next_refresh_at: Instant


class RefreshAsked(Output):
    """A refresh by hand was taken on."""

    run_id: Identifier
