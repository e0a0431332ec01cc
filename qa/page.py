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


STYLE: Final = """
:root { --ink: #22262a; --soft: #5a6167; --line: #e0dacd; --card: #fffefb;
  --accent: #17605a; --on-accent: #fff; --mark: #fbe7a1; --mark-ink: #22262a;
  --plain: system-ui, "Segoe UI", "Noto Sans", "Noto Sans Arabic", sans-serif;
  --naskh: "Noto Naskh Arabic", "Geeza Pro", Amiri, "Segoe UI", "Noto Sans Arabic";
  --arabic: var(--naskh), Charter, Georgia, "Noto Serif", serif;
  --both: Charter, "Iowan Old Style", Georgia, "Noto Serif", var(--naskh), serif; }
.dark { --ink: #e9e6df; --soft: #a8aeb2; --line: #363c41; --card: #1e2225;
  --accent: #83c9bf; --on-accent: #10201e; --mark: #594811; --mark-ink: #fff4cf; }
.turn { padding: 1.75rem 0; border-top: 1px solid var(--line); scroll-margin-top: .5rem; }
.turn:first-child { border-top: 0; }
.turn [lang=ar] { font-family: var(--arabic); line-height: 2; }
.turn [lang=en] { font-family: var(--both); line-height: 1.65; }
.turn p { margin: 0; }
.turn [dir] { unicode-bidi: isolate; text-align: start; overflow-wrap: anywhere; white-space: pre-line; }
.question { margin: 0 0 1.1rem; max-height: 14rem; overflow: auto; color: var(--soft);
  font-size: 1.02rem; font-weight: 600; }
.quote { margin: 0 0 .7rem; padding: 0; padding-inline-start: 1rem; border: 0;
  border-inline-start: 3px solid var(--accent); }
.quote p { color: var(--ink); font-size: 1.3rem; }
.turn .number { display: inline-block; unicode-bidi: isolate; padding: 0 .15rem; border-radius: 3px;
  color: var(--accent); font: 600 .85rem/1.4 var(--plain); text-decoration: none; white-space: nowrap; }
.number:hover { text-decoration: underline; }
.note { color: var(--soft); font-size: .92rem; }
.not-found, .refusal { color: var(--ink); font-size: 1.15rem; }
.nearest { margin-block: 1rem -.2rem; }
.source { margin-top: 1.3rem; padding: .9rem 1.15rem 1rem; border: 1px solid var(--line);
  border-radius: 8px; background: var(--card); }
.where { padding-bottom: .45rem; color: var(--soft); font-size: .88rem; }
.where bdi { color: inherit; }
.passage { color: var(--ink); font-size: 1.02rem; }
.passage mark { padding: .08em 0; border-radius: 2px; background: var(--mark); color: var(--mark-ink);
  -webkit-box-decoration-break: clone; box-decoration-break: clone; scroll-margin: 30vh; }
.searching { animation: searching 1.6s ease-in-out infinite alternate; }
@keyframes searching { to { opacity: .45; } }
@media (prefers-reduced-motion: reduce) { .searching { animation: none; } }
"""
