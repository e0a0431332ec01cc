"""What strangers send to a chat's server by the hundred, and many who ask and change at once.

Counts, not clocks: every loop ends after so many requests or versions, however slow the machine is.
"""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import threading
import urllib.parse
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from asgi import request
from fake_encoder import FakeEncoder
from starlette.responses import PlainTextResponse
from starlette.routing import Mount
from test_faults import WRITE
from test_shared_chat import index as index
from test_shared_chat import serving
from test_shared_chat import users as users

import ui
from index import Document, Index
from qa.api.service import Service
from web.server.browser_security import OwnPagesOnly
from web.server.sharing import Sharing

METHODS = ("GET", "POST", "PUT", "DELETE")
SECRETS = ("river", "River", "الحشد", "root:x:", "salma", "segment-")
# What the page that asks for the password is made of, and nothing of the texts.
# Whether it runs, and counts of requests for this machine alone, are told to everybody who asks from it.
PUBLIC = (
    "/health",
    "/metrics",
    "/typeface/",
    "/style/",
    "/script/",
    "/assets/",
    "/static/",
    "/svelte/",
    "/theme.css",
    "/robots.txt",
    "/login",
    "/logout",
    "/favicon.ico",
    "/pwa_icon",
    "/manifest.json",
    "/gradio_api/theme.css",
    # Of Gradio's own: they know nothing of texts, and act on a session whose secret name is given.
    *(f"/gradio_api/{name}" for name in ("app_id", "cancel", "heartbeat", "reset", "startup-events")),
)


def send(
    address: str, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
) -> tuple[int, str]:
    """Sends a path as it stands, without putting it in order first; status and text of the reply."""
    place = urllib.parse.urlsplit(address)
    connection = http.client.HTTPConnection(str(place.hostname), place.port, timeout=120)
    try:
        connection.putrequest(method, path, skip_accept_encoding=True)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            connection.putheader(name, value)
        connection.endheaders(body)
        reply = connection.getresponse()
        if reply.getheader("content-type", "").startswith("text/event-stream"):  # has no end
            return reply.status, "(a stream)"
        return reply.status, reply.read(200_000).decode(errors="replace")
    finally:
        connection.close()


def told(text: str) -> list[str]:
    return [secret for secret in SECRETS if secret in text]


# Nobody logged in.


@pytest.fixture(scope="module")
def closed(index: Index, users: Path) -> Iterator[str]:
    yield from serving(index, "--auth", str(users))


def paths_of(routes: Sequence[Any], before: str = "") -> Iterator[str]:
    for route in routes:
        if isinstance(route, Mount):
            yield from paths_of(route.routes, f"{before}{route.path}")
        elif (included := getattr(route, "original_router", None)) is not None:
            yield from paths_of(included.routes, before)
        elif hasattr(route, "path"):
            yield f"{before}{route.path}"


@pytest.mark.hostile
def test_no_route_tells_anything_to_who_isnt_logged_in(closed: str, index: Index, users: Path) -> None:
    """Every route of the server, Gradio's too, found by looking; another version may have more."""
    application = ui.serve(ui.build_chat(index), sharing=Sharing(auth=users))
    routes = sorted(set(paths_of(application.routes)))
    assert len(routes) > 20
    seen = 0
    odd: list[tuple[str, str, int, str]] = []
    for route, method in product(routes, METHODS):
        path = route
        while "{" in path:
            start, end = path.index("{"), path.index("}")
            path = f"{path[:start]}{'search' if 'name' in path[start:end] else 'x'}{path[end + 1 :]}"
        body = json.dumps(
            {"data": ["flood", 2], "session_hash": "a", "fn_index": 0, "event_id": "a"}
        ).encode()
        status, text = send(closed, method, path or "/", body, {"Content-Type": "application/json"})
        seen += 1
        assert told(text) == [], (method, path)
        if status == 429:
            continue  # asked too often, which is as good as refused
        is_public = path in ("", "/") or path.startswith(PUBLIC)
        says_nothing = text in ("", "null") or "login" in text.casefold()
        if status >= 500 or (status < 300 and not is_public and not says_nothing):
            odd.append((method, path, status, text[:100]))
    assert odd == [], "\n".join(map(str, odd))
    assert seen == len(routes) * len(METHODS) >= 112


