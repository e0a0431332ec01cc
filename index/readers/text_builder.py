"""Assembles a document's text from the blocks that a reader finds: paragraphs, list items, rows, notes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import regex

from index.types import Block, BlockKind

_UNWRITABLE: Final = regex.compile(r"[\p{Cs}\p{Cc}--[\n\t]]", regex.VERSION1)
# Surrogates and control characters, which fonts and pages may contain by mistake.
CHECKED: Final = "☒"
UNCHECKED: Final = "☐"
"""Stand for a check box in a form."""
_SEPARATOR: Final = "|"
_MAX_COLUMN_LENGTH: Final = 200
MAX_REPEATED_LENGTH: Final = 500
"""Maximum characters of a multi-row cell repeated in each row; a longer one is only in the first."""
# In the paragraphs of a list item that are one block.
_MAX_ITEM_WORDS: Final = 80


@dataclass(frozen=True)
class Note:
    """A footnote, with its mark, which is its label."""

    text: str
    label: str


def writable(text: str, instead: str = "") -> str:
    """A text without control characters and surrogates, in place of each of which `instead` stands."""
    # Most texts: looked at without a pattern.
    return text if text.isprintable() else _UNWRITABLE.sub(instead, text)


def _on_one_line(text: str) -> str:
    """A cell's text without line breaks and repeated white space."""
    return text if text.isalnum() or not text else " ".join(writable(text, " ").split())


class TextBuilder:
    """Assembles a document's text from a reader's blocks."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._blocks: list[Block] = []
        self._notes: list[Note] = []  # called in a list that may go on
        self._columns: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())  # of the last row: given, and kept
        self.emphasized: set[int] = set()
        """Numbers of the blocks that are entirely in bold or in large letters."""

    @property
    def text(self) -> str:
        """The text so far."""
        self._add_notes()
        return "".join(self._parts)

    @property
    def blocks(self) -> tuple[Block, ...]:
        """The blocks so far."""
        self._add_notes()
        return tuple(self._blocks)

    @property
    def count(self) -> int:
        """The number of blocks so far, but for notes that stand after a list that may go on."""
        return len(self._blocks)

    def add_note(self, text: str, label: str) -> None:
        """Adds a footnote; one that is called in a list stands after the list.

        Args:
            text: of the note, with its mark.
            label: its mark, as in `Block`.
        """
        if self._blocks and self._blocks[-1].kind == "list_item":
            self._notes.append(Note(text, label))
        else:
            self.add("footnote", text, label=label)

    def add_to_item(self, text: str) -> bool:
        """Adds a further paragraph to a list item, as a line of its own; returns whether it was short enough.

        Args:
            text: of the paragraph. The last block has to be the item.
        """
        last = self._blocks[-1]
        said = writable(text).strip()
        if not said or len(self._parts[-1].split()) + len(said.split()) > _MAX_ITEM_WORDS:
            return False
        self._parts[-1] += f"\n{said}"
        self._length += len(said) + 1
        self._blocks[-1] = replace(last, end=self._length)
        return True

    def _add_notes(self) -> None:
        notes, self._notes = self._notes, []
        for note in notes:
            self.add("footnote", note.text, label=note.label)

    def add(
        self,
        kind: BlockKind,
        text: str,
        *,
        level: int = 0,
        label: str = "",
        page: int = 0,
        goes_on: bool = False,
        is_emphasized: bool = False,
        confidences: tuple[int, ...] = (),
        page_starts: Sequence[tuple[int, int]] = (),
        boxes: str = "",
    ) -> None:
        """Adds a block, unless its text is blank.

        Args:
            kind: as in `Block`.
            level: as in `Block`.
            label: as in `Block`.
            page: as in `Block`.
            text: one or more lines separated by line feeds; surrounding white space is stripped.
            goes_on: whether it continues the line of the block before it.
            is_emphasized: whether all of it is in bold or in large letters.
            confidences: as in `Block`.
            page_starts: as in `Block`, but counted in `text`.
            boxes: as in `Block`.
        """
        whole = writable(text)
        lead = len(whole) - len(whole.lstrip())
        kept = [(len(writable(text[:start])) - lead, number) for start, number in page_starts]
        text = whole.strip()
        if not text:
            return
        if kind != "list_item" and self._notes:
            self._add_notes()
        before = self._blocks[-1].kind if self._blocks else None
        self._append(" " if goes_on else "\n" if kind == before == "list_item" else "\n\n")
        start = self._length
        self._parts.append(text)
        self._length += len(text)
        if is_emphasized:
            self.emphasized.add(len(self._blocks))
        starts = tuple((start + offset, number) for offset, number in kept)
        self._blocks.append(
            Block(
                kind,
                start,
                self._length,
                level,
                label,
                page=page,
                confidences=confidences,
                page_starts=starts,
                boxes=boxes,
            )
        )

    def add_row(
        self,
        cells: Sequence[str],
        columns: Sequence[str] = (),
        *,
        table: int,
        is_header: bool = False,
        page: int = 0,
    ) -> None:
        """Adds a table row as one line, with ` | ` between its cells; a blank row is skipped.

        Args:
            cells: the text of each.
            columns: the column heading of each cell, or empty.
            table: number of the table in the document, from 1.
            is_header: whether it is the row of column headings.
            page: the page that it is on, from 1.
        """
        said = [_on_one_line(cell) for cell in cells]
        if not any(said):
            return
        self._add_notes()
        before = self._blocks[-1] if self._blocks else None
        self._append("\n" if before and before.table == table else "\n\n")
        start = self._length
        spans: list[tuple[int, int]] = []
        end = start
        last = max(number for number, cell in enumerate(said) if cell)
        for number, cell in enumerate(said):
            before_cell = ""
            if 0 < number <= last:
                before_cell = f" {_SEPARATOR}" if end > start else _SEPARATOR
            if cell and (before_cell or end > start):
                before_cell += " "
            self._parts += (before_cell, cell)
            end += len(before_cell)
            spans.append((end, end + len(cell)))
            end += len(cell)
        self._length = end
        self._blocks.append(
            Block(
                "table_header" if is_header else "table_row",
                start,
                self._length,
                table=table,
                cells=tuple(spans),
                columns=self._kept(columns),
                page=page,
            )
        )

    def _kept(self, columns: Sequence[str]) -> tuple[str, ...]:
        """The column headings as a row keeps them: those of the row before it if they are the same."""
        given = tuple(columns)
        if self._columns[0] != given:
            # Each row has its own: long ones would let the size grow without bound.
            named = tuple(_on_one_line(column[:_MAX_COLUMN_LENGTH]) for column in given)
            self._columns = (given, named if any(named) else ())
        return self._columns[1]

    def extend(self, others: Iterable[Block], text: str, first_table: int = 0) -> None:
        """Adds blocks of another text, with table numbers offset by `first_table`."""
        for block in others:
            said = text[block.start : block.end]
            if block.table:
                self.add_row(
                    [text[start:end] for start, end in block.cells],
                    block.columns,
                    table=first_table + block.table,
                    is_header=block.kind == "table_header",
                    page=block.page,
                )
            else:
                joined = bool(self._blocks) and block.start > 0 and text[block.start - 1] == " "
                self.add(
                    block.kind,
                    said,
                    level=block.level,
                    label=block.label,
                    page=block.page,
                    goes_on=joined,
                    confidences=block.confidences,
                    page_starts=[(start - block.start, page) for start, page in block.page_starts],
                    boxes=block.boxes,
                )

    def _append(self, separator: str) -> None:
        if self._blocks:
            self._parts.append(separator)
            self._length += len(separator)
