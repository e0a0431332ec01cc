"""Evaluates written answers on gold questions: claims shown, their gold paragraph, language, and latency.

Needs the extras `dalil[eval]` and `dalil[writer]`.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from tqdm import tqdm

from index.text.analyzer import language, normalise
from index.types import Passage
from qa.answering.answer import ask
from qa.evaluation.measures import Estimate, estimate
from qa.gold import GoldQuestion
from qa.types import Citation, Claim, Written
from qa.writing.check import Given
from qa.writing.claims import WrittenSentence
from qa.writing.write import Writer, quotation

if TYPE_CHECKING:
    from index.interface import Index


@dataclass(frozen=True)
class WrittenReport:
    """Evaluation results of written answers.

    Attributes:
        questions: answerable questions asked.
        quoted: those that Dalil answered: what its writer was given.
        claims, left_out: sentences shown, and sentences that failed their check.
        supported: share of the claims shown that a gold paragraph carries, whatever they cite, as the check
            finds (`qa.writing.check`); None if none was shown.
        with_answer: share of the answers with a claim in which a claim holds a gold answer; None as above.
        in_language: share of the same whose claims are in the question's language; None as above.
        first_seconds, last_seconds: median time from the quotations to the first claim shown, and to the
            complete answer.
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
    written: Written
    supported: tuple[bool, ...]
    first_seconds: float | None
    last_seconds: float


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
    passages: dict[str, list[Passage]] = defaultdict(list)
    for passage in index.passages:
        passages[passage.document_id].append(passage)
    outcomes = [one for question in shown if (one := _observe(index, question, writer, passages))]
    told = [one for one in outcomes if one.written.claims]
    firsts = [one.first_seconds for one in outcomes if one.first_seconds is not None]
    return WrittenReport(
        questions=len(asked),
        quoted=len(outcomes),
        claims=sum(len(one.written.claims) for one in told),
        left_out=sum(len(one.written.faults) for one in outcomes),
        supported=_share([is_carried for one in told for is_carried in one.supported]),
        with_answer=_share([_holds_answer(one) for one in told]),
        in_language=_share([_text(one.written) == one.question.language for one in told]),
        first_seconds=float(np.median(firsts)) if firsts else None,
        last_seconds=float(np.median([one.last_seconds for one in outcomes])) if outcomes else None,
    )


def _observe(
    index: Index, question: GoldQuestion, writer: Writer, passages: Mapping[str, Sequence[Passage]]
) -> _Outcome | None:
    answer = ask(question.text, index)
    if not answer.found:
        return None
    start, first, written = time.perf_counter(), None, Written()
    for progress in writer.stream(answer, index):
        written = progress.written
        if first is None and written.claims:
            first = time.perf_counter() - start
    last = time.perf_counter() - start
    golds = tuple(index.document(one.document_id).text[one.start : one.end] for one in question.answers)
    gold = [one for answer in question.answers for one in passages[answer.document_id]]
    units = {answer.unit for answer in question.answers}
    gold = list({one.id: one for one in gold if question.unit(one) in units}.values())
    supported = _supported(index, question, writer, written, gold)
    return _Outcome(question, golds, written, supported, first_seconds=first, last_seconds=last)


def _share(values: Sequence[bool]) -> Estimate | None:
    return estimate(values) if values else None


def _text(written: Written) -> str:
    return language(" ".join(claim.text for claim in written.claims))


def _supported(
    index: Index, question: GoldQuestion, writer: Writer, written: Written, gold: Sequence[Passage]
) -> tuple[bool, ...]:
    """Whether a gold paragraph carries each claim, whatever it cites."""
    checker = writer.checker(index)
    given = [
        Given(question.text, question.language, {1: quotation(index, _whole(index, passage))})
        for passage in gold
    ]
    return tuple(
        any(isinstance(checker.check(WrittenSentence(claim.text, (1,)), one), Claim) for one in given)
        for claim in written.claims
    )


def _whole(index: Index, passage: Passage) -> Citation:
    return Citation.of(index.document(passage.document_id), 1, passage, passage.start, passage.end)


def _holds_answer(outcome: _Outcome) -> bool:
    claims = [normalise(claim.text).text for claim in outcome.written.claims]
    return any(normalise(gold).text in claim for gold in outcome.golds for claim in claims)
