"""What a connection may keep waiting: uvicorn's HTTP protocol with timeouts and a bound for each client.

uvicorn closes a connection that is idle between requests, and has no limit for one that sends a request's
head or body bit by bit (slowloris): hundreds of those would keep all others out.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final

import h11
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from web.server.limits import client_of
from web.server.sharing import Sharing

# Seconds within which a request's head has to be there as a whole, from the connection's first moment or
# the end of the request before it.
HEAD_SECONDS: Final = 10.0
# Seconds without another byte of a request's body.
BODY_SECONDS: Final = 30.0
# Bytes of a request's head; a browser's has some kilobytes.
LARGEST_HEAD: Final = 32 << 10
# Connections that are open at once. A page has up to six; a process may often have 1,024 files open.
MOST_CONNECTIONS: Final = 600
MOST_CONNECTIONS_OF_A_CLIENT: Final = 100


def server_config(app: ASGIApp, sharing: Sharing, **more: Any) -> uvicorn.Config:
    """How uvicorn serves the chat: within bounds, and believing only the proxies that were named.

    Args:
        app: the application.
        sharing: where it listens and to whom it answers.
        more: further settings of `uvicorn.Config`.
    """
    # An address may arrive as one of IPv6, where the server listens on those too.
    proxies = [*sharing.proxies, *(f"::ffff:{proxy}" for proxy in sharing.proxies if _is_ipv4(proxy))]
    protocol = BoundedShared if sharing.is_shared and not sharing.proxies else Bounded
    return uvicorn.Config(
        app,
        http=protocol,
        h11_max_incomplete_event_size=LARGEST_HEAD,
        limit_concurrency=MOST_CONNECTIONS,
        proxy_headers=bool(proxies),
        forwarded_allow_ips=proxies,
        **more,
    )


class Bounded(H11Protocol):
    """A connection that is closed where its client keeps a request waiting."""

    _deadline: asyncio.TimerHandle | None = None
    _is_head: bool = True

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begins to wait for a request."""
        super().connection_made(transport)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Ends waiting."""
        super().connection_lost(exc)
        self._forget()

    def data_received(self, data: bytes) -> None:
        """Takes in what came, and waits for the rest of it."""
        if not self._is_head:
            self._forget()  # a body's time begins anew with each part of it
        super().data_received(data)
        self._watch()

    def on_response_complete(self) -> None:
        """Takes in what came meanwhile."""
        super().on_response_complete()
        self._watch()

    def _watch(self) -> None:
        """Sets the time by which more must have come, if anything is missing."""
        if self.transport.is_closing():
            self._forget()
            return
        # The head of a first request, or what of another one has come: else it is idle, which uvicorn ends.
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
            self._watch()  # it is the application that doesn't take the body
        else:
            self.transport.abort()


class BoundedShared(Bounded):
    """The same, with so many connections for each client. A proxy's are those of many: not behind one."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begins to wait for a request, unless the client has enough connections."""
        super().connection_made(transport)
        client = client_of({"client": self.client})
        held = sum(
            client_of({"client": other.client}) == client
            for other in self.connections
            if isinstance(other, Bounded)
        )
        if held > MOST_CONNECTIONS_OF_A_CLIENT:
            self.transport.abort()


def _is_ipv4(proxy: str) -> bool:
    return ":" not in proxy and "/" not in proxy
