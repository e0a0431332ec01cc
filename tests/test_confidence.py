"""Confidence: its features, and the logistic formula, by hand."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Sequence
from importlib import resources
from pathlib import Path

import numpy as np
import pytest
from fake_encoder import FakeEncoder
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from index import Document, Hit, Index, Passage
from index.query import Query
from index.retrieval.token_codec import TokenVectors
from index.text.analyzer import Language
from qa import ask
from qa.answering.confidence import (
    ALONE,
    FEATURES,
    MAX_CANDIDATES,
    THRESHOLDS,
    _models,
    _weakest,
    confidence,
    features,
    pairing,
)
from qa.answering.sentences import Sentence, score_sentences

PAIRINGS = ("ar-ar", "ar-en", "en-ar", "en-en")

ARABIC = Document("أعلن الحشد المعركة. بقي الجنود.", id="ar")
ENGLISH = Document("The river floods. Farmers wait.", id="en")


def array(*values: float) -> NDArray[np.float32]:
    return np.array(values, np.float32)


def asked(language: Language = "en", weights: Sequence[float] = (2, 1, 1)) -> Query:
    """A question of which only language and weights are looked at."""
    count = len(weights)
    spans = np.array([(n, n + 1) for n in range(count)], np.int32).reshape(-1, 2)
    tokens = TokenVectors(np.zeros((count, 4), np.float32), spans, array(*weights), np.zeros(count, np.int32))
    return Query("?", language, 0.0, (), "?", (0,), (), array(1, 0, 0, 0), tokens)


def sentence(
    passage: Passage,
    matches: Sequence[float],
    semantic: float = 0.0,
    lexical: float = 0.0,
    fit: float = 0.0,
    asked_about: float = 0.0,
) -> Sentence:
    return Sentence(
        passage=passage,
        start=0,
        end=4,
        quote_start=0,
        quote_end=4,
        length=1,
        lead_in=None,
        matches=array(*matches),
        semantic=semantic,
        before=0.0,
        after=0.0,
        pooled=0.0,
        asked=asked_about,
        lexical=lexical,
        type_match=fit,
        score=1.0,
    )


def whole(document: Document) -> Passage:
    return Passage.of(document, 1, 0, len(document.text))


def hit(document: Document, score: float, *, bm25: float | None = None, dense: float | None = None) -> Hit:
    """Ranks aren't looked at."""
    legs = {"bm25": bm25, "dense": dense}
    return Hit(whole(document), score, {}, {leg: found for leg, found in legs.items() if found is not None})


def named(values: NDArray[np.float64]) -> dict[str, float]:
    return dict(zip(FEATURES, values.tolist(), strict=True))


def test_features_by_hand() -> None:
    found = [
        sentence(whole(ENGLISH), [0.9, 0.2, 0.4], semantic=0.6, lexical=0.5, fit=-1.0, asked_about=0.25),
        sentence(whole(ARABIC), [1.0, 1.0, 1.0], semantic=0.55, lexical=1.0, fit=1.0),
        sentence(whole(ENGLISH), [0.1, 0.8, 0.3], semantic=0.4, lexical=0.25),
    ]
    hits = [
        hit(ENGLISH, 0.75, bm25=0.25, dense=0.5),
        hit(ARABIC, 0.625, dense=0.875),
        hit(ENGLISH, 0.375, bm25=0.5),
    ]
    # Of the best sentence's passage each word's best match: .9, .8, .4, weighing 1/2, 1/4, 1/4.
    assert named(features(asked(), hits, found)) == pytest.approx(
        {
            "sentence": 0.6,
            "passage": 0.5 * 0.9 + 0.25 * 0.8 + 0.25 * 0.4,
            "weakest": 0.4,
            "words": 0.5,
            "asked": 0.25,
            "fit": -1.0,
            "score": 0.75,
            "gap": 0.125,
            # The others have .625 and .375: .5 on average, .125 to either side of it.
            "rise": 0.25,
            "deviations": 0.25 / (0.125 + 0.01),
            "bm25": 0.25,
            "bm25_first": 0.0,
            "dense": 0.5,
            "dense_gap": 0.375,
            # Of the two behind the first, only one has a cosine.
            "dense_rise": 0.5 - 0.875,
            "length": math.log(3),
            "candidates": math.log(3),
        },
        abs=1e-6,
    )


