"""How good are the answers? Retrieval, quotations and abstention, measured on gold questions.

Needs the extra `dalil[eval]`.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from tqdm import tqdm

from index.text.analyzer import language
from index.types import Hit
from qa.answering.answer import answer
from qa.answering.confidence import MOST_CANDIDATES
from qa.evaluation.measures import (
    Bin,
    Estimate,
    Pair,
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
from qa.gold import GoldQuestion
from qa.types import Answer, Citation

if TYPE_CHECKING:
    from index.interface import Index

__all__ = ["Estimate", "Outcome", "Report", "calibration_error", "evaluate", "observe", "summarise"]

LEGS: Final = ("bm25", "dense", "late")
WHOLE: Final = "whole"
_MEASURES: Final = ("R@1", "R@5", "R@10", "MRR@10", "nDCG@10")


@dataclass(frozen=True)
class Outcome:
    """What became of one question.

    Attributes:
        question: the question.
        rankings: for each leg and the whole, the ids of what was found, best first.
        answer: what `ask` gives.
        confidence_without: where the question is answerable, the confidence when every document
            that answers it is left out of the candidates; None where it isn't.
        is_answered_without: whether it was answered then.
        seconds: from the question's text to the answer.
        other_language: of the ids that answer it, those in another language than the question's.
    """

    question: GoldQuestion
    rankings: Mapping[str, tuple[str, ...]]
    answer: Answer
    confidence_without: float | None
    seconds: float
    other_language: frozenset[str] = frozenset()
    is_answered_without: bool = False

    @property
    def units(self) -> frozenset[str]:
        """The ids of all that answers it."""
        return frozenset(gold.unit for gold in self.question.answers)


@dataclass(frozen=True)
class Report:
    """What was measured.

    Confidence is judged on every answerable question twice: as it is asked, and with the documents
    that answer it left out of the candidates (leave-gold-out).

    Attributes:
        questions, unanswerable: how many were asked, and how many of them the texts don't answer.
        retrieval: leg or "whole" -> measure ("R@1", "R@5", "R@10", "MRR@10", "nDCG@10"; "Success@1" too
            where the texts answer in two languages, since R@1 is at most a half there) -> estimate.
        either_first: share of the questions answered in two languages whose first hit is right in either
            of them; None where there are none.
        other_in_five: share of the same for which what is right in the language that the question isn't
            in is among the first five hits.
        first_quote, any_quote: share of the answerable whose gold answer is inside the first quoted
            sentence, or inside any.
        answerable_refused, unanswerable_refused: shares for which Dalil says "not in the texts".
        auroc: the chance that a question's confidence is higher than one's with the answer left out.
        calibration_error: expected calibration error of the same, in ten equal-width bins. Chance can only
            add to it, also in the resamples that its interval is taken from.
        reliability: those bins.
        risk_coverage: the share of wrong answers as more is answered, with falling confidence. Answered
            are all questions, and the answerable again with the answer left out. An answer is right if
            one of its quotations holds the gold answer; where the texts don't answer, or the answer was
            left out, every answer is wrong. Below Dalil's own thresholds nothing is quoted, which counts
            as wrong: there the risk is an upper bound. At most 100 points.
        at_threshold: what Dalil's own thresholds answer and risk; None where everything is below them.
        aurc: the area under that curve, which is best low; `least_aurc` is that of a confidence
            which puts every right answer before every wrong one.
        seconds: median time a question.
    """

    questions: int
    unanswerable: int
    retrieval: Mapping[str, Mapping[str, Estimate]]
    either_first: Estimate | None
    other_in_five: Estimate | None
    first_quote: Estimate
    any_quote: Estimate
    answerable_refused: Estimate
    unanswerable_refused: Estimate | None
    auroc: Estimate
    calibration_error: Estimate
    reliability: tuple[Bin, ...]
    risk_coverage: tuple[RiskPoint, ...]
    at_threshold: RiskPoint | None
    aurc: Estimate
    least_aurc: float
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
        without = answer(index, query, others, k=5)
    rankings = {leg: _ranked(question, hits, leg) for leg in LEGS}
    rankings[WHOLE] = _units(question, hits)
    other = frozenset(
        gold.unit
        for gold in question.answers
        if language(index.document(gold.document_id).text) != question.language
    )
    if without is None:
        return Outcome(question, rankings, reply, None, seconds, other)
    return Outcome(question, rankings, reply, without.confidence, seconds, other, without.found)


def _ranked(question: GoldQuestion, hits: Sequence[Hit], leg: str) -> tuple[str, ...]:
    """What a leg found, in its own order; what isn't among the hits keeps its place, as something else."""
    units = {hit.ranks[leg] or 0: question.unit(hit.passage) for hit in hits if hit.ranks[leg]}
    return tuple(
        dict.fromkeys(units.get(rank, f"{rank} of {leg}") for rank in range(1, max(units, default=0) + 1))
    )


