"""Late interaction, held to loops over words and sentences."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from index.array_types import FloatArray
from index.errors import IndexDamaged
from index.ranking_parameters import RANKING
from index.retrieval.late_interaction import (
    RECORDS,
    TokenRecords,
    blended_matches,
    late_scores,
    write_records,
)
from index.retrieval.token_codec import STEP, QuantizedQuery, QuantizedTokens, TokenVectors, rotated

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


def question_of(count: int, seed: int) -> TokenVectors:
    """Tokens that aren't changed where a question is rounded to 8 bits."""
    made = tokens([count], seed)
    factors = QuantizedQuery.of(made.vectors)
    rounded = np.concatenate(factors.values).T * (factors.scales / np.float32(STEP))[:, None]
    return replace(made, vectors=np.ascontiguousarray(rounded, np.float32))


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
    return (1 - RANKING.sentence_share) * max_sim(question, passage) + RANKING.sentence_share * best


class Stored(TokenRecords):
    """Passages that were written."""

    def __init__(self, folder: Path, passages: Sequence[TokenVectors]) -> None:
        arrays = write_records(folder, [QuantizedTokens.of(passage).record() for passage in passages])
        self.ends = arrays["token_ends"]
        super().__init__(folder / RECORDS, arrays["token_ends"], arrays["token_checksums"])

    def scores(self, question: TokenVectors, rows: NDArray[np.int64]) -> FloatArray:
        return late_scores(question, [self.record(row) for row in rows.tolist()])


def test_by_hand(tmp_path: Path) -> None:
    """Two question tokens, one in each sentence of the passage: no sentence has both."""
    axes = np.eye(384, dtype=np.float32)
    spans = np.array([[0, 1], [2, 3], [4, 5]], np.int32)
    question = TokenVectors(axes[:2], spans[:2], np.array([3, 1], np.float32), np.zeros(2, np.int32))
    passage = TokenVectors(axes[:3], spans, np.ones(3, np.float32), np.array([0, 1, 1], np.int32))
    index = Stored(tmp_path, [rotated(passage)])
    # The whole passage has both (1); its best sentence the first token only (3/4).
    expected = (1 - RANKING.sentence_share) * 1 + RANKING.sentence_share * 0.75
    assert index.scores(rotated(question), np.array([0]))[0] == pytest.approx(expected, abs=0.1)
    assert 0 < RANKING.sentence_share < 1
    assert question.similarities(passage).tolist() == [[1, 0, 0], [0, 1, 0]]


def test_shares_of_the_weights() -> None:
    question = tokens([3], 1)
    assert question.shares.dtype == np.float32
    np.testing.assert_allclose(question.shares, question.weights / question.weights.sum(), rtol=1e-6)
    nothing = replace(question, weights=np.zeros(3, np.float32))
    assert nothing.shares.tolist() == [0, 0, 0]


def test_the_matches_of_the_question_s_tokens_make_up_the_score(tmp_path: Path) -> None:
    passage, question = tokens([4, 2, 5], 3), question_of(6, 4)
    index = Stored(tmp_path, [passage])
    stored = index[0]
    matches = blended_matches(question.similarities(stored), question.shares, stored.sentences)
    (score,) = index.scores(question, np.array([0]))
    assert float(matches @ question.shares) == pytest.approx(score, abs=1e-5)


@given(
    st.lists(st.lists(st.integers(1, 5), max_size=4), min_size=1, max_size=6),
    st.integers(1, 6),
    st.integers(0, 1000),
)
def test_held_to_loops(passages: list[list[int]], words: int, seed: int) -> None:
    made = [tokens(sentences, seed + i) for i, sentences in enumerate(passages)]
    question = question_of(words, seed + 77)
    with tempfile.TemporaryDirectory() as folder:
        index = Stored(Path(folder), made)
        rows = np.random.default_rng(seed).permutation(len(passages))
        scores = index.scores(question, rows)
        stored = [index[int(row)] for row in rows]
    assert scores.dtype == np.float32
    # Exactly the scores of what is stored; nearly those of what was given.
    np.testing.assert_allclose(scores, [naive(question, passage) for passage in stored], atol=1e-5)
    np.testing.assert_allclose(scores, [naive(question, made[int(row)]) for row in rows], atol=0.3)


