"""Collections of users who log in: asked by owners and readers, shared on the page, kept from strangers."""

from __future__ import annotations

import http.client
import json
import urllib.parse
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from chatting import PHONE, ask, browser, new_context, opened, picture
from fake_encoder import FakeEncoder
from own_documents import add, choose, create
from playwright.sync_api import Browser, Page, expect
from test_accessible import violations
from test_shared_chat import PASSWORD, serving

from index.text.analyzer import Language
from qa.collections.library import Library
from qa.messages import say
from web.server.users import Users

__all__ = ["browser"]  # a fixture
pytestmark = [pytest.mark.slow, pytest.mark.browser]

NOTES = "The gate of the old harbour was closed in winter."
QUESTION = "When was the gate of the old harbour closed?"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sharing")


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    users = Users(folder / "users.json")
    for name in ("salma", "sami", "lina"):
        users.add(name, PASSWORD)
    users.set_group("archive", ["sami"])
    # As one that was made before there were users.
    Library(folder / "data", encoder=FakeEncoder()).create("Old")
    yield from serving(None, "--auth", str(users.path), data=folder / "data")


def log_in(page: Page, address: str, name: str) -> None:
    """Opens the chat as a user."""
    page.goto(address)
    page.locator("#username").fill(name)
    page.locator("#password").fill(PASSWORD)
    page.locator("#password").press("Enter")
    expect(page.locator("#current .name")).not_to_be_empty()


@contextmanager
def logged_in(browser: Browser, address: str, name: str, **options: Any) -> Iterator[Page]:
    """A user's page, in a browser of their own."""
    context = new_context(browser, **options)
    with closing(context):
        page = context.new_page()
        log_in(page, address, name)
        yield page


class Caller:
    """A user who makes requests by hand."""

    def __init__(self, address: str, name: str) -> None:
        self._netloc = urllib.parse.urlsplit(address).netloc
        self._cookie = ""
        form = urllib.parse.urlencode({"username": name, "password": PASSWORD}).encode()
        status, headers, _ = self.send("/login", form, "application/x-www-form-urlencoded")
        assert status == 200
        cookies = [one.partition(";")[0] for one in headers.get_all("set-cookie", [])]
        self._cookie = "; ".join(cookies)
        config = json.loads(self.send("/config")[2])
        self._page = next(c["id"] for c in config["components"] if c["props"].get("elem_id") == "page")
        self._on = {d["targets"][0][1]: d["id"] for d in config["dependencies"] if d["targets"]}

    def send(
        self, path: str, body: bytes | None = None, kind: str = "application/json"
    ) -> tuple[int, http.client.HTTPMessage, str]:
        """Status, headers and text of the reply to a POST, or to a GET without a body."""
        with closing(http.client.HTTPConnection(self._netloc, timeout=120)) as connection:
            headers = {"Cookie": self._cookie, "Content-Type": kind}
            connection.request("GET" if body is None else "POST", path, body, headers)
            reply = connection.getresponse()
            return reply.status, reply.headers, reply.read().decode()

    def call(self, name: str, /, **data: Any) -> tuple[int, str]:
        """A call of the page's."""
        sent = {"conversation": "by hand", "language": "en", **data}
        body = {"session_hash": "s", "component_id": self._page, "fn_name": name, "data": sent}
        status, _, text = self.send("/gradio_api/component_server", json.dumps(body).encode())
        return status, text

    def shown(self, event: str, **data: Any) -> str:
        """What the queue sends of a conversation."""
        sent = {"conversation": "by hand", "language": "en", **data}
        body = {"session_hash": event, "fn_index": self._on[event], "data": [], "event_data": sent}
        assert self.send("/gradio_api/queue/join", json.dumps(body).encode())[0] == 200
        return self.send(f"/gradio_api/queue/data?session_hash={event}")[2]

    def api(self, name: str, *data: Any) -> str:
        """A call of the HTTP API."""
        return self.send(f"/gradio_api/run/{name}", json.dumps({"data": data}).encode())[2]


@pytest.fixture(scope="module")
def owned(browser: Browser, address: str, folder: Path) -> tuple[str, str]:
    """The ids of a collection that Salma made and filled on the page, and of its document."""
    (folder / "notes.txt").write_text(NOTES, "utf-8")
    with logged_in(browser, address, "salma") as page:
        create(page, "Mine")
        add(page, folder / "notes.txt")
        document = page.locator("#library .document").get_attribute("data-document")
        button = page.locator("#collections [aria-current]")
        collection = button.get_attribute("data-collection")
    assert collection
    assert document
    return collection, document


