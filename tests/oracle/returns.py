"""Returns from figures.md section 2, day by day and in Fractions; only XIRR takes roots, in 60 digits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Context, Decimal
from fractions import Fraction
from itertools import pairwise

from tests.oracle import ledger
from tests.oracle.ledger import AVERAGE, NOTHING, Amount, Books, Fact, Row
from tests.oracle.reading import read_ledger

SIXTY = Context(prec=60)
DAY = timedelta(days=1)
LOWEST, HIGHEST = Decimal("0.0001"), Decimal(1001)  # 1 + r: from −99.99 % to 100 000 %
STEPS = 1500
SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Market:
    """Closes as traded, by instrument and day; rates by currency and day, one unit in the portfolio's currency."""

    closes: Mapping[str, Mapping[date, Decimal]]
    rates: Mapping[str, Mapping[date, Decimal]] = field(default_factory=dict)
    currencies: Mapping[str, str] = field(default_factory=dict)

    def rate(self, instrument: str, on: date) -> Amount:
        """The latest rate up to a day; 1 for an instrument in the portfolio's own currency."""
        currency = self.currencies.get(instrument)
        if currency is None:
            return Fraction(1)
        day = latest(self.rates.get(currency, {}), on)
        return None if day is None else Fraction(self.rates[currency][day])

    def closed_on(self, instrument: str, on: date) -> date | None:
        """The day of the last close; a close of 0 is none."""
        return latest({day: close for day, close in self.closes.get(instrument, {}).items() if close > 0}, on)

    def close(self, instrument: str, on: date, splits: Sequence[tuple[date, Fraction]]) -> Amount:
        """The last close up to a day, per unit of that day: a split since then is taken out of it."""
        day = self.closed_on(instrument, on)
        if day is None:
            return None
        close = Fraction(self.closes[instrument][day])
        for split_on, ratio in splits:
            if day < split_on <= on:
                close /= ratio
        return close


@dataclass(frozen=True, slots=True)
class Day:
    """The end of a day; `index` is the growth of 1 since the evening before the first day."""

    on: date
    value: Amount
    invested: Amount
    paid_in: Amount
    paid_out: Amount
    growth: Amount
    index: Amount


def latest(known: Mapping[date, object], on: date) -> date | None:
    return max((day for day in known if day <= on), default=None)


def as_traded(
    closes: Mapping[date, Decimal], splits: Sequence[tuple[date, Fraction]], as_of: date
) -> dict[date, Decimal]:
    """The closes of a source that restates them to the share of `as_of`."""
    restated = {}
    for day, close in closes.items():
        factor = Fraction(1)
        for split_on, ratio in splits:
            if day < split_on <= as_of:
                factor *= ratio
        restated[day] = close * Decimal(factor.numerator) / Decimal(factor.denominator)
    return restated


