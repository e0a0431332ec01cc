"""Connections that keep a request waiting, and what a server believes of where requests come from."""

from __future__ import annotations

import contextlib
import http.client
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import uvicorn
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from web.server import connections
from web.server.connections import server_config
from web.server.sharing import Sharing

pytestmark = pytest.mark.slow

LIMIT = 30  # seconds within which a server under load does what takes it none


async def who(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers with the client's address and the length of the body."""
    if scope["type"] == "http":
        body = await Request(scope, receive).body()
        await PlainTextResponse(f"{scope['client'][0]} {len(body)}")(scope, receive, send)


@contextmanager
def served(sharing: Sharing) -> Iterator[int]:
    """The port of a server in a thread."""
    server = uvicorn.Server(server_config(who, sharing, log_level="error", lifespan="off"))
    with socket.create_server((sharing.host, 0)) as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join(LIMIT)


def get(port: int, headers: dict[str, str] | None = None) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=LIMIT)
    with contextlib.closing(connection):
        connection.request("GET", "/", headers=headers or {})
        return connection.getresponse().read().decode()


def opened(port: int, sent: bytes) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), LIMIT)
    connection.sendall(sent)
    return connection


def is_closed(connection: socket.socket) -> bool:
    """Whether the server closes a connection, without an answer."""
    with connection:
        try:
            return connection.recv(1) == b""
        except ConnectionResetError:
            return True


HEADERS = [
    "X-Forwarded-For",
    "X-Real-IP",
    "Forwarded",
    "X-Client-IP",
    "CF-Connecting-IP",
    "True-Client-IP",
    "X-Original-Forwarded-For",
]


def test_nobody_is_believed_but_proxies_that_were_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")  # which uvicorn reads
    claims = [
        {name: f"for={ip}" if name == "Forwarded" else ip} for name in HEADERS for ip in ("198.51.100.7",)
    ]
    with served(Sharing(auth=None, names=("library.example",))) as port:
        assert {get(port, claim) for claim in claims} == {"127.0.0.1 0"}
    with served(Sharing(proxies=("10.0.0.0/8",))) as port:
        assert {get(port, claim) for claim in claims} == {"127.0.0.1 0"}
    with served(Sharing(proxies=("127.0.0.1",))) as port:
        assert get(port, {"X-Forwarded-For": "198.51.100.7"}) == "198.51.100.7 0"
        # What the proxy itself saw stands last: what the client made up doesn't count.
        assert get(port, {"X-Forwarded-For": "203.0.113.1, 198.51.100.7"}) == "198.51.100.7 0"
        assert {get(port, claim) for claim in claims[1:]} == {"127.0.0.1 0"}


def test_requests_that_never_come_whole_are_closed_and_others_answered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.5)
    monkeypatch.setattr(connections, "BODY_SECONDS", 0.5)
    whole = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
    with served(Sharing()) as port:
        halves = [
            opened(port, sent)
            for sent in (
                b"",
                b"G",
                b"GET / HTTP/1.1\r\nHost: x\r\n",
                b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf",
            )
            * 25
        ]
        assert get(port) == "127.0.0.1 0"
        after_one = opened(port, whole + b"GET /again HTT")
        reply = http.client.HTTPResponse(after_one)
        reply.begin()
        assert reply.read() == b"127.0.0.1 0"
        assert all(map(is_closed, halves))
        assert is_closed(after_one)


def test_a_head_that_comes_drop_by_drop_has_no_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 1)
    with served(Sharing()) as port, opened(port, b"GET / HTTP/1.1\r\n") as connection:
        connection.settimeout(0.1)
        ended = time.monotonic() + LIMIT
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            while time.monotonic() < ended:
                connection.sendall(b"X: y\r\n")
                with contextlib.suppress(TimeoutError):
                    if connection.recv(1) == b"":
                        break
        assert time.monotonic() < ended


def test_a_slow_body_is_taken_as_long_as_it_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 1)
    monkeypatch.setattr(connections, "BODY_SECONDS", 1)
    with (
        served(Sharing()) as port,
        opened(port, b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n") as connection,
    ):
        for _ in range(9):
            connection.sendall(b"x")
            time.sleep(0.2)  # longer in all than it may stand still
        reply = http.client.HTTPResponse(connection)
        reply.begin()
        assert reply.read() == b"127.0.0.1 9"


def test_a_client_has_so_many_connections_where_it_is_shared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "MAX_CONNECTIONS_PER_CLIENT", 5)
    names = ("library.example",)
    with served(Sharing(names=names)) as port:
        first = [opened(port, b"") for _ in range(5)]
        assert is_closed(opened(port, b""))
        for connection in first:
            connection.close()
        ended = time.monotonic() + LIMIT
        while time.monotonic() < ended:  # until it has seen that they are closed
            with contextlib.suppress(OSError, http.client.HTTPException):
                assert get(port) == "127.0.0.1 0"
                break
        assert time.monotonic() < ended
    # A proxy's connections are those of many.
    for sharing in (Sharing(), Sharing(names=names, proxies=("127.0.0.1",))):
        with served(sharing) as port:
            held = [opened(port, b"") for _ in range(9)]
            assert get(port) == "127.0.0.1 0"
            for connection in held:
                connection.close()


def test_a_head_that_has_no_end_is_refused() -> None:
    """What has come of it is kept, so it may have so many bytes."""
    with served(Sharing()) as port:
        head = b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"x" * (2 * connections.LARGEST_HEAD)
        with opened(port, head) as connection:
            assert connection.recv(100).startswith(b"HTTP/1.1 400")
