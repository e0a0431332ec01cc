"""The chat in a real browser: what a reader sees, which way it reads, and what it never does."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

import pytest
import uvicorn
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Request, expect, sync_playwright

import ui
from index.errors import IndexDamaged, InvalidQuestion
from index.text import Language
from index.types import Document, Hit, Passage
from qa.messages import say
from qa.types import Answer, Citation

if TYPE_CHECKING:
    from index import Index

pytestmark = pytest.mark.browser

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
]

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
ATTACKS = (
    "<script>window.attacked = 1</script>",
    "<img src='http://attack.invalid/a.png' onerror='window.attacked = 2'>",
    "![picture](http://attack.invalid/b.png) [link](javascript:window.attacked=3)",
    "${window.attacked = 4} {{#each this}}{{this}}{{/each}} {{{value}}} @children",
    "</p></article></div><iframe src='http://attack.invalid/c'></iframe><svg onload='window.attacked = 5'>",
    "&lt;b&gt; \\` <style>@import 'http://attack.invalid/d.css'; body { display: none }</style>",
)
HOSTILE = Document(
    "\n".join(f"Before it. {attack} After it." for attack in ATTACKS),
    title=" ".join(ATTACKS),
    author="<script>window.attacked = 6</script>",
)
DOCUMENTS = {document.id: document for document in (ARABIC, ENGLISH, HOSTILE)}

WHO_FREED = "كم من الوقت استغرق تحرير عكاشات؟"
WHERE_ZONE = "Where is the zone?"
BOTH = "Which newspaper wrote about it?"
MOON_ARABIC, MOON_ENGLISH = "من مشى على القمر؟", "Who walked on the moon?"
REFUSED, DAMAGED = "سؤال طويل", "A question to a damaged index"
BROKEN, SLOW = "Break, please.", "A slow question"


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


FREED = "فتمّ تحرير عكاشات في أقلّ من يوم واحد."
FRONTS = "تقدّمت القطعات من ثلاثة محاور."
ZONE = "The zone lies in the Euphrates valley."
REUTERS = ARABIC.text.split("\n")[1]
BINAA = ENGLISH.text.split("\n")[1]
ANSWERS = {
    WHO_FREED: answer("ar", 0.95, [(ARABIC, 1, FREED)]),
    WHERE_ZONE: answer("en", 0.7, [(ENGLISH, 1, ZONE)]),
    SLOW: answer("en", 0.7, [(ENGLISH, 1, ZONE)]),
    BOTH: answer(
        "en", 0.3, [(ARABIC, 2, REUTERS), (ENGLISH, 2, BINAA), (ARABIC, 1, FREED), (ARABIC, 1, FRONTS)]
    ),
    MOON_ARABIC: answer("ar", 0.02, []),
    MOON_ENGLISH: answer("en", 0.02, []),
}
ANSWERS |= {
    attack: answer("en", 0.9, [(HOSTILE, number, attack)]) for number, attack in enumerate(ATTACKS, 1)
}


class Library:
    """What the chat needs of an index."""

    def document(self, document_id: str) -> Document:
        return DOCUMENTS[document_id]

    def refresh(self) -> None:
        """Nobody else writes to it."""


class Asker:
    """Answers from a table. The slow question waits until it is let go."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.let_go = threading.Event()

    def __call__(self, question: str, index: Index) -> Answer:  # noqa: ARG002 (as qa.ask)
        self.asked.append(question)
        if question == BROKEN:
            raise RuntimeError("a fault")
        if question == SLOW:
            assert self.let_go.wait(30)
        if question == DAMAGED:
            raise IndexDamaged("The file <b>bm25.json</b> is damaged. Build the index again.")
        if question not in ANSWERS:
            raise InvalidQuestion("too_long" if question.strip() else "empty", "for whoever reads a log")
        return ANSWERS[question]


@pytest.fixture(scope="module")
def asker() -> Asker:
    return Asker()


