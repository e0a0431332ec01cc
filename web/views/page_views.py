"""HTML views of web pages that are fetched for collections."""

from __future__ import annotations

from typing import Any

from index.errors import UnreadablePage
from index.readers.ocr.tesseract import install_command
from index.readers.read_files import TYPES
from index.text.analyzer import Language
from qa.messages import has_message, say
from web.uploads.batches import Batch
from web.views.answers import plain


def outcome(batch: Batch) -> str:
    """The name of the message that says what became of a page."""
    if batch.added.added:
        return "web_page_replaced" if batch.is_renewal else "web_page_added"
    if batch.added.unchanged:
        return "web_page_unchanged"
    return "web_page_not_renewed" if batch.is_renewal else "web_page_not_added"


def fault(error: UnreadablePage, page: Language) -> str:
    """Says why a page isn't added.

    Args:
        error: the reason.
        page: the page's language.
    """
    message = f"fetch_{error.page_fault}"
    if error.page_fault == "content":
        message = f"fetch_file_{error.fault}"
        message = message if has_message(message) else f"file_{error.fault}"
    values: dict[str, Any] = {
        "detail": plain(error.detail),
        "scheme": "https://",
        "types": " ".join(TYPES),
        "encoding": "UTF-8",
        "command": install_command(),
    }
    # Isolated from surrounding text of the other direction.
    return say(message, page, **{key: f"\u2066{value}\u2069" for key, value in values.items()})
