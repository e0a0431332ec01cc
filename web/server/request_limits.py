"""Per-client limits: request rate, failed logins, request size.

The token bucket is our own: of the library `limits` (5.8) the store in memory keeps every client that ever
asked (20,001 keys of 20,001 clients, long after their window), takes 0.25 ms per request with 20,000 clients,
and uses the wall clock, which may be set. Here the last 10,000 are kept, by a monotonic clock.
"""

from __future__ import annotations

import hashlib
import ipaddress
import math
import time
import unicodedata
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qa.messages import say
from web.server.users import Users, UsersUnreadable

# Chosen, not measured: a page sends up to three requests per question, and eight people behind one address
# who each ask every three seconds send eight per second.
REQUESTS_PER_SECOND: Final = 10.0
MAX_CONCURRENT_REQUESTS: Final = 60
# Seconds until one more wrong password is allowed, after these.
MAX_WRONG_PASSWORDS: Final = 5
SECONDS_PER_PASSWORD: Final = 30.0
# The same per user name, over all addresses, except browsers where that user has logged in
# before: some 700 guesses per day at one password, from any number of addresses.
MAX_WRONG_PER_NAME: Final = 20
SECONDS_PER_NAME: Final = 120.0
DEVICE_COOKIE: Final = "dalil-device"
_SECONDS_PER_DEVICE: Final = 180 * 24 * 3600
# Bytes of a request other than an upload: a question has 2,000 characters at most, and a saved conversation
# is sent as one request (`web.calls.chat_calls`).
LARGEST_REQUEST: Final = 1 << 20
# Number of clients remembered.
_MAX_CLIENTS: Final = 10_000


class Allowance:
    """A token bucket per client.

    Args:
        most: capacity of a bucket.
        per_second: refill rate in tokens per second.
        clock: returns the time in seconds.
    """

    def __init__(self, most: float, per_second: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._per_second, self._clock = most, per_second, clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, client: str) -> float:
        """Seconds until the client has a token; 0 if it has one."""
        return max(0.0, (1 - self._now(client)) / self._per_second)

    def spend(self, client: str) -> None:
        """Takes a token from the client, whether or not it has one."""
        self._left[client] = (self._now(client) - 1, self._clock())
        self._left.move_to_end(client)
        if len(self._left) > _MAX_CLIENTS:
            self._left.popitem(last=False)

    def give_back(self, client: str) -> None:
        """Undoes a `spend`."""
        self._left[client] = (self._now(client) + 1, self._clock())

    def _now(self, client: str) -> float:
        left, then = self._left.get(client, (self._most, self._clock()))
        return min(self._most, left + (self._clock() - then) * self._per_second)


class RequestRate:
    """Answers 429 to a client above the rate limit. GET requests are not rate-limited.

    Args:
        app: the wrapped application.
        allowance: rate limit per client.
    """

    def __init__(self, app: ASGIApp, allowance: Allowance | None = None) -> None:
        self.app = app
        self._allowance = allowance or Allowance(MAX_CONCURRENT_REQUESTS, REQUESTS_PER_SECOND)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        if scope["type"] == "http" and scope["method"] == "POST":
            client = client_of(scope)
            if seconds := self._allowance.wait(client):
                await refuse("too_many", 429, math.ceil(seconds))(scope, receive, send)
                return
            self._allowance.spend(client)
        await self.app(scope, receive, send)