UPWARD = (
    "../../../../../../etc/passwd",
    "..%2f..%2f..%2f..%2f..%2f..%2fetc%2fpasswd",
    "%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
    "%252e%252e%252f%252e%252e%252f%252e%252e%252fetc%252fpasswd",
    "..%5c..%5c..%5c..%5cetc%5cpasswd",
    "..\\..\\..\\..\\etc\\passwd",
    "....//....//....//....//etc/passwd",
    "..;/..;/..;/..;/etc/passwd",
    "%c0%ae%c0%ae/%c0%ae%c0%ae/%c0%ae%c0%ae/etc/passwd",
    "..%00/..%00/etc/passwd",
    "/etc/passwd",
    "//etc/passwd",
    "%2fetc%2fpasswd",
    "file:///etc/passwd",
    "file%3a%2f%2f%2fetc%2fpasswd",
    "/proc/self/environ",
    "/proc/self/cwd/pyproject.toml",
    "x/../../../../../etc/passwd",
    "etc/passwd%00.css",
    "~root/.bashrc",
    "http://127.0.0.1:9/etc/passwd",
)
BELOW = (
    "/", "/file=", "/file/", "/gradio_api/file=", "/gradio_api/file/", "/static/", "/static/img/", "/assets/",
    "/typeface/", "/style/", "/script/", "/svelte/", "/custom_component/",
    "/gradio_api/custom_component/x/component/", "/proxy=", "/gradio_api/proxy=",
    "/gradio_api/stream/a/b/", "/gradio_api/upload_progress?upload_id=", "/theme.css?v=",
    "/gradio_api/call/search/", "/gradio_api/queue/data?session_hash=", "/library/",
)  # fmt: skip


@pytest.fixture(scope="module")
def opened(index: Index) -> Iterator[str]:
    yield from serving(index)


@pytest.mark.hostile
def test_no_path_leads_out_of_what_is_served(opened: str, index: Index) -> None:
    files = [str(path) for path in Path(index.location).rglob("*") if path.is_file()]
    paths = [f"{below}{upward}" for below, upward in product(BELOW, UPWARD)]
    paths += [f"{below}{name}" for below, name in product(BELOW, files[:3])]
    assert len(paths) > 402
    for path in paths:
        if "queue/data" in path or "call/search/" in path:
            continue  # streams of events: nothing comes, and the connection stays
        status, text = send(opened, "GET", path.replace(" ", "%20"))
        assert status < 500 or status == 501, (path, status)
        assert "root:x:" not in text, path
        if status == 200 and "?" not in path:
            assert "<title>" in text, (path, text[:100])  # the page itself


# Other sites' pages.

ORIGINS = (
    "http://attack.example",
    "https://attack.example",
    "http://127.0.0.1",
    "http://127.0.0.1:7861",
    "http://127.0.0.1:78600",
    "http://127.0.0.1:7860.attack.example",
    "http://attack.example:7860",
    "http://127.0.0.1:7860@attack.example",
    "null",
    "file://",
    "chrome-extension://abcdefgh",
    "",
)


def test_nothing_is_fetched_for_others() -> None:
    """Gradio's route that fetches pages of the model hub has no use here."""
    app = OwnPagesOnly(PlainTextResponse("in"))
    for path in (
        "/proxy=http://127.0.0.1:9/",
        "/gradio_api/proxy=https://x.hf.space/",
    ):
        assert request(app, path).status == 403


@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
@pytest.mark.parametrize("origin", ORIGINS)
def test_pages_of_other_sites_are_turned_away(origin: str, method: str) -> None:
    app = OwnPagesOnly(PlainTextResponse("in"))
    for path in ("/", "/gradio_api/call/search", "/library/upload", "/config"):
        refused = request(app, path, method, {"Host": "127.0.0.1:7860", "Origin": origin})
        assert (refused.status, refused.body) == (403, b"Not allowed.")
        assert "access-control-allow-origin" not in refused.headers
        own = request(app, path, method, {"Host": "127.0.0.1:7860", "Origin": "http://127.0.0.1:7860"})
        assert own.status == 200


# Many at once.


