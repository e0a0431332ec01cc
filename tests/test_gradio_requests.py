"""What a page and programs may send to Gradio: everything else is refused with a record."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from typing import Any

import gradio as gr
import pytest
from asgi import Reply, request
from fake_encoder import FakeEncoder
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

import ui
from index import Document, Index
from qa.api.service import InvalidRequest
from qa.collections.single import SingleIndex
from web.calls.collection_calls import Collections
from web.server import gradio_requests
from web.server.gradio_requests import (
    MAX_REQUESTS,
    MAX_UNREAD,
    MAX_UNREAD_PER_SESSION,
    CheckedRequests,
    NotFound,
)

PAGE = {"conversation": "a", "language": "en"}
FORM = {"Content-Type": "application/json"}


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers with what Gradio would have been sent."""
    sent = Request(scope, receive)
    body = await sent.body()
    assert int(sent.headers["content-length"]) == len(body)
    await JSONResponse(json.loads(body) if body else None)(scope, receive, send)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[gr.Blocks]:
    """A chat, which takes a third of a second to build."""
    folder = tmp_path_factory.mktemp("calls")
    document = Document("The river floods in spring.", title="River", id="river")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DALIL_DATA", str(folder / "data"))
        index = Index.build([document], folder / "index", encoder=FakeEncoder(), show_progress=False)
        yield ui.build_chat(index, collections=Collections(SingleIndex(index)))


@pytest.fixture
def chat(built: gr.Blocks) -> gr.Blocks:
    """The chat, with nothing in its queue."""
    built._queue.pending_event_ids_session = {}
    built._queue.pending_messages_per_session.clear()
    return built


@pytest.fixture
def app(chat: gr.Blocks) -> CheckedRequests:
    return CheckedRequests(echo, chat)


def post(app: CheckedRequests, path: str, body: object) -> Reply:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return request(
        app, path, "POST", {**FORM, "Content-Length": f"{len(content)}"}, [content[:7], content[7:]]
    )


def refused(reply: Reply, status: int) -> str:
    """The name of the error in a record."""
    record = json.loads(reply.body)
    assert reply.status == status, record
    assert set(record) == {"error", "message", "detail"}
    assert record["message"]
    return str(record["error"])


def component(chat: gr.Blocks, name: str, data: object, **more: object) -> dict[str, Any]:
    (page,) = (number for number, block in chat.blocks.items() if getattr(block, "elem_id", "") == "page")
    return {"session_hash": "s", "component_id": page, "fn_name": name, "data": data, **more}


def function(chat: gr.Blocks, name: str) -> Callable[[object], Any]:
    """What Gradio calls with the data of a page's call."""
    (page,) = (block for block in chat.blocks.values() if getattr(block, "elem_id", "") == "page")
    found: Callable[[object], Any] = getattr(page, name)
    return found


def event(chat: gr.Blocks, name: str, data: object, **more: object) -> dict[str, Any]:
    (number,) = (
        number for number, function in chat.fns.items() if any(event == name for _, event in function.targets)
    )
    return {"session_hash": "s", "fn_index": number, "data": [], "event_data": data, **more}


@pytest.mark.parametrize("route", ["call", "run", "api"])
@pytest.mark.parametrize(
    ("name", "given", "filled"),
    [
        ("ask", ["Who?"], ["Who?", 5, "", False, ""]),
        ("ask", ["Who?", 3], ["Who?", 3, "", False, ""]),
        ("search", ["Who?"], ["Who?", 5, "", ""]),
        ("read_passage", ["river", 1], ["river", 1, 0, ""]),
        ("ask", [7], [7, 5, "", False, ""]),  # which the endpoint refuses in its own record
    ],
)
def test_arguments_that_arent_given_have_their_defaults(
    app: CheckedRequests, route: str, name: str, given: list[object], filled: list[object]
) -> None:
    reply = post(app, f"/gradio_api/{route}/{name}", {"data": given, "more": 1})
    assert (reply.status, json.loads(reply.body)) == (200, {"data": filled})


