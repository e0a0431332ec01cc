"""What is kept of a quotation, and whether it still stands where it stood."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

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
            passage = Passage.of(found, self.paragraph, self.passage_start, self.passage_end)
            citation = Citation.of(found, self.number, passage, self.start, self.end)
        except (KeyError, ValueError, BrokenCitation):
            return None
        return citation if citation.quote == self.quote else None


def as_text(value: object) -> str:
    """A value out of JSON that must be text.

    Raises:
        TypeError: it isn't.
    """
    if not isinstance(value, str):
        raise TypeError(f"{value!r} isn't text")
    return value


def as_whole(value: object) -> int:
    """A value out of JSON that must be a whole number.

    Raises:
        TypeError: it isn't.
    """
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{value!r} isn't a whole number")
    return value
