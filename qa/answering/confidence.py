"""Answerability: a calibrated probability from how well the best sentence matches the question.

One small logistic model per pair of question and passage language, since cosines across languages are
lower throughout. The coefficients are in confidence.json with their provenance;
benchmarks/train_confidence.py fits them. They predate the exclusion of punctuation tokens
(`index.encoding.passages`): retrained with it, on 2026-11-28, AUROC held out by article differed
by .005 at most, and on the built-in article it was lower by .01.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Final, TypedDict

import numpy as np
from numpy.typing import NDArray

from index.retrieval.names import name_keys
from index.text.analyzer import analyze, language, words
from index.text.numerals import is_quantity
from index.types import Hit

if TYPE_CHECKING:
    from index.query import Query
    from qa.answering.reader import Reading
    from qa.answering.sentences import Sentence

# What was learned, with its provenance: without the reader, and with it.
ALONE: Final = "confidence.json"
WITH_READER: Final = "confidence_with_reader.json"
# Below these thresholds Dalil says that the texts don't answer the question. At most 3 of 100 answerable
# questions of XQuAD lie below, per language pair (within a language on 2026-11-28; across languages every
# eighth question, on 2026-11-30, with translated terms). Well below one half: a wrong answer is visible,
# quoted in its paragraph with its confidence in words; a withheld one isn't.
THRESHOLDS: Final = {"ar-ar": 0.11, "en-en": 0.11, "en-ar": 0.22, "ar-en": 0.25}
# Passages that `ask` retrieves, so that confidence doesn't depend on how many are shown: the candidates that
# late interaction scores.
MAX_CANDIDATES: Final = 32

FEATURES: Final = (
    "sentence",  # late interaction with the best sentence
    "passage",  # the same over all scored sentences of its passage: each token's best match anywhere in it
    "weakest",  # mean match of the worst-matched quarter of the question's weight, in the passage
    "words",  # share of the question's words found in the best sentence; 0 across languages
    "asked",  # how much of the best sentence the question asks about
    "fit",  # 1 if it has the time or number that the question asks for, -1 if it lacks it, else 0
    "score",  # the first hit's fused score
    "gap",  # ... its margin over the second
    "rise",  # ... and over the mean of the next nineteen
    "deviations",  # the same in standard deviations of those nineteen scores
    "bm25",  # the first hit's BM25 score; 0 across languages
    "bm25_first",  # 1 if no other hit has a higher one; 0 across languages
    "dense",  # the first hit's cosine of pooled vectors
    "dense_gap",  # margin between the two best of these
    "dense_rise",  # ... and the first hit's margin over the mean of the next nineteen
    "length",  # log of the question's token count: fewer tokens match more easily by chance
    "candidates",  # log of the number of passages compared, at most 25: chance matches grow with it
)
# With the reader: the logit of what the model without it says, these, and `NAMED_FEATURES`. (Given all of the
# above too, the model fitted the training sets better and XQuAD worse.)
READER_FEATURES: Final = (
    "answerable",  # the reader's logit for the best sentence's passage
    "answerable_most",  # the highest of the passages that were read
    "certainty",  # log probability of the best span of the best sentence's passage
    "evidence",  # log probability of the answer's being in the best sentence
    "holds_span",  # 1 if the best sentence has its passage's best span, else 0
    "both",  # logit of the search's and of the reader's "yes" together, if they were independent
)
# What the question names, in the best sentence's passage: its text, headings and column headings.
NAMED_FEATURES: Final = (
    "numbers_missing",  # share of the question's numbers and months that the passage lacks; 0 without any
    "names_missing",  # share of its capitalised names that no word of the passage sounds like; 0 without any
    "weakest_word",  # the best match, in the passage, of the worst-matched of the question's heavier words
    "weakest_in_sentence",  # like "weakest", in the best sentence
)
# Below this log probability a sentence doesn't hold the answer, by how much doesn't matter.
MIN_EVIDENCE: Final = -8.0
_RIVALS: Final = 19
# Beyond this many candidates the count carries no more information.
_MAX_COUNTED: Final = 25
# Standard deviations from the mean of the training questions.
FURTHEST: Final = 3.0
# Bounds the z-score where a handful of passages have nearly equal scores.
_MIN_DEVIATION: Final = 0.01


def confidence(
    query: Query,
    hits: Sequence[Hit],
    found: Sequence[Sentence],
    readings: Mapping[str, Reading] | None = None,
) -> float:
    """The probability in [0, 1] that the passages hold the answer.

    Args:
        query: the question.
        hits: its search results, best first.
        found: the scored sentences of the first of them, best first, as returned by
            `qa.answering.sentences.score_sentences`.
        readings: the reader's output for their passages, by passage id; without it, another model is used.
    """
    if not found:
        return 0.0
    pair = pairing(query, found)
    said = logit(features(query, hits, found), pair)
    if readings:
        said = _logit(with_reader_features(query, said, found, readings), _models(WITH_READER)[pair])
    return float(1 / (1 + np.exp(-said)))


def logit(values: NDArray[np.float64], pair: str) -> float:
    """The log odds that the passages hold the answer, without the reader.

    Args:
        values: as returned by `features`.
        pair: as returned by `pairing`.
    """
    return _logit(values, _models(ALONE)[pair])


def _logit(values: NDArray[np.float64], model: Mapping[str, Any]) -> float:
    # A collection of two passages has values outside the training range: they are clipped to the
    # furthest that were seen.
    values = np.clip((values - model["mean"]) / model["scale"], -FURTHEST, FURTHEST)
    return float(values @ model["weights"] + model["bias"])


def is_enough(probability: float, query: Query, found: Sequence[Sentence], with_reader: bool = False) -> bool:
    """Whether there are sentences and the confidence reaches the threshold of the language pair."""
    if not found:
        return False
    return probability >= min_confidence(pairing(query, found), with_reader)


def min_confidence(pair: str, with_reader: bool) -> float:
    """The confidence from which on Dalil answers, for a pair of question and passage language."""
    return float(_models(WITH_READER)[pair]["threshold"]) if with_reader else THRESHOLDS[pair]


def pairing(query: Query, found: Sequence[Sentence]) -> str:
    """The languages of question and best passage, such as "en-ar"."""
    return f"{query.language}-{language(found[0].passage.text)}"


def features(query: Query, hits: Sequence[Hit], found: Sequence[Sentence]) -> NDArray[np.float64]:
    """The model's feature vector: (len(FEATURES),), in that order."""
    best = found[0]
    weights = query.tokens.shares
    in_passage = np.max([s.matches for s in found if s.passage.id == best.passage.id], axis=0)
    scores = np.array([hit.score for hit in hits])
    rivals = scores[1 : 1 + _RIVALS]
    bm25 = np.array([hit.scores.get("bm25", 0.0) for hit in hits])
    dense = np.array([hit.scores["dense"] for hit in hits if "dense" in hit.scores])
    nearest = np.sort(dense)[::-1]
    cosine = hits[0].scores.get("dense", dense.min(initial=1.0))
    behind = np.array([hit.scores["dense"] for hit in hits[1 : 1 + _RIVALS] if "dense" in hit.scores])
    rise = scores[0] - rivals.mean() if rivals.size else 0.0
    # Across languages only a few names are shared, which unanswerable questions share too.
    is_one_language = float(language(best.passage.text) == query.language)
    return np.array(
        [
            best.semantic,
            in_passage @ weights,
            _weakest(in_passage, weights),
            best.lexical * is_one_language,
            best.asked,
            best.type_match,
            scores[0],
            scores[0] - scores[1] if len(scores) > 1 else 0.0,
            rise,
            rise / (rivals.std() + _MIN_DEVIATION) if rivals.size else 0.0,
            bm25[0] * is_one_language,
            float(bm25[0] == bm25.max()) * is_one_language,
            cosine,
            nearest[0] - nearest[1] if len(nearest) > 1 else 0.0,
            cosine - behind.mean() if behind.size else 0.0,
            np.log(max(len(weights), 1)),
            np.log(min(len(hits), _MAX_COUNTED)),
        ]
    )


