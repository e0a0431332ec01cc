"""The options that several commands have, and the index that they name."""

from __future__ import annotations

import os
import shlex
from typing import TYPE_CHECKING, Annotated, Final

import typer

from cli.exit_codes import print_error

if TYPE_CHECKING:
    from index import Index
    from qa.writing.write import Writer


def _no_file(words: list[str]) -> list[str]:
    """Refuses a question in quotation marks with a file beside it: questions are asked of an index.

    In a question without quotation marks the name of a file may be one of its words.

    Raises:
        typer.BadParameter: one of two arguments is a path to something on disk, and the other isn't one word.
    """
    if len(words) == 2 and any(len(word.split()) > 1 for word in words):
        for word in words:
            is_path = os.sep in word or "." in word.strip(".")
            if is_path and os.path.exists(word):  # noqa: PTH110 - Path raises OSError for long words
                command = shlex.join(["dalil", "index", word])
                raise typer.BadParameter(
                    f"{word!r} is on disk, and not part of a question. To ask it, first run: {command}"
                )
    return words


# Arguments are hidden from the list, where their Python types would stand, and described in the text.
QuestionWords = Annotated[list[str], typer.Argument(metavar="QUESTION", hidden=True, callback=_no_file)]
AnswerFrom = Annotated[
    str | None,
    typer.Option(
        "--index",
        "-i",
        metavar="DIR",
        envvar="DALIL_INDEX",
        help="The index to search, made by `dalil index`: its folder, or its address, such as "
        "s3://bucket/collection. If not given: the built-in article's.",
    ),
]
CollectionName = Annotated[
    str | None,
    typer.Option(
        "--collection",
        "-c",
        metavar="NAME",
        help="A collection that was made in the chat, by its name, in place of --index.",
    ),
]
ModelName = Annotated[
    str | None,
    typer.Option(
        "--model",
        metavar="NAME",
        help="A sentence-transformers model: its folder, or its name on the model hub. If not given: the "
        "one that made the index; for a new index the bundled multilingual-e5-small.",
    ),
]
PassageCount = Annotated[
    int, typer.Option("-k", "--k", metavar="N", min=1, help="How many passages to find.")
]
WithinScope = Annotated[
    str | None,
    typer.Option(
        "--within",
        metavar="SCOPE",
        help='Only documents within this, such as "folder:contracts type:pdf after:2020 before:2022 '
        "tag:lease document:'the file.pdf'\" (docs/api.md).",
    ),
]
UseReader = Annotated[
    bool,
    typer.Option(
        "--reader/--no-reader",
        help="Whether a model reads the best passages together with the question: slower, and surer.",
    ),
]
WriterUrl = Annotated[
    str | None,
    typer.Option(
        "--writer",
        metavar="URL",
        envvar="DALIL_WRITER",
        help="A language model's OpenAI-compatible address, such as http://127.0.0.1:11434/v1: it writes "
        "answers from the quotations. A key, if it wants one, is taken from DALIL_WRITER_KEY.",
    ),
]
WriterModel = Annotated[
    str | None,
    typer.Option(
        "--writer-model",
        metavar="NAME",
        envvar="DALIL_WRITER_MODEL",
        help="The model's name at that address.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="One line of JSON a question.")]


# Where `dalil index` puts an index that isn't named.
FOLDER: Final = "dalil-index"


# The environment alone names the key: options are seen by all users of a machine.
KEY: Final = "DALIL_WRITER_KEY"


def chosen_writer(url: str | None, model: str | None) -> Writer | None:
    """The writer that the options name; None if they name none.

    If its address isn't this machine's, a note on standard error says what is sent there.

    Args:
        url: of the option --writer.
        model: of the option --writer-model.
    """
    if not url:
        return None
    from qa.messages import say
    from qa.writing.client import ChatModel
    from qa.writing.write import Writer

    chat = ChatModel(url, model or "", os.environ.get(KEY, ""))
    if not chat.is_local:
        print_error(say("leaves_machine", "en", host=chat.host))
    return Writer(chat)


def open_named(
    folder: str | None, model: str | None, tell: bool = True, collection: str | None = None
) -> Index:
    """The index that the options name; the built-in article's if they name none.

    Args:
        folder: of the option --index.
        model: of the option --model.
        tell: whether to say on standard error that an index in the current folder isn't asked.
        collection: of the option --collection.
    """
    if collection is not None:
        from qa.collections.library import Library

        # The environment's setting is only a default.
        if model is not None or folder not in (None, os.environ.get("DALIL_INDEX")):
            raise typer.BadParameter("--collection goes without --index and --model.")
        return Library().open(collection)
    if folder is not None:
        from index import Index

        return Index.open(folder, encoder=model)
    if model is not None:
        raise typer.BadParameter("--model goes with --index: the built-in article has a model of its own.")
    from qa.article import article_index

    if tell and os.path.lexists(f"{FOLDER}/manifest.json"):
        print_error(f"This asks the built-in article. To ask the index in ./{FOLDER}: --index {FOLDER}")
    return article_index()
