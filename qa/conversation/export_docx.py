"""Exports a conversation as a Word file: every paragraph in its own direction, the answers in bold.

A quoted table row is a table, with the headings of its columns.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Final

from index.text.analyzer import Language, language, language_among
from index.text.sentences import Span
from qa.conversation.converse import Conversation, Turn
from qa.conversation.export import (
    about_turn,
    cells_of,
    column_headings,
    reference_parts,
    title_of,
    unquoted,
)
from qa.conversation.stored_citation import GetDocument, StoredCitation
from qa.messages import say

if TYPE_CHECKING:
    from docx.document import Document as WordDocument
    from docx.text.paragraph import Paragraph

# XML 1.0 has no such characters.
_NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_FACE: Final = "Noto Naskh Arabic"
# Word's limit of a table.
_MAX_COLUMNS: Final = 63


def to_docx(conversation: Conversation, document: GetDocument, title: str = "") -> bytes:
    """Returns a conversation as a Word file (.docx).

    Quotations are verified again, as by `qa.conversation.export.to_markdown`.

    Args:
        conversation: the conversation to export.
        document: returns the current document with an id; raises KeyError if there is none.
        title: the conversation's name, if it has one.
    """
    import docx

    written, title = docx.Document(), title_of(title)
    # Word's limit of a property.
    written.core_properties.title = _NOT_XML.sub("\ufffd", title[:255])
    written.core_properties.author = "Dalil"
    _Text("Heading 1", [(title, False)], language(title)).add_to(written)
    for turn in conversation.turns:
        for part in _turn(turn, document):
            part.add_to(written)
    buffer = BytesIO()
    written.save(buffer)
    return buffer.getvalue()


_Pieces = list[tuple[str, bool]]  # texts, and whether they are bold


@dataclass(frozen=True)
class _Text:
    """A paragraph: its style, its pieces, its direction."""

    style: str
    pieces: _Pieces
    way: Language

    def add_to(self, written: WordDocument) -> None:
        _fill(written.add_paragraph(style=self.style), self.pieces, self.way)


@dataclass(frozen=True)
class _Row:
    """A table of one row: the headings of its columns, its cells, its direction."""

    columns: tuple[str, ...]
    cells: list[_Pieces]
    way: Language

    def add_to(self, written: WordDocument) -> None:
        from docx.enum.table import WD_TABLE_DIRECTION

        table = written.add_table(rows=0, cols=len(self.columns), style="Table Grid")
        table.table_direction = WD_TABLE_DIRECTION.RTL if self.way == "ar" else WD_TABLE_DIRECTION.LTR
        headings: list[_Pieces] = [[(heading, True)] for heading in self.columns]
        for pieces in (headings, self.cells):
            for cell, shown in zip(table.add_row().cells, pieces, strict=True):
                way = language_among(["".join(text for text, _ in shown)], self.way)
                _fill(cell.paragraphs[0], shown, way)


def _turn(turn: Turn, document: GetDocument) -> Iterator[_Text | _Row]:
    """The parts of a turn."""
    spoken = turn.answer.language
    yield _Text("Heading 2", [(turn.question, False)], language(turn.question))
    for line in about_turn(turn):
        yield _Text("Normal", [(line, False)], spoken)
    quoted = turn.quoted(document)
    if not quoted:
        yield _Text("Normal", [(unquoted(turn), False)], spoken)
    gone = []
    for one in quoted:
        citation = one.citation(document)
        if citation is None:
            gone.append(one)
        else:
            yield from _quotation(one, spoken, one.spoken(document), citation.marked)
    if gone:
        yield _Text("Normal", [(say("no_longer_there", spoken), False)], spoken)
    for one in gone:
        yield from _quotation(one, spoken, one.spoken(document), None)


def _quotation(
    quoted: StoredCitation, spoken: Language, way: Language, marked: Span | None
) -> Iterator[_Text | _Row]:
    cells = cells_of(quoted)
    if 0 < len(cells) <= _MAX_COLUMNS:
        yield _Row(quoted.columns, [_pieces(quoted.quote, marked, *cell) for cell in cells], way)
    elif quoted.field == "text":
        above = (column_headings(quoted), False)
        yield _Text("Quote", [above, *_pieces(quoted.quote, marked, 0, len(quoted.quote))], way)
    else:
        label = (f"{say(quoted.field, spoken)}: ", False)
        yield _Text("Quote", [label, *_pieces(quoted.quote, marked, 0, len(quoted.quote))], spoken)
    reference = f"[{quoted.number}] {' — '.join(reference_parts(quoted, spoken))}"
    yield _Text("Normal", [(reference, False)], spoken)


def _pieces(quote: str, marked: Span | None, start: int, end: int) -> _Pieces:
    """A part of a quotation, with what of the answer is in it in bold."""
    first, last = (min(max(edge, start), end) for edge in marked or (start, start))
    return [(quote[start:first], False), (quote[first:last], True), (quote[last:end], False)]


def _fill(paragraph: Paragraph, pieces: _Pieces, way: Language) -> None:
    for text, is_bold in pieces:
        if text:
            run = paragraph.add_run(_NOT_XML.sub("\ufffd", text))
            run.bold = True if is_bold else None
    if way == "ar":
        _turn_round(paragraph)


def _turn_round(paragraph: Paragraph) -> None:
    """Sets a paragraph from right to left (ECMA-376: `w:bidi`, and `w:rtl` of its runs)."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    properties = paragraph._p.get_or_add_pPr()
    # The schema has it before spacing, indents and alignment.
    properties.insert_element_before(
        OxmlElement("w:bidi"), "w:adjustRightInd", "w:snapToGrid", "w:spacing", "w:ind", "w:jc", "w:rPr"
    )
    for run in paragraph.runs:
        font = run.font
        font.rtl = True
        if run.bold:
            font.cs_bold = True  # the bold of right-to-left runs
        fonts = run._r.get_or_add_rPr().get_or_add_rFonts()
        fonts.set(qn("w:cs"), _FACE)
