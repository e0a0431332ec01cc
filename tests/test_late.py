"""Late interaction, held to loops over words and sentences."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from index.late import SENTENCE_SHARE, LateIndex, TokenVectors

FloatArray = NDArray[np.float32]
DIMENSION = 16


def tokens(sentences: list[int], seed: int) -> TokenVectors:
    """Random unit vectors, so many of them in each sentence."""
    count = sum(sentences)
    generator = np.random.default_rng(seed)
    vectors = generator.standard_normal((count, DIMENSION)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    spans = np.array([(3 * i, 3 * i + 2) for i in range(count)], np.int32).reshape(-1, 2)
    numbers = np.repeat(np.arange(len(sentences)), sentences).astype(np.int32)
    return TokenVectors(vectors, spans, generator.uniform(0.5, 9, count).astype(np.float32), numbers)


def max_sim(question: TokenVectors, passage: TokenVectors, sentence: int | None = None) -> float:
    """Each question token's best cosine, weighted; over one sentence of the passage or all of it."""
    total = 0.0
    for i in range(len(question.vectors)):
        best = -2.0
        for j in range(len(passage.vectors)):
            if sentence is None or passage.sentences[j] == sentence:
                best = max(best, float(question.vectors[i] @ passage.vectors[j]))
        total += float(question.weights[i]) * best
    return total / float(question.weights.sum())


def naive(question: TokenVectors, passage: TokenVectors) -> float:
    if not len(passage.vectors):
        return 0.0
    best = max(max_sim(question, passage, int(number)) for number in set(passage.sentences))
    return (1 - SENTENCE_SHARE) * max_sim(question, passage) + SENTENCE_SHARE * best


def vectors_of(*rows: list[float]) -> FloatArray:
    return np.array(rows, np.float32)


def test_by_hand() -> None:
    """Two question tokens, one in each sentence of the passage: no sentence has both."""
    question = TokenVectors(
        vectors_of([1, 0, 0], [0, 1, 0]),
        np.array([[0, 1], [2, 3]], np.int32),
        np.array([3, 1], np.float32),
        np.zeros(2, np.int32),
    )
    passage = TokenVectors(
        vectors_of([1, 0, 0], [0, 1, 0], [0, 0, 1]),
        np.array([[0, 1], [2, 3], [4, 5]], np.int32),
        np.ones(3, np.float32),
        np.array([0, 1, 1], np.int32),
    )
    index = LateIndex.build([passage], 3)
    # The whole passage has both (1); its best sentence the first token only (3/4).
    expected = (1 - SENTENCE_SHARE) * 1 + SENTENCE_SHARE * 0.75
    assert index.scores(question, np.array([0]))[0] == pytest.approx(expected)
    assert 0 < SENTENCE_SHARE < 1
    assert question.similarities(passage).tolist() == [[1, 0, 0], [0, 1, 0]]


@given(
    st.lists(st.lists(st.integers(1, 5), max_size=4), min_size=1, max_size=6),
    st.integers(1, 6),
    st.integers(0, 1000),
)
def test_held_to_loops(passages: list[list[int]], words: int, seed: int) -> None:
    made = [tokens(sentences, seed + i) for i, sentences in enumerate(passages)]
    question = tokens([words], seed + 77)
    index = LateIndex.build(made, DIMENSION)
    rows = np.random.default_rng(seed).permutation(len(passages))
    scores = index.scores(question, rows)
    assert scores.dtype == np.float32
    # Exactly the scores of what is stored; nearly those of what was given.
    np.testing.assert_allclose(scores, [naive(question, index[int(row)]) for row in rows], atol=1e-5)
    np.testing.assert_allclose(scores, [naive(question, made[int(row)]) for row in rows], atol=0.02)


def test_neighbouring_passages_with_the_same_sentence_numbers_stay_apart() -> None:
    """The last sentence of one passage and the first of the next may both be number 0."""
    made = [tokens([3], 1), tokens([2], 2), tokens([2, 2], 3), tokens([4], 4)]
    index = LateIndex.build(made, DIMENSION)
    question = tokens([5], 9)
    for rows in ([0, 1, 2, 3], [3, 0], [2], [1, 1, 0]):
        expected = [naive(question, index[row]) for row in rows]
        np.testing.assert_allclose(index.scores(question, np.array(rows)), expected, atol=1e-5)


def test_int8_keeps_every_number_within_half_a_step() -> None:
    made = tokens([40, 60], 5)
    kept = LateIndex.build([made], DIMENSION)[0]
    step = np.abs(made.vectors).max(axis=1, keepdims=True) / 127
    assert (np.abs(kept.vectors - made.vectors) <= step / 2 * 1.0001).all()
    np.testing.assert_array_equal(kept.spans, made.spans)
    np.testing.assert_array_equal(kept.sentences, made.sentences)


def test_storing_what_was_stored_changes_nothing() -> None:
    """An update takes over vectors that were rounded before: they mustn't wear off."""
    first = LateIndex.build([tokens([10, 5], seed) for seed in range(20)], DIMENSION)
    again = first
    for _ in range(5):
        again = LateIndex.build([again[row] for row in range(20)], DIMENSION)
    for row in range(20):
        np.testing.assert_allclose(again[row].vectors, first[row].vectors, rtol=1e-6, atol=1e-8)


def test_save_and_load(tmp_path: Path) -> None:
    made = LateIndex.build([tokens([2, 3], 1), tokens([], 2), tokens([4], 3)], DIMENSION)
    made.save(tmp_path)
    loaded = LateIndex.load(tmp_path)
    for row in range(3):
        for one, other in zip(vars(made[row]).values(), vars(loaded[row]).values(), strict=True):
            np.testing.assert_array_equal(one, other)
            assert one.dtype == other.dtype
    question = tokens([3], 8)
    rows = np.array([2, 1, 0])
    np.testing.assert_array_equal(loaded.scores(question, rows), made.scores(question, rows))


@pytest.mark.parametrize("is_saved", [False, True])
def test_no_passages(is_saved: bool, tmp_path: Path) -> None:
    index = LateIndex.build([], DIMENSION)
    if is_saved:
        index.save(tmp_path)
        index = LateIndex.load(tmp_path)
    assert index.scores(tokens([3], 8), np.zeros(0, np.int64)).shape == (0,)


def test_passages_and_questions_without_tokens_score_nothing() -> None:
    index = LateIndex.build([tokens([], 1), tokens([3], 2), tokens([], 3)], DIMENSION)
    rows = np.array([0, 1, 2])
    scores = index.scores(tokens([2], 4), rows)
    assert scores[0] == scores[2] == 0 != scores[1]
    assert index.scores(tokens([], 5), rows).tolist() == [0, 0, 0]
    assert index.scores(tokens([2], 4), np.array([0, 2])).tolist() == [0, 0]
    assert index[0].vectors.shape == (0, DIMENSION)


def test_a_vector_of_zeros_is_kept_as_one() -> None:
    made = tokens([3], 6)
    made.vectors[1] = 0
    kept = LateIndex.build([made], DIMENSION)[0]
    assert kept.vectors[1].tolist() == [0] * DIMENSION
