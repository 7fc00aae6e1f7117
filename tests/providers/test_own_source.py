"""A source of one's own: any answer of a stranger is a price of the day that it names, or a precise reason."""

import gzip
import json
import time
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.providers.misbehaving import RawServer, drips_body, says, sends_endless_body, sends_gzip_bomb
from tests.providers.test_any_bytes import bodies
from tickfolio.domain.instruments import AssetType, Instrument
from tickfolio.domain.prices import Observation, PriceStatus
from tickfolio.providers import own_source
from tickfolio.providers.address_check import AddressCheck, read_named_hosts
from tickfolio.providers.own_answer import OwnFailure, OwnPrice, read_own
from tickfolio.providers.own_source import OwnAddress, OwnProvider, no_addresses
from tickfolio.providers.provider import FailureKind

NOW = datetime(2026, 11, 20, 9, 10, tzinfo=UTC)
FUNDS = {
    "data": [{"code": 1, "price": "99.5"}, {"code": 2, "price": 101.25, "on": "2026-11-19"}],
    "a.b": {"net value": 7},
    "last": {"0": 8},
    "at": 1795165800,
    "deep": {"x": [[1, 2], [3, 4]]},
    "no": None,
}


def in_json(path, date_path=None, document=FUNDS):
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return read_own(body, "json", path, date_path, NOW)


def in_csv(text, path, date_path=None):
    return read_own(text.encode(), "csv", path, date_path, NOW)


# --- Where the price stands ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "price"),
    [
        ("data.0.price", "99.5"),
        ("data[1].price", "101.25"),
        ("$.data[-1].price", "101.25"),
        ("data.last.price", "101.25"),
        ("data[first].price", "99.5"),
        ("data[code=2].price", "101.25"),
        ('"a.b".net value', "7"),
        ("['a.b'][\"net value\"]", "7"),
        ("last.0", "8"),
        ("deep.x[-1][0]", "3"),
        (" at ", "1795165800"),
    ],
)
def test_a_path_leads_to_the_price(path, price):
    assert in_json(path) == OwnPrice(Decimal(price))


def test_the_whole_answer_may_be_the_price():
    assert in_json("$", document=b" 101.250 ") == OwnPrice(Decimal("101.250"))


@pytest.mark.parametrize(
    ("path", "code", "where", "found"),
    [
        ("data.2.price", "path_not_found", "data.2", "there is a list of 2"),
        ("data.0.nav", "path_not_found", "data.0.nav", "there is an object with code, price"),
        ("data.price", "path_not_found", "data.price", "there is a list of 2"),
        ("data[code=3].price", "path_not_found", "data.code=3", "there is a list of 2"),
        ("at.x", "path_not_found", "at.x", "there is the number 1795165800"),
        ("data[1].on.x", "path_not_found", "data.1.on.x", "there is the text “2026-11-19”"),
        ("data", "not_a_number", "data", "a list of 2"),
        ("data[1].on", "not_a_number", "data[1].on", "the text “2026-11-19”"),
        ("no", "not_a_number", "no", "null"),
        ("a..b", "path_unreadable", None, None),
        ("a[", "path_unreadable", None, None),
        ("a[x]", "path_unreadable", None, None),
        ("", "path_unreadable", None, None),
    ],
)
def test_where_a_path_ends_is_said(path, code, where, found):
    told = in_json(path)

    assert isinstance(told, OwnFailure)
    assert (told.code, told.where, told.found) == (code, where, found)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("NaN", "not_a_number"),
        ("Infinity", "not_a_number"),
        ("-Infinity", "not_a_number"),
        ('"NaN"', "not_a_number"),
        ('"1,234.50"', "not_a_number"),
        ('"N/A"', "not_a_number"),
        ('""', "not_a_number"),
        ("true", "not_a_number"),
        ("1e40", "not_a_number"),
        ("0", "not_above_zero"),
        ("-5", "not_above_zero"),
    ],
)
def test_fault_06_what_is_no_price_is_none(value, code):
    told = in_json("p", document=f'{{"p": {value}}}'.encode())

    assert isinstance(told, OwnFailure)
    assert told.code == code


def test_a_price_keeps_its_digits():
    assert in_json("p", document=b'{"p": 0.100000000000000001}') == OwnPrice(Decimal("0.100000000000000001"))


ROWS = "Date,Symbol,Close\n2026-11-18,INFY,10\n2026-11-18,TCS,30\n2026-11-19,INFY,11\n2026-11-19,TCS,31.50\n\n"


