"""Faults 21 and 72: an address that a person gave leads to the public internet, or nowhere."""

import contextlib
import socket
import threading
import time
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.providers.misbehaving import RawServer, says
from tickfolio.providers.address_check import AddressCheck, AddressRefused, is_public, read_named_hosts
from tickfolio.providers.http import HttpClient
from tickfolio.providers.provider import Answer, Failure, FailureKind, Request

METADATA, PUBLIC = "169.254.169.254", "93.184.216.34"


def resolves(*addresses):
    return AddressCheck(resolve=lambda _host, _port: addresses)


def get(check, url, seconds=2.0):
    with HttpClient(time.monotonic, check.find) as client:
        return client.get(Request(url, deadline_seconds=seconds))


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.9.1", "0.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", METADATA,
        "192.0.0.8", "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
        "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1", "fec0::1", "ff02::1", "2001:db8::1", "100::1",
        # IPv4 within IPv6: mapped, translated, compatible, NAT64 (and its local form), 6to4, Teredo, ISATAP
        "::ffff:127.0.0.1", "::ffff:a9fe:a9fe", "::ffff:0:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe", "64:ff9b:1::808:808", "2002:7f00:1::", "2002:c0a8:101::1", "2001::1",
        "2606:4700::5efe:10.0.0.1", "fe80::5efe:8.8.8.8",
    ],
)  # fmt: skip
def test_fault_21_what_is_not_the_public_internet_is_refused(address):
    assert not is_public(ip_address(address))
    with pytest.raises(AddressRefused) as refused:
        resolves(address).find("prices.example.org", 443, 1)
    assert refused.value.code == "address_not_allowed"


@pytest.mark.parametrize("address", [PUBLIC, "8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_the_public_internet_is_allowed(address):
    assert is_public(ip_address(address))
    assert resolves(address).find("prices.example.org", 443, 1) == (address,)


def test_fault_72_one_private_address_among_public_ones_refuses_the_name():
    for found in ((PUBLIC, "127.0.0.1"), ("127.0.0.1", PUBLIC), (PUBLIC, "::1")):
        with pytest.raises(AddressRefused):
            resolves(*found).find("prices.example.org", 443, 1)


@pytest.mark.enable_socket
@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.1", "2130706433", "0177.0.0.1", "0x7f.0.0.1", "0x7f000001", "0", "localhost",
             "localhost.", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "１２７.0.0.1"],
)  # fmt: skip
def test_fault_72_this_machine_is_refused_however_it_is_spelt(host):
    with RawServer(says()) as server:
        url = server.url.replace("127.0.0.1", host)
        with contextlib.suppress(AddressRefused):
            # what the system cannot resolve leads nowhere either
            assert isinstance(get(AddressCheck(), url), Failure)

    assert server.requests == []


@pytest.mark.enable_socket
def test_fault_72_a_name_that_leads_elsewhere_at_the_second_look_is_refused_there():
    """The first look is when the address is written down; the one that counts is when the connection is made."""
    told = iter([[PUBLIC], ["127.0.0.1"], ["127.0.0.1"]])
    check = AddressCheck(resolve=lambda _host, _port: next(told))
    with RawServer(says()) as server:
        url = server.url.replace("127.0.0.1", "rebound.example.org")
        check.check_url(url)
        assert check.find("rebound.example.org", 443, 1) == [PUBLIC]

        with pytest.raises(AddressRefused):
            get(check, url)

    assert server.requests == []


@pytest.mark.enable_socket
def test_fault_72_the_connection_goes_to_the_checked_address_and_the_name_stays_in_the_request():
    """Asked a second time, this resolver would lead to nobody: so nobody asks it a second time."""
    told = iter([["127.0.0.1"]])
    check = AddressCheck(read_named_hosts("prices.example.org"), resolve=lambda _host, _port: next(told))
    with RawServer(says(body=b"[7]")) as server:
        answer = get(check, server.url.replace("127.0.0.1", "prices.example.org"))

    assert isinstance(answer, Answer)
    assert answer.body == b"[7]"
    assert b"host: prices.example.org:" in server.requests[0].lower()


@pytest.mark.enable_socket
def test_under_tls_the_name_is_what_the_certificate_must_be_for():
    def listens(connection: socket.socket, _closing: threading.Event) -> None:
        connection.close()

    check = AddressCheck(read_named_hosts("prices.example.org"), resolve=lambda _host, _port: ["127.0.0.1"])
    with RawServer(listens) as server:
        answer = get(check, server.url.replace("http://127.0.0.1", "https://prices.example.org"))

    assert isinstance(answer, Failure)
    assert b"prices.example.org" in server.requests[0]  # the server's name in the greeting


@pytest.mark.enable_socket
def test_the_next_address_is_tried_when_the_first_one_refuses():
    check = AddressCheck(read_named_hosts("127.0.0.0/8"), resolve=lambda _host, _port: ["127.0.0.3", "127.0.0.1"])
    with RawServer(says()) as server:
        assert isinstance(get(check, server.url.replace("127.0.0.1", "two.example.org")), Answer)


