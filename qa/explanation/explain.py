"""Explains a hit: the matches between question and passage, and the contribution of each score part.

Uses only the evidence of the search itself: the analyzer's terms, phonetic name keys, the
stored token vectors. The parts sum to the hit's score.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from index.errors import DalilError
from index.retrieval.fusion import MOSTLY
from index.retrieval.names import name_keys
from index.retrieval.translations import meanings
from index.text.analyzer import Term, analyze, arabic_share, words
from index.text.arabic import is_arabic
from qa.explanation.word_alignment import AlignedWord, Span, align_words, as_asked

if TYPE_CHECKING:
    from index.interface import Index
    from index.query import Query
    from index.retrieval.fusion import ScoreParts
    from index.types import Hit, Passage

Kind = Literal["same_word", "same_stem", "same_name", "translation", "meaning"]
KINDS: tuple[Kind, ...] = ("same_word", "same_stem", "same_name", "translation", "meaning")
"""Kinds of matches, strongest first."""
_Pair = tuple[Kind, Span, Span]


class PassageGone(DalilError):
    """The passage is no longer in the index."""


@dataclass(frozen=True)
class Match:
    """A stretch of the passage that a word of the question matched.

    Attributes:
        kind: kind of match; the strongest that applies.
        asked: span of the word in the question as it was asked.
        found: span of the match in the passage's text.
        is_light: whether the word has a low weight among the question's words.
    """

    kind: Kind
    asked: Span
    found: Span
    is_light: bool


@dataclass(frozen=True)
class Explanation:
    """Explanation of a hit.

    Attributes:
        question: as it was asked.
        passage: the retrieved passage.
        words: the question's words, in order, with their alignment.
        marks: contribution to late interaction of tokens outside any word, such as punctuation.
        matches: non-overlapping, in the order of the passage.
        score_parts: the summands of the passage's score.
        ranks: as in `Hit`.
        scores: as in `Hit`.
        shares_words: whether the passage has any of the question's terms.
    """

    question: str
    passage: Passage
    words: tuple[AlignedWord, ...]
    marks: float
    matches: tuple[Match, ...]
    score_parts: ScoreParts
    ranks: Mapping[str, int | None]
    scores: Mapping[str, float]
    shares_words: bool

    def asked(self, match: Match) -> str:
        """The question's word of a match, as it was asked."""
        return self.question[match.asked.start : match.asked.end]

    def found(self, match: Match) -> str:
        """The passage's text of a match, as written."""
        return self.passage.text[match.found.start : match.found.end]

    @property
    def score(self) -> float:
        """The fused score, as in `Hit`."""
        return self.score_parts.total


def explain(index: Index, question: str | Query, hit: Hit) -> Explanation:
    """Explains why a passage was found for a question.

    In an index without token vectors the passage is encoded on the fly; its score then has no
    late-interaction part.

    Args:
        index: the index it was found in.
        question: as it was asked, or the result of `index.query`.
        hit: a result of `index.search`.

    Raises:
        InvalidQuestion: there is nothing to search for.
        PassageGone: the passage is no longer in the index.
    """
    source = index.snapshot()
    query = source.query(question) if isinstance(question, str) else question
    text = hit.passage.text
    try:
        # The document may have changed at this position.
        document = source.document(hit.passage.document_id)
        if document.text[hit.passage.start : hit.passage.end] != text:
            raise KeyError(hit.passage.id)
        score_parts, tokens = source.score_parts(query, hit.passage), source.tokens(hit.passage)
    except KeyError:
        raise PassageGone("The texts have changed since this passage was found. Ask again.") from None
    asked, found = words(query.text), words(text)
    met, marks = align_words(query, tokens, asked, found)
    terms = analyze(text)
    return Explanation(
        question=query.text,
        passage=hit.passage,
        words=met,
        marks=marks,
        matches=_matches(query, text, _pairs(query, text, asked, found), met),
        score_parts=score_parts,
        ranks=hit.ranks,
        scores=hit.scores,
        shares_words=not {term.term for term in terms}.isdisjoint(term.term for term in query.terms),
    )


