"""Evaluates retrieval, quotations and abstention on gold questions.

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
from qa.answering.confidence import MAX_CANDIDATES
from qa.answering.reader import PassageReader, chosen_reader
from qa.evaluation.measures import (
    Bin,
    Estimate,
    Pair,
    RiskPoint,
    aurc,
    auroc,
    between,
    calibration_error,
    estimate,
    least_aurc,
    over_questions,
    ranking_scores,
    refused_where_kept,
    reliability,
    risk_coverage,
    thinned,
)
from qa.gold import GoldQuestion
from qa.types import Answer, Citation

if TYPE_CHECKING:
    from index.interface import Index

LEGS: Final = ("bm25", "dense", "late")
WHOLE: Final = "whole"
_MEASURES: Final = ("R@1", "R@5", "R@10", "MRR@10", "nDCG@10")


@dataclass(frozen=True)
class Outcome:
    """The result of one question.

    Attributes:
        question: the question.
        rankings: for each leg and for the fused ranking, the ids found, best first.
        answer: result of `ask`.
        confidence_without: for an answerable question, the confidence with every document
            that answers it removed from the candidates; None for others.
        is_answered_without: whether it was answered then.
        seconds: time from the question's text to the answer.
        other_language: relevant ids in another language than the question's.
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
        """The relevant ids."""
        return frozenset(gold.unit for gold in self.question.answers)


@dataclass(frozen=True)
class Report:
    """Evaluation results.

    Confidence is evaluated on every answerable question twice: as asked, and with the documents
    that answer it removed from the candidates (leave-gold-out).

    Attributes:
        questions, unanswerable: number of questions, and of those that the texts don't answer.
        retrieval: leg or "whole" -> measure ("R@1", "R@5", "R@10", "MRR@10", "nDCG@10"; "Success@1" too
            where the texts answer in two languages, since R@1 is at most a half there) -> estimate.
        either_first: share of the questions answered in two languages whose first hit is right in either
            of them; None if there are none.
        other_in_five: share of the same whose relevant passage in the other language is among the
            first five hits.
        first_quote, any_quote: share of the answerable whose gold answer is inside the first quoted
            sentence, or inside any.
        answerable_refused, unanswerable_refused: shares for which Dalil says "not in the texts".
        auroc: probability that a question's confidence is higher than one with the answer left out (a far
            miss).
        far_refused: share of far misses that would be refused at the threshold that 95 % of the answerable
            questions reach.
        near_auroc, near_refused: the same for near misses, the questions that the texts don't answer; None
            if there are none.
        calibration_error: expected calibration error of the same, in ten equal-width bins. Chance can only
            increase it, also in the resamples of its interval.
        reliability: those bins.
        risk_coverage: share of wrong answers as coverage grows, by falling confidence. Covers
            all questions, and the answerable again with the answer left out. An answer is right if
            one of its quotations contains the gold answer; if the texts don't answer, or the answer was
            left out, every answer is wrong. Below Dalil's own thresholds nothing is quoted, which counts
            as wrong: there the risk is an upper bound. At most 100 points.
        at_threshold: coverage and risk at Dalil's own thresholds; None if everything is below them.
        aurc: area under that curve, lower is better; `least_aurc` is that of a confidence
            that ranks every right answer before every wrong one.
        seconds: median time per question.
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
    far_refused: Estimate
    near_auroc: Estimate | None
    near_refused: Estimate | None
    calibration_error: Estimate
    reliability: tuple[Bin, ...]
    risk_coverage: tuple[RiskPoint, ...]
    at_threshold: RiskPoint | None
    aurc: Estimate
    least_aurc: float
    seconds: float


def evaluate(
    index: Index,
    questions: Sequence[GoldQuestion],
    show_progress: bool | None = None,
    reader: bool | PassageReader = True,
) -> Report:
    """Asks every question and computes the report.

    Args:
        index: index of the documents that the gold answers refer to.
        questions: at least one of them answerable.
        show_progress: whether to show it on standard error; only in a terminal if not given.
        reader: as in `qa.ask`.
    """
    chosen = chosen_reader(reader)
    shown = tqdm(questions, unit=" questions", disable=None if show_progress is None else not show_progress)
    return summarise([observe(index, question, chosen) for question in shown])


def observe(index: Index, question: GoldQuestion, reader: PassageReader | None = None) -> Outcome:
    """Asks one question, with its relevant documents and, if there are any, without them."""
    began = time.perf_counter()
    query = index.query(question.text)
    hits = index.search(query, MAX_CANDIDATES)
    reply = answer(index, query, hits, k=5, reader=reader)
    seconds = time.perf_counter() - began
    without = None
    if question.answers:
        gold = {answer.unit for answer in question.answers}
        others = [hit for hit in hits if question.unit(hit.passage) not in gold]
        without = answer(index, query, others, k=5, reader=reader)
    rankings = {leg: _ranked(question, hits, leg) for leg in LEGS}
    rankings[WHOLE] = _units(question, hits)
    other = frozenset(
        gold.unit
        for gold in question.answers
        if language(index.document(gold.document_id).text) != question.language
    )
    return Outcome(
        question,
        rankings,
        reply,
        confidence_without=without.confidence if without else None,
        seconds=seconds,
        other_language=other,
        is_answered_without=without is not None and without.found,
    )


def _ranked(question: GoldQuestion, hits: Sequence[Hit], leg: str) -> tuple[str, ...]:
    """A leg's ranking; ranks not among the hits are kept as placeholders."""
    units = {hit.ranks[leg] or 0: question.unit(hit.passage) for hit in hits if hit.ranks[leg]}
    return tuple(
        dict.fromkeys(units.get(rank, f"{rank} of {leg}") for rank in range(1, max(units, default=0) + 1))
    )


