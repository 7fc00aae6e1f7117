import threading

import pytest

from tickfolio.providers.limits import CircuitBreaker, RateLimit
from tickfolio.providers.provider import Failure, FailureKind

TRANSIENT = Failure(FailureKind.TRANSIENT, "?")


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.at = 100.0

    def read(self) -> float:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.at += seconds


@pytest.fixture
def time():
    return Time()


@pytest.fixture
def breaker(time):
    return CircuitBreaker(time.read)


def open_with(breaker: CircuitBreaker, kind: FailureKind, times: int = 1, wait: int | None = None) -> None:
    for _ in range(times):
        breaker.record_failure(Failure(kind, "?", wait))


def test_requests_start_an_interval_apart(time):
    limit = RateLimit(1.5, time.read, time.sleep)

    starts = []
    for _ in range(3):
        limit.wait()
        starts.append(time.at)
    time.sleep(10)
    limit.wait()

    assert starts == [100.0, 101.5, 103.0]
    assert time.at == 113.0


def test_without_an_interval_nobody_waits(time):
    RateLimit(0, time.read, time.sleep).wait()

    assert time.at == 100.0


def test_threads_share_one_interval():
    slept: list[float] = []
    limit = RateLimit(1, lambda: 0.0, slept.append)

    threads = [threading.Thread(target=limit.wait) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    # the first goes at once, the others after 1, 2, 3 and 4 seconds
    assert sorted(slept) == [1, 2, 3, 4]


def test_fault_01_it_opens_after_five_failures_in_a_row_for_a_minute(time, breaker):
    open_with(breaker, FailureKind.TRANSIENT, 4)
    assert breaker.admit() is None

    open_with(breaker, FailureKind.TRANSIENT)
    refusal = breaker.admit()
    time.sleep(59.9)

    assert refusal is not None
    assert (refusal.kind, refusal.retry_after_seconds) == (FailureKind.TRANSIENT, 60)
    assert breaker.admit() is not None


def test_a_success_between_starts_the_count_anew(breaker):
    open_with(breaker, FailureKind.TRANSIENT, 4)
    breaker.record_success()
    open_with(breaker, FailureKind.TRANSIENT, 4)

    assert breaker.admit() is None


def test_after_the_minute_one_request_tries_and_decides(time, breaker):
    open_with(breaker, FailureKind.TRANSIENT, 5)
    time.sleep(60)

    assert breaker.admit() is None
    assert breaker.admit() is not None  # one at a time
    breaker.record_failure(TRANSIENT)
    assert breaker.admit() is not None  # open again at the first failure
    time.sleep(60)
    assert breaker.admit() is None
    breaker.record_success()
    assert (breaker.admit(), breaker.is_closed) == (None, True)


@pytest.mark.parametrize("kind", [FailureKind.BLOCKED, FailureKind.CONTRACT_CHANGED])
def test_a_page_for_people_and_a_changed_contract_open_it_at_once(time, breaker, kind):
    open_with(breaker, kind)

    assert breaker.admit() is not None
    time.sleep(60)
    assert breaker.admit() is None


# at least 60 s, as long as the source says, doubling up to 6 h (21600 s), never less than the source says
@pytest.mark.parametrize(
    ("wait", "expected"),
    [
        (None, [60, 120, 240, 480, 960, 1920, 3840, 7680, 15360, 21600, 21600, 21600]),
        (30, [60, 120, 240]),
        (600, [600, 1200, 2400, 4800, 9600, 19200, 21600]),
        (80000, [80000, 80000]),
    ],
)
def test_fault_03_a_rate_limit_is_kept_for_longer_each_time(time, breaker, wait, expected):
    waits = []
    for _ in expected:
        open_with(breaker, FailureKind.RATE_LIMITED, wait=wait)
        refusal = breaker.admit()
        assert refusal is not None
        assert refusal.kind is FailureKind.RATE_LIMITED
        waits.append(refusal.retry_after_seconds)
        time.sleep(refusal.retry_after_seconds)
        assert breaker.admit() is None

    assert waits == expected


def test_a_probe_by_hand_goes_through_once(breaker):
    open_with(breaker, FailureKind.TRANSIENT, 5)

    assert breaker.admit(probe=True) is None
    assert breaker.admit(probe=True) is not None
    breaker.record_success()
    assert breaker.admit() is None


def test_only_a_wait_that_the_source_asked_for_binds_a_probe(time, breaker):
    open_with(breaker, FailureKind.RATE_LIMITED, wait=100)
    assert breaker.admit(probe=True) is not None

    time.sleep(100)
    assert breaker.admit(probe=True) is None

    breaker.record_success()
    open_with(breaker, FailureKind.RATE_LIMITED)
    assert breaker.admit() is not None
    assert breaker.admit(probe=True) is None


def test_a_spent_allowance_is_left_alone_until_it_is_renewed(time, breaker):
    open_with(breaker, FailureKind.QUOTA_EXHAUSTED, wait=7200)
    time.sleep(7199)

    refusal = breaker.admit()
    assert refusal is not None
    assert (refusal.kind, refusal.retry_after_seconds) == (FailureKind.QUOTA_EXHAUSTED, 1)
    assert breaker.admit(probe=True) is not None
    time.sleep(1)
    assert breaker.admit() is None
    breaker.record_success()
    assert breaker.is_closed


def test_a_spent_allowance_of_unknown_length_is_tried_every_hour_and_by_hand(time, breaker):
    # an hour each time: it does not double
    for _ in range(3):
        open_with(breaker, FailureKind.QUOTA_EXHAUSTED)
        refusal = breaker.admit()
        assert refusal is not None
        assert refusal.retry_after_seconds == 3600
        time.sleep(3600)
        assert breaker.admit() is None

    open_with(breaker, FailureKind.QUOTA_EXHAUSTED)
    assert breaker.admit(probe=True) is None
