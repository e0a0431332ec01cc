"""The command line: `dalil index`, `ask`, `search`, `chat`, `mcp`, `user` and `eval`.

What is heavy (onnxruntime, FAISS, Gradio) is imported when it is first used, so that `dalil --help` is quick.
"""

from __future__ import annotations

import sys
from importlib import metadata
from pathlib import Path
from typing import Annotated

import typer

from cli.console import DONE, NOT_FOUND, Commands, epilog, print_json, reply_to_all, show, show_styled
from cli.eval_command import EPILOG as EVAL_EPILOG
from cli.eval_command import evaluate
from cli.options import FOLDER, AnswerFrom, AsJson, ModelName, PassageCount, QuestionWords, open_named
from cli.user_command import user
from web.server.sharing import OWN_MACHINE, Sharing, is_network

app = typer.Typer(
    cls=Commands,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        show(f"dalil {metadata.version('dalil')}")
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
        str,
        typer.Option(
            "--index",
            "-i",
            metavar="DIR",
            envvar="DALIL_INDEX",
            help="The index to make or to update: a folder, or an address.",
        ),
    ] = FOLDER,
    model: ModelName = None,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Make it anew, of these files only.")] = False,
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
    from cli.index_command import file_texts, forget_texts

    if remove:
        raise typer.Exit(forget_texts(paths, folder, model))
    raise typer.Exit(file_texts(paths, folder, model, rebuild))


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
    from cli.terminal import Plain
    from qa import ask as find_answer
    from qa.api.records import answer_record

    opened = open_named(folder, model)
    plain = Plain(opened.document, sys.stdout.isatty())

    def reply(line: str) -> int:
        answer = find_answer(line, index=opened, k=k)
        if as_json:
            print_json(answer_record(answer, opened.document))
        else:
            show_styled(plain.answer(answer))
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
    from cli.terminal import Plain
    from qa.api.records import search_record
    from qa.explanation.explain import explain

    opened = open_named(folder, model)
    plain = Plain(opened.document, sys.stdout.isatty())

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


@app.command(
    epilog=epilog(
        "dalil chat --open",
        "dalil chat --index dalil-index --port 8000",
        "dalil chat --host 192.168.1.5 --auth dalil-users.json    shared; see `dalil user add -h`",
    )
)
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
    host: Annotated[
        str,
        typer.Option(metavar="ADDRESS", help="Where to listen; 0.0.0.0 for all of this machine's addresses."),
    ] = OWN_MACHINE.host,
    names: Annotated[
        list[str] | None,
        typer.Option("--name", metavar="NAME", help="A further name by which others reach it; repeatable."),
    ] = None,
    auth: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Only these users, with their passwords: see `dalil user add -h`."),
    ] = None,
    read_only: Annotated[
        bool, typer.Option("--read-only", help="Take nothing in: no files, no removal, no verdicts.")
    ] = False,
    proxies: Annotated[
        list[str] | None,
        typer.Option(
            "--proxy",
            metavar="ADDRESS",
            help="A proxy before it, whose X-Forwarded-For is believed; repeatable.",
        ),
    ] = None,
    model: ModelName = None,
) -> None:
    """Serves the chat until Ctrl-C, to this machine only unless shared."""
    import ui
    from qa.collections.library import Library

    for proxy in proxies or ():
        if not is_network(proxy):
            raise typer.BadParameter(
                f"--proxy wants an IP address or a network such as 10.0.0.0/8, not {proxy!r}."
            )
    examples = ui.EXAMPLES if folder is None else ()
    sharing = Sharing(host, tuple(names or ()), auth, read_only, tuple(proxies or ()))
    library = Library() if folder is None else None
    ui.launch(open_named(folder, model, tell=False), port, open_browser, examples, sharing, library)


@app.command(
    epilog=epilog(
        "dalil mcp --index dalil-index                  over standard input and output",
        "dalil mcp --index dalil-index --port 8000      at http://127.0.0.1:8000/mcp",
    )
)
def mcp(
    folder: AnswerFrom = None,
    port: Annotated[
        int | None,
        typer.Option(
            metavar="N", min=1, max=65535, help="Where to listen on this machine, over streamable HTTP."
        ),
    ] = None,
    model: ModelName = None,
) -> None:
    """Lets agents ask your texts, over the Model Context Protocol.

    It has the tools ask, search and read_passage. It needs more packages: pip install -e
    ".[mcp]" in the folder that Dalil was cloned into.
    """
    from qa.extras import need

    need("The MCP server", "mcp", "mcp")
    from qa.api.mcp_server import serve
    from qa.api.service import Service

    serve(Service(open_named(folder, model)), port)


app.add_typer(user, name="user")
app.command("eval", epilog=EVAL_EPILOG)(evaluate)