def test_an_owner_is_answered_from_her_own_collection(
    browser: Browser, address: str, owned: tuple[str, str]
) -> None:
    assert owned
    with logged_in(browser, address, "salma") as page:
        choose(page, "Mine")
        turn = ask(page, QUESTION)
        expect(turn.locator(".quote")).to_have_text(NOTES)
        expect(turn).to_contain_text("Mine")
        turn.locator(".number").click()
        expect(page.locator("#reader mark[data-shown]")).to_have_text(NOTES)


def test_an_owner_shares_by_keyboard_and_a_reader_asks(
    browser: Browser, address: str, owned: tuple[str, str]
) -> None:
    assert owned
    with logged_in(browser, address, "salma") as page:
        choose(page, "Mine")
        page.locator("#switcher [data-act=documents]").click()
        button = page.locator("[data-act=share-collection]")
        button.focus()
        page.keyboard.press("Enter")
        dialog = page.locator("#sharing")
        expect(dialog.locator(".owner")).to_have_text("salma")
        expect(page.locator("#sharing-users")).to_be_focused()
        assert violations(page) == []
        picture(page, "sharing-en")
        page.keyboard.type("nobody")
        for _ in range(3):
            page.keyboard.press("Tab")
        expect(dialog.locator("[type=submit]")).to_be_focused()
        page.keyboard.press("Enter")
        expect(dialog.get_by_role("alert")).to_contain_text("nobody")
        page.keyboard.press("Escape")
        expect(dialog).to_be_hidden()
        expect(button).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("#sharing-users")).to_have_value("")
        page.keyboard.press("Tab")
        page.keyboard.type("archive")
        for _ in range(2):
            page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(dialog).to_be_hidden()
        expect(page.locator("#said")).to_have_text(say("sharing_saved", "en"))
        # It says so as long as it is shared.
        expect(page.locator("#library .note")).to_contain_text("archive")
    with logged_in(browser, address, "sami") as page:
        choose(page, "Mine")
        expect(ask(page, QUESTION).locator(".quote")).to_have_text(NOTES)
        page.locator("#switcher [data-act=documents]").click()
        expect(page.locator("#library .note")).to_contain_text("salma")
        for act in ("share-collection", "rename-collection", "delete-collection"):
            expect(page.locator(f"[data-act={act}]")).to_be_hidden()


@pytest.mark.parametrize(("locale", "size"), [("ar", PHONE)])
def test_the_dialog_in_arabic_on_a_phone(
    browser: Browser, address: str, owned: tuple[str, str], locale: Language, size: tuple[int, int]
) -> None:
    assert owned
    options = {"locale": locale, "viewport": {"width": size[0], "height": size[1]}, "color_scheme": "dark"}
    with logged_in(browser, address, "salma", **options) as page:
        choose(page, "Mine")
        page.locator("#switcher [data-act=documents]").click()
        page.locator("[data-act=share-collection]").click()
        expect(page.locator("#sharing h2")).to_have_text(say("share_collection", locale))
        assert page.locator("#sharing").evaluate("e => getComputedStyle(e).direction") == "rtl"
        assert violations(page) == []
        picture(page, "sharing-ar-phone")


def test_the_next_user_of_a_tab_finds_nothing_of_the_one_before(
    browser: Browser, address: str, owned: tuple[str, str]
) -> None:
    assert owned
    context = new_context(browser)
    with closing(context):
        page = context.new_page()
        log_in(page, address, "salma")
        choose(page, "Old")
        page.locator("#switcher [data-act=documents]").click()
        # Nobody's own: why nobody shares it, and why all may change it.
        expect(page.locator("#library .note")).to_contain_text(say("everybodys", "en"))
        expect(page.locator("[data-act=share-collection]")).to_be_hidden()
        expect(page.locator("[data-act=rename-collection]")).to_be_visible()
        assert violations(page) == []
        picture(page, "everybodys-en")
        page.get_by_role("button", name="العربية").click()
        expect(page.locator("#library .note")).to_contain_text(say("everybodys", "ar"))
        picture(page, "everybodys-ar")
        page.get_by_role("button", name="English").click()
        sent = {"name": "gate.txt", "mimeType": "text/plain", "buffer": b"The gate of Salma."}
        page.locator("#files").set_input_files([sent])  # type: ignore[arg-type]
        expect(page.locator("#library .uploads > [data-done]")).to_contain_text("gate.txt")
        page.locator("[data-act=ask-within]").first.click()
        expect(page.locator("#scope .chips li")).to_have_count(1)
        for name in ("sami", "salma"):
            page.locator("[data-act=conversations]").click()
            page.get_by_role("button", name=say("log_out", "en")).click()
            expect(page.locator("#username")).to_be_visible()
            log_in(page, address, name)
            own = name == "salma"
            expect(page.locator("#current .name")).to_have_text("Old" if own else "Built-in article")
            expect(page.locator("#scope .chips li")).to_have_count(int(own))
            choose(page, "Old")
            page.locator("#switcher [data-act=documents]").click()
            expect(page.locator("#library .document")).to_have_count(1)
            expect(page.locator("#library .uploads > [data-done]")).to_have_count(int(own))


