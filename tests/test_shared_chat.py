"""A shared chat over HTTP, as `dalil chat` serves it: its API, its users, its limits."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from chatting import new_context, picture
from fake_encoder import FakeEncoder
from gradio_client import Client
from own_documents import create
from playwright.sync_api import Browser, expect
from test_accessible import violations
from test_api_docs import block
from test_chat import browser as browser
from test_cli import FAKE_DALIL, surrounding

from index import Document, Index
from qa.api.service import Service
from qa.messages import say
from web.server.users import Users

pytestmark = pytest.mark.slow

# Gradio leaves event loops open, which would be errors.
DALIL = [part for part in FAKE_DALIL if part != "-Werror"]
WHO = "من أعلن انطلاق المعركة؟"
PASSWORD = "open sesame"


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    """An index of three short texts."""
    documents = [
        Document("The river floods in spring.\nFarmers wait on the hills.", title="River", id="river"),
        Document("أعلن الحشد انطلاق المعركة.\nوصلت القوّات إلى الحدود.", title="معركة", id="battle"),
        Document("Bread needs flour, water and salt.", title="Bread", id="bread"),
    ]
    folder = tmp_path_factory.mktemp("texts") / "index"
    return Index.build(documents, folder, encoder=FakeEncoder(), show_progress=False)


@pytest.fixture(scope="module")
def users(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with one user."""
    path = tmp_path_factory.mktemp("users") / "users.json"
    Users(path).add("salma", PASSWORD)
    return path


def serving(index: Index | None, *options: str, data: Path | None = None) -> Iterator[str]:
    """The address of `dalil chat` over an index or the collections in a folder, in a process of its own."""
    over = ["--index", index.location] if index else []
    server = subprocess.Popen(
        [*DALIL, "chat", *over, *options],
        stdout=subprocess.PIPE,
        text=True,
        env=surrounding({"DALIL_DATA": str(data)} if data else {}),
    )
    assert server.stdout
    port = urllib.parse.urlsplit(server.stdout.readline().split()[3]).port
    yield f"http://127.0.0.1:{port}/"
    server.terminate()
    server.wait(300)
    server.stdout.close()


@pytest.fixture(scope="module")
def open_chat(index: Index) -> Iterator[str]:
    """Without users."""
    yield from serving(index)


@pytest.fixture(scope="module")
def closed_chat(index: Index, users: Path) -> Iterator[str]:
    """With users, and a name of its own."""
    yield from serving(index, "--auth", str(users), "--name", "library.example", "--read-only")


def send(address: str, body: bytes = b"", headers: dict[str, str] | None = None) -> tuple[int, str]:
    """Status and text of the reply to a POST, or to a GET without a body."""
    request = urllib.request.Request(address, body or None, headers or {})
    try:
        with urllib.request.urlopen(request) as reply:
            return reply.status, reply.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def test_the_chats_http_api(open_chat: str, index: Index) -> None:
    service = Service(index)
    client = Client(open_chat, verbose=False)
    found = client.predict(WHO, 2, api_name="/search")
    assert found == service.search(WHO, 2)
    answer = client.predict(WHO, api_name="/ask")
    assert (answer["found"], answer["citations"][0]["quote"]) == (True, "أعلن الحشد انطلاق المعركة.")
    read = client.predict(found["hits"][0]["document_id"], 1, api_name="/read_passage")
    assert read == service.read_passage("battle", 1)
    described = client.view_api(return_format="dict")
    assert isinstance(described, dict)
    assert sorted(described["named_endpoints"]) == ["/ask", "/read_passage", "/search"]
    client.close()
    body = json.dumps({"data": [WHO, 2]}).encode()
    status, started = send(f"{open_chat}gradio_api/call/search", body, {"Content-Type": "application/json"})
    assert status == 200
    _, events = send(f"{open_chat}gradio_api/call/search/{json.loads(started)['event_id']}")
    assert json.loads(events.split("data: ", 1)[1]) == [found]


def test_the_examples_of_the_documentation(open_chat: str) -> None:
    with_client = block("python", "gradio_client").replace("http://127.0.0.1:7860/", open_chat)
    asked = with_client.replace("Who signed the accord?", WHO)
    done = subprocess.run(
        [sys.executable, "-c", asked],
        capture_output=True,
        text=True,
        env=surrounding({}),
        timeout=300,
        check=True,
    )
    answered, read = done.stdout.splitlines()
    assert answered == "True «أعلن الحشد انطلاق المعركة.» [1]"
    assert "'document_id': 'battle'" in read

    start, wait = block("sh", "curl -s").replace("http://127.0.0.1:7860/", open_chat).splitlines()
    (event,) = json.loads(curl(start.replace("Who signed the accord?", WHO))).values()
    events = curl(wait.replace("EVENT_ID", event))
    assert json.loads(events.split("data: ", 1)[1])[0]["text"] == "«أعلن الحشد انطلاق المعركة.» [1]"


def curl(command: str) -> str:
    """What a curl command of the documentation gives."""
    return subprocess.run(
        ["sh", "-c", command], capture_output=True, text=True, timeout=300, check=True
    ).stdout


