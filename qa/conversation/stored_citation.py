"""What is kept of a quotation, and whether it still stands where it stood."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any, Final, get_args

from index.text.paragraphs import paragraphs
from index.types import BlockKind, Document, Passage
from qa.types import BrokenCitation, Citation, CitedField

# Kinds of passages that may have several paragraphs.
_OF_SEVERAL: Final = frozenset(("list_item", "form_field", "table_row", "table_header", "footnote"))

GetDocument = Callable[[str], Document]

BLOCK_KINDS: Final[tuple[str, ...]] = get_args(BlockKind)
"""The roles that a passage may have."""
_TUPLES: Final = ("headings", "columns")
_CHOICES: Final = {"field": get_args(CitedField), "kind": BLOCK_KINDS}


@dataclass(frozen=True)
class StoredCitation:
    """A quotation apart from its document, with all that its reference says.

    Attributes:
        number: the n of the [n] shown in the answer.
        document_id: the document that it was quoted from.
        paragraph: as a reader counts them, from 1.
        passage_start, passage_end: where its passage stood in the document's text, in characters.
        start, end: where it stood itself.
        quote: the characters that were quoted.
        title, author, source, date: the document's, as they were.
        field: what was quoted, the text or one of these.
        kind, headings, columns, page: of the passage, as they were.
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
    date: str = ""
    field: CitedField = "text"
    kind: BlockKind = "paragraph"
    headings: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    page: int = 0

    @classmethod
    def of(cls, citation: Citation, document: GetDocument) -> StoredCitation:
        """What there is to keep of a citation; without a title where its document is gone."""
        passage = citation.passage
        try:
            known = document(passage.document_id)
            names = (known.title, known.author, known.source, known.date)
        except KeyError:
            names = ("", "", "", "")
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
            citation.field,
            passage.kind,
            passage.headings,
            passage.columns,
            passage.page,
        )

    @classmethod
    def parse(cls, record: Mapping[str, Any]) -> StoredCitation:
        """What `dataclasses.asdict` made a record of, or older versions of Dalil, which kept less.

        Raises:
            TypeError: a field is missing, unknown, or of another type.
        """
        known: dict[str, Any] = {name: as_texts(v) if name in _TUPLES else v for name, v in record.items()}
        quoted = cls(**known)
        for field in fields(cls):
            value = getattr(quoted, field.name)
            if field.name in _CHOICES:
                as_one_of(value, _CHOICES[field.name])
            elif field.name not in _TUPLES:
                as_text(value) if field.type == "str" else as_whole(value)
        return quoted

    def citation(self, document: GetDocument) -> Citation | None:
        """The citation, verified against the document as it is now; None where it doesn't hold any more.

        Not looked for elsewhere in a document that has changed: that would be a guess.
        """
        try:
            found = document(self.document_id)
            passage = passage_at(
                found,
                self.paragraph,
                self.passage_start,
                self.passage_end,
                self.kind,
                self.headings,
                self.columns,
                self.page,
            )
            citation = Citation.of(found, self.number, passage, self.start, self.end, self.field)
        except (KeyError, ValueError, BrokenCitation):
            return None
        return citation if citation.quote == self.quote else None


def passage_at(
    document: Document,
    paragraph: int,
    start: int,
    end: int,
    kind: BlockKind = "paragraph",
    headings: tuple[str, ...] = (),
    columns: tuple[str, ...] = (),
    page: int = 0,
) -> Passage:
    """The passage that is said to stand at a place of a document, and to be laid out so.

    Raises:
        ValueError: it doesn't begin in the paragraph with this number, or ends after it; a list or a form
            may go on to the end of the document.
    """
    spans = _paragraphs(document.text)
    number = max(bisect_right(spans, (start, len(document.text))), 1)
    last = len(document.text) if kind in _OF_SEVERAL or not spans else spans[number - 1][1]
    if not 0 <= start < end <= last or paragraph != number:
        raise ValueError(f"paragraph {paragraph} has no passage at {start}-{end}")
    return Passage.of(document, paragraph, start, end, kind, headings, columns, page)


@lru_cache(maxsize=16)
def _paragraphs(text: str) -> tuple[tuple[int, int], ...]:
    return tuple(paragraphs(text))


def as_text(value: object) -> str:
    """A value out of JSON that must be text.

    Raises:
        TypeError: it isn't.
    """
    if not isinstance(value, str):
        raise TypeError(f"{value!r} isn't text")
    return value


def as_texts(value: object) -> tuple[str, ...]:
    """A value out of JSON that must be a list of texts.

    Raises:
        TypeError: it isn't.
    """
    if not isinstance(value, list | tuple):
        raise TypeError(f"{value!r} isn't a list")
    return tuple(as_text(one) for one in value)


def as_one_of(value: object, choices: Collection[str]) -> None:
    """Checks that a value out of JSON is one of those known.

    Raises:
        TypeError: it isn't.
    """
    if value not in choices:
        raise TypeError(f"{value!r} isn't one of {', '.join(choices)}")


def as_whole(value: object) -> int:
    """A value out of JSON that must be a whole number such as counts characters, passages or ranks.

    Raises:
        TypeError: it isn't, or is below 0 or above 2 ** 31.
    """
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= 2**31:
        raise TypeError(f"{value!r:.50} isn't a whole number from 0 to 2 ** 31")
    return value
