"""Result and error types of converters, and the builder of their text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias

import regex

from index.errors import FileFault, FlawKind
from index.types import Block, BlockKind

UNWRITABLE: Final = regex.compile(r"[\p{Cs}\p{Cc}--[\n\t]]", regex.VERSION1)
"""Surrogates and control characters, which fonts and pages may contain by mistake."""
HOLE: Final = "\ufffd"
"""Marks a character that couldn't be read."""
CHECKED: Final = "☒"
UNCHECKED: Final = "☐"
"""Stand for a check box in a form."""
_SEPARATOR: Final = "|"
_LONGEST_COLUMN: Final = 200
LONGEST_REPEATED: Final = 500
"""Maximum characters of a multi-row cell repeated in each row; a longer one is only in the first."""

# Of the letters recognised on a page, relative to those in its text.
_MORE: Final = 2
# In the paragraphs of a list item that are one block.
_MOST_ITEM_WORDS: Final = 80
_MOST_NAMES: Final = 5
_LISTED: Final = regex.compile("[,;،؛\n]")
# Longer lists of keywords are made for search engines; chosen.
_MOST_TAGS, _LONGEST_TAG = 30, 60

Progress: TypeAlias = Callable[[], None]
"""Called by a converter after each page or chapter."""
PageProgress: TypeAlias = Callable[[int, int], None]
"""Called by text recognition after each page, with the number of pages done, and of all."""


@dataclass(frozen=True)
class Flaw:
    """A part of a file that couldn't be read, although the rest was.

    Attributes:
        kind: so that it can be reported in the user's language.
        message: what it is, in English.
        count: how many there are.
        names: what they are called in the file, where they have names.
    """

    kind: FlawKind
    message: str
    count: int = 1
    names: str = ""


@dataclass(frozen=True)
class Extract:
    """The text of a file.

    Attributes:
        text: paragraphs separated by blank lines; table rows and list items without blank lines.
        title, author: from the file's metadata, or empty.
        heading: a substitute if there is no title.
        date: when it was written, from the file's metadata, or empty.
        blocks: its layout, in the order of the text, without overlaps.
        flaws: what couldn't be read.
        pictures: the pages of a PDF, from 1, that are pictures with no text or hardly any, unless no page
            has text.
        digest: as in `Document`.
        tags: keywords from the file's metadata.
    """

    text: str
    title: str = ""
    author: str = ""
    heading: str = ""
    date: str = ""
    blocks: tuple[Block, ...] = ()
    flaws: tuple[Flaw, ...] = ()
    pictures: tuple[int, ...] = ()
    digest: str = ""
    tags: tuple[str, ...] = ()

    def to_record(self) -> dict[str, Any]:
        """Converts to plain data, for `from_record`."""
        blocks, flaws = map(vars, self.blocks), map(vars, self.flaws)
        return {**vars(self), "blocks": list(blocks), "flaws": list(flaws)}

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> Extract:
        """Restores the output of `to_record`, also after a JSON round trip, which turns tuples into lists."""
        blocks = tuple(
            Block(
                **{
                    **block,
                    "cells": tuple((start, end) for start, end in block["cells"]),
                    "columns": tuple(block["columns"]),
                    "confidences": tuple(block["confidences"]),
                    "page_starts": tuple((start, page) for start, page in block["page_starts"]),
                }
            )
            for block in record["blocks"]
        )
        flaws = tuple(Flaw(**flaw) for flaw in record["flaws"])
        lists = {name: tuple(record[name]) for name in ("pictures", "tags")}
        return cls(**{**record, "blocks": blocks, "flaws": flaws, **lists})

    def with_pages(self, other: Extract) -> Extract:
        """This text with the pages of another one of the same file, in the order of the pages.

        Of a page that both have the other's text counts if it has at least twice as many letters: what was
        recognised on a scan, rather than a stamp on it, but not a title on a photograph.
        """
        builder = TextBuilder()
        own, others = self._by_page(), other._by_page()
        for page in sorted({*own, *others}):
            is_other = _MORE * self._letters(own.get(page, ())) <= other._letters(others.get(page, ()))
            found, blocks = (other, others.get(page, [])) if is_other else (self, own[page])
            builder.extend(blocks, found.text)
        return replace(
            self, text=builder.text, blocks=builder.blocks, flaws=(*self.flaws, *other.flaws), pictures=()
        )

    def _by_page(self) -> dict[int, list[Block]]:
        by_page: dict[int, list[Block]] = {}
        for block in self.blocks:
            by_page.setdefault(block.page, []).append(block)
        return by_page

    def _letters(self, blocks: Iterable[Block]) -> int:
        return sum(sum(map(str.isalnum, self.text[block.start : block.end])) for block in blocks)


