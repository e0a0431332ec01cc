"""Token vectors in few bytes, held to numbers by hand and to what they were made from."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.array_types import FloatArray
from index.retrieval.token_codec import (
    MIDDLE,
    STEP,
    QuantizedQuery,
    QuantizedTokens,
    TokenBlock,
    TokenVectors,
    code_products,
    rotated,
)


def tokens_of(vectors: FloatArray, spans: list[tuple[int, int]], sentences: list[int]) -> TokenVectors:
    return TokenVectors(
        vectors,
        np.array(spans, np.int32).reshape(-1, 2),
        np.ones(len(vectors), np.float32),
        np.array(sentences, np.int32),
    )


def random_tokens(count: int, dimension: int, seed: int) -> TokenVectors:
    vectors = np.random.default_rng(seed).standard_normal((count, dimension)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return tokens_of(vectors, [(4 * i, 4 * i + 3) for i in range(count)], [i // 10 for i in range(count)])


def test_by_hand() -> None:
    """Two vectors whose mean is 127 in the first place: what is left is of deviation 1, in 16 places."""
    rest = np.array([2, -1.2, 0.1, -0.1, 0.9, 0.9, 1.1, -2, 0.3, -0.3, 0.3, 0.3, -1, 1, 1, -1], np.float32)
    rest *= (16 / (rest @ rest)) ** 0.5
    mean = np.zeros(16, np.float32)
    mean[0] = 127
    made = tokens_of(np.stack([mean + rest, mean - rest]), [(5, 9), (10, 12)], [2, 3])
    compact = QuantizedTokens.of(made)
    assert (compact.mean.tolist(), compact.mean_scale) == ([127] + [0] * 15, 1)
    # Levels are at -1.5, -.5, .5 and 1.5 steps of about 1; those that are four places apart share a byte.
    levels = [3, 0, 2, 1, 2, 2, 3, 0, 2, 1, 2, 2, 1, 2, 2, 1]
    values = (np.array(levels, np.float32) - np.float32(1.5)) * np.float32(0.9957)
    assert compact.codes[0].tolist() == [sum(levels[4 * q + i] << 2 * q for q in range(4)) for i in range(4)]
    # Whatever was rounded, the product with what was left of the vector stays.
    scale = float(rest @ rest / (values @ rest))
    np.testing.assert_allclose(compact.scales, [scale, scale], rtol=1e-3)
    assert compact.places.tolist() == [[5, 5], [4, 2], [2, 1]]
    found = compact.expand()
    expected = np.stack([mean + scale * values, mean - scale * values])
    np.testing.assert_allclose(found.vectors, expected, atol=2e-3)
    assert found.spans.tolist() == [[5, 9], [10, 12]]
    assert (found.sentences.tolist(), found.weights.tolist()) == ([2, 3], [1, 1])


@pytest.mark.parametrize("dimension", [32, 384])
def test_products_are_nearly_what_they_were(dimension: int) -> None:
    made = random_tokens(400, dimension, seed=1)
    made.vectors[:, 0] += 1
    made.vectors[:] /= np.linalg.norm(made.vectors, axis=1, keepdims=True)
    found = QuantizedTokens.of(made).expand()
    rest = made.vectors - made.vectors.mean(axis=0)
    wrong = random_tokens(300, dimension, seed=2).vectors @ (found.vectors - made.vectors).T
    # Max (1960): four even levels leave .1188 of a normal variable's variance: of those that are scaled
    # up by what they lack, d / (1 - d).
    lost = 0.1188
    expected = ((rest**2).sum(axis=1).mean() * lost / (1 - lost) / dimension) ** 0.5
    assert abs(wrong.mean()) < 0.05 * expected
    assert wrong.std() == pytest.approx(expected, rel=0.1)


def test_what_tokens_have_in_common_costs_nothing() -> None:
    """A hundred tokens that are all but the same: their difference is rounded, not they."""
    made = random_tokens(100, 64, seed=1)
    made.vectors[:] = made.vectors[0] + 0.01 * made.vectors
    wrong = np.abs(QuantizedTokens.of(made).expand().vectors - made.vectors)
    assert wrong.max() < 0.01


def test_a_token_costs_101_bytes() -> None:
    """150 tokens of 384 dimensions: 96 bytes of codes, 2 of scale and 3 of place each, and the mean."""
    assert len(QuantizedTokens.of(random_tokens(150, 384, seed=2)).record()) == 150 * 101 + 384 + 12


@pytest.mark.parametrize("dimension", [5, 16, 24, 32, 384])
def test_turning_keeps_every_product(dimension: int) -> None:
    made = random_tokens(50, dimension, seed=4)
    found = rotated(made)
    assert found.vectors.shape == (50, -(-dimension // 16) * 16)
    np.testing.assert_allclose(found.similarities(found), made.similarities(made), atol=1e-5)
    np.testing.assert_array_equal(found.spans, made.spans)


def test_turning_spreads_what_stands_in_one_place() -> None:
    found = rotated(tokens_of(np.eye(384, dtype=np.float32), [(0, 1)] * 384, [0] * 384)).vectors
    # In blocks of 128, the largest power of two in 384.
    assert set(np.unique(np.abs(found)).round(6)) == {0, np.float32(128**-0.5).round(6)}


@pytest.mark.parametrize(
    ("spans", "sentences", "kind"),
    [
        ([(0, 127), (127, 130)], [0, 127], np.int8),
        ([(0, 128), (128, 130)], [0, 0], np.int16),
        ([(5, 6), (0, 2)], [0, 0], np.int8),
        ([(0, 3), (40_000, 40_001)], [0, 0], np.int32),
        ([(0, 3), (9, 10)], [0, 200], np.int16),
        ([(2**31 - 2, 2**31 - 1)], [0], np.int32),
    ],
)
def test_places_take_as_little_as_they_need(
    spans: list[tuple[int, int]], sentences: list[int], kind: type
) -> None:
    made = tokens_of(random_tokens(len(spans), 16, seed=3).vectors, spans, sentences)
    compact = QuantizedTokens.parse(memoryview(QuantizedTokens.of(made).record()))
    assert compact.places.dtype == kind
    found = compact.expand()
    np.testing.assert_array_equal(found.spans, made.spans)
    np.testing.assert_array_equal(found.sentences, made.sentences)
    assert found.spans.dtype == np.int32
    assert found.sentences.dtype == np.int32
    assert found.vectors.dtype == np.float32


def test_products_are_those_of_what_codes_stand_for() -> None:
    compact = QuantizedTokens.of(random_tokens(40, 64, seed=8))
    vectors = np.random.default_rng(9).standard_normal((5, 64)).astype(np.float32)
    # What `expand` makes of the codes, undone.
    values = compact.expand().vectors - compact.mean * np.float32(compact.mean_scale)
    values /= compact.scales.astype(np.float32)[:, None]
    levels = values / STEP + MIDDLE
    np.testing.assert_allclose(levels, levels.round(), atol=1e-3)
    assert (levels.round().min(), levels.round().max()) == (0, 3)
    factors = QuantizedQuery.of(vectors)
    rounded = np.concatenate(factors.values).T * (factors.scales / STEP)[:, None]
    # Half a step of 127 between zero and a vector's greatest number.
    assert (np.abs(rounded - vectors) <= np.abs(vectors).max(axis=1, keepdims=True) / 253).all()
    expected = (levels.round() - MIDDLE) * STEP @ rounded.T
    np.testing.assert_allclose(code_products(compact.codes, factors), expected, atol=1e-4)


def test_cosines_of_a_block_are_those_of_what_is_stored() -> None:
    made = [random_tokens(count, 384, seed) for seed, count in enumerate((3, 0, 40, 1))]
    compact = [QuantizedTokens.of(tokens) for tokens in made]
    block = TokenBlock.parse([memoryview(tokens.record()) for tokens in compact])
    question = random_tokens(6, 384, seed=9)
    assert block.counts.tolist() == [3, 0, 40, 1]
    assert np.flatnonzero(block.begins).tolist() == [0, 3, 13, 23, 33, 43]
    expected = np.concatenate([question.similarities(tokens.expand()).T for tokens in compact])
    found = block.cosines(question.vectors)
    assert found.dtype == np.float32
    # What rounding the question to 8 bits changes.
    np.testing.assert_allclose(found, expected, atol=2e-3)
    assert np.sqrt(np.mean((found - expected) ** 2)) < 5e-4


def test_factors_of_zeros_are_zeros() -> None:
    compact = QuantizedTokens.of(random_tokens(4, 16, seed=2))
    assert not code_products(compact.codes, QuantizedQuery.of(np.zeros((3, 16), np.float32))).any()


@given(st.integers(0, 30), st.sampled_from([16, 32, 384]), st.integers(0, 1000))
def test_a_record_is_read_as_it_was_written(count: int, dimension: int, seed: int) -> None:
    compact = QuantizedTokens.of(random_tokens(count, dimension, seed))
    record = compact.record()
    again = QuantizedTokens.parse(memoryview(record))
    for one, other in zip(vars(compact).values(), vars(again).values(), strict=True):
        np.testing.assert_array_equal(one, other)
        assert np.asarray(one).dtype == np.asarray(other).dtype
        assert np.shape(one) == np.shape(other)
    assert again.record() == record
    assert len(again) == count


def test_vectors_of_zeros_stay_so() -> None:
    made = random_tokens(3, 16, seed=6)
    made.vectors[:] = 0
    assert not QuantizedTokens.of(made).expand().vectors.any()