@pytest.fixture(scope="module")
def address(asker: Asker) -> Iterator[str]:
    """The address of a chat, served from this process."""
    started = threading.Event()
    chat = ui.build_chat(cast("Index", Library()), asker, examples=(WHO_FREED, WHERE_ZONE))
    application = ui.serve(chat, started.set)
    server = uvicorn.Server(uvicorn.Config(application, log_level="error", timeout_graceful_shutdown=1))
    with ui.listen() as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        assert started.wait(30)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        server.should_exit = True
        thread.join(30)
    assert not thread.is_alive()


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
    """An open chat. Afterwards: nothing was asked of another host, and the console has no error."""
    yield from opened(browser, address)


@pytest.fixture
def other_page(browser: Browser, address: str) -> Iterator[Page]:
    """A chat opened by somebody else."""
    yield from opened(browser, address)


def opened(browser: Browser, address: str) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1100, "height": 900})
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
    expect(box(page)).to_be_visible()
    yield page
    hosts = {urlsplit(url).netloc for url in requested if not url.startswith("data:")}
    assert hosts == {urlsplit(address).netloc}
    assert complaints == []
    context.close()


def box(page: Page) -> Locator:
    return page.get_by_label("Question")


def ask(page: Page, question: str) -> Locator:
    """Types a question, sends it with Enter, and gives its turn in the conversation when it is answered."""
    number = page.locator(".turn").count()
    box(page).fill(question)
    box(page).press("Enter")
    return replied(page, number)


def replied(page: Page, number: int) -> Locator:
    turn = page.locator(".turn").nth(number)
    expect(turn.locator(".answer, .not-found, .refusal")).to_be_visible()
    return turn


def directions(found: Locator) -> list[str]:
    return cast("list[str]", found.evaluate_all("found => found.map(e => getComputedStyle(e).direction)"))


def test_an_arabic_question_is_answered_from_right_to_left(page: Page) -> None:
    turn = ask(page, WHO_FREED)

    assert turn.locator(".question").inner_text() == WHO_FREED
    assert turn.locator(".quote").all_inner_texts() == [f"{FREED} [1]"]
    assert turn.locator("mark").all_inner_texts() == [FREED]
    assert turn.locator(".passage").all_inner_texts() == [ARABIC.text.split("\n")[0]]
    assert turn.locator(".where").all_inner_texts() == [
        "[1] بين البوكمال والقائم ما هو المطلوب…؟ — مصطفى حكمت العراقي — الفقرة 1"
    ]
    assert turn.locator(".confidence").inner_text() == "يُرجَّح كثيراً أنّ الجواب في النصوص"
    assert directions(turn.locator(":is(h2, blockquote, p)")) == ["rtl"] * 6


def test_an_english_question_is_answered_from_left_to_right(page: Page) -> None:
    turn = ask(page, WHERE_ZONE)

    assert turn.locator(".question").inner_text() == WHERE_ZONE
    assert turn.locator(".quote").all_inner_texts() == [f"{ZONE} [1]"]
    assert turn.locator("mark").all_inner_texts() == [ZONE]
    assert turn.locator(".where").all_inner_texts() == ["[1] The border — A. Writer — paragraph 1"]
    assert turn.locator(".confidence").inner_text() == "The texts probably say so"
    assert directions(turn.locator(":is(h2, blockquote, p)")) == ["ltr"] * 6


def test_each_paragraph_of_a_mixed_answer_goes_its_own_way(page: Page) -> None:
    turn = ask(page, BOTH)

    # The first starts with a Latin name and is Arabic, the second the other way round.
    assert turn.locator(".quote p").all_inner_texts() == [
        f"{REUTERS} [1]",
        f"{BINAA} [2]",
        f"{FREED} [3]",
        f"{FRONTS} [4]",
    ]
    assert directions(turn.locator(".quote p")) == ["rtl", "ltr", "rtl", "rtl"]
    assert directions(turn.locator(".passage")) == ["rtl", "ltr", "rtl"]
    assert directions(turn.locator(".where")) == ["rtl", "ltr", "rtl"]
    assert directions(turn.locator(".question, .confidence")) == ["ltr", "ltr"]
    assert turn.locator(".confidence").inner_text() == "This may not be the answer"


