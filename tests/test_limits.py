"""What one client may ask of the server, by a clock of these tests' own."""

from __future__ import annotations

import json

import pytest
from asgi import Reply, request
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from qa.messages import say
from web.server.limits import (
    LARGEST_REQUEST,
    MOST_REQUESTS_AT_ONCE,
    MOST_WRONG_PASSWORDS,
    REQUESTS_A_SECOND,
    SECONDS_A_PASSWORD,
    Allowance,
    LoginRate,
    RequestRate,
    RequestSize,
    client_of,
)


class Clock:
    """Seconds, moved by hand."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


async def length(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers with the length of the body."""
    body = await Request(scope, receive).body()
    await PlainTextResponse(f"{len(body)}")(scope, receive, send)


async def gate(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers 200 to the right password, 400 to any other, as Gradio does."""
    right = await Request(scope, receive).body() == b"right"
    await PlainTextResponse("", 200 if right else 400)(scope, receive, send)


def refused(reply: Reply, message: str, seconds: int = 0) -> bool:
    """Whether a reply says so in both languages, and when to come back."""
    told = json.loads(reply.body)
    assert told["error"] == message
    assert told["detail"] == told["message"]
    assert told["message"] == f"{say(message, 'ar', number=seconds)} · {say(message, 'en', number=seconds)}"
    assert reply.headers.get("retry-after") == (f"{seconds}" if seconds else None)
    return reply.status in (403, 413, 429)


def test_tokens_come_back_with_time(clock: Clock) -> None:
    allowance = Allowance(2, 0.5, clock)
    assert allowance.wait("a") == 0
    allowance.spend("a")
    allowance.spend("a")
    assert allowance.wait("a") == 2
    clock.now += 1.5
    assert allowance.wait("a") == 0.5
    assert allowance.wait("b") == 0
    clock.now += 0.5
    assert allowance.wait("a") == 0
    clock.now += 1_000_000
    allowance.spend("a")
    allowance.spend("a")
    assert allowance.wait("a") == 2  # no more than two are kept


def test_only_so_many_clients_are_remembered(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.server.limits._MOST_CLIENTS", 3)
    allowance = Allowance(1, 0.1, clock)
    for client in "abcd":
        allowance.spend(client)
    assert [client for client in "abcd" if allowance.wait(client)] == ["b", "c", "d"]


def test_a_client_that_asks_too_fast_is_told_when_to_come_back(clock: Clock) -> None:
    app = RequestRate(length, Allowance(3, 0.25, clock))
    assert [request(app, method="POST").status for _ in range(4)] == [200, 200, 200, 429]
    assert refused(request(app, "/gradio_api/queue/join", "POST"), "too_many", 4)
    assert request(app, method="GET").status == 200
    assert request(app, method="POST", client="192.0.2.8").status == 200
    clock.now += 3.5
    assert refused(request(app, method="POST"), "too_many", 1)
    clock.now += 0.5
    assert request(app, method="POST").status == 200


def test_eight_people_behind_one_address_never_meet_it(clock: Clock) -> None:
    """Each asks every three seconds, all eight at the same moment; a question is three requests."""
    app = RequestRate(length, Allowance(MOST_REQUESTS_AT_ONCE, REQUESTS_A_SECOND, clock))
    statuses = set()
    for _ in range(40):
        statuses |= {request(app, method="POST").status for _ in range(8 * 3)}
        clock.now += 3
    assert statuses == {200}
    assert {request(app, method="POST").status for _ in range(100)} == {200, 429}


def test_wrong_passwords_are_limited_and_right_ones_are_not(clock: Clock) -> None:
    app = LoginRate(gate, Allowance(MOST_WRONG_PASSWORDS, 1 / SECONDS_A_PASSWORD, clock))

    def attempt(password: bytes, client: str = "192.0.2.7", path: str = "/login") -> Reply:
        return request(app, path, "POST", body=[password], client=client)

    assert {attempt(b"right").status for _ in range(20)} == {200}
    assert [attempt(b"wrong").status for _ in range(6)] == [400, 400, 400, 400, 400, 429]
    assert refused(attempt(b"right", path="/login/"), "too_many", 30)  # not even tried
    assert attempt(b"right", client="192.0.2.8").status == 200
    clock.now += 30
    assert [attempt(b"wrong").status for _ in range(2)] == [400, 429]
    clock.now += 30
    assert attempt(b"right").status == 200
    assert request(app, "/login", "GET").status == 400
    assert request(app, "/gradio_api/queue/join", "POST").status == 400


def test_a_large_body_is_refused_whether_or_not_it_says_so() -> None:
    app = RequestSize(length, largest=10, largest_upload=20)
    exactly, over, unsaid = [b"x" * 10], [b"x" * 11], [b"x" * 6, b"x" * 5]
    assert request(app, method="POST", headers={"Content-Length": "10"}, body=exactly).body == b"10"
    for headers, body in (
        ({"Content-Length": "11"}, over),
        ({}, over),
        ({}, unsaid),
        ({"Content-Length": "5"}, unsaid),
        ({"Content-Length": "-1"}, over),
        ({"Content-Length": "²"}, over),
        ({"Content-Length": "9" * 30}, [b""]),
    ):
        reply = request(app, method="POST", headers=headers, body=body)
        assert reply.status == 413
        assert refused(reply, "too_large")
    assert request(app, "/gradio_api/upload", "POST", body=[b"x" * 20]).body == b"20"
    assert request(app, "/gradio_api/upload", "POST", body=[b"x" * 21]).status == 413


def test_a_read_only_chat_takes_no_files() -> None:
    app = RequestSize(length)
    for path in ("/upload", "/gradio_api/upload", "/gradio_api/upload/"):
        reply = request(app, path, "POST", body=[b"x"])
        assert (reply.status, refused(reply, "read_only")) == (403, True)
    assert request(app, "/gradio_api/queue/join", "POST", body=[b"x" * LARGEST_REQUEST]).status == 200


@pytest.mark.parametrize(
    ("address", "client"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("testclient", "testclient"),
    ],
)
def test_a_client_is_its_address_or_its_network(address: str, client: str) -> None:
    assert client_of({"type": "http", "client": (address, 1)}) == client
    assert client_of({"type": "http", "client": None}) == ""