@pytest.mark.parametrize(
    ("scores", "share", "first"),
    [
        ((0.5, 0.25), 0.5, 1.0),
        ((0.5, None), 0.5, 1.0),
        ((0.25, 0.5), 0.25, 0.0),
        ((0.5, 0.5), 0.5, 1.0),  # none is better
        ((None, 0.25), 0.0, 0.0),  # none of the question's words stands in it
        ((None, None), 0.0, 1.0),
    ],
)
def test_whether_another_passage_has_more_of_the_words(
    scores: tuple[float | None, float | None], share: float, first: float
) -> None:
    hits = [hit(ENGLISH, 0.7, bm25=scores[0]), hit(ARABIC, 0.6, bm25=scores[1])]
    values = named(features(asked(), hits, [sentence(whole(ENGLISH), [0.5, 0.5, 0.5])]))
    assert (values["bm25"], values["bm25_first"]) == (share, first)


@pytest.mark.parametrize(
    ("scores", "cosine", "gap"),
    [
        ((0.75, 0.5, 0.25), 0.75, 0.25),
        ((0.5, 0.75, 0.25), 0.5, 0.25),  # the two that are nearest, whichever they are
        ((0.25, 0.5, 1.0), 0.25, 0.5),
        ((-0.25, -0.5, None), -0.25, 0.25),
        # Where the vectors didn't propose it: no nearer than the farthest that they did.
        ((None, 0.75, 0.25), 0.25, 0.5),
        ((None, 0.5, None), 0.5, 0.0),
        ((0.5, None, None), 0.5, 0.0),
        ((0.5, 0.5, 0.25), 0.5, 0.0),
    ],
)
def test_how_near_the_pooled_vectors_are(scores: tuple[float | None, ...], cosine: float, gap: float) -> None:
    passages = zip((ENGLISH, ARABIC, ENGLISH), scores, strict=True)
    hits = [hit(document, 0.7, dense=score) for document, score in passages]
    values = named(features(asked(), hits, [sentence(whole(ENGLISH), [0.5, 0.5, 0.5])]))
    assert (values["dense"], values["dense_gap"]) == (cosine, gap)


def test_the_best_passage_is_held_to_the_nineteen_behind_it() -> None:
    """By hand: ten of .25 and nine of .5; what is behind them doesn't count."""
    hits = [hit(ENGLISH, score) for score in (1.0, *[0.5] * 9, *[0.25] * 10, *[-9.0] * 30)]
    values = named(features(asked(), hits, [sentence(whole(ENGLISH), [0.5, 0.5, 0.5])]))
    mean = (10 * 0.25 + 9 * 0.5) / 19
    variance = (10 * (0.25 - mean) ** 2 + 9 * (0.5 - mean) ** 2) / 19
    assert values["gap"] == 0.5
    assert values["rise"] == pytest.approx(1 - mean)
    assert values["deviations"] == pytest.approx((1 - mean) / (math.sqrt(variance) + 0.01))
    assert values["candidates"] == pytest.approx(math.log(25))


@pytest.mark.parametrize("rivals", [1, 2, 19, 25])
def test_like_rivals_are_a_hundredth_wide(rivals: int) -> None:
    """Scores that don't differ at all would let the best stand out without end."""
    hits = [hit(ENGLISH, 0.5), *[hit(ARABIC, 0.25)] * rivals]
    values = named(features(asked(), hits, [sentence(whole(ENGLISH), [0.5, 0.5, 0.5])]))
    assert values["rise"] == 0.25
    assert values["deviations"] == pytest.approx(0.25 / 0.01)


@pytest.mark.parametrize(("count", "counted"), [(1, 1), (2, 2), (24, 24), (25, 25), (26, 25), (500, 25)])
def test_half_of_the_candidates_are_counted_at_most(count: int, counted: int) -> None:
    hits = [hit(ENGLISH, 0.5)] * count
    values = named(features(asked(), hits, [sentence(whole(ENGLISH), [0.5, 0.5, 0.5])]))
    assert values["candidates"] == pytest.approx(math.log(counted))


def test_a_passage_alone_has_nothing_behind_it() -> None:
    alone = [hit(ENGLISH, 0.7, bm25=0.25, dense=0.5)]
    values = named(features(asked(), alone, [sentence(whole(ENGLISH), [0.1, 0.2, 0.3])]))
    assert [values[name] for name in ("score", "gap", "rise", "deviations")] == [0.7, 0, 0, 0]
    assert [values[name] for name in ("bm25", "bm25_first", "dense", "dense_gap")] == [0.25, 1, 0.5, 0]
    assert values["candidates"] == 0


def test_features_are_numbers_whatever_was_found() -> None:
    """One passage that no leg scored, and a question without a word that weighs anything."""
    values = features(asked(weights=()), [hit(ENGLISH, 0.0)], [sentence(whole(ENGLISH), [])])
    assert values.shape == (len(FEATURES),)
    assert np.isfinite(values).all()


