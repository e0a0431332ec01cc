"""The MCP server: agents ask the texts and read them, through the official SDK.

Its tools give what `dalil ask --json` and `dalil search --json` print.
"""

# The SDK reads these annotations to describe the tools: they stay evaluated, without
# `from __future__ import annotations`.
import socket
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from importlib import metadata
from typing import Annotated, Any, Final, TypeVar

import anyio
import uvicorn
from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.stdio import stdio_server
from mcp.shared.message import SessionMessage
from mcp_types import INVALID_REQUEST, PARSE_ERROR, ErrorData, JSONRPCError, ToolAnnotations
from pydantic import Field, ValidationError

from index.errors import DalilError
from qa.api.records import AnswerRecord, PassageRecord, SearchRecord
from qa.api.service import MAX_AROUND, MAX_PASSAGES, Service, explain

HOST: Final = "127.0.0.1"

INSTRUCTIONS: Final = """\
Dalil answers from a fixed collection of texts, in Arabic and English, and quotes them literally. It knows \
nothing but these texts. Begin with `ask`. Where `found` is false, the texts don't answer the question: say \
so rather than answer from elsewhere, or put it in other words and `search`. Cite what you use by title and \
page (paragraph, where `page` is 0); `quote` is exactly what stands in the text. Use `read_passage` to see \
what stands around a quotation before you rely on it. A question in one language also finds texts in the \
other."""

_ASK: Final = """\
Answers one question with sentences quoted literally from the texts, mostly one to three, or says that no \
text answers it (`found` is false, no citations; `hits` are then only the nearest passages, and `missing` \
the numbers of the question that occur nowhere in the texts). A citation's `answer` is the part of its \
quotation that answers, where one is known. `confidence` is the probability that the texts hold the answer: \
below .5 check the quotation against the question. To "summarise", "list all" and "compare" it quotes up to \
eight sentences, in the texts' order. It doesn't count or reason: ask for one fact at a time, as a full \
question."""

_SEARCH: Final = """\
Lists the passages nearest to a question or a few words, best first, whether or not they answer it. Use it \
to explore a topic, or when `ask` finds nothing. Each hit has its text, where it stands (`document_id`, \
`paragraph`) and its rank in each way of searching."""

_READ: Final = """\
Reads one paragraph of a document in full, with the paragraphs around it if you ask for them. Take \
`document_id` and `paragraph` from a citation or a hit. In the reply `paragraphs` is how many the document \
has."""

Question = Annotated[str, Field(description="A question in Arabic or English, up to 2,000 characters.")]
# The bounds are declared here and checked by `Service`, whose messages say what to do.
Count = Annotated[
    int,
    Field(
        description="How many passages to give.",
        json_schema_extra={"minimum": 1, "maximum": MAX_PASSAGES},
    ),
]
Write = Annotated[
    bool,
    Field(
        description="Whether a language model, if Dalil was started with one, also writes an answer from the "
        "quotations; sentences that they don't carry are left out."
    ),
]
DocumentId = Annotated[str, Field(description="The document_id of a citation or a hit.")]
Paragraph = Annotated[
    int, Field(description="The paragraph's number, from 1.", json_schema_extra={"minimum": 1})
]
Around = Annotated[
    int,
    Field(
        description="How many paragraphs before and after it to read too.",
        json_schema_extra={"minimum": 0, "maximum": MAX_AROUND},
    ),
]

Collection = Annotated[
    str,
    Field(description="The name of one of the user's collections; what the server was started for if empty."),
]

Within = Annotated[
    str,
    Field(
        description="Restricts the search; to everything if empty. Any of document:, folder:, type:, tag:, "
        "after: and before: with a value, such as folder:contracts type:pdf document:'the file.pdf'. "
        "Documents are named by id, title or file; several documents and folders are asked together, the "
        "rest narrows them."
    ),
]

Record = TypeVar("Record")


