"""`dalil eval`: which questions are asked of what, and the report as a table."""

from __future__ import annotations

import importlib.util
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from index.errors import DalilError
from index.text import Language
from qa.evaluate import Estimate, Report, evaluate
from qa.gold import article_questions, squad

_NEEDED = ("ir_measures", "scipy", "sklearn")
_LANGUAGES: tuple[Language, ...] = ("ar", "en")


class ExtraMissing(DalilError):
    """Packages that only evaluation needs aren't installed."""


def measure(
    texts: Sequence[Path], questions: Sequence[Path], model: str | None
) -> Iterator[tuple[str, Report]]:
    """Asks the gold questions and yields a report on each set, under its name.

    Args:
        texts: files in SQuAD format, one collection; the built-in article if there are none.
        questions: files whose questions are asked instead of those of `texts`.
        model: a sentence-transformers model; the bundled one if not given.

    Raises:
        ExtraMissing: the packages of the extra `dalil[eval]` aren't installed.
        UnreadableFile: a file isn't in SQuAD format.
    """
    if missing := [name for name in _NEEDED if importlib.util.find_spec(name) is None]:
        raise ExtraMissing(f'Evaluation needs {", ".join(missing)}: pip install "dalil[eval]"')
    from index.store import Index

    gold = squad(texts, questions) if texts else article_questions()
    with tempfile.TemporaryDirectory(prefix="dalil-eval-") as folder:
        index = Index.build(gold.documents, folder, encoder=model)
        if texts:
            yield gold.name, evaluate(index, gold.questions)
            return
        for language in _LANGUAGES:
            asked = [question for question in gold.questions if question.language == language]
            yield f"{gold.name}, {language}", evaluate(index, asked)


def table(name: str, report: Report) -> str:
    """The report as lines of text: means with their 95 % bootstrap intervals."""
    measures = list(next(iter(report.retrieval.values())))
    lines = [
        f"{name}: {report.questions} questions, {report.unanswerable} of them not answered by the texts",
        "",
        f"{'':8}" + "".join(f"{measure:>22}" for measure in measures),
        *(
            f"{leg:8}" + "".join(f"{_interval(values[measure]):>22}" for measure in measures)
            for leg, values in report.retrieval.items()
        ),
        "",
        f"answer in the first quoted sentence   {_interval(report.first_quote)}",
        f"answer in any quoted sentence         {_interval(report.any_quote)}",
        f"answerable, but refused               {_interval(report.answerable_refused)}",
    ]
    if report.unanswerable_refused is not None:
        lines.append(f"not answerable, and refused           {_interval(report.unanswerable_refused)}")
    return "\n".join(
        [
            *lines,
            f"AUROC against leave-gold-out          {report.auroc:.3f}",
            f"expected calibration error            {report.calibration_error:.3f}",
            f"median seconds a question             {report.seconds:.3f}",
        ]
    )


def _interval(estimate: Estimate) -> str:
    return f"{estimate.mean:.3f} [{estimate.low:.3f}, {estimate.high:.3f}]"
