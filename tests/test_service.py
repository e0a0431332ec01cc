"""What programs get: the same records by function call and over Gradio's HTTP API."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from fake_encoder import FakeEncoder
from fastapi import FastAPI
from gradio_client import Client

import qa.answering.answer
from index import Document, Index, InvalidQuestion
from index.text.split import split
from qa.api.service import Endpoints, InvalidRequest, NoSuchPassage, Service
from qa.collections.library import Library
from qa.collections.types import CollectionNotFound
from qa.messages import say

REPOSITORY = Path(__file__).resolve().parent.parent

WHO, WHEN, MOON = "من أعلن انطلاق المعركة؟", "When does the river floods?", "Which astronaut walked?"
ANNOUNCED = "أعلن الحشد انطلاق المعركة."


def judge(*arguments: Any) -> float:
    """In place of `qa.answering.confidence.confidence`, which was fitted to the real encoder's scores."""
    found = arguments[2]
    return 0.9 if found and found[0].lexical >= 0.3 else 0.0


@pytest.fixture(autouse=True)
def _judged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(qa.answering.answer, "confidence", judge)


@pytest.fixture
def service(index: Index) -> Service:
    return Service(index)


def test_ask_gives_the_quotation_and_all_that_leads_to_it(service: Service) -> None:
    reply = service.ask(WHO, k=2)
    assert {key: reply[key] for key in ("question", "language", "found", "confidence", "text")} == {
        "question": WHO,
        "language": "ar",
        "found": True,
        "confidence": 0.9,
        "text": f"«{ANNOUNCED}» [1]",
    }
    assert reply["citations"] == [
        {
            "number": 1,
            "quote": ANNOUNCED,
            "field": "text",
            "document_id": "battle",
            "title": "معركة",
            "author": "",
            "date": "",
            "headings": [],
            "kind": "paragraph",
            "columns": [],
            "page": 0,
            "last_page": 0,
            "recognition": 0,
            "fetched": "",
            "source": "",
            "paragraph": 1,
            "start": 0,
            "end": len(ANNOUNCED),
            "answer_start": None,
            "answer_end": None,
            "answer": None,
        }
    ]
    assert [hit["rank"] for hit in reply["hits"]] == [1, 2]
    first = reply["hits"][0]
    assert (first["ranks"], first["text"]) == ({"bm25": 1, "dense": 1, "late": 1}, ANNOUNCED)
    assert set(first["scores"]) == {"bm25", "dense", "late"}
    assert json.loads(json.dumps(reply)) == reply


def test_ask_says_that_the_texts_dont_answer(service: Service) -> None:
    reply = service.ask(MOON)
    assert (reply["found"], reply["citations"], reply["text"]) == (False, [], say("not_found", "en"))
    assert len(reply["hits"]) == 5


def test_search_lists_what_the_index_finds(service: Service, index: Index) -> None:
    hits = index.search(WHEN, 3)
    found = service.search(WHEN, 3)
    assert [(hit["document_id"], hit["start"], hit["end"], hit["score"]) for hit in found["hits"]] == [
        (hit.passage.document_id, hit.passage.start, hit.passage.end, hit.score) for hit in hits
    ]
    assert (found["question"], found["language"]) == (WHEN, "en")


LONG = "\n".join(f"Paragraph {n} is here." for n in range(1, 8)) + "\n* * *\n" + "Last one. " * 30


@pytest.mark.parametrize(
    ("paragraph", "around", "first", "last"),
    [(1, 0, 1, 1), (1, 2, 1, 3), (4, 1, 3, 5), (8, 0, 8, 8), (8, 10, 1, 8)],
)
def test_read_passage_gives_what_stands_there(
    index: Index, paragraph: int, around: int, first: int, last: int
) -> None:
    document = Document(LONG, title="Long", source="/texts/long.txt", author="A. Writer", id="long")
    index.update([document])
    found = Service(index).read_passage("long", paragraph, around)
    assert (found["first"], found["last"], found["paragraphs"]) == (first, last, 8)
    # Numbered as the passages of the index are, of which a long paragraph has several.
    passages = [p for p in index.passages if p.document_id == "long" and first <= p.number <= last]
    assert passages == [
        p
        for p in split(document, FakeEncoder().window, FakeEncoder().count_tokens)
        if first <= p.number <= last
    ]
    assert (found["start"], found["end"]) == (passages[0].start, passages[-1].end)
    assert found["text"] == LONG[found["start"] : found["end"]]
    assert (found["title"], found["source"], found["author"]) == ("Long", "/texts/long.txt", "A. Writer")