def build_server(service: Service) -> MCPServer:
    """An MCP server with the tools `ask`, `search` and `read_passage`.

    Args:
        service: what answers.
    """
    # Below warnings the SDK logs every request.
    server = MCPServer(
        "dalil", "Dalil", instructions=INSTRUCTIONS, version=metadata.version("dalil"), log_level="WARNING"
    )
    reads = ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False)

    @server.tool(title="Ask the texts", description=_ASK, annotations=reads, structured_output=True)
    def ask(
        question: Question,
        k: Count = 5,
        collection: Collection = "",
        write: Write = False,
        within: Within = "",
    ) -> AnswerRecord:
        return _told(question, lambda: service.ask(question, k, collection, write, within))

    @server.tool(title="Search the texts", description=_SEARCH, annotations=reads, structured_output=True)
    def search(
        question: Question, k: Count = 5, collection: Collection = "", within: Within = ""
    ) -> SearchRecord:
        return _told(question, lambda: service.search(question, k, collection, within))

    @server.tool(title="Read a passage", description=_READ, annotations=reads, structured_output=True)
    def read_passage(
        document_id: DocumentId, paragraph: Paragraph, around: Around = 0, collection: Collection = ""
    ) -> PassageRecord:
        return _told("", lambda: service.read_passage(document_id, paragraph, around, collection))

    return server


def serve(service: Service, port: int | None = None) -> None:
    """Serves until the client goes away, or Ctrl-C.

    Args:
        service: what answers.
        port: where to listen on this machine, over streamable HTTP at /mcp; 0 for any free one. Over
            standard input and output if not given.

    Raises:
        OSError: something else listens on the port.
    """
    server = build_server(service)
    if port is None:
        anyio.run(_serve_stdio, server)
        return
    # The SDK turns away other hosts' names and pages of other sites where it listens on this address.
    application = server.streamable_http_app(host=HOST)
    with socket.create_server((HOST, port)) as listener:
        address = f"http://{HOST}:{listener.getsockname()[1]}/mcp"
        print(f"Dalil listens on {address} (Ctrl-C stops it).", file=sys.stderr, flush=True)
        uvicorn.Server(uvicorn.Config(application, log_level="warning")).run(sockets=[listener])


async def _serve_stdio(server: MCPServer) -> None:
    """As the SDK's own `run_stdio_async`, but an invalid line gets an error response."""
    lowlevel = server._lowlevel_server
    async with stdio_server() as (messages, replies):
        answering = _Answering(messages, replies)
        # Python's own buffer would keep what a library prints until the stream is the protocol's again.
        with redirect_stdout(sys.stderr):
            await lowlevel.run(answering, replies, lowlevel.create_initialization_options())


class _Answering:
    """The incoming messages; invalid ones get the error response of JSON-RPC, where the SDK only logs them.

    Args:
        messages: the SDK's stream, whose items are messages or errors.
        replies: the SDK's stream of outgoing messages.
    """

    def __init__(self, messages: Any, replies: Any) -> None:
        self._messages = messages
        self._replies = replies

    def __getattr__(self, name: str) -> Any:
        return getattr(self._messages, name)

    def __aiter__(self) -> "_Answering":
        return self

    async def __anext__(self) -> Any:
        try:
            return await self.receive()
        except anyio.EndOfStream:
            raise StopAsyncIteration from None

    async def receive(self) -> Any:
        """The next message."""
        while isinstance(item := await self._messages.receive(), Exception):
            if refusal := _refusal(item):
                await self._replies.send(SessionMessage(refusal))
        return item

    async def __aenter__(self) -> "_Answering":
        await self._messages.__aenter__()
        return self

    async def __aexit__(self, *error: Any) -> Any:
        return await self._messages.__aexit__(*error)


def _refusal(error: Exception) -> JSONRPCError | None:
    """The reply to a line that isn't a message; none to a blank one."""
    faults = error.errors(include_url=False) if isinstance(error, ValidationError) else []
    if faults and isinstance(faults[0]["input"], str) and not faults[0]["input"].strip():
        return None
    if any(fault["type"] != "json_invalid" for fault in faults):
        code, message = INVALID_REQUEST, "This isn't a JSON-RPC 2.0 message."
    else:
        code, message = PARSE_ERROR, "This line isn't JSON."
    ids = [fault["input"].get("id") for fault in faults if isinstance(fault["input"], dict)]
    known = (id_ for id_ in ids if isinstance(id_, str | int) and not isinstance(id_, bool))
    return JSONRPCError(jsonrpc="2.0", id=next(known, None), error=ErrorData(code=code, message=message))


def _told(question: str, reply: Callable[[], Record]) -> Record:
    """The result; an error is given to the client in Dalil's words."""
    try:
        return reply()
    except DalilError as error:
        raise ToolError(explain(error, question)) from error
