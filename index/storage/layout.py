"""JSON serialization of documents' fields, blocks and passages' places in the layout, for both engines."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import Any

from index.types import Block, Document, Passage

_BLOCK_FIELDS = fields(Block)
_HEAD_FIELDS = [field for field in fields(Document) if field.name not in ("id", "text", "blocks")]


def write_blocks(blocks: Iterable[Block]) -> str:
    """Serializes blocks as JSON: each block's field values in order, without trailing defaults."""
    rows = []
    for block in blocks:
        values = [getattr(block, field.name) for field in _BLOCK_FIELDS]
        while values and values[-1] == _BLOCK_FIELDS[len(values) - 1].default:
            values.pop()
        rows.append(values)
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":")) if rows else ""


def read_blocks(content: str) -> tuple[Block, ...]:
    """Parses the output of `write_blocks`."""
    return tuple(Block(*(_frozen(value) for value in row)) for row in json.loads(content or "[]"))


def write_place(passage: Passage) -> str:
    """Serializes a passage's kind and layout context as JSON; empty for a paragraph without any."""
    place = {name: value for name, default in _PLACE.items() if (value := getattr(passage, name)) != default}
    return json.dumps(place, ensure_ascii=False, separators=(",", ":")) if place else ""


def read_place(content: str) -> dict[str, Any]:
    """Parses the output of `write_place` into fields of `Passage`."""
    place: dict[str, Any] = json.loads(content or "{}")
    return {name: _frozen(value) for name, value in place.items()}


def write_head(document: Document) -> str:
    """Serializes the fields of a document other than its id, text and blocks as JSON."""
    head = {field.name: getattr(document, field.name) for field in _HEAD_FIELDS}
    return json.dumps(head, ensure_ascii=False, separators=(",", ":"))


def read_head(content: str) -> dict[str, Any]:
    """Parses the output of `write_head` into fields of `Document`."""
    return {name: _frozen(value) for name, value in json.loads(content).items()}


def content_of(document: Document) -> str:
    """The parts of a document that its passages and their encodings depend on, as one string."""
    known = (document.title, document.author, document.date)
    return "\0".join((document.text, *known, write_blocks(document.blocks)))


_PLACE: dict[str, Any] = {
    "kind": "paragraph", "headings": (), "columns": (), "page": 0, "items": (), "recognition": 0,
}  # fmt: skip


def _frozen(value: Any) -> Any:
    return tuple(map(_frozen, value)) if isinstance(value, Sequence) and not isinstance(value, str) else value
