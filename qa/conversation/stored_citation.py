"""Saved citations, and their verification against the current document."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, ClassVar, Final

from annotated_types import Interval

from index.text.analyzer import Language, language_among
from index.text.paragraphs import paragraphs
from index.types import BlockKind, Document, Passage
from qa.types import BrokenCitation, Citation, CitedField

# Kinds of passages that may have several paragraphs.
_OF_SEVERAL: Final = frozenset(
    ("list_item", "form_field", "table_row", "table_header", "footnote", "signature")
)

# Characters of a document by whose letters its language is told.
_MAX_TOLD: Final = 2000

GetDocument = Callable[[str], Document]

Whole = Annotated[int, Interval(ge=0, le=2**31)]
"""A count, an offset or a rank in JSON."""


@dataclass(frozen=True)
class StoredCitation:
    """A quotation stored independently of its document, with its complete reference.

    Attributes:
        number: the n of the [n] shown in the answer.
        document_id: id of the quoted document.
        paragraph: paragraph number as a reader counts, from 1.
        passage_start, passage_end: span of its passage in the document's text, in characters.
        start, end: span of the quotation.
        quote: the quoted characters.
        title, author, source, date: the document's metadata at the time.
        field: the quoted field: the text or one of these.
        kind, headings, columns: the passage's attributes at the time.
        page, last_page: the pages that the quotation begins and ends on; 0 if unknown.
        answer_start, answer_end: span of the answer within the quotation, if known.
        recognition: the passage's, in percent.
        passage_page: the page that the passage begins on; 0 if unknown.
        fetched: of a web page, when it was fetched, as of `index.Document`.
        quote_paragraph: the paragraph that the quotation begins in; 0 in older versions.
    """

    # Of JSON from `dataclasses.asdict`, or from older versions of Dalil with fewer fields.
    __pydantic_config__: ClassVar = {"strict": True, "extra": "forbid"}

    number: Whole
    document_id: str
    paragraph: Whole
    passage_start: Whole
    passage_end: Whole
    start: Whole
    end: Whole
    quote: str
    title: str = ""
    author: str = ""
    source: str = ""
    date: str = ""
    field: CitedField = "text"
    kind: BlockKind = "paragraph"
    headings: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    page: Whole = 0
    answer_start: Whole | None = None
    answer_end: Whole | None = None
    recognition: Whole = 0
    last_page: Whole = 0
    passage_page: Whole = 0
    fetched: str = ""
    quote_paragraph: Whole = 0

    @classmethod
    def of(cls, citation: Citation, document: GetDocument) -> StoredCitation:
        """Stores a citation; without a title if its document is gone."""
        passage = citation.passage
        try:
            known = document(passage.document_id)
            title, author, source, date = known.title, known.author, known.source, known.date
            fetched = known.fetched
        except KeyError:
            title = author = source = date = fetched = ""
        return cls(
            number=citation.number,
            document_id=passage.document_id,
            paragraph=passage.number,
            passage_start=passage.start,
            passage_end=passage.end,
            start=citation.start,
            end=citation.end,
            quote=citation.quote,
            title=title,
            author=author,
            source=source,
            date=date,
            field=citation.field,
            kind=passage.kind,
            headings=passage.headings,
            columns=passage.columns,
            page=citation.page,
            answer_start=citation.answer_start,
            answer_end=citation.answer_end,
            recognition=passage.recognition,
            last_page=citation.last_page,
            passage_page=passage.page,
            fetched=fetched,
            quote_paragraph=citation.paragraph,
        )

    def citation(self, document: GetDocument) -> Citation | None:
        """The citation, verified against the current document; None if it no longer matches.

        Not searched for elsewhere in a changed document: that would be a guess.
        """
        try:
            found = document(self.document_id)
            passage = passage_at(
                found,
                self.paragraph,
                self.passage_start,
                self.passage_end,
                kind=self.kind,
                headings=self.headings,
                columns=self.columns,
                page=self.passage_page or self.page,
            )
            citation = Citation.of(
                found,
                self.number,
                passage,
                self.start,
                self.end,
                field=self.field,
                answer=self._answer,
            )
        except (KeyError, ValueError, BrokenCitation):
            return None
        return citation if citation.quote == self.quote else None

    def spoken(self, document: GetDocument) -> Language:
        """The language of the quotation: by its letters, with its columns' headings, or its document's."""
        try:
            text = document(self.document_id).text[:_MAX_TOLD]
        except KeyError:
            text = ""
        return language_among((" ".join((*self.columns, self.quote)), text, *self.headings, self.title))

    @property
    def _answer(self) -> tuple[int, int] | None:
        """The span of the answer.

        Raises:
            BrokenCitation: only its start or its end is known.
        """
        if self.answer_start is None and self.answer_end is None:
            return None
        if self.answer_start is None or self.answer_end is None:
            raise BrokenCitation(f"[{self.number}] its answer has a start or an end, not both")
        return self.answer_start, self.answer_end


def passage_at(
    document: Document,
    paragraph: int,
    start: int,
    end: int,
    *,
    kind: BlockKind = "paragraph",
    headings: tuple[str, ...] = (),
    columns: tuple[str, ...] = (),
    page: int = 0,
) -> Passage:
    """Rebuilds the passage recorded at a position of a document, with its layout.

    Raises:
        ValueError: it doesn't begin in the paragraph with this number, or ends after it; a list or a form
            may extend to the end of the document.
    """
    spans = _paragraphs(document.text)
    number = max(bisect_right(spans, (start, len(document.text))), 1)
    last = len(document.text) if kind in _OF_SEVERAL or not spans else spans[number - 1][1]
    if not 0 <= start < end <= last or paragraph != number:
        raise ValueError(f"paragraph {paragraph} has no passage at {start}-{end}")
    return Passage.of(
        document, paragraph, start, end, kind=kind, headings=headings, columns=columns, page=page
    )


@lru_cache(maxsize=16)
def _paragraphs(text: str) -> tuple[tuple[int, int], ...]:
    return tuple(paragraphs(text))
