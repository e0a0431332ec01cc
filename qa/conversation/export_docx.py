"""Exports a conversation as a Word file: every paragraph in its own direction, the answers in bold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING, Final

from index.text.analyzer import Language, language
from index.text.sentences import Span
from qa.conversation.converse import Conversation, Turn
from qa.conversation.export import about_turn, column_headings, reference_parts, title_of, unquoted
from qa.conversation.stored_citation import GetDocument, StoredCitation
from qa.messages import say

if TYPE_CHECKING:
    from docx.document import Document as WordDocument
    from docx.text.paragraph import Paragraph

# XML 1.0 has no such characters.
_NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_FACE: Final = "Noto Naskh Arabic"


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
    _add(written, "Heading 1", [(title, False)], language(title))
    for turn in conversation.turns:
        for style, pieces, way in _turn(turn, document):
            _add(written, style, pieces, way)
    buffer = BytesIO()
    written.save(buffer)
    return buffer.getvalue()


_Pieces = list[tuple[str, bool]]  # texts, and whether they are bold


def _turn(turn: Turn, document: GetDocument) -> Iterator[tuple[str, _Pieces, Language]]:
    """The paragraphs of a turn: style, pieces, direction."""
    spoken = turn.answer.language
    yield "Heading 2", [(turn.question, False)], language(turn.question)
    for line in about_turn(turn):
        yield "Normal", [(line, False)], spoken
    quoted = turn.quoted(document)
    if not quoted:
        yield "Normal", [(unquoted(turn), False)], spoken
    gone = []
    for one in quoted:
        citation = one.citation(document)
        if citation is None:
            gone.append(one)
        else:
            yield from _quotation(one, spoken, citation.marked)
    if gone:
        yield "Normal", [(say("no_longer_there", spoken), False)], spoken
    for one in gone:
        yield from _quotation(one, spoken, None)


def _quotation(
    quoted: StoredCitation, spoken: Language, marked: Span | None
) -> Iterator[tuple[str, _Pieces, Language]]:
    first, last = marked or (0, 0)
    quote = quoted.quote
    pieces = [
        (column_headings(quoted), False),
        (quote[:first], False),
        (quote[first:last], True),
        (quote[last:], False),
    ]
    way = language(quote)
    if quoted.field != "text":
        pieces.insert(0, (f"{say(quoted.field, spoken)}: ", False))
        way = spoken
    yield "Quote", pieces, way
    yield "Normal", [(f"[{quoted.number}] {' — '.join(reference_parts(quoted, spoken))}", False)], spoken


def _add(written: WordDocument, style: str, pieces: _Pieces, way: Language) -> None:
    paragraph = written.add_paragraph(style=style)
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
