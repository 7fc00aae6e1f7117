import contextlib
import json
import logging
import threading
import time

import pytest

from tests.cache.redis_process import free_port, pretender, wait_until
from tickfolio.cache.guard import Guard, connect
from tickfolio.cache.redis import SIZE_MAX, RedisCache

# The budget is 0.1 s; the rest is for a busy machine. What hangs, hangs for much longer.
GENEROUS_SECONDS = 0.5


class Shared:
    """A cache as main builds it, with its own clock and a list of what it told."""

    def __init__(self, url, secret=b"sealing secret") -> None:
        self.now = 0.0
        self.events = []
        self.guard = Guard(connect(url), clock=lambda: self.now, on_event=self.events.append)
        self.cache = RedisCache(self.guard, secret=secret, prefix="test:", on_event=self.events.append)

    def find_timed(self, key, owner_id):
        started = time.monotonic()
        body = self.cache.find(key, owner_id)
        seconds = time.monotonic() - started
        assert seconds < GENEROUS_SECONDS, f"it took {seconds:.3f} s"
        return body


@contextlib.contextmanager
def opened(url, secret=b"sealing secret"):
    shared = Shared(url, secret)
    yield shared
    shared.cache.close()


@pytest.fixture
def shared(redis_process):
    with opened(redis_process.url) as shared:
        yield shared


def keep(shared, process, key="k", owner_id="asha", body=b'{"worth": "100"}'):
    """Keeps a body and waits until it is there, because nobody else would."""
    shared.cache.keep(key, owner_id, body, 60)
    with process.client() as client:
        wait_until(lambda: client.exists(f"test:{key}"))


def test_a_kept_body_is_found_by_another_process_of_the_same_secret(shared, redis_process):
    keep(shared, redis_process, body='{"name": "Aktie ₹ 🙂"}'.encode())

    with opened(redis_process.url) as other:
        assert other.cache.find("k", "asha") == '{"name": "Aktie ₹ 🙂"}'.encode()
        assert other.cache.find("nothing", "asha") is None
        assert other.events == []


def test_a_body_has_a_time_to_live_and_a_prefix(shared, redis_process):
    keep(shared, redis_process)

    with redis_process.client() as client:
        assert client.keys() == [b"test:k"]
        assert 50 < client.ttl("test:k") <= 60


def test_fault_39_a_body_of_another_owner_is_a_miss_and_is_told(shared, redis_process):
    keep(shared, redis_process)

    assert shared.cache.find("k", "ravi") is None
    assert shared.events == ["foreign"]
    assert shared.cache.find("k", "asha") == b'{"worth": "100"}'


def test_fault_39_a_genuine_body_under_another_key_is_a_miss_and_drops_the_connection(shared, redis_process):
    keep(shared, redis_process)
    with redis_process.client() as client:
        client.set("test:other", client.get("test:k"))
        connections = {row["id"] for row in client.client_list()} - {str(client.client_id())}

        assert shared.cache.find("other", "asha") is None
        assert shared.events == ["foreign"]
        wait_until(lambda: not connections & {row["id"] for row in client.client_list()})


def lies(genuine):
    """What a Redis may answer that this program never wrote."""
    envelope = json.loads(genuine)
    stranger = {**envelope, "owner": "ravi"}
    return {
        "not JSON": b"\x80\x04\x95garbage",
        "a pickle": b"\x80\x04\x8c\x05posix\x94\x8c\x06system\x94\x93\x94.",
        "truncated": genuine[:-5],
        "one byte changed": genuine.replace(b"100", b"900"),
        "an owner changed": json.dumps(stranger).encode(),
        "another schema": json.dumps({**envelope, "schema": "tickfolio-cache-0"}).encode(),
        "a field more": json.dumps({**envelope, "role": "administrator"}).encode(),
        "a field less": json.dumps({k: v for k, v in envelope.items() if k != "mac"}).encode(),
        "a number for a body": json.dumps({**envelope, "body": 1}).encode(),
        "no seal": json.dumps({**envelope, "mac": ""}).encode(),
        "a seal that is not ASCII": json.dumps({**envelope, "mac": "é"}).encode(),
        "half a surrogate pair": json.dumps({**envelope, "body": "\ud800"}).encode(),
        "another type of JSON": b"[1, 2]",
        "null": b"null",
        "deep": b"[" * 100_000,
        "a huge number": b"9" * 10_000,
        "too large": b'"' + b"x" * SIZE_MAX + b'"',
    }