def _units(question: GoldQuestion, hits: Sequence[Hit]) -> tuple[str, ...]:
    """The distinct units of these hits, in order."""
    return tuple(dict.fromkeys(question.unit(hit.passage) for hit in hits))


def summarise(outcomes: Sequence[Outcome]) -> Report:
    """Summarises outcomes, at least one of them answerable, as a report."""
    answerable = [o for o in outcomes if o.question.answers]
    unanswerable = [o for o in outcomes if not o.question.answers]
    in_two = [o for o in answerable if o.other_language and o.other_language != o.units]
    measures = (*_MEASURES, "Success@1") if in_two else _MEASURES
    there = [_pairs(o, 1, 0) for o in answerable]
    wrong = [_pairs(o, int(not quoted(o.answer.citations, o.question)), 1) for o in outcomes]
    near = [[o.answer.confidence for o in some] for some in (answerable, unanswerable)]
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
        far_refused=over_questions(refused_where_kept, there),
        near_auroc=between(auroc, *near) if unanswerable else None,
        near_refused=between(refused_where_kept, *near) if unanswerable else None,
        calibration_error=over_questions(calibration_error, there),
        reliability=reliability([pair for pairs in there for pair in pairs]),
        risk_coverage=thinned(curve),
        at_threshold=_at_threshold(outcomes, len(flat)),
        aurc=over_questions(aurc, wrong),
        least_aurc=least_aurc(flat),
        seconds=float(np.median([o.seconds for o in outcomes])),
    )


def _pairs(outcome: Outcome, label: int, label_without: int) -> list[Pair]:
    """A question's labelled confidence and, if it is answerable, the one without the answer."""
    pairs = [(outcome.answer.confidence, label)]
    if outcome.confidence_without is not None:
        pairs.append((outcome.confidence_without, label_without))
    return pairs


def _at_threshold(outcomes: Sequence[Outcome], count: int) -> RiskPoint | None:
    """Coverage and risk at the thresholds, out of `count` cases including those with the answer left out."""
    asked = [
        (o.answer.confidence, not quoted(o.answer.citations, o.question)) for o in outcomes if o.answer.found
    ]
    without = [(o.confidence_without or 0.0, True) for o in outcomes if o.is_answered_without]
    if not (answered := asked + without):
        return None
    confidences, wrong = zip(*answered, strict=True)
    return RiskPoint(min(confidences), len(answered) / count, float(np.mean(wrong)))


def quoted(citations: Iterable[Citation], question: GoldQuestion) -> bool:
    """Whether one of the citations contains one of the gold answers, at its position in the document."""
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
