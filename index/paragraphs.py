"""Columns of lines -> paragraphs: a line's end isn't a paragraph's, nor is a page's."""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

import regex

from index.columns import Column
from index.glyphs import Line
from index.visual_order import (
    CLOSING,
    OPENING,
    as_read,
    bracket_votes,
    is_right_to_left,
)

# In parts of the distance of two lines of a paragraph.
_WIDE_GAP: Final = 1.25
# In parts of the font's size.
_INDENT: Final = 0.8
_SAME_SIZE: Final = 0.05
_SPACE: Final = 0.25
# Lines at the head and at the foot of a page among which running titles and page numbers are looked for.
_EDGE: Final = 2
_FEWEST_REPEATS: Final = 3
_SENTENCE_END: Final = regex.compile(r"[.!?؟…:;؛][\"”»'’)\]]*$")
_HYPHENATED: Final = regex.compile(r"(\p{L}+)[-\u2010]$")
_LOWERCASE: Final = regex.compile(r"\p{Ll}+")

Pages = Sequence[Sequence[Column]]


@dataclass
class _Paragraph:
    """Lines that belong together.

    Attributes:
        lines: from top to bottom.
        edges: of the block that it begins in.
        room: what is left free after its last line.
        is_indented: whether its first line is.
    """

    lines: list[Line]
    edges: _Edges
    room: float
    is_indented: bool

    @property
    def size(self) -> float:
        return statistics.median_low([line.size for line in self.lines])


def paragraphs_of(pages: Pages) -> list[str]:
    """The text of each paragraph of a document, in reading order.

    Titles and page numbers that stand on every page are left out.
    """
    columns = [column for page in _without_running_titles(pages) for column in page]
    pitches = _pitches(columns)
    found: list[_Paragraph] = []
    for column in columns:
        for number, paragraph in enumerate(_paragraphs(column.lines, pitches)):
            if found and not number and _goes_on(found[-1], paragraph):
                found[-1].lines.extend(paragraph.lines)
                found[-1].room = paragraph.room
            else:
                found.append(paragraph)
    mirrored = _mirrored(found)
    texts = [[as_read(line.signs, p.edges.right_to_left, mirrored) for line in p.lines] for p in found]
    words = Counter(word for lines in texts for line in lines for word in regex.findall(r"[\p{L}-]+", line))
    return [_joined(lines, words) for lines in texts]


def _without_running_titles(pages: Pages) -> list[list[Column]]:
    edges = [_edge_lines(page) for page in pages]
    counts = Counter(key for lines in edges for key in set(lines.values()))
    fewest = min(_FEWEST_REPEATS, max(len(pages), 2))
    kept = []
    for page, lines in zip(pages, edges, strict=True):
        unwanted = {place for place, key in lines.items() if counts[key] >= fewest}
        kept.append(
            [
                Column(rest, column.left, column.right)
                for column in page
                if (rest := tuple(line for line in column.lines if id(line) not in unwanted))
            ]
        )
    return kept


def _edge_lines(page: Sequence[Column]) -> dict[int, tuple[str, int]]:
    """What the first and last lines of a page say, numbers left out, and where they stand."""
    lines = sorted((line for column in page for line in column.lines), key=lambda line: -line.baseline)
    return {
        id(line): (regex.sub(r"\p{Nd}+", "#", " ".join(line.words)), round(line.baseline / 2))
        for line in [*lines[:_EDGE], *lines[-_EDGE:]]
    }