@pytest.mark.parametrize("words", [1, 15, 16, 17, 40])
def test_questions_of_any_length(words: int, tmp_path: Path) -> None:
    index = Stored(tmp_path, [tokens([5, 9, 2], seed) for seed in range(7)])
    question = question_of(words, 50)
    expected = [naive(question, index[row]) for row in range(7)]
    np.testing.assert_allclose(index.scores(question, np.arange(7)), expected, atol=1e-5)


def test_neighbouring_passages_with_the_same_sentence_numbers_stay_apart(tmp_path: Path) -> None:
    """The last sentence of one passage and the first of the next may both be number 0."""
    index = Stored(tmp_path, [tokens([3], 1), tokens([2], 2), tokens([2, 2], 3), tokens([4], 4)])
    question = question_of(5, 9)
    for rows in ([0, 1, 2, 3], [3, 0], [2], [1, 1, 0]):
        expected = [naive(question, index[row]) for row in rows]
        np.testing.assert_allclose(index.scores(question, np.array(rows)), expected, atol=1e-5)


def test_what_a_merge_takes_over_stays_byte_for_byte(tmp_path: Path) -> None:
    """Vectors that were rounded before mustn't wear off."""
    (tmp_path / "old").mkdir()
    (tmp_path / "new").mkdir()
    old = Stored(tmp_path / "old", [tokens([10, 5], seed) for seed in range(20)])
    write_records(tmp_path / "new", map(old.record, range(20)))
    assert (tmp_path / "old" / RECORDS).read_bytes() == (tmp_path / "new" / RECORDS).read_bytes()


def test_what_is_read_is_what_was_written(tmp_path: Path) -> None:
    made = [tokens([2, 3], 1), tokens([], 2), tokens([4], 3)]
    index = Stored(tmp_path, made)
    for row in range(3):
        expected = QuantizedTokens.of(made[row]).expand()
        for one, other in zip(vars(expected).values(), vars(index[row]).values(), strict=True):
            np.testing.assert_array_equal(one, other)
            assert one.dtype == other.dtype


def test_no_passages(tmp_path: Path) -> None:
    index = Stored(tmp_path, [])
    assert index.scores(tokens([3], 8), np.zeros(0, np.int64)).shape == (0,)


def test_passages_and_questions_without_tokens_score_nothing(tmp_path: Path) -> None:
    index = Stored(tmp_path, [tokens([], 1), tokens([3], 2), tokens([], 3)])
    rows = np.array([0, 1, 2])
    scores = index.scores(tokens([2], 4), rows)
    assert scores[0] == scores[2] == 0 != scores[1]
    assert index.scores(tokens([], 5), rows).tolist() == [0, 0, 0]
    assert index.scores(tokens([2], 4), np.array([0, 2])).tolist() == [0, 0]
    assert len(index[0].vectors) == 0


def test_a_flipped_bit_is_noticed_wherever_it_is(tmp_path: Path) -> None:
    index = Stored(tmp_path, [tokens([2], 1), tokens([3], 2), tokens([1, 1], 3)])
    path = tmp_path / RECORDS
    content = path.read_bytes()
    for position in range(len(content)):
        row = int(np.searchsorted(index.ends, position, side="right")) - 1
        path.write_bytes(content[:position] + bytes([content[position] ^ 16]) + content[position + 1 :])
        expected = rf"{RECORDS} has other content .* passage {row + 1}\."
        with pytest.raises(IndexDamaged, match=expected):
            index[row]
        with pytest.raises(IndexDamaged, match=expected):
            index.scores(tokens([2], 4), np.arange(3))
        other = (row + 1) % 3
        assert index.scores(tokens([2], 4), np.array([other])) != 0


def test_a_full_disk_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        Stored(tmp_path, [tokens([2], 1)])
