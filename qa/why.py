"""Why this passage? What a question and a passage have in common, and what each part brought to its score.

Everything comes from what the search itself looked at: the analyzer's terms, the sounds of names, the
stored token vectors. The parts add up to the hit's score.

An encoder's tokens are pieces of words. On the question's side a word is the weighted mean of its pieces,
on the passage's side the best of its pieces: late interaction, held to one word at a time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from index.errors import DalilError
from index.late import SENTENCE_SHARE
from index.names import name_keys
from index.text import Term, is_arabic, legible, stem, words

if TYPE_CHECKING:
    from index.codec import TokenVectors
    from index.fusion import Summands
    from index.query import Query
    from index.store import Index
    from index.types import Hit, Passage

Kind = Literal["same_word", "same_stem", "same_name", "meaning"]
KINDS: tuple[Kind, ...] = ("same_word", "same_stem", "same_name", "meaning")
"""From the surest on."""

# The cosine from which on a word's nearest one is called near in meaning. Chosen by reading what it lets
# through on the built-in article: below it most pairs across languages have nothing to do with each other.
NEAR = 0.5

FloatArray = NDArray[np.float32]


class PassageGone(DalilError):
    """The index has changed since the passage was found."""


@dataclass(frozen=True)
class Span:
    """Where something stands: `text[start:end]`."""

    start: int
    end: int

    def overlaps(self, other: Span) -> bool:
        """Whether the two share characters."""
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True)
class AskedWord:
    """A word of the question, and what late interaction made of it.

    Attributes:
        span: where it stands in the question as it was asked.
        weight: its share of what the question says, in [0, 1]; words and marks have 1 together.
        contribution: what it brought to the score of late interaction.
        nearest: the passage's word that it met most closely; None where the encoder read neither.
        cosine: how closely; 0 where there is no such word.
    """

    span: Span
    weight: float
    contribution: float
    nearest: Span | None
    cosine: float


@dataclass(frozen=True)
class Match:
    """A stretch of the passage that a word of the question matched.

    Attributes:
        kind: how; the surest of the ways that hold.
        asked: where the word stands in the question as it was asked.
        found: where its partner stands in the passage's text.
        weight: the share of what the question says that the word has, in [0, 1].
    """

    kind: Kind
    asked: Span
    found: Span
    weight: float


@dataclass(frozen=True)
class Explanation:
    """Why a passage was found.

    Attributes:
        question: as it was asked.
        passage: what was found.
        words: the question's, in order.
        marks: what signs that are no words brought to the score of late interaction.
        matches: in the order of the passage; they don't overlap.
        summands: what the passage's score is the sum of.
        ranks: as in `Hit`.
        scores: as in `Hit`.
        shares_words: whether the passage has any of the question's terms.
    """

    question: str
    passage: Passage
    words: tuple[AskedWord, ...]
    marks: float
    matches: tuple[Match, ...]
    summands: Summands
    ranks: Mapping[str, int | None]
    scores: Mapping[str, float]
    shares_words: bool

    @property
    def late(self) -> float:
        """The score of late interaction: what words and marks brought together."""
        return sum(word.contribution for word in self.words) + self.marks

    @property
    def score(self) -> float:
        """The fused score, as in `Hit`."""
        return self.summands.semantic + self.summands.words + self.summands.names


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
        summands, tokens = source.summands(query, hit.passage), source.tokens(hit.passage)
    except KeyError:
        raise PassageGone("The texts have changed since this passage was found. Ask again.") from None
    asked, found = words(query.text), words(text)
    met, marks = _meet(query, tokens, asked, found)
    terms = {term.term for term in query.terms}
    return Explanation(
        question=query.text,
        passage=hit.passage,
        words=met,
        marks=marks,
        matches=_matches(query, text, asked, found, met),
        summands=summands,
        ranks=hit.ranks,
        scores=hit.scores,
        shares_words=any(stem(word.term) in terms for word in found),
    )


def _meet(
    query: Query, tokens: TokenVectors, asked: Sequence[Term], found: Sequence[Term]
) -> tuple[tuple[AskedWord, ...], float]:
    """The question's words with what each met, and what the marks between them brought."""
    cosines = query.tokens.similarities(tokens)
    weights = query.tokens.weights / np.float32(max(float(query.tokens.weights.sum()), 1e-12))
    contributions = weights * _blended(cosines, weights, tokens.sentences)
    asked_of = _owners(_as_asked(query, query.tokens.spans), asked)
    found_of = _owners(tokens.spans, found)
    # The best cosine of each of the question's tokens with a token of each of the passage's words.
    best = np.full((len(found), len(weights)), -np.inf, np.float32)
    np.maximum.at(best, found_of[found_of >= 0], cosines.T[found_of >= 0])
    met = []
    for number, word in enumerate(asked):
        own = np.flatnonzero(asked_of == number)
        weight = float(weights[own].sum())
        nearest, cosine = None, 0.0
        if weight > 0 and (found_of >= 0).any():
            closeness = np.einsum("ij,j->i", best[:, own], weights[own]) / weight
            place = int(closeness.argmax())
            nearest, cosine = _span(found[place]), float(closeness[place])
        met.append(AskedWord(_span(word), weight, float(contributions[own].sum()), nearest, cosine))
    return tuple(met), float(contributions[asked_of < 0].sum())


