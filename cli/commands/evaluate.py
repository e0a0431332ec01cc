"""`dalil eval`: quality on questions whose answers are known."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from cli.console import epilog, print_json, show
from cli.exit_codes import print_note
from cli.options import AnswerFrom, ModelName, UseReader, WriterModel, WriterUrl, chosen_writer, open_named
from cli.streams import in_one_line

if TYPE_CHECKING:
    from qa.writing.write import Writer

EPILOG: Final = epilog(
    "dalil eval                                          the built-in article's gold questions",
    "dalil eval xquad.ar.json --plots pictures           a file in SQuAD 1.1 format",
    "dalil eval xquad.ar.json --questions xquad.en.json  English questions over Arabic text",
    "dalil eval xquad.ar.json xquad.en.json              both in one collection",
    "dalil eval --writer http://127.0.0.1:11434/v1 --writer-model NAME    what a language model writes",
    "dalil eval --feedback mine.jsonl -i dalil-index     what readers said of the chat's answers",
)


def evaluate(
    texts: Annotated[list[Path] | None, typer.Argument(metavar="FILE", hidden=True)] = None,
    questions: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="Ask this file's questions over the parallel FILE's paragraphs."),
    ] = None,
    model: ModelName = None,
    plots: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where to draw the figures as well, as PNG files.")
    ] = None,
    feedback: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Verdicts from the chat on answers from --index, as questions."),
    ] = None,
    folder: AnswerFrom = None,
    reader: UseReader = True,
    writer: WriterUrl = None,
    writer_model: WriterModel = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a set of questions.")] = False,
) -> None:
    """Measures how good search, quotations and refusals are, on questions whose answers are known.

    FILE is in SQuAD 1.1 format; several make one collection, whose questions are reported on by language,
    Arabic and English apart. With --writer it measures what that writes of the quotations instead. If none
    is given: the built-in article and its gold questions; or, with
    --feedback, an index of yours and what was said of its answers. It needs more packages:
    pip install -e ".[eval]" in the folder that Dalil was cloned into.
    """
    if questions and not texts:
        raise typer.BadParameter("--questions goes with FILE: the texts that they are asked of.")
    from dataclasses import asdict

    from qa.evaluation.report import check_extra, measure, table

    check_extra(plots=plots is not None)
    if writer:
        _evaluate_writer(texts or (), questions or (), model, chosen_writer(writer, writer_model), as_json)
        return
    if feedback is not None:
        if texts or plots:
            raise typer.BadParameter("--feedback goes with --index, --model, --no-reader and --json alone.")
        from qa.feedback.report import feedback_table, measure_feedback

        judged = measure_feedback(feedback, open_named(folder, model), reader)
        if as_json:
            print_json({"name": feedback.stem} | asdict(judged))
        else:
            show(feedback_table(in_one_line(feedback.stem), judged))
        return
    for name, report in measure(texts or (), questions or (), model, reader):
        if as_json:
            print_json({"name": name} | asdict(report))
        else:
            show(f"{table(in_one_line(name), report)}\n")
        if plots is not None:
            from qa.evaluation.plots import draw

            for path in draw(plots, name, report):
                print_note(f"Drawn: {path}")


def _evaluate_writer(
    texts: Sequence[Path], questions: Sequence[Path], model: str | None, writer: Writer | None, as_json: bool
) -> None:
    """Prints how good written answers are."""
    from dataclasses import asdict

    from qa.evaluation.report import measure_written, written_table

    if writer is None:
        return
    for name, report in measure_written(texts, questions, model, writer):
        if as_json:
            print_json({"name": name} | asdict(report))
        else:
            show(f"{written_table(in_one_line(name), report)}\n")
