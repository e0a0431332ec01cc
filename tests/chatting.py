"""A chat with known answers in a real Chromium: what the browser tests share.

Their fixtures are imported by name; every module that does so has a server and a browser of its own.
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast
from urllib.parse import urlsplit

import pytest
import uvicorn
from fastapi import FastAPI
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    Request,
    expect,
    sync_playwright,
)
from starlette.types import ASGIApp

import ui
from index import Index
from index.errors import IndexDamaged, InvalidQuestion
from index.text.analyzer import Language
from index.types import Document, Hit, Passage
from qa import Conversation, Turn
from qa.messages import say
from qa.types import Answer, Citation
from web.server.serving import listen

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = next((path for name in BROWSERS if (path := shutil.which(name))), None)
ARGUMENTS = [
    "--no-sandbox",  # it runs as root on the build machine
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # For each window Chromium loads pages of its own for the address box, which is never seen: half of the
    # processor time of opening a chat. Of two such lists the last counts, so that Playwright's is repeated.
    "--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup,AimEnabled,AvoidCorsURLLoaderRestartOnRedirect,"
    "AvoidUnnecessaryBeforeUnloadCheckSync,DestroyProfileOnBrowserClose,HttpsFirstBalancedModeAutoEnable,"
    "HttpsUpgrades,LensOverlay,MediaRouter,NetworkTimeServiceQuerying,OptimizationHints,PaintHolding,"
    "PreconnectToSearch,ThirdPartyStoragePartitioning",
]
# What the tests saw, for people to look at.
SCREENSHOTS = Path(__file__).parent / "screenshots"
WIDE, PHONE = (1280, 800), (390, 844)
# Milliseconds. States are waited for; this only ends a test that hangs. Playwright's 5 s are too few where
# other work keeps the processors busy.
PATIENCE = 120_000
expect.set_options(timeout=PATIENCE)

ARABIC = Document(
    "تقدّمت القطعات من ثلاثة محاور. فتمّ تحرير عكاشات في أقلّ من يوم واحد.\n"
    "Reuters نشرت الخبر أمس، ثم نقلته صحيفة «البناء» في اليوم التالي.",
    title="بين البوكمال والقائم ما هو المطلوب…؟",
    author="مصطفى حكمت العراقي",
)
ENGLISH = Document(
    "The zone lies in the Euphrates valley.\nالبناء was the newspaper that the field commander spoke to.",
    title="The border",
    author="A. Writer",
)
PARAGRAPHS = 5000
BOOK = Document(
    "\n".join(
        f"هذه هي الفقرة رقم {n} من كتاب طويل، وفيها خبر عن يوم من أيام تلك السنة."
        for n in range(1, PARAGRAPHS + 1)
    ),
    title="كتاب الأيام",
    author="كاتب",
)
DOCUMENTS = {document.id: document for document in (ARABIC, ENGLISH, BOOK)}

WHO_FREED = "كم من الوقت استغرق تحرير عكاشات؟"
WHERE_ZONE = "Where is the zone?"
BOTH = "Which newspaper wrote about it?"
IN_THE_BOOK = "ما خبر الفقرة 2500؟"
MOON_ARABIC, MOON_ENGLISH = "من مشى على القمر؟", "Who walked on the moon?"
REFUSED, DAMAGED = "سؤال طويل", "A question to a damaged index"
BROKEN, SLOW = "Break, please.", "A slow question"
# Answered only after another question.
FOLLOW_UP = "And who reported it?"

FREED = "فتمّ تحرير عكاشات في أقلّ من يوم واحد."
FRONTS = "تقدّمت القطعات من ثلاثة محاور."
ZONE = "The zone lies in the Euphrates valley."
REUTERS = ARABIC.text.split("\n")[1]
BINAA = ENGLISH.text.split("\n")[1]


def passage(document: Document, number: int) -> Passage:
    """A document's paragraph, by the number that a reader counts."""
    start = sum(len(line) + 1 for line in document.text.split("\n")[: number - 1])
    return Passage.of(document, number, start, start + len(document.text.split("\n")[number - 1]))


Quotes = list[tuple[Document, int, str]]


