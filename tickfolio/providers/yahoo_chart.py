"""Yahoo's chart: daily closes as traded, from bars that are adjusted for splits and carry float32 noise."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Context, Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from tickfolio.domain.money import EXACT, QUOTIENT, quotient
from tickfolio.domain.prices import Close
from tickfolio.domain.splits import Ratio
from tickfolio.providers.json_text import read_number, read_object, read_seconds, read_whole
from tickfolio.providers.provider import Failure, FailureKind, HistoryResult, ToldDividend, ToldSplit
from tickfolio.providers.units import in_major_unit, major_unit

DECIMALS_MIN, DECIMALS_MAX = 4, 12
_FLOAT32_BITS = 24
_OFFSET_SECONDS_MAX = 16 * 3600
_SPLITS_MAX, _RATIO = 50, Fraction(10_000)
# Wide enough for any close times any factor that pass the limits above.
_WIDE = Context(prec=400)


def read_chart(symbol: str, result: Mapping[str, Any], now: datetime) -> HistoryResult:
    """The closes of one `chart.result`, oldest first; rows without a number are skipped, no rows are no closes."""
    meta = read_object(result.get("meta"))
    unit = major_unit(meta.get("currency"))
    if unit is None:
        return _failed(symbol, "no currency")
    bars, told = _bars(result), _splits(result)
    if bars is None or told is None:
        return _failed(symbol, "no rows and splits that we can read")
    splits = [(seconds, quotient(ratio.new, ratio.old)) for seconds, ratio in told]
    hint = read_whole(meta.get("priceHint")) or 0
    decimals = min(max(hint, DECIMALS_MIN), DECIMALS_MAX)
    closes: dict[date, Decimal] = {}
    for seconds, adjusted in bars:
        day = local_day(meta, seconds)
        if day is None:
            return _failed(symbol, "no time zone")
        if not _is_over(meta, day, now):
            continue
        factor = _factor(splits, day, meta)
        close = in_major_unit(without_noise(EXACT.multiply(adjusted, factor), adjusted, factor, decimals), unit[1])
        if read_number(close) is not None:
            closes[day] = close
    return HistoryResult(
        tuple(Close(day, closes[day]) for day in sorted(closes)),
        unit[0],
        splits=_told_splits(told, meta),
        dividends=_dividends(result, splits, unit[1], decimals),
    )


def local_day(meta: Mapping[str, Any], seconds: int) -> date | None:
    """The calendar day of an instant in the exchange's zone: a bar of Sydney begins on the day before in UTC."""
    instant = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    name, offset = meta.get("exchangeTimezoneName"), read_seconds(meta.get("gmtoffset"))
    if isinstance(name, str):
        try:
            return instant.astimezone(ZoneInfo(name)).date()
        except (ValueError, KeyError, OSError):
            # An unknown name: the offset, which is that of today, is the next best.
            pass
    if offset is None or abs(offset) > _OFFSET_SECONDS_MAX:
        return None
    return (instant + timedelta(seconds=offset)).date()


def without_noise(value: Decimal, adjusted: Decimal, factor: Decimal, decimals: int) -> Decimal:
    """The shortest decimal that Yahoo's float32 can have meant: 1286.5699462890625 was 1286.57.

    A number with no more than `decimals` decimals is clean and stays. `value` is `adjusted` × `factor`.
    """
    if -int(value.as_tuple().exponent) <= decimals:
        return value
    noise = EXACT.multiply(_half_step(adjusted), factor)
    for places in range(decimals):
        rounded = _round(value, places)
        if _WIDE.abs(_WIDE.subtract(rounded, value)) <= noise:
            return rounded
    return _round(value, decimals)


def _round(value: Decimal, places: int) -> Decimal:
    return value.quantize(Decimal((0, (1,), -places)), context=_WIDE)


def _half_step(value: Decimal) -> Decimal:
    """Half the distance between neighbouring float32 numbers at that size."""
    scaled = int(_WIDE.multiply(abs(value), Decimal(2**64)))
    exponent = scaled.bit_length() - 64 - _FLOAT32_BITS - 1
    return Decimal(2**exponent) if exponent >= 0 else quotient(Decimal(1), Decimal(2**-exponent))


