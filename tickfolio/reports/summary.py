"""The summary's JSON: what a portfolio is worth, what it has made, and since when that is true."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from tickfolio.domain.instruments import Instrument
from tickfolio.domain.market_hours import stale_at
from tickfolio.domain.money import write_decimal
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
    """How often prices come, and when they come next."""

    interval_minutes: int
    next_refresh_at: datetime


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


def describe_price(exchange: str, price: LatestPrice, status: PriceStatus, interval_minutes: int) -> Json:
    """A price's age and origin."""
    return {
        "currency": price.currency,
        "as_of": write_instant(price.as_of),
        "last_updated_at": write_instant(price.last_updated_at),
        "source": price.source,
        "status": status.value,
        "stale_at": write_instant(stale_at(exchange, price.as_of, price.status, interval_minutes)),
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
        "current_value": _text(value.current_value),
        "invested": _text(value.invested),
        "priced_invested": _text(value.priced_invested),
        "profit_loss": _text(value.profit_loss),
        "profit_loss_pct": _text(value.profit_loss_pct),
        "day_change": _text(value.day_change),
        "day_change_pct": _text(value.day_change_pct),
        "realised": _text(value.realised),
        "income": _text(value.income),
        "coverage": {"held": coverage.held, "priced": coverage.priced, "missing": missing},
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
        "quantity": _text(one.holding.quantity),
        "avg_buy_price": _text(one.holding.avg_buy_price),
        "invested": _text(one.holding.invested),
        "last_price": _text(price.last_price) if price else None,
        "price": describe_price(one.instrument.exchange, price, status, timing.interval_minutes)
        if price and status
        else None,
        "fx_rate": _text(one.fx_rate),
        "current_value": _text(one.current_value),
        "profit_loss": _text(one.profit_loss),
        "profit_loss_pct": _text(one.profit_loss_pct),
        "day_change": _text(one.day_change),
        "day_change_pct": _text(one.day_change_pct),
        "weight_pct": _text(one.weight_pct),
    }


def _closed(portfolio: ValuedPortfolio, one: HoldingValue) -> Json:
    return {
        "id": portfolio.holding_ids[one.instrument.id],
        "portfolio_id": portfolio.id,
        "instrument": describe_instrument(one.instrument),
        "realised": _text(one.holding.realised),
        "income": _text(one.holding.income),
    }


def _text(value: Decimal | None) -> str | None:
    return None if value is None else write_decimal(value)


def _encode(answer: Json) -> bytes:
    return json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode()
