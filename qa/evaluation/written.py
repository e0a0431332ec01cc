"""Evaluates written answers on gold questions: claims shown, their language, and latency.

Needs the extras `dalil[eval]` and `dalil[writer]`.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from tqdm import tqdm

from index.text.analyzer import language, normalise
from qa.answering.answer import ask
from qa.evaluation.measures import Estimate, estimate
from qa.gold import GoldQuestion
from qa.types import Answer, Written

if TYPE_CHECKING:
    from index.interface import Index
    from qa.writing.write import Writer


@dataclass(frozen=True)
class WrittenReport:
    """Evaluation results of written answers.

    Attributes:
        questions: answerable questions asked.
        quoted: those that Dalil answered: what its writer was given.
        claims, left_out: sentences shown, and sentences that failed their check.
        supported: share of the claims shown that cite the gold paragraph; None if none was shown.
        with_answer: share of the answers with a claim in which a claim holds a gold answer; None as above.
        in_language: share of the same whose claims are in the question's language; None as above.
        first_seconds, last_seconds: median time from the quotations to the first claim shown, and to the
            settled answer.
    """

    questions: int
    quoted: int
    claims: int
    left_out: int
    supported: Estimate | None
    with_answer: Estimate | None
    in_language: Estimate | None
    first_seconds: float | None
    last_seconds: float | None


@dataclass(frozen=True)
class _Outcome:
    question: GoldQuestion
    golds: tuple[str, ...]
    answer: Answer
    written: Written
    first: float | None
    last: float


def evaluate_written(
    index: Index, questions: Sequence[GoldQuestion], writer: Writer, show_progress: bool | None = None
) -> WrittenReport:
    """Has the answers of all answerable questions written, and computes the report.

    Args:
        index: index of the documents that the gold answers refer to.
        questions: the gold questions.
        writer: what writes.
        show_progress: whether to show it on standard error; only in a terminal if not given.
    """
    asked = [question for question in questions if question.answers]
    shown = tqdm(asked, unit=" questions", disable=None if show_progress is None else not show_progress)
    outcomes = [outcome for question in shown if (outcome := _observe(index, question, writer))]
    told = [one for one in outcomes if one.written.claims]
    claims = [(one, claim) for one in told for claim in one.written.claims]
    firsts = [one.first for one in outcomes if one.first is not None]
    return WrittenReport(
        questions=len(asked),
        quoted=len(outcomes),
        claims=len(claims),
        left_out=sum(len(one.written.faults) for one in outcomes),
        supported=_share([_cites_gold(one, claim.numbers) for one, claim in claims]),
        with_answer=_share([_holds_answer(one) for one in told]),
        in_language=_share([_text(one.written) == one.question.language for one in told]),
        first_seconds=float(np.median(firsts)) if firsts else None,
        last_seconds=float(np.median([one.last for one in outcomes])) if outcomes else None,
    )


def _observe(index: Index, question: GoldQuestion, writer: Writer) -> _Outcome | None:
    answer = ask(question.text, index)
    if not answer.found:
        return None
    start, first, written = time.perf_counter(), None, Written()
    for progress in writer.stream(answer, index):
        written = progress.written
        if first is None and written.claims:
            first = time.perf_counter() - start
    golds = tuple(index.document(one.document_id).text[one.start : one.end] for one in question.answers)
    return _Outcome(question, golds, answer, written, first, time.perf_counter() - start)


def _share(values: Sequence[bool]) -> Estimate | None:
    return estimate(values) if values else None


def _text(written: Written) -> str:
    return language(" ".join(claim.text for claim in written.claims))


def _cites_gold(outcome: _Outcome, numbers: Sequence[int]) -> bool:
    units = {gold.unit for gold in outcome.question.answers}
    cited = [one for one in outcome.answer.citations if one.number in numbers]
    return any(outcome.question.unit(one.passage) in units for one in cited)


def _holds_answer(outcome: _Outcome) -> bool:
    claims = [normalise(claim.text).text for claim in outcome.written.claims]
    return any(normalise(gold).text in claim for gold in outcome.golds for claim in claims)
