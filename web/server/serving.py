"""The chat's web server: its socket, middleware, typefaces, styles and scripts."""

from __future__ import annotations

import socket
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from importlib import resources
from importlib.metadata import version
from typing import Any, Final

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from index.errors import DalilError
from index.readers.read_files import MAX_BYTES
from web.server.browser_security import ContentPolicy, LoginPage, LogoutByPost, OwnPagesOnly
from web.server.gradio_requests import CheckedRequests
from web.server.host_names import NamedHosts
from web.server.preferences import STYLES
from web.server.request_limits import (
    MAX_CONCURRENT_REQUESTS,
    REQUESTS_PER_SECOND,
    Allowance,
    LoginRate,
    RequestRate,
    RequestSize,
    client_of,
)
from web.server.sharing import OWN_MACHINE, Sharing, is_own
from web.server.users import Users
from web.views import scripts
from web.views.layout import asset

HOST: Final = "127.0.0.1"
PORT: Final = 7860
# Noto Naskh Arabic and Noto Sans Arabic, each in all its weights (SIL Open Font License).
_TYPEFACES: Final = {"naskh": "NotoNaskhArabic-Variable.ttf", "sans": "NotoSansArabic-Variable.ttf"}


class PortTaken(DalilError):
    """The port that the chat should listen on isn't free."""


def listen(port: int | None = None, host: str = HOST) -> socket.socket:
    """A socket that listens on the given port of an address, or else on 7860 or any free one.

    Raises:
        PortTaken: something else listens on the given port, or the address isn't this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for candidate in (PORT, 0) if port is None else (port,):
        with suppress(OSError):
            return socket.create_server((host, candidate), family=family)
    raise PortTaken(
        f"Port {port or PORT} of {host} is taken, or the address isn't this machine's. "
        "Choose another one, or leave it out."
    )


def application(
    start: Callable[[], None],
    sharing: Sharing = OWN_MACHINE,
    stop: Callable[[], None] = lambda: None,
    chat: Any = None,
) -> FastAPI:
    """Builds the web application with access control and no external resources.

    Args:
        start: called once when the server has started.
        sharing: its addresses and access settings.
        stop: called once when it stops.
        chat: the `gradio.Blocks` that will be mounted in it; requests for it are checked.
    """

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        start()
        yield
        stop()

    app = FastAPI(lifespan=lifespan, openapi_url=None)
    if chat is not None:
        app.add_middleware(CheckedRequests, chat=chat)
    app.add_middleware(LogoutByPost)
    if sharing.auth is not None:
        app.add_middleware(LoginPage)
    app.add_middleware(ContentPolicy)
    app.add_middleware(OwnPagesOnly)
    limit_access(app, sharing)
    metrics = Metrics()
    app.add_middleware(Counted, metrics=metrics)
    app.get("/health")(_health)
    app.get("/metrics")(_metrics(metrics))
    for name, file in _TYPEFACES.items():
        app.get(f"/typeface/{name}.ttf")(_typeface(file))
    for name in STYLES:
        app.get(f"/style/{name}.css")(_style(f"{name}.css"))
    for name, text in scripts.modules().items():
        app.get(f"/{scripts.address(name)}")(_script(text))
    return app


def limit_access(app: FastAPI, sharing: Sharing, clock: Callable[[], float] = time.monotonic) -> None:
    """Adds the access-control and rate-limiting middleware to an application.

    It checks a request's host name, the client's request rate, the body size and failed logins. A chat
    that isn't shared has no rate limit.

    Args:
        app: the application.
        sharing: who can reach it.
        clock: returns the time in seconds, for the request rate.
    """
    # Middleware added last runs first.
    if sharing.auth is not None:
        app.add_middleware(LoginRate, users=Users(sharing.auth))
    app.add_middleware(RequestSize, largest_upload=0 if sharing.read_only else MAX_BYTES)
    if sharing.is_shared:
        app.add_middleware(
            RequestRate, allowance=Allowance(MAX_CONCURRENT_REQUESTS, REQUESTS_PER_SECOND, clock)
        )
    app.add_middleware(NamedHosts, host=sharing.host, names=sharing.names)


class Metrics:
    """Request metrics since the server was started, in Prometheus' text format."""

    def __init__(self) -> None:
        self._started = time.time()
        self.running = 0
        self.seconds = 0.0
        self.answered: Counter[int] = Counter()

    def text(self) -> str:
        """The numbers, each with its name and type."""
        lines = ["# TYPE dalil_requests_total counter"]
        lines += [f'dalil_requests_total{{status="{code}"}} {n}' for code, n in sorted(self.answered.items())]
        lines += ["# TYPE dalil_request_seconds_total counter"]
        lines += [f"dalil_request_seconds_total {self.seconds:.3f}"]
        lines += ["# TYPE dalil_requests_running gauge", f"dalil_requests_running {self.running}"]
        lines += ["# TYPE dalil_start_time_seconds gauge", f"dalil_start_time_seconds {self._started:.0f}"]
        return "\n".join([*lines, ""])


class Counted:
    """Counts requests.

    Args:
        app: the wrapped application.
        metrics: where they are counted.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._metrics.answered[message["status"]] += 1
            await send(message)

        started = time.monotonic()
        self._metrics.running += 1
        try:
            await self._app(scope, receive, send_counted)
        finally:
            self._metrics.running -= 1
            self._metrics.seconds += time.monotonic() - started


def _health() -> dict[str, str]:
    """The health check."""
    return {"status": "ok", "version": version("dalil")}


def _metrics(metrics: Metrics) -> Callable[[Request], Response]:
    def send(request: Request) -> Response:
        # Behind a named proxy the client is who asked the proxy.
        if not is_own(client_of(request.scope)):
            return PlainTextResponse("Not found.", 404)
        return PlainTextResponse(metrics.text(), media_type="text/plain; version=0.0.4")

    return send


def _typeface(file: str) -> Callable[[], FileResponse]:
    def send() -> FileResponse:
        path = str(resources.files("pylopdf_fonts_ar").joinpath(file))
        return FileResponse(path, media_type="font/ttf", headers={"Cache-Control": "max-age=604800"})

    return send


def _style(file: str) -> Callable[[], Response]:
    def send() -> Response:
        return Response(asset(file), media_type="text/css", headers={"Cache-Control": "no-cache"})

    return send


def _script(text: str) -> Callable[[], Response]:
    def send() -> Response:
        kept = {"Cache-Control": "public, max-age=31536000, immutable"}
        return Response(text, media_type="text/javascript", headers=kept)

    return send
