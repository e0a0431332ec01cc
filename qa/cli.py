"""The command line: `dalil index`, `ask`, `search`, `chat` and `eval`.

What is heavy (onnxruntime, FAISS, Gradio) is imported when it is first used, so that `dalil --help` is quick.
"""

from __future__ import annotations

import sys
import traceback
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from qa.console import (
    DONE,
    FAULT,
    NOT_FOUND,
    Commands,
    complain,
    epilog,
    print_json,
    reply_to_all,
    speak_utf8,
)

if TYPE_CHECKING:
    from index import Index

FOLDER: Final = Path("dalil-index")

app = typer.Typer(
    cls=Commands,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)

# Arguments are hidden from the list, where their Python types would stand, and described in the text.
QuestionWords = Annotated[list[str], typer.Argument(metavar="QUESTION", hidden=True)]
AnswerFrom = Annotated[
    Path | None,
    typer.Option(
        "--index",
        "-i",
        metavar="DIR",
        envvar="DALIL_INDEX",
        help="The index to search, made by `dalil index`. If not given: the built-in article's.",
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
AsJson = Annotated[bool, typer.Option("--json", help="One line of JSON a question.")]


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"dalil {metadata.version('dalil')}")
        raise typer.Exit


@app.callback(
    epilog=epilog(
        'dalil ask "من أعلن انطلاق معركة التلاقي؟"           asks the built-in article',
        "dalil index my-texts                              indexes your own files",
        'dalil ask --index dalil-index "Who signed it?"    asks them',
        "dalil chat --index dalil-index --open             asks them in the browser",
    )
)
def dalil(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Answers Arabic and English questions from your own texts, and shows the very sentence.

    It works offline, and says so when the texts don't hold the answer.
    """


@app.command(
    epilog=epilog(
        "dalil index notes report.md            into the folder dalil-index",
        "dalil index كتبي --index my-index      into a folder of your choice",
        "dalil index notes/old.md --remove      forgets one file",
        "dalil index notes --rebuild            makes the index anew, of these files only",
    )
)
def index(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH", hidden=True)],
    folder: Annotated[
        Path,
        typer.Option(
            "--index", "-i", metavar="DIR", envvar="DALIL_INDEX", help="The index to make or to update."
        ),
    ] = FOLDER,
    model: ModelName = None,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Make it anew, of these files only.")] = False,
    token_vectors: Annotated[
        bool, typer.Option(help="A new index keeps a vector for each word; without, it finds less.")
    ] = True,
    remove: Annotated[
        bool, typer.Option("--remove", help="Forget these files, whether or not they still exist.")
    ] = False,
) -> None:
    """Makes an index of your texts, or updates the one that is there.

    PATH is a .txt, .md, .html, .pdf, .docx or .epub file, or a folder of them with all folders inside it;
    hidden files and links to other folders are left out. A file that was indexed before takes its older
    version's place, and what hasn't changed costs next to nothing.
    """
    if rebuild and remove:
        raise typer.BadParameter("--rebuild and --remove can't go together.")
    from qa.filing import file_texts, forget_texts

    if remove:
        raise typer.Exit(forget_texts(paths, folder, model))
    raise typer.Exit(file_texts(paths, folder, model, rebuild, token_vectors))


@app.command(
    epilog=epilog(
        'dalil ask "كم من الوقت استغرق تحرير عكاشات؟"',
        'dalil ask "Who signed the agreement?" --index dalil-index',
        "dalil ask - --json < questions.txt > answers.jsonl",
    )
)
def ask(
    question: QuestionWords,
    folder: AnswerFrom = None,
    k: PassageCount = 5,
    model: ModelName = None,
    as_json: AsJson = False,
) -> None:
    """Answers a question with sentences quoted from your texts.

    Where the texts don't hold the answer it says so, and shows the nearest passages. QUESTION is in Arabic
    or English; - reads questions from standard input, one a line, and exits with the highest of their codes.
    """
    from qa import ask as find_answer
    from qa.plain import Plain, answer_record

    opened = _open(folder, model)
    plain = Plain(opened.document, sys.stdout.isatty())

    def reply(line: str) -> int:
        answer = find_answer(line, index=opened, k=k)
        if as_json:
            print_json(answer_record(answer, opened.document))
        else:
            print(plain.answer(answer))
        return DONE if answer.found else NOT_FOUND

    raise typer.Exit(reply_to_all(" ".join(question), reply, as_json))


@app.command(
    epilog=epilog(
        'dalil search "المنطقة الحدودية" -k 3',
        'dalil search "border crossing" --index dalil-index --json',
    )
)
def search(
    question: QuestionWords,
    folder: AnswerFrom = None,
    k: PassageCount = 5,
    model: ModelName = None,
    why: Annotated[bool, typer.Option("--why", help="And the words that matched.")] = False,
    as_json: AsJson = False,
) -> None:
    """Lists the passages nearest to a question, best first.

    Each with its rank in the three ways of searching: bm25 (words in common), dense (the meaning of the
    passage as a whole) and late (the meaning of its words, one by one). QUESTION is in Arabic or English;
    - reads questions from standard input, one a line.
    """
    from qa.plain import Plain, search_record
    from qa.why import explain

    opened = _open(folder, model)
    plain = Plain(opened.document, sys.stdout.isatty())

    def reply(line: str) -> int:
        query = opened.query(line)
        hits = opened.search(query, k)
        reasons = [explain(opened, query, hit) for hit in hits] if why else ()
        if as_json:
            print_json(search_record(line, hits, opened.document, reasons))
        else:
            print(plain.hits(hits, query.language, reasons))
        return DONE

    raise typer.Exit(reply_to_all(" ".join(question), reply, as_json))


@app.command(epilog=epilog("dalil chat --open", "dalil chat --index dalil-index --port 8000"))
def chat(
    folder: AnswerFrom = None,
    port: Annotated[
        int | None,
        typer.Option(
            metavar="N", min=1, max=65535, help="Where to listen. If not given: 7860, or any free port."
        ),
    ] = None,
    open_browser: Annotated[
        bool, typer.Option("--open/--no-open", help="Whether to open the chat in your browser.")
    ] = False,
    model: ModelName = None,
) -> None:
    """Serves the chat, to this machine only, until Ctrl-C."""
    import ui

    ui.launch(_open(folder, model), port, open_browser, ui.EXAMPLES if folder is None else ())


@app.command(
    "eval",
    epilog=epilog(
        "dalil eval                                          the built-in article's gold questions",
        "dalil eval xquad.ar.json --plots pictures           a file in SQuAD 1.1 format",
        "dalil eval xquad.ar.json --questions xquad.en.json  English questions over Arabic text",
        "dalil eval xquad.ar.json xquad.en.json              both in one collection",
        "dalil eval xquad.ar.json --breakdown                vocalised, in dialect, without hamza ...",
    ),
)
def evaluate(
    texts: Annotated[list[Path] | None, typer.Argument(metavar="FILE", hidden=True)] = None,
    questions: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="Ask this file's questions over the parallel FILE's paragraphs."),
    ] = None,
    model: ModelName = None,
    breakdown: Annotated[
        bool,
        typer.Option("--breakdown", help="Ask Arabic questions again, they or the texts written otherwise."),
    ] = False,
    plots: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where to draw the figures as well, as PNG files.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a set of questions.")] = False,
) -> None:
    """Measures how good search, quotations and refusals are, on questions whose answers are known.

    FILE is in SQuAD 1.1 format; several make one collection, whose questions are reported on by language,
    Arabic and English apart. If none is given: the built-in article and its gold questions. It needs more
    packages: pip install "dalil[eval]".
    """
    if questions and not texts:
        raise typer.BadParameter("--questions goes with FILE: the texts that they are asked of.")
    from dataclasses import asdict

    from qa.report import check_extra, measure, table

    check_extra(plots=plots is not None)
    for name, report in measure(texts or (), questions or (), model, breakdown=breakdown):
        if as_json:
            print_json({"name": name} | asdict(report))
        else:
            print(table(name, report), end="\n\n")
        if plots is not None:
            from qa.plots import draw

            for path in draw(plots, name, report):
                print(f"Drawn: {path}", file=sys.stderr)


def _open(folder: Path | None, model: str | None) -> Index:
    if folder is not None:
        from index import Index

        return Index.open(folder, encoder=model)
    if model is not None:
        raise typer.BadParameter("--model goes with --index: the built-in article has a model of its own.")
    from qa.article import article_index

    return article_index()


def main() -> None:
    """The console script `dalil`."""
    speak_utf8()
    try:
        app(prog_name="dalil")
    except Exception:
        traceback.print_exc()
        complain("This is a fault in Dalil, not in what you asked of it. Please report the lines above.")
        sys.exit(FAULT)
