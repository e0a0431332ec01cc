"""`dalil eval`: question sets, and the report as a table."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from index.text.analyzer import Language
from qa.evaluation.evaluate import Report, evaluate
from qa.evaluation.measures import Estimate
from qa.evaluation.written import WrittenReport, evaluate_written
from qa.extras import require
from qa.gold import GoldQuestion, article_questions, squad

if TYPE_CHECKING:
    from index.interface import Index
    from qa.writing.write import Writer

_NEEDED: Final = ("ir_measures", "scipy")
_NEEDED_FOR_PLOTS: Final = ("matplotlib",)
_LANGUAGES: Final[tuple[Language, ...]] = ("ar", "en")


def check_extra(plots: bool = False) -> None:
    """Checks that the packages for evaluation are installed.

    Args:
        plots: whether those for plots are needed too.

    Raises:
        ExtraMissing: packages of the extra `dalil[eval]` aren't installed.
    """
    require("Evaluation", "eval", *_NEEDED, *(_NEEDED_FOR_PLOTS if plots else ()))


def measure(
    texts: Sequence[Path], questions: Sequence[Path], model: str | None, reader: bool = True
) -> Iterator[tuple[str, Report]]:
    """Asks the gold questions and yields a report on each set, under its name.

    The built-in article's questions and those of a collection of several files are reported
    per language.

    Args:
        texts: files in SQuAD format, one collection; the built-in article if there are none.
        questions: files whose questions are asked instead of those of `texts`.
        model: a sentence-transformers model; the bundled one if not given.
        reader: as in `qa.ask`.

    Raises:
        ExtraMissing: packages of the extra `dalil[eval]` aren't installed.
        UnreadableFile: a file isn't in SQuAD format.
    """
    for name, index, asked in _sets(texts, questions, model):
        yield name, evaluate(index, asked, reader=reader)


def measure_written(
    texts: Sequence[Path], questions: Sequence[Path], model: str | None, writer: Writer
) -> Iterator[tuple[str, WrittenReport]]:
    """The same of what a writer makes of the answers; the arguments and errors are those of `measure`."""
    for name, index, asked in _sets(texts, questions, model):
        yield name, evaluate_written(index, asked, writer)


def _sets(
    texts: Sequence[Path], questions: Sequence[Path], model: str | None
) -> Iterator[tuple[str, Index, Sequence[GoldQuestion]]]:
    """Yields the sets of questions with a name, and the index to ask."""
    check_extra()
    from index.interface import Index

    gold = squad(texts, questions) if texts else article_questions()
    with tempfile.TemporaryDirectory(prefix="dalil-eval-") as folder:
        index = Index.build(gold.documents, folder, encoder=model)
        if len(texts) == 1 and len(questions) <= 1:
            sets = {gold.name: gold.questions}
        else:
            sets = {f"{gold.name}, {name}": _in(name, gold.questions) for name in _LANGUAGES}
        for name, asked in sets.items():
            if any(question.answers for question in asked):
                yield name, index, asked


def _in(language: Language, questions: Sequence[GoldQuestion]) -> tuple[GoldQuestion, ...]:
    return tuple(question for question in questions if question.language == language)


def table(name: str, report: Report) -> str:
    """Formats the report as lines of text: figures with their 95 % bootstrap intervals."""
    measures = list(next(iter(report.retrieval.values())))
    rows: list[tuple[str, Estimate | None]] = [
        ("first hit right in either language", report.either_first),
        ("other language's right one in first 5", report.other_in_five),
        ("answer in the first quoted sentence", report.first_quote),
        ("answer in any quoted sentence", report.any_quote),
        ("answerable, but refused", report.answerable_refused),
        ("not answerable, and refused", report.unanswerable_refused),
        ("AUROC against leave-gold-out", report.auroc),
        ("  of these refused, where 95 % are kept", report.far_refused),
        ("AUROC against those not answerable", report.near_auroc),
        ("  of those refused, where 95 % are kept", report.near_refused),
        ("expected calibration error", report.calibration_error),
        ("area under the risk-coverage curve", report.aurc),
    ]
    lines = [
        f"{name}: {report.questions} questions, {report.unanswerable} of them not answered by the texts",
        "",
        f"{'':8}" + "".join(f"{measure:>22}" for measure in measures),
        *(
            f"{leg:8}" + "".join(f"{interval(values[measure]):>22}" for measure in measures)
            for leg, values in report.retrieval.items()
        ),
        "",
        *(f"{label:40}{interval(figure)}" for label, figure in rows if figure is not None),
        f"{'  if confidence were perfect':40}{report.least_aurc:.3f}",
    ]
    if point := report.at_threshold:
        lines.append(
            f"{'wrong among what is answered':40}{point.risk:.3f} at a coverage of {point.coverage:.3f}"
        )
    lines.append(f"{'median seconds a question':40}{report.seconds:.3f}")
    return "\n".join(lines)


def written_table(name: str, report: WrittenReport) -> str:
    """Formats the report on written answers as lines of text."""
    shares = [
        ("claims shown that the gold paragraph carries", report.supported),
        ("answers with the gold answer in a claim", report.with_answer),
        ("answers in the question's language", report.in_language),
    ]
    seconds = [
        ("median seconds to the first claim", report.first_seconds),
        ("median seconds to the complete answer", report.last_seconds),
    ]
    return "\n".join(
        [
            f"{name}: {report.questions} questions, {report.quoted} of them answered by quotations",
            "",
            f"{'sentences shown':44}{report.claims}",
            f"{'sentences left out':44}{report.left_out}",
            *(f"{label:44}{interval(share)}" for label, share in shares if share is not None),
            *(f"{label:44}{value:.2f}" for label, value in seconds if value is not None),
        ]
    )


def interval(estimate: Estimate, sign: bool = False) -> str:
    """Formats an estimate with its interval, such as 0.950 [0.900, 1.000]."""
    form = "+.3f" if sign else ".3f"
    return f"{estimate.mean:{form}} [{estimate.low:{form}}, {estimate.high:{form}}]"
