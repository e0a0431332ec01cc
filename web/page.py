"""Cited answers as HTML: every paragraph in its own direction, every text escaped.

Nothing here reads Markdown: what texts and questions contain is shown, never interpreted.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable
from itertools import groupby
from operator import attrgetter
from typing import Final

from index.text import language
from index.types import Document, Passage
from qa.messages import say, say_confidence
from qa.types import Answer, Citation

# HTML and JSON have no place for these: NUL and its like, halves of surrogate pairs.
_UNSHOWABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
# In a line that names several things, a stray one would reorder what stands beside it.
_BIDI_CONTROLS: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")
_NEAREST: Final = 3  # passages shown where the texts don't hold the answer


def escape(text: str) -> str:
    """A text as HTML that shows it and does nothing else."""
    return html.escape(_UNSHOWABLE.sub("\ufffd", text))


def direction(text: str) -> str:
    """The `lang` and `dir` attributes of a text: those of most of its words.

    `dir="auto"` would go by the first strong letter alone, and turn an Arabic sentence around that
    starts with a Latin name.
    """
    return 'lang="ar" dir="rtl"' if language(text) == "ar" else 'lang="en" dir="ltr"'


def render_turn(question: str, reply: str) -> str:
    """A question and its reply, which is HTML made by one of the functions below."""
    heading = (
        f'<h2 class="question" {direction(question)}>{escape(question)}</h2>' if question.strip() else ""
    )
    return f'<article class="turn">{heading}{reply}</article>'


def render_note(text: str, kind: str) -> str:
    """A sentence of Dalil's own; `kind` is its class for the style sheet."""
    return f'<p class="note {kind}" {direction(text)}>{escape(text)}</p>'


def render_answer(answer: Answer, document: Callable[[str], Document], turn: int) -> str:
    """An answer with its sources, or that there is none with the nearest passages.

    Args:
        answer: what to show.
        document: gives the document of an id.
        turn: tells this answer's anchors from those of the conversation's other ones.
    """
    if not answer.found:
        nearest = [hit.passage for hit in answer.hits[:_NEAREST]]
        shown = "".join(
            _source(passage, document(passage.document_id), (), answer, turn) for passage in nearest
        )
        heading = render_note(say("nearest", answer.language), "nearest") if nearest else ""
        return render_note(answer.text, "not-found") + heading + shown
    quotes = "".join(_quote(citation, turn) for citation in answer.citations)
    sure = render_note(say_confidence(answer.confidence, answer.language), "confidence")
    # Citations from one passage share it; sorting is stable, so the first cited comes first.
    first = {citation.passage.id: citation.number for citation in reversed(answer.citations)}
    by_passage = groupby(
        sorted(answer.citations, key=lambda citation: first[citation.passage.id]), attrgetter("passage")
    )
    sources = "".join(
        _source(passage, document(passage.document_id), tuple(citations), answer, turn)
        for passage, citations in by_passage
    )
    return f'<div class="answer">{quotes}{sure}</div>{sources}'


def _quote(citation: Citation, turn: int) -> str:
    return (
        f'<blockquote class="quote" {direction(citation.quote)}><p {direction(citation.quote)}>'
        f"{escape(citation.quote)} {_number(citation, turn)}</p></blockquote>"
    )


def _number(citation: Citation, turn: int) -> str:
    return f'<a class="number" dir="ltr" href="#mark-{turn}-{citation.number}">[{citation.number}]</a>'


def _source(
    passage: Passage, document: Document, citations: tuple[Citation, ...], answer: Answer, turn: int
) -> str:
    """A passage with what is quoted from it marked, below the line that says where it stands."""
    paragraph = say("paragraph", answer.language, number=passage.number)
    names = [_BIDI_CONTROLS.sub("", name) for name in (document.title or document.source, document.author)]
    parts = [f"<bdi {direction(part)}>{escape(part)}</bdi>" for part in (*names, paragraph) if part]
    numbers = "".join(f"{_number(citation, turn)} " for citation in citations)
    return (
        f'<section class="source"><p class="where" {direction(" ".join((*names, paragraph)))}>'
        f"{numbers}{' — '.join(parts)}</p>"
        f'<p class="passage" {direction(passage.text)}>{_marked(passage, citations, turn)}</p></section>'
    )


def _marked(passage: Passage, citations: Iterable[Citation], turn: int) -> str:
    pieces, position = [], passage.start
    for citation in sorted(citations, key=attrgetter("start")):
        # Where two overlap, the second mark goes on from the first: the passage stays as it is.
        start = max(position, citation.start)
        end = max(start, citation.end)
        before, quoted = (
            passage.text[a - passage.start : b - passage.start] for a, b in ((position, start), (start, end))
        )
        pieces.append(
            f'{escape(before)}<mark id="mark-{turn}-{citation.number}" tabindex="-1">{escape(quoted)}</mark>'
        )
        position = end
    return "".join(pieces) + escape(passage.text[position - passage.start :])