class LoginRate:
    """Answers 429 after too many wrong passwords from one address, or for one user name.

    Wrong passwords for a name are counted whether or not there is such a user. They can't lock a user out
    who has logged in before: that browser has a device cookie (`Users.device_token`), and its own count
    instead of the address's and the name's.

    Args:
        app: the wrapped application, which answers a wrong password with an error.
        users: the users; without them no browser is known.
        allowance: limit per address and per known browser.
        for_a_name: limit per user name.
    """

    def __init__(
        self,
        app: ASGIApp,
        users: Users | None = None,
        allowance: Allowance | None = None,
        for_a_name: Allowance | None = None,
    ) -> None:
        self.app = app
        self._users = users
        self._allowance = allowance or Allowance(MAX_WRONG_PASSWORDS, 1 / SECONDS_PER_PASSWORD)
        self._for_a_name = for_a_name or Allowance(MAX_WRONG_PER_NAME, 1 / SECONDS_PER_NAME)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        if scope["type"] != "http" or scope["method"] != "POST" or not _path(scope).endswith("/login"):
            await self.app(scope, receive, send)
            return
        body = await whole_body(receive)
        if body is None:
            return  # the client has disconnected
        receive = given_again(body, receive)
        name = await _user_name(scope, body)
        counted = self._counted(scope, name)
        if seconds := max(allowance.wait(key) for allowance, key in counted):
            await refuse("too_many", 429, math.ceil(seconds))(scope, receive, send)
            return
        # Spent before the answer is known, against concurrent attempts, and refunded on success.
        for allowance, key in counted:
            allowance.spend(key)

        async def send_counted(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] < 400:
                for allowance, key in counted:
                    allowance.give_back(key)
                self._remember(scope, name, message)
            await send(message)

        await self.app(scope, receive, send_counted)

    def _counted(self, scope: Scope, name: str) -> list[tuple[Allowance, str]]:
        """The allowances and keys that an attempt counts against."""
        token = Request(scope).cookies.get(DEVICE_COOKIE, "")
        with suppress(UsersUnreadable):
            if token and self._users and self._users.is_device(name, token):
                return [(self._allowance, f"device {token}")]
        # Hashed: a name may be of any length, and 10,000 are remembered.
        hashed = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()
        return [(self._allowance, client_of(scope)), (self._for_a_name, hashed)]

    def _remember(self, scope: Scope, name: str, message: Message) -> None:
        """Sets the browser's device cookie."""
        if self._users is None:
            return
        cookie = Response()
        with suppress(UsersUnreadable, KeyError):
            cookie.set_cookie(
                DEVICE_COOKIE,
                self._users.device_token(name),
                max_age=_SECONDS_PER_DEVICE,
                # That of the page that asked: below whatever path a proxy serves it.
                path=None,
                secure=scope.get("scheme") == "https",
                httponly=True,
                samesite="strict",
            )
            MutableHeaders(scope=message).append("set-cookie", cookie.headers["set-cookie"])


class RequestSize:
    """Answers 413 to a request with too large a body.

    Args:
        app: the wrapped application.
        largest: largest request in bytes.
        largest_upload: largest upload in bytes; 0 refuses uploads.
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
            await refuse("read_only", 403)(scope, receive, send)
            return
        largest = self._largest_upload if is_upload else self._largest
        told = Headers(scope=scope).get("content-length", "0")
        if not told.isdecimal() or int(told) > largest:
            await refuse("too_large", 413)(scope, receive, send)
            return
        received, answered = 0, False

        async def receive_counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > largest:  # it declared no size
                raise _TooLarge
            return message

        async def send_noted(message: Message) -> None:
            nonlocal answered
            if received <= largest:  # otherwise the application's answer is discarded
                answered = True
                await send(message)

        with suppress(_TooLarge):
            await self.app(scope, receive_counted, send_noted)
        if received > largest and not answered:
            await refuse("too_large", 413)(scope, receive, send)


class _TooLarge(Exception):
    pass


def client_of(scope: Scope) -> str:
    """The client of a request: its address; for IPv6 its network, since one machine has many addresses."""
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


async def whole_body(receive: Receive) -> bytes | None:
    """Reads a request's body; None if the client has disconnected. Bounded by `RequestSize`."""
    parts, more = [], True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            return None
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(parts)


def given_again(body: bytes, receive: Receive) -> Receive:
    """A `receive` that replays a body already read, then continues with the original."""
    waiting = [body]

    async def again() -> Message:
        if waiting:
            return {"type": "http.request", "body": waiting.pop(), "more_body": False}
        return await receive()

    return again


async def _user_name(scope: Scope, body: bytes) -> str:
    """The user name in a login form, parsed as by Gradio; empty if there is none."""

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    try:
        async with Request(scope, receive).form(max_files=1, max_fields=20) as form:
            name = form.get("username")
    except (HTTPException, MultiPartException):  # Gradio refuses it too
        return ""
    return unicodedata.normalize("NFC", name.strip()) if isinstance(name, str) else ""


def _path(scope: Scope) -> str:
    return str(scope["path"]).rstrip("/")


def refuse(message: str, status: int, seconds: int = 0) -> JSONResponse:
    """A refusal in both languages, since the client's isn't known. Gradio shows `detail`."""
    text = " · ".join(say(message, language, number=seconds) for language in ("ar", "en"))
    headers = {"Retry-After": f"{seconds}"} if seconds else None
    return JSONResponse({"error": message, "message": text, "detail": text}, status, headers)
