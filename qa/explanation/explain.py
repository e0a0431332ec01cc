"""Why this passage? What a question and a passage have in common, and what each part brought to its score.

Everything comes from what the search itself looked at: the analyzer's terms, the sounds of names, the
stored token vectors. The parts add up to the hit's score.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from index.errors import DalilError
from index.retrieval.names import name_keys
from index.text.analyzer import Term, is_arabic, stem, words
from qa.explanation.word_alignment import AlignedWord, Span, as_asked, meet

if TYPE_CHECKING:
    from index.interface import Index
    from index.query import Query
    from index.retrieval.fusion import ScoreParts
    from index.types import Hit, Passage

Kind = Literal["same_word", "same_stem", "same_name", "meaning"]
KINDS: tuple[Kind, ...] = ("same_word", "same_stem", "same_name", "meaning")
"""From the surest on."""


class PassageGone(DalilError):
    """The index has changed since the passage was found."""


@dataclass(frozen=True)
class Match:
    """A stretch of the passage that a word of the question matched.

    Attributes:
        kind: how; the surest of the ways that hold.
        asked: where the word stands in the question as it was asked.
        found: where its partner stands in the passage's text.
        is_light: whether the word says little beside the question's other words.
    """

    kind: Kind
    asked: Span
    found: Span
    is_light: bool


@dataclass(frozen=True)
class Explanation:
    """Why a passage was found.

    Attributes:
        question: as it was asked.
        passage: what was found.
        words: the question's, in order.
        marks: what tokens that belong to no word brought to the score of late interaction.
        matches: in the order of the passage; they don't overlap.
        score_parts: what the passage's score is the sum of.
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
        """The question's word, as it was asked."""
        return self.question[match.asked.start : match.asked.end]

    def found(self, match: Match) -> str:
        """The passage's word, as it is written."""
        return self.passage.text[match.found.start : match.found.end]

    @property
    def late(self) -> float:
        """The score of late interaction: what words and marks brought together."""
        return sum(word.contribution for word in self.words) + self.marks

    @property
    def score(self) -> float:
        """The fused score, as in `Hit`."""
        return self.score_parts.semantic + self.score_parts.words + self.score_parts.names


def explain(index: Index, question: str | Query, hit: Hit) -> Explanation:
    """Why a passage was found for a question.

    In an index without token vectors the passage is encoded for it; its score has no part of late
    interaction then.

    Args:
        index: where it was found.
        question: as it was asked, or what `index.query` made of it.
        hit: the passage, as `index.search` gave it.

    Raises:
        InvalidQuestion: there is nothing to search for.
        PassageGone: the index hasn't got the passage any more.
    """
    source = index.snapshot()
    query = source.query(question) if isinstance(question, str) else question
    text = hit.passage.text
    try:
        # What has its place by now may be another text.
        document = source.document(hit.passage.document_id)
        if document.text[hit.passage.start : hit.passage.end] != text:
            raise KeyError(hit.passage.id)
        score_parts, tokens = source.score_parts(query, hit.passage), source.tokens(hit.passage)
    except KeyError:
        raise PassageGone("The texts have changed since this passage was found. Ask again.") from None
    asked, found = words(query.text), words(text)
    met, marks = meet(query, tokens, asked, found)
    terms = {term.term for term in query.terms}
    return Explanation(
        question=query.text,
        passage=hit.passage,
        words=met,
        marks=marks,
        matches=_matches(query, text, asked, found, met),
        score_parts=score_parts,
        ranks=hit.ranks,
        scores=hit.scores,
        shares_words=any(stem(word.term) in terms for word in found),
    )


def _matches(
    query: Query, text: str, asked: Sequence[Term], found: Sequence[Term], met: Sequence[AlignedWord]
) -> tuple[Match, ...]:
    """What matches; where two overlap, the surer."""
    pairs = [*_by_word(asked, found), *_by_name(query, text)]
    # By characters, so that the time doesn't grow with the square of the words.
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


def _by_word(asked: Sequence[Term], found: Sequence[Term]) -> Iterable[tuple[Kind, Span, Span]]:
    # Of words that are asked for twice, the first.
    wholes = {word.term: Span.of(word) for word in reversed(asked)}
    stems = {stem(word.term): Span.of(word) for word in reversed(asked)}
    for word in found:
        if word.term in wholes:
            yield "same_word", wholes[word.term], Span.of(word)
        elif stem(word.term) in stems:
            yield "same_stem", stems[stem(word.term)], Span.of(word)


def _by_name(query: Query, text: str) -> Iterable[tuple[Kind, Span, Span]]:
    """Names of the same sound in different scripts; within one, search doesn't look at the sound."""
    names = [name for name in query.names if not name.term.isdecimal()]
    spans = np.array([(name.start, name.end) for name in names], np.int32).reshape(-1, 2)
    # Of names that are asked for twice, the first in each script.
    places: dict[tuple[str, bool], Span] = {}
    for name, (start, end) in zip(names, as_asked(query, spans).tolist(), strict=True):
        places.setdefault((name.term, is_arabic(query.text[start])), Span(start, end))
    # Tal Afar before Afar.
    for key in sorted(name_keys(text), key=lambda key: key.start - key.end):
        if place := places.get((key.term, not is_arabic(text[key.start]))):
            yield "same_name", place, Span.of(key)
