"""A passage's context: document metadata and headings, indexed with the passage but not part of its text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import regex

from index.text.structure.cells import row_cells
from index.types import Document, DocumentHead, Passage

# Maximum words of a title or heading, and of a heading path: a long title mustn't outweigh a short passage.
_MAX_WORDS = 16
_MAX_PATH_WORDS = 40
_WORD = regex.compile(r"\S+")


@dataclass(frozen=True)
class Context:
    """The context of a passage.

    Attributes:
        document: title, author and date of its document, as far as they are known.
        headings: the headings above it.
        columns: the column headings of a table row.
    """

    document: str = ""
    headings: str = ""
    columns: str = ""

    @property
    def text(self) -> str:
        """The whole context as one text."""
        return "\n".join(part for part in (self.document, self.headings, self.columns) if part)


def context(document: Document | DocumentHead, passage: Passage) -> Context:
    """The context of one of a document's passages.

    Args:
        document: the document.
        passage: one of its passages.
    """
    known = (document.title, document.author, document.date)
    below = headings_below(document.title, passage.headings)
    path = [_cut(heading, _MAX_WORDS) for heading in below if heading != document.title]
    # The nearest headings are the most informative.
    while len(path) > 1 and sum(len(_WORD.findall(heading)) for heading in path) > _MAX_PATH_WORDS:
        del path[0]
    return Context(
        " · ".join(_cut(part, _MAX_WORDS) for part in known if part),
        " › ".join(path),
        _cut("; ".join(column for column in passage.columns if column), _MAX_PATH_WORDS),
    )


def headings_below(title: str, headings: Sequence[str]) -> Sequence[str]:
    """The headings without a first one that repeats the title or its beginning.

    "Leave Policy" under "Leave Policy – Halden Ltd".
    """
    if not headings:
        return headings
    whole, first = (" ".join(text.split()).casefold() for text in (title, headings[0]))
    repeats = bool(first) and whole.startswith(first) and not whole[len(first) : len(first) + 1].isalnum()
    return headings[1:] if repeats else headings


def row_pieces(passage: Passage) -> list[tuple[str, int]] | None:
    """Verbalizes a table row: "column: cell" for each of its cells.

    A row of two cells without column headings is a key and its value: "key: value", as in prose. What reads
    "Fee | 12" is less sure of it (of 10 such rows, by .9 of the reader's logits on average; of 8 that don't
    answer, by .1).

    Returns:
        Pieces of text in order, each with its position in the passage's text, or -1 for added text; None if
        the passage isn't a row whose cells are known.
    """
    if passage.kind != "table_row":
        return None
    if not any(passage.columns):
        return _key_and_value(passage)
    cells = row_cells(passage.text, passage.columns, passage.items)
    if cells is None:
        return None
    pieces: list[tuple[str, int]] = []
    for column, (start, end) in zip(passage.columns, cells, strict=True):
        if start < end:
            named = f"{column}: " if column else ""
            pieces += [("; " if pieces else "", -1), (named, -1), (passage.text[start:end], start)]
    return pieces


def _key_and_value(row: Passage) -> list[tuple[str, int]] | None:
    """The pieces of a row that has no column headings, if it has two cells."""
    cells = row_cells(row.text, ("key", "value"), row.items) if len(row.items) == 2 else None
    if cells is None or any(start == end for start, end in cells):
        return None
    (key, key_end), (value, value_end) = cells
    is_marked = row.text[key_end - 1] in ":："
    return [
        (row.text[key:key_end], key),
        (" " if is_marked else ": ", -1),
        (row.text[value:value_end], value),
    ]


def _cut(text: str, words: int) -> str:
    """Truncates a text to its first `words` words."""
    found = list(_WORD.finditer(text))
    return text if len(found) <= words else text[: found[words - 1].end()]
