"""Cited answers as HTML: every paragraph in its own direction, every text escaped.

Markdown isn't parsed: texts and questions are shown literally, never interpreted.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from markupsafe import Markup

from index.scope import Scope
from index.text.analyzer import Language, language_among
from index.text.bidi import without_controls
from index.text.context import headings_below
from index.text.sentences import Span
from index.text.structure.cells import row_cells
from index.types import Document, Passage
from qa.answering.courtesy import courtesy
from qa.answering.overview import group_labels
from qa.collections.types import BUILT_IN
from qa.conversation.stored_citation import StoredCitation
from qa.feedback.judgements import Verdict
from qa.messages import say, say_as_of, say_confidence, say_not_found, say_pages, say_scope
from qa.types import Answer, Citation
from web.views.templating import attributes, direction, environment

_NEAREST: Final = 3  # passages shown where the texts don't hold the answer
_MAX_TOLD: Final = 2000  # characters of a document by whose letters its language is told
# The template's macros.
_macros: Final[Any] = environment.get_template("answers.html").module


@dataclass(frozen=True)
class Source:
    """A cited document's metadata, stored with the answer since the document may be removed."""

    title: str
    author: str
    date: str = ""
    has_pictures: bool = False
    """Whether it was read from a file whose pages can be shown."""
    fetched: str = ""
    """Of a web page, when it was fetched, as of `index.Document`."""
    spoken: Language = "en"
    """The language of its text."""

    @classmethod
    def of(cls, document: Document) -> Source:
        """A document's title (its source if it has none), author, dates and language."""
        title = plain(document.title or document.source)
        return cls(
            title,
            plain(document.author),
            plain(document.date),
            bool(document.digest),
            plain(document.fetched),
            language_among((document.text[:_MAX_TOLD], document.title)),
        )

    def language_of(self, quote: str, columns: Sequence[str] = ()) -> Language:
        """The language of a quotation from it: by the letters of quotation and columns, or else its own."""
        return language_among([" ".join((*columns, quote))], self.spoken)

    def way(self, quote: str, columns: Sequence[str] = ()) -> Markup:
        """The direction of a quotation from it, as `language_of`."""
        return attributes(self.language_of(quote, columns))


@dataclass(frozen=True)
class Place:
    """A reference line.

    Attributes:
        path: the document's title and the headings above the passage.
        details: author, date, when it was fetched, page, paragraph, whether it was recognised, as far as
            known.
    """

    path: tuple[str, ...]
    details: tuple[str, ...]

    @classmethod
    def of(
        cls,
        source: Source,
        page: Language,
        *,
        paragraph: int = 0,
        headings: Sequence[str] = (),
        sheets: tuple[int, int] = (0, 0),
        recognition: int = 0,
    ) -> Place:
        """A reference.

        Args:
            source: the document.
            page: language of Dalil's own words.
            paragraph: its number; 0 if not shown, as for a document's title or author.
            headings: the headings above it, from the outermost.
            sheets: the first and the last of its pages, 0 if unknown.
            recognition: as of a passage, 0 for text that wasn't recognised from a picture.
        """
        below = headings_below(source.title, headings)
        steps = [source.title, *(plain(" ".join(heading.split())) for heading in below)]
        details = [source.author, source.date, say_as_of(source.fetched, page)]
        details += [say_pages(*sheets, page)] if sheets[0] else []
        details += [say("paragraph", page, number=paragraph)] if paragraph else []
        details += [say("recognized", page, number=recognition)] if recognition else []
        return cls(tuple(dict.fromkeys(filter(None, steps))), tuple(filter(None, details)))

    @classmethod
    def of_passage(
        cls,
        passage: Passage,
        source: Source,
        page: Language,
        *,
        sheets: tuple[int, int] | None = None,
        paragraph: int = 0,
    ) -> Place:
        """The reference of a passage, or of what stands on these pages and begins in this paragraph of it."""
        return cls.of(
            source,
            page,
            paragraph=paragraph or passage.number,
            headings=passage.headings,
            sheets=sheets or (passage.page, passage.page),
            recognition=passage.recognition,
        )

    @property
    def text(self) -> str:
        """The reference as a line of plain text."""
        return " — ".join(filter(None, [" › ".join(self.path), *self.details]))


