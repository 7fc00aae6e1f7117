from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from tests.providers.recorded import names, recorded
from tickfolio.domain.instruments import AssetType, Instrument
from tickfolio.domain.prices import Close, Observation, PriceStatus
from tickfolio.providers.ecb import EcbAdapter
from tickfolio.providers.provider import Answer, FailureKind

ECB = EcbAdapter()
NOW = datetime(2026, 11, 20, 17, tzinfo=UTC)


def xml(*days: str) -> bytes:
    return (
        '<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01"'
        f' xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref"><Cube>{"".join(days)}</Cube></gesmes:Envelope>'
    ).encode()


def day(on: str, **rates: str) -> str:
    cubes = "".join(f"<Cube currency='{code}' rate='{rate}'/>" for code, rate in rates.items())
    return f"<Cube time='{on}'>{cubes}</Cube>"


def test_recorded_daily_file():
    answer = recorded("ecb/eurofxref-daily_2015-01-07.xml")

    result = ECB.parse(answer.body, ["EURINR", "EURGBP", "EURISK", "USDINR", "EUREUR"], NOW)

    # 16:00 in Frankfurt in January is 15:00 UTC
    at, on = datetime(2015, 1, 7, 15, tzinfo=UTC), date(2015, 1, 7)
    close = PriceStatus.CLOSE
    assert ECB.classify(answer) is None
    assert result.observations == {
        "EURINR": Observation("EURINR", Decimal("74.7423"), "INR", at, close, "ecb", close_on=on),
        "EURGBP": Observation("EURGBP", Decimal("0.78230"), "GBP", at, close, "ecb", close_on=on),
    }
    assert str(result.observations["EURGBP"].price) == "0.78230"
    assert {symbol: failure.kind for symbol, failure in result.failures.items()} == dict.fromkeys(
        ["EURISK", "USDINR", "EUREUR"], FailureKind.NOT_FOUND
    )
    # counted in the file: 31 rates
    assert len(result.listings) == 31
    inr = next(listing for listing in result.listings if listing.currency == "INR")
    assert (inr.asset_type, inr.exchange, inr.symbol, inr.name) == (AssetType.CURRENCY, "ECB", "EURINR", "EUR/INR")


def test_recorded_history_of_90_days():
    result = ECB.parse_history(recorded("ecb/eurofxref-hist-90d.xml").body, "EURINR", NOW)

    # the file is newest first: 2019-11-29 78.6875 … 2019-09-02 78.892, 65 days
    assert (len(result.closes), result.currency, result.failure) == (65, "INR", None)
    assert result.closes[0] == Close(date(2019, 9, 2), Decimal("78.892"))
    assert result.closes[-1] == Close(date(2019, 11, 29), Decimal("78.6875"))


def test_recorded_history_with_currencies_that_come_and_go():
    histories = ECB.parse_all_history(recorded("ecb/eurofxref-hist_partial.xml").body, since=date(2021, 1, 6)).histories

    # the rupee is quoted since 2009; of January 2021, only what was asked for
    assert [(close.on.isoformat(), str(close.price)) for close in histories["EURINR"].closes] == [
        ("2021-01-06", "90.204"),
        ("2021-01-07", "90.0455"),
        ("2021-01-08", "89.7975"),
        ("2021-06-25", "88.6824"),
    ]


def test_recorded_empty_file_has_no_data():
    body = recorded("ecb/eurofxref-hist_empty.xml").body

    latest = ECB.parse(body, ["EURINR"], NOW).provider_failure
    history = ECB.parse_history(body, "EURINR", NOW).failure

    assert latest is not None
    assert history is not None
    assert (latest.kind, history.kind) == (FailureKind.NO_DATA, FailureKind.NO_DATA)


@pytest.mark.parametrize("file", names("ecb/*.csv"))
def test_recorded_tables_are_not_the_xml_that_we_asked_for(file):
    failure = ECB.parse(recorded(file).body, ["EURINR"], NOW).provider_failure

    assert failure is not None
    assert failure.kind is FailureKind.CONTRACT_CHANGED