def test_fault_38_garbage_of_every_kind_is_a_miss(shared, redis_process):
    keep(shared, redis_process)
    with redis_process.client() as client:
        genuine = client.get("test:k")
        for name, lie in lies(genuine).items():
            shared.events.clear()
            client.set("test:k", lie)
            assert shared.cache.find("k", "asha") is None, name
            assert shared.events == ["garbage"], name
        client.set("test:k", genuine)

    assert shared.cache.find("k", "asha") == b'{"worth": "100"}'


def test_fault_38_a_value_of_another_type_is_a_miss(shared, redis_process):
    with redis_process.client() as client:
        client.rpush("test:k", "one", "two")

    assert shared.cache.find("k", "asha") is None
    assert shared.events == ["garbage"]


def test_fault_42_what_was_sealed_with_another_secret_is_a_miss(shared, redis_process):
    with opened(redis_process.url, secret=b"the attacker's") as attacker:
        keep(attacker, redis_process)

    assert shared.cache.find("k", "asha") is None
    assert shared.events == ["garbage"]


def test_fault_37_a_flushed_redis_is_a_miss_and_nothing_else(shared, redis_process):
    keep(shared, redis_process)
    with redis_process.client() as client:
        client.flushall()

    assert shared.cache.find("k", "asha") is None
    assert shared.events == []


def test_fault_35_nobody_listens():
    with opened(f"redis://127.0.0.1:{free_port()}/0") as shared:
        assert shared.find_timed("k", "asha") is None
        assert shared.events == ["unreachable"]


def test_fault_35_a_redis_that_dies_is_missed_and_used_again_when_it_returns(shared, redis_process):
    keep(shared, redis_process)
    assert shared.cache.find("k", "asha")

    redis_process.kill()
    assert shared.find_timed("k", "asha") is None
    assert shared.find_timed("k", "asha") is None
    assert shared.events == ["unreachable"]

    redis_process.start()
    assert shared.cache.find("k", "asha") is None
    shared.now += 1
    keep(shared, redis_process)
    assert shared.cache.find("k", "asha") == b'{"worth": "100"}'


def test_fault_36_a_frozen_redis_costs_no_more_than_the_budget(shared, redis_process):
    keep(shared, redis_process)
    keep(shared, redis_process, "other", "ravi", b"another's")

    redis_process.freeze()
    assert shared.find_timed("other", "ravi") is None
    assert shared.events == ["unreachable"]
    redis_process.thaw()

    # The late answer to the first question must never become the answer to the second.
    shared.now += 1
    assert shared.cache.find("k", "asha") == b'{"worth": "100"}'
    assert shared.events == ["unreachable"]


@pytest.mark.parametrize(
    ("said", "drip_seconds"),
    [
        pytest.param(b"", 0, id="takes the connection and never answers"),
        pytest.param(b"$", 0.02, id="drips bytes faster than any socket timeout"),
        pytest.param(b"$-1\r\n", 0.02, id="answers more than it was asked"),
        pytest.param(b"HTTP/1.1 400 Bad Request\r\n\r\n", 0, id="is no Redis at all"),
        pytest.param(b"-ERR no\r\n", 0, id="refuses"),
        pytest.param(b"$999999999\r\n", 0, id="promises a huge value"),
        pytest.param(b"*2\r\n$1\r\na\r\n$1\r\nb\r\n", 0, id="answers a list"),
        pytest.param(b":7\r\n", 0, id="answers a number"),
    ],
)
def test_fault_36_a_pretender_costs_no_more_than_the_budget(said, drip_seconds):
    with pretender(said, drip_seconds) as url, opened(url) as shared:
        for _ in range(6):  # more than there are threads: none of them may stay stuck
            assert shared.find_timed("k", "asha") is None
            shared.now += 30


def test_a_name_that_does_not_resolve_is_a_miss():
    with opened("redis://no-such-host.invalid:6379/0") as shared:
        assert shared.find_timed("k", "asha") is None
        assert shared.events == ["unreachable"]