class History:
    """One portfolio's days. All rows given belong to it; those of one instrument alone give that holding's days."""

    def __init__(self, rows: Sequence[Row], market: Market, facts: Sequence[Fact] = (), method: str = AVERAGE) -> None:
        self.rows, self.facts, self.market, self.method = rows, facts, market, method
        self.known: dict[date, Books] = {}
        ordered = sorted(rows, key=lambda row: row.sequence)
        self.paired = {into.sequence for into in ledger.pairs_of(ordered).values()} | ledger.pairs_of(ordered).keys()
        self.splits: dict[str | None, list[tuple[date, Fraction]]] = {}
        for action in ledger.actions_of(ordered, facts):
            self.splits.setdefault(action.instrument, []).append((action.on, ledger.ratio_of(action)))

    def days(self, first: date, last: date) -> list[Day]:
        """Every day from the first to the last; the returns start at the close of the day before the first."""
        days, index, before = [], Fraction(1), self.value(first - DAY)
        running: Amount = index
        for number in range((last - first).days + 1):
            on = first + number * DAY
            value, (paid_in, paid_out) = self.value(on), self.flows(on)
            growth = self.growth(on, before, value)
            running = None if running is None or growth is None else running * growth
            days.append(Day(on, value, self.invested(on), paid_in, paid_out, growth, running))
            before = value
        return days

    def books(self, on: date) -> Books:
        """What is held at the end of a day; read anew for every day on which something happens."""
        happens = {row.on for row in self.rows} | {fact.on for fact in self.facts}
        day = max((one for one in happens if one <= on), default=date.min)
        if day not in self.known:
            self.known[day] = read_ledger(self.rows, self.facts, self.method, until=day)
        return self.known[day]

    def invested(self, on: date) -> Amount:
        return ledger.total(holding.invested for holding in self.books(on).holdings.values())

    def value(self, on: date) -> Amount:
        """None when something is held that has no close or no rate yet."""
        return self.value_at(self.held(on), on, {})

    def held(self, on: date) -> dict[str, Fraction]:
        books = self.books(on)
        return {name: one.quantity for (_, name), one in books.holdings.items() if name is not None and one.quantity}

    def value_at(self, held: Mapping[str, Fraction], on: date, traded: Mapping[str, Fraction]) -> Amount:
        """What is held, at the prices traded where there are some, else at the last closes."""
        whole: Amount = NOTHING
        for name, quantity in held.items():
            price = traded.get(name)
            if price is None:
                close, rate = self.market.close(name, on, self.splits.get(name, [])), self.market.rate(name, on)
                price = None if close is None or rate is None else close * rate
            whole = ledger.plus(whole, None if price is None else quantity * price)
        return whole

    # --- Flows ---

    def flows(self, on: date) -> tuple[Amount, Amount]:
        """What came in and what went out on a day, netted: one of the two is nothing."""
        net = ledger.total(self.flow(row) for row in self.rows if row.on == on)
        if net is None:
            return None, None
        return max(net, NOTHING), max(-net, NOTHING)

    def flow(self, row: Row) -> Amount:
        """Money in, or out when negative, where cash is not tracked. Moves inside the portfolio are none."""
        if row.type in ("TRANSFER_IN", "TRANSFER_OUT") and row.sequence not in self.paired:
            raise ValueError("figures.md does not say at what value units from elsewhere come in")
        match row.type:
            case "OPENING" | "BUY" | "RIGHTS" | "FEE" | "TAX":
                return ledger.in_home(ledger.purchase_of(row).cost, row.fx)
            case "SELL" | "DIVIDEND" | "INTEREST":
                return ledger.minus(NOTHING, ledger.in_home(ledger.less_charges(row), row.fx))
        return NOTHING

    # --- Growth ---

    def growth(self, on: date, before: Amount, value: Amount) -> Amount:
        """(value at the end + out) ÷ (value before + in); in two parts when a stale close has to be mended first."""
        paid_in, paid_out = self.flows(on)
        if before is None or value is None or paid_in is None or paid_out is None:
            return None
        traded = {name: price * self.split_today(name, on) for name, price in self.stale_trades(on).items()}
        middle = self.value_at(self.held(on - DAY), on - DAY, traded) if traded else before
        return None if middle is None else quotient(middle, before) * quotient(value + paid_out, middle + paid_in)

    def split_today(self, name: str, on: date) -> Fraction:
        factor = Fraction(1)
        for split_on, new in self.splits.get(name, []):
            factor *= new if split_on == on else 1
        return factor

    def stale_trades(self, on: date) -> dict[str, Fraction]:
        """The first price traded today of what has no close since before the previous weekday."""
        weekday = on - DAY
        while weekday.weekday() >= SATURDAY:
            weekday -= DAY
        traded: dict[str, Fraction] = {}
        for row in sorted(self.rows, key=lambda row: (ledger.group_of(row, ()), row.sequence)):
            name = row.instrument
            if row.on != on or row.type not in ("BUY", "SELL") or not row.price or name is None or name in traded:
                continue
            last = self.market.closed_on(name, on)
            rate = self.market.rate(name, on) if row.fx is None else Fraction(row.fx)
            if last is not None and last < weekday and rate is not None:
                traded[name] = Fraction(row.price) * rate
        return traded


