"""The reading pane: a document in its layout, around a highlighted quotation."""

from __future__ import annotations

from base64 import b64encode
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from operator import itemgetter
from typing import Any, Final

from markupsafe import Markup

from index.readers.converter.page_pictures import PageNotShown
from index.readers.page.picture import PagePicture
from index.text.analyzer import Language, normalise
from index.text.sentences import Span
from index.types import Block, Document
from qa.explanation.explain import Explanation
from qa.messages import say
from qa.types import Citation
from web.page_calls import Mark, Picture, Read
from web.views.answers import Place, Source, checksum, plain, within
from web.views.explanation import render_why
from web.views.pieces import Piece, headings_above, pieces_of
from web.views.templating import direction, environment, has_letters

# Pieces shown before and after the quotation, and loaded at a time: some screens of text each. A book of
# 5,000 paragraphs opens as fast as an article.
BEFORE: Final = 20
AFTER: Final = 40
MORE: Final = 60
MAX_FOUND: Final = 1000
"""Most places of a text that are given at once."""
_MAX_HEADINGS: Final = 500
# Deepest list nesting shown.
_MAX_DEPTH: Final = 6
# The template's macros.
_macros: Final[Any] = environment.get_template("reading_pane.html").module


@dataclass(frozen=True)
class View:
    """Contents of the pane, as HTML except `copied`.

    Attributes:
        heading: title and author.
        note: a message about the document, if any.
        paragraphs: the pieces from `first` to `last`.
        first, last, total: range of the pieces shown, and number of all.
        copied: the quotation with its reference, as text to copy; empty if it no longer matches.
        outline: the document's headings when it is opened; empty when more of it is loaded.
        sheet: the page that the quotation begins on, or that is shown; 0 where no page can be shown.
        sheets: how many pages there are, where one is shown.
        sheet_place: which of them it is, in words.
    """

    heading: str
    note: str = ""
    paragraphs: str = ""
    first: int = 0
    last: int = 0
    total: int = 0
    copied: str = ""
    outline: str = ""
    sheet: int = 0
    sheets: int = 0
    sheet_place: str = ""

    def data(self) -> dict[str, Any]:
        """The view as data for the page's script."""
        return asdict(self)


@dataclass(frozen=True)
class _Run:
    """A run of text; with the name of a link, highlighted as its target, and the answer in it more."""

    text: str
    name: str = ""
    quoted: bool = True
    marked: Span | None = None
    found: bool = False


@dataclass(frozen=True)
class _Cell:
    """A table cell; without letters it has the table's direction."""

    way: Markup
    runs: tuple[_Run, ...]


@dataclass(frozen=True)
class _Part:
    """View of a piece, or of adjacent rows of one table.

    Attributes:
        way: its `lang` and `dir`.
        number: its paragraph number, if shown; else 0.
        sheet: the page of the document that begins with it, or 0.
        tag, kind: its HTML element and CSS class.
        indent: list depth, from 0.
        label: a list item's number or bullet, if not in the text.
        runs: its text.
        columns, rows: column headings and rows of a table.
    """

    way: Markup
    number: int
    sheet: int = 0
    tag: str = "p"
    kind: str = ""
    indent: int = 0
    label: str = ""
    runs: tuple[_Run, ...] = ()
    columns: tuple[_Cell, ...] = ()
    rows: tuple[tuple[_Cell, ...], ...] = ()


def gone(page: Language) -> View:
    """View for a document that no longer exists."""
    return View("", str(_macros.note(say("document_gone", page))))


def is_unchanged(mark: Mark, document: Document) -> bool:
    """Whether the document's text in the span of a highlight is what it was."""
    return checksum(document.text[mark.start : mark.end]) == mark.check


def read(document: Document, sent: Read) -> View:
    """Renders a document in its layout with highlighted quotations, each block in its own direction.

    Args:
        document: the document of the request.
        sent: the part to show, and the highlights.
    """
    pieces = pieces_of(document)
    holding = [mark for mark in sent.marks if is_unchanged(mark, document)]
    chosen = sent.marks[0] if sent.marks else None
    start = chosen.start if chosen else 0
    place = max(bisect_right(pieces, start, key=lambda piece: piece.start) - 1, 0)
    first = max(place - BEFORE, 0) if sent.first is None else sent.first
    last = min(place + AFTER if sent.last is None else sent.last, len(pieces), first + BEFORE + MORE)
    source = Source.of(document)
    parts = list(_parts(document.text, pieces, range(first, last), holding, source))
    shown = str(_macros.parts(parts, bool(document.digest), sent.language))
    title = source.title or say("untitled", sent.language)
    heading = str(_macros.heading(title, Place.of(replace(source, title=""), sent.language)))
    sheet = 0
    if document.digest and pieces:
        sheet = document.pages(start, chosen.end if chosen else start + 1)[0] or pieces[place].block.page
    view = View(heading, paragraphs=shown, first=first, last=last, total=len(pieces), sheet=sheet)
    if sent.first is None:
        view = replace(view, outline=_outline(document, pieces))
    if chosen is None:
        return view
    if chosen not in holding or not pieces:
        return replace(view, note=str(_macros.note(say("document_changed", sent.language))))
    where = _place_of(chosen, document, place, sent.language)
    quote = document.text[chosen.start : chosen.end]
    spoken = source.language_of(quote, pieces[place].block.columns)
    return replace(view, copied=reference(quote, where, spoken))


