"""One request, one effect, however often it is sent."""

import threading

import pytest

from tests.builders import buy
from tickfolio.domain.errors import IdempotencyKeyReused, Oversold
from tickfolio.services.idempotency import Answer, answer_once
from tickfolio.services.ledgers import record_transaction
from tickfolio.services.upkeep import keep_order


@pytest.fixture
def asha(given):
    return given.user()


@pytest.fixture
def portfolio(given, asha):
    return given.portfolio(asha)


def send(given, user, portfolio, key, draft=None, request=b"buy 10"):
    draft = draft or buy("INFY", "10", "1400")

    def write(tx):
        row, _ = record_transaction(tx, given.world, user, portfolio.id, draft)
        return Answer(201, f'"{row.version}"', row.id)

    return answer_once(given.database, given.world, user.id, key, request, write)


def rows(given, user, portfolio):
    with given.database.reading() as tx:
        return len(tx.ledgers.rows(user.id, portfolio.id))


def test_fault_58_the_same_key_gets_the_same_answer_and_writes_once(given, asha, portfolio):
    first = send(given, asha, portfolio, "k1")
    events = len(given.events)

    again = send(given, asha, portfolio, "k1")

    assert again == first
    assert (first.status, first.etag) == (201, '"1"')
    assert rows(given, asha, portfolio) == 1
    assert len(given.events) == events  # nobody is told of what did not happen


def test_without_a_key_each_request_counts(given, asha, portfolio):
    send(given, asha, portfolio, None)
    send(given, asha, portfolio, None)

    assert rows(given, asha, portfolio) == 2


def test_fault_58_a_key_that_comes_with_another_request_is_refused(given, asha, portfolio):
    send(given, asha, portfolio, "k1")

    with pytest.raises(IdempotencyKeyReused):
        send(given, asha, portfolio, "k1", request=b"buy 11")

    assert rows(given, asha, portfolio) == 1


def test_fault_58_a_request_that_failed_leaves_no_key(given, asha, portfolio):
    def fail(_tx):
        raise Oversold("INFY", 1, 0, given.clock().date())

    with pytest.raises(Oversold):
        answer_once(given.database, given.world, asha.id, "k1", b"sell", fail)

    assert send(given, asha, portfolio, "k1").status == 201
    assert rows(given, asha, portfolio) == 1


def test_fault_58_a_key_is_its_users_own(given, asha, portfolio):
    ravi = given.user("Ravi")
    of_ravi = given.portfolio(ravi)
    mine = send(given, asha, portfolio, "k1")

    his = send(given, ravi, of_ravi, "k1", request=b"something else")

    assert his.body != mine.body
    assert (rows(given, asha, portfolio), rows(given, ravi, of_ravi)) == (1, 1)


def test_fault_58_two_at_once_with_one_key_write_one_row(given, asha, portfolio):
    together, answers = threading.Barrier(4), []

    def act():
        together.wait()
        answers.append(send(given, asha, portfolio, "k1"))

    threads = [threading.Thread(target=act) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert len(answers) == 4
    assert len(set(answers)) == 1
    assert rows(given, asha, portfolio) == 1


def test_fault_58_when_the_first_of_two_fails_the_second_takes_its_place(given, asha, portfolio):
    begun, go_on = threading.Event(), threading.Event()

    def fail_slowly(_tx):
        begun.set()
        go_on.wait(5)
        raise ValueError("the first one fails")

    failed = []

    def first():
        try:
            answer_once(given.database, given.world, asha.id, "k1", b"buy 10", fail_slowly)
        except ValueError as error:
            failed.append(error)

    threads = [threading.Thread(target=first), threading.Thread(target=send, args=(given, asha, portfolio, "k1"))]
    threads[0].start()
    begun.wait(5)
    threads[1].start()
    threads[1].join(0.2)
    assert threads[1].is_alive(), "the second must wait for the first"
    go_on.set()
    for one in threads:
        one.join()

    assert len(failed) == 1
    assert rows(given, asha, portfolio) == 1


def test_a_key_is_forgotten_after_a_day_and_not_before(given, asha, portfolio, clock):
    send(given, asha, portfolio, "k1")

    clock.advance(86_400)
    assert keep_order(given.database, clock()).keys == 0
    clock.advance(1)
    assert keep_order(given.database, clock()).keys == 1
