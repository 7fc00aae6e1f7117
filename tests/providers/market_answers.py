"""What the replayed market answers, in the shapes of Yahoo, AMFI and the ECB."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

NAV_HEADER = (
    "Scheme Code;ISIN Div Payout/ ISIN Growth;ISIN Div Reinvestment;Scheme Name;Plan;Option;Net Asset Value;Date"
)
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
ENVELOPE = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01"'
    ' xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">'
    "<gesmes:subject>Reference rates</gesmes:subject><Cube>{days}</Cube></gesmes:Envelope>"
)


@dataclass(frozen=True, slots=True)
class Quote:
    """What Yahoo knows of one symbol; numbers are text, as they are to stand in the JSON."""

    price: str
    currency: str | None
    as_of: datetime
    previous_close: str | None = None
    name: str | None = None
    exchange: str = "NSI"
    quote_type: str = "EQUITY"
    zone: str = "Asia/Kolkata"
    session: tuple[datetime, datetime] | None = None


@dataclass(frozen=True, slots=True)
class Nav:
    """One row of AMFI's file."""

    nav: str
    on: date
    name: str
    plan: str = "Direct Plan"
    option: str = "Growth"
    isin: str = "-"
    isin_reinvestment: str = "-"


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole HTTP answer; `after_seconds` is how long the server waits before it."""

    body: bytes
    status: int = 200
    content_type: str = "application/json;charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)
    after_seconds: float = 0


def spark(quotes: Mapping[str, Quote], symbols: list[str]) -> Reply:
    if len(symbols) > 20:
        return Reply(b'{"spark":{"result":null,"error":{"code":"Bad Request","description":"Too many"}}}', 400)
    known = [(symbol, quotes[symbol]) for symbol in symbols if symbol in quotes]
    if not known:
        error = '{"code":"Not Found","description":"No data found for spark symbols"}'
        return Reply(f'{{"spark":{{"result":null,"error":{error}}}}}'.encode(), 404)
    rows = ",".join(
        f'{{"symbol":{json.dumps(symbol)},"response":[{{"meta":{_meta(symbol, quote)}}}]}}' for symbol, quote in known
    )
    return Reply(f'{{"spark":{{"result":[{rows}],"error":null}}}}'.encode())


def chart(symbol: str, quote: Quote | None, closes: Mapping[date, str], query: Mapping[str, str]) -> Reply:
    if quote is None:
        error = '{"code":"Not Found","description":"No data found, symbol may be delisted"}'
        return Reply(f'{{"chart":{{"result":null,"error":{error}}}}}'.encode(), 404)
    first, after = int(query.get("period1", "0")), int(query.get("period2", "99999999999"))
    # 04:00 UTC is within the session's day from London to Sydney.
    bars = [
        (stamp, close)
        for on, close in sorted(closes.items())
        if first <= (stamp := int(datetime(on.year, on.month, on.day, 4, tzinfo=UTC).timestamp())) < after
    ]
    stamps = ",".join(str(stamp) for stamp, _ in bars)
    prices = ",".join(close for _, close in bars)
    times = f'"timestamp":[{stamps}],' if bars else ""
    rows = f'{{"close":[{prices}]}}' if bars else "{}"
    meta = _meta(symbol, quote)
    body = f'{{"chart":{{"result":[{{"meta":{meta},{times}"indicators":{{"quote":[{rows}]}}}}],"error":null}}}}'
    return Reply(body.encode())


def search(quotes: Mapping[str, Quote], text: str) -> Reply:
    wanted = text.casefold()
    rows = [
        {
            "symbol": symbol,
            "longname": quote.name or symbol,
            "exchange": quote.exchange,
            "quoteType": quote.quote_type,
            "isYahooFinance": True,
        }
        for symbol, quote in sorted(quotes.items())
        if wanted in symbol.casefold() or wanted in (quote.name or "").casefold()
    ]
    return Reply(json.dumps({"count": len(rows), "quotes": rows, "news": []}).encode())


def nav_file(navs: Mapping[str, Nav], known_tag: str | None) -> Reply:
    lines = [NAV_HEADER, " ", "Open Ended Schemes(Equity Scheme - ELSS)", " ", "A Mutual Fund", " "]
    lines += [
        f"{code};{row.isin};{row.isin_reinvestment};{row.name};{row.plan};{row.option};{row.nav};"
        f"{row.on.day:02}-{MONTHS[row.on.month - 1]}-{row.on.year}"
        for code, row in sorted(navs.items())
    ]
    body = "\r\n".join([*lines, ""]).encode()
    tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
    if known_tag == tag:
        return Reply(b"", 304, "text/plain", {"ETag": tag})
    return Reply(body, 200, "text/plain", {"ETag": tag})


def rates_file(rates: Mapping[date, Mapping[str, str]], *, daily: bool) -> Reply:
    days = sorted(rates, reverse=True)
    cubes = "".join(
        f"<Cube time='{on.isoformat()}'>"
        + "".join(f"<Cube currency='{code}' rate='{rate}'/>" for code, rate in rates[on].items())
        + "</Cube>"
        for on in (days[:1] if daily else days)
    )
    return Reply(ENVELOPE.format(days=cubes).encode(), 200, "text/xml")


def _meta(symbol: str, quote: Quote) -> str:
    """The meta block of spark and chart; the numbers stand as the test wrote them."""
    local = quote.as_of.replace(minute=0, second=0, microsecond=0)
    start, end = quote.session or (local - timedelta(hours=1), local + timedelta(hours=2))
    parts = [
        f'"symbol":{json.dumps(symbol)}',
        f'"exchangeName":{json.dumps(quote.exchange)}',
        f'"instrumentType":{json.dumps(quote.quote_type)}',
        f'"regularMarketTime":{int(quote.as_of.timestamp())}',
        f'"exchangeTimezoneName":{json.dumps(quote.zone)}',
        f'"regularMarketPrice":{quote.price}',
        f'"currentTradingPeriod":{{"regular":{{"start":{int(start.timestamp())},"end":{int(end.timestamp())}}}}}',
        '"priceHint":2',
    ]
    if quote.name is not None:
        parts.append(f'"longName":{json.dumps(quote.name)}')
    if quote.currency is not None:
        parts.append(f'"currency":{json.dumps(quote.currency)}')
    if quote.previous_close is not None:
        parts.append(f'"chartPreviousClose":{quote.previous_close},"previousClose":{quote.previous_close}')
    return "{" + ",".join(parts) + "}"
