"""Cited answers as HTML: every paragraph in its own direction, every text escaped.

Nothing here reads Markdown: what texts and questions contain is shown, never interpreted.
"""

from __future__ import annotations

import html
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from index.text import Language, language
from index.types import Document, Passage
from qa.messages import say, say_confidence
from qa.types import Answer, Citation

# HTML and JSON have no place for these: NUL and its like, halves of surrogate pairs.
_UNSHOWABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
# In a line that names several things, a stray one would reorder what stands beside it.
_BIDI_CONTROLS: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")
_NEAREST: Final = 3  # passages shown where the texts don't hold the answer


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


def render_answer(answer: Answer, sources: Mapping[str, Source], turn: int, page: Language) -> str:
    """An answer, or that there is none with the nearest passages.

    Args:
        answer: what to show.
        sources: title and author by document id.
        turn: the answer's number in the conversation, from 0.
        page: the language of Dalil's own words beside the answer's text.
    """
    if not answer.found:
        nearest = [hit.passage for hit in answer.hits[:_NEAREST]]
        shown = "".join(
            _passage(passage, sources[passage.document_id], f"{turn}-near{number}", page)
            for number, passage in enumerate(nearest, 1)
        )
        heading = render_note(say("nearest", page), "nearest") if nearest else ""
        return render_note(answer.text, "not-found") + heading + shown
    cited = "".join(
        _citation(citation, sources[citation.passage.document_id], turn, page)
        for citation in answer.citations
    )
    sure = render_note(say_confidence(answer.confidence, page), "confidence")
    copy = f'<button type="button" class="quiet" data-act="copy-answer">{say("copy_answer", page)}</button>'
    return (
        f'<div class="answer">{cited}<div class="after">{sure}<div class="actions">{copy}</div></div></div>'
    )


def _citation(citation: Citation, source: Source, turn: int, page: Language) -> str:
    """A quotation, its [n], and where it stands, as blocks: no mark in it reorders what is beside it."""
    way = direction(citation.quote)
    number = _link(
        f"{turn}-{citation.number}", citation.passage, citation.start, citation.end, f"[{citation.number}]"
    )
    return (
        f'<div class="cited" {way}>{number}'
        f'<blockquote class="quote" {way}><p {way}>{escape(citation.quote)}</p></blockquote>'
        f"{_where(citation.passage, source, page)}</div>"
    )


def _passage(passage: Passage, source: Source, name: str, page: Language) -> str:
    """One of the nearest passages. The line that says where it stands opens it."""
    return (
        f'<section class="near" {direction(passage.text)}>{_where(passage, source, page, name)}'
        f'<p class="passage" {direction(passage.text)}>{escape(passage.text)}</p></section>'
    )


def _where(passage: Passage, source: Source, page: Language, name: str = "") -> str:
    paragraph = say("paragraph", page, number=passage.number)
    parts = [part for part in (source.title, source.author, paragraph) if part]
    line = " — ".join(f"<bdi {direction(part)}>{escape(part)}</bdi>" for part in parts)
    if name:
        line = _link(name, passage, passage.start, passage.end, line)
    return f'<p class="where" {direction(" ".join(parts))}>{line}</p>'


def _link(name: str, passage: Passage, start: int, end: int, content: str) -> str:
    """A link that the page's script opens beside the chat (reader.js)."""
    kind = "number" if content.startswith("[") else "place"
    check = checksum(passage.text[start - passage.start : end - passage.start])
    return (
        f'<a class="{kind}" id="cite-{name}" href="#cite-{name}" '
        f'data-document="{escape(passage.document_id)}" data-start="{start}" data-end="{end}" '
        f'data-check="{check}">{content}</a>'
    )