def _weakest(matches: NDArray[np.float32], weights: NDArray[np.float32]) -> float:
    """The mean match over the worst-matched quarter of the question's weight."""
    if not matches.size:
        return 0.0
    order = np.argsort(matches)
    before = np.cumsum(weights[order]) - weights[order]
    counted = np.clip(0.25 - before, 0, weights[order])
    return float(matches[order] @ counted / max(float(counted.sum()), 1e-12))


def named_features(query: Query, found: Sequence[Sentence]) -> list[float]:
    """The values of `NAMED_FEATURES`, in that order."""
    best = found[0]
    weights = query.tokens.shares
    in_passage = np.max([s.matches for s in found if s.passage.id == best.passage.id], axis=0)
    where = "\n".join((*best.passage.headings, *best.passage.columns, best.passage.text))
    numbers = {term.term for term in query.terms if is_quantity(term.term)}
    names = _capitalised(query.text)
    return [
        _missing_share(numbers, {term.term for term in analyze(where)} if numbers else ()),
        _missing_share(names, {key.term for key in name_keys(where)} if names else ()),
        _weakest_word(query, in_passage, weights),
        _weakest(best.matches, weights),
    ]


def _missing_share(wanted: Collection[str], present: Collection[str]) -> float:
    return sum(one not in present for one in wanted) / len(wanted) if wanted else 0.0


