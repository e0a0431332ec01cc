"""A paragraph of a PDF, as it is read from the lines of its columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from index.text.structure.labels import SYMBOL_BULLETS

BULLETS: Final = frozenset("•●▪◦·‣○■□▶►✓✔➢➤◆◇☐☑☒✗" + SYMBOL_BULLETS)
PAGE_BREAK: Final = "\f"
"""Marks in a paragraph's text where its next page begins."""


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of a document.

    Attributes:
        text: its text, on one line, with a `PAGE_BREAK` where each of `later_pages` begins.
        page: the page that it begins on, from 1.
        size: of its font, in points.
        lines: its number of lines on the page.
        is_bold: whether all of its letters are in bold.
        cells: the text of each segment, from left to right, if it is one line with wide gaps.
        spanned: the numbers of cells that the one on their left spans; they are empty.
        edges: the left and the right edge of each segment, in points.
        is_right_to_left: its writing direction.
        is_at_foot: whether it is a footnote.
        last_page: the page that it ends on.
        is_ruled: whether it is a row of a table drawn with lines.
        later_pages: the pages that it continues on.
        margin: for what is repeated at the top or the bottom of pages, the kind of its block; else empty.
    """

    text: str
    page: int
    size: float
    lines: int
    is_bold: bool = False
    cells: tuple[str, ...] = ()
    spanned: frozenset[int] = frozenset()
    edges: tuple[tuple[float, float], ...] = ()
    is_right_to_left: bool = False
    is_at_foot: bool = False
    last_page: int = 0
    is_ruled: bool = False
    later_pages: tuple[int, ...] = ()
    margin: Literal["", "page_header", "page_footer"] = ""
