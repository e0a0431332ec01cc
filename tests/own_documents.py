"""A chat over a library of collections in a real Chromium, and files of every type to add."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

import pytest
import uvicorn
from chatting import new_context, opened
from fake_encoder import FakeEncoder
from paper import write_docx
from playwright.sync_api import Browser, Locator, Page, expect
from test_file_types import BOOK, archive

import ui
from index import Index, Scope
from index.encoding.base import Encoding, Kind
from index.types import Hit
from qa import Conversation, Turn
from qa.article import article
from qa.collections import library as libraries
from qa.collections.library import Library
from qa.messages import say
from qa.types import Answer, Citation
from web.calls.collection_calls import Collections
from web.server.serving import listen
from web.server.sharing import Sharing

SLOW = "بطيء"


class SlowEncoder(FakeEncoder):
    """The fake encoder; texts with a certain word wait until they are let go."""

    def __init__(self) -> None:
        super().__init__()
        self.let_go = threading.Event()
        self.let_go.set()

    def encode(self, texts: Sequence[str], kind: Kind) -> Iterator[Encoding]:
        for text, encoding in zip(texts, super().encode(texts, kind), strict=True):
            if SLOW in text:
                assert self.let_go.wait(120)
            yield encoding


def converse(_: Conversation, question: str, index: Index, within: str | Scope | None = None) -> Turn:
    """What `find` finds within a scope."""
    asked = index.within(within) if within else index
    answer = replace(find(question, asked), within=str(asked.scope or ""))
    return Turn(question, question, answer, datetime.now(timezone.utc))


def find(question: str, index: Index) -> Answer:
    """Quotes the first paragraph of the collection that has the question's words in it."""
    for passage in index.passages:
        if question in passage.text:
            document = index.document(passage.document_id)
            citation = Citation.of(document, 1, passage, passage.start, passage.end)
            return Answer(question, "ar", "", (citation,), (Hit(passage, 1.0),), 0.9)
    return Answer(question, "en", say("not_found", "en"), (), (), 0.0)


@contextmanager
def serving(collections: Collections, index: Index | None = None) -> Iterator[str]:
    """The address of a chat over collections; programs ask the index, or else the built-in article."""
    started = threading.Event()
    sharing = Sharing(read_only=collections.read_only)
    index = index or collections.index("built-in")
    chat = ui.build_chat(index, converse, examples=ui.EXAMPLES, collections=collections)
    application = ui.serve(chat, started.set, sharing, collections)
    server = uvicorn.Server(uvicorn.Config(application, log_level="error", timeout_graceful_shutdown=1))
    with listen(0) as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        assert started.wait(120)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        server.should_exit = True
        thread.join(120)
    assert not thread.is_alive()


@pytest.fixture(scope="module")
def encoder() -> SlowEncoder:
    return SlowEncoder()


@pytest.fixture(scope="module")
def library(encoder: SlowEncoder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """A library whose built-in article was indexed by the fake encoder."""
    folder = tmp_path_factory.mktemp("library")
    built_in = Index.build([article()], folder / "article", encoder=encoder, show_progress=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(libraries, "article_index", lambda: built_in)
        yield Library(folder / "data", encoder=encoder, max_bytes=200_000)


@pytest.fixture(scope="module")
def address(library: Library) -> Iterator[str]:
    with serving(Collections(library, patience=1.0)) as where:
        yield where


@pytest.fixture(scope="module")
def files(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a file of every type, one in Arabic printed by Chromium, and what can't be added."""
    folder = tmp_path_factory.mktemp("files")
    (folder / "قلعة حلب.txt").write_text("تقع قلعة حلب على تلّة.\nبنى الملك الظاهر غازي مدخلها.", "utf-8")
    (folder / "border.md").write_text("# The border\n\nIt has two gates.", "utf-8")
    page = "<title>صفحة النهر</title><meta name=author content=ليلى><p>يفيض النهر في الربيع.</p>"
    (folder / "river.html").write_text(f"<!doctype html>{page}", "utf-8")
    write_docx(folder / "تقرير.docx", ["وصل التقرير إلى المجلس.", "The council read it."])
    archive(folder / "كتاب.epub", BOOK)
    printed = new_context(browser).new_page()
    printed.set_content(
        "<html lang=ar dir=rtl><title>جريدة الصباح</title><body style='font-family: Noto Naskh Arabic'>"
        "<p>افتُتح الجسر الجديد فوق الفرات يوم الخميس.</p><p>حضر الافتتاح وزير النقل.</p></body></html>"
    )
    (folder / "جريدة.pdf").write_bytes(printed.pdf())
    printed.close()
    (folder / "نسخة.txt").write_bytes((folder / "قلعة حلب.txt").read_bytes())
    (folder / "تالف.pdf").write_bytes((folder / "جريدة.pdf").read_bytes()[:200])
    (folder / "locked.docx").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    (folder / "long.txt").write_text("كلمة " * 30_000, "utf-8")
    (folder / "film.mp4").write_bytes(bytes(100))
    return folder


@contextmanager
def reading(browser: Browser, address: str, **options: object) -> Iterator[Page]:
    """A page whose collections are there."""
    with opened(browser, address, **options) as page:  # type: ignore[arg-type]
        expect(page.locator("#current .name")).not_to_be_empty()
        yield page


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    with reading(browser, address) as page:
        yield page


def create(page: Page, name: str) -> Locator:
    """Makes a collection; gives the pane that shows it."""
    page.locator("#current").click()
    page.locator("#collections .new").click()
    page.locator("#asking-name").fill(name)
    page.locator("#asking-name").press("Enter")
    expect(page.locator("#library h2")).to_have_text(name)
    return page.locator("#library")


def choose(page: Page, name: str) -> None:
    """Switches to a collection."""
    page.locator("#current").click()
    page.locator("#collections li button", has_text=name).click()
    expect(page.locator("#current .name")).to_have_text(name)


def add(page: Page, *paths: Path, replace: bool = False) -> Locator:
    """Adds files to the collection that is shown; gives what is said of them when they are done."""
    first = page.locator("#library .uploads > div").first
    before = first.get_attribute("data-batch") if first.count() else ""
    page.locator("#files").set_input_files(paths)
    if replace:
        page.locator("#asking .do").click()
    done = page.locator(f'#library .uploads > div[data-done]:first-child:not([data-batch="{before}"])')
    expect(done).to_have_count(1)
    return page.locator(f'#library .uploads > [data-batch="{done.get_attribute("data-batch")}"]')


def titles(page: Page) -> list[str]:
    """Of the documents that the pane lists."""
    return page.locator("#library .document").all_inner_texts()
