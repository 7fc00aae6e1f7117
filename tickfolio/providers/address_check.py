"""Where an address that a person gave may lead: to the public internet, and to what the operator has named.

It is asked when the address is written down, and of every address that its name resolves to when a connection is made:
whoever owns a name can let it point elsewhere a moment later.
"""

import re
import socket
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

URL_SIZE_MAX = 2_000
PORTS = (80, 443)
PORT_MIN, PORT_MAX = 1_024, 65_535  # of a port that the address names itself
_HOST = re.compile(r"(?!-)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*", re.ASCII)
_SPACE = re.compile(r"[\s\x00-\x1f\x7f\\]")
_DEFAULT_PORTS = {"http": 80, "https": 443}

# Forms of IPv6 that carry an IPv4 address, which is where they lead in the end; by where its 32 bits end.
_CARRIERS: Sequence[tuple[IPv6Network, int]] = (
    (IPv6Network("::ffff:0:0/96"), 0),  # mapped
    (IPv6Network("::ffff:0:0:0/96"), 0),  # translated
    (IPv6Network("64:ff9b::/96"), 0),  # NAT64
    (IPv6Network("::/96"), 0),  # compatible
    (IPv6Network("2002::/16"), 80),  # 6to4
)
_ISATAP = frozenset({0x00005EFE, 0x02005EFE})
_PUBLIC6 = IPv6Network("2000::/3")
# What the standard library counts as global and leads to no host of its own.
_NOT_PUBLIC: Sequence[IPv4Network | IPv6Network] = (
    IPv4Network("192.0.0.0/24"),
    IPv4Network("192.88.99.0/24"),
    IPv6Network("2001::/23"),
    IPv6Network("3fff::/20"),
)

Ip = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Resolve = Callable[[str, int], Sequence[str]]


class AddressRefused(Exception):
    """An address that is not asked. `code` is stable; the message names the host at most."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class NamedHosts:
    """What the operator allows beside the public internet: hosts by name, wherever they resolve to, and networks."""

    names: frozenset[str] = frozenset()
    networks: tuple[Network, ...] = ()


def read_named_hosts(text: str) -> NamedHosts:
    """Host names and networks, by commas, as `nas.local, 192.168.1.0/24`.

    Raises: ValueError, which names what is neither.
    """
    names: set[str] = set()
    networks: list[Network] = []
    for one in filter(None, (part.strip().lower().rstrip(".") for part in text.split(","))):
        try:
            networks.append(ip_network(one, strict=False))
        except ValueError:
            if not _HOST.fullmatch(one) or one.replace(".", "").isdigit():
                raise ValueError(f"{one}: not a host or network, as nas.local or 192.168.1.0/24") from None
            names.add(one)
    return NamedHosts(frozenset(names), tuple(networks))


def resolve_by_system(host: str, port: int) -> Sequence[str]:
    """Every address of a host, as the system resolves it. Raises: OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