def test_what_was_written_meanwhile_is_taken_in(service: Service, index: Index) -> None:
    Index.open(Path(index.location), encoder=index.encoder).update([Document("Akashat was freed.", id="new")])
    assert service.read_passage("new", 1)["text"] == "Akashat was freed."
    index.remove(["new"])
    with pytest.raises(NoSuchPassage, match="no document 'new'"):
        service.read_passage("new", 1)
    assert "new" not in {hit["document_id"] for hit in service.search("Akashat freed", 50)["hits"]}


@pytest.mark.parametrize("k", [0, -1, 51, 2.5, "5", None, True, [5], 10**30])
def test_a_count_out_of_range_is_refused(service: Service, k: Any) -> None:
    for function in (service.ask, service.search):
        with pytest.raises(InvalidRequest, match="k must be a whole number from 1 to 50, not "):
            function(WHO, k)


@pytest.mark.parametrize("question", [None, 5, ["من"], {"a": 1}, b"who"])
def test_a_question_must_be_a_text(service: Service, question: Any) -> None:
    with pytest.raises(InvalidRequest, match="must be a text"):
        service.ask(question)


def test_a_passage_that_there_isnt(service: Service) -> None:
    for unknown in ("", "nothing", "../../etc/passwd", "\udcff", None, 7, ["river"]):
        with pytest.raises(NoSuchPassage, match="no document"):
            service.read_passage(unknown, 1)  # type: ignore[arg-type]
    with pytest.raises(NoSuchPassage, match="has 2 paragraphs, and no paragraph 3"):
        service.read_passage("river", 3)
    for number in (0, -1, 1.0, "1", None):
        with pytest.raises(InvalidRequest, match="paragraph must be a whole number from 1 on"):
            service.read_passage("river", number)  # type: ignore[arg-type]
    with pytest.raises(InvalidRequest, match="around must be a whole number from 0 to 10, not 11"):
        service.read_passage("river", 1, 11)
    with pytest.raises(InvalidQuestion):
        service.ask("؟؟")


def test_endpoints_tell_errors_as_records(
    service: Service, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    endpoints = Endpoints(service)
    assert endpoints.ask(WHO, 2) == service.ask(WHO, 2)
    assert endpoints.search(WHO, 2) == service.search(WHO, 2)
    assert endpoints.read_passage("bread", 1) == service.read_passage("bread", 1)
    assert endpoints.ask("؟؟") == {
        "question": "؟؟",
        "error": "no_words",
        "message": say("no_words", "en"),
    }
    assert endpoints.search("سؤال " * 500)["message"] == say("too_long", "ar")  # type: ignore[typeddict-item]
    assert endpoints.search("who", 99) == {
        "question": "who",
        "error": "invalid_request",
        "message": "k must be a whole number from 1 to 50, not 99.",
    }
    assert endpoints.read_passage("river", 9) == {
        "error": "no_such_passage",
        "message": "The document 'river' has 2 paragraphs, and no paragraph 9.",
    }

    def fail(*_: object) -> None:
        raise RuntimeError("a secret of this machine")

    monkeypatch.setattr(service, "ask", fail)
    assert endpoints.ask(WHO) == {"question": WHO, "error": "failed", "message": say("failed", "ar")}
    assert [str(r.exc_info and r.exc_info[1]) for r in caplog.records] == ["a secret of this machine"]


# Over HTTP.


def serve(path: str) -> None:
    """An application that has nothing but the endpoints: a process of its own, since Gradio leaves loops."""
    import gradio as gr

    setattr(qa.answering.answer, "confidence", judge)  # noqa: B010 - a name that the module only imports
    qa.answering.reader.bundled_reader = lambda: None  # type: ignore[assignment]
    endpoints = Endpoints(Service(Index.open(path, encoder=FakeEncoder())))
    with gr.Blocks(analytics_enabled=False) as blocks:
        for endpoint in (endpoints.ask, endpoints.search, endpoints.read_passage):
            gr.api(  # type: ignore[attr-defined]  # it says so nowhere that it exports it
                endpoint, api_name=endpoint.__name__, concurrency_limit=None
            )
    application = FastAPI()
    gr.mount_gradio_app(application, blocks, path="/", ssr_mode=False, mcp_server=False, run_history=False)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        print(f"http://127.0.0.1:{listener.getsockname()[1]}/", flush=True)
        uvicorn.Server(uvicorn.Config(application, log_level="error")).run(sockets=[listener])


@pytest.fixture
def address(index: Index) -> Iterator[str]:
    """Where `serve` listens."""
    server = subprocess.Popen(
        [sys.executable, "-c", f"import test_service; test_service.serve({index.location!r})"],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (REPOSITORY, REPOSITORY / "tests")))},
    )
    assert server.stdout
    yield server.stdout.readline().strip()
    server.terminate()
    server.wait(300)
    server.stdout.close()