def test_the_newest_day_counts_and_today_is_never_later_than_now():
    body = xml(day("2026-11-19", INR="108"), day("2026-11-20", INR="109"))
    before_four = datetime(2026, 11, 20, 14, 55, tzinfo=UTC)

    assert ECB.parse(body, ["EURINR"], NOW).observations["EURINR"].as_of == datetime(2026, 11, 20, 15, tzinfo=UTC)
    seen = ECB.parse(body, ["EURINR"], before_four).observations["EURINR"]
    assert (seen.price, seen.as_of) == (Decimal(109), before_four)


def test_a_day_in_the_future_stays_there():
    seen = ECB.parse(xml(day("2026-11-21", INR="109")), ["EURINR"], NOW).observations["EURINR"]

    assert seen.as_of == datetime(2026, 11, 21, 15, tzinfo=UTC)


@pytest.mark.parametrize("rate", ["N/A", "", "NaN", "1e5", "-1", "1,5", "Infinity", "9" * 30])
def test_fault_06_what_is_no_rate_fails_its_own_pair_only(rate):
    result = ECB.parse(xml(day("2026-11-20", INR=rate, USD="1.1684")), ["EURINR", "EURUSD"], NOW)

    assert result.failures["EURINR"].kind is FailureKind.NO_DATA
    assert result.observations["EURUSD"].price == Decimal("1.1684")


def test_fault_17_a_rate_told_twice_and_differently_is_none():
    twice = day("2026-11-20", INR="109", USD="1.1").replace("</Cube>", "<Cube currency='INR' rate='110'/></Cube>")

    result = ECB.parse(xml(twice), ["EURINR", "EURUSD"], NOW)

    assert result.failures["EURINR"].kind is FailureKind.NO_DATA
    assert list(result.observations) == ["EURUSD"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<a/>",
        b"not xml",
        xml(day("20 November", INR="109")),
        xml("<Cube time='2026-11-20'><Cube code='INR' value='109'/></Cube>"),
        xml("<Cube time='2026-11-20'><Rate currency='INR' rate='109'/></Cube>"),
        xml(day("2026-11-20", INR="109"))[:-20],
        b"<!DOCTYPE a []>" + xml(day("2026-11-20", INR="109")),
        b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
    ],
)
def test_unknown_xml_is_refused_as_a_whole(body):
    failure = ECB.parse(body, ["EURINR"], NOW).provider_failure

    assert failure is not None
    assert failure.kind is FailureKind.CONTRACT_CHANGED


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Answer(200, {"content-type": "text/html"}, b"<html/>"), FailureKind.BLOCKED),
        (Answer(200, {}, b"\n<!DOCTYPE html><html>"), FailureKind.BLOCKED),
        (Answer(301, {}, b""), FailureKind.BLOCKED),
        (Answer(404, {}, b"gone"), FailureKind.CONTRACT_CHANGED),
        (Answer(503, {}, b""), FailureKind.TRANSIENT),
    ],
)
def test_answers_that_are_no_file(answer, kind):
    failure = ECB.classify(answer)

    assert failure is not None
    assert failure.kind is kind


@pytest.mark.parametrize(("days", "name"), [(85, "eurofxref-hist-90d.xml"), (86, "eurofxref-hist.xml")])
def test_the_short_history_is_asked_for_when_it_is_enough(days, name):
    request = ECB.history_request("EURINR", NOW - timedelta(days=days), NOW)

    assert request.url == f"https://www.ecb.europa.eu/stats/eurofxref/{name}"


@pytest.mark.parametrize(
    ("asset_type", "exchange", "expected"),
    [
        (AssetType.CURRENCY, "ECB", "EURINR"),
        (AssetType.CURRENCY, "MANUAL", None),
        (AssetType.STOCK, "ECB", None),
    ],
)
def test_only_pairs_of_the_bank_are_priced(asset_type, exchange, expected):
    assert ECB.symbol_of(Instrument("1", asset_type, exchange, "EURINR", "EUR/INR", "INR")) == expected
