"""The chat in a real browser: what a reader sees, which way it reads, and what it never does."""

from __future__ import annotations

import signal
import subprocess
import sys
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

import pytest
from chatting import (
    ARABIC,
    BINAA,
    BOTH,
    BROKEN,
    DAMAGED,
    DOCUMENTS,
    FREED,
    FRONTS,
    MOON_ARABIC,
    MOON_ENGLISH,
    REFUSED,
    REUTERS,
    SLOW,
    WHERE_ZONE,
    WHO_FREED,
    ZONE,
    Asker,
    Library,
    address,
    ask,
    asker,
    box,
    browser,
    directions,
    library,
    opened,
    page,
    picture,
    replied,
    shown,
)  # fmt: skip
from playwright.sync_api import Browser, Page, expect

import ui
from index.query import MAX_QUESTION_LENGTH
from qa.messages import say
from web.server.serving import PortTaken, listen

if TYPE_CHECKING:
    from index import Index

__all__ = ["address", "asker", "browser", "library", "page"]  # fixtures
pytestmark = pytest.mark.browser


def test_an_arabic_question_is_answered_from_right_to_left(page: Page) -> None:
    turn = ask(page, WHO_FREED)

    assert turn.locator(".question").inner_text() == WHO_FREED
    assert turn.locator(".quote").all_inner_texts() == [FREED]
    assert turn.locator(".number").all_inner_texts() == ["[1]"]
    assert turn.locator(".where").all_inner_texts() == [
        "بين البوكمال والقائم ما هو المطلوب…؟ — مصطفى حكمت العراقي — paragraph 1"
    ]
    assert turn.locator(".confidence").inner_text() == "Very likely answered in your texts"
    assert directions(turn.locator(":is(h2, blockquote, .where)")) == ["rtl"] * 3


def test_an_english_question_is_answered_from_left_to_right(page: Page) -> None:
    turn = ask(page, WHERE_ZONE)

    assert turn.locator(".question").inner_text() == WHERE_ZONE
    assert turn.locator(".quote").all_inner_texts() == [ZONE]
    assert turn.locator(".where").all_inner_texts() == ["The border — A. Writer — paragraph 1"]
    assert turn.locator(".confidence").inner_text() == "Likely answered in your texts"
    assert directions(turn.locator(":is(h2, blockquote, p)")) == ["ltr"] * 5


def test_each_paragraph_of_a_mixed_answer_goes_its_own_way(page: Page) -> None:
    turn = ask(page, BOTH)

    # The first starts with a Latin name and is Arabic, the second the other way round.
    assert turn.locator(".quote p").all_inner_texts() == [REUTERS, BINAA, FREED, FRONTS]
    assert directions(turn.locator(".quote p")) == ["rtl", "ltr", "rtl", "rtl"]
    assert directions(turn.locator(".where")) == ["rtl", "ltr", "rtl", "rtl"]
    assert directions(turn.locator(".question, .confidence")) == ["ltr", "ltr"]
    assert turn.locator(".confidence").inner_text() == "Perhaps answered in your texts: this comes nearest"
    # The number stands on the side where its quotation begins.
    sides = turn.locator(".cited").evaluate_all(
        "all => all.map(e => e.querySelector('.number').offsetLeft > e.querySelector('.quote').offsetLeft)"
    )
    assert sides == [True, False, True, True]


@pytest.mark.parametrize(("question", "direction"), [(MOON_ARABIC, "rtl"), (MOON_ENGLISH, "ltr")])
def test_without_an_answer_the_nearest_passages_are_shown_as_such(
    page: Page, question: str, direction: str
) -> None:
    turn = ask(page, question)

    # In the page's language, whatever the question's is.
    assert turn.locator(".note").all_inner_texts() == [
        "No answer was found in the texts.",
        "The passages nearest to the question:",
    ]
    assert directions(turn.locator(".question, .note")) == [direction, "ltr", "ltr"]
    assert turn.locator(".passage").all_inner_texts() == ARABIC.text.split("\n")[::-1]
    assert turn.locator(".where").all_inner_texts() == [
        f"{ARABIC.title} — {ARABIC.author} — paragraph {number}" for number in (2, 1)
    ]
    assert turn.locator(".quote, mark, .number, .confidence").count() == 0


