"""Cited answers as HTML: every paragraph in its own direction, every text escaped.

Nothing here reads Markdown: what texts and questions contain is shown, never interpreted.
"""

from __future__ import annotations

import html
import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from markupsafe import Markup

from index.text.analyzer import Language
from index.types import Document, Passage
from qa.conversation.stored_citation import StoredCitation
from qa.feedback.judgements import Verdict
from qa.messages import say, say_confidence
from qa.types import Answer, Citation
from web.views.templating import direction, environment, showable

__all__ = ["direction"]

# In a line that names several things, a stray one would reorder what stands beside it.
_BIDI_CONTROLS: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")
# Between the cells of a table's row, in a document's text.
CELL_SEPARATOR: Final = " | "
_NEAREST: Final = 3  # passages shown where the texts don't hold the answer
# The template's macros.
_macros: Final[Any] = environment.get_template("answers.html").module


@dataclass(frozen=True)
class Source:
    """What a citation says of its document. Kept with the answer: the document may be removed."""

    title: str
    author: str
    date: str = ""

    @classmethod
    def of(cls, document: Document) -> Source:
        """A document's title, or where it comes from if it has none, its author and its date."""
        return cls(plain(document.title or document.source), plain(document.author), plain(document.date))


@dataclass(frozen=True)
class Place:
    """The line that says where something stands.

    Attributes:
        path: the document's title and the headings down to it.
        details: author, date, page, paragraph, as far as they are known.
    """

    path: tuple[str, ...]
    details: tuple[str, ...]

    @classmethod
    def of(
        cls,
        source: Source,
        page: Language,
        paragraph: int = 0,
        headings: Sequence[str] = (),
        sheet: int = 0,
    ) -> Place:
        """Where a passage stands.

        Args:
            source: its document.
            page: the language of Dalil's own words.
            paragraph: its number; none is named where it is 0, as of a document's title or author.
            headings: those that it stands under, from the outermost.
            sheet: the page of the document, 0 where it isn't known.
        """
        steps = [source.title, *(plain(" ".join(heading.split())) for heading in headings)]
        details = [source.author, source.date]
        details += [say("page", page, number=sheet)] if sheet else []
        details += [say("paragraph", page, number=paragraph)] if paragraph else []
        # A document's first heading is often its title.
        return cls(tuple(dict.fromkeys(filter(None, steps))), tuple(filter(None, details)))

    @property
    def text(self) -> str:
        """As a line of plain text."""
        return " — ".join(filter(None, [" › ".join(self.path), *self.details]))


@dataclass(frozen=True)
class _Link:
    """A link into a document; without a `check` it opens the document as a whole."""

    kind: str
    name: str
    document: str
    start: int = 0
    end: int = 0
    check: str = ""

    @classmethod
    def to(cls, kind: str, name: str, passage: Passage, start: int, end: int) -> _Link:
        """The link to a stretch of a passage, in the characters of its document."""
        check = checksum(passage.text[start - passage.start : end - passage.start])
        return cls(kind, name, passage.document_id, start, end, check)


@dataclass(frozen=True)
class _Row:
    """A table's row: (column heading, cell) of each of its cells."""

    cells: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, text: str, columns: Sequence[str]) -> _Row | None:
        """What a passage says as a row; None where it isn't known which cell stands in which column."""
        cells = text.split(CELL_SEPARATOR)
        if not any(columns) or len(cells) != len(columns):
            return None
        return cls(tuple(zip(columns, cells, strict=True)))

    @property
    def text(self) -> str:
        """All of its words."""
        return " ".join(f"{column} {cell}" for column, cell in self.cells)


@dataclass(frozen=True)
class _Cited:
    """A quotation as it is shown.

    Attributes:
        number: the n of its [n].
        quote: the characters.
        place: where it stands.
        label: of a title, an author or a date, which of these it is; else empty.
        link: opens the document; None where it no longer says this.
        row: of a whole row of a table, its cells.
    """

    number: int
    quote: str
    place: Place
    label: str = ""
    link: _Link | None = None
    row: _Row | None = None


@dataclass(frozen=True)
class _Near:
    """One of the nearest passages as it is shown."""

    text: str
    place: Place
    link: _Link
    row: _Row | None


