"""Blocks, and where passages stand, as JSON: what both engines write of a document's layout."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import Any

from index.types import Block, Document, Passage

_BLOCK_FIELDS = fields(Block)


def write_blocks(blocks: Iterable[Block]) -> str:
    """Blocks as JSON: the values of each one's fields in order, without defaults at the end."""
    rows = []
    for block in blocks:
        values = [getattr(block, field.name) for field in _BLOCK_FIELDS]
        while values and values[-1] == _BLOCK_FIELDS[len(values) - 1].default:
            values.pop()
        rows.append(values)
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":")) if rows else ""


def read_blocks(content: str) -> tuple[Block, ...]:
    """What `write_blocks` wrote."""
    return tuple(Block(*(_frozen(value) for value in row)) for row in json.loads(content or "[]"))


def write_place(passage: Passage) -> str:
    """A passage's role and what it stands under, as JSON; empty for a paragraph under nothing."""
    place = {name: value for name, default in _PLACE.items() if (value := getattr(passage, name)) != default}
    return json.dumps(place, ensure_ascii=False, separators=(",", ":")) if place else ""


def read_place(content: str) -> dict[str, Any]:
    """What `write_place` wrote, as fields of `Passage`."""
    place: dict[str, Any] = json.loads(content or "{}")
    return {name: _frozen(value) for name, value in place.items()}


def content_of(document: Document) -> str:
    """All of a document that its passages and their encodings depend on."""
    known = (document.title, document.author, document.date)
    return "\0".join((document.text, *known, write_blocks(document.blocks)))


_PLACE: dict[str, Any] = {"kind": "paragraph", "headings": (), "columns": (), "page": 0, "items": ()}


def _frozen(value: Any) -> Any:
    return tuple(map(_frozen, value)) if isinstance(value, Sequence) and not isinstance(value, str) else value
