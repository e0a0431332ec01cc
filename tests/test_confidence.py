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
from index.late import TokenVectors
from index.query import Query
from index.text import Language
from qa import ask
from qa.answer import Sentence, read
from qa.confidence import FEATURES, THRESHOLD, _models, _weakest, confidence, features, pairing

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
    return Query("?", language, 0.0, (), (), array(1, 0, 0, 0), tokens)


def sentence(
    passage: Passage, matches: Sequence[float], semantic: float = 0.0, lexical: float = 0.0, fit: float = 0.0
) -> Sentence:
    return Sentence(
        passage=passage,
        start=0,
        end=4,
        matches=array(*matches),
        semantic=semantic,
        lexical=lexical,
        fit=fit,
        score=1.0,
    )


def whole(document: Document) -> Passage:
    return Passage.of(document, 1, 0, len(document.text))


def hit(document: Document, score: float, dense: int | None) -> Hit:
    return Hit(whole(document), score, {"bm25": None, "dense": dense, "late": 1})


def named(values: NDArray[np.float64]) -> dict[str, float]:
    return dict(zip(FEATURES, values.tolist(), strict=True))


def test_features_by_hand() -> None:
    found = [
        sentence(whole(ENGLISH), [0.9, 0.2, 0.4], semantic=0.6, lexical=0.5, fit=-1.0),
        sentence(whole(ARABIC), [1.0, 1.0, 1.0], semantic=0.55, lexical=1.0, fit=1.0),
        sentence(whole(ENGLISH), [0.1, 0.8, 0.3], semantic=0.4, lexical=0.25),
    ]
    hits = [hit(ENGLISH, 0.75, dense=2), hit(ARABIC, 0.625, dense=1)]
    # Of the best sentence's passage each word's best match: .9, .8, .4, weighing 1/2, 1/4, 1/4.
    assert named(features(asked(), hits, found)) == pytest.approx(
        {
            "sentence": 0.6,
            "passage": 0.5 * 0.9 + 0.25 * 0.8 + 0.25 * 0.4,
            "weakest": 0.4,
            "weakest_in_sentence": 0.2,
            "words": 0.5,
            "fit": -1.0,
            "score": 0.75,
            "gap": 0.125,
            "agreement": 0.0,
            "length": math.log(3),
            "candidates": math.log(2),
        },
        abs=1e-6,
    )


@pytest.mark.parametrize(
    ("ranks", "agreement"),
    [((1, 2), 1.0), ((1, None), 1.0), ((3, 7), 1.0), ((None, 1), 0.0), ((2, 1), 0.0), ((None, 2), 0.0)],
)
def test_agreement_is_that_no_passage_is_nearer_by_the_pooled_vectors(
    ranks: tuple[int | None, int | None], agreement: float
) -> None:
    hits = [hit(ENGLISH, 0.7, ranks[0]), hit(ARABIC, 0.6, ranks[1])]
    values = named(features(asked(), hits, [sentence(whole(ENGLISH), [0.5, 0.5, 0.5])]))
    assert values["agreement"] == agreement


def test_a_passage_alone_has_nothing_behind_it() -> None:
    values = named(features(asked(), [hit(ENGLISH, 0.7, 1)], [sentence(whole(ENGLISH), [0.1, 0.2, 0.3])]))
    assert (values["score"], values["gap"], values["agreement"]) == (0.7, 0.0, 1.0)


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
    monkeypatch.setattr("qa.confidence._models", lambda: models)
    found = [sentence(whole(ENGLISH), [0.8, 0.8, 0.8], semantic=0.8, lexical=0.5)]
    hits = [hit(ENGLISH, 0.9, 1), hit(ARABIC, 0.6, 2)]
    # Less the mean, in units of the scale: (.8 - .1) / .5, (.3 - .1) / .25, (log 3 - .1) / .5.
    weighted = 1.5 * 1.4 - 3 * 0.8 + 0.25 * (math.log(3) - 0.1) / 0.5
    for query, bias in ((asked("ar"), 0.5), (asked("en"), -1.5)):
        expected = 1 / (1 + math.exp(-(weighted + bias)))
        assert confidence(query, hits, found) == pytest.approx(expected, abs=1e-6)


def test_where_nothing_was_read_there_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qa.confidence._models", dict)
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
        monkeypatch.setattr("qa.confidence._models", lambda models=models: models)
        for question in ("Who sells salt?", "When did it snow?", "bread wind who"):
            confidences = {k: ask(question, index, k=k).confidence for k in (1, 3, 5, 10, 30)}
            assert len(set(confidences.values())) == 1, (feature, question, confidences)


def test_features_of_an_answer_are_those_of_what_was_read(encoder: FakeEncoder, tmp_path: Path) -> None:
    """The parts fit together: a question that repeats a sentence meets it wholly."""
    index = Index.build([ENGLISH, ARABIC], tmp_path / "i", encoder=encoder)
    query = index.query("Farmers wait")
    hits = index.search(query, 5)
    values = named(features(query, hits, read(index, query, hits)))
    # Questions and passages lie a little apart (`Centers`), so that the same word isn't quite 1.
    assert values["sentence"] == pytest.approx(1, abs=0.1)
    assert values["passage"] == pytest.approx(values["sentence"], abs=1e-6)
    assert values["words"] == 1.0
    assert values["length"] == pytest.approx(math.log(2))
    assert values["gap"] == pytest.approx(hits[0].score - hits[1].score)


def test_the_trained_numbers_are_whole() -> None:
    content = json.loads(resources.files("qa").joinpath("confidence.json").read_text("utf-8"))
    assert set(content["models"]) == set(PAIRINGS)
    for model in _models().values():
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
    sure = confidence(query, [hit(document, 1.1, 1), hit(other, 0.2, 2)], perfect)
    unsure = confidence(query, [hit(document, 0.1, 2), hit(other, 0.1, 1)], nothing)
    assert 0 <= unsure < THRESHOLD < sure <= 1