def _place_of(mark: Mark, document: Document, number: int, page: Language) -> Place:
    """The reference of a highlight, which begins in the piece of the document with this number."""
    pieces = pieces_of(document)
    piece = pieces[number]
    sure = document.confidences(mark.start, mark.end)
    sheets = document.pages(mark.start, mark.end)
    return Place.of(
        Source.of(document),
        page,
        paragraph=piece.number,
        headings=headings_above(document.text, pieces, number),
        sheets=sheets if sheets[0] else (piece.block.page, piece.block.page),
        recognition=max(1, round(sum(sure) / len(sure))) if sure else 0,
    )


def show_page(document: Document, sent: Picture, draw: Callable[[int, int, int], PagePicture]) -> View:
    """Renders the picture of a page, with the chosen quotation boxed if it stands there.

    Args:
        document: the document of the request.
        sent: the quotation, if any, and the page; its other highlights aren't shown.
        draw: draws a page, given its number and the span of the quotation.
    """
    spoken, chosen = sent.language, sent.marks[0] if sent.marks else None
    source = Source.of(document)
    title = source.title or say("untitled", spoken)
    heading = str(_macros.heading(title, Place.of(replace(source, title=""), spoken)))
    if chosen and not is_unchanged(chosen, document):
        return View(heading, str(_macros.note(say("document_changed", spoken))))
    start, end = (chosen.start, chosen.end) if chosen else (0, 0)
    number = sent.page or document.pages(start, max(end, 1))[0] or 1
    try:
        shown = draw(number, start, end)
    except PageNotShown as error:
        return View(heading, str(_macros.note(say(f"page_{error.reason}", spoken))))
    is_there = bool(document.on_page(number, start, end)) and end > start
    note = str(_macros.note(say("page_unmarked", spoken))) if is_there and not shown.boxes else ""
    alt = say("page_boxed" if shown.boxes else "page_shown", spoken, number=number, title=title)
    content = b64encode(shown.content).decode()
    place = say("page_of", spoken, number=number, total=shown.pages)
    view = View(heading, note, str(_macros.picture(shown, content, alt)), sheet=number)
    return replace(view, sheets=shown.pages, sheet_place=place)


def find(document: Document, text: str) -> dict[str, Any]:
    """The positions of a text in a document, ignoring tashkeel, hamza, tatweel, digits and case.

    Returns:
        `places`: the first `MAX_FOUND`, as start, end and checksum of each; `total`: how many there are.
    """
    whole, wanted = normalise(document.text), normalise(" ".join(text.split())).text
    spans: list[Span] = []
    start = whole.text.find(wanted) if wanted.strip() else -1
    while start >= 0:
        end = start + len(wanted)
        # To where the next character comes from: marks after the last letter belong to it.
        last = whole.origins[end] if end < len(whole.origins) else len(document.text)
        first = whole.origins[start]
        spans.append((first, first + len(document.text[first:last].rstrip())))
        start = whole.text.find(wanted, end)
    places = [[a, b, checksum(document.text[a:b])] for a, b in spans[:MAX_FOUND]]
    return {"places": places, "total": len(spans)}


def _outline(document: Document, pieces: Sequence[Piece]) -> str:
    """The headings of a document as buttons; empty where there are fewer than two."""
    found = [(number, piece) for number, piece in enumerate(pieces) if piece.block.kind == "heading"]
    headings = [
        (number, min(piece.block.level, _MAX_DEPTH), " ".join(document.text[piece.start : piece.end].split()))
        for number, piece in found[:_MAX_HEADINGS]
    ]
    return str(_macros.outline(headings)) if len(headings) > 1 else ""


def explained(
    source: Source, explanation: Explanation, page: Language, citation: Citation | None = None
) -> View:
    """View of an explanation.

    Args:
        source: the passage's document.
        explanation: the explanation to show.
        page: language of Dalil's own words.
        citation: what was quoted from the passage; None for one that is only near.
    """
    passage = explanation.passage
    sheets = quoted = None
    paragraph = citation.paragraph if citation else 0
    if citation is not None and citation.field == "text":
        sheets = citation.page, citation.last_page
        quoted = citation.start - passage.start, citation.end - passage.start
    place = Place.of_passage(passage, source, page, sheets=sheets, paragraph=paragraph)
    return View(_why_heading(place, page), paragraphs=render_why(explanation, page, quoted))


def unexplained(source: Source, paragraph: int, text: str, page: Language) -> View:
    """View for a passage that can't be explained, with the message `text`."""
    return View(_why_heading(Place.of(source, page, paragraph=paragraph), page), str(_macros.note(text)))


