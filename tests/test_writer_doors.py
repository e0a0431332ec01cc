"""A writer by every door: command line, environment, MCP, HTTP, the page; and what each says of it."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from chatting import browser, opened
from fake_encoder import FakeEncoder
from gradio_client import Client as HttpClient
from mcp import Client
from mcp_types import CallToolResult
from playwright.sync_api import Browser, expect
from test_integrations import run
from typer.testing import CliRunner, Result
from writing_server import Script, perfect, writing

import ui
from cli.app import app
from index import Index
from qa.api.mcp_server import build_server
from qa.api.service import Service
from qa.messages import say
from qa.writing.client import ChatModel
from qa.writing.write import Writer
from web.server.serving import listen
from web.views.layout import words

__all__ = ["browser"]  # a fixture

REPOSITORY = Path(__file__).resolve().parent.parent
FLOODS, FLOODED = "When does the river floods in spring?", "The river floods in spring."
# An address that nobody has (RFC 5737).
ELSEWHERE = "192.0.2.1"


@pytest.fixture(autouse=True)
def _surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fake encoder's scores aren't those that confidence was fitted to; and no settings of one's own."""
    monkeypatch.setattr("qa.answering.answer.confidence", lambda *_: 0.9)
    monkeypatch.setattr("index.encoding.load.load", lambda _=None: FakeEncoder())
    for name in ("DALIL_WRITER", "DALIL_WRITER_MODEL", "DALIL_WRITER_KEY", "DALIL_INDEX"):
        monkeypatch.delenv(name, raising=False)


def dalil(*arguments: str, **environment: str) -> Result:
    return CliRunner().invoke(app, arguments, env=environment, prog_name="dalil")


def writer(url: str) -> Writer:
    return Writer(ChatModel(url, "m"))


# MCP.


def called(service: Service, **arguments: Any) -> CallToolResult:
    """What an agent gets of `ask`."""

    async def use() -> CallToolResult:
        async with Client(build_server(service)) as client:
            return await client.call_tool("ask", arguments)

    return asyncio.run(use())


def test_an_agent_has_an_answer_written(index: Index) -> None:
    with writing(Script(perfect)) as url:
        service = Service(index, False, writer=writer(url))
        asked = called(service, question=FLOODS, write=True).structured_content
        plain = called(service, question=FLOODS).structured_content
    assert asked is not None
    assert plain is not None
    (claim,) = asked["written"]["claims"]
    assert (claim["text"], claim["citations"]) == (FLOODED, [1])
    assert plain["written"] is None
    assert plain["citations"] == asked["citations"]


def test_an_agent_is_told_that_there_is_no_writer(index: Index) -> None:
    refused = called(Service(index, False), question=FLOODS, write=True)
    assert refused.is_error
    assert "--writer URL" in str(refused.content)


def test_an_agent_asks_within_a_scope_and_in_a_collection(index: Index, tmp_path: Path) -> None:
    other = Index.build(
        list(index.documents)[1:], tmp_path / "other", encoder=FakeEncoder(), show_progress=False
    )
    service = Service(index, False, collection={"other": other}.__getitem__)
    within = called(service, question=FLOODS, within="document:Bread").structured_content
    assert within is not None
    assert {hit["document_id"] for hit in within["hits"]} == {"bread"}
    collected = called(service, question=FLOODS, collection="other").structured_content
    assert collected is not None
    assert {hit["document_id"] for hit in collected["hits"]} == {"battle", "bread"}
    nowhere = called(service, question=FLOODS, within="folder:nowhere")
    assert (nowhere.is_error, "nowhere" in str(nowhere.content)) == (True, True)


# The frameworks' retrievers.


@pytest.mark.slow
@pytest.mark.parametrize(
    "program",
    [
        """
from qa.api.integrations.langchain import DalilRetriever
found = DalilRetriever(index=PATH, k=3, within="document:Bread").invoke(QUESTION)
print(sorted({one.metadata["document_id"] for one in found}))
""",
        """
from qa.api.integrations.haystack import DalilRetriever
retriever = DalilRetriever(PATH, within="document:Bread")
assert retriever.to_dict()["init_parameters"]["within"] == "document:Bread"
found = retriever.run(QUESTION)["documents"]
(river,) = retriever.run(QUESTION, within="document:River", top_k=1)["documents"]
assert river.meta["document_id"] == "river"
print(sorted({one.meta["document_id"] for one in found}))
""",
        """
from qa.api.integrations.llama_index import DalilRetriever
found = DalilRetriever(PATH, k=3, within="document:Bread").retrieve(QUESTION)
print(sorted({one.node.metadata["document_id"] for one in found}))
""",
    ],
    ids=["langchain", "haystack", "llama-index"],
)
def test_a_retriever_finds_within_a_scope(index: Index, program: str) -> None:
    assert run(program, index.location) == "['bread']\n"


# HTTP.


def serve(path: str, url: str) -> None:
    """The chat with a writer: a process of its own, since Gradio leaves loops."""
    import qa.answering.answer
    import qa.answering.reader

    setattr(qa.answering.answer, "confidence", lambda *_: 0.9)  # noqa: B010 - a name that the module only imports
    qa.answering.reader.bundled_reader = lambda: None  # type: ignore[assignment]
    index = Index.open(path, encoder=FakeEncoder())
    with listen(0) as listener:
        chat = ui.build_chat(index, reader=False, writer=writer(url))
        print(f"http://127.0.0.1:{listener.getsockname()[1]}/", flush=True)
        uvicorn.Server(uvicorn.Config(ui.serve(chat), log_level="error")).run(sockets=[listener])