@pytest.mark.parametrize(
    ("path", "price", "day"),
    [
        ("Close", "31.50", 19),
        ("Close[last]", "31.50", 19),
        ("Close[first]", "10", 18),
        ("Close[1]", "30", 18),
        ("Close[-2]", "11", 19),
        ("Close[Symbol=INFY]", "11", 19),
        ("Close [ Date = 2026-11-18 ]", "30", 18),
    ],
)
def test_a_column_and_a_row_lead_to_the_price(path, price, day):
    assert in_csv(ROWS, path, "Date") == OwnPrice(Decimal(price), date(2026, 11, day))


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_other_delimiters_are_known(delimiter):
    assert in_csv("\ufeff" + ROWS.replace(",", delimiter), "Close", "Date") == OwnPrice(
        Decimal("31.50"), date(2026, 11, 19)
    )


def test_a_name_may_have_brackets_and_a_cell_a_new_line():
    text = '"Close [INR]","Note"\n5,"two\nlines"\n'

    assert in_csv(text, "Close [INR]") == OwnPrice(Decimal(5))
    assert in_csv(text, "Close [INR][first]") == OwnPrice(Decimal(5))


@pytest.mark.parametrize(
    ("text", "path", "date_path", "code", "where", "found"),
    [
        (ROWS, "Nav", None, "path_not_found", "Nav", "the first row has Date, Symbol, Close"),
        (ROWS, "Close", "Day", "path_not_found", "Day", "the first row has Date, Symbol, Close"),
        (ROWS, "Close[Name=x]", None, "path_not_found", "Name", "the first row has Date, Symbol, Close"),
        (ROWS, "Close[Symbol=SBIN]", None, "path_not_found", "Close[Symbol=SBIN]", "no such row"),
        (ROWS, "Close[9]", None, "path_not_found", "Close[9]", "no such row"),
        ("", "Close", None, "path_not_found", "Close", "no first row"),
        ("Close\n", "Close", None, "path_not_found", "Close[last]", "no such row"),
        ("Date,Close\n2026-11-19\n", "Close", None, "not_a_number", "Close", "the text “”"),
        ("\x00", "Close", None, "not_csv", None, None),
    ],
)
def test_what_a_table_lacks_is_said(text, path, date_path, code, where, found):
    told = in_csv(text, path, date_path)

    assert isinstance(told, OwnFailure)
    assert (told.code, told.where, told.found) == (code, where, found)


# 1795165800 s after 1970 is 2026-11-20T09:10:00Z: 20,777 days of 86,400 s, and 33,000 s.
@pytest.mark.parametrize(
    ("value", "day", "at"),
    [
        ("2026-11-19", date(2026, 11, 19), None),
        ("2026-11-19 15:30:00", date(2026, 11, 19), None),
        ("2026-11-20T14:40:00+05:30", None, NOW),
        ("2026-11-20 09:10Z", None, NOW),
        (1795165800, None, NOW),
        ("1795165800", None, NOW),
        (1795165800123, None, NOW),
        (1795165800.9, None, NOW),
    ],
)
def test_a_date_is_a_day_or_an_instant(value, day, at):
    assert in_json("p", "d", {"p": 5, "d": value}) == OwnPrice(Decimal(5), day, at)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("19/11/2026", "not_a_date"),
        ("2026-13-01", "not_a_date"),
        ("2026-11-20T25:00Z", "not_a_date"),
        (20261119, "not_a_date"),
        ("20261119", "not_a_date"),
        (None, "not_a_date"),
        (float("nan"), "not_a_date"),
        (-1e50, "not_a_date"),
        (1e50, "not_a_date"),
        ("2026-11-21", "in_the_future"),
        (1795165800 + 600, "in_the_future"),
    ],
)
def test_a_date_that_is_none_is_said(value, code):
    told = in_json("p", "d", {"p": 5, "d": value})

    assert isinstance(told, OwnFailure)
    assert (told.code, told.where) == (code, "d")


def test_fault_20_deep_json_is_none():
    for body in (b"[" * 500_000, b'{"a":' * 100_000, b"[" * 100_000 + b"]" * 100_000):
        told = in_json("0", document=body)
        assert isinstance(told, OwnFailure)
        assert told.code == "not_json"


paths = st.text(max_size=20) | st.lists(
    st.sampled_from(["a", ".", "[", "]", "0", "-1", "last", "first", '"', "'", "=", "$", " ", "Close", "x=1"]),
    max_size=8,
).map("".join)