def _why_heading(place: Place, page: Language) -> str:
    return str(_macros.heading(say("why", page), place))


def reference(quote: str, place: Place, spoken: Language) -> str:
    """A quotation with its reference, for pasting into a text: in the quotation marks of its language."""
    first, last = "«»" if spoken == "ar" else "“”"
    # A quotation that is entirely direct speech has its marks already.
    marked = quote if _is_marked(quote) else f"{first}{quote}{last}"
    return " — ".join(part for part in (marked, place.text) if part)


def _is_marked(quote: str) -> bool:
    for first, last in ("«»", "“”", '""'):
        if len(quote) > 1 and quote.startswith(first) and quote.endswith(last):
            return first not in quote[1:-1] and last not in quote[1:-1]
    return False


def _parts(
    text: str, pieces: Sequence[Piece], shown: range, marks: Sequence[Mark], source: Source
) -> Iterator[_Part]:
    """The views of the pieces in order; rows of one table are grouped."""
    position = shown.start
    while position < shown.stop:
        piece = pieces[position]
        table = piece.block.table
        number = 0 if piece.is_continued else piece.number
        before = pieces[position - 1].block.page if position else 0
        sheet = piece.block.page if piece.block.page != before else 0
        if not table or not piece.block.cells:
            yield replace(_part(text, piece, marks, source), number=number, sheet=sheet)
            position += 1
            continue
        rows = [piece.block]
        while position + len(rows) < shown.stop and pieces[position + len(rows)].block.table == table:
            rows.append(pieces[position + len(rows)].block)
        yield replace(_table(text, rows, marks, source), number=number, sheet=sheet)
        position += len(rows)


def _part(text: str, piece: Piece, marks: Sequence[Mark], source: Source) -> _Part:
    block = piece.block
    runs = _runs(text, piece.start, piece.end, marks)
    way = source.way(text[piece.start : piece.end], block.columns)
    begins = piece.start == block.start
    if block.kind == "heading":
        # The pane's heading already shows the document's title.
        return _Part(way, 0, tag=f"h{min(block.level + 2, 6)}", kind="head", runs=runs)
    if block.kind == "list_item":
        label = block.label if begins and not text.startswith(block.label, block.start) else ""
        return _Part(
            way, 0, kind="item", indent=min(max(block.level, 1), _MAX_DEPTH), label=plain(label), runs=runs
        )
    kind = "" if block.kind in ("paragraph", "table_row", "table_header") else block.kind.replace("_", "-")
    label = block.label if block.kind == "footnote" and begins else ""
    label = "" if text.startswith(label, block.start) else label
    return _Part(way, 0, kind=kind, label=plain(label), runs=runs)


def _table(text: str, rows: Sequence[Block], marks: Sequence[Mark], source: Source) -> _Part:
    """Rows of one table under their column headings, repeated in each part shown."""
    way = source.way(text[rows[0].start : rows[-1].end], rows[0].columns)
    head, body = rows[0], list(rows)
    columns: tuple[_Cell, ...] = ()
    if head.kind == "table_header":
        columns, body = _cells(text, head, marks), body[1:]
    elif any(head.columns):
        columns = tuple(_Cell(_way(name), (_Run(name),)) for name in head.columns)
    lines = tuple(_cells(text, row, marks) for row in body)
    return _Part(way, 0, columns=columns if lines else (), rows=lines or (columns,))


def _cells(text: str, row: Block, marks: Sequence[Mark]) -> tuple[_Cell, ...]:
    return tuple(_Cell(_way(text[a:b]), _runs(text, a, b, marks)) for a, b in row.cells)


def _beside_found(marks: Sequence[Mark]) -> Iterator[tuple[int, int, Mark]]:
    """The spans of all marks, those of quotations without what was found in them."""
    found = sorted((mark.start, mark.end) for mark in marks if mark.found)
    for mark in marks:
        start = mark.start
        for first, last in () if mark.found else found:
            if start < last and first < mark.end:
                if start < first:
                    yield start, first, mark
                start = last
        if start < mark.end:
            yield start, mark.end, mark


def _way(cell: str) -> Markup:
    return direction(cell) if has_letters(cell) else Markup("")


def _runs(text: str, start: int, end: int, marks: Sequence[Mark]) -> tuple[_Run, ...]:
    """Splits a span of text into highlighted runs; of two overlapping marks, the first wins.

    What the reader has found comes before all others, which go on after it.
    """
    runs, position = [], start
    for first, last, mark in sorted(_beside_found(marks), key=itemgetter(0, 1)):
        if first >= end or last <= start:
            continue
        a = max(position, first)
        b = max(a, min(last, end))
        highlighted = _Run(text[a:b], mark.name, mark.quoted, within(mark.answer, a, b), mark.found)
        runs += [_Run(text[position:a]), highlighted]
        position = b
    return tuple(run for run in (*runs, _Run(text[position:end])) if run.text or run.name)
