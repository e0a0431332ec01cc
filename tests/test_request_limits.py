"""What one client may ask of the server, by a clock of these tests' own."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import urlencode

import pytest
from asgi import Reply, request
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from qa.messages import say
from web.server import users as users_module
from web.server.request_limits import (
    DEVICE_COOKIE,
    LARGEST_REQUEST,
    MAX_CONCURRENT_REQUESTS,
    MAX_WRONG_PASSWORDS,
    MAX_WRONG_PER_NAME,
    REQUESTS_PER_SECOND,
    SECONDS_PER_NAME,
    SECONDS_PER_PASSWORD,
    Allowance,
    LoginRate,
    RequestRate,
    RequestSize,
    client_of,
)
from web.server.users import Users


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
    monkeypatch.setattr("web.server.request_limits._MAX_CLIENTS", 3)
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
    app = RequestRate(length, Allowance(MAX_CONCURRENT_REQUESTS, REQUESTS_PER_SECOND, clock))
    statuses = set()
    for _ in range(40):
        statuses |= {request(app, method="POST").status for _ in range(8 * 3)}
        clock.now += 3
    assert statuses == {200}
    assert {request(app, method="POST").status for _ in range(100)} == {200, 429}


def test_wrong_passwords_are_limited_and_right_ones_are_not(clock: Clock) -> None:
    app = LoginRate(gate, None, Allowance(MAX_WRONG_PASSWORDS, 1 / SECONDS_PER_PASSWORD, clock))

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


@pytest.fixture
def users(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Users:
    """One user, whose password is hashed in no time."""
    monkeypatch.setattr(users_module, "_N", 2)
    users = Users(tmp_path / "users.json")
    users.add("salma", "open sesame")
    return users


def door(users: Users, clock: Clock) -> LoginRate:
    """Where users log in, by this test's clock."""

    async def check(scope: Scope, receive: Receive, send: Send) -> None:
        form = await Request(scope, receive).form()
        right = users.check(str(form["username"]).strip(), str(form["password"]))
        await PlainTextResponse("", 200 if right else 400)(scope, receive, send)

    return LoginRate(
        check,
        users,
        Allowance(MAX_WRONG_PASSWORDS, 1 / SECONDS_PER_PASSWORD, clock),
        Allowance(MAX_WRONG_PER_NAME, 1 / SECONDS_PER_NAME, clock),
    )


def log_in(app: LoginRate, password: str, name: str = "salma", client: str = "", cookie: str = "") -> Reply:
    """An attempt with a form, as a browser sends it."""
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookie}
    body = urlencode({"username": name, "password": password}).encode()
    return request(app, "/login", "POST", headers, [body[:9], body[9:]], client=client or "192.0.2.7")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["salma", "nobody", " salma "])
def test_one_users_password_is_guessed_from_many_addresses_no_faster(
    users: Users, clock: Clock, name: str
) -> None:
    app = door(users, clock)
    statuses = [log_in(app, f"guess {n}", name, client=f"2001:db8:{n:x}::1").status for n in range(200)]
    assert statuses == [400] * MAX_WRONG_PER_NAME + [429] * (200 - MAX_WRONG_PER_NAME)
    assert log_in(app, "wrong", "another", client="203.0.113.9").status == 400  # others aren't kept out
    clock.now += SECONDS_PER_NAME
    assert [log_in(app, "x", name, client=f"198.51.100.{n}").status for n in range(2)] == [400, 429]


def test_a_browser_that_was_in_before_isnt_locked_out_by_others_guesses(users: Users, clock: Clock) -> None:
    app = door(users, clock)
    came_in = log_in(app, "open sesame")
    cookie, *attributes = came_in.headers["set-cookie"].split("; ")
    assert cookie.startswith(f"{DEVICE_COOKIE}=")
    assert {"HttpOnly", "SameSite=strict"} <= set(attributes)
    # A browser takes the folder of the login's address, below whatever path a proxy serves it.
    assert not any(one.startswith("Path=") for one in attributes)
    for n in range(200):
        log_in(app, f"guess {n}", client=f"2001:db8:{n:x}::1")
        log_in(app, f"guess {n}")
    assert log_in(app, "open sesame").status == 429
    assert log_in(app, "open sesame", cookie=cookie).status == 200
    # It has a count of its own, and is of use for no other name, nor when the password was changed.
    assert [log_in(app, "wrong", cookie=cookie).status for _ in range(6)] == [400] * 5 + [429]
    users.add("omar", "open sesame")
    assert log_in(app, "open sesame", "omar", cookie=cookie).status == 429
    clock.now += SECONDS_PER_PASSWORD
    users.add("salma", "another password")
    assert log_in(app, "another password", cookie=cookie, client="2001:db8:1::1").status == 429


@pytest.mark.parametrize("token", ["", "x", ".", "a.b", "a." + "0" * 64, "é.é", "a" * 10_000])
def test_a_made_up_device_is_none(users: Users, token: str) -> None:
    assert not users.is_device("salma", token)
    assert users.is_device("salma", users.device_token("salma"))
    assert not users.is_device("omar", users.device_token("salma"))


def test_a_form_that_cant_be_read_counts_on_its_address(users: Users, clock: Clock) -> None:
    async def refuse(scope: Scope, receive: Receive, send: Send) -> None:
        await PlainTextResponse("", 422)(scope, receive, send)

    app = LoginRate(refuse, users, Allowance(2, 0.01, clock), Allowance(100, 1, clock))
    for headers in (
        {"Content-Type": "multipart/form-data; boundary=x"},
        {"Content-Type": "multipart/form-data"},
        {},
    ):
        address = {"": "192.0.2.1"}.get(headers.get("Content-Type", ""), headers.get("Content-Type", "")[-9:])
        statuses = [
            request(app, "/login", "POST", headers, [b"--x\r\nrubbish"], client=address).status for _ in "abc"
        ]
        assert statuses == [422, 422, 429]


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
