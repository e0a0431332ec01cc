"""Is the answer there at all? A calibrated probability from how well the best sentence meets the question.

A small logistic model for each pairing of the question's language with the passage's, since cosines
across languages are lower throughout. Its numbers are in confidence.json with their provenance;
benchmarks/train_confidence.py makes them. They are older than the leaving out of signs' tokens
(`index.encoding.passages`): trained anew with it, on 2026-11-28, its AUROC held out by article differed
by .005 at most, and on the built-in article it was lower by .01.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from index.text.analyzer import language
from index.types import Hit

if TYPE_CHECKING:
    from index.query import Query
    from qa.answering.scored_sentence import Sentence

# Below this Dalil says that the texts don't answer the question. At most 3 of 100 answerable questions of
# XQuAD lie below it in each pairing (whole collections, 2026-11-28). Well below one half: an answer that is
# wrong shows itself, quoted in its paragraph and with a word on how sure it is; one withheld doesn't. Of
# questions about other things altogether 35 of 100 Arabic ones are refused over English texts, 6 with .11. Of
# English ones over Arabic texts it would be 43 with .15 instead of 26, but so would two of the chat's
# own six examples.
THRESHOLDS: Final = {"ar-ar": 0.11, "en-en": 0.11, "en-ar": 0.11, "ar-en": 0.2}
# Passages that `ask` looks for, so that confidence doesn't depend on how many are shown: those that late
# interaction looks at.
MOST_CANDIDATES: Final = 32

FEATURES: Final = (
    "sentence",  # late interaction with the best sentence
    "passage",  # the same with all that was read of its passage: each word's best match anywhere in it
    "weakest",  # in the passage, the quarter of the question's weight that is matched worst
    "words",  # share of the question's words that stand in the best sentence; 0 across languages
    "asked",  # how much of what the best sentence says was asked about
    "fit",  # 1 where it has the time or the number that the question asks for, -1 where it hasn't, else 0
    "score",  # the first hit's fused score
    "gap",  # ... how far the second is behind
    "rise",  # ... and the nineteen behind it on average
    "deviations",  # the same in standard deviations of those nineteen
    "bm25",  # the first hit's score by BM25; 0 across languages
    "bm25_first",  # 1 where no other hit has a better one; 0 across languages
    "dense",  # the first hit's cosine by the pooled vectors
    "dense_gap",  # how far apart the two best of these are
    "dense_rise",  # ... and how far the nineteen behind the first hit are behind its own, on average
    "length",  # log of the question's tokens: the fewer, the easier to match by chance
    "candidates",  # log of the passages compared, 25 at most: the more, the likelier by chance
)
_RIVALS: Final = 19
# That one passage was taken out of so many is no news.
_MOST_COUNTED: Final = 25
# Standard deviations from the mean of the training questions.
_FURTHEST: Final = 3.0
# Keeps a handful of passages with like scores from standing out without end.
_LEAST_DEVIATION: Final = 0.01


def confidence(query: Query, hits: Sequence[Hit], found: Sequence[Sentence]) -> float:
    """The probability in [0, 1] that the passages hold the answer.

    Args:
        query: the question.
        hits: what a search for it found, best first.
        found: the sentences of the first of them, best first, as `qa.answering.answer.read` gives them.
    """
    if not found:
        return 0.0
    model = _models()[pairing(query, found)]
    values = (features(query, hits, found) - model["mean"]) / model["scale"]
    # A collection of two passages has values that no training question had: they say no more than the
    # furthest that were seen.
    values = np.clip(values, -_FURTHEST, _FURTHEST)
    return float(1 / (1 + np.exp(-(values @ model["weights"] + model["bias"]))))


def is_enough(probability: float, query: Query, found: Sequence[Sentence]) -> bool:
    """Whether this confidence suffices to answer a question with these sentences."""
    return bool(found) and probability >= THRESHOLDS[pairing(query, found)]


def pairing(query: Query, found: Sequence[Sentence]) -> str:
    """The languages of question and best passage, such as "en-ar"."""
    return f"{query.language}-{language(found[0].passage.text)}"


def features(query: Query, hits: Sequence[Hit], found: Sequence[Sentence]) -> NDArray[np.float64]:
    """What the model looks at: (len(FEATURES),), in that order."""
    best = found[0]
    weights = query.tokens.weights / max(float(query.tokens.weights.sum()), 1e-12)
    in_passage = np.max([s.matches for s in found if s.passage.id == best.passage.id], axis=0)
    scores = np.array([hit.score for hit in hits])
    rivals = scores[1 : 1 + _RIVALS]
    bm25 = np.array([hit.scores.get("bm25", 0.0) for hit in hits])
    dense = np.array([hit.scores["dense"] for hit in hits if "dense" in hit.scores])
    nearest = np.sort(dense)[::-1]
    cosine = hits[0].scores.get("dense", dense.min(initial=1.0))
    behind = np.array([hit.scores["dense"] for hit in hits[1 : 1 + _RIVALS] if "dense" in hit.scores])
    rise = scores[0] - rivals.mean() if rivals.size else 0.0
    # Across languages words in common are a few names, which a question that isn't answered has too.
    is_one_language = float(language(best.passage.text) == query.language)
    return np.array(
        [
            best.semantic,
            in_passage @ weights,
            _weakest(in_passage, weights),
            best.lexical * is_one_language,
            best.asked,
            best.fit,
            scores[0],
            scores[0] - scores[1] if len(scores) > 1 else 0.0,
            rise,
            rise / (rivals.std() + _LEAST_DEVIATION) if rivals.size else 0.0,
            bm25[0] * is_one_language,
            float(bm25[0] == bm25.max()) * is_one_language,
            cosine,
            nearest[0] - nearest[1] if len(nearest) > 1 else 0.0,
            cosine - behind.mean() if behind.size else 0.0,
            np.log(max(len(weights), 1)),
            np.log(min(len(hits), _MOST_COUNTED)),
        ]
    )


def _weakest(matches: NDArray[np.float32], weights: NDArray[np.float32]) -> float:
    """The mean match of the quarter of the question's weight that is matched worst."""
    if not matches.size:
        return 0.0
    order = np.argsort(matches)
    before = np.cumsum(weights[order]) - weights[order]
    counted = np.clip(0.25 - before, 0, weights[order])
    return float(matches[order] @ counted / max(float(counted.sum()), 1e-12))


@lru_cache(maxsize=1)
def _models() -> dict[str, dict[str, Any]]:
    content = resources.files("qa.answering").joinpath("confidence.json").read_text(encoding="utf-8")
    models: dict[str, dict[str, Any]] = json.loads(content)["models"]
    return {name: {k: np.array(v) for k, v in model.items()} for name, model in models.items()}