def test_a_refused_question_gets_a_calm_message_and_nothing_is_lost(page: Page) -> None:
    ask(page, WHERE_ZONE)
    refusals = [ask(page, question).locator(".refusal") for question in (REFUSED, DAMAGED)]
    # An empty question asks nothing: it is no turn, and no refusal either.
    for empty in ("", "  "):
        box(page).fill(empty)
        box(page).press("Enter")
    ask(page, WHO_FREED)

    assert [refusal.inner_text() for refusal in refusals] == [
        "The question is too long. Shorten it to a sentence or two.",
        "The file <b>bm25.json</b> is damaged. Build the index again.",
    ]
    assert page.locator(".question").all_inner_texts() == [WHERE_ZONE, REFUSED, DAMAGED, WHO_FREED]
    assert page.locator(".quote").all_inner_texts() == [ZONE, FREED]


def test_a_fault_in_dalil_is_said_plainly_and_logged(page: Page, caplog: pytest.LogCaptureFixture) -> None:
    turn = ask(page, BROKEN)

    assert turn.locator(".refusal").inner_text() == say("failed", "en")
    logged = [record for record in caplog.records if record.name == "web.calls.chat_calls"]
    assert [(record.getMessage(), str(record.exc_info and record.exc_info[1])) for record in logged] == [
        ("The question 'Break, please.' could not be answered", "a fault")
    ]


# Language and appearance.


@pytest.mark.parametrize(
    ("locale", "direction", "words"),
    [
        ("ar-EG", "rtl", ["يجيب من وثائقك، ويريك الجملة نفسها.", "جرّب سؤالاً من هذه:", "اسأل", "English"]),
        ("en-GB", "ltr", ["Answers from your own documents, with the exact sentence.", "Try one of these:",
                          "Ask", "العربية"]),
        ("fr-FR", "ltr", ["Answers from your own documents, with the exact sentence.", "Try one of these:",
                          "Ask", "العربية"]),
    ],
)  # fmt: skip
def test_the_page_is_in_the_browsers_language(
    browser: Browser, address: str, locale: str, direction: str, words: list[str]
) -> None:
    with opened(browser, address, locale=locale) as page:
        said = page.locator(".tagline, [data-say=examples], #ask, [data-act=language]")
        assert set(said.all_inner_texts()) == set(words)
        assert set(directions(page.locator("#top, #composer, #welcome, .tagline"))) == {direction}
        # As a whole: what stands at the start in one stands at the end in the other.
        left = page.locator("h1, .tools").evaluate_all("all => all.map(e => e.getBoundingClientRect().left)")
        assert (left[0] < left[1]) == (direction == "ltr")
        picture(page, f"welcome-{locale}")


def test_the_switch_turns_the_page_and_all_that_dalil_says_and_is_remembered(page: Page) -> None:
    ask(page, WHERE_ZONE)
    ask(page, MOON_ENGLISH)
    assert page.locator(".not-found").inner_text() == "No answer was found in the texts."
    page.get_by_role("button", name="العربية").click()

    expect(page.locator(".confidence")).to_have_text("الجواب في النصوص على الأرجح")
    assert page.locator(".where").first.inner_text() == "The border — A. Writer — الفقرة 1"
    assert page.locator(".not-found").inner_text() == "لم يُعثر في النصوص على جواب."
    assert page.locator(".nearest").inner_text() == "أقرب ما فيها إلى السؤال:"
    assert directions(page.locator(".not-found, .nearest")) == ["rtl", "rtl"]
    # What was asked and quoted stays as it is.
    assert page.locator(".question").all_inner_texts() == [WHERE_ZONE, MOON_ENGLISH]
    assert page.locator(".quote").all_inner_texts() == [ZONE]
    assert box(page).get_attribute("placeholder") == "اسأل بالعربية أو بالإنجليزية"
    assert box(page).get_attribute("aria-label") == "السؤال"
    assert directions(page.locator("#top, #log, #composer")) == ["rtl"] * 3
    ask(page, REFUSED)
    assert page.locator(".refusal").inner_text() == "السؤال طويل جدّاً. اختصره في جملة أو جملتين."
    page.reload()
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    expect(page.locator("#ask")).to_have_text("اسأل")
    page.get_by_role("button", name="English").click()
    expect(page.locator("#ask")).to_have_text("Ask")


PAPER = "getComputedStyle(document.body).backgroundColor"
DARK, LIGHT = "rgb(21, 24, 26)", "rgb(250, 248, 243)"


@pytest.mark.parametrize(("scheme", "system"), [("light", LIGHT), ("dark", DARK)])
def test_it_is_dark_or_light_as_the_system_until_it_is_switched(
    browser: Browser, address: str, scheme: str, system: str
) -> None:
    with opened(browser, address, color_scheme=scheme) as page:
        assert page.evaluate(PAPER) == system
        switch = page.locator("[data-act=theme]")
        seen = []
        for name in ("light", "dark", "as the system's"):
            switch.click()
            expect(switch).to_have_attribute("aria-label", f"Appearance: {name}")
            expect(page.locator("#said")).to_have_text(f"Appearance: {name}")
            seen.append(page.evaluate(PAPER))
        assert seen == [LIGHT, DARK, system]
        switch.click()
        page.reload()
        expect(page.locator("#ask")).not_to_be_empty()
        assert page.evaluate(PAPER) == LIGHT


