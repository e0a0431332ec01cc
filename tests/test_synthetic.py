"""Synthetic texts: the same every time, of any number, with words as frequent as they should be."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from lexical_speed import measure
from synthetic import FORMS, MAX_LENGTH, MIN_LENGTH, Synthetic

from index.text.analyzer import Language, language


@pytest.fixture(scope="module", params=["ar", "en"])
def collection(request: pytest.FixtureRequest) -> Synthetic:
    return Synthetic(request.param)


@pytest.mark.slow
def test_the_first_of_many_are_the_same_as_by_themselves(collection: Synthetic) -> None:
    many = list(collection.passages(1100))
    assert len(many) == 1100
    assert many[:30] == list(collection.passages(30))
    assert many[1000:] != many[:100]
    assert many == list(Synthetic(collection.language).passages(1100))
    assert many[0] != next(Synthetic(collection.language, seed=1).passages(1))


@pytest.mark.slow
def test_passages_are_as_long_as_paragraphs(collection: Synthetic) -> None:
    lengths = [len(passage) for passage in collection.passages(1000)]
    assert min(lengths) == MIN_LENGTH
    assert max(lengths) == MAX_LENGTH


def test_words_are_as_frequent_as_the_law_says(collection: Synthetic) -> None:
    """By its formula, written out, for the ten most frequent of 160,000 words."""
    exponent, offset = {"ar": (1.029, 7.37), "en": (1.064, 2.13)}[collection.language]
    weights = [(rank + offset) ** -exponent for rank in range(1, FORMS + 1)]
    counts = Counter(word for passage in collection.passages(2000) for word in passage)
    shares = np.array([counts[form] for form in collection.forms[:10]]) / counts.total()
    np.testing.assert_allclose(shares, np.array(weights[:10]) / sum(weights), rtol=0.1)


def test_forms_are_distinct_words_of_the_language(collection: Synthetic) -> None:
    assert len(set(collection.forms)) == len(collection.forms) == FORMS
    text = next(collection.texts(1))
    assert language(text) == collection.language
    assert text.replace(".", "").split() == next(collection.passages(1))


def test_questions_are_of_other_passages(collection: Synthetic) -> None:
    questions = collection.questions(3)
    assert [len(question) for question in questions] == [12, 12, 12]
    assert questions[0] != next(collection.passages(1))[:12]


@pytest.mark.slow
@pytest.mark.parametrize("tongue", ["ar"])
def test_what_is_measured_has_values(tongue: Language) -> None:
    figures = measure(Synthetic(tongue), 200, questions=3)
    assert figures.passages == 200
    assert 0 < figures.best <= figures.slowest
    assert figures.bytes_a_passage > 6 * MIN_LENGTH / 2
    assert figures.rank_bm25 is None
    assert figures.bm25s is None
