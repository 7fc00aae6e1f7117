import threading
import time

import pytest
from limits import RateLimitItemPerHour

from tests.cache.redis_process import free_port, pretender
from tests.patience import HANGS_SECONDS
from tickfolio.auth.attempts import Attempts, network_of, shared_counts
from tickfolio.cache.guard import Guard, connect
from tickfolio.domain.errors import TooMany

ASHA = "asha@example.org"
HOME, AWAY = "203.0.113.7", "198.51.100.9"
wall_clock = time.time  # noqa: TID251 (the limits library reads this clock itself, so the waits are compared with it)


class Setup:
    """Attempts as main builds them; the guard's clock stands still, so an open breaker stays open.

    Where the time is not the matter, the budget is 5 s, so that a busy machine changes nothing.
    """

    def __init__(self, url=None, hurried=False) -> None:
        self.events, self.guard, shared = [], None, None
        if url is not None:
            seconds = (0.05, 0.1) if hurried else (5, 5)
            client = connect(url, timeout_seconds=seconds[0])
            self.guard = Guard(client, clock=lambda: 0.0, on_event=self.events.append, budget_seconds=seconds[1])
            shared = shared_counts(url, self.guard.client.connection_pool, self.guard, "test")
        self.attempts = Attempts(secret=b"secret", clock=wall_clock, on_event=self.events.append, shared=shared)

    def close(self):
        if self.guard is not None:
            self.guard.close()


@pytest.fixture(params=["memory", "redis"])
def attempts(request):
    setup = Setup(request.getfixturevalue("redis_process").url if request.param == "redis" else None)
    yield setup.attempts
    setup.close()


def fail(attempts, times, account=ASHA, address=HOME, familiar=False):
    """So many wrong passwords, each allowed."""
    for _ in range(times):
        attempts.check(account, address, familiar)
        attempts.failed(account, address)


def refused(attempts, account=ASHA, address=HOME, familiar=False):
    try:
        attempts.check(account, address, familiar)
    except TooMany as too_many:
        return too_many.retry_after_seconds
    attempts.withdrawn(account, address, familiar)
    return None


# The limits: 5 in 15 minutes for one account from one address, 20 in 15 minutes for one address, 50 in an hour for
# one account from all the addresses it does not know.


@pytest.mark.parametrize("familiar", [True, False])
def test_the_sixth_try_at_one_account_from_one_address_is_refused(attempts, familiar):
    fail(attempts, 5, familiar=familiar)

    # 15 minutes are 900 seconds; the window began a moment ago.
    assert 890 <= refused(attempts, familiar=familiar) <= 900
    assert refused(attempts, address=AWAY) is None
    assert refused(attempts, account="ravi@example.org") is None


def test_the_twenty_first_try_from_one_address_is_refused_whatever_the_account(attempts):
    for number in range(20):
        fail(attempts, 1, account=f"user{number}@example.org")

    assert 890 <= refused(attempts, account="another@example.org") <= 900
    assert refused(attempts, account="another@example.org", address=AWAY) is None


def test_the_fifty_first_try_at_one_account_from_strange_addresses_is_refused_but_not_from_a_familiar_one(attempts):
    for number in range(50):
        fail(attempts, 1, address=f"198.51.100.{number}")

    # An hour is 3600 seconds.
    assert 3580 <= refused(attempts, address=AWAY) <= 3600
    assert refused(attempts, address=HOME, familiar=True) is None
    assert refused(attempts, account="ravi@example.org", address=AWAY) is None


def test_a_right_password_forgets_the_wrong_ones_before_it(attempts):
    fail(attempts, 4)
    attempts.check(ASHA, HOME, familiar=False)
    attempts.succeeded(ASHA, HOME, familiar=False)

    fail(attempts, 5)
    assert refused(attempts) is not None


def test_right_passwords_do_not_count(attempts):
    for _ in range(60):
        attempts.check(ASHA, HOME, familiar=False)
        attempts.succeeded(ASHA, HOME, familiar=False)

    fail(attempts, 5)
    assert refused(attempts) is not None


