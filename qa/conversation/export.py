"""Exports a conversation as Markdown that reads as plain text, too.

There is no HTML in it, and a backslash only where a character would be read as Markdown. Text direction is
left to the viewer, which takes a paragraph's from its first letter: where that is of the other direction, an
invisible mark (U+200F, U+200E) stands before it. Names inside a reference are separated by Unicode isolates.

The answer within a quotation is bold: whole words, so that asterisks part no joined letters where the file
is read as plain text, from the first letter or digit to the last.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from datetime import timezone
from itertools import pairwise
from typing import Final

import regex

from index.scope import Scope
from index.text import bidi
from index.text.analyzer import Language, language
from index.text.context import headings_below
from index.text.sentences import Span
from index.text.structure.cells import row_cells
from qa.answering.courtesy import courteous
from qa.collections.types import BUILT_IN
from qa.conversation.converse import Conversation, Turn
from qa.conversation.stored_citation import GetDocument, StoredCitation
from qa.messages import say, say_as_of, say_confidence, say_not_found, say_pages, say_scope
from qa.punctuation import COMMA

# What Markdown (CommonMark, GFM and common extensions) reads as markup, and only there.
_INLINE: Final = regex.compile(
    r"\\(?=[!-/:-@\[-`{-~]|$)|[`*]"
    r"|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])"
    r"|<(?=[\p{L}/!?])|&(?=#?\w+;)|:(?=\w+:)|=(?==)|(?<==)=|(?<=\s)\#(?=\#*\s*$)",
    regex.MULTILINE,
)
# At the beginning of a line: headings, quotes, lists, rules, underlines of headings, rows that make tables.
_AT_START: Final = regex.compile(
    r"^(?:\#(?=\#{0,5}(?:\s|$))|>|[-+](?=\s|$)|\d{1,9}\K[.)](?=\s|$)|[-=|:+](?=[-=|:\s]*$))", regex.MULTILINE
)
# In pairs alone.
_PAIRED: Final = "$~"
_LINK: Final = regex.compile(r"\][(\[:]|\[\^")
# White space at a line's ends would make indented code and line breaks.
_LINE_BREAK: Final = regex.compile(r"[^\S\n]*\R[^\S\n]*")
_NOT_SHOWN: Final = regex.compile(r"[\p{Cc}--[\n\t]]", flags=regex.V1)
_SPACE: Final = regex.compile(r"\s")
# As in a table's rows (index.text.structure.cells).
_BETWEEN_CELLS: Final = " | "
# What can be bold: from a letter or digit to the last one of a line. Asterisks with punctuation inside and a
# letter outside wouldn't be read as emphasis.
_PHRASE: Final = regex.compile(r"[\p{L}\p{N}](?:[^\n\v\f\r\x85\u2028\u2029]*[\p{L}\p{N}\p{M}])?")


def to_markdown(conversation: Conversation, document: GetDocument, title: str = "") -> str:
    """Returns a conversation as Markdown (CommonMark).

    Quotations are verified again. Those no longer found in their documents are listed under a note that
    says so.

    Args:
        conversation: the conversation to export.
        document: returns the current document with an id; raises KeyError if there is none.
        title: the conversation's name, if it has one.
    """
    title = title_of(title)
    first = _line("# ", escape(title), language(title))
    return (
        "\n\n".join([first, *(block for turn in conversation.turns for block in _turn(turn, document))])
        + "\n"
    )


def title_of(name: str) -> str:
    """The title of an exported conversation: its name, or what it is, in both languages."""
    return " ".join(name.split()) or f"{say('conversation', 'ar')} · {say('conversation', 'en')}"


def unquoted(turn: Turn) -> str:
    """What an answer without quotations says: that nothing was found, or Dalil's reply to a courtesy."""
    own = courteous(turn.question)
    scope = Scope.of(turn.answer.within)
    return own.text if own else say_not_found(turn.answer.missing, turn.answer.language, scope)


def cells_of(quoted: StoredCitation) -> list[Span]:
    """The span of each cell of a quoted table row, one for each column heading; none of other text."""
    return (row_cells(quoted.quote, quoted.columns) or []) if quoted.field == "text" else []


def column_headings(quoted: StoredCitation) -> str:
    """The headings of a quoted table row's columns, as a line to stand above it; empty for other text."""
    return f"{_BETWEEN_CELLS.join(quoted.columns)}\n" if cells_of(quoted) else ""


def escape(text: str) -> str:
    """Escapes a text so that Markdown shows it literally, with its line breaks."""
    return _emphasised(text, None)


def about_turn(turn: Turn) -> list[str]:
    """The details of an answer besides its quotations: time, collection, confidence; plain text."""
    spoken = turn.answer.language
    lines = [f"{turn.asked.astimezone(timezone.utc):%Y-%m-%d %H:%M} UTC"]
    if turn.collection:
        name = say("built_in", spoken) if turn.collection == BUILT_IN else turn.collection
        lines.append(f"{say('collection', spoken)}: {isolated(name)}")
    if scope := Scope.of(turn.answer.within):
        lines.append(f"{say('asked_within', spoken)} {COMMA[spoken].join(say_scope(scope, spoken))}")
    if turn.is_follow_up:
        lines.append(f"{say('searched_for', spoken)} {' '.join(turn.expanded_question.split())}")
    if turn.answer.found:
        share = f"{round(100 * turn.answer.confidence)}%"
        lines.append(f"{say_confidence(turn.answer.confidence, spoken)} ({share})")
    return lines


