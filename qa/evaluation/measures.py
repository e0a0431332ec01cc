"""Measures of rankings, confidence and risk, with bootstrap intervals.

Needs the extra `dalil[eval]`: rankings use ir-measures, intervals SciPy.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

# A confidence in [0, 1] and a label, 1 or 0: whether the answer was there, or the quotations were wrong.
Pair: TypeAlias = tuple[float, int]
Pairs: TypeAlias = Sequence[Pair] | NDArray[np.float64]

# Our names for ir-measures' measures; its reciprocal rank per question averages to MRR.
MEASURES: Final = {
    "R@1": "R@1",
    "R@5": "R@5",
    "R@10": "R@10",
    "MRR@10": "RR@10",
    "nDCG@10": "nDCG@10",
    "Success@1": "Success@1",
    "Success@5": "Success@5",
}
# Share of the answerable questions that are kept where refusals are compared.
KEPT: Final = 0.95
RESAMPLES: Final = 1000
BINS: Final = 10


@dataclass(frozen=True)
class Estimate:
    """A mean over questions, or a measure of all of them, with its 95 % bootstrap interval."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class Bin:
    """A confidence bin of a reliability diagram.

    Attributes:
        confidence: mean confidence of its answers, in [0, 1].
        share: share of them, in [0, 1], whose texts hold the answer.
        count: number of answers.
    """

    confidence: float
    share: float
    count: int


@dataclass(frozen=True)
class RiskPoint:
    """Coverage and risk of answering at or above a confidence threshold.

    Attributes:
        confidence: the threshold.
        coverage: share of all questions that are answered, in (0, 1].
        risk: share of those answers that are wrong, in [0, 1].
    """

    confidence: float
    coverage: float
    risk: float


def estimate(values: Sequence[float] | Sequence[bool]) -> Estimate:
    """The mean of one value per question, with its percentile bootstrap interval (Efron 1979)."""
    from scipy.stats import bootstrap

    numbers = np.asarray(values, float)
    mean = float(numbers.mean())
    if np.ptp(numbers) == 0:
        return Estimate(mean, mean, mean)
    interval = bootstrap(
        (numbers,), np.mean, n_resamples=2000, method="percentile", rng=np.random.default_rng(0)
    ).confidence_interval
    return Estimate(mean, float(interval.low), float(interval.high))


def over_questions(measure: Callable[[Pairs], float], groups: Sequence[Sequence[Pair]]) -> Estimate:
    """A measure of all pairs, with its percentile bootstrap interval.

    Args:
        measure: function of any number of pairs.
        groups: each question's pairs; resampled together, since they aren't independent.
    """
    rows = [np.asarray(group, float) for group in groups]
    chance = np.random.default_rng(0)
    drawn = [
        measure(np.concatenate([rows[i] for i in chance.integers(len(rows), size=len(rows))]))
        for _ in range(RESAMPLES)
    ]
    low, high = np.percentile(drawn, [2.5, 97.5])
    return Estimate(measure(np.concatenate(rows)), float(low), float(high))


def between(measure: Callable[[Pairs], float], ones: Sequence[float], zeros: Sequence[float]) -> Estimate:
    """A measure of the confidences of two sets of questions, with its percentile bootstrap interval.

    Args:
        measure: function of labelled confidences, some of either label.
        ones: confidences of the questions labelled 1, at least one.
        zeros: of those labelled 0, at least one; each set is resampled by itself.
    """
    sets = [
        np.column_stack([values, np.full(len(values), label)]) for values, label in ((ones, 1), (zeros, 0))
    ]
    chance = np.random.default_rng(0)
    drawn = [
        measure(np.concatenate([rows[chance.integers(len(rows), size=len(rows))] for rows in sets]))
        for _ in range(RESAMPLES)
    ]
    low, high = np.percentile(drawn, [2.5, 97.5])
    return Estimate(measure(np.concatenate(sets)), float(low), float(high))