def test_citations_from_one_passage_share_it(page: Page) -> None:
    source = ask(page, BOTH).locator(".source").nth(2)

    assert source.locator(".number").all_inner_texts() == ["[3]", "[4]"]
    assert source.locator("mark").all_inner_texts() == [FRONTS, FREED]
    assert source.locator(".passage").inner_text() == f"{FRONTS} {FREED}"


def test_a_number_leads_to_its_quotation_in_the_passage(page: Page, address: str) -> None:
    page.goto(f"{address}?from=elsewhere")
    ask(page, WHERE_ZONE)
    turn = ask(page, BOTH)
    turn.locator(".quote .number").nth(2).click()

    mark = turn.locator("mark", has_text=FREED)
    expect(mark).to_be_focused()
    expect(mark).to_be_in_viewport()
    expect(page.locator(".turn")).to_have_count(2)


@pytest.mark.parametrize(
    ("question", "notes", "paragraph", "direction"),
    [
        (MOON_ARABIC, ["لا تجيب النصوص عن هذا السؤال.", "أقرب ما فيها إلى السؤال:"], "الفقرة", "rtl"),
        (
            MOON_ENGLISH,
            ["The texts don't answer this.", "The passages nearest to the question:"],
            "paragraph",
            "ltr",
        ),
    ],
)
def test_without_an_answer_the_nearest_passages_are_shown_as_such(
    page: Page, question: str, notes: list[str], paragraph: str, direction: str
) -> None:
    turn = ask(page, question)

    assert turn.locator(".note").all_inner_texts() == notes
    assert directions(turn.locator(".note")) == [direction, direction]
    assert turn.locator(".passage").all_inner_texts() == ARABIC.text.split("\n")[::-1]
    assert turn.locator(".where").all_inner_texts() == [
        f"{ARABIC.title} — {ARABIC.author} — {paragraph} {number}" for number in (2, 1)
    ]
    assert turn.locator(".quote, mark, .number, .confidence").count() == 0


def test_a_refused_question_gets_a_calm_message_and_nothing_is_lost(page: Page) -> None:
    ask(page, WHERE_ZONE)
    refusals = [ask(page, question).locator(".refusal") for question in (REFUSED, "  ", DAMAGED)]
    ask(page, WHO_FREED)

    assert [refusal.inner_text() for refusal in refusals] == [
        "السؤال أطول من اللازم. اختصره إلى جملة أو جملتين.",
        "Type a question in Arabic or English.",
        "The file <b>bm25.json</b> is damaged. Build the index again.",
    ]
    assert directions(page.locator(".refusal")) == ["rtl", "ltr", "ltr"]
    assert page.locator(".question").all_inner_texts() == [WHERE_ZONE, REFUSED, DAMAGED, WHO_FREED]
    assert page.locator(".quote").all_inner_texts() == [f"{ZONE} [1]", f"{FREED} [1]"]


def test_a_fault_in_dalil_is_said_plainly_and_logged(page: Page, caplog: pytest.LogCaptureFixture) -> None:
    turn = ask(page, BROKEN)

    assert turn.locator(".refusal").inner_text() == say("failed", "en")
    logged = [record for record in caplog.records if record.name == "ui"]
    assert [(record.getMessage(), str(record.exc_info and record.exc_info[1])) for record in logged] == [
        ("The question 'Break, please.' could not be answered", "a fault")
    ]


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_texts_and_questions_contain_is_shown_and_does_nothing(page: Page, attack: str) -> None:
    turn = ask(page, attack)

    assert turn.locator(".question").inner_text() == attack
    assert turn.locator("mark").all_inner_texts() == [attack]
    assert turn.locator(".quote").all_inner_texts() == [f"{attack} [1]"]
    assert turn.locator(".passage").inner_text() == f"Before it. {attack} After it."
    assert turn.locator(".where bdi").all_inner_texts()[:2] == [HOSTILE.title, HOSTILE.author]
    assert turn.locator("script, img, iframe, svg, style, a:not(.number)").count() == 0
    assert page.evaluate("window.attacked") is None


