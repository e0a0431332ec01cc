"""Exports a conversation as Markdown: every question and every quotation with its reference.

Text direction is set by `<div dir>` around each block. Marks such as U+200F suffice in a viewer
that takes a paragraph's direction from its first letter (GitHub's does); most others, VS Code's and
Obsidian's among them, set every paragraph left to right unless HTML says otherwise. CommonMark parses
Markdown inside such a block if blank lines delimit it, and a viewer without HTML loses only the
direction. Names inside a reference are separated by Unicode isolates, which need no HTML.

The answer within a quotation is bold: whole words, so that asterisks part no joined letters where the file
is read as plain text, from the first letter or digit to the last.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timezone
from typing import Final

import regex

from index.text.analyzer import Language, language
from index.text.sentences import Span
from qa.conversation.converse import Conversation, Turn
from qa.conversation.stored_citation import GetDocument, StoredCitation
from qa.messages import say, say_not_found

# Every ASCII character that is special in Markdown or an extension of it. CommonMark allows a backslash
# before any of them; the remaining ones are never special by themselves.
_MARKUP: Final = regex.compile(r"([\\`*_{}\[\]()#+\-.!|<>&~$=:@^])")
# White space at a line's ends would make indented code and line breaks.
_LINE_BREAK: Final = regex.compile(r"[^\S\n]*\R[^\S\n]*")
_NOT_SHOWN: Final = regex.compile(r"[\p{Cc}--[\n\t]]", flags=regex.V1)
_SPACE: Final = regex.compile(r"\s")
# What can be bold: from a letter or digit to the last one of a line. Asterisks with punctuation inside and a
# letter outside wouldn't be read as emphasis.
_PHRASE: Final = regex.compile(r"[\p{L}\p{N}](?:[^\n\v\f\r\x85\u2028\u2029]*[\p{L}\p{N}\p{M}])?")
_ISOLATE, _END_ISOLATE = "\u2068", "\u2069"
_DIRECTIONS: Final[dict[Language, str]] = {"ar": "rtl", "en": "ltr"}


def to_markdown(conversation: Conversation, document: GetDocument) -> str:
    """Returns a conversation as Markdown (CommonMark).

    Quotations are verified again. Those no longer found in their documents are listed under a note that
    says so.

    Args:
        conversation: the conversation to export.
        document: returns the current document with an id; raises KeyError if there is none.
    """
    title = f"# {say('conversation', 'ar')} · {say('conversation', 'en')}"
    return (
        "\n\n".join([title, *(block for turn in conversation.turns for block in _turn(turn, document))])
        + "\n"
    )


def escape(text: str) -> str:
    """Escapes a text so that Markdown shows it literally, with its line breaks."""
    return _literal(text.strip())


def _literal(text: str) -> str:
    """Escapes a part of a text, white space at its ends included."""
    text = _NOT_SHOWN.sub("\ufffd", _LINE_BREAK.sub("\n", text))
    return _MARKUP.sub(r"\\\1", text).replace("\n", "\\\n")


def _turn(turn: Turn, document: GetDocument) -> Iterator[str]:
    spoken = turn.answer.language
    yield _block(f"## {escape(' '.join(turn.question.split()))}", language(turn.question))
    lines = [f"*{turn.asked.astimezone(timezone.utc):%Y-%m-%d %H:%M} UTC*"]
    if turn.is_follow_up:
        lines.append(f"{say('searched_for', spoken)} {escape(' '.join(turn.searched.split()))}")
    quoted = turn.quoted(document)
    verified = {one.number: one.citation(document) for one in quoted}
    gone = [one for one in quoted if verified[one.number] is None]
    if not quoted:
        lines += map(escape, say_not_found(turn.answer.missing, spoken).split("\n"))
    yield _block("\n\n".join(lines), spoken)
    for one in quoted:
        if citation := verified[one.number]:
            yield from _quotation(one, spoken, citation.marked)
    if gone:
        yield _block(escape(say("no_longer_there", spoken)), spoken)
    for one in gone:
        yield from _quotation(one, spoken, None)


def _quotation(quoted: StoredCitation, spoken: Language, marked: Span | None) -> Iterator[str]:
    if quoted.field == "text":
        lines, way = _emphasised(quoted.quote, marked).split("\n"), language(quoted.quote)
    else:
        lines, way = [f"{say(quoted.field, spoken)}: {_name(quoted.quote, marked)}"], spoken
    yield _block("\n".join(f"> {line}" for line in lines), way)
    is_text = quoted.field == "text"
    path = [quoted.title, *(quoted.headings if is_text else ())]
    where = [" › ".join(_name(step) for step in dict.fromkeys(path) if step.strip())]
    where += [_name(name) for name in (quoted.author, quoted.date) if name.strip()]
    if is_text:
        where += [say("page", spoken, number=quoted.page)] if quoted.page else []
        where += [say("paragraph", spoken, number=quoted.paragraph)]
        where += [say("recognized", spoken, number=quoted.recognition)] if quoted.recognition else []
    where = [part for part in where if part]
    where += [_name(quoted.source)] if quoted.source.strip() else []
    yield _block(f"\\[{quoted.number}\\] {' — '.join(where)}", spoken)


def _emphasised(text: str, span: Span | None) -> str:
    """Escapes a text; what is in the span is bold."""
    if span is None:
        return escape(text)
    lead = len(text) - len(text.lstrip())
    text, start, end = text.strip(), max(span[0] - lead, 0), span[1] - lead
    pieces, position = [], 0
    for match in _PHRASE.finditer(text, start, end):
        pieces += [_literal(text[position : match.start()]), f"**{_literal(match.group())}**"]
        position = match.end()
    return "".join((*pieces, _literal(text[position:])))


def _name(name: str, marked: Span | None = None) -> str:
    escaped = _emphasised(_SPACE.sub(" ", name), marked)
    return f"{_ISOLATE}{' '.join(escaped.split())}{_END_ISOLATE}"


def _block(content: str, spoken: Language) -> str:
    return f'<div dir="{_DIRECTIONS[spoken]}" lang="{spoken}">\n\n{content}\n\n</div>'
