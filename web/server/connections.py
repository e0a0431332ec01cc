"""Connections: trusted proxies, and uvicorn's HTTP protocol with timeouts and a limit per client.

uvicorn closes a connection that is idle between requests, but has no timeout for one that sends a request's
head or body in small pieces (slowloris): hundreds of those would block all others.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final

import h11
import uvicorn
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware
from uvicorn.protocols.http.h11_impl import H11Protocol

from web.server.request_limits import client_of
from web.server.sharing import Sharing

# Seconds for a request's head to arrive completely, from the start of the connection or
# the end of the previous request.
HEAD_SECONDS: Final = 10.0
# Seconds without another byte of a request's body before a timeout.
BODY_SECONDS: Final = 30.0
# Largest head of a request in bytes; a browser's has some kilobytes.
LARGEST_HEAD: Final = 32 << 10
# Concurrent connections. A page opens up to six; a process often has a limit of 1,024 open files.
MAX_CONNECTIONS: Final = 600
MAX_CONNECTIONS_PER_CLIENT: Final = 100


def server_config(app: ASGIApp, sharing: Sharing, **more: Any) -> uvicorn.Config:
    """Configuration of uvicorn for the chat: bounded, and trusting only the configured proxies.

    Args:
        app: the application.
        sharing: its addresses and access settings.
        more: further settings of `uvicorn.Config`.
    """
    # An IPv4 address may arrive in IPv6 form, if the server listens on IPv6 too.
    proxies = [*sharing.proxies, *(f"::ffff:{proxy}" for proxy in sharing.proxies if _is_ipv4(proxy))]
    protocol = BoundedShared if sharing.is_shared and not sharing.proxies else Bounded
    if sharing.root_path:
        app = SubPath(app, sharing.root_path)
    return uvicorn.Config(
        NamedProxies(app, proxies),
        http=protocol,
        h11_max_incomplete_event_size=LARGEST_HEAD,
        limit_concurrency=MAX_CONNECTIONS,
        proxy_headers=False,
        **more,
    )


class NamedProxies:
    """Trusts `X-Forwarded-*` only from the configured proxies and strips it otherwise.

    uvicorn's own middleware ignores these headers from other clients but passes them on to the application,
    and Gradio builds addresses from `X-Forwarded-Host` and `X-Forwarded-Proto`.

    Args:
        app: the wrapped application.
        proxies: addresses or networks.
    """

    def __init__(self, app: ASGIApp, proxies: list[str]) -> None:
        self._app = app
        self._believing = ProxyHeadersMiddleware(app, trusted_hosts=proxies)  # type: ignore[arg-type]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        peer = scope["client"][0] if scope.get("client") else None
        if peer is not None and peer in self._believing.trusted_hosts:
            await self._believing(scope, receive, send)  # type: ignore[arg-type]
            return
        own = [pair for pair in scope["headers"] if not pair[0].startswith(b"x-forwarded-")]
        await self._app({**scope, "headers": own}, receive, send)


class SubPath:
    """Serves an application below a path prefix, whether or not the proxy strips it.

    Args:
        app: the wrapped application.
        root_path: the path, such as "/dalil".
    """

    def __init__(self, app: ASGIApp, root_path: str) -> None:
        self._app = app
        self._root_path = root_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        path = scope.get("path", "")
        if path == self._root_path:
            # Relative addresses of the page need the slash.
            await RedirectResponse(f"{self._root_path}/")(scope, receive, send)
            return
        if path.startswith(f"{self._root_path}/"):
            below = path.removeprefix(self._root_path)
            scope = {**scope, "path": below, "raw_path": below.encode("utf-8", "surrogatepass")}
        await self._app(scope, receive, send)


class Bounded(H11Protocol):
    """A connection with timeouts for the head and body of a request."""

    _deadline: asyncio.TimerHandle | None = None
    _is_head: bool = True

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Starts waiting for a request."""
        super().connection_made(transport)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Cancels the deadline."""
        super().connection_lost(exc)
        self._forget()

    def data_received(self, data: bytes) -> None:
        """Processes received data, and waits for the rest."""
        if not self._is_head:
            self._forget()  # each part of a body restarts its timeout
        super().data_received(data)
        self._watch()

    def on_response_complete(self) -> None:
        """Processes data received meanwhile."""
        super().on_response_complete()
        self._watch()

    def _watch(self) -> None:
        """Sets the deadline for more data, if a request is incomplete."""
        if self.transport.is_closing():
            self._forget()
            return
        # A first request's head, or a later one that has begun: otherwise idle, which uvicorn times out.
        head = self.conn.their_state is h11.IDLE and (self.cycle is None or bool(self.conn.trailing_data[0]))
        body = self.conn.their_state is h11.SEND_BODY and self.cycle is not None
        if not head and not body:
            self._forget()
        elif self._deadline is None or self._is_head != head:
            self._forget()
            self._is_head = head
            self._deadline = self.loop.call_later(HEAD_SECONDS if head else BODY_SECONDS, self._end)

    def _forget(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _end(self) -> None:
        self._deadline = None
        if not self._is_head and self.flow.read_paused:
            self._watch()  # the application isn't reading the body
        else:
            self.transport.abort()


class BoundedShared(Bounded):
    """The same with a connection limit per client. Not for use behind a proxy, which many clients share."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Starts waiting for a request, unless the client has too many connections."""
        super().connection_made(transport)
        client = client_of({"client": self.client})
        held = sum(
            client_of({"client": other.client}) == client
            for other in self.connections
            if isinstance(other, Bounded)
        )
        if held > MAX_CONNECTIONS_PER_CLIENT:
            self.transport.abort()


def _is_ipv4(proxy: str) -> bool:
    return ":" not in proxy and "/" not in proxy
