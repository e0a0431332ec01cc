"""Fused scores by hand."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from index.ranking_parameters import RANKING
from index.retrieval import fusion


def array(*values: float) -> NDArray[np.float32]:
    return np.array(values, np.float32)


NONE = array(0, 0, 0)


def fuse(
    semantic: NDArray[np.float32],
    lexical: NDArray[np.float32],
    best_share: float,
    names: NDArray[np.float32],
    script_distance: NDArray[np.float32],
) -> NDArray[np.float32]:
    """Where nothing is translated."""
    return fusion.fuse(semantic, lexical, best_share, names, script_distance, 0 * semantic, 0.0)


def test_in_one_script_words_are_added() -> None:
    fused = fuse(array(0.5, 0.6, 0.4), array(0.4, 0.0, 0.2), 0.9, array(1, 0.5, 1), NONE)
    expected = [0.5 + 0.4 * RANKING.lexical_weight, 0.6, 0.4 + 0.2 * RANKING.lexical_weight]
    np.testing.assert_allclose(fused, expected, atol=1e-6)
    assert fused.dtype == np.float32


def test_a_passage_in_another_script_has_the_vote_of_the_best() -> None:
    fused = fuse(array(0.5, 0.5, 0.5), array(0.4, 0.0, 0.0), 0.6, NONE, array(0, 1, 0.5))
    expected = [0.5 + vote * RANKING.lexical_weight for vote in (0.4, 0.6, 0.3)]
    np.testing.assert_allclose(fused, expected, atol=1e-6)


def test_in_another_script_words_in_common_say_nothing() -> None:
    """A word in Latin letters in an Arabic passage neither lifts nor sinks it."""
    fused = fuse(array(0.5, 0.5, 0.3), array(0.1, 0.3, 0.8), 0.8, NONE, array(1, 1, 0))
    assert fused[0] == fused[1] == pytest.approx(0.5 + 0.8 * RANKING.lexical_weight)


def test_names_count_as_far_as_scripts_differ() -> None:
    fused = fuse(array(0.5, 0.5, 0.5), NONE, 0, array(0.5, 0.5, 0.5), array(0, 1, 0.5))
    expected = [0.5 + share * RANKING.name_weight for share in (0, 0.5, 0.25)]
    np.testing.assert_allclose(fused, expected, atol=1e-6)


def test_translations_count_above_a_share_of_the_best_in_another_script_only() -> None:
    translated, distances, none = array(0.4, 0.4, 0.0, 0.1), array(1, 0.8, 0.6, 0.5), array(0, 0, 0, 0)
    fused = fusion.fuse(array(0.5, 0.5, 0.5, 0.5), none, 0.0, none, distances, translated, 0.4)
    level = RANKING.translation_baseline * 0.4
    expected = [
        0.5 + RANKING.translation_weight * part
        for part in (0.4 - level, 0.8 * (0.4 - level), -0.6 * level, 0)
    ]
    np.testing.assert_allclose(fused, expected, atol=1e-6)


def test_all_parts_together() -> None:
    fused = fusion.fuse(
        array(0.5, 0.4), array(0.4, 0.2), 0.4, array(1, 0.5), array(0.75, 0.25), array(0.3, 0.2), 0.3
    )
    above = 0.3 * (1 - RANKING.translation_baseline)
    expected = [
        0.5
        + 0.4 * RANKING.lexical_weight
        + 0.75 * RANKING.name_weight
        + 0.75 * above * RANKING.translation_weight,
        0.4 + 0.25 * RANKING.lexical_weight + 0.125 * RANKING.name_weight,
    ]
    np.testing.assert_allclose(fused, expected, atol=1e-6)


def test_where_all_is_in_another_script_the_order_is_that_of_meaning() -> None:
    semantic = array(0.31, 0.35, 0.33)
    fused = fuse(semantic, array(0.2, 0.0, 0.1), 0.2, NONE, array(1, 1, 1))
    assert np.argsort(-fused).tolist() == np.argsort(-semantic).tolist() == [1, 2, 0]


def test_no_candidates() -> None:
    assert fuse(array(), array(), 0, array(), array()).shape == (0,)
