"""`dalil search`: the passages nearest to a question."""

from __future__ import annotations

import sys
from typing import Annotated, Final

import typer

from cli.console import epilog, print_json, reply_to_all, show
from cli.exit_codes import DONE
from cli.options import (
    AnswerFrom,
    AsJson,
    CollectionName,
    ModelName,
    PassageCount,
    QuestionWords,
    WithinScope,
    open_named,
)

EPILOG: Final = epilog(
    'dalil search "المنطقة الحدودية" -k 3',
    'dalil search "border crossing" --index dalil-index --json',
)


def search(
    question: QuestionWords,
    folder: AnswerFrom = None,
    collection: CollectionName = None,
    k: PassageCount = 5,
    within: WithinScope = None,
    model: ModelName = None,
    why: Annotated[bool, typer.Option("--why", help="And the words that matched.")] = False,
    as_json: AsJson = False,
) -> None:
    """Lists the passages nearest to a question, best first.

    Each with its rank in the three ways of searching: bm25 (words in common), dense (the meaning of the
    passage as a whole) and late (the meaning of its words, one by one). QUESTION is in Arabic or English;
    - reads questions from standard input, one a line.
    """
    from cli.terminal import TextRenderer
    from qa.api.records import search_record
    from qa.explanation.explain import explain

    opened = open_named(folder, model, collection=collection)
    opened = opened.within(within) if within is not None else opened
    plain = TextRenderer(opened.document, sys.stdout.isatty())

    def reply(line: str) -> int:
        query = opened.query(line)
        hits = opened.search(query, k)
        reasons = [explain(opened, query, hit) for hit in hits] if why else ()
        if as_json:
            print_json(search_record(line, hits, opened.document, reasons))
        else:
            show(plain.hits(hits, query.language, reasons))
        return DONE

    raise typer.Exit(reply_to_all(" ".join(question), reply, as_json))
