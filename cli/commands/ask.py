"""`dalil ask`: questions answered by quotations."""

from __future__ import annotations

import sys
from typing import Annotated, Final

import typer

from cli.console import epilog, print_json, reply_to_all, show_styled
from cli.exit_codes import DONE, NOT_FOUND
from cli.options import (
    AnswerFrom,
    AsJson,
    CollectionName,
    ModelName,
    PassageCount,
    QuestionWords,
    UseReader,
    WithinScope,
    WriterModel,
    WriterUrl,
    chosen_writer,
    open_named,
)

EPILOG: Final = epilog(
    'dalil ask "كم من الوقت استغرق تحرير عكاشات؟"',
    'dalil ask "Who signed the agreement?" --index dalil-index',
    'dalil ask "متى وُقّع الاتفاق؟" --collection كتبي',
    'dalil ask "Who is the tenant?" --within "folder:contracts after:2020"',
    "dalil ask - --json < questions.txt > answers.jsonl",
)


def ask(
    question: QuestionWords,
    folder: AnswerFrom = None,
    collection: CollectionName = None,
    k: PassageCount = 5,
    within: WithinScope = None,
    model: ModelName = None,
    reader: UseReader = True,
    write: Annotated[
        bool, typer.Option("--write", help="Also an answer written by --writer, each sentence checked.")
    ] = False,
    writer: WriterUrl = None,
    writer_model: WriterModel = None,
    as_json: AsJson = False,
) -> None:
    """Answers a question with sentences quoted from your texts.

    Where the texts don't hold the answer it says so, and shows the nearest passages. QUESTION is in Arabic
    or English; - reads questions from standard input, one a line, and exits with the highest of their codes.
    """
    from cli.terminal import TextRenderer
    from qa import ask as find_answer
    from qa.api.records import answer_record

    if write and not writer:
        raise typer.BadParameter("--write goes with --writer URL --writer-model NAME (docs/writer.md).")
    opened = open_named(folder, model, collection=collection)
    writes = chosen_writer(writer, writer_model) if write else None
    opened = opened.within(within) if within is not None else opened
    plain = TextRenderer(opened.document, sys.stdout.isatty())

    def reply(line: str) -> int:
        answer = find_answer(line, index=opened, k=k, reader=reader, writer=writes)
        if as_json:
            print_json(answer_record(answer, opened.document))
        else:
            show_styled(plain.answer(answer))
        return DONE if answer.found else NOT_FOUND

    raise typer.Exit(reply_to_all(" ".join(question), reply, as_json))