@pytest.mark.hostile
def test_sixteen_threads_read_beside_a_writer(tmp_path: Path) -> None:
    """Each sees one whole version or a newer one, never a mixture, in one object that all share."""
    folder = tmp_path / "index"
    first = [Document(f"version0 of {name}", id=name) for name in "abc"]
    Index.build(first, folder, encoder=FakeEncoder(), show_progress=False)
    shared = Index.open(folder, encoder=FakeEncoder())
    done = threading.Event()

    def read(_: int) -> int:
        last, looks = 0, 0
        while not done.is_set() or not looks:
            shared.refresh()
            index = shared.snapshot()
            versions = {document.text.split()[0] for document in index.documents}
            found = {hit.passage.text.split()[0] for hit in index.search("version of a")}
            assert versions == found
            (version,) = versions
            number = int(version.removeprefix("version"))
            assert number >= last
            last, looks = number, looks + 1
        return looks

    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with ThreadPoolExecutor(16) as pool:
        readers = [pool.submit(read, number) for number in range(16)]
        writer = subprocess.run([sys.executable, "-c", WRITE, str(folder)], env=environment, check=False)
        done.set()
        assert all(reader.result() > 0 for reader in readers)
    assert writer.returncode == 0
    shared.refresh()
    assert {document.text for document in shared.documents} == {f"version30 of {name}" for name in "abc"}


@pytest.mark.hostile
def test_two_writers_lose_nothing(tmp_path: Path) -> None:
    """Each waits for the other; both sets of documents are there at the end."""
    folder = tmp_path / "index"
    Index.build([Document("before", id="x")], folder, encoder=FakeEncoder(), show_progress=False)
    program = (
        "import sys, time\nfrom fake_encoder import FakeEncoder\n"
        "from index import Document, Index, IndexLocked\n"
        "for n in range(15):\n"
        "  while True:\n"
        "    try:\n"
        "      Index.open(sys.argv[1], encoder=FakeEncoder()).update([Document(f'{sys.argv[2]} {n}', "
        "id=f'{sys.argv[2]}{n}')])\n"
        "      break\n"
        "    except IndexLocked: time.sleep(.05)\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    writers = [
        subprocess.Popen([sys.executable, "-c", program, str(folder), name], env=environment) for name in "ab"
    ]
    assert [writer.wait() for writer in writers] == [0, 0]
    ids = {document.id for document in Index.open(folder, encoder=FakeEncoder()).documents}
    assert ids == {"x", *(f"{name}{number}" for name in "ab" for number in range(15))}


@pytest.mark.hostile
def test_eight_clients_ask_beside_removals(tmp_path: Path) -> None:
    """Four hundred questions while what they are about comes and goes: each is answered by what there was."""
    folder = tmp_path / "index"
    stays = Document("The river floods in spring.", title="River", id="river")
    goes = [
        Document(f"Bread number {number} needs flour.", title="Bread", id=f"b{number}")
        for number in range(10)
    ]
    writer = Index.build([stays, *goes], folder, encoder=FakeEncoder(), show_progress=False)
    service = Service(Index.open(folder, encoder=FakeEncoder()))
    done = threading.Event()

    def change() -> int:
        changes = 0
        while not done.is_set():
            writer.remove([document.id for document in goes[changes % 10 :]])
            writer.update(goes)
            changes += 1
        return changes

    def ask(client: int) -> int:
        found = 0
        for number in range(50):
            record = service.search(f"Does the river flood in spring? Bread {client} {number}", 5)
            texts = {hit["text"] for hit in record["hits"]}
            assert stays.text in texts
            assert texts <= {stays.text, *(document.text for document in goes)}
            found += 1
        return found

    with ThreadPoolExecutor(9) as pool:
        changing = pool.submit(change)
        asked = [pool.submit(ask, client) for client in range(8)]
        try:
            assert sum(each.result() for each in asked) == 400
        finally:
            done.set()
        assert changing.result() > 0


MEMORY = """
import resource, sys
from fake_encoder import FakeEncoder
from index import Index
from qa.api.service import Service
service = Service(Index.open(sys.argv[1], encoder=FakeEncoder()))
def used():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize()
def ask(numbers):
    for number in numbers:
        service.ask(f"Does the river number {number} flood in spring {number * 7}?", 5)
        service.search(f"سؤال {number} عن الحشد", 5)
ask(range(300))
before = used()
ask(range(300, 1800))
print((used() - before) >> 20)
"""


@pytest.mark.hostile
@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_three_thousand_questions_leave_no_memory_taken(index: Index) -> None:
    """Measured once: 14 MB. Every question is another one, so that what is kept of each would add up."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", MEMORY, index.location], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < 60