def _pitches(columns: Sequence[Column]) -> dict[int, float]:
    """For each size of font how far the lines of a paragraph are from each other: a quarter is nearer."""
    gaps: dict[int, list[float]] = defaultdict(list)
    for column in columns:
        for line, following in pairwise(column.lines):
            if _is_same_size(line.size, following.size):
                gaps[round(line.size)].append(line.baseline - following.baseline)
    return {size: sorted(found)[len(found) // 4] for size, found in gaps.items()}


def _paragraphs(lines: Sequence[Line], pitches: Mapping[int, float]) -> Iterator[_Paragraph]:
    for block in _blocks(lines, pitches):
        edges = _Edges.of(block)
        own = [block[0]]
        for line, following in pairwise(block):
            would_fit = edges.room(line) > edges.first_word(following) + _SPACE * line.size
            if would_fit or (edges.is_indented(following) and not edges.is_indented(line)):
                yield edges.paragraph(own)
                own = []
            own.append(following)
        yield edges.paragraph(own)


@dataclass(frozen=True)
class _Edges:
    """Where the lines of a block begin and end.

    Attributes:
        left, right: the edges of the block.
        right_to_left: how most of its words are written.
        begin_alike: whether most lines begin at the same place, so that one that doesn't is indented.
    """

    left: float
    right: float
    right_to_left: bool
    begin_alike: bool

    @classmethod
    def of(cls, block: Sequence[Line]) -> _Edges:
        left, right = min(line.left for line in block), max(line.right for line in block)
        rtl = is_right_to_left(word for line in block for word in line.words)
        edges = cls(left, right, rtl, begin_alike=True)
        at_edge = sum(edges._indent(line) < _INDENT for line in block)
        return replace(edges, begin_alike=2 * at_edge > len(block))

    def room(self, line: Line) -> float:
        """What a line leaves free."""
        if not self.begin_alike:
            return (self.right - self.left) - (line.right - line.left)
        return line.left - self.left if self.right_to_left else self.right - line.right

    def first_word(self, line: Line) -> float:
        """How wide the word is that a line begins with."""
        return line.rightmost_word if self.right_to_left else line.leftmost_word

    def is_indented(self, line: Line) -> bool:
        """Whether a line begins further in than most."""
        return self.begin_alike and self._indent(line) >= _INDENT

    def paragraph(self, lines: list[Line]) -> _Paragraph:
        """The paragraph that these lines of the block are."""
        return _Paragraph(lines, self, self.room(lines[-1]), self.is_indented(lines[0]))

    def _indent(self, line: Line) -> float:
        return (self.right - line.right if self.right_to_left else line.left - self.left) / line.size


def _blocks(lines: Sequence[Line], pitches: Mapping[int, float]) -> Iterator[list[Line]]:
    """Lines of one size that follow each other without a wide gap."""
    block = [lines[0]]
    for line, following in pairwise(lines):
        gap = line.baseline - following.baseline
        pitch = pitches.get(round(line.size), gap)
        if not _is_same_size(line.size, following.size) or gap > _WIDE_GAP * pitch:
            yield block
            block = []
        block.append(following)
    yield block


def _goes_on(paragraph: _Paragraph, following: _Paragraph) -> bool:
    """Whether a paragraph goes on at the head of the next column or page."""
    last, first = paragraph.lines[-1], following.lines[0]
    end = as_read(last.signs, paragraph.edges.right_to_left)
    return (
        _is_same_size(paragraph.size, following.size)
        and paragraph.edges.right_to_left == following.edges.right_to_left
        and not following.is_indented
        and not _SENTENCE_END.search(end)
        and paragraph.room <= following.edges.first_word(first) + _SPACE * last.size
    )


def _is_same_size(one: float, other: float) -> bool:
    return abs(one - other) <= _SAME_SIZE * max(one, other)


def _mirrored(paragraphs: Sequence[_Paragraph]) -> str:
    """The brackets that the document has as they are seen in Arabic, by where they make sense.

    Some programs write what is seen, some what was typed.
    """
    votes: Counter[str] = Counter()
    for paragraph in paragraphs:
        for line in paragraph.lines:
            votes.update(bracket_votes(line.signs, paragraph.edges.right_to_left))
    return "".join(o + c for o, c in zip(OPENING, CLOSING, strict=True) if votes[o] > 0)


def _joined(lines: Sequence[str], words: Mapping[str, int]) -> str:
    """Lines as one, with words put together again that were parted at a line's end."""
    text = lines[0]
    for line in lines[1:]:
        if text.endswith("\u00ad"):
            text = text[:-1] + line
            continue
        parted = _HYPHENATED.search(text)
        rest = _LOWERCASE.match(line)
        if parted and rest:
            whole = words.get(parted[1] + rest[0], 0) >= words.get(f"{parted[1]}-{rest[0]}", 0)
            text = (text[: parted.end(1)] if whole else text) + line
        else:
            text = f"{text} {line}"
    return text
