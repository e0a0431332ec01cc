"""The MCP server, asked by the official client: a process of its own over its standard input and output."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import shlex
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest
from mcp import Client, StdioServerParameters
from mcp_types import CallToolResult, Tool
from test_cli import REPOSITORY, surrounding
from typer.testing import CliRunner

from cli.app import app
from index import Index
from qa.api.service import Service
from qa.messages import say

WHO = "من أعلن انطلاق المعركة؟"
DALIL = ["-c", "import test_cli, sys; test_cli.install(); from cli.entry import main; main()"]

T = TypeVar("T")


def with_client(folder: Path, use: Callable[[Client], Awaitable[T]], log: Path) -> T:
    """What `use` gets from a server over the index in `folder`; its standard error goes to `log`."""
    server = StdioServerParameters(
        command=sys.executable, args=[*DALIL, "mcp", "--index", str(folder)], env=surrounding({})
    )

    async def run() -> T:
        from mcp.client.stdio import stdio_client

        with log.open("w") as errors:
            async with Client(stdio_client(server, errlog=errors), read_timeout_seconds=60) as client:
                return await use(client)

    return asyncio.run(run())


def text_of(result: CallToolResult) -> str:
    (content,) = result.content
    return str(content.text)  # type: ignore[union-attr]


@pytest.mark.slow
def test_an_agent_asks_searches_and_reads(index: Index, tmp_path: Path) -> None:
    async def use(client: Client) -> tuple[list[Tool], list[CallToolResult]]:
        tools = (await client.list_tools()).tools
        calls: list[tuple[str, dict[str, Any]]] = [
            ("ask", {"question": WHO, "k": 2}),
            ("search", {"question": WHO}),
            ("read_passage", {"document_id": "river", "paragraph": 1, "around": 1}),
            ("ask", {"question": "؟؟ من"[:2]}),
            ("ask", {"question": "سؤال " * 500}),
            ("search", {"question": WHO, "k": 99}),
            ("read_passage", {"document_id": "river", "paragraph": 9}),
            ("read_passage", {"document_id": "none", "paragraph": 1}),
            ("ask", {}),
        ]
        assert client.instructions
        assert "Begin with `ask`" in client.instructions
        return tools, [await client.call_tool(name, arguments) for name, arguments in calls]

    tools, (asked, searched, read, *errors) = with_client(Path(index.location), use, tmp_path / "log")
    service = Service(index)
    assert asked.structured_content is not None
    assert asked.structured_content["citations"][0]["quote"] == "أعلن الحشد انطلاق المعركة."
    assert asked.structured_content["hits"] == service.ask(WHO, 2)["hits"]
    assert searched.structured_content == service.search(WHO)
    assert read.structured_content == service.read_passage("river", 1, 1)
    assert json.loads(text_of(searched)) == service.search(WHO)
    assert not any(result.is_error for result in (asked, searched, read))

    assert all(error.is_error and error.structured_content is None for error in errors)
    for error, message in zip(
        errors,
        [
            say("no_words", "en"),
            say("too_long", "ar"),
            "k must be a whole number from 1 to 50, not 99.",
            "The document 'river' has 2 paragraphs, and no paragraph 9.",
            "The index has no document 'none'. Take the document_id of a citation or a hit.",
            "question",
        ],
        strict=True,
    ):
        assert message in text_of(error)
        assert "Traceback" not in text_of(error)

    assert [tool.name for tool in tools] == ["ask", "search", "read_passage"]
    for tool in tools:
        assert tool.description
        assert tool.annotations
        assert (tool.annotations.read_only_hint, tool.annotations.open_world_hint) == (True, False)
        assert tool.output_schema
        for argument in tool.input_schema["properties"].values():
            assert argument["description"]
    assert tools[0].output_schema
    assert set(tools[0].output_schema["properties"]) == set(service.ask(WHO))
    assert tools[1].input_schema["properties"]["k"]["maximum"] == 50
    assert (tmp_path / "log").read_text() == ""


@pytest.mark.slow
def test_an_index_that_is_gone_is_a_tool_error(index: Index, tmp_path: Path) -> None:
    async def use(client: Client) -> CallToolResult:
        (Path(index.location) / "manifest.json").rename(tmp_path / "manifest.json")
        return await client.call_tool("ask", {"question": WHO})

    result = with_client(Path(index.location), use, tmp_path / "log")
    assert result.is_error
    assert f"There is no index in {Path(index.location)}. Make one: dalil index" in text_of(result)


@pytest.mark.slow
def test_nothing_but_the_protocol_is_on_standard_output(index: Index) -> None:
    """Whatever a library prints on the way, and what isn't protocol is answered by an error or left."""
    program = DALIL[1].replace(
        "from cli.app", "import qa.api.service; old = qa.api.service.ask\n"
        "def loud(*arguments): print('noise'); return old(*arguments)\n"
        "qa.api.service.ask = loud\nfrom cli.app"
    )  # fmt: skip
    messages = [
        {
            "jsonrpc": "2.0",
            "id": 1,
            "method": "initialize",
            "params": {
                "protocolVersion": "2025-06-18",
                "capabilities": {},
                "clientInfo": {"name": "test", "version": "1"},
            },
        },
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {
            "jsonrpc": "2.0",
            "id": 2,
            "method": "tools/call",
            "params": {"name": "ask", "arguments": {"question": WHO}},
        },
    ]
    server = subprocess.Popen(
        [sys.executable, "-c", program, "mcp", "--index", index.location],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=surrounding({}),
    )
    assert server.stdin
    assert server.stdout
    for message in messages:
        server.stdin.write(json.dumps(message).encode() + b"\n")
    server.stdin.flush()
    replies = [json.loads(server.stdout.readline()) for _ in range(2)]
    rest, _ = server.communicate(timeout=300)
    assert [reply["id"] for reply in replies] == [1, 2]
    assert replies[1]["result"]["structuredContent"]["question"] == WHO
    assert rest == b""
    assert server.returncode == 0


