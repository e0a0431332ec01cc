"""Who sends a request: a user by name, or else the address that it comes from."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import Final

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from web.server.limits import client_of

_person: Final[ContextVar[str]] = ContextVar("person", default="")


def person() -> str:
    """Who sent the request that is being answered; the same for all where there is no request."""
    return _person.get()


class KnownPerson:
    """Tells `person` who it is for as long as a request is answered, also in threads that help with it.

    Args:
        app: what answers.
        user_of: the name of the user who sends a request, if that is known.
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
        # A name can't be an address: neither can be taken for the other.
        token = _person.set(f"user {user}" if user else f"address {client_of(scope)}")
        try:
            await self.app(scope, receive, send)
        finally:
            _person.reset(token)
