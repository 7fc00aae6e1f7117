"""A source of one's own: each address asked once, checked, and within its limits."""

import gzip
import json
import time
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from tests.providers.misbehaving import RawServer, drips_body, says, sends_endless_body, sends_gzip_bomb
from tests.providers.own_answers import NOW
from tickfolio.domain.instruments import AssetType, Instrument
from tickfolio.domain.prices import Observation, PriceStatus
from tickfolio.providers import own_source
from tickfolio.providers.address_check import AddressCheck, read_named_hosts
from tickfolio.providers.own_answer import OwnFailure, OwnPrice
from tickfolio.providers.own_source import OwnAddress, OwnProvider
from tickfolio.providers.provider import FailureKind


def address(url, path="p", date_path=None, owner="asha", kind="json"):
    return OwnAddress(owner, url, kind, path, date_path, "INR")


def no_addresses(_ids):
    return {}


class Asked:
    """The provider over these addresses; the hosts of the tests are allowed, unless a test says otherwise."""

    def __init__(self, addresses, hosts="127.0.0.1", sleep=None):
        found = dict(addresses)
        self.slept = []
        self.provider = OwnProvider(
            lambda ids: {key: found[key] for key in ids if key in found},
            AddressCheck(read_named_hosts(hosts)),
            time.monotonic,
            sleep or self.slept.append,
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
def test_a_mistake_of_ours_does_not_pass_for_an_address_without_an_answer():
    def break_down(_seconds):
        raise ZeroDivisionError("a mistake in the waiting")

    with RawServer(says(body=b'{"p": 5}')) as server:
        asked = Asked({"1": address(server.url), "2": address(server.url + "&2")}, sleep=break_down)
        with pytest.raises(ZeroDivisionError):
            asked.all()
        asked.provider.close()


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
