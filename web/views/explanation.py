"""Why a passage was found, as HTML: its matched words highlighted, and three small charts.

The charts are rows of text with an SVG bar each instead of Plotly: the browser shapes and wraps every word
in its own direction, the page's colours apply in light and dark mode, and a chart is part of its turn of
the conversation. `gr.Plot` is a component outside of it, has light colours only and loads 4.6 MB
of script.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import log
from operator import attrgetter
from typing import Final

from index.ranking_parameters import RANKING
from index.text.analyzer import Language
from qa.explanation.explain import KINDS, Explanation, Kind, Match
from qa.explanation.word_alignment import AlignedWord, Span
from qa.messages import say
from qa.punctuation import COMMA
from web.views.answers import escape
from web.views.templating import direction

_LEGS: Final = ("bm25", "translations", "dense", "late")
_MOST_ROWS: Final = 12
# In SVG units of a bar, which is 100 long.
_DEPTH: Final = 20
_THINNEST: Final = 4


@dataclass(frozen=True)
class _Row:
    """A chart row as HTML: label, bar and value."""

    label: str
    bar: str
    value: str


def render_why(explanation: Explanation, language: Language, quoted: tuple[int, int] | None = None) -> str:
    """Renders an explanation as HTML.

    Args:
        explanation: the explanation to show.
        language: language of Dalil's own words.
        quoted: what of the passage was quoted, in its characters: the page scrolls there.
    """
    heading = say("why", language)
    parts = (
        _legend(explanation, language),
        _passage(explanation, language, quoted),
        _nearest_words(explanation, language),
        _legs(explanation, language),
        _score(explanation, language),
    )
    # The pane that it is shown in has the heading as its label.
    return f'<div class="why" {direction(heading)}>{"".join(parts)}</div>'


def _passage(explanation: Explanation, language: Language, quoted: tuple[int, int] | None) -> str:
    """The passage in a box that scrolls by itself, so that the content below stays visible.

    Its matches are highlighted, each with its question word as a tooltip, and the quotation is marked.
    """
    text = explanation.passage.text
    parts = [(0, len(text))] if quoted is None else [(0, quoted[0]), quoted, (quoted[1], len(text))]
    pieces = [_highlighted(explanation, start, end) for start, end in parts]
    if quoted is not None:
        pieces[1] = f'<span class="why-quoted">{pieces[1]}</span>'
    label = escape(say("passage", language))
    return (
        f'<div class="why-passage" role="region" tabindex="0" aria-label="{label}">'
        f'<p class="why-text" {direction(text)}>{"".join(pieces)}</p></div>'
    )


def _highlighted(explanation: Explanation, start: int, end: int) -> str:
    """A span of the passage with the parts of its matches within it."""
    text = explanation.passage.text
    pieces, position = [], start
    for match in explanation.matches:
        first, last = max(match.found.start, start), min(match.found.end, end)
        if first >= last:
            continue
        faint = " faint" if match.is_light else ""
        pieces.append(
            f"{escape(text[position:first])}"
            f'<mark class="{_class(match.kind)}{faint}" title="{escape(explanation.asked(match))}">'
            f"{escape(text[first:last])}</mark>"
        )
        position = last
    return "".join((*pieces, escape(text[position:end])))


def _legend(explanation: Explanation, language: Language) -> str:
    met = {match.kind for match in explanation.matches}
    if not met:
        return f'<p class="why-legend">{escape(say("no_match", language))}</p>'
    items = (
        f'<mark class="{_class(kind)}">{escape(say(kind, language))}</mark>' for kind in KINDS if kind in met
    )
    return f'<p class="why-legend">{" ".join(items)}</p>'


def _nearest_words(explanation: Explanation, language: Language) -> str:
    """Chart of each question word, its similarity as a bar, and the passage's nearest word."""
    words = [word for word in explanation.words if word.nearest]
    caption = say("nearest_words", language)
    if len(words) > _MOST_ROWS:
        heaviest = sorted(words, key=attrgetter("weight"), reverse=True)[:_MOST_ROWS]
        words = sorted(heaviest, key=attrgetter("span.start"))
        caption = say("heaviest_words", language, number=_MOST_ROWS)
    most = max((word.weight for word in words), default=0) or 1.0
    rows, said = [], []
    for word in words:
        asked, found = _part(explanation.question, word.span), _part(explanation.passage.text, word.nearest)
        depth = _THINNEST + (_DEPTH - _THINNEST) * word.weight / most
        bar = _bar(word.cosine, _kind(word, explanation.matches), depth)
        rows.append(_Row(_isolated(asked), bar, f"{_isolated(found)} {_number(word.cosine)}"))
        said.append(f"{asked} – {found} {word.cosine:.2f}")
    if not rows:
        return ""
    note = f'<p class="why-note">{escape(say("bars", language))}</p>'
    return _figure(caption, rows, said, language, note)


