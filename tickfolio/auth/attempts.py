"""How often a password may be tried, so that guessing is hopeless and nobody can lock somebody else out.

A try is counted before the password is verified, because verifying is slow: of thousands of tries at the same
moment only the allowed few get so far. A try that succeeds is given back.
"""

import hashlib
import ipaddress
import threading
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from typing import Protocol, TypeVar

from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.storage import MemoryStorage, RedisStorage
from redis import ConnectionPool

from tickfolio.domain.errors import TooMany

Answer = TypeVar("Answer")

PER_ADDRESS = RateLimitItemPerMinute(20, 15, namespace="address")
PER_ACCOUNT_AND_ADDRESS = RateLimitItemPerMinute(5, 15, namespace="account-address")
# Bounds guessing from many addresses at once. Addresses from which the person signed in before are exempt: the
# attacker has none of those, and so cannot use this limit to keep the person out.
PER_ACCOUNT_UNFAMILIAR = RateLimitItemPerHour(50, 1, namespace="account")
SIGN_UPS_PER_ADDRESS = RateLimitItemPerHour(10, 1, namespace="sign-up")


class Budget(Protocol):
    """Asks something that may be slow or down."""

    def ask(self, question: Callable[[], Answer]) -> Answer:
        """The answer, or ConnectionError when there is none within the budget (0.1 s)."""


@dataclass(frozen=True, slots=True)
class SharedCounts:
    """Counts that all processes share in Redis, and the budget within which it must answer."""

    storage: RedisStorage
    budget: Budget


def shared_counts(url: str, pool: ConnectionPool, budget: Budget, prefix: str) -> SharedCounts:
    """Counts in the Redis of that pool; the URL only names the kind of server. Nothing is sent before the first use."""
    return SharedCounts(RedisStorage(url, connection_pool=pool, key_prefix=prefix), budget)


@dataclass(frozen=True, slots=True)
class _Count:
    """One limit and the key under which it is counted."""

    limit: RateLimitItem
    key: str


class Attempts:
    """Counts tries and refuses those beyond the limits; in Redis when there is one, else in this process.

    When Redis fails, this process goes on counting by itself: never off, never slower than the budget. `secret` keys
    the hashes under which accounts and addresses are counted. `clock` tells seconds since 1970. `on_event` hears
    "password_refused" for a try beyond a limit and "password_failed" for a wrong password.
    """

    def __init__(
        self,
        *,
        secret: bytes,
        clock: Callable[[], float],
        on_event: Callable[[str], None],
        shared: SharedCounts | None = None,
    ) -> None:
        self._secret = hashlib.sha256(b"attempts\0" + secret).digest()
        self._clock = clock
        self._on_event = on_event
        self._shared = shared
        self._memory = MemoryStorage()
        # The library's memory loses a count now and then when two threads start the same one.
        self._lock = threading.Lock()

    def check(self, account: str, address: str, familiar: bool) -> None:
        """Counts one try for that account (its e-mail) from that address, before the password is verified.

        `familiar`: the account signed in from this address before.
        Raises: TooMany with the wait in seconds; such a try counts nowhere.
        """
        counts = self._counts_of(account, address)
        self._take(counts[:2] if familiar else counts)

    def failed(self, account: str, address: str) -> None:  # noqa: ARG002 (the sentence "failed, for whom, from where")
        """The password was wrong: the try stays counted."""
        self._on_event("password_failed")

    def succeeded(self, account: str, address: str, familiar: bool = True) -> None:
        """The password was right: this try is given back, and earlier ones of this account from this address forgotten.

        `familiar` is what `check` was told. The address's other failures stay: whoever owns one account must not be
        able to guess at others' without end.
        """
        per_address, pair, per_account = self._counts_of(account, address)
        self._with_storage(lambda storage: storage.clear(pair.key))
        self._give_back((per_address,) if familiar else (per_address, per_account))

    def withdrawn(self, account: str, address: str, familiar: bool) -> None:
        """The password was not looked at after all (the server was busy): this try is given back."""
        counts = self._counts_of(account, address)
        self._give_back(counts[:2] if familiar else counts)

    def allow(self, key: str, limit: RateLimitItem = SIGN_UPS_PER_ADDRESS) -> None:
        """Counts one use of something else that is limited; for a limit per address, the key is `network_of(address)`.

        Raises: TooMany with the wait in seconds.
        """
        self._take((self._count(limit, key),))

    def _counts_of(self, account: str, address: str) -> tuple[_Count, _Count, _Count]:
        network = network_of(address)
        return (
            self._count(PER_ADDRESS, network),
            self._count(PER_ACCOUNT_AND_ADDRESS, account, network),
            self._count(PER_ACCOUNT_UNFAMILIAR, account),
        )

    def _count(self, limit: RateLimitItem, *parts: str) -> _Count:
        named = hashlib.blake2b(key=self._secret, digest_size=16)
        for part in parts:
            text = part.encode("utf-8", "surrogatepass")
            named.update(len(text).to_bytes(8, "big") + text)
        return _Count(limit, limit.key_for(named.hexdigest()))

    def _take(self, counts: tuple[_Count, ...]) -> None:
        """One more on each count, or on none of them when one is full."""
        full, free_at = self._with_storage(lambda storage: _take_all(storage, counts))
        if full is None:
            return
        self._on_event("password_refused" if full.limit is not SIGN_UPS_PER_ADDRESS else "sign_up_refused")
        wait_seconds = min(max(ceil(free_at - self._clock()), 1), full.limit.get_expiry())
        raise TooMany("Too many tries; wait a while.", retry_after_seconds=wait_seconds)

    def _give_back(self, counts: tuple[_Count, ...]) -> None:
        self._with_storage(lambda storage: _give_back_all(storage, counts))

    def _with_storage(self, use: Callable[[MemoryStorage | RedisStorage], Answer]) -> Answer:
        if self._shared is not None:
            storage = self._shared.storage
            try:
                return self._shared.budget.ask(lambda: use(storage))
            except ConnectionError:
                pass
        with self._lock:
            return use(self._memory)


def _take_all(storage: MemoryStorage | RedisStorage, counts: tuple[_Count, ...]) -> tuple[_Count | None, float]:
    """The first full count and when it is free again (seconds since 1970), if there is one."""
    for taken, count in enumerate(counts, start=1):
        if storage.incr(count.key, count.limit.get_expiry()) > count.limit.amount:
            # Refused tries must not fill the other counts, or an attacker could.
            free_at = storage.get_expiry(count.key)
            _give_back_all(storage, counts[:taken])
            return count, free_at
    return None, 0.0


def _give_back_all(storage: MemoryStorage | RedisStorage, counts: tuple[_Count, ...]) -> None:
    for count in counts:
        # A count that has ended meanwhile is nothing to take from: below zero would allow one try more.
        if storage.get(count.key) > 0:
            storage.incr(count.key, count.limit.get_expiry(), -1)


def network_of(address: str) -> str:
    """Whom an address stands for: itself, or for IPv6 its /64, since one customer has all of that."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(ip, ipaddress.IPv4Address):
        return str(ip)
    if ip.ipv4_mapped is not None:
        return str(ip.ipv4_mapped)
    return str(ipaddress.IPv6Network((int(ip), 64), strict=False))
