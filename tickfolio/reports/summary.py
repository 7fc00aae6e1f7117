"""The summary's JSON: what a portfolio is worth, what it has made, and since when that is true."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tickfolio.domain.instruments import Instrument
from tickfolio.domain.market_calendar import Calendar
from tickfolio.domain.market_days import SHIPPED
from tickfolio.domain.market_hours import stale_at
from tickfolio.domain.money import write_known
from tickfolio.domain.prices import LatestPrice, PriceStatus
from tickfolio.domain.valuation import Coverage, HoldingValue, PortfolioValue

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ValuedPortfolio:
    """A portfolio with its value, and the stored holding's id of each instrument in it.

    `currency` is what the portfolio is kept in; `value` may be in another one, when all are counted together.
    """

    id: str
    name: str
    currency: str
    value: PortfolioValue
    holding_ids: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Timing:
    """How often prices come, when they come next, and the calendar by which they grow old."""

    interval_minutes: int
    next_refresh_at: datetime
    calendar: Calendar = SHIPPED


def summarise(portfolio: ValuedPortfolio, timing: Timing) -> bytes:
    """The answer to `GET /portfolios/{id}/summary`, as UTF-8 JSON."""
    value = portfolio.value
    answer = {
        "portfolio": _name(portfolio),
        **_totals(value, _missing([portfolio])),
        **_times([value], timing),
        "holdings": [_holding(portfolio, one, timing) for one in value.holdings],
        "closed": [_closed(portfolio, one) for one in value.closed],
    }
    return _encode(answer)


def summarise_all(whole: PortfolioValue, parts: Sequence[ValuedPortfolio], currency: str, timing: Timing) -> bytes:
    """The answer to `GET /summary`: every part and the whole in one currency, as UTF-8 JSON.

    `whole` is the valuation of all parts' holdings together, so that its weights are of everything.
    """
    holdings = list(_pair_up(parts, whole.holdings, closed=False))
    closed = list(_pair_up(parts, whole.closed, closed=True))
    answer = {
        "currency": currency,
        **_totals(whole, _missing(parts)),
        **_times([whole], timing),
        "portfolios": [{"portfolio": _name(part), **_totals(part.value, _missing([part]))} for part in parts],
        "holdings": [_holding(part, one, timing) for part, one in holdings],
        "closed": [_closed(part, one) for part, one in closed],
    }
    return _encode(answer)


def count_held_back(value: PortfolioValue) -> int:
    """Of how many holdings a newer price is held back, so that an older one counts."""
    return sum(one.status is PriceStatus.HELD for one in value.holdings)


def write_instant(at: datetime | None) -> str | None:
    """RFC 3339 in UTC, as 2026-11-22T09:10:00Z; fractions of a second only when there are any."""
    return None if at is None else at.isoformat().replace("+00:00", "Z")


def describe_instrument(instrument: Instrument) -> Json:
    """An instrument as every answer shows it."""
    return {
        "id": instrument.id,
        "asset_type": instrument.asset_type.value,
        "exchange": instrument.exchange,
        "symbol": instrument.symbol,
        "name": instrument.name,
        "currency": instrument.currency,
        "isin": instrument.isin,
    }


def describe_price(
    exchange: str, price: LatestPrice, status: PriceStatus, interval_minutes: int, calendar: Calendar = SHIPPED
) -> Json:
    """A price's age and origin."""
    return {
        "currency": price.currency,
        "as_of": write_instant(price.as_of),
        "last_updated_at": write_instant(price.last_updated_at),
        "source": price.source,
        "status": status.value,
        "stale_at": write_instant(stale_at(exchange, price.as_of, price.status, interval_minutes, calendar)),
    }


def _pair_up(
    parts: Sequence[ValuedPortfolio], values: Sequence[HoldingValue], *, closed: bool
) -> Iterable[tuple[ValuedPortfolio, HoldingValue]]:
    """Each holding of the whole with the part it stands in: both go through the parts in the same order."""
    owners = [part for part in parts for _ in (part.value.closed if closed else part.value.holdings)]
    return zip(owners, values, strict=True)


def _name(portfolio: ValuedPortfolio) -> Json:
    return {"id": portfolio.id, "name": portfolio.name, "currency": portfolio.currency}