def _blended(cosines: FloatArray, weights: FloatArray, sentences: NDArray[np.int32]) -> FloatArray:
    """(n,) what `LateIndex.scores` weighs: each token's best cosine, in the passage and its best sentence."""
    if not cosines.size:
        return np.zeros(len(weights), np.float32)
    whole = cosines.max(axis=1)
    by_sentence = [cosines[:, sentences == number].max(axis=1) for number in np.unique(sentences)]
    sentence = max(by_sentence, key=lambda matches: float(np.einsum("i,i->", matches, weights)))
    return np.asarray((1 - SENTENCE_SHARE) * whole + SENTENCE_SHARE * sentence, np.float32)


def _as_asked(query: Query, spans: NDArray[np.int32]) -> NDArray[np.int32]:
    """Spans that stand in a question's reading, in the question as it was asked.

    The collection's spelling exchanges letters for letters, so that a reading is as long as the legible
    question.
    """
    origins = np.array(legible(query.text).origins, np.int32)
    return np.stack([origins[spans[:, 0]], origins[spans[:, 1] - 1] + 1], axis=1)


def _owners(spans: NDArray[np.int32], among: Sequence[Term]) -> NDArray[np.intp]:
    """(n,) the number of the word that each token shares most characters with; -1 if none."""
    if not among:
        return np.full(len(spans), -1, np.intp)
    starts, ends = np.array([(word.start, word.end) for word in among], np.int32).T
    shared = np.minimum(spans[:, 1:], ends) - np.maximum(spans[:, :1], starts)
    return np.where(shared.max(axis=1, initial=0) > 0, shared.argmax(axis=1), -1)


def _matches(
    query: Query, text: str, asked: Sequence[Term], found: Sequence[Term], met: Sequence[AskedWord]
) -> tuple[Match, ...]:
    """Of what matches, the surest: by kind, then by length, then by how close in meaning."""
    pairs = [*_by_word(asked, found), *_by_name(query, text)]
    sure = [pair[1] for pair in pairs]
    pairs += [
        ("meaning", word.span, word.nearest)
        for word in sorted(met, key=lambda word: -word.cosine)
        if word.nearest and word.cosine >= NEAR and not any(map(word.span.overlaps, sure))
    ]
    pairs.sort(key=lambda pair: (KINDS.index(pair[0]), pair[2].start - pair[2].end))
    matches: list[Match] = []
    for kind, word, place in pairs:
        if not any(place.overlaps(match.found) for match in matches):
            weight = sum(other.weight for other in met if other.span.overlaps(word))
            matches.append(Match(kind, word, place, weight))
    return tuple(sorted(matches, key=lambda match: match.found.start))


def _by_word(asked: Sequence[Term], found: Sequence[Term]) -> Iterable[tuple[Kind, Span, Span]]:
    # Of words that are asked for twice, the first.
    wholes = {word.term: _span(word) for word in reversed(asked)}
    stems = {stem(word.term): _span(word) for word in reversed(asked)}
    for word in found:
        if word.term in wholes:
            yield "same_word", wholes[word.term], _span(word)
        elif stem(word.term) in stems:
            yield "same_stem", stems[stem(word.term)], _span(word)


def _by_name(query: Query, text: str) -> Iterable[tuple[Kind, Span, Span]]:
    """Names of the same sound in different scripts; within one, search doesn't look at the sound."""
    names = [name for name in query.names if not name.term.isdecimal()]
    spans = np.array([(name.start, name.end) for name in names], np.int32).reshape(-1, 2)
    places = [Span(int(start), int(end)) for start, end in _as_asked(query, spans)]
    for key in name_keys(text):
        for name, place in zip(names, places, strict=True):
            same_script = is_arabic(query.text[place.start]) == is_arabic(text[key.start])
            if name.term == key.term and not same_script:
                yield "same_name", place, _span(key)


def _span(term: Term) -> Span:
    return Span(term.start, term.end)
