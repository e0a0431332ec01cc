"""The layout of a plain text, found by rule: so far its paragraphs alone."""

from __future__ import annotations

from index.text.paragraphs import paragraphs
from index.types import Block


def find_blocks(text: str) -> tuple[Block, ...]:
    """The blocks of a text that comes without any, in order."""
    return tuple(Block("paragraph", start, end) for start, end in paragraphs(text))
