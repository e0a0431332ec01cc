"""Groups the lines of a column into paragraphs, by gaps, indents and the width that lines leave free."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Final

from index.readers.pdf.columns import Column
from index.readers.pdf.glyphs import Line
from index.readers.pdf.paragraphs.line_spacing import is_wide
from index.readers.pdf.paragraphs.paragraph import BULLETS
from index.readers.pdf.visual_order import (
    as_read,
    is_right_to_left,
)
from index.text.structure.labels import ItemMarker, follows, item_marker

INDENT: Final = 0.8
SPACE: Final = 0.25
# Signs of a line in which an item's number or bullet is looked for.
_MAX_MARKER_LENGTH: Final = 12
_STOPS: Final = frozenset(".!?؟…:;؛")
_CLOSERS: Final = frozenset("\"”»'’)](«[")  # some are mirrored
_MAX_END_LENGTH: Final = 3
_ENDS: Final = ".,،؛:;؟?!)]}»"


@dataclass
class LineGroup:
    """Lines that belong together.

    Attributes:
        lines: from top to bottom.
        edges: of the block that it begins in.
        room: the width that its last line leaves free in the column.
        is_indented: whether its first line is indented.
        page_starts: the number of the first line on each later page, and the page.
    """

    lines: list[Line]
    edges: Edges
    room: float
    is_indented: bool
    page: int = 0
    last_page: int = 0
    is_at_foot: bool = False
    page_starts: dict[int, int] = field(default_factory=dict)

    def continue_with(self, following: LineGroup) -> None:
        """Adds the lines of the rest of this paragraph, which is in another column or on another page."""
        if following.page != self.last_page:
            self.page_starts[len(self.lines)] = following.page
        self.lines.extend(following.lines)
        self.room, self.last_page = following.room, following.page


def groups_of(column: Column, pitches: Mapping[int, float]) -> Iterator[LineGroup]:
    """Yields the paragraphs of a column.

    Args:
        column: with one line at least.
        pitches: the line spacing of its page, by font size.
    """
    for block in _blocks(column.lines, pitches):
        edges = Edges.of(block, column)
        own = [block[0]]
        for line, following in pairwise(block):
            if edges.parts(line, following) or edges.is_next_item(own[0], following):
                yield edges.paragraph(own)
                own = []
            own.append(following)
        yield edges.paragraph(own)


@dataclass(frozen=True)
class Edges:
    """The edges of a block of lines, and how its paragraphs begin.

    Attributes:
        left, right: the edges of the block.
        right_to_left: the writing direction of most of its words.
        column: that the block is in.
        is_centered: whether its lines are.
        is_hanging: whether paragraphs begin at the edge and their other lines are indented.
    """

    left: float
    right: float
    right_to_left: bool
    column: Column
    is_centered: bool = False
    is_hanging: bool = False

    @classmethod
    def of(cls, block: Sequence[Line], column: Column) -> Edges:
        """The edges of a block of a column."""
        left, right = min(line.left for line in block), max(line.right for line in block)
        edges = cls(left, right, is_block_right_to_left(block), column)
        indented = [line for line in block if edges.indent(line) >= INDENT]
        if not indented:
            return edges
        outer = [line for line in block if edges.indent(line) < INDENT]
        middles = [line.left + line.right for line in block]
        ends = [edges.room(line) / line.size for line in block[:-1]]
        is_centered = max(middles) - min(middles) < INDENT * block[0].size and max(ends, default=0) >= INDENT
        # Most lines are indented, or those that aren't begin with the number or bullet of an item.
        marked = sum(edges.begins_item(line) for line in outer)
        indents = [edges.indent(line) for line in indented]
        is_hanging = 2 * marked > len(outer) or (
            len(indented) > len(outer) and max(indents) - min(indents) < INDENT
        )
        return replace(edges, is_centered=is_centered, is_hanging=is_hanging and not is_centered)

    def parts(self, line: Line, following: Line) -> bool:
        """Whether a paragraph ends between two lines."""
        # A line with a full stop that doesn't reach the end of the column is the last of its paragraph.
        room = self.column_room(line) if self.ends_sentence(line) else self.room(line)
        if room > self.first_word(following) + SPACE * line.size:
            return True
        if self.begins_bullet(following):
            return True
        if self.is_centered:
            return False
        one, two = self.indent(line), self.indent(following)
        if self.is_hanging:
            return two < INDENT and (one >= INDENT or self.begins_item(following))
        return two >= INDENT and one < INDENT

    def room(self, line: Line) -> float:
        """The width that a line leaves free."""
        if self.is_centered:
            return (self.right - self.left) - (line.right - line.left)
        return line.left - self.left if self.right_to_left else self.right - line.right

    def first_word(self, line: Line) -> float:
        """The width of a line's first word."""
        return line.rightmost_word if self.right_to_left else line.leftmost_word

    def indent(self, line: Line) -> float:
        """How far from the edge a line begins, in multiples of its size."""
        return (self.right - line.right if self.right_to_left else line.left - self.left) / line.size

    def is_next_item(self, first: Line, following: Line) -> bool:
        """Whether a line begins with the number after the one that a paragraph begins with."""
        one = self.marker(first)
        other = self.marker(following) if one else None
        return bool(
            one and other and one.style == other.style and (one.is_bullet or follows(one.value, other.value))
        )

    def marker(self, line: Line) -> ItemMarker | None:
        """The number of an item that a line begins with."""
        signs = line.signs[-_MAX_MARKER_LENGTH:] if self.right_to_left else line.signs[:_MAX_MARKER_LENGTH]
        return item_marker(as_read(signs, self.right_to_left).lstrip())

    def begins_item(self, line: Line) -> bool:
        """Whether a line begins with an item's number or bullet."""
        return self.begins_bullet(line) or self.marker(line) is not None

    def begins_bullet(self, line: Line) -> bool:
        """Whether a line begins with a bullet."""
        return line.signs[-1 if self.right_to_left else 0].text in BULLETS

    def ends_sentence(self, line: Line) -> bool:
        """Whether a line ends with a full stop or the like, and quotes or brackets after it."""
        last = line.signs[:_MAX_END_LENGTH] if self.right_to_left else line.signs[: -_MAX_END_LENGTH - 1 : -1]
        ends = [sign.text for sign in last if sign.text not in _CLOSERS]
        return bool(ends) and ends[0] in _STOPS

    def column_room(self, line: Line) -> float:
        """The width that a line leaves free in the column."""
        return replace(self, left=self.column.left, right=self.column.right).room(line)

    def paragraph(self, lines: list[Line]) -> LineGroup:
        """Builds a paragraph from lines of the block."""
        room = self.column_room(lines[-1])
        is_indented = not (self.is_centered or self.is_hanging) and self.indent(lines[0]) >= INDENT
        return LineGroup(lines, self, room, is_indented)


def _blocks(lines: Sequence[Line], pitches: Mapping[int, float]) -> Iterator[list[Line]]:
    """Yields runs of lines of one size without wide gaps between them."""
    block = [lines[0]]
    for line, following in pairwise(lines):
        gap = line.baseline - following.baseline
        cells = line.has_cells or following.has_cells
        if cells or not line.has_size_of(following) or is_wide(gap, line, pitches):
            yield block
            block = []
        block.append(following)
    yield block


def is_block_right_to_left(lines: Sequence[Line]) -> bool:
    """A block's writing direction: by its words, or by sentence ends to the left of Latin words."""
    words = [word for line in lines for word in line.words]
    return is_right_to_left(words) or any(line.words[0][0] in _ENDS for line in lines)
