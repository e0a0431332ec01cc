"""How good are the answers? Retrieval, quotations and abstention, measured on gold questions.

Needs the extra `dalil[eval]`: measures are ir-measures', intervals SciPy's, AUROC scikit-learn's.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from tqdm import tqdm

from index.types import Hit
from qa.answer import answer
from qa.confidence import MOST_CANDIDATES
from qa.gold import GoldQuestion
from qa.types import Answer, Citation

if TYPE_CHECKING:
    from index.store import Index

LEGS = ("bm25", "dense", "late")
WHOLE = "whole"


@dataclass(frozen=True)
class Estimate:
    """A mean over questions with its 95 % bootstrap interval."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class Outcome:
    """What became of one question.

    Attributes:
        question: the question.
        rankings: for each leg and the whole, the ids of what was found, best first.
        answer: what `ask` gives.
        confidence_without: where the question is answerable, the confidence when every document
            that answers it is left out of the candidates; None where it isn't.
        seconds: from the question's text to the answer.
    """

    question: GoldQuestion
    rankings: Mapping[str, tuple[str, ...]]
    answer: Answer
    confidence_without: float | None
    seconds: float


@dataclass(frozen=True)
class Report:
    """What was measured.

    Attributes:
        questions, unanswerable: how many were asked, and how many of them the texts don't answer.
        retrieval: leg or "whole" -> measure ("R@1", "R@5", "R@10", "RR@10", "nDCG@10") -> estimate.
        first_quote, any_quote: share of the answerable whose gold answer is inside the first quoted
            sentence, or inside any.
        answerable_refused, unanswerable_refused: shares for which Dalil says "not in the texts".
        auroc: of the confidence, answerable against the same questions with their documents left
            out of the candidates (leave-gold-out).
        calibration_error: expected calibration error of the same, in ten equal-width bins.
        seconds: median time a question.
    """

    questions: int
    unanswerable: int
    retrieval: Mapping[str, Mapping[str, Estimate]]
    first_quote: Estimate
    any_quote: Estimate
    answerable_refused: Estimate
    unanswerable_refused: Estimate | None
    auroc: float
    calibration_error: float
    seconds: float


def evaluate(index: Index, questions: Sequence[GoldQuestion], show_progress: bool | None = None) -> Report:
    """Asks every question and reports how it went.

    Args:
        index: holds the documents that the gold answers name.
        questions: at least one that is answerable.
        show_progress: on standard error; only in a terminal if not given.
    """
    shown = tqdm(questions, unit=" questions", disable=None if show_progress is None else not show_progress)
    return summarise([observe(index, question) for question in shown])


def observe(index: Index, question: GoldQuestion) -> Outcome:
    """Asks one question, with its documents and, where there are any, without."""
    began = time.perf_counter()
    query = index.query(question.text)
    hits = index.search(query, MOST_CANDIDATES)
    reply = answer(index, query, hits, k=5)
    seconds = time.perf_counter() - began
    without = None
    if question.answers:
        gold = {answer.unit for answer in question.answers}
        others = [hit for hit in hits if question.unit(hit.passage) not in gold]
        without = answer(index, query, others, k=5).confidence
    rankings = {leg: _units(question, _ranked(hits, leg)) for leg in LEGS}
    rankings[WHOLE] = _units(question, hits)
    return Outcome(question, rankings, reply, without, seconds)


def _ranked(hits: Sequence[Hit], leg: str) -> list[Hit]:
    """The hits that a leg found, in its own order."""
    return sorted((hit for hit in hits if hit.ranks[leg]), key=lambda hit: hit.ranks[leg] or 0)


def _units(question: GoldQuestion, hits: Sequence[Hit]) -> tuple[str, ...]:
    """What these hits find, each once, in their order."""
    return tuple(dict.fromkeys(question.unit(hit.passage) for hit in hits))


def summarise(outcomes: Sequence[Outcome]) -> Report:
    """The report on what became of the questions."""
    answerable = [o for o in outcomes if o.question.answers]
    unanswerable = [o for o in outcomes if not o.question.answers]
    pairs = [
        (confidence, label)
        for o in answerable
        for confidence, label in ((o.answer.confidence, 1), (o.confidence_without, 0))
        if confidence is not None
    ]
    return Report(
        questions=len(outcomes),
        unanswerable=len(unanswerable),
        retrieval={name: _retrieval(answerable, name) for name in (*LEGS, WHOLE)},
        first_quote=estimate([quoted(o.answer.citations[:1], o.question) for o in answerable]),
        any_quote=estimate([quoted(o.answer.citations, o.question) for o in answerable]),
        answerable_refused=estimate([not o.answer.found for o in answerable]),
        unanswerable_refused=estimate([not o.answer.found for o in unanswerable]) if unanswerable else None,
        auroc=auroc(pairs),
        calibration_error=calibration_error(pairs),
        seconds=float(np.median([o.seconds for o in outcomes])),
    )


def quoted(citations: Iterable[Citation], question: GoldQuestion) -> bool:
    """Whether one of the citations holds one of the gold answers, at its place in its document."""
    return any(
        citation.passage.document_id == gold.document_id
        and citation.start <= gold.start
        and gold.end <= citation.end
        for citation in citations
        for gold in question.answers
    )


def estimate(values: Sequence[float] | Sequence[bool]) -> Estimate:
    """The mean of a value a question, with its percentile bootstrap interval (Efron 1979)."""
    from scipy.stats import bootstrap

    numbers = np.asarray(values, float)
    mean = float(numbers.mean())
    if np.ptp(numbers) == 0:
        return Estimate(mean, mean, mean)
    interval = bootstrap(
        (numbers,), np.mean, n_resamples=2000, method="percentile", rng=np.random.default_rng(0)
    ).confidence_interval
    return Estimate(mean, float(interval.low), float(interval.high))


def auroc(pairs: Sequence[tuple[float, int]]) -> float:
    """The chance that an answerable question has the higher confidence: pairs of confidence and 0 or 1."""
    from sklearn.metrics import roc_auc_score

    confidences, labels = zip(*pairs, strict=True)
    return float(roc_auc_score(labels, confidences))


def calibration_error(pairs: Sequence[tuple[float, int]], bins: int = 10) -> float:
    """Expected calibration error: |mean confidence - share of ones| a bin, weighted (Guo et al. 2017)."""
    confidences, labels = np.array(pairs, float).T
    places = np.minimum((confidences * bins).astype(int), bins - 1)
    return float(
        sum(
            np.mean(places == place)
            * abs(confidences[places == place].mean() - labels[places == place].mean())
            for place in np.unique(places)
        )
    )


def _retrieval(outcomes: Sequence[Outcome], name: str) -> dict[str, Estimate]:
    import ir_measures
    from ir_measures import RR, R, nDCG

    measures = {"R@1": R @ 1, "R@5": R @ 5, "R@10": R @ 10, "RR@10": RR @ 10, "nDCG@10": nDCG @ 10}
    # By number: questions of two files may share an id.
    relevant = {str(n): {a.unit: 1 for a in o.question.answers} for n, o in enumerate(outcomes)}
    run = {
        str(n): {unit: -float(rank) for rank, unit in enumerate(o.rankings[name])}
        for n, o in enumerate(outcomes)
    }
    values: dict[str, list[float]] = {str(measure): [] for measure in measures.values()}
    for result in ir_measures.iter_calc(list(measures.values()), relevant, run):
        values[str(result.measure)].append(float(result.value))
    # A question for which nothing was found counts, as zero.
    return {
        label: estimate(values[str(measure)] + [0.0] * (len(outcomes) - len(values[str(measure)])))
        for label, measure in measures.items()
    }