class AddressCheck:
    """Says where an address may lead. `resolve` gives every address of a host; safe to use from several threads."""

    def __init__(self, named: NamedHosts | None = None, resolve: Resolve = resolve_by_system) -> None:
        self._named = named or NamedHosts()
        self._resolve = resolve

    def check_url(self, url: str) -> str:
        """The host of an address that may be written down; where its name leads is seen when it is asked.

        Raises: AddressRefused.
        """
        parts = _split(url)
        host = (parts.hostname or "").lower().rstrip(".")
        if parts.scheme.lower() not in _DEFAULT_PORTS or not host:
            raise AddressRefused("not_a_web_address", "It must begin with https:// or http:// and name a host.")
        if "@" in parts.netloc:
            raise AddressRefused("user_in_address", "A name or password in the address itself is not taken.")
        self._check_port(host, _port(parts))
        literal = _read_ip(host)
        if literal is not None:
            self._check_ip(host, literal)
        return host

    def find(self, host: str, port: int, seconds: float) -> Sequence[str]:
        """The addresses to connect to, every one of them checked; within so many seconds.

        Raises: AddressRefused when any of them is not allowed; OSError (TimeoutError, too) when there is none.
        """
        host = host.lower().rstrip(".")
        self._check_port(host, port)
        found = _within(seconds, lambda: self._resolve(host, port))
        if not found:
            raise OSError("the name has no address")
        for text in found:
            ip = _read_ip(text)
            if ip is None:
                raise _refusal(host)
            self._check_ip(host, ip)
        return found

    def _check_port(self, host: str, port: int) -> None:
        if port not in PORTS and not PORT_MIN <= port <= PORT_MAX:
            message = f"{host}: port {port} is not asked; only 80, 443 and those from {PORT_MIN} are."
            raise AddressRefused("port_not_allowed", message)

    def _check_ip(self, host: str, ip: Ip) -> None:
        if host in self._named.names or any(_is_in(_carried(ip) or ip, one) for one in self._named.networks):
            return
        if not is_public(ip):
            raise _refusal(host)


def is_public(ip: Ip) -> bool:
    """Whether an address is one of the public internet, and so is the one that it carries within."""
    if isinstance(ip, IPv6Address):
        carried = _carried(ip)
        if carried is not None:
            return is_public(carried)
        if ip not in _PUBLIC6 or ip.scope_id is not None:
            return False
        if int(ip) >> 32 & 0xFFFFFFFF in _ISATAP and not is_public(_last_32_bits(int(ip))):
            return False
    if ip.is_multicast or ip.is_reserved or ip.is_unspecified or not ip.is_global:
        return False
    return not any(_is_in(ip, network) for network in _NOT_PUBLIC)


def _carried(ip: Ip) -> IPv4Address | None:
    """The IPv4 address that stands for this one, where it is only another way to write that, or a tunnel to it."""
    for network, shift in _CARRIERS:
        if _is_in(ip, network):
            return _last_32_bits(int(ip) >> shift)
    return None


def _last_32_bits(number: int) -> IPv4Address:
    return IPv4Address(number & 0xFFFFFFFF)


def _is_in(ip: Ip, network: Network) -> bool:
    return ip.version == network.version and ip in network


def _read_ip(text: str) -> Ip | None:
    try:
        return ip_address(text)
    except ValueError:
        return None


def _split(url: str) -> SplitResult:
    if len(url) > URL_SIZE_MAX or _SPACE.search(url):
        raise AddressRefused(
            "not_a_web_address", f"It must be an address of at most {URL_SIZE_MAX:,} characters, without spaces."
        )
    try:
        return urlsplit(url)
    except ValueError:
        raise AddressRefused("not_a_web_address", "It is not an address.") from None


def _port(parts: SplitResult) -> int:
    try:
        return _DEFAULT_PORTS[parts.scheme.lower()] if parts.port is None else parts.port
    except ValueError:
        raise AddressRefused("port_not_allowed", "The port must be a number.") from None


def _refusal(host: str) -> AddressRefused:
    message = f"{host} does not lead to the public internet; the operator of this server can allow it."
    return AddressRefused("address_not_allowed", message)


def _within(seconds: float, ask: Callable[[], Sequence[str]]) -> Sequence[str]:
    """What it gives, or TimeoutError: the system's resolver knows no deadline, so that it has a thread of its own."""
    found: list[Sequence[str]] = []
    failed: list[Exception] = []

    def run() -> None:
        try:
            found.append(ask())
        except Exception as error:  # noqa: BLE001  # it is raised again below, in the thread that waits
            failed.append(error)

    thread = threading.Thread(target=run, name="resolver", daemon=True)
    thread.start()
    thread.join(max(0, seconds))
    if failed:
        raise failed[0]
    if not found:
        raise TimeoutError("the name was not resolved in time")
    return found[0]
