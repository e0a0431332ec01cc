"""`dalil mcp`: a server for agents."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from cli.console import epilog
from cli.options import (
    AnswerFrom,
    CollectionName,
    ModelName,
    UseReader,
    WriterModel,
    WriterUrl,
    chosen_writer,
    open_named,
)

EPILOG: Final = epilog(
    "dalil mcp --index dalil-index                  over standard input and output",
    "dalil mcp --index dalil-index --port 8000      at http://127.0.0.1:8000/mcp",
)


def mcp(
    folder: AnswerFrom = None,
    collection: CollectionName = None,
    port: Annotated[
        int | None,
        typer.Option(
            metavar="N", min=1, max=65535, help="Where to listen on this machine, over streamable HTTP."
        ),
    ] = None,
    model: ModelName = None,
    reader: UseReader = True,
    writer: WriterUrl = None,
    writer_model: WriterModel = None,
) -> None:
    """Lets agents ask your texts, over the Model Context Protocol.

    It has the tools ask, search and read_passage. It needs more packages: pip install -e
    ".[mcp]" in the folder that Dalil was cloned into.
    """
    from qa.extras import require

    require("The MCP server", "mcp", "mcp")
    from qa.api.mcp_server import serve
    from qa.api.service import Service
    from qa.collections.library import Library

    index = open_named(folder, model, collection=collection)
    writes = chosen_writer(writer, writer_model)
    serve(Service(index, reader, Library().open, writes), port)
