"""Access control of a shared chat: host names, and users with passwords."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import Any, Final

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from index.readers.read import MOST_BYTES
from web.server.limits import LoginRate, RequestRate, RequestSize
from web.server.sharing import OWN_NAMES, Sharing
from web.server.users import Users, UsersUnreadable

_EVERYWHERE: Final = ("0.0.0.0", "::")
LARGEST_UPLOAD: Final = MOST_BYTES
"""Largest upload in bytes."""


def guard(app: FastAPI, sharing: Sharing) -> None:
    """Adds the access-control and rate-limiting middleware to an application.

    It checks a request's host name, the client's request rate, the body size and failed logins. A chat
    that isn't shared has no rate limit.
    """
    # Middleware added last runs first.
    if sharing.auth is not None:
        app.add_middleware(LoginRate, users=Users(sharing.auth))
    app.add_middleware(RequestSize, largest_upload=0 if sharing.read_only else LARGEST_UPLOAD)
    if sharing.is_shared:
        app.add_middleware(RequestRate)
    app.add_middleware(NamedHosts, host=sharing.host, names=sharing.names)


class NamedHosts:
    """Rejects requests whose Host is neither this machine nor an allowed name.

    Otherwise a foreign page could point its own name at this machine and read the texts (DNS rebinding).
    A server on all addresses also accepts the one a request arrived at: rebinding needs a name. Starlette's
    TrustedHostMiddleware handles neither these, nor other spellings of an IPv6 address, nor `localhost.`.

    Args:
        app: the wrapped application.
        host: the address it listens on.
        names: further allowed host names.
    """

    def __init__(self, app: ASGIApp, host: str, names: Iterable[str] = ()) -> None:
        self.app = app
        self._names = frozenset(map(_plain, (*OWN_NAMES, host, *names))) - frozenset(_EVERYWHERE)
        self._everywhere = host in _EVERYWHERE

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        if scope["type"] in ("http", "websocket"):
            name = _host(Headers(scope=scope).get("host", ""))
            server = scope.get("server")
            arrived_at = _plain(server[0]) if self._everywhere and server else None
            if name not in self._names and name != arrived_at:
                await PlainTextResponse("Not a name of this host.", 400)(scope, receive, send)
                return
        await self.app(scope, receive, send)


def login(path: Path) -> Callable[[str, str], Awaitable[bool]]:
    """Returns the callback for Gradio's `auth`, which checks a name and a password.

    Raises:
        UsersUnreadable: there is no such file of users, or it is damaged.
    """
    users = Users(path)
    users.load()
    one_at_a_time = asyncio.Lock()

    async def check(name: str, password: str) -> bool:
        # Hashing takes 32 MB and a core for a while: in a thread, one at a time.
        async with one_at_a_time:
            try:
                return await run_in_threadpool(users.check, name, password)
            except UsersUnreadable:
                return False

    return check


def signed_in(gradio_app: Any) -> Callable[[Request], str | None]:
    """Returns a function that gives the name of the user signed in to Gradio's application, if any.

    Args:
        gradio_app: a `gradio.routes.App`; only ui.py imports Gradio.
    """

    def user_of(request: Request) -> str | None:
        for name in ("access-token", "access-token-unsecure"):
            token = request.cookies.get(f"{name}-{gradio_app.cookie_id}")
            if token and (user := gradio_app.tokens.get(token)):
                return str(user)
        return None

    return user_of


def _host(header: str) -> str:
    """The host name in a Host header, without the port."""
    if header.startswith("["):
        return _plain(header[1:].partition("]")[0])
    return _plain(header.partition(":")[0])


def _plain(name: str) -> str:
    """A host name normalised for comparison; an address in its shortest form."""
    name = name.casefold().rstrip(".")
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return name
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address)
