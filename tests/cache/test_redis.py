import json
import logging

import pytest

from tests.cache.opened import Shared, keep, opened
from tests.cache.redis_process import free_port, wait_until
from tickfolio.cache.guard import connect
from tickfolio.cache.redis import SIZE_MAX


@pytest.fixture
def shared(redis_process):
    with opened(redis_process.url) as shared:
        yield shared


@pytest.fixture
def hurried(redis_process):
    """The same with the real budget."""
    with opened(redis_process.url, hurried=True) as shared:
        yield shared


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
    with opened(f"redis://127.0.0.1:{free_port()}/0", hurried=True) as shared:
        assert shared.find_timed("k", "asha") is None
        assert shared.events == ["unreachable"]


def test_fault_35_a_redis_that_dies_is_missed_and_used_again_when_it_returns(hurried, redis_process):
    keep(hurried, redis_process)
    wait_until(lambda: hurried.finds("k", "asha", b'{"worth": "100"}'))

    redis_process.kill()
    hurried.events.clear()
    assert hurried.find_timed("k", "asha") is None
    assert hurried.find_timed("k", "asha") is None
    assert hurried.events == ["unreachable"]

    redis_process.start()
    assert hurried.cache.find("k", "asha") is None
    hurried.now += 30
    keep(hurried, redis_process)
    wait_until(lambda: hurried.finds("k", "asha", b'{"worth": "100"}'))


def test_fault_36_a_frozen_redis_costs_no_more_than_the_budget(hurried, redis_process):
    keep(hurried, redis_process)
    keep(hurried, redis_process, "other", "ravi", b"another's")

    redis_process.freeze()
    assert hurried.find_timed("other", "ravi") is None
    redis_process.thaw()

    # The late answer to the first question must never become the answer to the second: that would be "foreign".
    wait_until(lambda: hurried.finds("k", "asha", b'{"worth": "100"}'))
    assert set(hurried.events) == {"unreachable"}


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
    with opened(f"redis://cache:wrong@127.0.0.1:{redis_process.port}/0", hurried=True) as shared:
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