@pytest.mark.parametrize(
    ("matches", "weights", "expected"),
    [
        # One word is the quarter that is matched worst.
        ((0.9, 0.2, 0.6), (0.5, 0.25, 0.25), 0.2),
        # A tenth at .1, and .15 of the fifth at .3.
        ((0.8, 0.1, 0.3), (0.7, 0.1, 0.2), (0.1 * 0.1 + 0.15 * 0.3) / 0.25),
        # Three words are in it: .1 at 0, .1 at .2, .05 of the word at .4.
        ((0.4, 0.2, 0.0, 1.0), (0.3, 0.1, 0.1, 0.5), (0.1 * 0.2 + 0.05 * 0.4) / 0.25),
        # The heavy word is the worst: a quarter of it is enough.
        ((0.3, 0.9), (0.75, 0.25), 0.3),
        ((0.7,), (1.0,), 0.7),
        # A word without weight says nothing.
        ((0.0, 0.5), (0.0, 1.0), 0.5),
        ((), (), 0.0),
        ((0.4, 0.6), (0.0, 0.0), 0.0),
    ],
)
def test_the_weakest_quarter_by_hand(
    matches: Sequence[float], weights: Sequence[float], expected: float
) -> None:
    assert _weakest(array(*matches), array(*weights)) == pytest.approx(expected, abs=1e-6)