def test_eight_people_ask_at_once(open_chat: str, index: Index) -> None:
    expected = Service(index).search(WHO, 2)

    def ask(_: int) -> list[object]:
        client = Client(open_chat, verbose=False)
        replies = [client.predict(WHO, 2, api_name="/search") for _ in range(3)]
        client.close()
        return replies

    with ThreadPoolExecutor(8) as people:
        assert list(people.map(ask, range(8))) == [[expected] * 3] * 8


@pytest.mark.browser
def test_a_person_logs_in_and_asks(closed_chat: str, browser: Browser) -> None:
    page = new_context(browser).new_page()
    page.goto(closed_chat)
    assert page.locator("#conversation").count() == 0
    assert violations(page) == []
    page.get_by_label("User name").fill("salma")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("alert")).to_have_text(say("wrong_login", "en"))
    # What was typed is still there, in the other language too.
    page.get_by_role("button", name="العربية").click()
    expect(page.get_by_label("اسم المستخدم")).to_have_value("salma")
    assert page.evaluate("document.documentElement.dir") == "rtl"
    picture(page, "login-ar")
    assert violations(page) == []
    page.get_by_role("button", name="English").click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Password").press("Enter")
    page.get_by_label("Question").fill(WHO)
    page.get_by_label("Question").press("Enter")
    expect(page.get_by_text("أعلن الحشد انطلاق المعركة.").first).to_be_visible()
    page.close()


@pytest.mark.browser
def test_users_see_their_own_collections_and_conversations(
    users: Path, tmp_path: Path, browser: Browser
) -> None:
    Users(users).add("sami", PASSWORD)
    context = new_context(browser, locale="en")
    for address in serving(None, "--auth", str(users), data=tmp_path / "data"):
        for name, collections in (("salma", ["Mine"]), ("sami", []), ("salma", ["Mine"])):
            page = context.new_page()
            page.goto(address)
            page.get_by_label("User name").fill(name)
            page.get_by_label("Password").fill(PASSWORD)
            page.get_by_label("Password").press("Enter")
            expect(page.locator("#current .name")).not_to_be_empty()
            if not (tmp_path / "data").exists():
                create(page, "Mine")
                page.locator("#question").fill("Whose is it?")
                page.locator("#question").press("Enter")
                expect(page.locator(".refusal")).to_be_visible()
            page.locator("#current").click()
            listed = page.locator("#collections li bdi")
            expect(listed).to_have_text(["Built-in article", *collections])
            database = page.evaluate("async () => (await indexedDB.databases()).map(({name}) => name)")
            assert any(one.startswith("dalil-") for one in database)
            # The page says who it is, and logs them out.
            page.get_by_role("button", name=say("conversations", "en")).click()
            expect(page.locator("#history .account bdi")).to_have_text(name)
            assert violations(page) == []
            page.get_by_role("button", name=say("log_out", "en")).click()
            expect(page.get_by_label("User name")).to_be_visible()
            page.reload()
            expect(page.get_by_label("User name")).to_be_visible()
            page.close()
        databases = context.new_page()
        databases.goto(address)
        names = databases.evaluate("async () => (await indexedDB.databases()).map(({name}) => name)")
        assert len(names) == 2
    context.close()


def test_users_have_to_log_in(closed_chat: str, index: Index) -> None:
    body = json.dumps({"data": [WHO, 2]}).encode()
    call = f"{closed_chat}gradio_api/call/search"
    assert send(call, body, {"Content-Type": "application/json"})[0] == 401
    assert send(f"{closed_chat}config")[0] == 401
    assert send(closed_chat)[0] == 200  # the page that asks for the password
    with pytest.raises(ValueError, match="Could not login"):
        Client(closed_chat, auth=("salma", "wrong"), verbose=False)

    client = Client(closed_chat, auth=("salma", PASSWORD), verbose=False)
    assert client.predict(WHO, 2, api_name="/search") == Service(index).search(WHO, 2)
    client.close()
    form = urllib.parse.urlencode({"username": "salma", "password": PASSWORD}).encode()
    with urllib.request.urlopen(f"{closed_chat}login", form) as reply:
        cookies = [value.partition(";")[0] for name, value in reply.headers.items() if name == "set-cookie"]
    logged_in = {"Content-Type": "application/json", "Cookie": "; ".join(cookies)}
    assert send(call, body, logged_in)[0] == 200
    assert send(f"{closed_chat}gradio_api/upload", b"x", logged_in)[0] == 403
    assert send(closed_chat, headers={"Host": "library.example"})[0] == 200
    assert send(closed_chat, headers={"Host": "attack.example"})[0] == 400

    wrong = urllib.parse.urlencode({"username": "salma", "password": "wrong"}).encode()
    attempts = [send(f"{closed_chat}login", wrong) for _ in range(6)]
    # Some of the five wrong ones were spent before.
    statuses = [status for status, _ in attempts]
    assert statuses == sorted(statuses)
    assert (statuses[0], statuses[-2:]) == (400, [429, 429])
    assert say("too_many", "ar", number=30)[:20] in attempts[-1][1]
    assert send(call, body, logged_in)[0] == 200  # who is in stays in


def test_without_its_file_of_users_it_doesnt_start(index: Index, tmp_path: Path) -> None:
    done = subprocess.run(
        [*DALIL, "chat", "--index", index.location, "--auth", str(tmp_path / "none.json")],
        capture_output=True,
        text=True,
        env=surrounding({}),
        timeout=300,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("dalil: There is no file ")
