"""What is done with answers in a real browser: why, follow-ups, verdicts, keeping and saving them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import docx
import pytest
from chatting import (
    ANSWERS,
    ARABIC,
    BOTH,
    ENGLISH,
    FOLLOW_UP,
    FREED,
    MOON_ARABIC,
    PHONE,
    REFUSED,
    REUTERS,
    SLOW,
    WHERE_ZONE,
    WHO_FREED,
    ZONE,
    Asker,
    Library,
    ask,
    asker,
    box,
    browser,
    kept,
    new_context,
    opened,
    page,
    picture,
    reader,
    replied,
    served,
    shown,
)
from fake_encoder import FakeEncoder
from playwright.sync_api import Browser, Download, Page, Route, expect
from test_accessible import violations

from index import Document, Index
from qa.feedback import judgements
from qa.messages import say

__all__ = ["asker", "browser", "page"]  # fixtures
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    """What the answers are from, as an index: the reasons for a passage come from one."""
    folder = tmp_path_factory.mktemp("index") / "index"
    return Index.build([ARABIC, ENGLISH], folder, encoder=FakeEncoder(), show_progress=False)


@pytest.fixture(scope="module")
def address(index: Index, asker: Asker) -> Iterator[str]:
    with served(index, asker) as where:
        yield where


# Why this passage?


def test_why_a_passage_was_found_opens_beside_the_answer_and_closes(page: Page) -> None:
    turn = ask(page, WHERE_ZONE)
    why = turn.get_by_role("button", name="Why this passage?")
    why.focus()
    page.keyboard.press("Enter")

    pane = reader(page)
    expect(pane.locator("h2")).to_be_focused()
    expect(pane.locator("h2")).to_have_text("Why this passage?")
    expect(pane).to_have_attribute("aria-label", "Why this passage?")
    expect(pane.locator(".author")).to_have_text("The border — A. Writer — paragraph 1")
    assert pane.locator(".why-text").inner_text() == ENGLISH.text.split("\n")[0]
    assert pane.locator(".why mark.same-word").all_inner_texts()[0] == say("same_word", "en")
    assert pane.locator(".why figcaption").count() == 3
    expect(turn.locator(".number")).to_have_attribute("data-shown", "")
    assert violations(page) == []
    # The language switches all of it.
    page.get_by_role("button", name="العربية").click()
    expect(pane.locator("h2")).to_have_text("لماذا هذا المقطع؟")
    expect(pane).to_have_attribute("aria-label", "لماذا هذا المقطع؟")
    expect(pane.locator("figcaption").last).to_have_text(say("score", "ar"))
    # From there to the document, and back.
    pane.get_by_role("button", name="نصّ الوثيقة").click()
    expect(shown(page)).to_have_text(ZONE)
    expect(pane).to_have_attribute("aria-label", "نصّ الوثيقة")
    pane.get_by_role("button", name="لماذا هذا المقطع؟").click()
    expect(pane.locator(".why")).to_be_visible()
    page.keyboard.press("Escape")
    expect(pane).to_be_hidden()
    expect(turn.locator(".why-this")).to_be_focused()


def test_the_reasons_are_leafed_through_as_the_quotations_are(page: Page) -> None:
    ask(page, WHO_FREED)
    turn = ask(page, MOON_ARABIC)
    turn.locator(".near .why-this").first.click()
    pane = reader(page)
    expect(pane.locator(".place")).to_have_text("1 / 2")
    # REUTERS begins with a Latin name and is Arabic.
    expect(pane.locator(".why-text")).to_have_text(REUTERS)
    expect(pane.locator(".why-text")).to_have_attribute("dir", "rtl")
    page.keyboard.press("Alt+ArrowDown")
    expect(pane.locator(".place")).to_have_text("2 / 2")
    expect(pane.locator(".why-text")).to_have_text(ARABIC.text.split("\n")[0])
    # A citation's number always opens the document.
    page.locator(".number").click()
    expect(shown(page)).to_have_text(FREED)


def test_of_a_passage_that_has_gone_the_pane_says_so(page: Page, index: Index) -> None:
    turn = ask(page, WHERE_ZONE)
    try:
        index.update([Document("Nothing of it is left.", title="The border", id=ENGLISH.id)])
        turn.locator(".why-this").click()
        expect(reader(page).locator(".note")).to_have_text(say("passage_gone", "en"))
        expect(reader(page).locator(".why")).to_have_count(0)
    finally:
        index.update([ENGLISH])


# Follow-ups.


def test_a_follow_up_shows_what_was_searched_for_and_can_be_asked_as_it_stands(page: Page) -> None:
    ask(page, WHO_FREED)
    turn = ask(page, FOLLOW_UP)

    assert turn.locator(".quote").all_inner_texts() == [REUTERS]
    assert turn.locator(".searched p").inner_text() == f"Searched for: {FOLLOW_UP} {WHO_FREED}"
    assert page.locator(".searched").count() == 1
    picture(page, "follow-up")
    assert violations(page) == []
    page.get_by_role("button", name="العربية").click()
    expect(turn.locator(".searched p")).to_contain_text("عبارة البحث:")
    turn.get_by_role("button", name="ابحث عن السؤال كما كُتب").click()
    # In its place, without the turns before.
    expect(turn.locator(".not-found")).to_be_visible()
    assert page.locator(".question").all_inner_texts() == [WHO_FREED, FOLLOW_UP]
    assert page.locator(".searched").count() == 0


# The history.


def test_a_conversation_survives_a_reload_and_can_be_begun_anew(page: Page) -> None:
    ask(page, WHO_FREED)
    ask(page, FOLLOW_UP)
    ask(page, REFUSED)
    kept(page, 2)
    page.reload()

    # A question that was refused had no answer to keep.
    expect(page.locator(".question")).to_have_text([WHO_FREED, FOLLOW_UP])
    assert page.locator(".quote").all_inner_texts() == [FREED, REUTERS]
    expect(page.locator("#welcome")).to_be_hidden()
    page.locator(".number").first.click()
    expect(shown(page)).to_have_text(FREED)
    # What follows leans on it, as before.
    assert ask(page, FOLLOW_UP).locator(".searched").count() == 1
    page.get_by_role("button", name="New conversation").click()
    expect(page.locator(".turn")).to_have_count(0)
    expect(page.locator("#reader")).to_be_hidden()
    expect(page.locator("#welcome")).to_be_visible()
    expect(box(page)).to_be_focused()
    for name in ("New conversation", "Save the conversation"):
        expect(page.get_by_role("button", name=name)).to_be_hidden()
    assert ask(page, FOLLOW_UP).locator(".searched").count() == 0
    kept(page, 1)
    page.reload()
    expect(page.locator(".question")).to_have_text([FOLLOW_UP])


def test_what_was_cleared_by_mistake_comes_back(page: Page) -> None:
    ask(page, WHO_FREED)
    kept(page, 1)
    page.get_by_role("button", name="New conversation").click()
    back = page.get_by_role("button", name="Back to the last conversation")
    assert violations(page) == []
    back.click()
    expect(page.locator(".question")).to_have_text([WHO_FREED])


def test_what_could_not_be_taken_up_again_comes_back_before_it_is_lost(
    browser: Browser, address: str
) -> None:
    # The browser complains of what doesn't reach Dalil.
    context = new_context(browser, locale="en")
    page = context.new_page()
    page.goto(address)
    ask(page, WHO_FREED)
    kept(page, 1)

    def fail(route: Route) -> None:
        if "restore" in (route.request.post_data or ""):
            route.abort()
        else:
            route.continue_()

    calls = re.compile("component_server")
    page.route(calls, fail)
    page.reload()
    expect(page.locator("#trouble")).to_be_visible()
    expect(page.locator("#said")).to_have_text(say("out_of_reach", "en"))
    expect(page.locator(".turn")).to_have_count(0)
    page.unroute(calls)
    page.get_by_role("button", name="Back to the last conversation").click()
    expect(page.locator(".question")).to_have_text([WHO_FREED])
    expect(page.locator("#trouble")).to_be_hidden()
    ask(page, WHERE_ZONE)
    kept(page, 2)
    context.close()


def test_a_browser_that_may_store_nothing_asks_all_the_same(page: Page) -> None:
    page.add_init_script(
        """for (const name of ["sessionStorage", "localStorage", "indexedDB"]) {
            Object.defineProperty(window, name, {get: () => { throw new DOMException("no"); }});
        }"""
    )
    page.reload()
    assert ask(page, WHERE_ZONE).locator(".quote").all_inner_texts() == [ZONE]
    assert ask(page, FOLLOW_UP).locator(".quote").all_inner_texts() == [REUTERS]


def test_an_answer_on_its_way_does_not_come_into_a_new_conversation(page: Page, asker: Asker) -> None:
    ask(page, WHO_FREED)
    asker.let_go.clear()
    box(page).fill(SLOW)
    box(page).press("Enter")
    expect(page.locator(".searching")).to_be_visible()
    page.get_by_role("button", name="New conversation").click()
    expect(page.locator(".turn")).to_have_count(0)
    ask(page, WHERE_ZONE)
    before = asker.answered.count(SLOW)
    asker.let_go.set()
    while asker.answered.count(SLOW) == before:
        page.wait_for_timeout(10)
    # It is on its way, and is there before the answer to what is asked now.
    ask(page, WHO_FREED)
    expect(page.locator(".question")).to_have_text([WHERE_ZONE, WHO_FREED])
    assert page.locator(".quote").all_inner_texts() == [ZONE, FREED]


def test_a_conversation_survives_the_server_and_what_changed_is_told_as_such(browser: Browser) -> None:
    library = Library({ARABIC.id: ARABIC, ENGLISH.id: ENGLISH})
    context = new_context(browser, locale="en")
    page = context.new_page()
    with served(library, Asker(ANSWERS)) as address:
        page.goto(address)
        ask(page, WHERE_ZONE)
        ask(page, BOTH)
        kept(page, 2)
    page.close()
    port = int(address.rstrip("/").rsplit(":", 1)[1])
    library.documents[ENGLISH.id] = Document(f"New. {ENGLISH.text}", title="New", id=ENGLISH.id)
    with served(library, Asker(ANSWERS), port=port) as address:
        page = context.new_page()
        page.goto(address)
        first, second = page.locator("#turn-0"), page.locator("#turn-1")
        expect(first.locator(".gone")).to_have_text(say("no_longer_there", "en"))
        assert first.locator(".lost .quote").all_inner_texts() == [ZONE]
        assert first.locator(".where").all_inner_texts() == ["The border — A. Writer — paragraph 1"]
        assert first.locator("a, .confidence").count() == 0
        assert second.locator("a.number").all_inner_texts() == ["[1]", "[3]", "[4]"]
        assert second.locator(".lost .number").all_inner_texts() == ["[2]"]
        picture(page, "lost")
        assert violations(page) == []
    context.close()


@pytest.mark.parametrize(
    "stored",
    [
        "{",
        "[[[[",
        '{"format": "dalil conversation", "version": 99, "turns": []}',
        '{"format": "dalil conversation", "version": 1, "turns": [{"question": "<script>"}]}',
    ],
)
def test_a_broken_history_starts_afresh(page: Page, stored: str) -> None:
    page.evaluate("text => localStorage.setItem('dalil-conversation', text)", stored)
    page.reload()
    expect(page.locator("#welcome")).to_be_visible()
    assert ask(page, WHERE_ZONE).locator(".quote").all_inner_texts() == [ZONE]
    kept(page, 1)


def test_a_new_tab_has_the_last_conversation_and_goes_on_with_it(page: Page, address: str) -> None:
    ask(page, WHO_FREED)
    kept(page, 1)
    other = page.context.new_page()
    other.goto(address)
    expect(other.locator(".question")).to_have_text([WHO_FREED])
    ask(other, WHERE_ZONE)
    kept(other, 2)
    expect(page.locator(".question")).to_have_text([WHO_FREED])
    page.reload()
    expect(page.locator(".question")).to_have_text([WHO_FREED, WHERE_ZONE])


# Export.


def test_the_conversation_is_saved_as_markdown(page: Page) -> None:
    ask(page, WHO_FREED)
    ask(page, MOON_ARABIC)
    text = exported(page, "md").read_text("utf-8")
    assert text.startswith("# المحادثة · Conversation\n")
    assert re.findall("^## (.*)$", text, re.MULTILINE) == [WHO_FREED, MOON_ARABIC]
    assert f"> {FREED}" in text
    assert "مصطفى حكمت العراقي" in text
    assert "لم يُعثر في النصوص على جواب" in text
    expect(page.locator("#said")).to_have_text(say("saved", "en"))


def test_the_conversation_is_saved_for_word_and_its_references_for_managers(page: Page) -> None:
    ask(page, WHO_FREED)
    ask(page, WHERE_ZONE)
    written = docx.Document(str(exported(page, "docx")))
    quotes = [one for one in written.paragraphs if one.style is not None and one.style.name == "Quote"]
    assert [one.text for one in quotes] == [FREED, ZONE]
    assert exported(page, "ris").read_text("utf-8").count("TY  - GEN") == 2
    assert "title = {The border}" in exported(page, "bib").read_text("utf-8")
    titles = [item["title"] for item in json.loads(exported(page, "json").read_text("utf-8"))]
    assert titles == [ARABIC.title, ENGLISH.title]
    page.get_by_role("button", name="العربية").click()
    page.get_by_role("button", name="حفظ المحادثة").click()
    expect(page.locator("#exports")).to_be_visible()
    picture(page, "exports-ar")
    assert violations(page) == []


def exported(page: Page, ending: str) -> Path:
    """What the menu saves as a file of a type."""
    page.get_by_role("button", name="Save the conversation").click()
    with page.expect_download() as found:
        page.locator(f"#exports [data-format={ending}]").click()
    expect(page.locator("#exports")).to_be_hidden()
    download: Download = found.value
    day = page.evaluate("new Date().toLocaleDateString('sv')")
    assert download.suggested_filename == f"dalil-{day}.{ending}"
    return Path(download.path())


# Verdicts.


def test_an_answer_is_judged_and_the_verdict_can_be_changed(page: Page) -> None:
    turn = ask(page, WHERE_ZONE)
    ask(page, MOON_ARABIC)
    right = turn.get_by_role("button", name="This is right")
    wrong = turn.get_by_role("button", name="This isn't right")
    expect(right).to_have_attribute("aria-pressed", "false")
    wrong.focus()
    page.keyboard.press("Space")
    expect(wrong).to_have_attribute("aria-pressed", "true")
    said = page.locator("#said")
    expect(said).to_have_text(say("verdict_kept", "en"))
    expect(wrong).to_be_focused()
    # Everybody is told, for some seconds, beside the box that is typed in.
    expect(said).to_have_class("")
    assert said.evaluate("e => getComputedStyle(e).animationName") == "said"
    page.emulate_media(reduced_motion="reduce")
    assert said.evaluate("e => getComputedStyle(e).animationName") == "none"
    shown, typed = said.bounding_box(), page.locator("#composer").bounding_box()
    assert shown
    assert typed
    assert shown["height"] > 20
    assert shown["y"] + shown["height"] < typed["y"]
    picture(page, "judged-said")
    expect(said).to_have_class("unseen")
    expect(said).to_have_text(say("verdict_kept", "en"))
    right.click()
    expect(right).to_have_attribute("aria-pressed", "true")
    expect(wrong).to_have_attribute("aria-pressed", "false")
    # That the texts don't answer can be right too.
    page.locator("#turn-1 [data-verdict=right]").click()
    expect(page.locator("#turn-1 [data-verdict=right]")).to_have_attribute("aria-pressed", "true")
    picture(page, "judged")
    assert violations(page) == []
    judged = [(one.question, one.verdict) for one in judgements.read().judged]
    assert judged == [(WHERE_ZONE, "right"), (MOON_ARABIC, "right")]
    kept(page, 2)
    page.reload()
    expect(page.locator("[aria-pressed=true]")).to_have_count(2)


def test_where_nothing_may_be_written_answers_are_not_judged(browser: Browser, index: Index) -> None:
    with served(index, Asker(ANSWERS), read_only=True) as address, opened(browser, address) as page:
        turn = ask(page, WHERE_ZONE)
        assert turn.locator(".actions button").all_inner_texts() == ["Copy the answer"]
        assert ask(page, MOON_ARABIC).locator(".actions").count() == 0
        expect(page.get_by_role("button", name="Save the conversation")).to_be_visible()


# On a phone; and without a server.


@pytest.mark.parametrize(("locale", "scheme"), [("ar", "light"), ("en", "dark")])
def test_on_a_phone_a_tap_beside_the_sheet_closes_it(
    browser: Browser, address: str, locale: str, scheme: str
) -> None:
    with opened(browser, address, PHONE, locale=locale, color_scheme=scheme) as page:
        turn = ask(page, WHERE_ZONE)
        turn.locator(".why-this").tap()
        expect(reader(page).locator(".why")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") == PHONE[0]
        assert violations(page) == []
        picture(page, f"phone-why-{locale}-{scheme}")
        reader(page).locator(".why-text").tap()
        expect(page.locator("#reader")).to_be_visible()
        page.touchscreen.tap(PHONE[0] / 2, 20)
        expect(page.locator("#reader")).to_be_hidden()
        assert page.evaluate("document.documentElement.dataset.theme") == "system"
        ask(page, FOLLOW_UP)
        assert page.evaluate("document.documentElement.scrollWidth") == PHONE[0]
        picture(page, f"phone-turns-{locale}-{scheme}")


def test_a_question_that_does_not_reach_dalil_is_given_back(browser: Browser, address: str) -> None:
    context = new_context(browser, locale="en")
    page = context.new_page()
    page.goto(address)
    ask(page, WHERE_ZONE)
    context.set_offline(True)
    box(page).fill(WHO_FREED)
    box(page).press("Enter")
    expect(page.locator("#trouble")).to_have_text(say("out_of_reach", "en"))
    expect(page.locator("#said")).to_have_text(say("out_of_reach", "en"))
    expect(box(page)).to_have_value(WHO_FREED)
    picture(page, "unreachable")
    assert page.locator(".question").all_inner_texts() == [WHERE_ZONE]
    context.set_offline(False)
    box(page).press("Enter")
    replied(page, 1)
    expect(page.locator("#trouble")).to_be_hidden()
    context.close()


def test_a_question_without_an_answer_yet_is_given_back_after_a_reload(
    browser: Browser, address: str, asker: Asker
) -> None:
    # Gradio complains of the answer that is cut off.
    context = new_context(browser, locale="en")
    page = context.new_page()
    page.goto(address)
    asker.let_go.clear()
    box(page).fill(SLOW)
    box(page).press("Enter")
    expect(page.locator(".searching")).to_be_visible()
    page.reload()
    expect(box(page)).to_have_value(SLOW)
    asker.let_go.set()
    box(page).press("Enter")
    replied(page, 0)
    kept(page, 1)
    page.reload()
    expect(page.locator(".turn")).to_have_count(1)
    expect(box(page)).to_have_value("")
    context.close()