@dataclass(frozen=True)
class _Link:
    """A link into a document; without a `check` it opens the whole document.

    Attributes:
        kind: its CSS class.
        name: its id, in part.
        document: id of the document.
        start, end: the span that it opens, in the document's characters.
        check: `checksum` of the text there.
        answer: the answer within the span, if known.
    """

    kind: str
    name: str
    document: str
    start: int = 0
    end: int = 0
    check: str = ""
    answer: Span | None = None

    @classmethod
    def to(cls, kind: str, name: str, passage: Passage, span: Span, marked: Span | None = None) -> _Link:
        """A link to a span of a passage, in characters of its document; `marked` counts from its start."""
        start, end = span
        check = checksum(passage.text[start - passage.start : end - passage.start])
        answer = (start + marked[0], start + marked[1]) if marked else None
        return cls(kind, name, passage.document_id, start=start, end=end, check=check, answer=answer)


@dataclass(frozen=True)
class _Row:
    """A table row as (column heading, cell, span to mark in the cell) triples."""

    cells: tuple[tuple[str, str, Span | None], ...]

    @classmethod
    def of(
        cls, text: str, columns: Sequence[str], marked: Span | None = None, starts: Sequence[int] = ()
    ) -> _Row | None:
        """Parses a passage as a row; None if its cells can't be matched to columns."""
        cells = row_cells(text, columns, starts)
        if cells is None:
            return None
        return cls(
            tuple(
                (column, text[start:end], within(marked, start, end))
                for column, (start, end) in zip(columns, cells, strict=True)
                if start < end
            )
        )


@dataclass(frozen=True)
class _Cited:
    """View of a quotation.

    Attributes:
        number: the n of its [n].
        quote: the quoted characters.
        place: its reference.
        way: its `lang` and `dir`.
        label: name of the quoted metadata field; empty for text.
        link: opens the document; None if the quotation no longer matches.
        row: cells of a quoted table row.
        marked: span of the quotation to mark as the answer.
        sheet: the page that it begins on, if that can be shown; else 0.
        group: what stands above it, where it begins a group of a list; else empty.
    """

    number: int
    quote: str
    place: Place
    way: Markup
    label: str = ""
    link: _Link | None = None
    row: _Row | None = None
    marked: Span | None = None
    sheet: int = 0
    group: str = ""


@dataclass(frozen=True)
class _Near:
    """View of one of the nearest passages."""

    text: str
    place: Place
    way: Markup
    link: _Link
    row: _Row | None


@dataclass(frozen=True)
class Parts:
    """HTML that is shown with an answer.

    Attributes:
        actions: from `render_actions`.
        broken: from `render_broken_citations`.
        written: from `render_written`, above the quotations.
        beneath: the translation shown below a quotation, by its number.
    """

    actions: str = ""
    broken: str = ""
    written: str = ""
    beneath: Mapping[int, Markup] = field(default_factory=dict)


def plain(name: str) -> str:
    """Removes characters from a name that would reorder its neighbours in a line."""
    return without_controls(name)


def within(span: Span | None, start: int, end: int) -> Span | None:
    """The part of a span between two positions, counted from the first; None if it is empty."""
    if span is None or span[0] >= end or span[1] <= start:
        return None
    return max(span[0], start) - start, min(span[1], end) - start


def checksum(text: str) -> str:
    """Checksum of a quoted text, to detect changes: 8 hexadecimal digits."""
    return f"{zlib.crc32(text.encode('utf-8', 'surrogatepass')):08x}"


def render_turn(number: int, question: str, reply: str) -> str:
    """Renders a question and its reply, which is HTML from one of the functions below."""
    return str(_macros.turn(number, question, Markup(reply)))


def render_note(text: str, kind: str) -> str:
    """Renders one of Dalil's messages; `kind` is its CSS class."""
    return str(_macros.note(text, kind))


def render_searched(question: str, searched: str, page: Language) -> str:
    """Renders an expanded question, with a button to ask the original alone.

    The added words may be in another language: they have their own direction.
    """
    parts = (
        [question, searched.removeprefix(question).strip()] if searched.startswith(question) else [searched]
    )
    # Parts of two directions are in the page's order: the question first.
    ways = {direction(part) for part in parts}
    way = ways.pop() if len(ways) == 1 else direction(say("searched_for", page))
    return str(_macros.searched(parts, way, page))


def render_collection(name: str, page: Language) -> str:
    """Renders which collection an answer came from; nothing where there is only one index."""
    return str(_macros.collection(collection_name(name, page), page)) if name else ""


def render_within(scope: Scope, page: Language) -> str:
    """Renders the scope that an answer was searched in."""
    return str(_macros.within(say_scope(scope, page), page))


def render_everything(page: Language) -> str:
    """Renders the offer to ask the whole collection, where a scope has no answer."""
    return str(_macros.everything(page))