def _totals(value: PortfolioValue, missing: list[Json]) -> Json:
    coverage: Coverage = value.coverage
    return {
        "current_value": write_known(value.current_value),
        "invested": write_known(value.invested),
        "priced_invested": write_known(value.priced_invested),
        "profit_loss": write_known(value.profit_loss),
        "profit_loss_pct": write_known(value.profit_loss_pct),
        "price_effect": write_known(value.price_effect),
        "currency_effect": write_known(value.currency_effect),
        "day_change": write_known(value.day_change),
        "day_change_pct": write_known(value.day_change_pct),
        "realised": write_known(value.realised),
        "income": write_known(value.income),
        "tax_withheld": write_known(value.tax_withheld),
        "charges": write_known(value.charges),
        "total_profit_loss": write_known(value.total_profit_loss),
        "cash": write_known(value.cash),
        "coverage": {
            "held": coverage.held,
            "priced": coverage.priced,
            "held_back": count_held_back(value),
            "provisional": sum(one.provisional for one in value.holdings),
            "missing": missing,
        },
    }


def _missing(portfolios: Sequence[ValuedPortfolio]) -> list[Json]:
    return [
        {
            "holding_id": portfolio.holding_ids[gap.instrument_id],
            "symbol": gap.symbol,
            "exchange": _exchange_of(portfolio, gap.instrument_id),
            "reason": gap.reason.value,
            "remedy": gap.mend,
        }
        for portfolio in portfolios
        for gap in portfolio.value.coverage.missing
    ]


def _exchange_of(portfolio: ValuedPortfolio, instrument_id: str) -> str:
    values = (*portfolio.value.holdings, *portfolio.value.closed)
    return next(one.instrument.exchange for one in values if one.instrument.id == instrument_id)


def _times(values: Sequence[PortfolioValue], timing: Timing) -> Json:
    confirmed = [one.price.last_updated_at for value in values for one in value.holdings if one.price]
    return {
        "last_updated_at": write_instant(max(confirmed, default=None)),
        "next_refresh_at": write_instant(timing.next_refresh_at),
    }


def _holding(portfolio: ValuedPortfolio, one: HoldingValue, timing: Timing) -> Json:
    price, status = one.price, one.status
    return {
        "id": portfolio.holding_ids[one.instrument.id],
        "portfolio_id": portfolio.id,
        "instrument": describe_instrument(one.instrument),
        "quantity": write_known(one.holding.quantity),
        "avg_buy_price": write_known(one.holding.avg_buy_price),
        "invested": write_known(one.holding.invested),
        "last_price": write_known(one.last_price),
        "price": describe_price(one.instrument.exchange, price, status, timing.interval_minutes, timing.calendar)
        if price and status
        else None,
        "fx_rate": write_known(one.fx_rate),
        "fx_on": None if one.fx_on is None else one.fx_on.isoformat(),
        "current_value": write_known(one.current_value),
        "profit_loss": write_known(one.profit_loss),
        "profit_loss_pct": write_known(one.profit_loss_pct),
        "price_effect": write_known(one.price_effect),
        "currency_effect": write_known(one.currency_effect),
        "realised": write_known(one.holding.realised),
        "income": write_known(one.holding.income),
        "tax_withheld": write_known(one.holding.tax_withheld),
        "charges": write_known(one.holding.charges),
        "total_profit_loss": write_known(one.total_profit_loss),
        "day_change": write_known(one.day_change),
        "day_change_pct": write_known(one.day_change_pct),
        "weight_pct": write_known(one.weight_pct),
        "provisional": one.provisional,
    }


def _closed(portfolio: ValuedPortfolio, one: HoldingValue) -> Json:
    return {
        "id": portfolio.holding_ids[one.instrument.id],
        "portfolio_id": portfolio.id,
        "instrument": describe_instrument(one.instrument),
        "realised": write_known(one.holding.realised),
        "income": write_known(one.holding.income),
        "tax_withheld": write_known(one.holding.tax_withheld),
        "charges": write_known(one.holding.charges),
        "total_profit_loss": write_known(one.total_profit_loss),
    }


def _encode(answer: Json) -> bytes:
    return json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode()