def test_a_collection_is_asked_by_its_name(
    index: Index, tmp_path: Path, encoder: FakeEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qa.collections.library.article_index", lambda: index)
    library = Library(tmp_path / "data", encoder=encoder)
    library.create("كتبي")
    (tmp_path / "notes.txt").write_text("The society was founded in 1998.", "utf-8")
    (info,) = library.add_files("كتبي", [tmp_path / "notes.txt"]).added
    service = Service(index, reader=False, collection=library.open)
    question = "When was the society founded?"
    (hit,) = service.search(question, collection="كتبي")["hits"]
    assert hit["document_id"] == info.id
    assert service.ask(question, collection="كتبي")["hits"][0]["document_id"] == info.id
    assert service.read_passage(info.id, 1, collection=" كتبي ")["text"].endswith("in 1998.")
    assert info.id not in {one["document_id"] for one in service.search(question)["hits"]}
    with pytest.raises(
        CollectionNotFound, match=r"no collection 'other'\. There are: 'built-in article', 'كتبي'"
    ):
        service.search(question, collection="other")
    refusal = Endpoints(service).ask(question, 5, "other")
    assert (refusal["question"], refusal["error"]) == (question, "collection_not_found")  # type: ignore[typeddict-item]
    # Where there are none, and where it isn't a name.
    for service_, name in ((Service(index), "كتبي"), (service, 7)):
        with pytest.raises(InvalidRequest):
            service_.search(question, collection=name)  # type: ignore[arg-type]


@pytest.mark.slow
def test_the_http_api_gives_the_same_records(address: str, service: Service) -> None:
    client = Client(address, verbose=False)
    assert client.predict(WHO, 2, api_name="/ask") == service.ask(WHO, 2)
    assert client.predict(question=WHO, api_name="/search") == service.search(WHO)
    assert client.predict(document_id="river", paragraph=1, around=1, api_name="/read_passage") == (
        service.read_passage("river", 1, 1)
    )
    assert client.predict("", api_name="/ask") == {
        "question": "",
        "error": "empty",
        "message": say("empty", "en"),
    }
    described = client.view_api(return_format="dict")
    assert isinstance(described, dict)
    endpoints = described["named_endpoints"]
    assert sorted(endpoints) == ["/ask", "/read_passage", "/search"]
    names = [parameter["parameter_name"] for parameter in endpoints["/read_passage"]["parameters"]]
    assert names == ["document_id", "paragraph", "around", "collection"]
    client.close()

    # Without Gradio's client, in two steps, as curl does it.
    body = json.dumps({"data": [WHO, 2, "", False, ""]}).encode()
    started = json.loads(_post(f"{address}gradio_api/call/ask", body))
    with urllib.request.urlopen(f"{address}gradio_api/call/ask/{started['event_id']}") as response:
        events = response.read().decode()
    assert events.startswith("event: complete\ndata: ")
    assert json.loads(events.split("data: ", 1)[1]) == [service.ask(WHO, 2)]


def _post(address: str, body: bytes) -> str:
    request = urllib.request.Request(address, body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as response:
        return str(response.read().decode())