def test_arabic_is_set_in_the_typeface_that_comes_with_dalil(page: Page, address: str) -> None:
    ask(page, WHO_FREED)
    page.evaluate("document.fonts.ready.then(() => true)")

    loaded = "[...document.fonts].filter(f => f.status === 'loaded').map(f => f.family.replaceAll('\"', ''))"
    assert page.evaluate(loaded) == ["Dalil Naskh", "Dalil Sans"]
    for name in ("naskh", "sans"):
        with urllib.request.urlopen(f"{address}typeface/{name}.ttf") as font:
            assert font.headers["Content-Type"] == "font/ttf"
            assert font.read(4) == b"\x00\x01\x00\x00"


def test_the_skip_link_leads_to_the_question(page: Page) -> None:
    page.locator("h1").click()
    page.keyboard.press("Tab")
    skip = page.locator("#skip")
    page.locator("body").evaluate("() => document.querySelector('#skip').focus()")
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(box(page)).to_be_focused()


def test_an_answer_can_be_copied_whole(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ask(page, WHERE_ZONE)
    page.get_by_role("button", name="Copy the answer").click()

    expect(page.locator("#said")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == (
        f"{WHERE_ZONE}\n\n{ZONE} [1]\nThe border — A. Writer — paragraph 1"
    )


@pytest.mark.parametrize("host", ["attack.invalid", "attack.invalid:80"])
def test_another_name_for_this_machine_is_refused(address: str, host: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as refusal:
        urllib.request.urlopen(urllib.request.Request(address, headers={"Host": host}))
    assert refusal.value.code == 400
    refusal.value.close()


def test_an_example_is_asked_by_a_click(page: Page) -> None:
    # Of several those in the page's language.
    expect(page.get_by_role("button", name=WHO_FREED)).to_be_hidden()
    page.get_by_role("button", name=WHERE_ZONE).click()

    assert replied(page, 0).locator(".quote").all_inner_texts() == [ZONE]
    assert page.locator(".question").all_inner_texts() == [WHERE_ZONE]
    expect(page.locator("#welcome")).to_be_hidden()


def test_the_button_asks_as_enter_does(page: Page, asker: Asker) -> None:
    box(page).fill(WHERE_ZONE)
    page.get_by_role("button", name="Ask", exact=False).last.click()

    assert replied(page, 0).locator(".quote").all_inner_texts() == [ZONE]
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


def test_long_searches_keep_nobody_waiting(page: Page, browser: Browser, address: str, asker: Asker) -> None:
    asker.let_go.clear()
    waiting = asker.waiting
    for _ in range(8):
        box(page).fill(SLOW)
        box(page).press("Enter")
    expect(page.locator(".searching")).to_have_count(8)
    with opened(browser, address) as other_page:
        ask(other_page, WHERE_ZONE).locator(".number").click()
        expect(shown(other_page)).to_have_text(ZONE)
    assert asker.waiting == waiting + 8
    expect(page.locator(".searching")).to_have_count(8)
    asker.let_go.set()
    expect(page.locator(".answer")).to_have_count(8)


def test_many_states_out_of_order_ask_for_few_more(page: Page) -> None:
    """Asked again for each, a busy server was asked the quicker the more it refused."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/queue/join" in request.url else None)
    ask(page, WHERE_ZONE)
    before = len(asked)
    with page.expect_response("**/queue/join*"):
        page.evaluate(
            """async () => {
                const state = document.querySelector("#changes");
                for (let n = 0; n < 200; n++) {
                    state.dataset.changes = "-1";
                    await new Promise(queueMicrotask);
                }
            }"""
        )
    # Once for all 200, and now and then once more for what Gradio has put in its place meanwhile.
    assert 1 <= len(asked) - before <= 5


def test_two_questions_at_once_are_both_answered(page: Page) -> None:
    """What the first shows last must not come after what the second shows last."""
    for number in range(0, 12, 2):
        for question in (WHERE_ZONE, WHO_FREED):
            box(page).fill(question)
            box(page).press("Enter")
        replied(page, number)
        replied(page, number + 1)
        expect(page.locator(".searching")).to_have_count(0)
    assert page.locator(".turn").count() == 12
    assert sorted(page.locator(".quote").all_inner_texts()) == sorted([ZONE, FREED] * 6)


def test_a_double_enter_asks_once(page: Page) -> None:
    for number in range(3):
        box(page).fill(WHERE_ZONE)
        box(page).press("Enter")
        box(page).press("Enter")
        replied(page, number)
    ask(page, WHO_FREED)

    expect(page.locator(".searching")).to_have_count(0)
    assert page.locator(".question").all_inner_texts() == [WHERE_ZONE] * 3 + [WHO_FREED]


def test_a_new_turn_comes_into_view_below_the_others(page: Page) -> None:
    for number, question in enumerate((BOTH, MOON_ARABIC, BOTH, WHERE_ZONE)):
        ask(page, question)
        expect(page.locator(".turn").nth(number).locator(".question")).to_be_in_viewport()

    expect(page.locator(".question")).to_have_text([BOTH, MOON_ARABIC, BOTH, WHERE_ZONE])
    expect(page.locator(".turn").first.locator(".question")).not_to_be_in_viewport()


def test_two_readers_do_not_share_a_conversation(page: Page, browser: Browser, address: str) -> None:
    ask(page, WHO_FREED)
    with opened(browser, address) as other_page:
        ask(other_page, WHERE_ZONE)
        ask(page, MOON_ARABIC)

        assert page.locator(".question").all_inner_texts() == [WHO_FREED, MOON_ARABIC]
        assert other_page.locator(".question").all_inner_texts() == [WHERE_ZONE]


@pytest.mark.parametrize(
    ("typed", "seen"),
    [
        ("a\\u0000b", "a\ufffdb"),
        ("a\\ud800b", "a\ufffdb"),
        ("\\udc00\\ud83d", "\ufffd\ufffd"),
        ("\\ud83d\\ude42 \\u0645", "🙂 م"),
        ("\\u202eabc\\u2069\\u2066\\u202d", "\u202eabc\u2069\u2066\u202d"),
    ],
)
def test_strange_characters_in_a_question_break_nothing(page: Page, typed: str, seen: str) -> None:
    # Playwright can't type half of a surrogate pair: the page does it itself.
    box(page).evaluate(f"box => {{ box.value = '{typed}'; box.dispatchEvent(new Event('input')); }}")
    box(page).press("Enter")

    assert replied(page, 0).locator(".question").inner_text() == seen
    assert ask(page, WHERE_ZONE).locator(".quote").all_inner_texts() == [ZONE]


@pytest.mark.parametrize("question", ["a" * 100_000, "كلمة " * 20_000], ids=["one long word", "many words"])
def test_a_question_of_100_000_characters_keeps_the_page_in_shape(page: Page, question: str) -> None:
    turn = ask(page, question)

    # Of what is too long to be searched for no more is kept than shows it.
    assert turn.locator(".question").text_content() == question[: MAX_QUESTION_LENGTH + 1]
    size = turn.locator(".question").bounding_box()
    assert size is not None
    assert size["width"] <= 1280
    assert size["height"] <= 300
    assert page.evaluate("document.documentElement.scrollWidth") == 1280


def test_it_fits_a_phone(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    ask(page, BOTH)

    assert page.evaluate("document.documentElement.scrollWidth") == 390
    expect(box(page)).to_be_in_viewport()


def test_a_port_that_is_taken_is_named() -> None:
    with listen() as listener:
        port = listener.getsockname()[1]
        with pytest.raises(PortTaken, match=f"Port {port} of 127.0.0.1 is taken"):
            ui.launch(cast("Index", Library(DOCUMENTS)), port)


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
    with subprocess.Popen(
        [sys.executable, "-c", LAUNCH], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        address = first.removeprefix("Dalil listens on ").split(" ")[0]
        assert first == f"Dalil listens on {address} (Ctrl-C stops it).\n"
        assert urlsplit(address).hostname == "127.0.0.1"
        assert process.stdout.readline() == "warm\n"
        with urllib.request.urlopen(address) as response:
            assert "Dalil" in response.read().decode()
        # An open page holds a connection. That it is cut off is nothing to complain about.
        with urllib.request.urlopen(f"{address}/gradio_api/heartbeat/somebody"):
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


@pytest.mark.parametrize("route", ["upload", "process_recording", "deep_link"])
def test_gradio_writes_no_files(address: str, route: str) -> None:
    request = urllib.request.Request(f"{address}gradio_api/{route}", b"{}", {"Origin": address[:-1]})
    with pytest.raises(urllib.error.HTTPError) as refusal:
        urllib.request.urlopen(request)
    assert refusal.value.code == 403
    refusal.value.close()
