"""Result and error types of converters."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias

import regex

from index.errors import FileFault, FlawKind
from index.readers.text_builder import TextBuilder, writable
from index.types import Block

HOLE: Final = "\ufffd"
"""Marks a character that couldn't be read."""
# Of the letters recognised on a page, relative to those in its text.
_MORE: Final = 2
_MAX_NAMES: Final = 5
_LISTED: Final = regex.compile("[,;،؛\n]")
# Longer lists of keywords are made for search engines; chosen.
_MAX_TAGS, _MAX_TAG_LENGTH = 30, 60
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
class Metadata:
    """What a file says of its text; empty where it says nothing.

    Attributes:
        title, author: as given.
        date: when it was written, as given or as year-month-day.
        tags: its keywords.
    """

    title: str = ""
    author: str = ""
    date: str = ""
    tags: tuple[str, ...] = ()


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

    @classmethod
    def of(
        cls,
        text: str,
        blocks: tuple[Block, ...],
        about: Metadata,
        *,
        heading: str = "",
        flaws: tuple[Flaw, ...] = (),
        pictures: tuple[int, ...] = (),
    ) -> Extract:
        """The text of a file with metadata; the arguments are as the attributes."""
        return cls(text, blocks=blocks, heading=heading, flaws=flaws, pictures=pictures, **vars(about))

    def to_record(self) -> dict[str, Any]:
        """Converts to plain data, for `from_record`."""
        # Without what is empty and with column headings once: of a million rows that would be most of it.
        headings: dict[tuple[str, ...], int] = {}
        blocks = []
        for block in self.blocks:
            record = {name: value for name, value in vars(block).items() if value or name == "start"}
            if block.cells:
                record["cells"] = [place for cell in block.cells for place in cell]
            if block.columns:
                record["columns"] = headings.setdefault(block.columns, len(headings))
            blocks.append(record)
        return {
            **vars(self),
            "blocks": blocks,
            "columns": list(headings),
            "flaws": list(map(vars, self.flaws)),
        }

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> Extract:
        """Restores the output of `to_record`, also after a JSON round trip, which turns tuples into lists."""
        record = dict(record)
        headings = list(map(tuple, record.pop("columns")))
        blocks = tuple(_block(block, headings) for block in record["blocks"])
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


def only_heading(text: str, blocks: Iterable[Block]) -> str:
    """The heading of the first level, on one line; empty if there are several, or none."""
    found = [block for block in blocks if block.kind == "heading" and block.level == 1]
    return " ".join(text[found[0].start : found[0].end].split()) if len(found) == 1 else ""


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
    shown = ", ".join(names[:_MAX_NAMES]) + (" ..." if len(names) > _MAX_NAMES else "")
    parts = "a part of it is" if len(names) == 1 else f"{len(names):,} parts of it are"
    return (Flaw("parts", f"{parts} missing or damaged ({shown}); the rest was read.", len(names), shown),)


def tags_of(*keywords: str) -> tuple[str, ...]:
    """The keywords in lists of them, as a file's metadata has them: between commas or semicolons."""
    said = (" ".join(writable(one, " ").split()) for words in keywords for one in _LISTED.split(words))
    tags = dict.fromkeys(one for one in said if 0 < len(one) <= _MAX_TAG_LENGTH)
    return tuple(tags)[:_MAX_TAGS]


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


def no_pages(done: int, total: int) -> None:
    """`PageProgress` callback that does nothing."""


def _block(record: dict[str, Any], headings: Sequence[tuple[str, ...]]) -> Block:
    """A block of `Extract.to_record`.

    Args:
        record: the block's.
        headings: the column headings of all rows.
    """
    places = iter(record.get("cells", ()))
    return Block(
        **{
            **record,
            "cells": tuple(zip(places, places, strict=True)),
            "columns": headings[record["columns"]] if "columns" in record else (),
            "confidences": tuple(record.get("confidences", ())),
            "page_starts": tuple((start, page) for start, page in record.get("page_starts", ())),
        }
    )