def _capitalised(question: str) -> set[str]:
    """The phonetic keys of words with a capital letter, but for the first word."""
    first = next(iter(words(question)), None)
    return {
        key.term
        for key in name_keys(question)
        if question[key.start].isupper()
        and " " not in question[key.start : key.end]
        and (first is None or key.start > first.start)
    }


def _weakest_word(query: Query, matches: NDArray[np.float32], weights: NDArray[np.float32]) -> float:
    """The lowest match of a word that weighs at least as much as the mean word; 1 if there is none."""
    starts, ends = query.tokens.spans.T
    found = []
    for word in words(query.reading):
        inside = (starts < word.end) & (word.start < ends)
        if weight := float(weights[inside].sum()):
            found.append((weight, float(matches[inside] @ weights[inside]) / weight))
    mean = sum(weight for weight, _ in found) / max(len(found), 1)
    return min((match for weight, match in found if weight >= mean), default=1.0)


def with_reader_features(
    query: Query,
    alone: float,
    found: Sequence[Sentence],
    readings: Mapping[str, Reading],
) -> NDArray[np.float64]:
    """The feature vector of the model with the reader.

    Returns:
        (1 + len(READER_FEATURES) + len(NAMED_FEATURES),), in that order.

    Args:
        query: the question.
        alone: the logit without the reader.
        found: the scored sentences, best first.
        readings: the reader's output for their passages, by passage id.
    """
    best = found[0]
    most = max(reading.answerable for reading in readings.values())
    if (own := readings.get(best.passage.id)) is None:
        # Of a passage that wasn't read nothing is known: it is taken for the least likely of those that were.
        own = min(readings.values(), key=lambda reading: reading.answerable)
    holds = own.span is not None and best.start <= own.span[0] and own.span[1] <= best.end
    evidence = MIN_EVIDENCE if best.evidence is None else best.evidence
    yes = -np.logaddexp(0, -alone) - np.logaddexp(0, -own.answerable)
    both = yes - np.log(-np.expm1(min(yes, -1e-6)))
    read = [alone, own.answerable, most, own.certainty, evidence, float(holds), both]
    return np.array([*read, *named_features(query, found)])


class SentenceWeights(TypedDict):
    """Weights of the reader's evidence in a sentence's score, per logit."""

    evidence: float
    answerable: float


def sentence_weights(pair: str) -> SentenceWeights:
    """The weights for a pair of question and passage language."""
    weights: SentenceWeights = _learned(WITH_READER)["sentence"][pair]
    return weights


def min_likelihood(pair: str) -> float:
    """The `Reading.likelihood` from which on a span is shown as the answer."""
    return float(_learned(WITH_READER)["span"][pair])


@lru_cache(maxsize=2)
def _models(name: str) -> dict[str, dict[str, Any]]:
    models: dict[str, dict[str, Any]] = _learned(name)["models"]
    return {name: {k: np.array(v) for k, v in model.items()} for name, model in models.items()}


@lru_cache(maxsize=2)
def _learned(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(
        resources.files("qa.answering").joinpath(name).read_text(encoding="utf-8")
    )
    return content
