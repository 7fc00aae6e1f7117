"""Returns from figures.md section 2, day by day and in Fractions; only XIRR takes roots, in 60 digits."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Context, Decimal
from fractions import Fraction
from functools import cache, cached_property
from itertools import pairwise

from tests.oracle import ledger
from tests.oracle.ledger import AVERAGE, NOTHING, Amount, Books, Fact, Row
from tests.oracle.reading import read_ledger

SIXTY = Context(prec=60)
DAY = timedelta(days=1)
LOWEST, HIGHEST = Decimal("0.0001"), Decimal(1001)  # 1 + r: from −99.99 % to 100 000 %
STEPS = 1500
SATURDAY = 5
FLOAT_STEP = 2**-52


Known = Mapping[date, Decimal | Fraction]


@dataclass(frozen=True)
class Market:
    """Closes as traded, by instrument and day; rates by currency and day, one unit in the portfolio's currency."""

    closes: Mapping[str, Known]
    rates: Mapping[str, Known] = field(default_factory=dict)
    currencies: Mapping[str, str] = field(default_factory=dict)

    def rate(self, instrument: str, on: date) -> Amount:
        """The latest rate up to a day; 1 for an instrument in the portfolio's own currency."""
        currency = self.currencies.get(instrument)
        if currency is None:
            return Fraction(1)
        day = latest(self._days_of_rates.get(currency, []), on)
        return None if day is None else Fraction(self.rates[currency][day])

    def closed_on(self, instrument: str, on: date) -> date | None:
        """The day of the last close; a close of 0 is none."""
        return latest(self._days_of_closes.get(instrument, []), on)

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

    @cached_property
    def _days_of_closes(self) -> dict[str, list[date]]:
        return {name: sorted(day for day, close in own.items() if close > 0) for name, own in self.closes.items()}

    @cached_property
    def _days_of_rates(self) -> dict[str, list[date]]:
        return {currency: sorted(own) for currency, own in self.rates.items()}


@dataclass(frozen=True, slots=True)
class Trade:
    """Units bought or sold at a price, both in the portfolio's currency; what that put into them, what came in."""

    units: Fraction
    price: Fraction
    put_in: Fraction
    came_in: Fraction


@dataclass(frozen=True, slots=True)
class Day:
    """The end of a day; `index` is the growth of 1 since the evening before the first day.

    `blur` is how far from the index, as a part of it, a daily series of floats may be by then (figures.md section 1).
    """

    on: date
    value: Amount
    invested: Amount
    paid_in: Amount
    paid_out: Amount
    growth: Amount
    index: Amount
    blur: float


@dataclass(slots=True)
class Growth:
    """The growth of a day, part by part, and how well floats can tell it.

    A float that had an amount added to it and taken away again is off by a step of that amount: `passed` is all that
    went through the day's sums so far, and what of it is left at the ends of a part says how much the step matters.
    """

    passed: Fraction
    ratio: Fraction = Fraction(1)
    blur: float = 0.0

    def add(self, end: Fraction, start: Fraction, net: Fraction) -> None:
        """A part of the day; without anything at the start it counts as no growth. Never below nothing."""
        start, end = start + max(net, NOTHING), end + max(-net, NOTHING)
        if start > 0:
            self.ratio *= max(end / start, NOTHING)
            self.blur += FLOAT_STEP * sum(float(self.passed / worth) for worth in (start, end) if worth > 0)


