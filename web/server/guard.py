"""What the chat's server lets in and out: its own pages' requests, and nothing from other hosts."""

from __future__ import annotations

import secrets
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.server.preferences import dress
from web.server.uploads import UPLOAD


class OwnPagesOnly:
    """Turns away what pages of other sites send here, and uploads other than the library's.

    Gradio's own keep a file under its name, of any size, whether or not the page has a use for it.
    """

    def __init__(self, app: ASGIApp) -> None:
        """Wraps an application."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        if scope["type"] == "http":
            headers = Headers(scope=scope)
            # Behind a proxy that speaks TLS the page's scheme is another than this server's.
            foreign = urlsplit(headers.get("origin", "null")).netloc != headers.get("host")
            unused = scope["path"].rstrip("/").endswith(_UNUSED) and scope["path"] != UPLOAD
            unused = unused or _PROXY in scope["path"]
            if ("origin" in headers and foreign) or unused:
                await PlainTextResponse("Not allowed.", 403)(scope, receive, send)
                return
        await self.app(scope, receive, send)


class ContentPolicy:
    """Tells the browser to load and run nothing but what this server sent: a second lock.

    Gradio's page has scripts of its own inside; each gets the one-time word (nonce) that allows it.
    `unsafe-eval` is for the templates of `gr.HTML`, which Gradio compiles in the browser.
    """

    def __init__(self, app: ASGIApp) -> None:
        """Wraps an application."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        nonce = secrets.token_urlsafe(16)
        held: list[Message] = []  # a page's head and the parts of its body so far

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Content-Security-Policy"] = _POLICY.format(nonce=nonce)
                headers["Referrer-Policy"] = "no-referrer"
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


# What of Gradio's own writes files or tells of the server.
_PROXY: Final = "/proxy="  # fetches other addresses, for pages that show apps of the model hub
_UNUSED: Final = ("/upload", "/process_recording", "/deep_link", "/openapi.json")
_POLICY: Final = (
    "default-src 'self'; script-src 'self' 'nonce-{nonce}' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self'; connect-src 'self'; object-src 'none'; frame-src 'none'; "
    "base-uri 'self'; form-action 'none'; frame-ancestors 'none'"
)
