"""The reading pane: a document's paragraphs round a quotation, the quotation marked in its place."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any, Final, NamedTuple

from index.text.analyzer import Language, language
from index.text.split import paragraphs
from index.types import Document
from qa.explanation.explain import Explanation
from qa.messages import say
from web.views.answers import Source, checksum, direction, escape
from web.views.explanation import render_why

# Pieces shown before and after the quotation, and more at a time: some screens of text each. A book of
# 5,000 paragraphs opens as fast as an article.
BEFORE: Final = 20
AFTER: Final = 40
MORE: Final = 60
# Characters. A paragraph that is longer is shown in several pieces; else a text without line breaks
# would be one of megabytes.
_LONGEST: Final = 6000


class Piece(NamedTuple):
    """A paragraph of a document, or a part of a very long one."""

    number: int
    start: int
    end: int


@dataclass(frozen=True)
class Mark:
    """What is marked in the document.

    Attributes:
        name: the link's that opens it, such as "2-1".
        start, end: where it stands in the document's text, in characters.
        check: `checksum` of what stood there when the answer was given.
        quoted: whether it is a quotation, not a whole passage.
    """

    name: str
    start: int
    end: int
    check: str
    quoted: bool

    def holds(self, document: Document) -> bool:
        """Whether the document still has it in this place."""
        return checksum(document.text[self.start : self.end]) == self.check


@dataclass(frozen=True)
class Wish:
    """What the page asks for.

    Attributes:
        document_id: which document.
        marks: what is marked in it; the first is the one to show. Without any, the beginning is.
        language: the page's.
        first, last: the pieces to show, from 0 and without the last; round the mark if not given.
    """

    document_id: str
    marks: tuple[Mark, ...]
    language: Language
    first: int | None = None
    last: int | None = None

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Wish:
        """What the page's script sent (reader.js).

        Raises:
            KeyError, TypeError, ValueError: the page didn't send this.
        """
        marks = tuple(
            Mark(str(m["name"]), int(m["start"]), int(m["end"]), str(m["check"]), bool(m["quoted"]))
            for m in data["marks"]
        )
        first, last = (None if data.get(name) is None else int(data[name]) for name in ("first", "last"))
        return cls(str(data["document"]), marks, "ar" if data["language"] == "ar" else "en", first, last)


@dataclass(frozen=True)
class View:
    """What the pane shows, as HTML but for `copied`.

    Attributes:
        heading: title and author.
        note: what Dalil says of the document, if anything.
        paragraphs: those from `first` to `last`.
        first, last, total: which of the document's pieces are shown, and how many it has.
        copied: the quotation with its reference, as text to be copied; nothing if it isn't there any more.
    """

    heading: str
    note: str = ""
    paragraphs: str = ""
    first: int = 0
    last: int = 0
    total: int = 0
    copied: str = ""

    def data(self) -> dict[str, Any]:
        """As the page's script takes it."""
        return asdict(self)


def gone(page: Language) -> View:
    """That there is no such document any more."""
    text = say("document_gone", page)
    return View("", f"<p {direction(text)}>{text}</p>")


def read(document: Document, wish: Wish) -> View:
    """A document's paragraphs with what is quoted marked, each in its own direction.

    Args:
        document: the one that the wish names.
        wish: which part of it, and what to mark.
    """
    pieces = _pieces(document.text)
    holding = [mark for mark in wish.marks if mark.holds(document)]
    chosen = wish.marks[0] if wish.marks else None
    start = chosen.start if chosen else 0
    place = max(bisect_right(pieces, start, key=lambda piece: piece.start) - 1, 0)
    first = max(place - BEFORE, 0) if wish.first is None else max(wish.first, 0)
    last = min(place + AFTER if wish.last is None else wish.last, len(pieces), first + BEFORE + MORE)
    shown = "".join(_paragraph(document.text, pieces, i, holding) for i in range(first, last))
    source = Source.of(document)
    title, author = source.title or say("untitled", wish.language), source.author
    heading = f'<h2 tabindex="-1" {direction(title)}>{escape(title)}</h2>'
    heading += f'<p class="author" {direction(author)}>{escape(author)}</p>' if author else ""
    if chosen is None:
        return View(heading, "", shown, first, last, len(pieces))
    if chosen not in holding or not pieces:
        changed = say("document_changed", wish.language)
        return View(heading, f"<p {direction(changed)}>{changed}</p>", shown, first, last, len(pieces))
    copied = reference(document.text[chosen.start : chosen.end], source, pieces[place].number, wish.language)
    return View(heading, "", shown, first, last, len(pieces), copied)


