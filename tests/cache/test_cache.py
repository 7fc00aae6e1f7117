import threading

import pytest

from tickfolio.cache.cache import ENTRY_OVERHEAD, LayeredCache, MemoryCache


class Seconds:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds():
    return Seconds()


# An entry with the key "a" and the owner "u" is its body, four bytes for each character of the two, and the overhead.
def size_of(body_size):
    return body_size + 8 + ENTRY_OVERHEAD


def test_a_kept_body_is_found_by_its_owner(seconds):
    cache = MemoryCache(seconds)

    cache.keep("p1-l1-q1", "asha", b"worth 100", 60)

    assert cache.find("p1-l1-q1", "asha") == b"worth 100"
    assert cache.find("p1-l1-q2", "asha") is None


def test_fault_39_another_owner_finds_nothing(seconds):
    cache = MemoryCache(seconds)

    cache.keep("p1-l1-q1", "asha", b"worth 100", 60)

    assert cache.find("p1-l1-q1", "ravi") is None
    assert cache.find("p1-l1-q1", "asha") == b"worth 100"


def test_a_body_is_forgotten_when_its_time_is_over(seconds):
    cache = MemoryCache(seconds)
    cache.keep("a", "u", b"x", 60)

    seconds.now += 59.9
    assert cache.find("a", "u") == b"x"
    seconds.now += 0.1
    assert cache.find("a", "u") is None
    assert cache.size == 0


def test_what_was_used_longest_ago_goes_first(seconds):
    cache = MemoryCache(seconds, size_max=2 * size_of(100))
    cache.keep("a", "u", b"1" * 100, 60)
    cache.keep("b", "u", b"2" * 100, 60)
    cache.find("a", "u")

    cache.keep("c", "u", b"3" * 100, 60)

    assert cache.find("a", "u") is not None
    assert cache.find("b", "u") is None
    assert cache.find("c", "u") is not None
    assert cache.size == 2 * size_of(100)


def test_a_large_body_makes_room_for_itself_and_a_too_large_one_is_not_kept(seconds):
    cache = MemoryCache(seconds, size_max=3 * size_of(100))
    for key in "abc":
        cache.keep(key, "u", b"1" * 100, 60)

    cache.keep("d", "u", b"4" * 1000, 60)
    cache.keep("e", "u", b"5" * 10_000, 60)

    assert [key for key in "abcde" if cache.find(key, "u")] == ["d"]
    assert cache.size == size_of(1000)


def test_keeping_again_replaces_and_counts_once(seconds):
    cache = MemoryCache(seconds)

    cache.keep("a", "u", b"1" * 100, 60)
    cache.keep("a", "u", b"2" * 50, 60)
    assert cache.find("a", "u") == b"2" * 50
    assert cache.size == size_of(50)

    cache.keep("a", "u", b"3", 0)
    assert cache.find("a", "u") is None
    assert cache.size == 0


def test_many_threads_keep_the_books_right(seconds):
    cache = MemoryCache(seconds, size_max=20 * size_of(100))

    def work(letter):
        for number in range(500):
            cache.keep(f"{letter}{number % 30:02}", "u", b"x" * (number % 100), 60)
            cache.find(f"{letter}{(number * 7) % 30:02}", "u")

    threads = [threading.Thread(target=work, args=(letter,)) for letter in "abcdef"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert 0 < cache.size <= 20 * size_of(100)
    assert cache.size == sum(entry.size for entry in cache._entries.values())
    cache.close()
    assert cache.size == 0


def test_layers_fill_the_memory_from_what_is_shared(seconds):
    shared = MemoryCache(seconds)
    here, there = LayeredCache(MemoryCache(seconds), shared), LayeredCache(MemoryCache(seconds), shared)

    there.keep("a", "u", b"x", 600)

    assert here.memory.find("a", "u") is None
    assert here.find("a", "u") == b"x"
    assert here.memory.find("a", "u") == b"x"
    assert here.find("a", "somebody else") is None


def test_layers_answer_from_memory_when_nothing_is_shared_any_more(seconds):
    cache = LayeredCache(MemoryCache(seconds), MemoryCache(seconds))
    cache.keep("a", "u", b"x", 600)

    cache.shared.close()

    assert cache.find("a", "u") == b"x"
    cache.close()
    assert cache.find("a", "u") is None
