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
from typing import Any, Final

from index.ranking_parameters import RANKING
from index.text.analyzer import Language
from qa.explanation.explain import KINDS, Explanation, Kind, Match
from qa.explanation.word_alignment import AlignedWord, Span
from qa.messages import say
from web.views.templating import css_class, environment

_LEGS: Final = ("bm25", "translations", "dense", "late")
_MAX_ROWS: Final = 12
# Heights of a bar, in SVG units of a row that is 20 high and 100 long.
_DEPTH: Final = 10.0
_DEEPEST: Final = 20.0
_THINNEST: Final = 4.0
# The template's macros.
_macros: Final[Any] = environment.get_template("why.html").module


@dataclass(frozen=True)
class _Row:
    """A chart row: label, bar, and a value, a number or both.

    Attributes:
        label: what stands before the bar.
        value: what stands behind it.
        number: the same as a number.
        kind: the bar's CSS class.
        share: the bar's length, in [0, 1].
        depth: its height.
        is_word: whether label and value are words of the texts.
        is_total: whether there is no bar.
    """

    label: str
    value: str = ""
    number: float | None = None
    kind: str = ""
    share: float = 0.0
    depth: float = _DEPTH
    is_word: bool = False
    is_total: bool = False

    @property
    def length(self) -> float:
        """The bar's length in SVG units."""
        return 100 * min(max(self.share, 0.0), 1.0)

    @property
    def said(self) -> str:
        """The row for screen readers."""
        label = f"{self.label} – {self.value}" if self.value else self.label
        return label if self.number is None else f"{label} {self.number:.2f}"


@dataclass(frozen=True)
class _Chart:
    """A chart, with its caption above and a note below."""

    caption: str
    rows: Sequence[_Row]
    note: str = ""


@dataclass(frozen=True)
class _Run:
    """A run of the passage's text; of a match with its kind and the word of the question."""

    text: str
    kind: Kind | None = None
    asked: str = ""
    is_light: bool = False


def render_why(explanation: Explanation, language: Language, quoted: tuple[int, int] | None = None) -> str:
    """Renders an explanation as HTML.

    Args:
        explanation: the explanation to show.
        language: language of Dalil's own words.
        quoted: what of the passage was quoted, in its characters: the page scrolls there.
    """
    met = {match.kind for match in explanation.matches}
    text = explanation.passage.text
    start, end = quoted or (0, 0)
    passage = _macros.passage(
        text,
        _runs(explanation, 0, start),
        _runs(explanation, start, end) if quoted else (),
        _runs(explanation, end, len(text)),
        language,
    )
    charts = (
        _nearest_words(explanation, language),
        _legs(explanation, language),
        _score(explanation, language),
    )
    legend = _macros.legend([kind for kind in KINDS if kind in met], language)
    return str(_macros.why(language, legend, passage, [chart for chart in charts if chart.rows]))


def _runs(explanation: Explanation, start: int, end: int) -> list[_Run]:
    """A span of the passage with the parts of its matches within it."""
    text = explanation.passage.text
    runs, position = [], start
    for match in explanation.matches:
        first, last = max(match.found.start, start), min(match.found.end, end)
        if first >= last:
            continue
        runs.append(_Run(text[position:first]))
        runs.append(_Run(text[first:last], match.kind, explanation.asked(match), match.is_light))
        position = last
    return [*runs, _Run(text[position:end])]


def _nearest_words(explanation: Explanation, language: Language) -> _Chart:
    """Chart of each question word, its similarity as a bar, and the passage's nearest word."""
    words = [word for word in explanation.words if word.nearest]
    caption = say("nearest_words", language)
    if len(words) > _MAX_ROWS:
        heaviest = sorted(words, key=attrgetter("weight"), reverse=True)[:_MAX_ROWS]
        words = sorted(heaviest, key=attrgetter("span.start"))
        caption = say("heaviest_words", language, number=_MAX_ROWS)
    most = max((word.weight for word in words), default=0) or 1.0
    rows = [
        _Row(
            _part(explanation.question, word.span),
            _part(explanation.passage.text, word.nearest),
            number=word.cosine,
            kind=_kind(word, explanation.matches),
            share=word.cosine,
            depth=_THINNEST + (_DEEPEST - _THINNEST) * word.weight / most,
            is_word=True,
        )
        for word in words
    ]
    return _Chart(caption, rows, say("bars", language))


def _legs(explanation: Explanation, language: Language) -> _Chart:
    """Chart of the passage's rank in each leg: a longer bar is a better rank."""
    rows = []
    for leg in _LEGS:
        if leg == "translations" and leg not in explanation.ranks:  # nothing in the other language
            continue
        rank = explanation.ranks.get(leg)
        # Bar length is logarithmic in the rank: first to second is more than 40th to 41st.
        share = 0.0 if rank is None else max(1 - log(rank) / log(RANKING.candidates + 1), 0.02)
        place = _place(explanation, leg, language)
        rows.append(_Row(say(leg, language), place, kind="leg" if rank else "none", share=share))
    return _Chart(say("legs", language), rows)


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


def _score(explanation: Explanation, language: Language) -> _Chart:
    """Chart of the score parts, each bar proportional to its share of the fused score."""
    score_parts = explanation.score_parts
    parts = {name: getattr(score_parts, name) for name in ("semantic", "words", "names", "translations")}
    whole = sum(max(part, 0.0) for part in parts.values()) or 1.0
    rows = [
        _Row(say(f"part_{name}", language), number=part, kind=f"part-{name}", share=part / whole)
        for name, part in parts.items()
        if part
    ]
    rows.append(_Row(say("part_total", language), number=explanation.score, is_total=True))
    granted = score_parts.words > 0 and not explanation.shares_words
    return _Chart(say("score", language), rows, say("granted_words", language) if granted else "")


def _part(text: str, span: Span | None) -> str:
    return text[span.start : span.end] if span else ""


def _kind(word: AlignedWord, matches: Iterable[Match]) -> str:
    """The CSS class of a bar: the kind of match of the two words, if any."""
    for match in matches:
        if word.nearest and match.asked.overlaps(word.span) and match.found.overlaps(word.nearest):
            return css_class(match.kind)
    return css_class("meaning") if word.is_near else "far"
