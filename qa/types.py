"""What `qa` gives back: an answer made of citations, each a literal quotation."""

from __future__ import annotations

from dataclasses import dataclass

from index.text.analyzer import Language
from index.types import Document, Hit, Passage


class BrokenCitation(AssertionError):
    """A citation that isn't literally in its document: a fault in Dalil, never shown as an answer."""


@dataclass(frozen=True)
class Citation:
    """A quotation and where it stands.

    Attributes:
        number: the n of the [n] shown in the answer, from 1.
        passage: the passage that it stands in.
        start, end: where it stands in the document's text, in characters.
    """

    number: int
    passage: Passage
    start: int
    end: int

    def __post_init__(self) -> None:
        if not self.passage.start <= self.start < self.end <= self.passage.end:
            raise BrokenCitation(f"[{self.number}] {self.start}-{self.end} leaves its passage")

    @classmethod
    def of(cls, document: Document, number: int, passage: Passage, start: int, end: int) -> Citation:
        """The citation of `document.text[start:end]`.

        Raises:
            BrokenCitation: the passage isn't this document's, or the quotation isn't in its text.
        """
        citation = cls(number, passage, start, end)
        if passage.document_id != document.id or document.text[start:end] != citation.quote:
            raise BrokenCitation(f"[{number}] {start}-{end} isn't in document {document.id}")
        return citation

    @property
    def quote(self) -> str:
        """The quoted characters: `document.text[start:end]`."""
        return self.passage.text[self.start - self.passage.start : self.end - self.passage.start]


@dataclass(frozen=True)
class Answer:
    """What the texts say to a question, or that they don't.

    Attributes:
        question: as it was asked.
        language: the question's, and that of Dalil's own words in `text`.
        text: what is shown: the quotations with their [n], or that the texts don't answer this.
        citations: one to three where the answer is in the texts, else none.
        hits: the passages found, best first; where there are no citations, the nearest ones.
        confidence: probability in [0, 1] that the answer is in the texts.
    """

    question: str
    language: Language
    text: str
    citations: tuple[Citation, ...]
    hits: tuple[Hit, ...]
    confidence: float

    @property
    def found(self) -> bool:
        """Whether the texts answer the question."""
        return bool(self.citations)
