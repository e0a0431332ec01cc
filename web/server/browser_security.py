"""Same-origin middleware: only requests of the chat's own pages, no content from other hosts."""

from __future__ import annotations

import secrets
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qa.messages import say
from web.server.person import user
from web.server.preferences import dress
from web.uploads.batches import UPLOAD
from web.views.login import login_page


class OwnPagesOnly:
    """Rejects cross-site requests, and uploads other than the library's.

    Gradio's own uploads store a file of any size under its name, even if the page doesn't use it.
    """

    def __init__(self, app: ASGIApp) -> None:
        """Wraps an application."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        if scope["type"] == "http":
            headers = Headers(scope=scope)
            # Behind a TLS proxy the page's scheme differs from this server's.
            foreign = urlsplit(headers.get("origin", "null")).netloc != headers.get("host")
            unused = scope["path"].rstrip("/").endswith(_UNUSED) and scope["path"] != UPLOAD
            if not _could_be(scope["path"]):
                # Gradio fails on such a path: it looks up a file with it, or builds a URL from it.
                await PlainTextResponse("Not found.", 404)(scope, receive, send)
                return
            unused = unused or _PROXY in scope["path"]
            if ("origin" in headers and foreign) or unused:
                await PlainTextResponse("Not allowed.", 403)(scope, receive, send)
                return
        await self.app(scope, receive, send)


def _could_be(path: str) -> bool:
    """Whether a path has no control characters, and no part longer than a file name may be."""
    if any(character < " " or character == "\x7f" for character in path):
        return False
    return all(len(name.encode("utf-8", "surrogatepass")) <= _MAX_NAME_LENGTH for name in path.split("/"))


class LogoutByPost:
    """Logs out by POST from a button, not by GET, against cross-site logout.

    Gradio logs out any browser that requests `/logout`, even as an image in a foreign page. Here GET
    returns a page with a button; its POST is refused unless it comes from this server's own page.
    """

    def __init__(self, app: ASGIApp) -> None:
        """Wraps an application."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        if scope["type"] != "http" or scope["path"].rstrip("/") != "/logout":
            await self.app(scope, receive, send)
            return
        if scope["method"] in ("GET", "HEAD"):
            button = " · ".join(f'<bdi lang="{one}">{say("log_out", one)}</bdi>' for one in ("ar", "en"))
            page = _LOGOUT.format(button=button)
            headers = {
                "Content-Security-Policy": _LOGOUT_POLICY,
                "Cache-Control": "no-store",
                # Without a referrer a browser sends a form's origin as "null", and it would be refused.
                "Referrer-Policy": "same-origin",
            }
            await HTMLResponse(page, headers=headers)(scope, receive, send)
        elif scope["method"] == "POST" and "origin" in Headers(scope=scope):  # else already refused
            await self.app(
                {**scope, "method": "GET", "path": "/logout", "raw_path": b"/logout"}, receive, send
            )
        else:
            await PlainTextResponse("Not allowed.", 403)(scope, receive, send)


class LoginPage:
    """Asks for a name and a password with Dalil's own page instead of Gradio's, where nobody is logged in."""

    def __init__(self, app: ASGIApp) -> None:
        """Wraps an application."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        is_page = scope["type"] == "http" and scope["method"] in ("GET", "HEAD") and scope["path"] == "/"
        if is_page and user() is None:
            await HTMLResponse(login_page(), headers={"Cache-Control": "no-store"})(scope, receive, send)
            return
        await self.app(scope, receive, send)


class ContentPolicy:
    """Adds a Content-Security-Policy that allows only this server's content: defence in depth.

    Gradio's page has inline scripts; each gets a nonce. `unsafe-eval` is for the templates of `gr.HTML`,
    which Gradio compiles in the browser.
    """

    def __init__(self, app: ASGIApp) -> None:
        """Wraps an application."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        nonce = secrets.token_urlsafe(16)
        held: list[Message] = []  # a page's response start and body parts so far

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("Content-Security-Policy", _POLICY.format(nonce=nonce))
                headers.setdefault("Referrer-Policy", "no-referrer")
                if not headers.get("content-type", "").startswith("text/html"):
                    await send(message)
                    return
            elif not held:
                await send(message)
                return
            held.append(message)
            if message["type"] == "http.response.body" and not message.get("more_body"):
                page = dress(b"".join(part.get("body", b"") for part in held[1:]), Headers(scope=scope))
                page = page.replace(b"<script", f'<script nonce="{nonce}"'.encode())
                MutableHeaders(scope=held[0])["Content-Length"] = str(len(page))
                await send(held[0])
                await send({"type": "http.response.body", "body": page})

        await self.app(scope, receive, send_guarded)


# Most bytes of a path segment, as of a file name.
_MAX_NAME_LENGTH: Final = 255
# Gradio's routes that write files, reveal server details, or give scripts the token that the HttpOnly cookie
# hides from them.
_PROXY: Final = "/proxy="  # fetches other URLs, for pages that embed model-hub apps
_UNUSED: Final = ("/upload", "/process_recording", "/deep_link", "/openapi.json", "/token")
_LOGOUT: Final = (
    '<!doctype html><html lang="en"><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width, initial-scale=1"><title>دليل · Dalil</title>'
    '<link rel="stylesheet" href="style/chat.css"><link rel="stylesheet" href="style/login.css">'
    '<main id="login"><h1><bdi lang="ar">دليل</bdi> <span aria-hidden="true">·</span> '
    '<bdi lang="en">Dalil</bdi></h1>'
    # Without an action it goes to this page's own address, below whatever path a proxy serves it.
    '<form method="post"><button type="submit">{button}</button></form></main></html>'
)
_LOGOUT_POLICY: Final = (
    "default-src 'none'; style-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
_POLICY: Final = (
    "default-src 'self'; script-src 'self' 'nonce-{nonce}' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self'; connect-src 'self'; object-src 'none'; frame-src 'none'; "
    "base-uri 'self'; form-action 'none'; frame-ancestors 'none'"
)
