"""Cited answers as HTML: every paragraph in its own direction, every text escaped.

Nothing here reads Markdown: what texts and questions contain is shown, never interpreted.
"""

from __future__ import annotations

import html
import re
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from index.text.analyzer import Language, language
from index.types import Document, Passage
from qa.conversation.stored_citation import Quoted
from qa.feedback.judgements import Verdict
from qa.messages import say, say_confidence
from qa.types import Answer, Citation

# HTML and JSON have no place for these: NUL and its like, halves of surrogate pairs.
_UNSHOWABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
# In a line that names several things, a stray one would reorder what stands beside it.
_BIDI_CONTROLS: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")
_NEAREST: Final = 3  # passages shown where the texts don't hold the answer
# A hand that approves; turned around it doesn't.
_THUMB: Final = (
    '<svg viewBox="0 0 20 20" width="17" height="17" aria-hidden="true"><path fill="none" '
    'stroke="currentColor" stroke-width="1.5" stroke-linejoin="round" d="M6.6 8.9l3.1-6.1c1.3 0 2 .9 2 '
    '2.2v2.9h3.7c1 0 1.7.9 1.5 1.9l-1 5.2c-.2.9-.9 1.5-1.8 1.5H6.6m0-7.6v7.6m0-7.6H3.4v7.6h3.2"/></svg>'
)


@dataclass(frozen=True)
class Source:
    """What a citation says of its document. Kept with the answer: the document may be removed."""

    title: str
    author: str

    @classmethod
    def of(cls, document: Document) -> Source:
        """A document's title, or where it comes from if it has none, and its author."""
        return cls(plain(document.title or document.source), plain(document.author))


def plain(name: str) -> str:
    """A name without what would reorder its neighbours in a line."""
    return _BIDI_CONTROLS.sub("", name)


def escape(text: str) -> str:
    """A text as HTML that shows it and does nothing else."""
    return html.escape(_UNSHOWABLE.sub("\ufffd", text))


def direction(text: str) -> str:
    """The `lang` and `dir` attributes of a text: those of most of its words.

    `dir="auto"` would go by the first strong letter alone, and turn an Arabic sentence around that
    starts with a Latin name.
    """
    return 'lang="ar" dir="rtl"' if language(text) == "ar" else 'lang="en" dir="ltr"'


def checksum(text: str) -> str:
    """Tells whether what stands somewhere is still what was quoted: 8 hexadecimal digits."""
    return f"{zlib.crc32(text.encode('utf-8', 'surrogatepass')):08x}"


def render_turn(number: int, question: str, reply: str) -> str:
    """A question and its reply, which is HTML made by one of the functions below."""
    heading = (
        f'<h2 class="question" {direction(question)}>{escape(question)}</h2>' if question.strip() else ""
    )
    return f'<article class="turn" id="turn-{number}">{heading}{reply}</article>'


def render_note(text: str, kind: str) -> str:
    """A sentence of Dalil's own; `kind` is its class for the style sheet."""
    return f'<p class="note {kind}" {direction(text)}>{escape(text)}</p>'


def render_searched(question: str, searched: str, page: Language) -> str:
    """What was searched for, where it isn't the question alone, and how to have that searched for.

    The words that were added may be in another language: they have their own direction.
    """
    said, button = say("searched_for", page), _button("alone", say("as_it_stands", page))
    parts = (
        [question, searched.removeprefix(question).strip()] if searched.startswith(question) else [searched]
    )
    shown = " ".join(f"<bdi {direction(part)}>{escape(part)}</bdi>" for part in parts)
    whole = f"<bdi {direction(question)}>{shown}</bdi>"
    return f'<div class="searched" {direction(said)}><p>{escape(said)} {whole}</p>{button}</div>'


def render_actions(copied: bool, judged: bool, verdict: Verdict | None, page: Language) -> str:
    """What can be done with an answer.

    Args:
        copied: whether there is anything to copy.
        judged: whether the reader may say if it is right.
        verdict: what the reader has said, if anything.
        page: the page's language.
    """
    copy = _button("copy-answer", say("copy_answer", page))
    verdicts: tuple[Verdict, ...] = ("right", "wrong")
    thumbs = "".join(
        f'<button type="button" class="quiet thumb" data-act="judge" data-verdict="{one}" '
        f'aria-pressed="{str(verdict == one).lower()}" aria-label="{escape(say(one, page))}" '
        f'title="{escape(say(one, page))}">{_THUMB}</button>'
        for one in verdicts
    )
    return f"{copy if copied else ''}{thumbs if judged else ''}"