def explained(source: Source, explanation: Explanation, page: Language) -> View:
    """Why a passage was found.

    Args:
        source: the passage's document.
        explanation: what to show.
        page: the language of Dalil's own words.
    """
    heading = _why_heading(source, explanation.passage.number, page)
    return View(heading, paragraphs=render_why(explanation, page))


def unexplained(source: Source, paragraph: int, text: str, page: Language) -> View:
    """That it can't be said why a passage was found, in the words of `text`."""
    return View(_why_heading(source, paragraph, page), f"<p {direction(text)}>{escape(text)}</p>")


def _why_heading(source: Source, paragraph: int, page: Language) -> str:
    why = say("why", page)
    parts = [part for part in (source.title, source.author, say("paragraph", page, number=paragraph)) if part]
    line = " — ".join(f"<bdi {direction(part)}>{escape(part)}</bdi>" for part in parts)
    return (
        f'<h2 tabindex="-1" {direction(why)}>{escape(why)}</h2>'
        f'<p class="author" {direction(" ".join(parts))}>{line}</p>'
    )


def reference(quote: str, source: Source, paragraph: int, page: Language) -> str:
    """A quotation with its reference, as a writer pastes it into a text."""
    first, last = "«»" if language(quote) == "ar" else "“”"
    # One that is speech as a whole has its marks already.
    marked = quote if _is_marked(quote) else f"{first}{quote}{last}"
    where = (source.title, source.author, say("paragraph", page, number=paragraph))
    return " — ".join(part for part in (marked, *where) if part)


def _is_marked(quote: str) -> bool:
    for first, last in ("«»", "“”", '""'):
        if len(quote) > 1 and quote.startswith(first) and quote.endswith(last):
            return first not in quote[1:-1] and last not in quote[1:-1]
    return False


@lru_cache(maxsize=4)
def _pieces(text: str) -> tuple[Piece, ...]:
    found = []
    for number, (start, end) in enumerate(paragraphs(text), 1):
        while end - start > _LONGEST:
            cut = text.rfind(" ", start + 1, start + _LONGEST) + 1 or start + _LONGEST
            found.append(Piece(number, start, cut))
            start = cut
        found.append(Piece(number, start, end))
    return tuple(found)


def _paragraph(text: str, pieces: Sequence[Piece], place: int, marks: Sequence[Mark]) -> str:
    number, start, end = pieces[place]
    continued = place > 0 and pieces[place - 1].number == number
    label = "" if continued else f'<span class="count" aria-hidden="true">{number}</span>'
    way = direction(text[start:end])
    return f'<div class="paragraph" {way}>{label}<p {way}>{_marked(text, start, end, marks)}</p></div>'


def _marked(text: str, start: int, end: int, marks: Sequence[Mark]) -> str:
    """A stretch of a text as HTML. Where two marks overlap, the second goes on from the first."""
    shown, position = [], start
    for mark in sorted(marks, key=lambda mark: (mark.start, mark.end)):
        if mark.start >= end or mark.end <= start:
            continue
        a = max(position, mark.start)
        b = max(a, min(mark.end, end))
        kind = "" if mark.quoted else ' class="whole"'
        shown.append(
            f'{escape(text[position:a])}<mark{kind} data-cite="{escape(mark.name)}" tabindex="-1">'
            f"{escape(text[a:b])}</mark>"
        )
        position = b
    return "".join(shown) + escape(text[position:end])