def collection_name(name: str, page: Language) -> str:
    """A collection's name; the built-in one's is in the page's language."""
    return say("built_in", page) if name == BUILT_IN else plain(name)


def render_actions(copied: bool, may_judge: bool, verdict: Verdict | None, page: Language) -> str:
    """Renders the actions on an answer.

    Args:
        copied: whether there is anything to copy.
        may_judge: whether the reader may give a verdict.
        verdict: the reader's verdict, if any.
        page: the page's language.
    """
    return str(_macros.actions(copied, may_judge, verdict, page))


def render_broken_citations(broken: Sequence[StoredCitation], page: Language) -> str:
    """Renders quotations that no longer match, under a note that says so."""
    if not broken:
        return ""
    shown = []
    for one in broken:
        is_text = one.field == "text"
        source = Source(
            plain(one.title or one.source),
            plain(one.author),
            plain(one.date),
            fetched=plain(one.fetched),
            spoken=language_among((*one.headings, one.title)),
        )
        place = (
            Place.of(
                source,
                page,
                paragraph=one.quote_paragraph or one.paragraph,
                headings=one.headings,
                sheets=(one.page, one.last_page),
                recognition=one.recognition,
            )
            if is_text
            else Place.of(source, page)
        )
        row = _Row.of(one.quote, one.columns) if is_text else None
        way = source.way(one.quote, one.columns)
        label = "" if is_text else say(one.field, page)
        shown.append(_Cited(one.number, one.quote, place, way, label, row=row))
    return str(_macros.broken(shown, page))


def render_answer(
    answer: Answer,
    sources: Mapping[str, Source],
    turn: int,
    page: Language,
    parts: Parts | None = None,
) -> str:
    """Renders an answer, or its absence with the nearest passages.

    Args:
        answer: the answer to show.
        sources: title, author and date by document id.
        turn: the answer's number in the conversation, from 0.
        page: the language of Dalil's own words beside the answer's text.
        parts: what else is shown with it.
    """
    parts = parts or Parts()
    if not answer.found and not parts.broken:
        shown = [
            _near(hit.passage, sources[hit.passage.document_id], f"{turn}-near{number}", page)
            for number, hit in answer.nearest(_NEAREST)
        ]
        # A refusal in the page's language, as all that is said beside it; a greeting in the asker's.
        refusal = answer.text if courtesy(answer.question) else _refusal(answer, page)
        said, _, missing = refusal.partition("\n")
        return str(_macros.nothing(said, missing, shown, Markup(parts.actions), page))
    labels = group_labels(answer.question, answer.citations, lambda id_: sources[id_].title)
    cited = [
        replace(
            _cited(one, sources[one.passage.document_id], turn, page), group=plain(labels.get(one.number, ""))
        )
        for one in answer.citations
    ]
    sure = say_confidence(answer.confidence, page) if answer.found else ""
    return str(_macros.answer(cited, parts, sure, page))


def _refusal(answer: Answer, page: Language) -> str:
    return say_not_found(answer.missing, page, Scope.of(answer.within))


def _cited(citation: Citation, source: Source, turn: int, page: Language) -> _Cited:
    passage, name = citation.passage, f"{turn}-{citation.number}"
    if citation.field != "text":
        link = _Link("number", name, passage.document_id)
        place = Place.of(source, page)
        label = say(citation.field, page)
        way = source.way(citation.quote)
        return _Cited(citation.number, citation.quote, place, way, label, link, marked=citation.marked)
    link = _Link.to("number", name, passage, (citation.start, citation.end), citation.marked)
    starts = passage.items if citation.start == passage.start else ()
    row = _Row.of(citation.quote, passage.columns, citation.marked, starts)
    return _Cited(
        citation.number,
        citation.quote,
        Place.of_passage(
            passage,
            source,
            page,
            sheets=(citation.page, citation.last_page),
            paragraph=citation.paragraph,
        ),
        source.way(citation.quote, passage.columns),
        link=link,
        row=row,
        marked=citation.marked,
        sheet=citation.page if source.has_pictures else 0,
    )


def _near(passage: Passage, source: Source, name: str, page: Language) -> _Near:
    """Builds the view of one of the nearest passages; its reference line opens it."""
    link = _Link.to("place", name, passage, (passage.start, passage.end))
    row = _Row.of(passage.text, passage.columns, starts=passage.items)
    way = source.way(passage.text, passage.columns)
    return _Near(passage.text, Place.of_passage(passage, source, page), way, link, row)
