"""The data types of `index`: documents, their layout blocks, passages and hits. All frozen."""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, Literal

from index.errors import InvalidDocument

BlockKind = Literal[
    "heading",
    "paragraph",
    "list_item",
    "table_header",
    "table_row",
    "caption",
    "footnote",
    "page_header",
    "page_footer",
    "form_field",
    "signature",
]

# Chosen, not measured.
_MOST_WORDS_OF_RECORD: Final = 40
_WORD: Final = re.compile(r"\S+")


def text_id(text: str) -> str:
    """A text's content-derived id: the first 16 hexadecimal digits of its SHA-256."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


@dataclass(frozen=True)
class Block:
    """A span of a document's text and its role in the layout.

    Attributes:
        kind: the role.
        start, end: its span in the document's text, in characters.
        level: of a heading, 1 (highest) to 9; of a list item, its depth, from 1; else 0.
        label: a list item's number or bullet, or a footnote's mark, as shown; it may also be in the text.
        table: of a table row, the number of its table in the document, from 1; else 0.
        cells: of a table row, (start, end) of each of its cells in the document's text, in characters.
        columns: of a table row, the column heading of each cell, empty if there is none.
        page: the page that it begins on, from 1; 0 if pages aren't known.
        confidences: of text recognised from a picture (OCR), how sure each of its words is, in percent; words
            are what white space separates.
    """

    kind: BlockKind
    start: int
    end: int
    level: int = 0
    label: str = ""
    table: int = 0
    cells: tuple[tuple[int, int], ...] = ()
    columns: tuple[str, ...] = ()
    page: int = 0
    confidences: tuple[int, ...] = ()


@dataclass(frozen=True)
class Document:
    """One text with its metadata and layout.

    Attributes:
        text: the text itself; every offset counts its characters (Unicode code points).
        title: shown with a citation; searched with each of its passages.
        source: its origin, such as a file's path.
        id: from the text's hash if not given.
        author: used like the title.
        date: when it was written or published, according to its file; used like the title.
        blocks: its layout, in text order, without overlaps. If none are given, headings, lists and tables
            are detected in the text by rules when it is split into passages.
        tags: keywords given to it, by which a search can be restricted (`index.scope`); not searched.

    Raises:
        InvalidDocument: the text is blank, it has characters that can't be written to disk, or its blocks
            overlap or lie outside of it.
    """

    text: str
    title: str = ""
    source: str = ""
    id: str = ""
    author: str = ""
    date: str = ""
    blocks: tuple[Block, ...] = ()
    tags: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        name = self.source or self.title or self.text[:40].strip() or "(no name)"
        if not self.text.strip():
            raise InvalidDocument(f"The document {name!r} has no text.")
        try:
            fields = (self.text, self.title, self.source, self.id, self.author, self.date, *self.tags)
            "\n".join(fields).encode()
        except UnicodeEncodeError as error:
            raise InvalidDocument(
                f"The document {name!r} has a character that isn't Unicode text "
                f"(half of a surrogate pair, at {error.start}). Decode its file as UTF-8 or UTF-16."
            ) from None
        end = 0
        for block in self.blocks:
            if not end <= block.start < block.end <= len(self.text):
                raise InvalidDocument(
                    f"The document {name!r} has a block at {block.start}-{block.end}, where none can stand: "
                    "blocks follow one another inside the text."
                )
            end = block.end
        if not self.id:
            object.__setattr__(self, "id", text_id(self.text))

    def confidences(self, start: int, end: int) -> tuple[int, ...]:
        """How sure each word between two places of the text is, in percent, if it was recognised (OCR).

        Args:
            start: of the span, in characters.
            end: of the span.
        """
        starts, sure = self._recognized
        return sure[bisect_left(starts, start) : bisect_left(starts, end)]

    @cached_property
    def _recognized(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Where each recognised word begins, and how sure it is."""
        words = [
            (block.start + match.start(), sure)
            for block in self.blocks
            if block.confidences
            for match, sure in zip(
                _WORD.finditer(self.text[block.start : block.end]), block.confidences, strict=False
            )
        ]
        return tuple(start for start, _ in words), tuple(sure for _, sure in words)


def unique_documents(documents: Iterable[Document]) -> Iterator[Document]:
    """Yields the documents without duplicates.

    Raises:
        InvalidDocument: two different documents have the same id.
    """
    seen: dict[str, tuple[str, str]] = {}
    for document in documents:
        own = (text_id(document.text), document.source or document.title)
        other = seen.setdefault(document.id, own)
        if other is own:
            yield document
        elif other[0] != own[0]:
            raise InvalidDocument(
                f"Two different documents have the id {document.id!r}: {other[1]!r} and {own[1]!r}."
            )


@dataclass(frozen=True)
class Passage:
    """The unit of retrieval, a span of a document: a paragraph, or a part of a long one.

    Created by `Passage.of`, so that `document.text[start:end] == text`.

    Attributes:
        id: unique in an index.
        document_id: the document that it is a part of.
        number: the paragraph number as a reader counts, from 1.
        start, end: its span in the document's text, in characters.
        text: the characters themselves.
        kind: its role in the layout; if it spans several blocks, that of the first one.
        headings: its headings, from the outermost to the nearest.
        columns: of a table row, the column heading of each cell, empty if there is none.
        page: the page that it begins on, from 1; 0 if pages aren't known.
        items: of a list or a form, the start of each of its items, in characters of the passage's text; the
            text before the first item introduces them.
        recognition: of text recognised from a picture (OCR), how sure its words are on average, in percent;
            0 for other text.
    """

    id: str
    document_id: str
    number: int
    start: int
    end: int
    text: str
    kind: BlockKind = "paragraph"
    headings: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    page: int = 0
    items: tuple[int, ...] = ()
    recognition: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end or len(self.text) != self.end - self.start:
            raise ValueError(f"passage {self.id}: {self.start}-{self.end} isn't where its text stands")

    @property
    def is_record(self) -> bool:
        """Whether it is a record of several fields: a row, a signature, or a form short enough to quote."""
        is_short = len(self.text.split()) <= _MOST_WORDS_OF_RECORD
        return self.kind in ("table_row", "signature") or (self.kind == "form_field" and is_short)

    @property
    def written(self) -> str:
        """Its headings and its text, as written in the document."""
        return "\n".join((*self.headings, self.text))

    @classmethod
    def of(
        cls,
        document: Document,
        number: int,
        start: int,
        end: int,
        kind: BlockKind = "paragraph",
        headings: tuple[str, ...] = (),
        columns: tuple[str, ...] = (),
        page: int = 0,
        items: tuple[int, ...] = (),
    ) -> Passage:
        """The passage at `document.text[start:end]`."""
        text = document.text[start:end]
        id_ = f"{document.id}:{start}-{end}"
        sure = document.confidences(start, end)
        recognition = max(1, round(sum(sure) / len(sure))) if sure else 0
        return cls(
            id_, document.id, number, start, end, text, kind, headings, columns, page, items, recognition
        )


@dataclass(frozen=True)
class Hit:
    """A search result.

    Attributes:
        passage: the passage found.
        score: the fused score. It doesn't depend on which other passages were found if question and
            passage are in the same script.
        ranks: for each leg ("bm25", "dense", "late") the passage's rank in it, from 1, or None if the
            leg didn't find it.
        scores: its score in each leg that found it: BM25 as a share of its upper bound, and the cosines of
            the passage vector and of late interaction.
    """

    passage: Passage
    score: float
    ranks: Mapping[str, int | None] = field(default_factory=dict)
    scores: Mapping[str, float] = field(default_factory=dict)
