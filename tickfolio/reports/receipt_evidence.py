"""Evidence: all that the receipts of one holding draw on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from tickfolio.domain.fx import Rates
from tickfolio.domain.instruments import AssetType, Instrument
from tickfolio.domain.ledger import Rules, Transaction
from tickfolio.domain.lots import Book
from tickfolio.domain.position import Quote
from tickfolio.domain.splits import Split
from tickfolio.domain.valuation import HoldingValue
from tickfolio.reports.receipt import FxFact, Measure, PriceFact, SplitFact, TransactionFact
from tickfolio.reports.receipt_nodes import money

# The rest is of its value.
_OF_HOLDING = frozenset(
    {"quantity", "invested", "avg_buy_price", "realised", "income", "tax_withheld", "charges", "cash"}
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the ledger at its rate, with the row's currency and where the rate comes from.

    `rate` is None where the row itself names the rate, or none is needed, or nobody knows one. Where the row names one
    into its portfolio's currency and amounts are in another, that is `named`, and `rate` leads on from there.
    """

    row: Transaction
    currency: str
    rate: FxFact | None = None
    named: Decimal | None = None

    @property
    def fact(self) -> TransactionFact:
        """Which row it is."""
        return TransactionFact(self.row.id, self.row.type, self.row.traded_on, self.row.account)


def name_of(instrument: Instrument) -> str:
    """What a line calls an instrument: its symbol, which of money is a currency alone."""
    return f"Cash, {instrument.symbol}" if instrument.asset_type is AssetType.CASH else instrument.symbol


@dataclass(frozen=True, slots=True)
class Worth:
    """A holding of the portfolio by its name, and what it is worth."""

    holding_id: str
    symbol: str
    value: Decimal | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """A holding's book, the rows that it came of, and the prices and rates that value it.

    `currency` is the portfolio's. `entries` are by id and include rows of other places that lots came from,
    `own_entries` are this holding's alone, oldest first. `splits` are the instrument's own; `rate_sources` say by
    currency who told the latest rate; `symbols` are by instrument. `beside` is what each holding of the portfolio is
    worth, this one too.
    """

    holding_id: str
    portfolio_id: str
    currency: str
    rules: Rules
    value: HoldingValue
    quote: Quote
    rates: Rates
    rate_sources: Mapping[str, str]
    book: Book
    entries: Mapping[str, Entry]
    own_entries: Sequence[Entry]
    splits: Sequence[Split]
    symbols: Mapping[str, str]
    beside: Sequence[Worth] = ()

    @property
    def instrument(self) -> Instrument:
        """What is held."""
        return self.quote.position.instrument

    @property
    def symbol(self) -> str:
        """What it is called; money is called so."""
        return name_of(self.instrument)

    @property
    def home(self) -> Measure:
        """Amounts in the portfolio's currency."""
        return money(self.currency)

    @property
    def local(self) -> Measure:
        """Amounts in the instrument's currency."""
        return money(self.instrument.currency)

    def figure(self, name: str) -> Decimal | None:
        """A figure of the holding as the summary has it."""
        found = getattr(self.quote.position.holding if name in _OF_HOLDING else self.value, name)
        assert found is None or isinstance(found, Decimal)  # noqa: S101  # only numbers are asked for, by our own names
        return found

    def is_own(self, entry: Entry) -> bool:
        """Whether a row is one of this instrument in this portfolio."""
        return (entry.row.portfolio_id, entry.row.instrument_id) == (self.portfolio_id, self.instrument.id)

    def price_fact(self) -> PriceFact | None:
        """The price that counts."""
        price, status = self.value.price, self.value.status
        if price is None or status is None:
            return None
        return PriceFact(price.source, price.as_of, price.last_updated_at, status)

    def split_fact(self, split: Split) -> SplitFact:
        """A split, and who told it; what both told counts as the portfolio's."""
        entered = any(
            entry.row.ratio is not None
            and (entry.row.traded_on, entry.row.ratio.value) == (split.on, split.ratio.value)
            for entry in self.own_entries
        )
        return SplitFact(split.on, split.ratio, "portfolio" if entered else "instrument", split.is_bonus)

    def price_as_of(self) -> datetime | None:
        """Since when the latest price is true."""
        return None if self.quote.price is None else self.quote.price.as_of

    def rate_as_of(self) -> datetime | None:
        """Since when the latest rate is true; None between a currency and itself."""
        return self.rates.as_of(self.instrument.currency, self.currency)
