"""Measures held to values worked out by hand, and intervals to another way of finding them."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.evaluation.measures import (
    Estimate,
    RiskPoint,
    aurc,
    auroc,
    calibration_error,
    estimate,
    least_aurc,
    over_questions,
    ranking_scores,
    reliability,
    risk_coverage,
    thinned,
)

# Rankings.


@given(st.lists(st.tuples(st.permutations("abcdefghijkl"), st.sets(st.sampled_from("abc"), min_size=1))))
@settings(max_examples=25)
def test_rankings_are_held_to_their_formulas(drawn: list[tuple[list[str], set[str]]]) -> None:
    measured = ranking_scores(
        ["R@1", "R@5", "R@10", "MRR@10", "nDCG@10"],
        [{"a"}, *(right for _, right in drawn)],
        [list("abc"), *(ranking for ranking, _ in drawn)],
    )
    expected: dict[str, list[float]] = {name: [1.0] for name in measured}
    for ranking, right in drawn:
        ranks = [rank for rank, id_ in enumerate(ranking, 1) if id_ in right]
        for depth in (1, 5, 10):
            expected[f"R@{depth}"].append(sum(rank <= depth for rank in ranks) / len(right))
        expected["MRR@10"].append(1 / ranks[0] if ranks[0] <= 10 else 0)
        gain = sum(1 / math.log2(rank + 1) for rank in ranks if rank <= 10)
        expected["nDCG@10"].append(gain / sum(1 / math.log2(n + 2) for n in range(len(right))))
    for name, values in measured.items():
        assert values == pytest.approx(expected[name], abs=1e-6)


def test_scores_come_back_in_the_order_of_the_questions() -> None:
    """Eleven of them, so that the tenth doesn't sort between the first and the second."""
    rankings = [["x"] if n % 2 else ["y", "x"] for n in range(12)]
    rankings[3] = []
    scores = ranking_scores(["MRR@10", "Success@1"], [{"x"}] * 12, rankings)
    assert list(scores) == ["MRR@10", "Success@1"]
    assert scores["MRR@10"] == [0.5, 1, 0.5, 0, 0.5, 1, 0.5, 1, 0.5, 1, 0.5, 1]
    assert scores["Success@1"] == [0, 1, 0, 0, 0, 1, 0, 1, 0, 1, 0, 1]


def test_one_of_two_right_ones_is_a_success_and_half_of_the_recall() -> None:
    scores = ranking_scores(["R@1", "Success@1", "Success@5"], [{"x", "y"}], [["y", "z"]])
    assert scores == {"R@1": [0.5], "Success@1": [1], "Success@5": [1]}
    scores = ranking_scores(["Success@5"], [{"x"}] * 2, [[*"1234x"], [*"12345x"]])
    assert scores == {"Success@5": [1, 0]}


# Confidence.


def test_auroc_at_its_ends() -> None:
    assert auroc([(0.9, 1), (0.1, 0)]) == 1.0
    assert auroc([(0.1, 1), (0.9, 0)]) == 0.0
    assert auroc([(0.5, 1), (0.5, 0)]) == 0.5


@given(st.lists(st.integers(0, 9), min_size=1), st.lists(st.integers(0, 9), min_size=1))
@settings(max_examples=30)
def test_auroc_is_the_chance_of_a_pair(ones: list[int], zeros: list[int]) -> None:
    chance = np.mean([1.0 if a > b else 0.5 if a == b else 0.0 for a in ones for b in zeros])
    assert auroc([(a / 9, 1) for a in ones] + [(b / 9, 0) for b in zeros]) == pytest.approx(chance)


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ([(1.0, 1), (0.0, 0)], 0.0),
        ([(1.0, 0), (0.0, 1)], 1.0),
        ([(0.75, 1), (0.75, 1), (0.75, 1), (0.75, 0)], 0.0),
        # Two bins: (.62, .68) with one of two, weighing 2/5; (.91, .95, .99) with all, weighing 3/5.
        ([(0.62, 1), (0.68, 0), (0.91, 1), (0.95, 1), (0.99, 1)], 0.4 * 0.15 + 0.6 * 0.05),
        # In one bin what is too high and too low evens out; in two it doesn't.
        ([(0.51, 0), (0.59, 1)], 0.05),
        ([(0.49, 0), (0.51, 1)], (0.49 + 0.49) / 2),
        # A bin holds its lower edge; the last one both.
        ([(0.9, 0), (1.0, 1)], 0.45),
    ],
)
def test_calibration_error_by_hand(pairs: list[tuple[float, int]], expected: float) -> None:
    assert calibration_error(pairs) == pytest.approx(expected)


