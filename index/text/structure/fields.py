"""Paragraphs of a form, one after the other, as the fields that they are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby
from typing import Final

from index.text.structure.labels import field_key
from index.types import Block

_MIN_COUNT: Final = 2


def with_fields(text: str, blocks: Iterable[Block]) -> Iterator[Block]:
    """Yields a document's blocks, with paragraphs such as "Serial: HX-101" as form fields with their keys.

    One alone, such as "Note: closed on Friday", stays a paragraph.

    Args:
        text: of the document.
        blocks: of its layout.
    """

    def key(block: Block) -> str:
        said = text[block.start : block.end]
        is_plain = block.kind == "paragraph" and not block.label and "\n" not in said
        return said[: field_key(said)] if is_plain else ""

    for is_field, group in groupby(blocks, lambda block: bool(key(block))):
        run = list(group)
        if is_field and len(run) >= _MIN_COUNT:
            yield from (replace(block, kind="form_field", label=key(block)) for block in run)
        else:
            yield from run