def reference_parts(quoted: StoredCitation, spoken: Language) -> list[str]:
    """The parts of a quotation's reference: path, author, dates, page, paragraph and source; plain text."""
    is_text = quoted.field == "text"
    path = [quoted.title, *(headings_below(quoted.title, quoted.headings) if is_text else ())]
    where = [" › ".join(isolated(step) for step in dict.fromkeys(path) if step.strip())]
    where += [isolated(name) for name in (quoted.author, quoted.date) if name.strip()]
    where += [say_as_of(quoted.fetched, spoken)] if quoted.fetched else []
    if is_text:
        where += [say_pages(quoted.page, quoted.last_page, spoken)] if quoted.page else []
        where += [say("paragraph", spoken, number=quoted.quote_paragraph or quoted.paragraph)]
        where += [say("recognized", spoken, number=quoted.recognition)] if quoted.recognition else []
    where += [isolated(quoted.source)] if quoted.source.strip() else []
    return [part for part in where if part]


def isolated(name: str) -> str:
    """A name within a line of the other direction."""
    return bidi.isolated(" ".join(_SPACE.sub(" ", name).split()))


def _turn(turn: Turn, document: GetDocument) -> Iterator[str]:
    spoken = turn.answer.language
    yield _line("## ", escape(" ".join(turn.question.split())), language(turn.question))
    yield "\n\n".join(_line("", escape(line), spoken) for line in about_turn(turn))
    quoted = turn.quoted(document)
    verified = {one.number: one.citation(document) for one in quoted}
    gone = [one for one in quoted if verified[one.number] is None]
    if not quoted:
        for line in unquoted(turn).split("\n"):
            yield _line("", escape(line), spoken)
    for one in quoted:
        if citation := verified[one.number]:
            yield from _quotation(one, spoken, one.spoken(document), citation.marked)
    if gone:
        yield _line("", escape(say("no_longer_there", spoken)), spoken)
    for one in gone:
        yield from _quotation(one, spoken, one.spoken(document), None)


def _quotation(quoted: StoredCitation, spoken: Language, way: Language, marked: Span | None) -> Iterator[str]:
    if quoted.field == "text":
        above = column_headings(quoted)
        marked = (len(above) + marked[0], len(above) + marked[1]) if marked else None
        lines = _emphasised(f"{above}{quoted.quote}", marked).split("\n")
    else:
        name = _emphasised(_SPACE.sub(" ", quoted.quote), marked)
        lines, way = [f"{say(quoted.field, spoken)}: {bidi.isolated(name)}"], spoken
    yield "\n".join(_line("> ", line, way) for line in lines)
    parts = " — ".join(map(escape, reference_parts(quoted, spoken)))
    yield _line("", f"[{quoted.number}] {parts}", spoken)


def _line(before: str, line: str, spoken: Language) -> str:
    """A line whose first letter gives it its direction, after Markdown's own characters."""
    return f"{before}{'' if _first_way(line) == spoken else bidi.DIRECTION_MARKS[spoken]}{line}"


def _first_way(line: str) -> Language | None:
    """The direction that a viewer takes from a line's first letter outside isolates (UAX #9, rule P2)."""
    depth = 0
    for character in line:
        kind = unicodedata.bidirectional(character)
        depth += (kind in ("LRI", "RLI", "FSI")) - (kind == "PDI" and depth > 0)
        if not depth and kind in ("L", "R", "AL"):
            return "en" if kind == "L" else "ar"
    return None


def _emphasised(text: str, span: Span | None) -> str:
    """Escapes a text; the span is bold."""
    lead = len(text) - len(text.lstrip())
    text = text.strip()
    bold: list[Span] = []
    if span is not None:
        bold = [match.span() for match in _PHRASE.finditer(text, max(span[0] - lead, 0), span[1] - lead)]
    edges = [0, *(edge for phrase in bold for edge in phrase), len(text)]
    # Every second piece is bold. They part at letters, so that no line break is in two of them.
    pieces = [_shown(text[first:last]) for first, last in pairwise(edges)]
    needed, start, parts = _read_as_markup("".join(pieces)), 0, []
    for number, piece in enumerate(pieces):
        escaped = "".join(f"\\{c}" if start + at in needed else c for at, c in enumerate(piece))
        if piece.endswith("\\") and number + 1 < len(pieces) and not escaped.endswith("\\\\"):
            escaped += "\\"  # what follows are asterisks, which it would take the meaning of
        parts.append(f"**{escaped}**" if number % 2 else escaped)
        start += len(piece)
    # Two spaces at a line's end are a line break, and aren't seen in plain text.
    return "".join(parts).replace("\n", "  \n")


def _shown(text: str) -> str:
    return _NOT_SHOWN.sub("\ufffd", _LINE_BREAK.sub("\n", text))


def _read_as_markup(text: str) -> set[int]:
    """The positions of the characters that Markdown would read as markup."""
    found = {match.start() for pattern in (_INLINE, _AT_START) for match in pattern.finditer(text)}
    others = [mark for mark in _PAIRED if text.count(mark) > 1] + (list("[]") if _LINK.search(text) else [])
    return found | {at for at, character in enumerate(text) if character in others}
