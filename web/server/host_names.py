"""The host names under which the chat answers: against DNS rebinding."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import Final

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from web.server.sharing import OWN_NAMES

_EVERYWHERE: Final = ("0.0.0.0", "::")


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