@pytest.mark.enable_socket
def test_fault_02_a_resolver_that_hangs_cannot_hold_us():
    given_up = threading.Event()

    def hangs(_host, _port):
        given_up.wait(30)
        return [PUBLIC]

    answer = get(AddressCheck(resolve=hangs), "http://slow.example.org/x?key=secret", seconds=0.2)
    given_up.set()

    assert isinstance(answer, Failure)
    assert (answer.kind, answer.message) == (FailureKind.TRANSIENT, "slow.example.org did not answer within 0.2 s.")


def test_a_name_that_nobody_knows_is_a_failure():
    def fails(_host, _port):
        raise socket.gaierror(-2, "Name or service not known")

    for resolve in (fails, lambda _host, _port: []):
        answer = get(AddressCheck(resolve=resolve), "http://nobody.example.org/")
        assert isinstance(answer, Failure)
        assert answer.kind is FailureKind.TRANSIENT


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("file:///etc/passwd", "not_a_web_address"),
        ("ftp://example.org/x", "not_a_web_address"),
        ("gopher://example.org:80/x", "not_a_web_address"),
        ("javascript:alert(1)", "not_a_web_address"),
        ("//example.org/x", "not_a_web_address"),
        ("example.org/x", "not_a_web_address"),
        ("https://", "not_a_web_address"),
        ("https:///x", "not_a_web_address"),
        ("", "not_a_web_address"),
        ("https://[::1", "not_a_web_address"),
        ("https://example.org/a b", "not_a_web_address"),
        ("https://example.org\\@127.0.0.1/", "not_a_web_address"),
        ("https://example.org/\r\nHost: x", "not_a_web_address"),
        ("https://example.org/" + "a" * 2_000, "not_a_web_address"),
        ("https://user:hunter2@example.org/", "user_in_address"),
        ("https://user@example.org/", "user_in_address"),
        ("https://example.org@127.0.0.1/", "user_in_address"),
        ("https://example.org:22/", "port_not_allowed"),
        ("https://example.org:0/", "port_not_allowed"),
        ("https://example.org:1023/", "port_not_allowed"),
        ("https://example.org:65536/", "port_not_allowed"),
        ("https://example.org:x/", "port_not_allowed"),
        ("http://127.0.0.1/", "address_not_allowed"),
        ("http://169.254.169.254/latest/meta-data/", "address_not_allowed"),
        ("http://[::1]:8000/", "address_not_allowed"),
        ("http://[::ffff:10.0.0.1]/", "address_not_allowed"),
    ],
)
def test_fault_21_what_can_be_no_address_is_refused_when_it_is_written_down(url, code):
    with pytest.raises(AddressRefused) as refused:
        AddressCheck().check_url(url)

    assert refused.value.code == code
    assert "hunter2" not in refused.value.message


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/p.json?key=k#x",
        "http://example.org",
        "HTTPS://Example.ORG:8443/",
        "http://example.org:1024/",
    ],
)
def test_an_ordinary_address_is_taken(url):
    assert AddressCheck().check_url(url) == "example.org"


def test_the_port_is_checked_again_when_the_connection_is_made():
    with pytest.raises(AddressRefused):
        resolves(PUBLIC).find("example.org", 25, 1)


@pytest.mark.parametrize(
    ("setting", "host", "address", "is_allowed"),
    [
        ("nas.local", "nas.local", "192.168.1.5", True),
        ("NAS.local.", "nas.LOCAL.", "192.168.1.5", True),
        ("nas.local", "other.local", "192.168.1.5", False),
        ("nas.local", "evil.nas.local", "192.168.1.5", False),
        ("192.168.1.0/24", "any.example.org", "192.168.1.5", True),
        ("192.168.1.0/24", "any.example.org", "192.168.2.5", False),
        ("192.168.1.0/24", "any.example.org", "::ffff:192.168.1.5", True),
        ("nas.local, fd00::/8", "any.example.org", "fd00::5", True),
        ("192.168.1.5", "any.example.org", "192.168.1.5", True),
        ("", "nas.local", "192.168.1.5", False),
    ],
)
def test_the_operator_names_what_else_may_be_asked(setting, host, address, is_allowed):
    check = AddressCheck(read_named_hosts(setting), resolve=lambda _host, _port: [address])

    try:
        check.find(host, 8080, 1)
    except AddressRefused:
        assert not is_allowed
    else:
        assert is_allowed


@pytest.mark.parametrize("setting", ["http://nas.local", "a b", "nas.local:80", "10.0.0.0/33", "-x", "1.2.3", "*"])
def test_what_is_no_host_is_said(setting):
    with pytest.raises(ValueError, match="not a host or network"):
        read_named_hosts(setting)


@given(url=st.text() | st.text().map("https://{}".format) | st.text().map("http://example.org:{}".format))
def test_any_text_is_an_address_or_refused(url):
    with contextlib.suppress(AddressRefused):
        assert AddressCheck().check_url(url)
