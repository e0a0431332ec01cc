"""The page's language and appearance: chosen by the reader, or else by the browser's headers."""

from __future__ import annotations

import re
from hashlib import sha256
from html import escape
from typing import Final

from starlette.datastructures import Headers
from starlette.requests import cookie_parser

from index.text.analyzer import Language
from web.server.person import user
from web.views.scripts import preloads

LANGUAGE_COOKIE: Final = "dalil-language"
THEME_COOKIE: Final = "dalil-theme"
STYLES: Final = ("chat", "reader", "why", "library", "writer", "login")
_ROOT: Final = re.compile(rb'<html\s+lang="en"')


def preferred_language(headers: Headers) -> Language:
    """The language of a request: the one chosen on the page, or the browser's first that Dalil speaks."""
    chosen = _cookie(headers, LANGUAGE_COOKIE)
    if chosen in ("ar", "en"):
        return "ar" if chosen == "ar" else "en"
    asked: list[tuple[float, Language]] = []
    for part in headers.get("accept-language", "").split(","):
        tag, _, parameters = part.strip().partition(";")
        primary = tag.split("-")[0].strip().casefold()
        quality = re.fullmatch(r"\s*q=([01](?:\.\d{0,3})?)\s*", parameters)
        if primary in ("ar", "en"):
            asked.append((float(quality[1]) if quality else 1.0, "ar" if primary == "ar" else "en"))
    # Of two with equal quality the first.
    return max(asked, key=lambda pair: pair[0], default=(1.0, "en"))[1]


def dress(page: bytes, headers: Headers) -> bytes:
    """Sets language, appearance and style in a page of Gradio's, so that they apply from the first paint.

    It also has the page's scripts fetched early.

    Gradio's own way of adding a style sheet waits for its script, and rewrites the selectors.

    Args:
        page: Gradio's HTML, which declares English.
        headers: the request's.
    """
    language = preferred_language(headers)
    name = user()
    # What the browser keeps for one user is told from another's by a hash; the name is shown to its owner.
    own = (
        f' data-user="-{sha256(name.encode()).hexdigest()[:16]}" data-user-name="{escape(name)}"'
        if name
        else ""
    )
    theme = _cookie(headers, THEME_COOKIE)
    theme = theme if theme in ("light", "dark") else "system"
    way = "rtl" if language == "ar" else "ltr"
    # Gradio's script writes the browser's language into `lang`; language.js goes by the other one.
    root = f'<html lang="{language}" data-language="{language}" dir="{way}" data-theme="{theme}"{own}'
    page = _ROOT.sub(lambda _: root.encode(), page, count=1)
    links = "".join(f'<link rel="stylesheet" href="style/{name}.css">' for name in STYLES)
    return page.replace(b"</head>", (links + preloads()).encode() + b"</head>", 1)


def _cookie(headers: Headers, name: str) -> str:
    return cookie_parser(headers.get("cookie", "")).get(name, "")
