"""A shared chat that somebody means harm: `dalil chat` in a process of its own, and hand-made requests."""

from __future__ import annotations

import contextlib
import http.client
import json
import re
import socket
import subprocess
import time
import urllib.parse
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPMessage
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

import pytest
from starlette.routing import BaseRoute, Route
from test_cli import FAKE_DALIL, surrounding
from test_connections import HEADERS

import ui
from web.server.request_limits import MAX_WRONG_PASSWORDS
from web.server.users import Users

if TYPE_CHECKING:
    from index import Index

pytestmark = [pytest.mark.slow, pytest.mark.hostile]

# Gradio leaves event loops open, which would be errors.
DALIL = [part for part in FAKE_DALIL if part != "-Werror"]
PASSWORD = "open sesame"
LIMIT = 60
# Measured: 15. The pools of what it is built on may grow to 40 each where processors are slow.
MAX_THREADS = 100


@dataclass(frozen=True)
class Server:
    """A running chat: its process, its port and what it writes to standard error."""

    process: int
    port: int
    log: Path

    def send(
        self,
        path: str,
        body: bytes | object = b"",
        method: str = "POST",
        headers: dict[str, str] | None = None,
    ) -> tuple[int, HTTPMessage, bytes]:
        """Status, headers and body of the reply."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        kind = {} if isinstance(body, bytes) else {"Content-Type": "application/json"}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=LIMIT)
        with contextlib.closing(connection):
            connection.request(method, path, content, kind | (headers or {}))
            reply = connection.getresponse()
            return reply.status, reply.headers, reply.read()

    def resident(self) -> int:
        """Bytes of memory that the process has."""
        shown = subprocess.run(
            ["ps", "-o", "rss=", "-p", f"{self.process}"], capture_output=True, text=True, check=True
        )
        return int(shown.stdout) * 1024

    def threads(self) -> int:
        """Threads that the process has."""
        shown = subprocess.run(
            ["ps", "-o", "nlwp=", "-p", f"{self.process}"], capture_output=True, text=True, check=True
        )
        return int(shown.stdout)


@contextmanager
def serving(tmp_path: Path, *options: str) -> Iterator[Server]:
    environment = {"DALIL_DATA": str(tmp_path / "data"), "DALIL_CACHE": str(tmp_path / "cache")}
    log = tmp_path / "log"
    with log.open("wb") as errors:
        process = subprocess.Popen(
            [*DALIL, "chat", *options],
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env=surrounding(environment),
        )
        assert process.stdout
        try:
            port = int(process.stdout.readline().split()[3].rpartition(":")[2])
            yield Server(process.pid, port, log)
        finally:
            process.terminate()
            process.wait(LIMIT)
            process.stdout.close()


def form(name: str, password: str) -> bytes:
    return urllib.parse.urlencode({"username": name, "password": password}).encode()


FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """With users, on a loopback address, as behind a proxy that nobody named."""
    folder = tmp_path_factory.mktemp("closed")
    for name in ("salma", "omar"):
        Users(folder / "users.json").add(name, PASSWORD)
    with serving(folder, "--auth", str(folder / "users.json"), "--name", "library.example") as server:
        yield server


def test_logging_out_needs_the_pages_own_button(closed: Server) -> None:
    status, headers, _ = closed.send("/login", form("omar", PASSWORD), headers=FORM)
    assert status == 200
    cookies = [one.partition(";")[0] for one in headers.get_all("set-cookie", [])]
    tokens = [one.partition("=")[2].encode() for one in cookies]
    cookie = {"Cookie": "; ".join(cookies)}
    own = f"http://127.0.0.1:{closed.port}"

    def is_in() -> bool:
        return closed.send("/config", method="GET", headers=cookie)[0] == 200

    assert is_in()
    status, headers, page = closed.send("/logout", method="GET", headers=cookie)
    assert (status, b"<form" in page, "set-cookie" in headers) == (200, True, False)
    assert "form-action 'self'" in headers["content-security-policy"]
    assert closed.send("/logout", headers=cookie)[0] == 403
    assert closed.send("/logout", headers={**cookie, "Origin": "http://attack.example"})[0] == 403
    assert closed.send("/logout", headers={**cookie, "Origin": "null"})[0] == 403
    for path in ("/gradio_api/token", "/gradio_api/token/", "/token"):
        status, _, body = closed.send(path, method="GET", headers=cookie)
        assert (status, any(token in body for token in tokens)) == (403, False)
    assert is_in()
    assert closed.send("/logout", headers={**cookie, "Origin": own})[0] == 302
    assert not is_in()


def test_200_wrong_passwords_by_any_header(closed: Server) -> None:
    """None past the limit is so much as looked at, whatever it says of where it comes from."""

    def attempt(number: int) -> int:
        address = f"198.51.100.{number}"
        claim = {name: f"for={address}" if name == "Forwarded" else address for name in HEADERS}
        one = HEADERS[number % len(HEADERS)]
        claimed = claim if number % 3 == 0 else {one: claim[one]}
        path = ("/login", "/login/")[number % 2]
        return closed.send(path, form("salma", f"guess {number}"), headers=FORM | claimed)[0]

    with ThreadPoolExecutor(8) as people:
        statuses = Counter(people.map(attempt, range(200)))
    assert set(statuses) == {400, 429}
    # One may come back for each half minute that the machine takes over it.
    assert statuses[400] <= MAX_WRONG_PASSWORDS + 2
    status, headers, body = closed.send("/login", form("salma", PASSWORD), headers=FORM)
    assert (status, json.loads(body)["error"]) == (429, "too_many")
    assert int(headers["retry-after"]) > 0
    assert "Traceback" not in closed.log.read_text()


def routes() -> list[tuple[str, str]]:
    """Method and path of everything that the chat's server has, Gradio's included."""
    served = ui.serve(ui.build_chat(cast("Index", None)))
    found: list[tuple[str, str]] = []
    waiting: list[BaseRoute] = list(served.routes)
    while waiting:
        route = waiting.pop()
        if isinstance(route, Route):
            found += [(method, route.path) for method in sorted(route.methods or ())]
        else:  # a mounted application, or, as FastAPI keeps it, a router that was included
            waiting += getattr(getattr(route, "original_router", route), "routes", [])
    return sorted(set(found))


# What only shows the page that asks for a password, or is the same for everybody.
OPEN: Final = re.compile(
    r"/|/health|/metrics|/login/?|/logout|/(typeface|style|script|static|assets|svelte)/.*|/favicon.ico|/manifest.json|/robots.txt|"
    r"/pwa_icon.*|/theme.css|/gradio_api/(theme.css|app_id/?|startup-events|heartbeat/.*|user/?|login_check/?)"
)
ODD = ["x", "0", "-1", "..%2f..%2fetc%2fpasswd", "%00", "%ff", "9" * 400]


@pytest.fixture(scope="module")
def unlocked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Without users, as on one's own machine."""
    with serving(tmp_path_factory.mktemp("unlocked")) as server:
        yield server


