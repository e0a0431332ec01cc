"""The conditions that a question can be restricted to, for the page's picker."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from index.scope import dates, extension, folders, references
from index.text.analyzer import normalise
from index.types import DocumentHead
from web.views.answers import plain

MAX_CHOICES: Final = 50
"""Documents, folders, types or tags that are offered at a time."""


def choices(heads: Sequence[DocumentHead], find: str) -> dict[str, Any]:
    """The conditions to choose from, given some documents.

    Args:
        heads: of all documents.
        find: what is typed to find a document by its title or file; all if it is blank.

    Returns:
        `document`, `folder`, `type` and `tag`: each a list of values with their labels; `is_dated`: whether
        any document has a date that can be read; `undated`: the number of those that have none.
    """
    found = [head for head in heads if is_named(find, head.title, head.source)]
    reference = references(heads)
    types = sorted({extension(head) for head in heads} - {""})
    tags = sorted({tag for head in heads for tag in head.tags})
    undated = sum(dates(head.date) is None for head in heads)
    return {
        "document": [[reference(head), plain(head.title or head.source)] for head in found[:MAX_CHOICES]],
        "folder": [[name, plain(name)] for name in folders(heads)[:MAX_CHOICES]],
        "type": [[name, name] for name in types[:MAX_CHOICES]] if len(types) > 1 else [],
        "tag": [[name, plain(name)] for name in tags[:MAX_CHOICES]],
        "is_dated": undated < len(heads),
        "undated": undated,
    }


def is_named(find: str, title: str, source: str) -> bool:
    """Whether what is typed to find a document is in its title or file name, however it is spelled."""
    wanted = normalise(find).text.casefold().strip()
    return wanted in normalise(f"{title}\n{source}").text.casefold()


def reference(heads: Sequence[DocumentHead], document_id: str) -> str:
    """The name of a document in a scope; empty if there is no such document."""
    head = next((head for head in heads if head.id == document_id), None)
    return references(heads)(head) if head else ""
