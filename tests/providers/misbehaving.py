"""A real HTTP server on 127.0.0.1 that misbehaves as each test tells it to."""

import gzip
import socket
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

ZEROS = bytes(1_000_000)


class RawServer:
    """Accepts connections and lets `behave` write whatever bytes it likes; counts the requests."""

    def __init__(self, behave: Callable[["socket.socket", threading.Event], None]) -> None:
        self._behave = behave
        self._closing = threading.Event()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._socket.settimeout(0.05)
        self._threads: list[threading.Thread] = []
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self.requests: list[bytes] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}/prices?key=secret"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        self._thread.join()
        for thread in self._threads:
            thread.join()
        self._socket.close()

    def _accept(self) -> None:
        while not self._closing.is_set():
            try:
                connection, _ = self._socket.accept()
            except TimeoutError:
                continue
            thread = threading.Thread(target=self._answer, args=(connection,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _answer(self, connection: socket.socket) -> None:
        with connection:
            try:
                self.requests.append(connection.recv(65536))
                self._behave(connection, self._closing)
            except OSError:
                # The asker has gone, which is what most of these tests want.
                return


def says(
    status: str = "200 OK", body: bytes = b"{}", headers: str = "Content-Type: application/json"
) -> Callable[[socket.socket, threading.Event], None]:
    """An ordinary answer."""

    def behave(connection: socket.socket, _closing: threading.Event) -> None:
        head = f"HTTP/1.1 {status}\r\n{headers}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        connection.sendall(head.encode() + body)

    return behave


def hangs(_connection: socket.socket, closing: threading.Event) -> None:
    """Never says a word."""
    closing.wait(30)


def drips_headers(connection: socket.socket, closing: threading.Event) -> None:
    """Sends its headers a byte at a time, for ever."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while not closing.wait(0.02):
        connection.sendall(b"a")


def drips_body(connection: socket.socket, closing: threading.Event) -> None:
    """Sends its body a byte at a time, for ever."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
    while not closing.wait(0.02):
        connection.sendall(b"a")


def sends_endless_body(connection: socket.socket, closing: threading.Event) -> None:
    """Sends as much as it can, without ever saying how much."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
    while not closing.is_set():
        connection.sendall(ZEROS)


def sends_gzip_bomb(connection: socket.socket, _closing: threading.Event) -> None:
    """200 MB of zeros in 200 kB."""
    packed = gzip.compress(ZEROS * 10, 9) * 20
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(packed)}\r\n\r\n"
    connection.sendall(head.encode() + packed)
    time.sleep(0.05)


def cuts_off(connection: socket.socket, _closing: threading.Event) -> None:
    """Promises more than it sends."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nabc")


def talks_garbage(connection: socket.socket, _closing: threading.Event) -> None:
    """Does not speak HTTP."""
    connection.sendall(b"\x00\x01SSH-2.0-no\r\n\r\n")