@contextmanager
def served(index: Index, url: str) -> Iterator[str]:
    """The address of the chat in a process of its own."""
    server = subprocess.Popen(
        [sys.executable, "-c", f"import test_writer_doors as t; t.serve({index.location!r}, {url!r})"],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (REPOSITORY, REPOSITORY / "tests")))},
    )
    assert server.stdout
    yield server.stdout.readline().strip()
    server.terminate()
    server.wait(300)
    server.stdout.close()


@pytest.mark.slow
def test_over_http_an_answer_is_written_where_that_is_asked(index: Index) -> None:
    with writing(Script(perfect)) as url, served(index, url) as address:
        client = HttpClient(address, verbose=False)
        asked = client.predict(FLOODS, write=True, api_name="/ask")
        plain = client.predict(FLOODS, api_name="/ask")
        client.close()
    (claim,) = asked["written"]["claims"]
    assert (claim["text"], claim["citations"]) == (FLOODED, [1])
    assert plain["written"] is None
    assert plain["citations"] == asked["citations"]


# The command line: what it says, and its environment.


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch, index: Index) -> list[Writer | None]:
    """The writers that `dalil chat` and `dalil mcp` would have served, without serving."""
    found: list[Writer | None] = []
    monkeypatch.setattr("cli.commands.chat.open_named", lambda *_, **__: index)
    monkeypatch.setattr("cli.commands.mcp.open_named", lambda *_, **__: index)
    monkeypatch.setattr("ui.launch", lambda *_, writer=None, **__: found.append(writer))
    monkeypatch.setattr("qa.api.mcp_server.serve", lambda service, _: found.append(service._writer))
    return found


@pytest.mark.parametrize("command", ["chat", "mcp"])
def test_at_the_start_it_says_what_leaves_the_machine(started: list[Writer | None], command: str) -> None:
    told = dalil(command, "--writer", f"http://{ELSEWHERE}/v1", "--writer-model", "small")
    assert told.exit_code == 0
    assert say("leaves_machine", "en", host=ELSEWHERE) in told.stderr
    local = dalil(command, "--writer", "http://127.0.0.1:9/v1", "--writer-model", "small")
    assert local.stderr == ""
    none = dalil(command)
    assert none.stderr == ""
    hosts = [one.model.host if one else None for one in started]
    assert hosts == [ELSEWHERE, "127.0.0.1", None]


@pytest.mark.parametrize("command", ["chat", "mcp"])
def test_the_environment_names_a_writer(started: list[Writer | None], command: str) -> None:
    address = f"http://{ELSEWHERE}/v1"
    told = dalil(command, DALIL_WRITER=address, DALIL_WRITER_MODEL="small", DALIL_WRITER_KEY="secret")
    assert say("leaves_machine", "en", host=ELSEWHERE) in told.stderr
    assert "secret" not in told.output
    (named,) = started
    assert named is not None
    assert isinstance(named.model, ChatModel)
    assert (named.model.url, named.model.model) == (address, "small")
    assert dalil(command, DALIL_WRITER=address).exit_code != 0  # without a model


def test_the_key_is_taken_from_the_environment_alone(index: Index) -> None:
    script = Script(perfect)
    with writing(script) as url:
        ask = ("ask", FLOODS, "--index", index.location, "--no-reader", "--write", "--json")
        environment = {"DALIL_WRITER": url, "DALIL_WRITER_MODEL": "small", "DALIL_WRITER_KEY": "secret"}
        asked = dalil(*ask, **environment)
        assert json.loads(asked.stdout)["written"]["claims"]
        assert script.headers[0]["authorization"] == "Bearer secret"
        assert script.bodies[0]["model"] == "small"
        assert "secret" not in asked.output
        assert dalil(*ask, "--writer-key", "secret", **environment).exit_code == 2
    assert "DALIL_WRITER_KEY" in dalil("ask", "--help").stdout


# The page.


def test_the_page_has_the_words_for_what_leaves() -> None:
    for language in ("ar", "en"):
        assert ELSEWHERE in words(ELSEWHERE)[language]["leaves_machine"]
        assert words()[language]["leaves_machine"] == ""


@pytest.mark.browser
@pytest.mark.parametrize("host", [ELSEWHERE, "127.0.0.1"])
def test_the_page_says_what_leaves(browser: Browser, index: Index, host: str) -> None:
    started = threading.Event()
    with listen(0) as listener:
        chat = ui.build_chat(index, reader=False, writer=writer(f"http://{host}:9/v1"))
        server = uvicorn.Server(
            uvicorn.Config(ui.serve(chat, started.set), log_level="error", timeout_graceful_shutdown=1)
        )
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        assert started.wait(120)
        with opened(browser, f"http://127.0.0.1:{listener.getsockname()[1]}/") as page:
            leaves = page.locator("#leaves")
            if host == ELSEWHERE:
                expect(leaves).to_be_visible()
                expect(leaves).to_contain_text(ELSEWHERE)
            else:
                expect(leaves).to_be_empty()
        server.should_exit = True
        thread.join(120)