def answer(language: Language, confidence: float, quotes: Quotes) -> Answer:
    """An answer that quotes the given sentences, each from a paragraph of a document."""
    citations = []
    for number, (document, paragraph, quote) in enumerate(quotes, 1):
        where = passage(document, paragraph)
        start = document.text.index(quote, where.start)
        citations.append(Citation.of(document, number, where, start, start + len(quote)))
    text = "" if citations else say("not_found", language)
    hits = tuple(Hit(passage(ARABIC, number), 1.0) for number in (2, 1))
    return Answer("", language, text, tuple(citations), hits, confidence)


ANSWERS = {
    WHO_FREED: answer("ar", 0.95, [(ARABIC, 1, FREED)]),
    WHERE_ZONE: answer("en", 0.7, [(ENGLISH, 1, ZONE)]),
    SLOW: answer("en", 0.7, [(ENGLISH, 1, ZONE)]),
    BOTH: answer(
        "en", 0.3, [(ARABIC, 2, REUTERS), (ENGLISH, 2, BINAA), (ARABIC, 1, FREED), (ARABIC, 1, FRONTS)]
    ),
    FOLLOW_UP: answer("en", 0.02, []),
    IN_THE_BOOK: answer("ar", 0.9, [(BOOK, 2500, "وفيها خبر عن يوم من أيام تلك السنة.")]),
    MOON_ARABIC: answer("ar", 0.02, []),
    MOON_ENGLISH: answer("en", 0.02, []),
}


class Library:
    """What the chat needs of an index."""

    def __init__(self, documents: dict[str, Document]) -> None:
        self.documents = dict(documents)

    def document(self, document_id: str) -> Document:
        return self.documents[document_id]

    def refresh(self) -> None:
        """Nobody else writes to it."""

    def snapshot(self) -> Library:
        """As it is now."""
        return Library(self.documents)


class Asker:
    """Answers from a table. The slow question waits until it is let go."""

    def __init__(self, answers: dict[str, Answer]) -> None:
        self.answers = answers
        self.asked: list[str] = []
        self.answered: list[str] = []
        self.let_go = threading.Event()
        self.waiting = 0

    def __call__(self, conversation: Conversation, question: str, index: Index) -> Turn:  # noqa: ARG002
        found = self.answer(question)
        searched = question
        if question == FOLLOW_UP and conversation.turns:
            searched = f"{question} {conversation.turns[-1].question}"
            found = answer("en", 0.6, [(ARABIC, 2, REUTERS)])
        self.answered.append(question)
        return Turn(question, searched, replace(found, question=question), datetime.now(timezone.utc))

    def answer(self, question: str) -> Answer:
        """What the table says, or what goes wrong."""
        self.asked.append(question)
        if question == BROKEN:
            raise RuntimeError("a fault")
        if question == SLOW:
            self.waiting += 1
            assert self.let_go.wait(120)
        if question == DAMAGED:
            raise IndexDamaged("The file <b>bm25.json</b> is damaged. Build the index again.")
        if question not in self.answers:
            raise InvalidQuestion("too_long" if question.strip() else "empty", "for whoever reads a log")
        return self.answers[question]


@contextmanager
def served(
    library: Library | Index,
    asker: Asker,
    examples: tuple[str, ...] = (),
    read_only: bool = False,
    port: int = 0,
    around: Callable[[FastAPI], ASGIApp] = lambda application: application,
) -> Iterator[str]:
    """The address of a chat, served from this process; `around` gives what stands before it."""
    started = threading.Event()
    chat = ui.build_chat(cast("Index", library), asker, examples=examples, read_only=read_only)
    application = around(ui.serve(chat, started.set))
    server = uvicorn.Server(uvicorn.Config(application, log_level="error", timeout_graceful_shutdown=1))
    with TemporaryDirectory() as data, pytest.MonkeyPatch.context() as patch, listen(port) as listener:
        patch.setenv("DALIL_DATA", data)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        assert started.wait(120)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        server.should_exit = True
        thread.join(120)
    assert not thread.is_alive()


@pytest.fixture(scope="module")
def library() -> Library:
    return Library(DOCUMENTS)


@pytest.fixture(scope="module")
def asker() -> Asker:
    return Asker(ANSWERS)