@pytest.mark.parametrize(
    ("path", "body", "status", "error"),
    [
        ("call/ask", {"data": []}, 422, "invalid_request"),
        ("call/ask", {"data": ["Who?", 5, "", True, "", 6]}, 422, "invalid_request"),
        ("call/ask", {"data": "Who?"}, 422, "invalid_request"),
        ("call/ask", {"data": [["Who?"]]}, 422, "invalid_request"),
        ("call/ask", {"data": ["x" * 20_001]}, 422, "invalid_request"),
        ("call/ask", {}, 422, "invalid_request"),
        ("call/ask", [], 422, "invalid_request"),
        ("call/ask", b"", 422, "invalid_request"),
        ("call/ask", b"{", 422, "invalid_request"),
        ("call/ask", b"[" * 100_000, 422, "invalid_request"),
        ("call/ask", b"\xff\xfe", 422, "invalid_request"),
        ("call/ask", b'{"data": [' + b"9" * 10_000 + b"]}", 422, "invalid_request"),
        ("call/ask", {"data": ["Who?"], "session_hash": 7}, 422, "invalid_request"),
        ("call/ask", {"data": ["Who?"], "session_hash": "x" * 101}, 422, "invalid_request"),
        ("call/respond", {"data": []}, 404, "not_found"),
        ("call/none", {"data": []}, 404, "not_found"),
        ("call/v2/ask", {"question": "Who?"}, 404, "not_found"),
        ("queue/join", {"data": [], "session_hash": "s"}, 404, "not_found"),
        ("queue/join", {"data": [], "session_hash": "s", "fn_index": 10**30}, 404, "not_found"),
        ("queue/join", {"data": [], "session_hash": "s", "fn_index": [0]}, 404, "not_found"),
        ("queue/join", {"data": [], "session_hash": "s", "fn_index": True}, 404, "not_found"),
        ("queue/leave", {}, 404, "not_found"),
        ("component_server", {}, 404, "not_found"),
        ("cancel", {"event_id": 7}, 422, "invalid_request"),
        ("reset", {"event_id": "x"}, 404, "not_found"),
        ("vibe-edit", {"prompt": "x"}, 404, "not_found"),
        ("run-history/connect", {}, 404, "not_found"),
        ("stream/x", {}, 404, "not_found"),
    ],
)
def test_what_nobody_sends_is_refused(
    app: CheckedRequests, path: str, body: object, status: int, error: str
) -> None:
    assert refused(post(app, f"/gradio_api/{path}", body), status) == error
    assert refused(post(app, f"/gradio_api/{path}/", body), status) == error


@pytest.mark.parametrize("path", ["/", "/queue/join", "/run/ask", "/monitoring", "/gradio_api"])
def test_outside_of_gradios_own_paths_there_is_nothing_to_send_to(app: CheckedRequests, path: str) -> None:
    assert refused(post(app, path, {"data": ["Who?"]}), 404) == "not_found"


def test_what_isnt_sent_to_gradio_passes(app: CheckedRequests) -> None:
    async def passed(scope: Scope, receive: Receive, send: Send) -> None:
        await JSONResponse("passed")(scope, receive, send)

    app.app = passed
    for path, method in (("/", "GET"), ("/login", "POST"), ("/logout", "POST"), ("/library/upload", "POST")):
        assert request(app, path, method, body=[b"\0rubbish"]).body == b'"passed"'


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("begin", {**PAGE, "question": "Who?", "has_turns": False, "collection": ""}),
        ("begin", {**PAGE, "question": "x" * 900_000}),
        ("begin", {**PAGE, "number": 0}),
        ("read", {**PAGE, "document": "river", "marks": [], "first": None, "last": None}),
        ("why", {**PAGE, "name": "cite-0-1"}),
        ("keep", PAGE),
        ("restore", {**PAGE, "kept": "{}"}),
        ("clear", PAGE),
        ("export", PAGE),
        ("judge", {**PAGE, "number": 0, "verdict": "right"}),
        ("library", {"act": "state", "collection": "", "language": "en"}),
        (
            "library",
            {"act": "begin", "collection": "x", "language": "en", "files": [{"name": "a", "size": 1}]},
        ),
        ("library", {"act": "progress", "collection": "x", "language": "ar", "batch": None}),
        ("library", {"act": "follow", "collection": "x", "language": "ar", "path": "/home/وثائق"}),
        ("library", {"act": "followed", "collection": "x", "language": "ar"}),
    ],
)
def test_a_pages_calls_pass_as_they_are(
    app: CheckedRequests, chat: gr.Blocks, name: str, data: object
) -> None:
    sent = component(chat, name, data)
    reply = post(app, "/gradio_api/component_server", {**sent, "more": "x"})
    assert (reply.status, json.loads(reply.body)) == (200, sent)