def _bars(result: Mapping[str, Any]) -> Sequence[tuple[int, Decimal]] | None:
    """Seconds and close of each row that has both; None when the columns are not what they should be."""
    quotes = read_object(result.get("indicators")).get("quote")
    columns = read_object(quotes[0]) if isinstance(quotes, list) and quotes else {}
    stamps, closes = result.get("timestamp"), columns.get("close")
    if stamps is None:
        # A closed market or an empty window: no times, and a quote without columns.
        return []
    if not isinstance(stamps, list) or not isinstance(closes, list) or len(stamps) != len(closes):
        return None
    rows = ((read_seconds(stamp), read_number(close)) for stamp, close in zip(stamps, closes, strict=True))
    return [(stamp, close) for stamp, close in rows if stamp is not None and close is not None and close > 0]


def _splits(result: Mapping[str, Any]) -> Sequence[tuple[int, Ratio]] | None:
    """Seconds and ratio of each split; None when one cannot be read, as the closes then cannot either."""
    events = read_object(read_object(result.get("events")).get("splits"))
    splits = []
    for event in events.values():
        row = read_object(event)
        seconds = read_seconds(row.get("date"))
        numerator, denominator = read_number(row.get("numerator")), read_number(row.get("denominator"))
        if seconds is None or numerator is None or denominator is None or not numerator > 0 or not denominator > 0:
            return None
        splits.append((seconds, Ratio(numerator, denominator)))
    readable = len(splits) <= _SPLITS_MAX and all(1 / _RATIO <= ratio.value <= _RATIO for _, ratio in splits)
    return splits if readable else None


def _told_splits(splits: Sequence[tuple[int, Ratio]], meta: Mapping[str, Any]) -> Sequence[ToldSplit]:
    dated = [(local_day(meta, seconds), ratio) for seconds, ratio in splits]
    return tuple(sorted((ToldSplit(day, ratio) for day, ratio in dated if day), key=lambda split: split.on))


def _dividends(
    result: Mapping[str, Any], splits: Sequence[tuple[int, Decimal]], unit: Decimal, decimals: int
) -> Sequence[ToldDividend]:
    """What was paid, which Yahoo divides by the splits of later days as it does the bars; what is no amount is left."""
    meta = read_object(result.get("meta"))
    events = read_object(read_object(result.get("events")).get("dividends"))
    told: dict[date, Decimal] = {}
    for event in events.values():
        row = read_object(event)
        seconds, adjusted = read_seconds(row.get("date")), read_number(row.get("amount"))
        day = None if seconds is None else local_day(meta, seconds)
        if day is None or adjusted is None or not adjusted > 0:
            continue
        factor = _factor(splits, day, meta)
        amount = in_major_unit(without_noise(EXACT.multiply(adjusted, factor), adjusted, factor, decimals), unit)
        if read_number(amount) is not None:
            told[day] = amount
    return tuple(ToldDividend(day, told[day]) for day in sorted(told))


def _factor(splits: Sequence[tuple[int, Decimal]], day: date, meta: Mapping[str, Any]) -> Decimal:
    """By how much the bar of this day was divided: the product of the splits of later days."""
    factor = Decimal(1)
    for seconds, ratio in splits:
        split_on = local_day(meta, seconds)
        if split_on is not None and split_on > day:
            factor = QUOTIENT.multiply(factor, ratio)
    return factor


def _is_over(meta: Mapping[str, Any], day: date, now: datetime) -> bool:
    """Whether the session of that day has ended, so that its bar is a close."""
    now_seconds = int(now.timestamp())
    today = local_day(meta, now_seconds)
    if today is None or day != today:
        return today is not None and day < today
    session = read_object(read_object(meta.get("currentTradingPeriod")).get("regular"))
    end = read_seconds(session.get("end"))
    return end is not None and local_day(meta, end) == day and now_seconds >= end


def _failed(symbol: str, what: str) -> HistoryResult:
    return HistoryResult(failure=Failure(FailureKind.NO_DATA, f"{symbol}: Yahoo's chart has {what}."))