def test_a_dripping_server_cannot_keep_the_threads():
    with pretender(b"$", 0.02) as url, opened(url) as shared:
        for _ in range(8):
            shared.find_timed("k", "asha")
            shared.now += 30
        wait_until(shared.guard._pool._work_queue.empty)

        started = threading.Event()
        shared.guard._pool.submit(started.set)
        assert started.wait(2)


def test_the_breaker_waits_longer_each_time_up_to_30_seconds():
    with opened(f"redis://127.0.0.1:{free_port()}/0") as shared:
        shared.cache.find("k", "asha")
        # 1 s, then doubled: 2, 4, 8, 16, and 32 is cut to 30.
        for count, pause in enumerate([1, 2, 4, 8, 16, 30, 30], start=1):
            shared.now += pause - 0.01
            shared.cache.find("k", "asha")
            assert len(shared.events) == count
            shared.now += 0.01
            shared.cache.find("k", "asha")
            assert len(shared.events) == count + 1


def test_calls_that_fail_together_are_one_failure():
    with pretender(b"") as url, opened(url) as shared:
        threads = [threading.Thread(target=shared.cache.find, args=("k", "asha")) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert shared.events == ["unreachable"]

        shared.now += 1
        shared.cache.find("k", "asha")
        assert shared.events == ["unreachable"] * 2


def test_keeping_never_waits_and_never_fails():
    with pretender(b"") as url, opened(url) as shared:
        started = time.monotonic()
        for number in range(1000):
            shared.cache.keep(f"k{number}", "asha", b"x", 60)
        assert time.monotonic() - started < GENEROUS_SECONDS
        wait_until(lambda: shared.events == ["unreachable"])


def test_what_waits_to_be_kept_is_bounded(redis_process):
    events = []
    guard = Guard(connect(redis_process.url), clock=lambda: 0.0, on_event=events.append, workers=1, told_max=3)
    release, sent = threading.Event(), []
    guard._pool.submit(release.wait)

    for number in range(10):
        guard.tell(lambda number=number: sent.append(number))
    release.set()
    wait_until(lambda: len(sent) == 3)
    guard.tell(lambda: sent.append("later"))
    wait_until(lambda: sent == [0, 1, 2, "later"])

    guard.close()


def test_a_closed_cache_answers_with_misses(redis_process):
    shared = Shared(redis_process.url)
    shared.cache.close()

    assert shared.cache.find("k", "asha") is None
    shared.cache.keep("k", "asha", b"x", 60)


def test_passwords_and_acl_users_work(redis_process):
    with redis_process.client() as client:
        client.execute_command("ACL", "SETUSER", "cache", "on", ">pa/ss@word", "~test:*", "+@read", "+@write")
        client.execute_command("ACL", "SETUSER", "default", "off")

    with opened(f"redis://cache:pa%2Fss%40word@127.0.0.1:{redis_process.port}/0") as shared:
        shared.cache.keep("k", "asha", b"x", 60)
        wait_until(lambda: shared.cache.find("k", "asha") == b"x")
        assert shared.events == []
    with opened(f"redis://cache:wrong@127.0.0.1:{redis_process.port}/0") as shared:
        assert shared.find_timed("k", "asha") is None
        assert shared.events == ["unreachable"]


def test_the_secret_and_the_password_are_never_said(caplog):
    caplog.set_level(logging.DEBUG)
    port = free_port()
    with opened(f"redis://cache:hushhush@127.0.0.1:{port}/0", secret=b"quietquiet") as shared:
        shared.cache.find("k", "asha")
        said = f"{shared.cache!r} {shared.guard!r} {shared.events} {caplog.text}"
    with pytest.raises(ValueError, match="The Redis URL cannot be read") as raised:
        connect("redis://cache:hush/hush@127.0.0.1:6379/0")
    said += f"{raised.value} {raised.value.__cause__}"

    assert "hush" not in said
    assert "quiet" not in said


def test_an_empty_secret_is_a_mistake(redis_process):
    with pytest.raises(ValueError, match="needs a secret"):
        Shared(redis_process.url, secret=b"")
