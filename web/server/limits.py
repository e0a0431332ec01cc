"""How much one client may ask of the server: requests, attempts to log in, bytes."""

from __future__ import annotations

import ipaddress
import math
import time
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qa.messages import say

# Chosen, not measured: a page sends up to three requests a question, and eight people behind one address
# who each ask every three seconds send eight a second.
REQUESTS_A_SECOND: Final = 10.0
MOST_REQUESTS_AT_ONCE: Final = 60
# Seconds until one more wrong password may be tried, after these.
MOST_WRONG_PASSWORDS: Final = 5
SECONDS_A_PASSWORD: Final = 30.0
# Bytes of a request that is no upload: a question has 2,000 characters at most, and a kept conversation
# comes back as one request (`web.server.chat_calls`).
LARGEST_REQUEST: Final = 1 << 20
# Clients whose last requests are remembered.
_MOST_CLIENTS: Final = 10_000


class Allowance:
    """Tokens that clients spend and that come back with time (token bucket).

    Args:
        most: that a client may have.
        per_second: that come back.
        clock: tells the time in seconds.
    """

    def __init__(self, most: float, per_second: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._per_second, self._clock = most, per_second, clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, client: str) -> float:
        """Seconds until the client has a token; 0 where it has one."""
        return max(0.0, (1 - self._now(client)) / self._per_second)

    def spend(self, client: str) -> None:
        """Takes a token from the client, whether or not it has one."""
        self._left[client] = (self._now(client) - 1, self._clock())
        self._left.move_to_end(client)
        if len(self._left) > _MOST_CLIENTS:
            self._left.popitem(last=False)

    def give_back(self, client: str) -> None:
        """Undoes a `spend`."""
        self._left[client] = (self._now(client) + 1, self._clock())

    def _now(self, client: str) -> float:
        left, then = self._left.get(client, (self._most, self._clock()))
        return min(self._most, left + (self._clock() - then) * self._per_second)


class RequestRate:
    """Answers 429 to a client that asks faster than people do. What is only looked at isn't counted.

    Args:
        app: what is guarded.
        allowance: what each client may ask.
    """

    def __init__(self, app: ASGIApp, allowance: Allowance | None = None) -> None:
        self.app = app
        self._allowance = allowance or Allowance(MOST_REQUESTS_AT_ONCE, REQUESTS_A_SECOND)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        if scope["type"] == "http" and scope["method"] == "POST":
            client = client_of(scope)
            if seconds := self._allowance.wait(client):
                await _refuse("too_many", 429, math.ceil(seconds))(scope, receive, send)
                return
            self._allowance.spend(client)
        await self.app(scope, receive, send)


class LoginRate:
    """Answers 429 to a client that has sent too many wrong passwords.

    Args:
        app: what is guarded: it answers a wrong password with an error.
        allowance: how many each client may send.
    """

    def __init__(self, app: ASGIApp, allowance: Allowance | None = None) -> None:
        self.app = app
        self._allowance = allowance or Allowance(MOST_WRONG_PASSWORDS, 1 / SECONDS_A_PASSWORD)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        if scope["type"] != "http" or scope["method"] != "POST" or not _path(scope).endswith("/login"):
            await self.app(scope, receive, send)
            return
        client = client_of(scope)
        if seconds := self._allowance.wait(client):
            await _refuse("too_many", 429, math.ceil(seconds))(scope, receive, send)
            return
        # Spent before the answer is known, as many may be sent at once, and given back to who was right.
        self._allowance.spend(client)

        async def send_counted(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] < 400:
                self._allowance.give_back(client)
            await send(message)

        await self.app(scope, receive, send_counted)


class RequestSize:
    """Answers 413 to a request with a larger body than anybody needs to send.

    Args:
        app: what is guarded.
        largest: bytes of a request.
        largest_upload: bytes of an upload; none is taken in if 0.
    """

    def __init__(self, app: ASGIApp, largest: int = LARGEST_REQUEST, largest_upload: int = 0) -> None:
        self.app = app
        self._largest, self._largest_upload = largest, largest_upload

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        is_upload = _path(scope).endswith("/upload")
        if is_upload and not self._largest_upload:
            await _refuse("read_only", 403)(scope, receive, send)
            return
        largest = self._largest_upload if is_upload else self._largest
        told = Headers(scope=scope).get("content-length", "0")
        if not told.isdecimal() or int(told) > largest:
            await _refuse("too_large", 413)(scope, receive, send)
            return
        received, answered = 0, False

        async def receive_counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > largest:  # it told nothing of its size
                raise _TooLarge
            return message

        async def send_noted(message: Message) -> None:
            nonlocal answered
            if received <= largest:  # else what the application makes of it is of no use
                answered = True
                await send(message)

        with suppress(_TooLarge):
            await self.app(scope, receive_counted, send_noted)
        if received > largest and not answered:
            await _refuse("too_large", 413)(scope, receive, send)


class _TooLarge(Exception):
    pass


def client_of(scope: Scope) -> str:
    """Who sends a request: its address; of IPv6 the network, as one machine has many addresses in it."""
    host = scope["client"][0] if scope.get("client") else ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return str(host)
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def _path(scope: Scope) -> str:
    return str(scope["path"]).rstrip("/")


def _refuse(message: str, status: int, seconds: int = 0) -> JSONResponse:
    """A refusal in both languages, as it isn't known what the client reads. Gradio shows `detail`."""
    text = " · ".join(say(message, language, number=seconds) for language in ("ar", "en"))
    headers = {"Retry-After": f"{seconds}"} if seconds else None
    return JSONResponse({"error": message, "message": text, "detail": text}, status, headers)