def test_an_account_of_ones_own_does_not_help_to_guess_at_others(attempts):
    for number in range(20):
        fail(attempts, 1, account=f"victim{number}@example.org")
        if number < 19:
            attempts.check("mallory@example.org", HOME, familiar=True)
            attempts.succeeded("mallory@example.org", HOME)

    assert refused(attempts, account="victim@example.org") is not None


def test_a_try_that_was_not_looked_at_does_not_count(attempts):
    for _ in range(100):
        attempts.check(ASHA, HOME, familiar=False)
        attempts.withdrawn(ASHA, HOME, familiar=False)

    fail(attempts, 5)
    assert refused(attempts) is not None


def test_refused_tries_fill_no_other_limit(attempts):
    fail(attempts, 5)
    for _ in range(100):
        assert refused(attempts) is not None

    # 5 of the address's 20 are used, so 15 others are left.
    for number in range(15):
        fail(attempts, 1, account=f"user{number}@example.org")
    assert refused(attempts, account="another@example.org") is not None


def test_ipv6_addresses_of_one_customer_are_one(attempts):
    for number in range(5):
        fail(attempts, 1, address=f"2001:db8:1:2::{number:x}")

    assert refused(attempts, address="2001:db8:1:2:ffff::1") is not None
    assert refused(attempts, address="2001:db8:1:3::1") is None


def test_fault_69_five_thousand_tries_at_once_do_not_slip_through(attempts):
    allowed = []

    def work():
        for _ in range(250):
            try:
                attempts.check(ASHA, HOME, familiar=False)
            except TooMany:
                continue
            allowed.append(1)

    threads = [threading.Thread(target=work) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    if attempts._shared is None:
        assert len(allowed) == 5
    # Redis counts one limit after the other: a try may be refused for another that is just being refused itself, never
    # allowed for it.
    else:
        assert 1 <= len(allowed) <= 5


def test_sign_ups_are_limited_by_address(attempts):
    for _ in range(10):
        attempts.allow(network_of(HOME))

    with pytest.raises(TooMany) as raised:
        attempts.allow(network_of(HOME))
    assert 3580 <= raised.value.retry_after_seconds <= 3600
    attempts.allow(network_of(AWAY))
    attempts.allow(network_of(HOME), RateLimitItemPerHour(1, 1, namespace="something else"))


def test_two_processes_count_together_in_redis(redis_process):
    one, two = Setup(redis_process.url), Setup(redis_process.url)

    fail(one.attempts, 3)
    fail(two.attempts, 2)

    assert refused(one.attempts) is not None
    assert refused(two.attempts) is not None
    one.close()
    two.close()


def test_no_account_stands_in_redis_by_name(redis_process):
    setup = Setup(redis_process.url)
    fail(setup.attempts, 1)

    with redis_process.client() as client:
        keys = client.keys()
        assert len(keys) == 3
        assert all(key.startswith(b"test:") for key in keys)
        assert all(client.ttl(key) > 0 for key in keys)
        assert not [key for key in keys if b"asha" in key or HOME.encode() in key]
    setup.close()


@pytest.mark.parametrize("how", ["killed", "frozen", "never there", "silent"])
def test_fault_35_without_redis_this_process_counts_alone(how, redis_process):
    with pretender(b"") as silent:
        urls = {"never there": f"redis://127.0.0.1:{free_port()}/0", "silent": silent}
        setup = Setup(urls.get(how, redis_process.url), hurried=True)
        if how == "killed":
            redis_process.kill()
        if how == "frozen":
            fail(setup.attempts, 1)
            redis_process.freeze()

        started = time.monotonic()
        fail(setup.attempts, 5)
        assert refused(setup.attempts) is not None
        seconds = time.monotonic() - started
        setup.close()

    assert seconds < HANGS_SECONDS
    assert setup.events.count("unreachable") == 1


def test_a_refusal_and_a_failure_are_told():
    setup = Setup()

    fail(setup.attempts, 5)
    refused(setup.attempts)

    assert setup.events == ["password_failed"] * 5 + ["password_refused"]


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:0DB8:0001:0002::", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::1", "::/64"),
        ("testclient", "testclient"),
        ("", ""),
    ],
)
def test_an_address_stands_for_its_network(address, network):
    assert network_of(address) == network