def _pairs(query: Query, text: str, asked: Sequence[Term], found: Sequence[Term]) -> list[_Pair]:
    """The pairs of words that match by more than their vectors, the surest kind first."""
    terms = analyze(text)
    pairs = [*_by_word(asked, found), *_by_term(query.terms, terms), *_by_name(query, text)]
    if abs(query.arabic_share - arabic_share(text)) > MOSTLY:
        pairs += _by_translation(query.terms, terms)
    return pairs


def _matches(query: Query, text: str, sure: Sequence[_Pair], met: Sequence[AlignedWord]) -> tuple[Match, ...]:
    """The matches of a passage; of two that overlap, the stronger."""
    pairs = list(sure)
    # Per character, so that the time isn't quadratic in the number of words.
    is_sure, is_heavy = np.zeros((2, len(query.text)), np.bool_)
    for _, word, _ in pairs:
        is_sure[word.start : word.end] = True
    for other in met:
        is_heavy[other.span.start : other.span.end] = not other.is_light
    pairs += [
        ("meaning", word.span, word.nearest)
        for word in sorted(met, key=lambda word: -word.cosine)
        if word.nearest and word.is_near and not is_sure[word.span.start : word.span.end].any()
    ]
    is_taken = np.zeros(len(text), np.bool_)
    matches = []
    for kind, word, place in pairs:
        if not is_taken[place.start : place.end].any():
            is_taken[place.start : place.end] = True
            matches.append(Match(kind, word, place, not is_heavy[word.start : word.end].any()))
    return tuple(sorted(matches, key=lambda match: match.found.start))


def _by_word(asked: Sequence[Term], found: Sequence[Term]) -> Iterable[_Pair]:
    # Of a word repeated in the question, the first.
    wholes = {word.term: Span.of(word) for word in reversed(asked)}
    return (("same_word", wholes[word.term], Span.of(word)) for word in found if word.term in wholes)


def _by_term(asked: Sequence[Term], found: Sequence[Term]) -> Iterable[_Pair]:
    """Words of one stem, and numbers and dates that are written in different ways."""
    terms = {term.term: Span.of(term) for term in reversed(asked)}
    return (("same_stem", terms[term.term], Span.of(term)) for term in found if term.term in terms)


def _by_translation(asked: Sequence[Term], found: Sequence[Term]) -> Iterable[_Pair]:
    """Words of which one is a translation of the other, the likeliest of a word first."""
    of_terms = {term.term: Span.of(term) for term in reversed(asked)}
    called = zip(of_terms.values(), meanings(of_terms), strict=True)
    likely = sorted(
        ((weight, other, span) for span, meaning in called for other, weight in meaning.items()),
        key=lambda one: one[0],
    )
    places = {other: span for _, other, span in likely}
    return (("translation", places[term.term], Span.of(term)) for term in found if term.term in places)


def _by_name(query: Query, text: str) -> Iterable[_Pair]:
    """Names that sound alike in different scripts; within one script search doesn't use the sound."""
    names = [name for name in query.names if not name.term.isdecimal()]
    spans = np.array([(name.start, name.end) for name in names], np.int32).reshape(-1, 2)
    # Of a name repeated in the question, the first in each script.
    places: dict[tuple[str, bool], Span] = {}
    for name, (start, end) in zip(names, as_asked(query, spans).tolist(), strict=True):
        places.setdefault((name.term, is_arabic(query.text[start])), Span(start, end))
    # Longest first: Tal Afar before Afar.
    for key in sorted(name_keys(text), key=lambda key: key.start - key.end):
        if place := places.get((key.term, not is_arabic(text[key.start]))):
            yield "same_name", place, Span.of(key)
