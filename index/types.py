"""The data types of `index`: documents, their layout blocks, passages and hits. All frozen."""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from itertools import pairwise
from pathlib import PurePath
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
_MAX_RECORD_WORDS: Final = 40
_WORD: Final = re.compile(r"\S+")
DATED_BY_PROGRAMS: Final = frozenset((".docx", ".pdf", ".odt", ".ods", ".rtf", ".xlsx", ".pptx"))
"""Types of files whose metadata say when a program made the file, not when the text was issued."""
# Of a page's width or height, for boxes.
_PARTS: Final = 4096
_DIGITS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


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
        page_starts: for each of its other pages, (its start in the document's text, its number).
        boxes: of text recognised from a picture, where each of its words is on the page: `pack_boxes`.
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
    page_starts: tuple[tuple[int, int], ...] = ()
    boxes: str = ""

    def part(self, start: int, end: int) -> Block:
        """The block of a part of its text, on the pages that this part is on."""
        page = next((page for first, page in reversed(self.page_starts) if first <= start), self.page)
        later = tuple((first, number) for first, number in self.page_starts if start < first < end)
        return replace(self, start=start, end=end, page=page, page_starts=later)


@dataclass(frozen=True)
class Box:
    """A rectangle on a page as it is shown: parts of its width and height, 0 to 1, from the top left."""

    left: float
    top: float
    right: float
    bottom: float


def pack_boxes(boxes: Iterable[Box]) -> str:
    """Boxes as text, 8 characters each: each edge in 4096ths of the page (of A4 .05 and .07 mm)."""
    edges = (edge for box in boxes for edge in (box.left, box.top, box.right, box.bottom))
    parts = (min(max(round(edge * _PARTS), 0), _PARTS - 1) for edge in edges)
    return "".join(_DIGITS[part >> 6] + _DIGITS[part & 63] for part in parts)


def unpack_boxes(packed: str) -> list[Box]:
    """The output of `pack_boxes` as boxes; what isn't a whole box is left out."""
    digits = [_DIGITS.find(one) for one in packed]
    if -1 in digits:
        return []
    edges = [(high * 64 + low) / _PARTS for high, low in zip(digits[::2], digits[1::2], strict=False)]
    return [Box(*edges[at : at + 4]) for at in range(0, len(edges) - 3, 4)]


@dataclass(frozen=True)
class DocumentHead:
    """A document without its text and layout; the attributes are those of `Document`."""

    id: str
    title: str = ""
    source: str = ""
    author: str = ""
    date: str = ""
    digest: str = ""
    tags: tuple[str, ...] = ()
    fetched: str = ""

    @classmethod
    def of(cls, document: Document) -> DocumentHead:
        """The head of a document."""
        return cls(**{field.name: getattr(document, field.name) for field in fields(cls)})


@dataclass(frozen=True)
class Document:
    """One text with its metadata and layout.

    Attributes:
        text: the text itself; every offset counts its characters (Unicode code points).
        title: shown with a citation; searched with each of its passages.
        source: its origin, such as a file's path.
        id: from the text's hash if not given.
        author: used like the title.
        date: when it was written or published, according to its text or its file; used like the title.
        blocks: its layout, in text order, without overlaps. If none are given, headings, lists and tables
            are detected in the text by rules when it is split into passages.
        digest: SHA-256 of the file that it was read from, in hexadecimal, if the file has pages to show.
        tags: keywords given to it, by which a search can be restricted (`index.scope`); not searched.
        fetched: of a web page, the day on which it was fetched, as in "2026-11-30"; not searched.

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
    digest: str = ""
    tags: tuple[str, ...] = ()
    fetched: str = ""

    def __post_init__(self) -> None:
        name = self.source or self.title or self.text[:40].strip() or "(no name)"
        if not self.text.strip():
            raise InvalidDocument(f"The document {name!r} has no text.")
        try:
            fields = (self.text, self.title, self.source, self.id, self.author, self.date, self.fetched)
            "\n".join((*fields, *self.tags)).encode()
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

    @property
    def is_dated_by_program(self) -> bool:
        """Whether its date is only that of its file, which its text doesn't say."""
        return PurePath(self.source).suffix.casefold() in DATED_BY_PROGRAMS and self.date not in self.text

    def confidences(self, start: int, end: int) -> tuple[int, ...]:
        """The confidence of each word between two places of the text, in percent, if it was recognised (OCR).

        Args:
            start: of the span, in characters.
            end: of the span.
        """
        starts, sure = self._recognized
        return sure[bisect_left(starts, start) : bisect_left(starts, end)]

    def pages(self, start: int, end: int) -> tuple[int, int]:
        """The first and the last page of a span of the text; (0, 0) if pages aren't known."""
        numbers = [page for _, _, page in self._overlapping(start, end)]
        return (numbers[0], numbers[-1]) if numbers else (0, 0)

    def on_page(self, page: int, start: int = 0, end: int | None = None) -> list[tuple[int, int]]:
        """The parts of a span of the text that are on a page, as (start, end)."""
        end = len(self.text) if end is None else end
        return [
            (max(first, start), min(last, end))
            for first, last, number in self._overlapping(start, end)
            if number == page
        ]

    def boxes(self, page: int, start: int, end: int) -> list[Box]:
        """Where the words of a span are on a page, if they were recognised from its picture (OCR)."""
        found = []
        for block in self.blocks:
            if block.page == page and block.boxes and block.start < end and block.end > start:
                words = _WORD.finditer(self.text[block.start : block.end])
                for word, box in zip(words, unpack_boxes(block.boxes), strict=False):
                    is_inside = block.start + word.start() < end and block.start + word.end() > start
                    if is_inside and box.left < box.right:
                        found.append(box)
        return found

    def _overlapping(self, start: int, end: int) -> list[tuple[int, int, int]]:
        first = max(bisect_left(self._sheets, (start,)) - 1, 0)
        found = []
        for place in range(first, len(self._sheets)):  # a slice would copy all that follow
            sheet = self._sheets[place]
            if sheet[0] >= end:
                break
            if sheet[1] > start:
                found.append(sheet)
        return found

    @cached_property
    def _sheets(self) -> tuple[tuple[int, int, int], ...]:
        """The parts of the text that are on one page each, as (start, end, page)."""
        found = []
        for block in self.blocks:
            starts = ((block.start, block.page), *block.page_starts, (block.end, 0))
            found += [(one, other, page) for (one, page), (other, _) in pairwise(starts) if page]
        return tuple(found)

    @cached_property
    def _recognized(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """The start of each recognised word, and its confidence."""
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
            text before the first item introduces them. Of a table row with column headings, or of a key
            and its value, the start of each of its cells, but for empty ones at its end.
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
        is_short = len(self.text.split()) <= _MAX_RECORD_WORDS
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
            id_,
            document.id,
            number,
            start=start,
            end=end,
            text=text,
            kind=kind,
            headings=headings,
            columns=columns,
            page=page,
            items=items,
            recognition=recognition,
        )


@dataclass(frozen=True)
class Hit:
    """A search result.

    Attributes:
        passage: the passage found.
        score: the fused score for the question. It doesn't depend on which other passages were found if
            question and passage are in the same script.
        ranks: for each leg ("bm25", "dense", "late") the passage's rank in it, from 1, or None if the
            leg didn't find it; "translations", BM25 over translated terms, if it found any passage.
        scores: its score in each leg that found it: BM25 as a share of its upper bound, and the cosines of
            the passage vector and of late interaction. The hits of a follow-up (`qa.converse`) are ordered by
            their "context" instead of `score`, and have that too.
    """

    passage: Passage
    score: float
    ranks: Mapping[str, int | None] = field(default_factory=dict)
    scores: Mapping[str, float] = field(default_factory=dict)