def test_bins_by_hand() -> None:
    bins = reliability([(0.62, 1), (0.68, 0), (1.0, 1), (0.0, 0), (0.02, 0), (0.06, 1)])
    assert [bin_.confidence for bin_ in bins] == pytest.approx([0.08 / 3, 0.65, 1])
    assert [bin_.share for bin_ in bins] == pytest.approx([1 / 3, 1 / 2, 1])
    assert [bin_.count for bin_ in bins] == [3, 2, 1]


# Risk and coverage.


def test_a_curve_by_hand() -> None:
    pairs = [(0.2, 1), (0.9, 0), (0.8, 1), (0.4, 0)]
    assert risk_coverage(pairs) == (
        RiskPoint(0.9, 0.25, 0.0),
        RiskPoint(0.8, 0.5, 0.5),
        RiskPoint(0.4, 0.75, 1 / 3),
        RiskPoint(0.2, 1.0, 0.5),
    )
    assert aurc(pairs) == pytest.approx((0 + 1 / 2 + 1 / 3 + 1 / 2) / 4)
    # The two right ones first: 0, 0, 1/3, 2/4.
    assert least_aurc(pairs) == pytest.approx((1 / 3 + 1 / 2) / 4)


def test_equals_are_answered_together() -> None:
    pairs = [(0.5, 1), (0.5, 0), (0.9, 0), (0.5, 0)]
    assert risk_coverage(pairs) == (RiskPoint(0.9, 0.25, 0.0), RiskPoint(0.5, 1.0, 0.25))
    assert aurc(pairs) == pytest.approx(0.75 * 0.25)
    assert aurc(list(reversed(pairs))) == aurc(pairs)


@given(st.lists(st.tuples(st.floats(0, 1), st.integers(0, 1)), min_size=1, max_size=30))
@settings(max_examples=50)
def test_a_curve_is_what_counting_gives(pairs: list[tuple[float, int]]) -> None:
    for point in (points := risk_coverage(pairs)):
        answered = [wrong for confidence, wrong in pairs if confidence >= point.confidence]
        assert point.coverage == pytest.approx(len(answered) / len(pairs))
        assert point.risk == pytest.approx(sum(answered) / len(answered))
    assert [p.confidence for p in points] == sorted({c for c, _ in pairs}, reverse=True)
    perfect = [(1.0 - n / 100, wrong) for n, wrong in enumerate(sorted(wrong for _, wrong in pairs))]
    assert least_aurc(pairs) == pytest.approx(aurc(perfect))


def test_a_curve_is_thinned_evenly_and_keeps_its_ends() -> None:
    points = [RiskPoint(1 - n / 1000, (n + 1) / 1000, 0.0) for n in range(1000)]
    kept = thinned(points)
    assert (len(kept), kept[0], kept[-1]) == (100, points[0], points[-1])
    gaps = {round((b.coverage - a.coverage) * 1000) for a, b in pairwise(kept)}
    assert gaps == {10, 11}
    assert thinned(points[:7]) == tuple(points[:7])
    assert thinned(points[:1]) == tuple(points[:1])


# Intervals.


def test_an_interval_is_that_of_the_normal_approximation() -> None:
    """Another way to the same: the mean of 400 draws is close to normal."""
    values = np.repeat([1.0, 0.0], [120, 280])
    half = 1.96 * math.sqrt(0.3 * 0.7 / 400)
    found = estimate(values.tolist())
    assert found.mean == pytest.approx(0.3)
    assert (found.low, found.high) == pytest.approx((0.3 - half, 0.3 + half), abs=0.006)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=50))
@settings(max_examples=30)
def test_an_interval_holds_its_mean(values: list[float]) -> None:
    found = estimate(values)
    assert found.mean == pytest.approx(np.mean(values))
    assert min(values) - 1e-9 <= found.low <= found.mean + 1e-9
    assert found.mean - 1e-9 <= found.high <= max(values) + 1e-9
    assert found == estimate(values)


def test_a_measures_interval_is_that_of_its_mean() -> None:
    """Another way to the same: where the measure is a mean, `estimate` finds its interval."""
    values = np.repeat([1.0, 0.0], [120, 280])

    def mean(pairs: object) -> float:
        return float(np.asarray(pairs)[:, 1].mean())

    found = over_questions(mean, [[(0.5, int(value))] for value in values])
    expected = estimate(values.tolist())
    assert found.mean == pytest.approx(expected.mean)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=0.01)


def test_a_questions_pairs_are_drawn_together() -> None:
    """One 1 and one 0 of every question: however they are drawn, half are ones."""
    groups = [[(0.1 * n, 1), (0.05 * n, 0)] for n in range(8)]
    found = over_questions(lambda pairs: float(np.asarray(pairs)[:, 1].mean()), groups)
    assert found == Estimate(0.5, 0.5, 0.5)


def test_an_interval_of_equals_is_a_point() -> None:
    assert (found := estimate([True, True])).low == found.mean == found.high == 1.0
    assert (found := estimate([False])).low == found.mean == found.high == 0.0
