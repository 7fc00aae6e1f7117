"""The cached summary of 50 holdings: through the application in process, and over HTTP on loopback.

Goal on the embedded database: at least 0.8 of the requests a second of a plain Starlette route in the same process, and
304 faster still. The product's own /healthz goes through FastAPI, and stands beside it.
"""

import asyncio
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from bench._served import PLAIN, plain_app
from bench.made import MadeServer, made_server
from bench.measure import Report, side_by_side

IN_PROCESS = 1_000
OVER_HTTP = 2_000
CONNECTIONS = 8
READY_SECONDS = 20.0


async def ask(app, path: str, headers: list[tuple[bytes, bytes]]):
    """One request through the application; (status, headers, body)."""
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", b"localhost"), *headers],
        "client": ("127.0.0.1", 50_000),
        "server": ("127.0.0.1", 8_000),
    }
    sent = []

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        sent.append(message)

    await app(scope, receive, send)
    body = b"".join(message.get("body", b"") for message in sent)
    return sent[0]["status"], dict(sent[0]["headers"]), body


def in_process(server: MadeServer, report: Report):
    """Without a network: what the program itself costs."""
    app, cookie = server.product.app, [(b"cookie", server.cookie.encode())]
    loop = asyncio.new_event_loop()

    def many(asked, path: str, headers: list[tuple[bytes, bytes]], status: int):
        async def run():
            for _ in range(IN_PROCESS):
                told, _, _ = await ask(asked, path, headers)
                assert told == status, told

        return lambda: loop.run_until_complete(run())

    status, headers, body = loop.run_until_complete(ask(app, server.path, cookie))
    assert status == 200, body
    known = [*cookie, (b"if-none-match", headers[b"etag"])]
    plain, health, full, unchanged = side_by_side(
        many(plain_app(server.folder), PLAIN, [], 200),
        many(app, "/healthz", [], 200),
        many(app, server.path, cookie, 200),
        many(app, server.path, known, 304),
        count=IN_PROCESS,
    )
    loop.close()
    print(f"in process, one after another; the answer has {len(body):,} bytes")
    report.figure("a plain Starlette route", plain)
    report.figure("/healthz", health)
    report.figure("summary, 200", full)
    report.figure("summary, 304", unchanged)
    report.ratio("plain route ÷ summary, CPU", plain.cpu_seconds / full.cpu_seconds)
    report.ratio("304 ÷ 200, requests/s", unchanged.rate / full.rate)


def over_http(server: MadeServer, report: Report):
    """The server in a process of its own; its CPU time is read from the kernel."""
    port = free_port()
    process = start(server.folder, port)
    try:
        headers = f"Cookie: {server.cookie}\r\n"
        etag = first_etag(port, server.path, server.cookie)
        known = f"{headers}If-None-Match: {etag}\r\n"
        plain, health, full, unchanged = side_by_side(
            lambda: asyncio.run(load(port, PLAIN, "", b"200")),
            lambda: asyncio.run(load(port, "/healthz", "", b"200")),
            lambda: asyncio.run(load(port, server.path, headers, b"200")),
            lambda: asyncio.run(load(port, server.path, known, b"304")),
            count=OVER_HTTP,
            cpu_clock=lambda: cpu_of(process.pid),
        )
    finally:
        process.terminate()
        process.wait(20)
    print(f"over HTTP on loopback, {CONNECTIONS} connections; CPU is the server's")
    named = {"a plain Starlette route": plain, "/healthz": health, "summary, 200": full, "summary, 304": unchanged}
    for name, one in named.items():
        report.figure(name, f"{one.rate:9,.0f} requests/s {one.cpu_seconds / one.count * 1e6:9,.0f} µs CPU")
    report.ratio("summary ÷ plain route, requests/s", full.rate / plain.rate, at_least=0.8)
    report.ratio("summary ÷ /healthz, requests/s", full.rate / health.rate, at_least=0.8)
    report.ratio("304 ÷ 200, requests/s", unchanged.rate / full.rate, at_least=1.0)


async def load(port: int, path: str, headers: str, status: bytes):
    """OVER_HTTP requests over CONNECTIONS connections that stay open."""
    request = f"GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\n{headers}\r\n".encode()

    async def one_connection():
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for _ in range(OVER_HTTP // CONNECTIONS):
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            assert head[9:12] == status, head
            length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
            if length and status != b"304":
                await reader.readexactly(int(length))
        writer.close()
        await writer.wait_closed()

    await asyncio.gather(*(one_connection() for _ in range(CONNECTIONS)))


def start(folder: Path, port: int):
    """The server, when it is ready."""
    command = [sys.executable, "-m", "bench._served", str(folder), str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603  # our own
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=1).close()
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
        else:
            return process
    process.kill()
    raise TimeoutError("the server did not become ready")


def first_etag(port: int, path: str, cookie: str):
    """The tag of the summary, which is in the cache from now on."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"Cookie": cookie})
    with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310  # the same
        return answer.headers["ETag"]


def cpu_of(pid: int):
    """Seconds of CPU that a process has used, of all its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def free_port():
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


if __name__ == "__main__":
    told = Report()
    with made_server() as made:
        in_process(made, told)
        over_http(made, told)
    told.end()