def ranking_scores(
    names: Iterable[str], relevant: Sequence[Collection[str]], rankings: Sequence[Sequence[str]]
) -> dict[str, list[float]]:
    """Scores each question's ranking with ir-measures.

    Args:
        names: names in `MEASURES`.
        relevant: for each question the relevant ids, at least one.
        rankings: for each question the ids found, best first.

    Returns:
        For each name one value in [0, 1] per question, in order; 0 if nothing was found.
    """
    import ir_measures

    wanted = {name: ir_measures.parse_measure(MEASURES[name]) for name in names}
    # Keyed by number: questions of two files may share an id.
    judged = {str(n): dict.fromkeys(ids, 1) for n, ids in enumerate(relevant)}
    run = {
        str(n): {id_: -float(rank) for rank, id_ in enumerate(ranking)} for n, ranking in enumerate(rankings)
    }
    found = {
        (str(result.measure), int(result.query_id)): float(result.value)
        for result in ir_measures.iter_calc(list(wanted.values()), judged, run)
    }
    return {
        name: [found.get((str(measure), n), 0.0) for n in range(len(relevant))]
        for name, measure in wanted.items()
    }


def auroc(pairs: Pairs) -> float:
    """Probability that a pair labelled 1 has a higher confidence than one labelled 0.

    Computed from the rank sum (Hanley and McNeil 1982); ties count one half.
    """
    from scipy.stats import rankdata

    confidences, labels = np.asarray(pairs, float).T
    ones, zeros = int(labels.sum()), int((1 - labels).sum())
    return float((rankdata(confidences)[labels == 1].sum() - ones * (ones + 1) / 2) / (ones * zeros))


def refused_where_kept(pairs: Pairs) -> float:
    """Share of the pairs labelled 0 below the confidence that `KEPT` of those labelled 1 reach."""
    confidences, labels = np.asarray(pairs, float).T
    least = np.quantile(confidences[labels == 1], 1 - KEPT, method="lower")
    return float(np.mean(confidences[labels == 0] < least))


def reliability(pairs: Pairs) -> tuple[Bin, ...]:
    """Reliability diagram: share of ones by confidence, in ten equal-width bins; empty ones are omitted."""
    confidences, labels = np.asarray(pairs, float).T
    places = np.minimum((confidences * BINS).astype(int), BINS - 1)
    counts, sums, ones = (np.bincount(places, values, BINS) for values in (None, confidences, labels))
    return tuple(
        Bin(float(sums[place] / counts[place]), float(ones[place] / counts[place]), int(counts[place]))
        for place in np.flatnonzero(counts)
    )


def calibration_error(pairs: Pairs) -> float:
    """Expected calibration error: |mean confidence - share of ones| per bin, weighted (Guo et al. 2017)."""
    return sum(bin_.count * abs(bin_.confidence - bin_.share) for bin_ in reliability(pairs)) / len(pairs)


def risk_coverage(pairs: Pairs) -> tuple[RiskPoint, ...]:
    """Risk as a function of coverage, when only the most confident questions are answered.

    The risk-coverage curve of a selective classifier whose loss is 0 or 1 (Geifman and El-Yaniv 2017,
    "Selective classification for deep neural networks"). Questions of equal confidence are answered
    together: one point each.

    Args:
        pairs: for every question its confidence, and 1 if an answer would be wrong.

    Returns:
        Points by falling confidence; the last one has coverage 1.
    """
    return tuple(RiskPoint(*point) for point in np.stack(_curve(pairs), axis=1).tolist())


def _curve(pairs: Pairs) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Distinct confidences, descending, with coverage and risk when all at or above are answered."""
    confidences, wrong = np.asarray(pairs, float).T
    order = np.argsort(-confidences, kind="stable")
    ordered = confidences[order]
    last = np.flatnonzero(np.append(ordered[1:] != ordered[:-1], True))
    return ordered[last], (last + 1) / len(order), np.cumsum(wrong[order])[last] / (last + 1)


def aurc(pairs: Pairs) -> float:
    """Area under the risk-coverage curve: the mean risk over all coverages; lower is better.

    (1/n) times the sum of the risks at coverages 1/n ... n/n (Geifman, Uziel and El-Yaniv 2019).
    Tied questions all count with the risk of answering all of them.
    """
    _, coverage, risk = _curve(pairs)
    return float(np.diff(coverage, prepend=0) @ risk)


def least_aurc(pairs: Pairs) -> float:
    """Optimal AURC: that of a confidence which ranks every right answer before every wrong one."""
    count = len(pairs)
    right = count - int(np.asarray(pairs, float)[:, 1].sum())
    return sum((answered - right) / answered for answered in range(right + 1, count + 1)) / count


def thinned(points: Sequence[RiskPoint]) -> tuple[RiskPoint, ...]:
    """Thins a curve to at most 100 evenly spaced points, including the first and the last."""
    places = np.unique(np.linspace(0, len(points) - 1, min(100, len(points))).round().astype(int))
    return tuple(points[place] for place in places)