HUGE = 10**30


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("begin", PAGE),
        ("begin", {**PAGE, "question": "Who?", "number": 0}),
        ("begin", {**PAGE, "question": ["Who?"]}),
        ("begin", {**PAGE, "number": HUGE}),
        ("begin", {**PAGE, "number": -1}),
        ("begin", {**PAGE, "number": "0"}),
        ("begin", {"conversation": "a" * 101, "question": "Who?"}),
        ("begin", {"conversation": "", "question": "Who?"}),
        ("begin", {"conversation": None, "question": "Who?"}),
        ("begin", {"question": "Who?"}),
        ("begin", None),
        ("begin", []),
        ("begin", "x"),
        ("read", {**PAGE, "document": "river"}),
        ("read", {**PAGE, "document": "river", "marks": [{}]}),
        ("read", {**PAGE, "document": "river", "marks": [], "first": "x"}),
        ("read", {**PAGE, "document": "river", "marks": [], "first": HUGE}),
        ("why", PAGE),
        ("why", {**PAGE, "language": "fr", "name": "cite-0-1"}),
        ("judge", {**PAGE, "number": 0, "verdict": "maybe"}),
        ("judge", {**PAGE, "verdict": "right"}),
        ("restore", PAGE),
        ("restore", {**PAGE, "kept": {}}),
        ("library", {"act": "state"}),
        ("library", {"act": "state", "language": "en", "first": -1}),
        ("library", {"act": "create", "language": "en"}),
        ("library", {"act": "create", "language": "en", "name": "x" * 1001}),
        ("library", {"act": "remove", "language": "en", "collection": "x"}),
        ("library", {"act": "begin", "language": "en", "collection": "x", "files": [{"name": "a"}]}),
        ("library", {"act": "finish", "language": "en"}),
        ("library", {"act": "follow", "language": "en", "collection": "x"}),
        ("library", {"act": "follow", "language": "en", "collection": "x", "path": "/" * 5_001}),
    ],
)
def test_arguments_of_another_kind_are_refused(chat: gr.Blocks, name: str, data: object) -> None:
    with pytest.raises(InvalidRequest):
        function(chat, name)(data)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # of Starlette's test client, and of Gradio's event loops
def test_pages_are_told_why_a_call_is_refused(chat: gr.Blocks) -> None:
    calls: tuple[tuple[str, object, int, str], ...] = (
        ("begin", PAGE, 422, "invalid_request"),
        ("why", {**PAGE, "name": "cite-0-1"}, 404, "no_such_turn"),
        ("library", {"act": "drop", "language": "en"}, 404, "not_found"),
    )
    with TestClient(ui.serve(chat), "http://127.0.0.1") as client:
        for name, data, status, error in calls:
            reply = client.post("/gradio_api/component_server", json=component(chat, name, data))
            assert reply.status_code == status
            assert set(reply.json()) == {"error", "message", "detail"}
            assert reply.json()["error"] == error


def test_calls_that_there_arent(app: CheckedRequests, chat: gr.Blocks) -> None:
    for sent in (
        component(chat, "postprocess", PAGE),
        component(chat, "__init__", PAGE),
        component(chat, "begin", PAGE, component_id=HUGE),
        component(chat, "begin", PAGE, component_id="1"),
        component(chat, "begin", PAGE, fn_name=["begin"]),
    ):
        assert refused(post(app, "/gradio_api/component_server", sent), 404) == "not_found"
    with pytest.raises(NotFound):
        function(chat, "library")({"act": "__class__", "language": "en"})


def test_events_of_the_page(app: CheckedRequests, chat: gr.Blocks) -> None:
    for name, data in (("submit", {**PAGE, "number": 0}), ("change", PAGE)):
        sent = event(chat, name, data)
        reply = post(app, "/gradio_api/queue/join", {**sent, "batched": True, "event_id": "x", "data": [1]})
        assert (reply.status, json.loads(reply.body)) == (200, {**sent, "trigger_id": None})
    wrong: tuple[tuple[str, object], ...] = (
        ("submit", None),
        ("submit", PAGE),
        ("submit", {**PAGE, "number": HUGE}),
        ("change", {}),
        ("change", "x"),
    )
    for name, wrong_data in wrong:
        assert (
            refused(post(app, "/gradio_api/queue/join", event(chat, name, wrong_data)), 422)
            == "invalid_request"
        )
    without = {**event(chat, "change", PAGE), "session_hash": None}
    assert refused(post(app, "/gradio_api/queue/join", without), 422) == "invalid_request"


