"""`dalil eval --feedback`: evaluates Dalil on the answers that readers have judged.

Needs the extra `dalil[eval]`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from qa.answering.answer import ask
from qa.evaluation.evaluate import Report, evaluate
from qa.evaluation.measures import Estimate, estimate
from qa.evaluation.report import check_extra, table
from qa.feedback.judgements import gold, read
from qa.gold import GoldQuestion
from qa.types import Citation

if TYPE_CHECKING:
    from index.interface import Index


@dataclass(frozen=True)
class FeedbackReport:
    """Evaluation results on verdicts.

    Answers judged right and answers judged wrong are evaluated separately: for the first the position of the
    answer is known, for the second only where it isn't.

    Attributes:
        right: report on the right answers, asked again; None if none of them has a quotation.
        right_answers, wrong_answers: number of each that were asked again.
        wrong_again: of the answers judged wrong that quoted something, the share that quote some of it again;
            None if there are none.
        refused_again: of the refusals judged wrong, the share that are refusals again; None if there
            are none.
        outdated: number of verdicts omitted because their quotations no longer match.
        unreadable: number of lines of the file that aren't verdicts.
    """

    right: Report | None
    right_answers: int
    wrong_answers: int
    wrong_again: Estimate | None
    refused_again: Estimate | None
    outdated: int
    unreadable: int


def measure_feedback(path: Path, index: Index, reader: bool = True) -> FeedbackReport:
    """Asks the questions of a file of verdicts again.

    Args:
        path: the file that `qa.feedback.judgements.record` wrote.
        index: index the answers were quoted from.
        reader: as in `qa.ask`.

    Raises:
        ExtraMissing: packages of the extra `dalil[eval]` aren't installed.
        UnreadableFile: there is no such file.
    """
    check_extra()
    source = index.snapshot()
    feedback = read(path)
    known = gold(feedback.judged, source.document)
    has_answer = any(question.answers for question in known.right)
    again = [(question, ask(question.text, source, reader=reader)) for question in known.wrong]
    quoting = [_quotes_again(reply.citations, question) for question, reply in again if question.answers]
    refusing = [not reply.found for question, reply in again if not question.answers]
    return FeedbackReport(
        right=evaluate(source, known.right, reader=reader) if has_answer else None,
        right_answers=len(known.right),
        wrong_answers=len(known.wrong),
        wrong_again=estimate(quoting) if quoting else None,
        refused_again=estimate(refusing) if refusing else None,
        outdated=known.outdated,
        unreadable=feedback.unreadable,
    )


def _quotes_again(citations: Sequence[Citation], question: GoldQuestion) -> bool:
    """Whether one of the citations overlaps one of the question's spans."""
    return any(
        citation.passage.document_id == place.document_id
        and citation.start < place.end
        and place.start < citation.end
        for citation in citations
        for place in question.answers
    )


def feedback_table(name: str, report: FeedbackReport) -> str:
    """Formats the report as lines of text."""
    rows = [
        ("wrong answers that are given again", report.wrong_again),
        ("refusals told wrong that are repeated", report.refused_again),
    ]
    lines = [
        f"{name}: answers told right {report.right_answers}, told wrong {report.wrong_answers}, "
        f"left out since the texts have changed {report.outdated}; unreadable lines {report.unreadable}",
        "",
        *(
            f"{label:40}{figure.mean:.3f} [{figure.low:.3f}, {figure.high:.3f}]"
            for label, figure in rows
            if figure is not None
        ),
    ]
    if report.right is not None:
        lines += ["", table("told right", report.right)]
    return "\n".join(lines)
