"""Identity of a request's sender: the user's name, or else the client's address."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, Final

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from web.server.request_limits import client_of

_person: Final[ContextVar[str]] = ContextVar("person", default="")
_user: Final[ContextVar[str | None]] = ContextVar("user", default=None)


def person() -> str:
    """The sender of the current request; a constant outside a request."""
    return _person.get()


def user() -> str | None:
    """The name of the user who sends the current request; None if nobody is logged in."""
    return _user.get()


class KnownPerson:
    """Sets the values of `person` and `user` while a request is processed, also in its worker threads.

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
        name = self._user_of(Request(scope))
        # A name can't be an address, so the two can't be confused.
        tokens = (
            _person.set(f"user {name}" if name else f"address {client_of(scope)}"),
            _user.set(name),
        )
        try:
            await self.app(scope, receive, send)
        finally:
            _person.reset(tokens[0])
            _user.reset(tokens[1])


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