def latest(known: Sequence[date], on: date) -> date | None:
    """The last of these days, which rise, up to one."""
    at = bisect_right(known, on)
    return known[at - 1] if at else None


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
    """One portfolio's days, or with `holding` those of one instrument in it. All rows given belong to the portfolio."""

    def __init__(
        self,
        rows: Sequence[Row],
        market: Market,
        facts: Sequence[Fact] = (),
        method: str = AVERAGE,
        *,
        cash_tracked: bool = False,
        holding: str | None = None,
    ) -> None:
        self.rows, self.facts, self.market, self.method = rows, facts, market, method
        self.cash_tracked, self.holding = cash_tracked, holding
        self.known: dict[date, Books] = {}
        ordered = sorted(rows, key=lambda row: row.sequence)
        self.paired = {into.sequence for into in ledger.pairs_of(ordered).values()} | ledger.pairs_of(ordered).keys()
        self.splits: dict[str | None, list[tuple[date, Fraction]]] = {}
        for action in ledger.actions_of(ordered, facts):
            self.splits.setdefault(action.instrument, []).append((action.on, ledger.ratio_of(action)))
        self.happens = sorted({row.on for row in rows} | {fact.on for fact in facts})
        self.rows_on: dict[date, list[Row]] = {}
        for row in rows:
            self.rows_on.setdefault(row.on, []).append(row)

    def days(self, first: date, last: date) -> list[Day]:
        """Every day from the first to the last; the returns start at the close of the day before the first."""
        days, before = [], self.value(first - DAY)
        index: Amount = Fraction(1)
        blur = 0.0
        for number in range((last - first).days + 1):
            on = first + number * DAY
            value, (paid_in, paid_out) = self.value(on), self.flows(on)
            growth = self.growth(on, before, value)
            index = None if index is None or growth is None else index * growth.ratio
            blur += 0.0 if growth is None else growth.blur
            days.append(Day(on, value, self.invested(on), paid_in, paid_out, growth and growth.ratio, index, blur))
            before = value
        return days

    def books(self, on: date) -> Books:
        """What is held at the end of a day; read anew for every day on which something happens."""
        day = latest(self.happens, on) or date.min
        if day not in self.known:
            self.known[day] = read_ledger(self.rows, self.facts, self.method, until=day)
        return self.known[day]

    def invested(self, on: date) -> Amount:
        return ledger.total(holding.invested for holding in self.books(on).holdings.values())

    def value(self, on: date) -> Amount:
        """None when something is held that has no close or no rate yet, or tracked cash is not known."""
        whole = self.value_of(self.held(on), on)
        if self.cash_tracked and self.holding is None:
            cash = ledger.total(holding.cash for holding in self.books(on).holdings.values())
            whole = ledger.plus(whole, cash)
        return whole

    def value_of(self, held: Mapping[str, Fraction], on: date) -> Amount:
        whole: Amount = NOTHING
        for name, quantity in held.items():
            price = self.price(name, on)
            whole = ledger.plus(whole, None if price is None else quantity * price)
        return whole

    def held(self, on: date) -> dict[str, Fraction]:
        units = {name: one.quantity for (_, name), one in self.books(on).holdings.items() if name is not None}
        return {name: held for name, held in units.items() if held and self.holding in (None, name)}

    def price(self, name: str, on: date) -> Amount:
        close, rate = self.market.close(name, on, self.splits.get(name, [])), self.market.rate(name, on)
        return None if close is None or rate is None else close * rate

    def of(self, holding: str) -> "History":
        """The same days of one instrument; what was read of the ledger need not be read again."""
        history = History(self.rows, self.market, self.facts, self.method, holding=holding)
        history.known = self.known
        return history

    # --- Flows ---

    def flows(self, on: date) -> tuple[Amount, Amount]:
        """What came in and what went out on a day, netted: one of the two is nothing."""
        net = ledger.total(self.crossing(on))
        if net is None:
            return None, None
        return max(net, NOTHING), max(-net, NOTHING)

    def crossing(self, on: date) -> list[Amount]:
        return [self.came_in(row, name) for row in self.rows_on.get(on, []) for name in self.names_of(row)]

    def names_of(self, row: Row) -> list[str | None]:
        """The instruments of a row that are looked at."""
        names = [row.instrument, *([row.to_instrument] if row.to_instrument else [])]
        return [name for name in names if self.holding in (None, name)]

    def came_in(self, row: Row, name: str | None) -> Amount:
        """What a row brought over the border of what is looked at: of the portfolio, or of the holding."""
        crosses = row.type in ("OPENING", "TRANSFER_IN", "TRANSFER_OUT", "DEPOSIT", "WITHDRAWAL")
        if self.holding is None and self.cash_tracked and not crosses:
            return NOTHING
        if row.type in ("DEPOSIT", "WITHDRAWAL"):
            if self.holding is not None or not self.cash_tracked:
                return NOTHING
            paid = ledger.in_home(ledger.purchase_of(row).cost, row.fx)
            received = ledger.in_home(ledger.less_charges(row), row.fx)
            return received if row.type == "DEPOSIT" else ledger.minus(NOTHING, paid)
        if self.holding is None and row.to_instrument:
            return NOTHING  # turned into something else inside the portfolio
        return self.put_in(row, name)

    def put_in(self, row: Row, name: str | None) -> Amount:
        """What a row put into one instrument, or took out when negative."""
        into = name != row.instrument
        match row.type:
            case "OPENING" | "BUY" | "RIGHTS" | "FEE" | "TAX":
                return ledger.in_home(ledger.purchase_of(row).cost, row.fx)
            case "SELL" | "DIVIDEND" | "INTEREST":
                return ledger.minus(NOTHING, ledger.in_home(ledger.less_charges(row), row.fx))
            case "SWITCH":
                proceeds = ledger.in_home(ledger.less_charges(row), row.fx)
                return proceeds if into else ledger.minus(NOTHING, proceeds)
            case "MERGER" | "DEMERGER":
                worth = self.in_kind(row, row.to_instrument, Fraction(row.to_quantity))
                return worth if into else ledger.minus(NOTHING, worth)
            case "TRANSFER_IN" | "TRANSFER_OUT" if row.sequence not in self.paired:
                worth = self.in_kind(row, name, Fraction(row.quantity))
                return worth if row.type == "TRANSFER_IN" else ledger.minus(NOTHING, worth)
        return NOTHING

    def in_kind(self, row: Row, name: str | None, units: Fraction) -> Amount:
        """Units that move without a trade, at the market of that day; without one, at what the row says."""
        price = None if name is None else self.price(name, row.on)
        if price is not None:
            return units * price
        return ledger.in_home(units * Fraction(row.price), row.fx) if row.price else None

    # --- Growth ---

    def growth(self, on: date, before: Amount, value: Amount) -> Growth | None:
        """(value at the end + out) ÷ (value before + in); in parts where stale closes have to be mended first."""
        paid_in, paid_out = self.flows(on)
        if before is None or value is None or paid_in is None or paid_out is None:
            return None
        points = self.stale_trades(on)
        held, prices = self.start_of(on) if points else ({}, {})
        start = worth = before
        carried, rest = NOTHING, paid_in - paid_out
        growth = Growth(abs(before) + sum(abs(amount) for amount in self.crossing(on) if amount))
        for point in points:
            for name, trade in point.items():
                if held.get(name):
                    last = prices[name]
                    if last is None:
                        return None
                    worth += held[name] * (trade.price - last)
                    growth.passed += held[name] * (trade.price + last)
            growth.add(worth, start, carried)
            start, carried = worth, ledger.total(trade.came_in for trade in point.values()) or NOTHING
            rest -= carried
            for name, trade in point.items():
                worth += trade.units * trade.price - trade.put_in + trade.came_in
                growth.passed += abs(trade.units * trade.price) + abs(trade.put_in)
                held[name], prices[name] = held.get(name, NOTHING) + trade.units, trade.price
        growth.add(value, start, carried + rest)
        return growth

    def start_of(self, on: date) -> tuple[dict[str, Fraction], dict[str, Amount]]:
        """What was held the evening before and at which prices, in units of today."""
        factors = dict.fromkeys(self.held(on - DAY), Fraction(1))
        for name in factors:
            for split_on, new in self.splits.get(name, []):
                factors[name] *= new if split_on == on else 1
        held = {name: units * factors[name] for name, units in self.held(on - DAY).items()}
        prices = {name: self.price(name, on - DAY) for name in held}
        return held, {name: price and price / factors[name] for name, price in prices.items()}

    def stale_trades(self, on: date) -> list[dict[str, Trade]]:
        """The trades of what has no close since before the previous weekday: all first ones, all second ones, ..."""
        weekday = on - DAY
        while weekday.weekday() >= SATURDAY:
            weekday -= DAY
        points: list[dict[str, Trade]] = []
        for row in sorted(self.rows_on.get(on, []), key=lambda row: row.sequence):
            for name in self.names_of(row):
                last = None if name is None else self.market.closed_on(name, on)
                if last is not None and last < weekday and (trade := self.trade_of(row, name)):
                    points.append({name: trade})
        points.sort(key=lambda point: any(trade.units < 0 for trade in point.values()))
        together: list[dict[str, Trade]] = []
        for point in points:
            for name, trade in point.items():
                place = next((one for one in together if name not in one), None)
                if place is None:
                    together.append({name: trade})
                else:
                    place[name] = trade
        return together

    def trade_of(self, row: Row, name: str) -> Trade | None:
        """What was bought or sold for a price above nothing, at a rate that is known."""
        units = {"SELL": -row.quantity, "SWITCH": -row.quantity}.get(row.type, row.quantity)
        price = Fraction(row.price)
        if row.cost is not None:
            price = Fraction(row.cost) / Fraction(row.quantity)
        if name != row.instrument:
            units, price = row.to_quantity, ledger.less_charges(row) / Fraction(row.to_quantity)
        traded = row.type in (*ledger.PURCHASES, "SELL", "SWITCH")
        put_in, came_in = self.put_in(row, name), self.came_in(row, name)
        if not traded or not price or row.fx is None or put_in is None or came_in is None:
            return None
        return Trade(Fraction(units), price * Fraction(row.fx), put_in, came_in)


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
    signed = [(point, worth(terms, point) >= 0) for point in growths(steps)]
    return [(one, other) for (one, sign), (other, after) in pairwise(signed) if sign != after]


@cache
def growths(steps: int) -> Sequence[Decimal]:
    """The growths a day from the lowest rate to the highest, in equal steps of their logarithm."""
    low, high = (SIXTY.divide(SIXTY.ln(end), Decimal(365)) for end in (LOWEST, HIGHEST))
    width = SIXTY.divide(SIXTY.subtract(high, low), Decimal(steps))
    return [SIXTY.exp(SIXTY.add(low, SIXTY.multiply(width, Decimal(step)))) for step in range(steps + 1)]


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
