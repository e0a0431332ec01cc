"""The command line: `dalil index`, `doctor`, `ask`, `search`, `chat`, `mcp`, `user` and `eval`.

Heavy libraries (onnxruntime, FAISS, Gradio) are imported on first use, so that `dalil --help` is quick.
"""

from __future__ import annotations

from importlib import metadata
from typing import Annotated

import typer

from cli.commands import ask, chat, doctor, evaluate, index, mcp, search
from cli.commands.user import user
from cli.console import Commands, epilog, show

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
    """Answers Arabic and English questions from your own documents, with the exact sentence.

    It works offline, and says so when the texts don't hold the answer.
    """


app.command(epilog=index.EPILOG)(index.index)
app.command(epilog=doctor.EPILOG)(doctor.doctor)
app.command(epilog=ask.EPILOG)(ask.ask)
app.command(epilog=search.EPILOG)(search.search)
app.command(epilog=chat.EPILOG)(chat.chat)
app.command(epilog=mcp.EPILOG)(mcp.mcp)
app.add_typer(user, name="user")
app.command("eval", epilog=evaluate.EPILOG)(evaluate.evaluate)
