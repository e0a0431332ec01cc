"""What is kept of a quotation, and whether it still stands where it stood."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any

from index.text.split import paragraphs
from index.types import Document, Passage
from qa.types import BrokenCitation, Citation

GetDocument = Callable[[str], Document]


@dataclass(frozen=True)
class Quoted:
    """A quotation apart from its document, with all that its reference says.

    Attributes:
        number: the n of the [n] shown in the answer.
        document_id: the document that it was quoted from.
        paragraph: as a reader counts them, from 1.
        passage_start, passage_end: where its passage stood in the document's text, in characters.
        start, end: where it stood itself.
        quote: the characters that were quoted.
        title, author, source: the document's, as they were.
    """

    number: int
    document_id: str
    paragraph: int
    passage_start: int
    passage_end: int
    start: int
    end: int
    quote: str
    title: str = ""
    author: str = ""
    source: str = ""

    @classmethod
    def of(cls, citation: Citation, document: GetDocument) -> Quoted:
        """What there is to keep of a citation; without a title where its document is gone."""
        passage = citation.passage
        try:
            known = document(passage.document_id)
            names = (known.title, known.author, known.source)
        except KeyError:
            names = ("", "", "")
        return cls(
            citation.number,
            passage.document_id,
            passage.number,
            passage.start,
            passage.end,
            citation.start,
            citation.end,
            citation.quote,
            *names,
        )

    @classmethod
    def parse(cls, record: Mapping[str, Any]) -> Quoted:
        """What `dataclasses.asdict` made a record of.

        Raises:
            TypeError: a field is missing, unknown, or of another type.
        """
        quoted = cls(**record)
        for field in fields(cls):
            value = getattr(quoted, field.name)
            as_text(value) if field.type == "str" else as_whole(value)
        return quoted

    def citation(self, document: GetDocument) -> Citation | None:
        """The citation, verified against the document as it is now; None where it doesn't hold any more.

        Not looked for elsewhere in a document that has changed: that would be a guess.
        """
        try:
            found = document(self.document_id)
            passage = passage_at(found, self.paragraph, self.passage_start, self.passage_end)
            citation = Citation.of(found, self.number, passage, self.start, self.end)
        except (KeyError, ValueError, BrokenCitation):
            return None
        return citation if citation.quote == self.quote else None


def passage_at(document: Document, paragraph: int, start: int, end: int) -> Passage:
    """The passage that is said to stand at a place of a document.

    Raises:
        ValueError: the place isn't in the paragraph with this number.
    """
    spans = _paragraphs(document.text)
    if not 1 <= paragraph <= len(spans):
        raise ValueError(f"the document has {len(spans)} paragraphs")
    first, last = spans[paragraph - 1]
    if not first <= start < end <= max(last, first + 1):
        raise ValueError(f"paragraph {paragraph} stands at {first}-{last}")
    return Passage.of(document, paragraph, start, end)


@lru_cache(maxsize=16)
def _paragraphs(text: str) -> Sequence[tuple[int, int]]:
    return tuple(paragraphs(text))


def as_text(value: object) -> str:
    """A value out of JSON that must be text.

    Raises:
        TypeError: it isn't.
    """
    if not isinstance(value, str):
        raise TypeError(f"{value!r} isn't text")
    return value


def as_whole(value: object) -> int:
    """A value out of JSON that must be a whole number such as counts characters, passages or ranks.

    Raises:
        TypeError: it isn't, or is below 0 or above 2 ** 31.
    """
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= 2**31:
        raise TypeError(f"{value!r:.50} isn't a whole number from 0 to 2 ** 31")
    return value
