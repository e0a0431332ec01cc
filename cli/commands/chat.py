"""`dalil chat`: the chat in a browser."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from cli.console import epilog
from cli.options import AnswerFrom, ModelName, UseReader, WriterModel, WriterUrl, chosen_writer, open_named
from web.server.sharing import OWN_MACHINE, Sharing, is_network, is_root_path

EPILOG: Final = epilog(
    "dalil chat --open",
    "dalil chat --index dalil-index --port 8000",
    "dalil chat --host 192.168.1.5 --auth dalil-users.json    shared; see `dalil user add -h`",
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
            help="A proxy whose X-Forwarded-* headers are trusted; repeatable.",
        ),
    ] = None,
    root_path: Annotated[
        str,
        typer.Option(metavar="PATH", help="The path below which a proxy serves it, such as /dalil."),
    ] = "",
    originals: Annotated[
        int | None,
        typer.Option(
            metavar="MB",
            min=0,
            help="How much of PDF files and pictures a collection keeps, to show pages. If not given: 1024.",
        ),
    ] = None,
    folders: Annotated[
        list[Path] | None,
        typer.Option(
            "--folders",
            metavar="DIR",
            exists=True,
            file_okay=False,
            help="Collections may follow this folder of this machine, or one in it; repeatable. If not "
            "given: your home folder, and none where others have access.",
        ),
    ] = None,
    web_pages: Annotated[
        bool | None,
        typer.Option(
            "--web-pages/--no-web-pages",
            show_default=False,
            help="Whether web pages may be fetched for collections, each when somebody asks for it. If not "
            "given: on your own machine alone, not where others have access. With --read-only none are.",
        ),
    ] = None,
    model: ModelName = None,
    reader: UseReader = True,
    writer: WriterUrl = None,
    writer_model: WriterModel = None,
) -> None:
    """Serves the chat until Ctrl-C, to this machine only unless shared."""
    import ui
    from qa.collections.interface import CollectionLibrary
    from qa.collections.library import Library
    from qa.collections.originals import MAX_ORIGINALS_BYTES
    from qa.collections.single import SingleIndex

    for proxy in proxies or ():
        if not is_network(proxy):
            raise typer.BadParameter(
                f"--proxy wants an IP address or a network such as 10.0.0.0/8, not {proxy!r}."
            )
    if root_path and not is_root_path(root_path):
        raise typer.BadParameter(f"--root-path wants a path such as /dalil, not {root_path!r}.")
    examples = ui.EXAMPLES if folder is None else ()
    sharing = Sharing(
        host=host,
        names=tuple(names or ()),
        auth=auth,
        read_only=read_only,
        proxies=tuple(proxies or ()),
        root_path=root_path,
        folders=tuple(path.resolve() for path in folders or ()),
        web_pages=web_pages,
    )
    index = open_named(folder, model, tell=False)
    kept = MAX_ORIGINALS_BYTES if originals is None else originals << 20
    library: CollectionLibrary = Library(max_originals_bytes=kept) if folder is None else SingleIndex(index)
    ui.launch(
        index,
        port=port,
        open_browser=open_browser,
        examples=examples,
        sharing=sharing,
        library=library,
        reader=reader,
        writer=chosen_writer(writer, writer_model),
    )