@given(st.lists(st.tuples(st.floats(0, 1, width=32), st.integers(1, 9)), min_size=1, max_size=12))
def test_the_weakest_quarter_is_that_of_the_words_dealt_out_one_by_one(
    words: list[tuple[float, int]],
) -> None:
    """A word of weight n is n words of weight 1; of 4 x n of them the lowest n are the quarter."""
    dealt = sorted(match for match, weight in words for _ in range(4 * weight))
    expected = np.mean(dealt[: len(dealt) // 4])
    weights = array(*(weight for _, weight in words))
    result = _weakest(array(*(match for match, _ in words)), weights / weights.sum())
    assert result == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("language", ["ar", "en"])
@pytest.mark.parametrize("document", [ARABIC, ENGLISH])
def test_the_pairing_is_of_the_question_and_the_best_passage(language: Language, document: Document) -> None:
    other = ENGLISH if document is ARABIC else ARABIC
    found = [sentence(whole(document), [0.1, 0.1, 0.1]), sentence(whole(other), [0.1, 0.1, 0.1])]
    assert pairing(asked(language), found) == f"{language}-{document.id}"


def test_the_logistic_formula_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each pairing has its own numbers; here they tell which were taken."""
    size = len(FEATURES)
    # All but three features weigh nothing.
    weights, mean, scale = np.zeros(size), np.full(size, 0.1), np.full(size, 0.5)
    for feature, weight in (("sentence", 1.5), ("gap", -3.0), ("length", 0.25)):
        weights[FEATURES.index(feature)] = weight
    scale[FEATURES.index("gap")] = 0.25
    models = {
        name: {"mean": mean, "scale": scale, "weights": weights, "bias": np.array(bias)}
        for name, bias in zip(PAIRINGS, (-2.0, 0.5, 1.0, -1.5), strict=True)
    }
    monkeypatch.setattr("qa.answering.confidence._models", lambda _: models)
    found = [sentence(whole(ENGLISH), [0.8, 0.8, 0.8], semantic=0.8, lexical=0.5)]
    hits = [hit(ENGLISH, 0.9), hit(ARABIC, 0.6)]
    # Less the mean, in units of the scale: (.8 - .1) / .5, (.3 - .1) / .25, (log 3 - .1) / .5.
    weighted = 1.5 * 1.4 - 3 * 0.8 + 0.25 * (math.log(3) - 0.1) / 0.5
    for query, bias in ((asked("ar"), 0.5), (asked("en"), -1.5)):
        expected = 1 / (1 + math.exp(-(weighted + bias)))
        assert confidence(query, hits, found) == pytest.approx(expected, abs=1e-6)


def test_where_nothing_was_read_there_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qa.answering.confidence._models", lambda _: {})
    assert confidence(asked(), [], []) == 0.0


def test_confidence_does_not_depend_on_how_many_passages_are_shown(
    encoder: FakeEncoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same question over the same texts is answered or refused, whatever k is."""
    chance = random.Random(1)
    words = ["salt", "Salim", "sells", "bread", "rain", "wind", "snow", "noon"]
    documents = [
        Document(" ".join(chance.choices(words, k=chance.randint(3, 14))), id=f"d{n}") for n in range(30)
    ]
    index = Index.build(documents, tmp_path / "i", encoder=encoder)
    size = len(FEATURES)
    numbers = {"mean": np.zeros(size), "scale": np.ones(size), "bias": np.array(0.0)}
    for number, feature in enumerate(FEATURES):
        # This feature alone decides.
        models = {name: {**numbers, "weights": np.eye(size)[number]} for name in PAIRINGS}
        monkeypatch.setattr("qa.answering.confidence._models", lambda _, models=models: models)
        for question in ("Who sells salt?", "When did it snow?", "bread wind who"):
            confidences = {k: ask(question, index, k=k).confidence for k in (1, 3, 5, 10, 30)}
            assert len(set(confidences.values())) == 1, (feature, question, confidences)


def test_nor_where_more_are_shown_than_are_compared(encoder: FakeEncoder, tmp_path: Path) -> None:
    chance = random.Random(2)
    words = ["salt", "Salim", "sells", "bread", "rain", "wind", "snow", "noon"]
    documents = [
        Document(f"{n} {' '.join(chance.choices(words, k=chance.randint(3, 14)))}", id=f"d{n}")
        for n in range(2 * MAX_CANDIDATES)
    ]
    index = Index.build(documents, tmp_path / "i", encoder=encoder)
    few, all_ = (ask("Who sells salt?", index, k=k) for k in (5, 2 * MAX_CANDIDATES))
    assert few.confidence == all_.confidence
    assert few.citations == all_.citations
    assert len(few.hits) == 5
    assert {hit.passage.document_id for hit in all_.hits} == {document.id for document in documents}


def test_features_of_an_answer_are_those_of_what_was_read(encoder: FakeEncoder, tmp_path: Path) -> None:
    """The parts fit together: a question that repeats a sentence meets it wholly."""
    index = Index.build([ENGLISH, ARABIC], tmp_path / "i", encoder=encoder)
    query = index.query("Farmers wait")
    hits = index.search(query, 5)
    values = named(features(query, hits, score_sentences(index, query, hits)))
    # Questions and passages lie a little apart (`LanguageMeans`), so that the same word isn't quite 1.
    assert values["sentence"] == pytest.approx(1, abs=0.1)
    assert values["passage"] == pytest.approx(values["sentence"], abs=1e-6)
    assert values["words"] == 1.0
    assert values["length"] == pytest.approx(math.log(2))
    assert values["gap"] == pytest.approx(hits[0].score - hits[1].score)
    assert values["rise"] == pytest.approx(hits[0].score - np.mean([hit.score for hit in hits[1:]]))
    assert (values["bm25"], values["bm25_first"]) == (hits[0].scores["bm25"], 1.0)
    first, second = sorted((hit.scores["dense"] for hit in hits), reverse=True)
    assert (values["dense"], values["dense_gap"]) == pytest.approx((first, first - second))


def test_the_trained_numbers_are_whole() -> None:
    content = json.loads(resources.files("qa.answering").joinpath("confidence.json").read_text("utf-8"))
    assert set(content["models"]) == set(PAIRINGS)
    for model in _models(ALONE).values():
        assert all(model[part].shape == (len(FEATURES),) for part in ("mean", "scale", "weights"))
        assert model["bias"].shape == ()
        assert all(np.isfinite(values).all() for values in model.values())
        assert (model["scale"] > 0).all()


@pytest.mark.parametrize("language", ["ar", "en"])
@pytest.mark.parametrize("document", [ARABIC, ENGLISH])
def test_a_perfect_match_is_answered_and_none_at_all_is_not(language: Language, document: Document) -> None:
    """Whatever the training gave: these two are on either side of the threshold."""
    query = asked(language, (2, 1, 1, 2, 2))
    perfect = [sentence(whole(document), [1] * 5, semantic=1.0, lexical=1.0)]
    nothing = [sentence(whole(document), [0] * 5, semantic=0.0, lexical=0.0)]
    other = ENGLISH if document is ARABIC else ARABIC
    far = [hit(other, 0.2 - n / 1000, bm25=0.01, dense=0.1) for n in range(30)]
    sure = confidence(query, [hit(document, 1.1, bm25=0.9, dense=0.95), *far], perfect)
    unsure = confidence(query, [hit(document, 0.2, dense=0.1), *far], nothing)
    assert 0 <= unsure < min(THRESHOLDS.values()) <= max(THRESHOLDS.values()) < sure <= 1
