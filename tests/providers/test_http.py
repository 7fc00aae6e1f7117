import gzip
import socket
import time
import tracemalloc

import pytest

from tests.patience import HANGS_SECONDS
from tests.providers.misbehaving import (
    RawServer,
    cuts_off,
    drips_body,
    drips_headers,
    hangs,
    says,
    sends_endless_body,
    sends_gzip_bomb,
    talks_garbage,
)
from tickfolio.providers.http import HttpClient
from tickfolio.providers.provider import Answer, Failure, FailureKind, Request

pytestmark = pytest.mark.enable_socket


def ask(server: RawServer, *, bytes_max=1_000_000, deadline_seconds=0.5) -> Answer | Failure:
    with HttpClient(time.monotonic) as client:
        return client.get(Request(server.url, bytes_max=bytes_max, deadline_seconds=deadline_seconds))


def failure(server: RawServer, **limits) -> Failure:
    result = ask(server, **limits)
    assert isinstance(result, Failure)
    assert "secret" not in result.message
    return result


def test_an_answer_has_its_status_its_headers_and_its_body():
    with RawServer(says("404 Not Found", b'{"a":1}', "Content-Type: application/json\r\nETag: x")) as server:
        answer = ask(server)

    assert isinstance(answer, Answer)
    assert (answer.status, answer.headers["etag"], answer.body) == (404, "x", b'{"a":1}')
    assert b"User-Agent: Tickfolio/" in server.requests[0]
    assert server.requests[0].startswith(b"GET /prices?key=secret HTTP/1.1\r\n")


def test_a_packed_answer_is_unpacked():
    body = b'{"a":1}' * 1000
    with RawServer(says(body=gzip.compress(body), headers="Content-Encoding: gzip")) as server:
        answer = ask(server)

    assert isinstance(answer, Answer)
    assert answer.body == body


@pytest.mark.parametrize("behaviour", [hangs, drips_headers, drips_body])
def test_fault_02_a_server_cannot_hold_us_beyond_the_deadline(behaviour):
    with RawServer(behaviour) as server:
        started_at = time.monotonic()
        result = failure(server, deadline_seconds=0.3)
        lasted = time.monotonic() - started_at

    assert result.kind is FailureKind.TRANSIENT
    assert "within 0.3 s" in result.message
    assert 0.25 < lasted < HANGS_SECONDS


def test_fault_02_a_second_try_has_only_the_time_that_is_left():
    with RawServer(hangs) as server, HttpClient(time.monotonic) as client:
        started_at = time.monotonic()
        result = client.get(Request(server.url, deadline_seconds=60), 0.3)
        lasted = time.monotonic() - started_at

    assert isinstance(result, Failure)
    assert lasted < HANGS_SECONDS


def test_fault_20_an_endless_body_is_cut_at_the_cap():
    with RawServer(sends_endless_body) as server:
        result = failure(server, deadline_seconds=10)

    assert (result.kind, result.message) == (
        FailureKind.CONTRACT_CHANGED,
        "127.0.0.1 answered more than 1,000,000 bytes.",
    )


def test_fault_20_a_gzip_bomb_is_cut_before_it_fills_the_memory():
    with RawServer(sends_gzip_bomb) as server:
        tracemalloc.start()
        result = failure(server, deadline_seconds=10)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()

    assert result.kind is FailureKind.CONTRACT_CHANGED
    # the server's own thread holds 20 MB; the bomb would be 200 MB
    assert peak < 60_000_000


def test_fault_21_redirects_are_not_followed():
    with RawServer(says("302 Found", b"", "Location: http://169.254.169.254/")) as server:
        answer = ask(server)

    assert isinstance(answer, Answer)
    assert answer.status == 302
    assert len(server.requests) == 1


def test_fault_01_a_refused_connection_is_a_failure():
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]

    with HttpClient(time.monotonic) as client:
        result = client.get(Request(f"http://127.0.0.1:{port}/?key=secret", deadline_seconds=2))

    assert isinstance(result, Failure)
    assert result.kind is FailureKind.TRANSIENT
    assert "secret" not in result.message


def test_fault_22_an_answer_without_valid_tls_is_none():
    with RawServer(says()) as server, HttpClient(time.monotonic) as client:
        result = client.get(Request(server.url.replace("http:", "https:"), deadline_seconds=2))

    assert isinstance(result, Failure)
    assert result.kind is FailureKind.TRANSIENT


@pytest.mark.parametrize("behaviour", [cuts_off, talks_garbage, says(body=b"no", headers="Content-Encoding: gzip")])
def test_a_broken_answer_is_a_failure(behaviour):
    with RawServer(behaviour) as server:
        assert failure(server).kind is FailureKind.TRANSIENT


@pytest.mark.parametrize("url", ["http://[::1", "ftp://127.0.0.1/x", "http:///nowhere", "file:///etc/passwd"])
def test_an_address_that_is_none_is_a_failure(url):
    with HttpClient(time.monotonic) as client:
        assert isinstance(client.get(Request(url, deadline_seconds=1)), Failure)


def test_a_client_can_be_used_again_after_it_was_closed():
    with RawServer(says()) as server:
        client = HttpClient(time.monotonic)
        first = client.get(Request(server.url))
        client.close()
        second = client.get(Request(server.url))
        client.close()

    assert isinstance(first, Answer)
    assert isinstance(second, Answer)