@given(body=bodies, kind=st.sampled_from(["json", "csv"]), path=paths, date_path=st.none() | paths)
def test_any_bytes_under_any_path_are_a_price_or_a_reason(body, kind, path, date_path):
    told = read_own(body, kind, path, date_path, NOW)

    if isinstance(told, OwnPrice):
        assert told.price.is_finite()
        assert told.price > 0
    else:
        assert told.code
        assert len(told.message) < 1_000


@given(value=st.floats() | st.integers() | st.text(max_size=30) | st.booleans() | st.none(), kind=st.booleans())
def test_any_value_is_a_price_or_a_date_or_neither(value, kind):
    document = {"p": value, "d": 1} if kind else {"p": 1, "d": value}

    assert in_json("p", "d", document)


# --- Asking ----------------------------------------------------------------------------------------------------------


def address(url, path="p", date_path=None, owner="asha", kind="json"):
    return OwnAddress(owner, url, kind, path, date_path, "INR")


class Asked:
    """The provider over these addresses; the hosts of the tests are allowed, unless a test says otherwise."""

    def __init__(self, addresses, hosts="127.0.0.1"):
        found = dict(addresses)
        self.slept = []
        self.provider = OwnProvider(
            lambda ids: {key: found[key] for key in ids if key in found},
            AddressCheck(read_named_hosts(hosts)),
            time.monotonic,
            self.slept.append,
        )
        self.ids = list(found)

    def all(self):
        results = list(self.provider.fetch(self.ids, NOW))
        self.provider.close()
        seen = {key: one for result in results for key, one in result.observations.items()}
        failures = {key: one for result in results for key, one in result.failures.items()}
        return seen, failures


def try_out(url, hosts="127.0.0.1", **more):
    provider = OwnProvider(no_addresses, AddressCheck(read_named_hosts(hosts)), time.monotonic, time.sleep)
    told = provider.try_out(address(url, **more), NOW)
    provider.close()
    if isinstance(told, OwnFailure):
        assert "secret" not in told.message
    return told


@pytest.mark.enable_socket
def test_a_price_with_a_day_is_a_close_and_another_is_delayed():
    body = b'{"p": 5, "d": "2026-11-19"}'
    with RawServer(says(body=body)) as server:
        seen, failures = Asked({"1": address(server.url, date_path="d"), "2": address(server.url)}).all()

    noon = datetime(2026, 11, 19, 12, tzinfo=UTC)
    assert failures == {}
    assert seen == {
        "1": Observation("1", Decimal(5), "INR", noon, PriceStatus.CLOSE, "own", close_on=date(2026, 11, 19)),
        "2": Observation("2", Decimal(5), "INR", None, PriceStatus.DELAYED, "own"),
    }


@pytest.mark.enable_socket
def test_one_address_is_asked_once_a_run_and_a_host_at_most_once_a_second():
    with RawServer(says(body=b'{"p": 5}')) as server:
        other = server.url + "&other"
        asked = Asked({"1": address(server.url), "2": address(server.url, owner="ravi"), "3": address(other)})
        seen, _ = asked.all()

    assert set(seen) == {"1", "2", "3"}
    assert len(server.requests) == 2
    assert 0 < sum(asked.slept) <= own_source.INTERVAL_SECONDS


@pytest.mark.enable_socket
def test_one_address_that_fails_costs_the_others_nothing():
    with RawServer(says(body=b'{"p": 5}')) as good, RawServer(says("404 Not Found", b"no")) as bad:
        asked = Asked({"1": address(bad.url), "2": address(good.url), "3": address("http://10.0.0.1/")})
        asked.ids.append("4")
        seen, failures = asked.all()

    assert set(seen) == {"2"}
    assert {key: one.kind for key, one in failures.items()} == {
        "1": FailureKind.NOT_FOUND,
        "3": FailureKind.BLOCKED,
        "4": FailureKind.NO_DATA,
    }


@pytest.mark.enable_socket
def test_fault_03_a_host_that_wants_us_to_wait_is_asked_no_further_in_that_run():
    with RawServer(says("429 Too Many Requests", b"", "Retry-After: 60")) as server:
        _, failures = Asked({"1": address(server.url), "2": address(server.url + "2")}).all()

    assert {key: one.kind for key, one in failures.items()} == {"1": FailureKind.RATE_LIMITED}
    assert len(server.requests) == 1