@dataclass(frozen=True)
class Note:
    """A footnote, with its mark, which is its label."""

    text: str
    label: str


class TextBuilder:
    """Assembles a document's text from a reader's blocks."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._blocks: list[Block] = []
        self._notes: list[Note] = []  # called in a list that may go on
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
        said = UNWRITABLE.sub("", text).strip()
        if not said or len(self._parts[-1].split()) + len(said.split()) > _MOST_ITEM_WORDS:
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
        lead = len(UNWRITABLE.sub("", text)) - len(UNWRITABLE.sub("", text).lstrip())
        kept = [(len(UNWRITABLE.sub("", text[:start])) - lead, number) for start, number in page_starts]
        text = UNWRITABLE.sub("", text).strip()
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
        said = [" ".join(UNWRITABLE.sub(" ", cell).split()) for cell in cells]
        if not any(said):
            return
        self._add_notes()
        before = self._blocks[-1] if self._blocks else None
        self._append("\n" if before and before.table == table else "\n\n")
        start = self._length
        spans: list[tuple[int, int]] = []
        line = ""
        last = max(number for number, cell in enumerate(said) if cell)
        for number, cell in enumerate(said):
            if 0 < number <= last:
                line += f" {_SEPARATOR}" if line else _SEPARATOR
            if cell and line:
                line += " "
            spans.append((start + len(line), start + len(line) + len(cell)))
            line += cell
        self._parts.append(line)
        self._length += len(line)
        # Each row stores its column headings: long ones would let the size grow without bound.
        named = tuple(" ".join(UNWRITABLE.sub(" ", column[:_LONGEST_COLUMN]).split()) for column in columns)
        self._blocks.append(
            Block(
                "table_header" if is_header else "table_row",
                start,
                self._length,
                table=table,
                cells=tuple(spans),
                columns=named if any(named) else (),
                page=page,
            )
        )

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


def unreadable_characters(text: str) -> tuple[Flaw, ...]:
    """The flaw of a text with characters that couldn't be read, if there are any."""
    count = text.count(HOLE)
    if not count:
        return ()
    characters = "1 character" if count == 1 else f"{count:,} characters"
    first = text.count("\n", 0, text.index(HOLE)) + 1
    why = (
        f"{characters} in it can't be read, the first in line {first:,} of its text; {HOLE} stands for each."
    )
    return (Flaw("characters", why, count),)


def missing_parts(names: Sequence[str]) -> tuple[Flaw, ...]:
    """The flaw of a file with parts that are missing or damaged, if there are any."""
    if not names:
        return ()
    shown = ", ".join(names[:_MOST_NAMES]) + (" ..." if len(names) > _MOST_NAMES else "")
    parts = "a part of it is" if len(names) == 1 else f"{len(names):,} parts of it are"
    return (Flaw("parts", f"{parts} missing or damaged ({shown}); the rest was read.", len(names), shown),)


def tags_of(*keywords: str) -> tuple[str, ...]:
    """The keywords in lists of them, as a file's metadata has them: between commas or semicolons."""
    said = (" ".join(UNWRITABLE.sub(" ", one).split()) for words in keywords for one in _LISTED.split(words))
    tags = dict.fromkeys(one for one in said if 0 < len(one) <= _LONGEST_TAG)
    return tuple(tags)[:_MOST_TAGS]


class Unextractable(Exception):
    """A file that a converter can't read; the message says why and what to do, but not which file.

    Attributes:
        fault: the kind of fault.
    """

    def __init__(self, message: str, fault: FileFault) -> None:
        """Stores the message and the kind of fault."""
        super().__init__(message)
        self.fault: FileFault = fault


def damaged(why: object) -> Unextractable:
    """Returns the error for a file that is truncated or malformed.

    Args:
        why: a short reason, or the exception that a library raised.
    """
    if isinstance(why, MemoryError):
        return Unextractable(
            "it needs more memory than a text should. Split it, or save its text as .txt.", "too_slow"
        )
    reason = f"{type(why).__name__}: {why}" if isinstance(why, Exception) else str(why)
    return Unextractable(f"it is damaged ({reason[:200]}). Get the file anew, or save it again.", "damaged")


def no_progress() -> None:
    """Progress callback that does nothing."""
