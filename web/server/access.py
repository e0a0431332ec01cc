"""Who reaches the chat where it listens beyond this machine: hosts' names, and users with passwords."""

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
"""Bytes of one upload."""


def guard(app: FastAPI, sharing: Sharing) -> None:
    """Puts an application behind what keeps strangers out and everybody within limits.

    Before a request reaches the application: its host's name, how often the client asks, how large it
    is, and wrong passwords. Where only who started it can reach it, nobody is told to ask less often.
    """
    # What is added last is asked first.
    if sharing.auth is not None:
        app.add_middleware(LoginRate, users=Users(sharing.auth))
    app.add_middleware(RequestSize, largest_upload=0 if sharing.read_only else LARGEST_UPLOAD)
    if sharing.is_shared:
        app.add_middleware(RequestRate)
    app.add_middleware(NamedHosts, host=sharing.host, names=sharing.names)


class NamedHosts:
    """Turns away requests to another name than this machine's or those that were named.

    Else a page elsewhere could point its own name at this machine and read the texts (DNS rebinding).
    Where it listens on all addresses, each address is a name of its own: a page can't have one. Starlette's
    TrustedHostMiddleware doesn't know these, nor an IPv6 address written in another way, nor `localhost.`.

    Args:
        app: what is guarded.
        host: where it listens.
        names: further names by which others reach it.
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
    """What Gradio's `auth` asks whether a name and a password belong together.

    Raises:
        UsersUnreadable: there is no such file of users, or it is damaged.
    """
    users = Users(path)
    users.load()
    one_at_a_time = asyncio.Lock()

    async def check(name: str, password: str) -> bool:
        # A hash takes 32 MB and a core for a while: in a thread, and never many at once.
        async with one_at_a_time:
            try:
                return await run_in_threadpool(users.check, name, password)
            except UsersUnreadable:
                return False

    return check


def signed_in(gradio_app: Any) -> Callable[[Request], str | None]:
    """What tells who is signed in to Gradio's application: the name of a request's user, if it has one.

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
    """The name in a Host header, without its port."""
    if header.startswith("["):
        return _plain(header[1:].partition("]")[0])
    return _plain(header.partition(":")[0])


def _plain(name: str) -> str:
    """A name as it is compared; an address in its shortest form."""
    name = name.casefold().rstrip(".")
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return name
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address)
