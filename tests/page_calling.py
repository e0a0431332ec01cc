"""Calls of the page's as a server takes them."""

from __future__ import annotations

from typing import Any, TypeVar

from web.page_calls import PageCall

Call = TypeVar("Call", bound=PageCall)


def sent(call: type[Call], page: str = "a", /, **more: Any) -> Call:
    """A call of one page's, in English if no other language is named."""
    return call.of({"conversation": page, "language": "en", **more})