def test_so_much_is_worked_on_at_once(chat: gr.Blocks) -> None:
    async def send_all() -> list[int]:
        statuses: list[int] = []
        waiting, let_go = 0, asyncio.Event()

        async def slow(scope: Scope, receive: Receive, send: Send) -> None:
            nonlocal waiting
            waiting += 1
            await let_go.wait()
            await echo(scope, receive, send)

        app = CheckedRequests(slow, chat)

        async def one() -> None:
            body = [{"type": "http.request", "body": b'{"data": ["Who?"]}', "more_body": False}]

            async def receive() -> Any:
                return body.pop()

            async def send(message: Any) -> None:
                if message["type"] == "http.response.start":
                    statuses.append(message["status"])

            await app(
                {"type": "http", "method": "POST", "path": "/gradio_api/run/ask", "headers": []},
                receive,
                send,
            )

        tasks = [asyncio.create_task(one()) for _ in range(MAX_REQUESTS + 5)]
        while waiting < MAX_REQUESTS or len(statuses) < 5:
            await asyncio.sleep(0)
        let_go.set()
        await asyncio.gather(*tasks)
        await one()  # there is room again
        return statuses

    statuses = asyncio.run(send_all())
    assert statuses[:5] == [503] * 5
    assert statuses[5:] == [200] * (MAX_REQUESTS + 1)


def test_answers_that_nobody_fetches_are_given_up(app: CheckedRequests, chat: gr.Blocks) -> None:
    queue = chat._queue
    for number in range(MAX_UNREAD):
        queue.pending_event_ids_session[f"s{number}"] = {f"event {number}"}
        queue.pending_messages_per_session[f"s{number}"] = asyncio.Queue()
    assert post(app, "/gradio_api/queue/join", event(chat, "change", PAGE, session_hash="new")).status == 200
    assert list(queue.pending_event_ids_session) == [f"s{n}" for n in range(1, MAX_UNREAD)]
    assert "s0" not in queue.pending_messages_per_session
    queue.pending_event_ids_session["s1"] = set(map(str, range(MAX_UNREAD_PER_SESSION)))
    reply = post(app, "/gradio_api/queue/join", event(chat, "change", PAGE, session_hash="s1"))
    assert refused(reply, 503) == "too_many"
    assert len(queue.pending_event_ids_session) == MAX_UNREAD - 1


def test_sessions_that_are_done_leave_nothing_behind(
    app: CheckedRequests, chat: gr.Blocks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gradio_requests, "MAX_GRADIO_SESSIONS", 3)
    chat._queue.pending_event_ids_session = {f"s{n}": set() for n in range(9)} | {"busy": {"x"}}
    assert post(app, "/gradio_api/call/ask", {"data": ["Who?"]}).status == 200
    assert chat._queue.pending_event_ids_session == {"busy": {"x"}}


def test_answers_that_nobody_asked_for_arent_waited_for(app: CheckedRequests, chat: gr.Blocks) -> None:
    chat._queue.pending_messages_per_session["s"] = asyncio.Queue()
    chat._queue.pending_event_ids_session["s"] = {"e"}

    async def passed(scope: Scope, receive: Receive, send: Send) -> None:
        await JSONResponse("passed")(scope, receive, send)

    app.app = passed
    for path in (
        "queue/data?session_hash=s",
        "queue/data",
        "call/ask/e",
        "call/ask/e/",
        "info",
        "queue/status",
    ):
        assert get(app, path).body == b'"passed"'
    for path in ("queue/data?session_hash=x", "queue/data/?session_hash=", "call/ask/x", "call/v2/ask/x"):
        assert refused(get(app, path), 404) == "not_found"


def get(app: CheckedRequests, path: str) -> Reply:
    path, _, query = path.partition("?")

    async def with_query(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, "query_string": query.encode()}, receive, send)

    return request(with_query, f"/gradio_api/{path}")