def plain(name: str) -> str:
    """A name without what would reorder its neighbours in a line."""
    return _BIDI_CONTROLS.sub("", name)


def escape(text: str) -> str:
    """A text as HTML that shows it and does nothing else."""
    return html.escape(str(showable(text)))


def checksum(text: str) -> str:
    """Tells whether what stands somewhere is still what was quoted: 8 hexadecimal digits."""
    return f"{zlib.crc32(text.encode('utf-8', 'surrogatepass')):08x}"


def render_turn(number: int, question: str, reply: str) -> str:
    """A question and its reply, which is HTML made by one of the functions below."""
    return str(_macros.turn(number, question, Markup(reply)))


def render_note(text: str, kind: str) -> str:
    """A sentence of Dalil's own; `kind` is its class for the style sheet."""
    return str(_macros.note(text, kind))


def render_searched(question: str, searched: str, page: Language) -> str:
    """What was searched for, where it isn't the question alone, and how to have that searched for.

    The words that were added may be in another language: they have their own direction.
    """
    parts = (
        [question, searched.removeprefix(question).strip()] if searched.startswith(question) else [searched]
    )
    return str(_macros.searched(question, parts, page))


def render_actions(copied: bool, judged: bool, verdict: Verdict | None, page: Language) -> str:
    """What can be done with an answer.

    Args:
        copied: whether there is anything to copy.
        judged: whether the reader may say if it is right.
        verdict: what the reader has said, if anything.
        page: the page's language.
    """
    return str(_macros.actions(copied, judged, verdict, page))


def render_lost(lost: Sequence[StoredCitation], page: Language) -> str:
    """What was quoted and doesn't stand where it stood any more, under words that say so."""
    if not lost:
        return ""
    shown = []
    for one in lost:
        is_text = one.field == "text"
        source = Source(plain(one.title or one.source), plain(one.author), plain(one.date))
        place = (
            Place.of(source, page, one.paragraph, one.headings, one.page)
            if is_text
            else Place.of(source, page)
        )
        row = _Row.of(one.quote, one.columns) if is_text else None
        shown.append(_Cited(one.number, one.quote, place, "" if is_text else say(one.field, page), row=row))
    return str(_macros.lost(shown, page))


def render_answer(
    answer: Answer,
    sources: Mapping[str, Source],
    turn: int,
    page: Language,
    actions: str = "",
    lost: str = "",
) -> str:
    """An answer, or that there is none with the nearest passages.

    Args:
        answer: what to show.
        sources: title, author and date by document id.
        turn: the answer's number in the conversation, from 0.
        page: the language of Dalil's own words beside the answer's text.
        actions: made by `render_actions`.
        lost: made by `render_lost`.
    """
    if not answer.found and not lost:
        nearest = [hit.passage for hit in answer.hits[:_NEAREST]]
        shown = [
            _near(passage, sources[passage.document_id], f"{turn}-near{number}", page)
            for number, passage in enumerate(nearest, 1)
        ]
        return str(_macros.nothing(answer.text, shown, Markup(actions), page))
    cited = [
        _cited(citation, sources[citation.passage.document_id], turn, page) for citation in answer.citations
    ]
    sure = say_confidence(answer.confidence, page) if answer.found else ""
    return str(_macros.answer(cited, Markup(lost), sure, Markup(actions), page))


def _cited(citation: Citation, source: Source, turn: int, page: Language) -> _Cited:
    passage, name = citation.passage, f"{turn}-{citation.number}"
    if citation.field != "text":
        link = _Link("number", name, passage.document_id)
        place = Place.of(source, page)
        return _Cited(citation.number, citation.quote, place, say(citation.field, page), link)
    link = _Link.to("number", name, passage, citation.start, citation.end)
    row = _Row.of(citation.quote, passage.columns)
    return _Cited(citation.number, citation.quote, _place(passage, source, page), link=link, row=row)


def _near(passage: Passage, source: Source, name: str, page: Language) -> _Near:
    """One of the nearest passages. The line that says where it stands opens it."""
    link = _Link.to("place", name, passage, passage.start, passage.end)
    row = _Row.of(passage.text, passage.columns)
    return _Near(passage.text, _place(passage, source, page), link, row)


def _place(passage: Passage, source: Source, page: Language) -> Place:
    return Place.of(source, page, passage.number, passage.headings, passage.page)