def _legs(explanation: Explanation, language: Language) -> str:
    """Chart of the passage's rank in each leg: a longer bar is a better rank."""
    rows, said = [], []
    for leg in _LEGS:
        if leg == "translations" and leg not in explanation.ranks:  # nothing in the other language
            continue
        rank = explanation.ranks.get(leg)
        name, place = say(leg, language), _place(explanation, leg, language)
        # Bar length is logarithmic in the rank: first to second is more than 40th to 41st.
        length = 0.0 if rank is None else max(1 - log(rank) / log(RANKING.candidates + 1), 0.02)
        rows.append(_Row(escape(name), _bar(length, "leg" if rank else "none"), escape(place)))
        said.append(f"{name} – {place}")
    return _figure(say("legs", language), rows, said, language)


def _place(explanation: Explanation, leg: str, language: Language) -> str:
    rank = explanation.ranks.get(leg)
    if rank is not None:
        return say("rank", language, number=rank)
    if leg not in explanation.ranks:  # a follow-up found it by another query
        return say("not_found_again", language)
    if leg == "late":  # it ranks all candidates
        return say("not_searched", language)
    if leg == "bm25" and not explanation.shares_words:
        return say("no_common_word", language)
    return say("not_among", language, number=RANKING.candidates)


def _score(explanation: Explanation, language: Language) -> str:
    """Chart of the score parts, each bar proportional to its share of the fused score."""
    score_parts = explanation.score_parts
    parts = {name: getattr(score_parts, name) for name in ("semantic", "words", "names", "translations")}
    whole = sum(max(part, 0.0) for part in parts.values()) or 1.0
    rows, said = [], []
    for name, part in parts.items():
        if part:
            called = say(f"part_{name}", language)
            rows.append(_Row(escape(called), _bar(part / whole, f"part-{name}"), _number(part)))
            said.append(f"{called} {part:.2f}")
    total = say("part_total", language)
    rows.append(_Row(f"<b>{escape(total)}</b>", "<span></span>", f"<b>{_number(explanation.score)}</b>"))
    said.append(f"{total} {explanation.score:.2f}")
    granted = score_parts.words > 0 and not explanation.shares_words
    note = f'<p class="why-note">{escape(say("granted_words", language))}</p>' if granted else ""
    return _figure(say("score", language), rows, said, language, note)


def _figure(
    caption: str, rows: Iterable[_Row], said: Sequence[str], language: Language, note: str = ""
) -> str:
    """A chart with its caption.

    Args:
        caption: caption as text.
        rows: rows from top to bottom.
        said: screen-reader text of each row.
        language: language of the caption.
        note: HTML shown below.
    """
    sentence = f"{caption}: {COMMA[language].join(said)}."
    cells = "".join(
        f'<span class="why-label">{row.label}</span>{row.bar}<span class="why-value">{row.value}</span>'
        for row in rows
    )
    return (
        f'<figure class="why-chart"><figcaption>{escape(caption)}</figcaption>'
        f'<div class="why-rows" role="img" aria-label="{escape(sentence)}">{cells}</div>{note}</figure>'
    )


def _bar(share: float, kind: str, depth: float = 10) -> str:
    """A bar from the start of the line; the style sheet mirrors it in right-to-left text."""
    length, top = 100 * min(max(share, 0.0), 1.0), (_DEPTH - depth) / 2
    return (
        f'<svg class="why-bar" viewBox="0 0 100 {_DEPTH}" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect class="track" x="0" y="{_DEPTH / 2 - 0.5}" width="100" height="1"/>'
        f'<rect class="{kind}" x="0" y="{top:.1f}" width="{length:.1f}" height="{depth:.1f}"/>'
        "</svg>"
    )


def _part(text: str, span: Span | None) -> str:
    return text[span.start : span.end] if span else ""


def _kind(word: AlignedWord, matches: Iterable[Match]) -> str:
    """The CSS class of a bar: the kind of match of the two words, if any."""
    for match in matches:
        if word.nearest and match.asked.overlaps(word.span) and match.found.overlaps(word.nearest):
            return _class(match.kind)
    return _class("meaning") if word.is_near else "far"


def _class(kind: Kind) -> str:
    return kind.replace("_", "-")


def _isolated(word: str) -> str:
    return f"<bdi {direction(word)}>{escape(word)}</bdi>"


def _number(value: float) -> str:
    return f'<span class="why-number" dir="ltr">{value:.2f}</span>'