def test_the_policy_stops_a_script_even_where_escaping_would_not(browser: Browser, address: str) -> None:
    page = browser.new_page()
    asked_of: list[str] = []
    page.goto(address)
    page.on("response", lambda response: asked_of.append(response.url))
    with page.expect_console_message(lambda message: "Content Security Policy" in message.text):
        page.evaluate(
            "document.body.insertAdjacentHTML('beforeend', "
            '\'<img src="http://attack.invalid/a.png" onerror="window.attacked = 1">\')'
        )
    assert page.evaluate("window.attacked") is None
    assert [url for url in asked_of if "attack.invalid" in url] == []
    page.close()


@pytest.mark.parametrize("host", ["attack.invalid", "attack.invalid:80"])
def test_another_name_for_this_machine_is_refused(address: str, host: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as refusal:
        urllib.request.urlopen(urllib.request.Request(address, headers={"Host": host}))
    assert refusal.value.code == 400
    refusal.value.close()


def test_an_example_is_asked_by_a_click(page: Page) -> None:
    page.get_by_role("button", name=WHO_FREED).click()
    assert replied(page, 0).locator(".quote").all_inner_texts() == [f"{FREED} [1]"]
    page.get_by_role("button", name=WHERE_ZONE).click()
    assert replied(page, 1).locator(".quote").all_inner_texts() == [f"{ZONE} [1]"]

    assert directions(page.locator("#examples button")) == ["rtl", "ltr"]
    assert page.locator(".question").all_inner_texts() == [WHO_FREED, WHERE_ZONE]


def test_the_button_asks_as_enter_does(page: Page, asker: Asker) -> None:
    box(page).fill(WHERE_ZONE)
    page.get_by_role("button", name="Ask", exact=False).last.click()

    assert replied(page, 0).locator(".quote").all_inner_texts() == [f"{ZONE} [1]"]
    assert asker.asked[-1] == WHERE_ZONE


def test_while_it_searches_it_says_so_and_the_next_question_can_be_typed(page: Page, asker: Asker) -> None:
    asker.let_go.clear()
    box(page).fill(SLOW)
    box(page).press("Enter")

    expect(page.locator(".searching")).to_have_text("Searching the texts…")
    expect(box(page)).to_have_value("")
    expect(box(page)).to_be_focused()
    box(page).fill(WHO_FREED)
    asker.let_go.set()
    replied(page, 0)
    expect(page.locator(".searching")).to_have_count(0)
    expect(box(page)).to_have_value(WHO_FREED)


def test_two_questions_at_once_are_both_answered(page: Page) -> None:
    """A double Enter: what the first shows last must not come after what the second shows last."""
    for number in range(0, 12, 2):
        box(page).fill(WHERE_ZONE)
        box(page).press("Enter")
        box(page).press("Enter")
        expect(page.locator(".searching")).to_have_count(0)
        expect(page.locator(".turn").nth(number)).to_be_attached()
    expect(page.locator(".searching")).to_have_count(0)


def test_a_new_turn_comes_into_view_below_the_others(page: Page) -> None:
    for number, question in enumerate((BOTH, MOON_ARABIC, BOTH, WHERE_ZONE)):
        ask(page, question)
        expect(page.locator(".turn").nth(number).locator(".question")).to_be_in_viewport()

    expect(page.locator(".question")).to_have_text([BOTH, MOON_ARABIC, BOTH, WHERE_ZONE])
    expect(page.locator(".turn").first.locator(".question")).not_to_be_in_viewport()


def test_two_readers_do_not_share_a_conversation(page: Page, other_page: Page) -> None:
    ask(page, WHO_FREED)
    ask(other_page, WHERE_ZONE)
    ask(page, MOON_ARABIC)

    assert page.locator(".question").all_inner_texts() == [WHO_FREED, MOON_ARABIC]
    assert other_page.locator(".question").all_inner_texts() == [WHERE_ZONE]


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("a\\u0000b", "a\ufffdb"),
        ("a\\ud800b", "a\ufffdb"),
        ("\\udc00\\ud83d", "\ufffd\ufffd"),
        ("\\ud83d\\ude42 \\u0645", "🙂 م"),
        ("\\u202eabc\\u2069\\u2066\\u202d", "\u202eabc\u2069\u2066\u202d"),
    ],
)
def test_strange_characters_in_a_question_break_nothing(page: Page, typed: str, shown: str) -> None:
    # Playwright can't type half of a surrogate pair: the page does it itself.
    box(page).evaluate(f"box => {{ box.value = '{typed}'; box.dispatchEvent(new Event('input')); }}")
    box(page).press("Enter")

    assert replied(page, 0).locator(".question").inner_text() == shown
    assert ask(page, WHERE_ZONE).locator("mark").all_inner_texts() == [ZONE]


