"""Identity of a request's sender: the user's name, or else the client's address."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import Final

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from web.server.limits import client_of

_person: Final[ContextVar[str]] = ContextVar("person", default="")


def person() -> str:
    """The sender of the current request; a constant outside a request."""
    return _person.get()


class KnownPerson:
    """Sets the value of `person` while a request is processed, also in its worker threads.

    Args:
        app: the wrapped application.
        user_of: returns the name of a request's user, if known.
    """

    def __init__(self, app: ASGIApp, user_of: Callable[[Request], str | None]) -> None:
        self.app = app
        self._user_of = user_of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        user = self._user_of(Request(scope))
        # A name can't be an address, so the two can't be confused.
        token = _person.set(f"user {user}" if user else f"address {client_of(scope)}")
        try:
            await self.app(scope, receive, send)
        finally:
            _person.reset(token)
