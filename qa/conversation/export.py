"""Exports a conversation as Markdown: every question and every quotation with its reference.

Text direction is set by `<div dir>` around each block. Marks such as U+200F suffice in a viewer
that takes a paragraph's direction from its first letter (GitHub's does); most others, VS Code's and
Obsidian's among them, set every paragraph left to right unless HTML says otherwise. CommonMark parses
Markdown inside such a block if blank lines delimit it, and a viewer without HTML loses only the
direction. Names inside a reference are separated by Unicode isolates, which need no HTML.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timezone
from typing import Final

import regex

from index.text.analyzer import Language, language
from qa.conversation.converse import Conversation, Turn
from qa.conversation.stored_citation import GetDocument, StoredCitation
from qa.messages import say

# Every ASCII character that is special in Markdown or an extension of it. CommonMark allows a backslash
# before any of them; the remaining ones are never special by themselves.
_MARKUP: Final = regex.compile(r"([\\`*_{}\[\]()#+\-.!|<>&~$=:@^])")
# White space at a line's ends would make indented code and line breaks.
_LINE_BREAK: Final = regex.compile(r"[^\S\n]*\R[^\S\n]*")
_NOT_SHOWN: Final = regex.compile(r"[\p{Cc}--[\n\t]]", flags=regex.V1)
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
    text = _NOT_SHOWN.sub("\ufffd", _LINE_BREAK.sub("\n", text.strip()))
    return _MARKUP.sub(r"\\\1", text).replace("\n", "\\\n")


def _turn(turn: Turn, document: GetDocument) -> Iterator[str]:
    spoken = turn.answer.language
    yield _block(f"## {escape(' '.join(turn.question.split()))}", language(turn.question))
    lines = [f"*{turn.asked.astimezone(timezone.utc):%Y-%m-%d %H:%M} UTC*"]
    if turn.is_follow_up:
        lines.append(f"{say('searched_for', spoken)} {escape(' '.join(turn.searched.split()))}")
    quoted = turn.quoted(document)
    there = [one for one in quoted if one.citation(document)]
    gone = [one for one in quoted if one not in there]
    if not quoted:
        lines.append(escape(say("not_found", spoken)))
    yield _block("\n\n".join(lines), spoken)
    for one in there:
        yield from _quotation(one, spoken)
    if gone:
        yield _block(escape(say("no_longer_there", spoken)), spoken)
    for one in gone:
        yield from _quotation(one, spoken)


def _quotation(quoted: StoredCitation, spoken: Language) -> Iterator[str]:
    if quoted.field == "text":
        lines, way = escape(quoted.quote).split("\n"), language(quoted.quote)
    else:
        lines, way = [f"{say(quoted.field, spoken)}: {_name(quoted.quote)}"], spoken
    yield _block("\n".join(f"> {line}" for line in lines), way)
    is_text = quoted.field == "text"
    path = [quoted.title, *(quoted.headings if is_text else ())]
    where = [" › ".join(_name(step) for step in dict.fromkeys(path) if step.strip())]
    where += [_name(name) for name in (quoted.author, quoted.date) if name.strip()]
    if is_text:
        where += [say("page", spoken, number=quoted.page)] if quoted.page else []
        where += [say("paragraph", spoken, number=quoted.paragraph)]
    where = [part for part in where if part]
    where += [_name(quoted.source)] if quoted.source.strip() else []
    yield _block(f"\\[{quoted.number}\\] {' — '.join(where)}", spoken)


def _name(name: str) -> str:
    return f"{_ISOLATE}{escape(' '.join(name.split()))}{_END_ISOLATE}"


def _block(content: str, spoken: Language) -> str:
    return f'<div dir="{_DIRECTIONS[spoken]}" lang="{spoken}">\n\n{content}\n\n</div>'
