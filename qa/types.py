"""Result types of `qa`: an answer made of citations, each a literal quotation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, Protocol

from index.text.analyzer import Language
from index.text.arabic import joined_span
from index.text.paragraphs import paragraphs
from index.text.sentences import Span
from index.types import Document, Hit, Passage

if TYPE_CHECKING:
    from index.interface import Index

CitedField = Literal["text", "title", "author", "date"]
"""The quoted field of a document."""
LIKELY: Final = 0.5
"""The confidence from which on Dalil says that the texts likely answer a question."""


class BrokenCitation(AssertionError):
    """A citation that isn't literally in its document: a fault in Dalil, never shown as an answer."""


@dataclass(frozen=True)
class Citation:
    """A verified quotation and its position.

    Constructed by `Citation.of`, so that `getattr(document, field)[start:end] == quote` and, where the
    answer within the quotation is known, `getattr(document, field)[answer_start:answer_end] == answer`.

    Attributes:
        number: the n of the [n] shown in the answer, from 1.
        passage: the passage that contains it; for metadata, the document's best passage for the question.
        start, end: its span in the document's text, or in the cited metadata, in characters.
        field: the quoted field: the document's text, or its title, author or date.
        metadata: the cited metadata in full; empty if the text is quoted.
        answer_start, answer_end: the span within the quotation that answers the question, such as a name or
            a year, counted like `start` and `end`; None where no shorter span than the quotation is known.
        page, last_page: the pages that the quotation begins and ends on, from 1; 0 if pages aren't known.
    """

    number: int
    passage: Passage
    start: int
    end: int
    field: CitedField = "text"
    metadata: str = ""
    answer_start: int | None = None
    answer_end: int | None = None
    page: int = 0
    last_page: int = 0

    def __post_init__(self) -> None:
        is_text = self.field == "text"
        first, last = (self.passage.start, self.passage.end) if is_text else (0, len(self.metadata))
        if not first <= self.start < self.end <= last:
            place = "its passage" if is_text else f"the {self.field}"
            raise BrokenCitation(f"[{self.number}] {self.start}-{self.end} leaves {place}")
        if self.answer_start is None and self.answer_end is None:
            return
        if self.answer_start is None or self.answer_end is None:
            raise BrokenCitation(f"[{self.number}] its answer has a start or an end, not both")
        if not self.start <= self.answer_start < self.answer_end <= self.end:
            answer = f"{self.answer_start}-{self.answer_end}"
            raise BrokenCitation(f"[{self.number}] its answer {answer} leaves {self.start}-{self.end}")

    @classmethod
    def of(
        cls,
        document: Document,
        number: int,
        passage: Passage,
        start: int,
        end: int,
        *,
        field: CitedField = "text",
        answer: Span | None = None,
    ) -> Citation:
        """Cites `getattr(document, field)[start:end]`, within which `answer` is the span that answers.

        Raises:
            BrokenCitation: the passage isn't this document's, the quotation isn't in the cited field, or
                the answer isn't in the quotation.
        """
        cited = str(getattr(document, field))
        metadata = "" if field == "text" else cited
        page, last_page = document.pages(start, end) if field == "text" else (0, 0)
        if field == "text" and not page:
            page = last_page = passage.page
        first, last = answer or (None, None)
        citation = cls(
            number,
            passage,
            start,
            end,
            field=field,
            metadata=metadata,
            answer_start=first,
            answer_end=last,
            page=page,
            last_page=last_page,
        )
        if passage.document_id != document.id or cited[start:end] != citation.quote:
            raise BrokenCitation(f"[{number}] {start}-{end} isn't in document {document.id}")
        return citation

    @property
    def paragraph(self) -> int:
        """The number of the paragraph that it begins in, from 1; for metadata, that of its passage."""
        if self.field != "text":
            return self.passage.number
        before = self.start - self.passage.start
        begun = sum(start <= before for start, _ in paragraphs(self.passage.text))
        return self.passage.number + max(begun - 1, 0)

    @property
    def quote(self) -> str:
        """The quoted characters: `getattr(document, field)[start:end]`."""
        if self.field != "text":
            return self.metadata[self.start : self.end]
        return self.passage.text[self.start - self.passage.start : self.end - self.passage.start]

    @property
    def answer(self) -> str | None:
        """The characters that answer the question: `getattr(document, field)[answer_start:answer_end]`."""
        if self.answer_start is None or self.answer_end is None:
            return None
        return self.quote[self.answer_start - self.start : self.answer_end - self.start]

    @property
    def marked(self) -> Span | None:
        """The span of `quote` to mark where it is shown; None where no answer within it is known.

        It is that of `answer`, but for letters that can't be shown apart (`joined_span`).
        """
        if self.answer_start is None or self.answer_end is None:
            return None
        return joined_span(self.quote, (self.answer_start - self.start, self.answer_end - self.start))


@dataclass(frozen=True)
class Claim:
    """A sentence of a written answer that its quotations support.

    Attributes:
        text: the sentence, without its marks.
        numbers: the citations that it was checked against, by the n of their [n].
        support: how surely they carry it, a probability in [0, 1] (`qa.writing.support`).
    """

    text: str
    numbers: tuple[int, ...]
    support: float


@dataclass(frozen=True)
class Written:
    """The text of a language model, without the sentences that failed the check.

    Attributes:
        claims: the sentences that passed the check, in order.
        faults: for each sentence that was left out, why (`qa.writing.check.Fault`).
        trouble: why the writer wrote nothing, or not to the end (`qa.writing.client.Trouble`); "instructions"
            where the texts give orders to a model, so that it wasn't asked; empty if it wrote to the end.
    """

    claims: tuple[Claim, ...] = ()
    faults: tuple[str, ...] = ()
    trouble: str = ""


class AnswerWriter(Protocol):
    """Writes an answer from its citations: `qa.writing.write.Writer`."""

    def write(self, answer: Answer, index: Index) -> Written:
        """Writes from an answer's citations, and checks what was written."""
        ...


@dataclass(frozen=True)
class Answer:
    """A cited answer, or the statement that the texts don't answer.

    Attributes:
        question: as it was asked.
        language: language of the question and of Dalil's own words in `text`.
        text: the text to show: the quotations with their [n], or that the texts don't answer this.
        citations: one to three if the answer is in the texts, else none.
        hits: the retrieved passages, best first; without citations, the nearest ones.
        confidence: probability in [0, 1] that the answer is in the texts.
        missing: where the texts don't answer, the numbers, years and identifiers of the question that occur
            nowhere in them, as they were written.
        written: what a writer made of the citations, if there is a writer and there are citations.
        within: the scope of the search, as text (`index.Scope`); empty for everything.
    """

    question: str
    language: Language
    text: str
    citations: tuple[Citation, ...] = ()
    hits: tuple[Hit, ...] = ()
    confidence: float = 0.0
    missing: tuple[str, ...] = ()
    written: Written | None = None
    within: str = ""

    @property
    def found(self) -> bool:
        """Whether the texts answer the question."""
        return bool(self.citations)

    def nearest(self, most: int) -> list[tuple[int, Hit]]:
        """The hits to show where the texts don't answer, each with its number in `hits`, from 1.

        A table's heading row says nothing by itself.
        """
        found = enumerate(self.hits, 1)
        return [(number, hit) for number, hit in found if hit.passage.kind != "table_header"][:most]
