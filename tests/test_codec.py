"""Token vectors in few bytes, held to numbers by hand and to what they were made from."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from index.codec import CompactTokens, TokenVectors

FloatArray = NDArray[np.float32]


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
    """The deviation of 3, -1, 1, -1 is the root of 3: a step of a third of it, .577."""
    compact = CompactTokens.of(tokens_of(np.array([[3, -1, 1, -1]], np.float32), [(5, 9)], [2]))
    # In steps: 5.2, -1.7, 1.7, -1.7. The levels nearest are 5.5, -1.5, 1.5, -1.5, of 7.5 less than the code.
    assert compact.codes.tolist() == [[13 | 9 << 4, 6 | 6 << 4]]
    # Whatever was rounded, the product with the vector itself stays: 12 = (3 * 5.5 + 3 * 1.5) * scale.
    assert compact.scales.tolist() == [pytest.approx(12 / 21, rel=1e-3)]
    assert compact.places.tolist() == [[5], [4], [2]]
    found = compact.expand()
    np.testing.assert_allclose(found.vectors, np.array([[5.5, -1.5, 1.5, -1.5]]) * 12 / 21, rtol=1e-3)
    assert (found.spans.tolist(), found.sentences.tolist(), found.weights.tolist()) == ([[5, 9]], [2], [1])


def test_each_number_keeps_its_place() -> None:
    """Every number of a vector in turn is the largest: a byte holds two that aren't neighbours."""
    vectors = np.eye(8, dtype=np.float32) + np.float32(0.01)
    found = CompactTokens.of(tokens_of(vectors, [(i, i + 1) for i in range(8)], [0] * 8)).expand()
    assert found.vectors.argmax(axis=1).tolist() == list(range(8))


@pytest.mark.parametrize("dimension", [32, 128])
def test_products_are_nearly_what_they_were(dimension: int) -> None:
    made = random_tokens(400, dimension, seed=1)
    found = CompactTokens.of(made).expand()
    own = (made.vectors * found.vectors).sum(axis=1)
    np.testing.assert_allclose(own, 1, atol=6e-4)
    wrong = made.similarities(found) - made.similarities(made)
    # Max (1960): 16 even levels leave 1.154 % of a normal variable's variance.
    expected = (0.01154 / dimension) ** 0.5
    apart = wrong[~np.eye(400, dtype=bool)]
    assert abs(apart.mean()) < 0.05 * expected
    assert apart.std() == pytest.approx(expected, rel=0.1)


def test_a_token_costs_69_bytes() -> None:
    """150 tokens of 128 dimensions: 64 bytes of codes, 2 of scale and 3 of place each, and 8 once."""
    assert len(CompactTokens.of(random_tokens(150, 128, seed=2)).record()) == 150 * 69 + 8


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
    made = tokens_of(random_tokens(len(spans), 4, seed=3).vectors, spans, sentences)
    compact = CompactTokens.parse(memoryview(CompactTokens.of(made).record()))
    assert compact.places.dtype == kind
    found = compact.expand()
    np.testing.assert_array_equal(found.spans, made.spans)
    np.testing.assert_array_equal(found.sentences, made.sentences)
    assert (found.spans.dtype, found.sentences.dtype, found.vectors.dtype) == (np.int32, np.int32, np.float32)


@given(st.integers(0, 30), st.sampled_from([2, 4, 16, 128]), st.integers(0, 1000))
def test_a_record_is_read_as_it_was_written(count: int, dimension: int, seed: int) -> None:
    compact = CompactTokens.of(random_tokens(count, dimension, seed))
    record = compact.record()
    again = CompactTokens.parse(memoryview(record))
    for one, other in zip(vars(compact).values(), vars(again).values(), strict=True):
        np.testing.assert_array_equal(one, other)
        assert one.dtype == other.dtype
        assert one.shape == other.shape
    assert again.record() == record
    assert len(again) == count


def test_a_vector_of_zeros_stays_one() -> None:
    made = random_tokens(3, 8, seed=6)
    made.vectors[1] = 0
    found = CompactTokens.of(made).expand().vectors
    assert found[1].tolist() == [0] * 8
    assert np.abs(found[[0, 2]]).max() > 0