@pytest.fixture(scope="module")
def address(library: Library, asker: Asker) -> Iterator[str]:
    with served(library, asker, (WHO_FREED, WHERE_ZONE)) as where:
        yield where


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        reason = f"none of these is installed: {', '.join(BROWSERS)}"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """An open chat in English. Afterwards: nothing was asked of another host, and the console is quiet."""
    with opened(browser, address) as page:
        yield page


def new_context(browser: Browser, **options: Any) -> BrowserContext:
    """A browser context that waits as long as the tests do."""
    context = browser.new_context(**options)
    context.set_default_timeout(PATIENCE)
    context.set_default_navigation_timeout(PATIENCE)
    return context


@contextmanager
def opened(browser: Browser, address: str, size: tuple[int, int] = WIDE, **options: Any) -> Iterator[Page]:
    """A chat opened by a reader with a browser of their own: its size, language, colour scheme."""
    touch = size == PHONE
    context = new_context(
        browser, viewport={"width": size[0], "height": size[1]}, has_touch=touch, is_mobile=touch, **options
    )
    page = context.new_page()
    requested: list[str] = []
    complaints: list[str] = []

    def note_request(request: Request) -> None:
        requested.append(request.url)

    def note_console(message: ConsoleMessage) -> None:
        if message.type == "error":
            complaints.append(message.text)

    # Requests that fail or that the policy blocks are among them: they are noted when they start.
    context.on("request", note_request)
    page.on("websocket", lambda socket: requested.append(socket.url))
    page.on("console", note_console)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("dialog", lambda dialog: complaints.append(dialog.message))
    page.goto(address)
    expect(page.locator("#ask")).not_to_be_empty()
    yield page
    hosts = {urlsplit(url).netloc for url in requested if not url.startswith("data:")}
    assert hosts == {urlsplit(address).netloc}
    assert not complaints, complaints
    context.close()


def box(page: Page) -> Locator:
    """Where questions are typed."""
    return page.locator("#question")


def ask(page: Page, question: str) -> Locator:
    """Types a question, sends it with Enter, and gives its turn in the conversation when it is answered."""
    number = page.locator(".turn").count()
    box(page).fill(question)
    box(page).press("Enter")
    return replied(page, number)


def replied(page: Page, number: int) -> Locator:
    """A turn of the conversation, when it is answered."""
    turn = page.locator(".turn").nth(number)
    expect(turn.locator(".answer, .not-found, .refusal")).to_be_visible()
    return turn


def reader(page: Page) -> Locator:
    """The reading pane, when it shows a document."""
    pane = page.locator("#reader")
    expect(pane).to_be_visible()
    return pane


def shown(page: Page) -> Locator:
    """The mark that the reading pane was opened at."""
    return reader(page).locator("mark[data-shown]")


def directions(found: Locator) -> list[str]:
    """The computed direction of each of some elements."""
    return cast("list[str]", found.evaluate_all("found => found.map(e => getComputedStyle(e).direction)"))


KEPT = """async () => {
  const database = await new Promise((resolve) => {
    const request = indexedDB.open("dalil", 1);
    request.onupgradeneeded = () => request.transaction.abort();
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => resolve(null);
  });
  if (!database) return [];
  const all = (name) => new Promise((resolve) => {
    const request = database.transaction(name).objectStore(name).getAll();
    request.onsuccess = () => resolve(request.result);
  });
  const [listed, kept] = [await all("listed"), await all("kept")];
  database.close();
  const own = sessionStorage.getItem("dalil-current");
  listed.sort((one, other) => (other.id === own) - (one.id === own) || other.updated - one.updated);
  return listed.map(({id}) => kept.find((one) => one.id === id).text);
}"""
"""The conversations that the browser has kept, as text: this tab's first, then the newest."""


def kept(page: Page, turns: int) -> None:
    """Waits until the browser has kept this many answers of this tab's conversation."""
    while "".join(page.evaluate(KEPT)[:1]).count('"searched":') != turns:
        page.wait_for_timeout(50)


def picture(page: Page, name: str) -> None:
    """Keeps what the browser shows."""
    SCREENSHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.png", animations="disabled")
