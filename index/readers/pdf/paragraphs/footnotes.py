"""Footnotes at the foot of a PDF's columns, and their marks."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

import regex

from index.readers.pdf.columns import Column
from index.readers.pdf.glyphs import Line
from index.readers.pdf.paragraphs.line_groups import Edges, LineGroup, is_block_right_to_left
from index.readers.pdf.paragraphs.line_spacing import is_wide
from index.readers.pdf.visual_order import (
    as_read,
)

# Maximum size of a footnote's font relative to the usual size.
_NOTE_SIZE: Final = 0.9
NOTE_MARK: Final = regex.compile(r"[(\[]?([⁰¹²³⁴-⁹]{1,3}|\p{Nd}{1,3}|\*{1,3}|[†‡])[)\]]?[.\-–]?\s?(?=\S)")
"""What a footnote begins with."""


def split_foot(
    column: Column, pitches: Mapping[int, float], body: float, mark: str
) -> tuple[Column, Sequence[Line]]:
    """Splits a column into its text and its footnotes: small text below text of the usual size.

    They stand apart from it or begin with a mark, or go on after those of the page before.

    Args:
        column: of a page.
        pitches: its line spacing by font size.
        body: the usual font size.
        mark: of the last footnote before.
    """
    lines = column.lines
    place = len(lines)
    while place and lines[place - 1].size <= _NOTE_SIZE * body:
        place -= 1
    if lines and not place and mark.isdecimal() and note_mark_of(lines[0]) == str(int(mark) + 1):
        return replace(column, lines=()), lines
    while 0 < place < len(lines):
        gap = lines[place - 1].baseline - lines[place].baseline
        if is_wide(gap, lines[place], pitches) or note_mark_of(lines[place]):
            return replace(column, lines=lines[:place]), lines[place:]
        place += 1
    return column, ()


def notes_of(lines: Sequence[Line], pitches: Mapping[int, float]) -> Iterator[LineGroup]:
    """Yields the footnotes of a column, each from its mark or from a gap on."""
    own: list[Line] = []
    last = ""
    for line in lines:
        mark = note_mark_of(line)
        is_next = not mark.isdecimal() or not last.isdecimal() or int(mark) == int(last) + 1
        is_apart = bool(own) and is_wide(own[-1].baseline - line.baseline, line, pitches)
        if own and ((mark and is_next) or is_apart):
            yield _note(own)
            own = []
        last = mark if mark and is_next else last
        own.append(line)
    if own:
        yield _note(own)


def _note(lines: list[Line]) -> LineGroup:
    return LineGroup(lines, Edges.of(lines, Column(tuple(lines))), 0.0, is_indented=False, is_at_foot=True)


def note_mark_of(line: Line) -> str:
    """The mark that a footnote begins with; empty without one."""
    mark = NOTE_MARK.match(as_read(line.signs, is_block_right_to_left([line])))
    return note_label(mark[1]) if mark else ""


def note_label(mark: str) -> str:
    """The mark of a footnote in the form in which marks are compared: numbers in 0-9."""
    mark = unicodedata.normalize("NFKC", mark)
    return str(int(mark)) if mark.isdecimal() else mark