@pytest.mark.parametrize("which", ["closed", "unlocked"])
def test_every_route_with_odd_names_is_answered_without_a_fault(
    request: pytest.FixtureRequest, which: str
) -> None:
    """None gives 500, and without a password none gives anything away."""
    server: Server = request.getfixturevalue(which)
    wrong: list[tuple[str, str, int]] = []
    asked = routes()
    assert len(asked) > 50
    for method, path in asked:
        for odd in ODD if "{" in path else [""]:
            target = re.sub(r"{[^}]*}", odd, path)
            for body in [b""] if method in ("GET", "HEAD") else [b"", b"{}", b"[" * 1000, b"\xff"]:
                with contextlib.closing(
                    http.client.HTTPConnection("127.0.0.1", server.port, timeout=LIMIT)
                ) as connection:
                    connection.request(method, target, body, {"Content-Type": "application/json"})
                    status = connection.getresponse().status  # a stream has no end
                open_ = which == "unlocked" or OPEN.fullmatch(path) or method == "HEAD"
                if status >= 500 or (status < 400 and not open_):
                    wrong.append((method, target[:100], status))
                if status == 429:
                    time.sleep(0.2)
    assert wrong == []
    assert "Traceback" not in server.log.read_text()


def test_1000_hostile_calls_leave_its_memory_and_its_log_small(tmp_path: Path) -> None:
    """Nor do they leave it many threads: one that each of some calls begins would."""
    with serving(tmp_path) as server:
        config = json.loads(server.send("/config", method="GET")[2])
        page = next(c["id"] for c in config["components"] if c["props"].get("elem_id") == "page")
        on = {
            d["targets"][0][1]: d["id"] for d in config["dependencies"] if d["targets"] and d["targets"][0][1]
        }

        def reply(name: str, data: object, session: str = "s") -> tuple[int, bytes]:
            sent = {"session_hash": session, "component_id": page, "fn_name": name, "data": data}
            status, _, body = server.send("/gradio_api/component_server", sent)
            return status, body

        def call(name: str, data: object, session: str = "s") -> int:
            return reply(name, data, session)[0]

        def join(event: str, data: object, session: str) -> int:
            sent = {"session_hash": session, "fn_index": on[event], "data": [], "event_data": data}
            return server.send("/gradio_api/queue/join", sent)[0]

        large = "x" * 900_000
        spoken = {"conversation": "a", "language": "en"}
        kept = {"format": "dalil conversation", "version": 1, "turns": [{"question": large}] * 1}
        created = json.loads(reply("library", {"act": "create", "language": "en", "name": "Mine"})[1])
        into = {"act": "begin", "language": "en", "collection": created["collection"]}
        # As many as a request may hold, and as many as are looked at; of these one may be sent.
        names = [{"name": f"{n}", "size": 1} for n in range(30_000)]
        refused = [{"name": f"{n} {'x' * 50}", "size": 1} for n in range(9_000)]
        some = [{"name": "a.txt", "size": 1}, *refused]

        def hostile(number: int) -> int:
            here = {**spoken, "conversation": f"c{number % 7}"}
            return (
                lambda: call("begin", {**here, "question": large}, f"s{number}"),
                lambda: join("change", here, f"s{number}"),
                lambda: join("submit", {**here, "number": 0}, f"t{number}"),
                lambda: call("restore", {**here, "kept": json.dumps(kept)}),
                lambda: call("restore", {**here, "kept": "[" * 100_000}),
                lambda: server.send("/gradio_api/call/ask", {"data": [large]})[0],
                lambda: server.send("/gradio_api/call/ask", {"data": ["x" * 19_000]})[0],
                lambda: server.send("/gradio_api/run/search", {"data": ["x", 10**30]})[0],
                lambda: call("library", {"act": "state", "language": "en", "collection": "x" * 99}),
                lambda: call("judge", {**here, "number": 10**9, "verdict": "right"}),
                lambda: call("__class__", {}),
                lambda: server.send("/gradio_api/queue/join", b"\xff" * 1000)[0],
                lambda: server.send("/gradio_api/reset", {"event_id": large})[0],
                lambda: call("library", {**into, "files": names}),
                lambda: call("library", {**into, "files": refused}),
                lambda: call("library", {**into, "files": some}),
                lambda: call("library", {**into, "files": [{"name": "a.txt", "size": 1}]}),
            )[number % 17]()

        warm = server.resident()
        halves = [socket.create_connection(("127.0.0.1", server.port), LIMIT) for _ in range(200)]
        for half in halves:
            half.sendall(b"GET / HTTP/1.1\r\nX: " + b"x" * 16_000)
        with ThreadPoolExecutor(8) as people:
            statuses: Counter[int] = Counter()
            threads = server.threads()
            for number, status in enumerate(people.map(hostile, range(1000))):
                statuses[status] += 1
                if number % 20 == 0:
                    threads = max(threads, server.threads())
        for half in halves:
            half.close()
        assert set(statuses) <= {200, 404, 422, 503}
        assert max(threads, server.threads()) <= MAX_THREADS
        ended = time.monotonic() + LIMIT
        while (used := server.resident()) >= 400 << 20 and time.monotonic() < ended:
            time.sleep(1)
        assert used < 400 << 20, f"{used >> 20} MB, {warm >> 20} before"
        status, _, body = server.send("/gradio_api/run/search", {"data": ["معركة التلاقي"]})
        assert (status, json.loads(body)["data"][0]["hits"] != []) == (200, True)
        assert "Traceback" not in server.log.read_text()
