"""The pieces that a document is shown in: its blocks, and its paragraphs outside any block."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from index.text.paragraphs import paragraphs
from index.text.structure.blocks import find_blocks
from index.types import Block, Document

# Characters. A longer paragraph is split into several pieces; otherwise a text without line breaks
# would be one piece of megabytes.
_MAX_LENGTH: Final = 6000


class Piece(NamedTuple):
    """A block of a document, or a part of a very long one.

    Attributes:
        number: number of the paragraph that it begins in, as a reader counts, from 1.
        start, end: its span in the document's text, in characters.
        block: its role in the layout.
        is_continued: whether it continues the paragraph before it.
    """

    number: int
    start: int
    end: int
    block: Block
    is_continued: bool


@lru_cache(maxsize=4)
def pieces_of(document: Document) -> tuple[Piece, ...]:
    """A document's blocks, and its paragraphs outside any block, in order."""
    text = document.text
    starts = [start for start, _ in paragraphs(text)]
    found: list[Piece] = []
    for block in _covering(text, document.blocks or find_blocks(text)):
        number = max(bisect_right(starts, block.start), 1)
        start, is_continued = block.start, bool(found) and found[-1].number == number
        # A table row isn't split, however long.
        while not block.cells and block.end - start > _MAX_LENGTH:
            cut = text.rfind(" ", start + 1, start + _MAX_LENGTH) + 1 or start + _MAX_LENGTH
            found.append(Piece(number, start, cut, block, is_continued))
            start, is_continued = cut, True
        found.append(Piece(number, start, block.end, block, is_continued))
    return tuple(found)


def _covering(text: str, blocks: Sequence[Block]) -> Iterator[Block]:
    end = 0
    for block in (*blocks, Block("paragraph", len(text), len(text))):
        for start, stop in paragraphs(text[end : block.start]):
            yield Block("paragraph", end + start, end + stop)
        if block.start < block.end:
            yield block
        end = block.end


def headings_above(text: str, pieces: Sequence[Piece], place: int) -> list[str]:
    """The headings above a piece, from the outermost."""
    found: list[Block] = []
    for piece in pieces[:place]:
        block = piece.block
        if block.kind == "heading":
            found = [other for other in found if other.level < block.level]
            found.append(block)
    return [text[block.start : block.end] for block in found]
