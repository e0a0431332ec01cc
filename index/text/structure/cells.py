"""The cells of a table row in its text, the empty ones too."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import regex

from index.text.sentences import Span

_BAR = regex.compile(r"(?<!\S)\|(?!\S)")
_TABS = regex.compile(r"\t+")


def row_cells(text: str, columns: Sequence[str], starts: Sequence[int] = ()) -> list[Span] | None:
    """The span of each cell of a row, one for each column heading.

    Args:
        text: the row's.
        columns: its column headings.
        starts: where its cells begin, without those that are left out at its end because they are empty
            (`Passage.items`); if not known, cells are what bars or tabs separate.

    Returns:
        Spans in the text without the white space and the bars around the cells; None if the row has no column
        headings, or other cells than these.
    """
    if not any(columns):
        return None
    edges = [*starts, len(text)] if starts else _edges(text, len(columns))
    count = len(edges) - 1
    if count < 1 or count > len(columns):
        return None
    is_drawn = text.startswith("|")
    spans = [
        _stripped(text, start, end, is_barred=is_drawn or number < count - 1)
        for number, (start, end) in enumerate(pairwise(edges))
    ]
    return [*spans, *[(len(text), len(text))] * (len(columns) - count)]


def _edges(text: str, count: int) -> list[int]:
    """The beginnings of the cells that bars or tabs separate, and the end; empty if there aren't so many."""
    for separator in (_BAR, _TABS):
        edges = [0, *(match.end() for match in separator.finditer(text)), len(text)]
        if len(edges) == count + 1:
            return edges
        # Bars also begin and end the line.
        if len(edges) == count + 3 and text.startswith("|") and text.endswith("|"):
            return edges[1:-1]
    return []


def _stripped(text: str, start: int, end: int, *, is_barred: bool) -> Span:
    """A cell's span without the bar after it and the white space around it."""
    cell = text[start:end].rstrip()
    if is_barred and cell.endswith("|"):
        cell = cell[:-1].rstrip()
    lead = len(cell) - len(cell.lstrip())
    return (start + lead, start + len(cell)) if cell.strip() else (start, start)