def render_lost(lost: Sequence[Quoted], page: Language) -> str:
    """What was quoted and doesn't stand where it stood any more, under words that say so."""
    if not lost:
        return ""
    shown = []
    for quoted in lost:
        quote, way = escape(quoted.quote), direction(quoted.quote)
        parts = [plain(quoted.title or quoted.source), plain(quoted.author)]
        parts = [part for part in (*parts, say("paragraph", page, number=quoted.paragraph)) if part]
        shown.append(
            f'<div class="cited" {way}><span class="number">[{quoted.number}]</span>'
            f'<blockquote class="quote" {way}><p {way}>{quote}</p></blockquote>{_line(parts)}</div>'
        )
    return f'<div class="lost">{render_note(say("no_longer_there", page), "gone")}{"".join(shown)}</div>'


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
        sources: title and author by document id.
        turn: the answer's number in the conversation, from 0.
        page: the language of Dalil's own words beside the answer's text.
        actions: made by `render_actions`.
        lost: made by `render_lost`.
    """
    if not answer.found and not lost:
        nearest = [hit.passage for hit in answer.hits[:_NEAREST]]
        shown = "".join(
            _passage(passage, sources[passage.document_id], f"{turn}-near{number}", page)
            for number, passage in enumerate(nearest, 1)
        )
        heading = render_note(say("nearest", page), "nearest") if nearest else ""
        return render_note(answer.text, "not-found") + heading + shown + _after("", actions)
    cited = "".join(
        _citation(citation, sources[citation.passage.document_id], turn, page)
        for citation in answer.citations
    )
    sure = render_note(say_confidence(answer.confidence, page), "confidence") if answer.found else ""
    return f'<div class="answer">{cited}{lost}{_after(sure, actions)}</div>'


def _button(act: str, label: str) -> str:
    """A button that the page's script acts on (chat.js)."""
    return f'<button type="button" class="quiet" data-act="{act}">{escape(label)}</button>'


def _after(said: str, actions: str) -> str:
    return f'<div class="after">{said}<div class="actions">{actions}</div></div>' if said or actions else ""


def _citation(citation: Citation, source: Source, turn: int, page: Language) -> str:
    """A quotation, its [n], and where it stands, as blocks: no mark in it reorders what is beside it."""
    way = direction(citation.quote)
    number = _link(
        f"{turn}-{citation.number}", citation.passage, citation.start, citation.end, f"[{citation.number}]"
    )
    return (
        f'<div class="cited" {way}>{number}'
        f'<blockquote class="quote" {way}><p {way}>{escape(citation.quote)}</p></blockquote>'
        f'<div class="beside">{_where(citation.passage, source, page)}{_why(page)}</div></div>'
    )


def _passage(passage: Passage, source: Source, name: str, page: Language) -> str:
    """One of the nearest passages. The line that says where it stands opens it."""
    return (
        f'<section class="near" {direction(passage.text)}>{_where(passage, source, page, name)}'
        f'<p class="passage" {direction(passage.text)}>{escape(passage.text)}</p>{_why(page)}</section>'
    )


def _where(passage: Passage, source: Source, page: Language, name: str = "") -> str:
    paragraph = say("paragraph", page, number=passage.number)
    parts = [part for part in (source.title, source.author, paragraph) if part]
    if not name:
        return _line(parts)
    return _line(parts, lambda line: _link(name, passage, passage.start, passage.end, line))


def _line(parts: Sequence[str], link: Callable[[str], str] = str) -> str:
    """The line that says where something stands."""
    line = link(" — ".join(f"<bdi {direction(part)}>{escape(part)}</bdi>" for part in parts))
    return f'<p class="where" {direction(" ".join(parts))}>{line}</p>'


def _why(page: Language) -> str:
    why = say("why", page)
    return f'<button type="button" class="why-this" data-act="why" {direction(why)}>{escape(why)}</button>'


def _link(name: str, passage: Passage, start: int, end: int, content: str) -> str:
    """A link that the page's script opens beside the chat (reader.js)."""
    kind = "number" if content.startswith("[") else "place"
    check = checksum(passage.text[start - passage.start : end - passage.start])
    return (
        f'<a class="{kind}" id="cite-{name}" href="#cite-{name}" '
        f'data-document="{escape(passage.document_id)}" data-start="{start}" data-end="{end}" '
        f'data-check="{check}">{content}</a>'
    )