def _units(question: GoldQuestion, hits: Sequence[Hit]) -> tuple[str, ...]:
    """What these hits find, each once, in their order."""
    return tuple(dict.fromkeys(question.unit(hit.passage) for hit in hits))


def summarise(outcomes: Sequence[Outcome]) -> Report:
    """The report on what became of the questions; at least one must be answerable."""
    answerable = [o for o in outcomes if o.question.answers]
    unanswerable = [o for o in outcomes if not o.question.answers]
    in_two = [o for o in answerable if o.other_language and o.other_language != o.units]
    measures = (*_MEASURES, "Success@1") if in_two else _MEASURES
    there = [_pairs(o, 1, 0) for o in answerable]
    wrong = [_pairs(o, int(not quoted(o.answer.citations, o.question)), 1) for o in outcomes]
    flat = [pair for pairs in wrong for pair in pairs]
    curve = risk_coverage(flat)
    return Report(
        questions=len(outcomes),
        unanswerable=len(unanswerable),
        retrieval={name: _retrieval(answerable, name, measures) for name in (*LEGS, WHOLE)},
        either_first=_success(in_two, "Success@1", [o.units for o in in_two]),
        other_in_five=_success(in_two, "Success@5", [o.other_language for o in in_two]),
        first_quote=estimate([quoted(o.answer.citations[:1], o.question) for o in answerable]),
        any_quote=estimate([quoted(o.answer.citations, o.question) for o in answerable]),
        answerable_refused=estimate([not o.answer.found for o in answerable]),
        unanswerable_refused=estimate([not o.answer.found for o in unanswerable]) if unanswerable else None,
        auroc=over_questions(auroc, there),
        calibration_error=over_questions(calibration_error, there),
        reliability=reliability([pair for pairs in there for pair in pairs]),
        risk_coverage=thinned(curve),
        at_threshold=_at_threshold(outcomes, len(flat)),
        aurc=over_questions(aurc, wrong),
        least_aurc=least_aurc(flat),
        seconds=float(np.median([o.seconds for o in outcomes])),
    )


def _pairs(outcome: Outcome, label: int, label_without: int) -> list[Pair]:
    """A question's confidence with its label and, where it is answerable, that without the answer."""
    pairs = [(outcome.answer.confidence, label)]
    if outcome.confidence_without is not None:
        pairs.append((outcome.confidence_without, label_without))
    return pairs


def _at_threshold(outcomes: Sequence[Outcome], count: int) -> RiskPoint | None:
    """What is answered of so many questions, those with the answer left out among them."""
    asked = [
        (o.answer.confidence, not quoted(o.answer.citations, o.question)) for o in outcomes if o.answer.found
    ]
    without = [(o.confidence_without or 0.0, True) for o in outcomes if o.is_answered_without]
    if not (answered := asked + without):
        return None
    confidences, wrong = zip(*answered, strict=True)
    return RiskPoint(min(confidences), len(answered) / count, float(np.mean(wrong)))


def quoted(citations: Iterable[Citation], question: GoldQuestion) -> bool:
    """Whether one of the citations holds one of the gold answers, at its place in its document."""
    return any(
        citation.passage.document_id == gold.document_id
        and citation.start <= gold.start
        and gold.end <= citation.end
        for citation in citations
        for gold in question.answers
    )


def _retrieval(outcomes: Sequence[Outcome], name: str, measures: Sequence[str]) -> dict[str, Estimate]:
    rankings = [o.rankings[name] for o in outcomes]
    scores = ranking_scores(measures, [o.units for o in outcomes], rankings)
    return {measure: estimate(values) for measure, values in scores.items()}


def _success(
    outcomes: Sequence[Outcome], measure: str, relevant: Sequence[frozenset[str]]
) -> Estimate | None:
    if not outcomes:
        return None
    return estimate(ranking_scores([measure], relevant, [o.rankings[WHOLE] for o in outcomes])[measure])