def quotient(end: Fraction, start: Fraction) -> Fraction:
    """The growth of a day; nothing at the start counts as no growth."""
    return Fraction(1) if start == 0 else end / start


def drawdown(days: Sequence[Day]) -> Amount:
    """The deepest fall of the index below its own peak; nothing when it never fell, None when it is not known."""
    peak, deepest = Fraction(1), NOTHING
    for day in days:
        if day.index is None:
            return None
        peak = max(peak, day.index)
        deepest = min(deepest, day.index / peak - 1)
    return deepest


# --- XIRR ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Rate:
    """A ratio a year, or None with the reason; `several` when other rates do it too."""

    value: Decimal | None
    reason: str | None = None
    several: bool = False


def dated_flows(days: Sequence[Day], opening: Amount = NOTHING) -> list[tuple[date, Fraction]] | None:
    """The flows as the investor sees them: what is paid in is negative, the last value comes back."""
    if opening is None or days[-1].value is None or any(day.paid_in is None for day in days):
        return None
    inside = [(day.on, (day.paid_out or NOTHING) - (day.paid_in or NOTHING)) for day in days]
    return [(days[0].on - DAY, -opening), *inside, (days[-1].on, days[-1].value)]


def xirr(flows: Sequence[tuple[date, Fraction | Decimal]]) -> Rate:
    """The rate at which the flows are worth nothing, found by halving an interval around every change of sign."""
    by_day: dict[date, Fraction] = {}
    for on, amount in flows:
        by_day[on] = by_day.get(on, NOTHING) + Fraction(amount)
    dated = sorted((on, amount) for on, amount in by_day.items() if amount)
    if len({amount > 0 for _, amount in dated}) < 2:
        return Rate(None, "no change of sign")
    last = dated[-1][0]
    terms = [((last - on).days, SIXTY.divide(Decimal(cf.numerator), Decimal(cf.denominator))) for on, cf in dated]
    roots = [yearly(bisected(terms, low, high)) for low, high in brackets(terms)]
    if not roots:
        return Rate(None, "no rate between -99.99 % and 100 000 %")
    return Rate(min(roots, key=lambda rate: abs(rate - Decimal("0.1"))), several=len(roots) > 1)


def worth(terms: Sequence[tuple[int, Decimal]], daily: Decimal) -> Decimal:
    """What the flows have become by the last day, at a growth a day; it has the sign of the present value."""
    whole = Decimal(0)
    for days, amount in terms:
        whole = SIXTY.add(whole, SIXTY.multiply(amount, SIXTY.power(daily, days)))
    return whole


def brackets(terms: Sequence[tuple[int, Decimal]]) -> list[tuple[Decimal, Decimal]]:
    """The intervals in which the worth changes its sign: one at most when the amounts do so once (Descartes)."""
    changes = sum((one > 0) != (other > 0) for (_, one), (_, other) in pairwise(terms))
    steps = 1 if changes == 1 else STEPS
    low, high = (SIXTY.divide(SIXTY.ln(end), Decimal(365)) for end in (LOWEST, HIGHEST))
    width = SIXTY.divide(SIXTY.subtract(high, low), Decimal(steps))
    points = [SIXTY.exp(SIXTY.add(low, SIXTY.multiply(width, Decimal(step)))) for step in range(steps + 1)]
    signed = [(point, worth(terms, point) >= 0) for point in points]
    return [(one, other) for (one, sign), (other, after) in pairwise(signed) if sign != after]


def bisected(terms: Sequence[tuple[int, Decimal]], low: Decimal, high: Decimal) -> Decimal:
    rising = worth(terms, high) > worth(terms, low)
    for _ in range(190):
        middle = SIXTY.divide(SIXTY.add(low, high), Decimal(2))
        if (worth(terms, middle) >= 0) == rising:
            high = middle
        else:
            low = middle
    return low


def yearly(daily: Decimal) -> Decimal:
    return SIXTY.subtract(SIXTY.power(daily, 365), Decimal(1))