@pytest.mark.slow
def test_what_is_no_message_is_answered_by_an_error(index: Index) -> None:
    ping = b'{"jsonrpc":"2.0","id":99,"method":"ping"}'
    lines: list[tuple[bytes, int, object]] = [
        (b"not json", -32700, None),
        (b"[1,2", -32700, None),
        (b"\xff\xfe\0", -32700, None),
        (b"[" * 100_000, -32700, None),
        (b"[]", -32600, None),
        (b"null", -32600, None),
        (b"{}", -32600, None),
        (b'{"jsonrpc":"1.0","id":7,"method":"ping"}', -32600, 7),
        (b'{"jsonrpc":"2.0","id":"a"}', -32600, "a"),
        (b'{"jsonrpc":"2.0","id":9,"method":5}', -32600, 9),
        (b'{"jsonrpc":"2.0","id":10,"method":"ping","params":[]}', -32600, 10),
    ]
    server = subprocess.Popen(
        [sys.executable, *DALIL, "mcp", "--index", index.location],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=surrounding({}),
    )
    assert server.stdin
    assert server.stdout
    server.stdin.write(b"\n".join([*(line for line, _, _ in lines), b"", b"  ", ping, b""]))
    server.stdin.flush()
    # Read before the end of the input is told, which ends the server.
    *refused, answered = [json.loads(server.stdout.readline()) for _ in range(len(lines) + 1)]
    assert server.communicate(timeout=120) == (b"", b"")
    assert server.returncode == 0
    assert [(reply["error"]["code"], reply["id"]) for reply in refused] == [(c, i) for _, c, i in lines]
    assert answered["id"] == 99


@pytest.mark.slow
def test_over_http_on_this_machine_only(index: Index) -> None:
    server = subprocess.Popen(
        [sys.executable, "-c", _ON_A_FREE_PORT, index.location],
        stderr=subprocess.PIPE,
        text=True,
        env=surrounding({}),
    )
    assert server.stderr
    try:
        told = server.stderr.readline()
        assert told.startswith("Dalil listens on http://127.0.0.1:")
        address = told.split()[3]

        async def ask() -> CallToolResult:
            async with Client(address) as client:
                return await client.call_tool("search", {"question": WHO, "k": 1})

        result = asyncio.run(ask())
        assert result.structured_content == Service(index).search(WHO, 1)
    finally:
        server.terminate()
        server.wait(300)
        server.stderr.close()


_ON_A_FREE_PORT = """
import sys, test_cli
test_cli.install()
from index import Index
from qa.api.mcp_server import serve
from qa.api.service import Service
serve(Service(Index.open(sys.argv[1])), 0)
"""


def test_without_the_extra_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "mcp" else find(name))
    shown = CliRunner().invoke(app, ["mcp"])
    assert (shown.exit_code, shown.stdout) == (2, "")
    command = f"pip install --editable {shlex.quote(f'{REPOSITORY}[mcp]')}"
    assert shown.stderr == f"dalil: The MCP server needs mcp: {command}\n"