@pytest.mark.enable_socket
def test_a_slow_host_has_its_time_and_the_rest_is_left_for_the_next_run(monkeypatch):
    monkeypatch.setattr(own_source, "HOST_MAX_SECONDS", 0.0)
    with RawServer(says(body=b'{"p": 5}')) as server:
        assert Asked({"1": address(server.url)}).all() == ({}, {})


@pytest.mark.enable_socket
def test_who_stops_listening_stops_the_asking():
    with RawServer(says(body=b'{"p": 5}')) as server:
        asked = Asked({str(number): address(f"{server.url}&{number}") for number in range(50)})
        results = asked.provider.fetch(asked.ids, NOW)
        next(iter(results))
        results.close()
        asked.provider.close()

    assert len(server.requests) < 50


@pytest.mark.enable_socket
def test_fault_21_this_machine_is_not_asked_unless_the_operator_says_so():
    with RawServer(says(body=b'{"p": 5}')) as server:
        refused = try_out(server.url, hosts="")
        named = try_out(server.url.replace("127.0.0.1", "localhost"), hosts="localhost")

    assert isinstance(refused, OwnFailure)
    assert (refused.code, refused.kind) == ("address_not_allowed", FailureKind.BLOCKED)
    assert named == OwnPrice(Decimal(5))
    assert len(server.requests) == 1


@pytest.mark.enable_socket
@pytest.mark.parametrize(
    ("behaviour", "code"),
    [
        (says("302 Found", b"", "Location: http://169.254.169.254/latest/meta-data/"), "redirect"),
        (says("301 Moved Permanently", b"", "Location: file:///etc/passwd"), "redirect"),
        (says(body=b"<html>Sign in</html>", headers="Content-Type: text/html"), "page_for_people"),
        (says(body=b"<!DOCTYPE html><p>Prove that you are human"), "page_for_people"),
        (says("401 Unauthorized"), "refused"),
        (says("403 Forbidden"), "refused"),
        (says("404 Not Found", b"<html>", "Content-Type: text/html"), "not_found"),
        (says("400 Bad Request"), "not_found"),
        (says("204 No Content", b""), "not_found"),
        (says("429 Too Many Requests"), "rate_limited"),
        (says("503 Unavailable"), "server_error"),
        (says(body=b"p,q\n1,2"), "not_json"),
        (says(body=b""), "not_json"),
        (says(body=b"\xff\xfe{"), "not_json"),
        (says(body=b'{"q": 1}'), "path_not_found"),
        (says(body=b'{"p": NaN}'), "not_a_number"),
        (sends_gzip_bomb, "too_large"),
        (sends_endless_body, "too_large"),
    ],
)
def test_why_there_is_no_price_is_said(behaviour, code):
    with RawServer(behaviour) as server:
        told = try_out(server.url)

    assert isinstance(told, OwnFailure)
    assert told.code == code
    assert len(server.requests) == 1


@pytest.mark.enable_socket
def test_fault_20_a_packed_answer_counts_unpacked():
    body = json.dumps({"p": 5, "x": "a" * 990_000}).encode()
    packed = says(body=gzip.compress(body), headers="Content-Encoding: gzip")
    too_much = says(body=gzip.compress(body + b" " * 20_000), headers="Content-Encoding: gzip")
    with RawServer(packed) as server, RawServer(too_much) as other:
        assert try_out(server.url) == OwnPrice(Decimal(5))
        told = try_out(other.url)

    assert isinstance(told, OwnFailure)
    assert told.code == "too_large"


@pytest.mark.enable_socket
def test_fault_02_an_answer_that_drips_is_given_up(monkeypatch):
    monkeypatch.setattr(own_source, "DEADLINE_SECONDS", 0.3)
    with RawServer(drips_body) as server:
        told = try_out(server.url)

    assert isinstance(told, OwnFailure)
    assert (told.code, told.kind) == ("unreachable", FailureKind.TRANSIENT)


def test_an_address_is_never_printed():
    assert "secret" not in repr(address("https://example.org/?key=secret"))


def test_only_what_belongs_to_somebody_is_priced():
    provider = OwnProvider(no_addresses, AddressCheck(), time.monotonic, time.sleep)
    own = Instrument("1", AssetType.BOND, "MANUAL", "Flat", "Flat", "INR", owner_id="asha")
    shared = Instrument("2", AssetType.STOCK, "NSE", "INFY", "Infosys", "INR")

    assert (provider.symbol_of(own), provider.symbol_of(shared)) == ("1", None)
    assert list(provider.fetch([], NOW)) == []
    assert provider.fetch_history("1", NOW, NOW).failure is not None
    assert provider.search("flat") == ()