def test_where_nobody_logs_in_nothing_is_shared(browser: Browser, tmp_path: Path) -> None:
    for address in serving(None, data=tmp_path / "data"):
        with opened(browser, address) as page:
            create(page, "Mine")
            expect(page.locator("[data-act=rename-collection]")).to_be_visible()
            expect(page.locator("[data-act=share-collection]")).to_be_hidden()


def test_a_stranger_reaches_it_by_no_call(address: str, owned: tuple[str, str]) -> None:
    collection, document = owned

    def is_kept(text: str) -> bool:
        return not any(secret in text for secret in ("in winter", "Mine", "notes.txt"))

    stranger, owner = Caller(address, "lina"), Caller(address, "salma")
    assert not is_kept(NOTES)
    asked = {"question": QUESTION, "collection": collection}
    about = {"document": document, "marks": [], "collection": collection}
    # The same calls as the owner's reach it.
    assert owner.call("begin", **asked) == (200, "0")
    assert NOTES in owner.shown("submit", number=0)
    assert NOTES in owner.call("read", **about)[1]
    assert "notes" in owner.call("choices", collection=collection)[1]
    kept = json.loads(owner.call("keep")[1])
    assert NOTES in kept

    here = {"conversation": "another by hand"}
    assert stranger.call("begin", **asked, **here)[0] == 404
    assert is_kept(stranger.shown("submit", number=0, **here))
    for name, data in (
        ("read", about),
        ("picture", {**about, "page": 1}),
        ("find", {**about, "text": "gate"}),
        ("choices", {"collection": collection}),
        ("refer", about),
        ("why", {"name": "cite-0-1"}),
    ):
        assert is_kept(stranger.call(name, **data, **here)[1]), name
    # Whoever has what a page kept knows what was quoted: nothing more of it is explained or asked again.
    assert stranger.call("restore", kept=kept, **here) == (200, "true")
    assert is_kept(stranger.call("why", name="cite-0-1", **here)[1])
    assert stranger.call("begin", number=0, **here) == (200, "0")
    assert is_kept(stranger.shown("submit", number=0, **here))
    for act, more in (
        ("state", {}),
        ("suggest", {}),
        ("progress", {}),
        ("followed", {}),
        ("existing", {"names": ["notes.txt"]}),
        ("begin", {"files": [{"name": "a.txt", "size": 1}]}),
        ("rename", {"name": "Hers"}),
        ("remove", {"document": document}),
        ("sharing", {}),
        ("share", {"users": ["lina"], "groups": []}),
        ("follow", {"path": "/"}),
        ("stop_following", {}),
        ("delete", {}),
    ):
        status, text = stranger.call("library", act=act, collection=collection, **more)
        assert (status, is_kept(text)) == (200, True), act
    for who in ("Mine", "None"):
        told = stranger.api("ask", QUESTION, 5, who)
        assert ("in winter" in told, "notes.txt" in told) == (False, False)
        assert f"There is no collection '{who}' for programs." in told
    # It is there as it was.
    assert NOTES in owner.call("read", **about)[1]


def test_what_a_user_wishes_of_the_writer_is_that_users_own(browser: Browser, tmp_path: Path) -> None:
    """Several log in with one browser."""
    users = Users(tmp_path / "users.json")
    for name in ("salma", "sami"):
        users.add(name, PASSWORD)
    options = ("--auth", str(users.path), "--writer", "http://127.0.0.1:9/v1", "--writer-model", "m")
    context = new_context(browser)
    for address in serving(None, *options, data=tmp_path / "data"):
        page = context.new_page()
        for name, expected in (("salma", True), ("sami", True), ("salma", False)):
            log_in(page, address, name)
            box = page.locator("[data-option=write]")
            expect(box).to_be_checked(checked=expected)
            if name == "salma":
                box.uncheck()
            page.goto(f"{address}logout")
            assert violations(page) == []
            page.get_by_role("button").click()
            expect(page.locator("#username")).to_be_visible()
    context.close()