@pytest.mark.parametrize("question", ["a" * 100_000, "كلمة " * 20_000], ids=["one long word", "many words"])
def test_a_question_of_100_000_characters_keeps_the_page_in_shape(page: Page, question: str) -> None:
    turn = ask(page, question)

    assert turn.locator(".question").text_content() == question
    size = turn.locator(".question").bounding_box()
    assert size is not None
    assert size["width"] <= 1100
    assert size["height"] <= 300
    assert page.evaluate("document.documentElement.scrollWidth") == 1100


def test_it_fits_a_phone(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    ask(page, BOTH)

    assert page.evaluate("document.documentElement.scrollWidth") == 390
    expect(box(page)).to_be_in_viewport()


def test_a_port_that_is_taken_is_named() -> None:
    with ui.listen() as listener:
        port = listener.getsockname()[1]
        with pytest.raises(ui.PortTaken, match=f"Port {port} of 127.0.0.1 is taken"):
            ui.launch(cast("Index", Library()), port)


LAUNCH = """
import sys

def watch(event, arguments):
    if event == "socket.getaddrinfo" and arguments[0] not in ("127.0.0.1", None):
        print("looked up", arguments[0], flush=True)
    if event in ("socket.connect", "socket.sendto") and arguments[1][0] != "127.0.0.1":
        print("connected", arguments[1], flush=True)
    if event == "socket.bind" and arguments[1][0] != "127.0.0.1":
        print("bound", arguments[1], flush=True)

sys.addaudithook(watch)
import ui

assert not {"torch", "faiss", "sentence_transformers"} & set(sys.modules)

class Library:
    def warm_up(self):
        print("warm", flush=True)

ui.launch(Library())
print("stopped", flush=True)
"""


def test_launch_serves_this_machine_alone_until_it_is_interrupted() -> None:
    with subprocess.Popen([sys.executable, "-c", LAUNCH], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        address = first.removeprefix("Dalil listens on ").split(" ")[0]
        assert first == f"Dalil listens on {address} (Ctrl-C stops it).\n"
        assert urlsplit(address).hostname == "127.0.0.1"
        assert process.stdout.readline() == "warm\n"
        with urllib.request.urlopen(address) as response:
            assert "Dalil" in response.read().decode()
        process.send_signal(signal.SIGINT)
        assert process.stdout.read() == "stopped\n"
        assert process.wait() == 0


def test_pages_of_other_sites_are_turned_away(address: str) -> None:
    """A page elsewhere can send a request to this machine: it must neither ask nor fill the disk."""
    for path in ("gradio_api/upload", "gradio_api/call/ask"):
        for origin, status in (("https://example.org", 403), ("http://127.0.0.1:1", 403)):
            request = urllib.request.Request(f"{address}{path}", b"{}", {"Origin": origin})
            with pytest.raises(urllib.error.HTTPError) as refusal:
                urllib.request.urlopen(request)
            assert refusal.value.code == status
            refusal.value.close()
    with urllib.request.urlopen(urllib.request.Request(address, headers={"Origin": address[:-1]})) as page:
        assert page.status == 200


def test_nothing_can_be_uploaded(address: str) -> None:
    request = urllib.request.Request(f"{address}gradio_api/upload", b"{}", {"Origin": address[:-1]})
    with pytest.raises(urllib.error.HTTPError) as refusal:
        urllib.request.urlopen(request)
    assert refusal.value.code == 403
    refusal.value.close()
