"""The reading pane in a real browser: citations open their document, by mouse and by keyboard."""

from __future__ import annotations

import re

import pytest
from chatting import (
    ARABIC,
    BINAA,
    BOOK,
    BOTH,
    ENGLISH,
    FREED,
    FRONTS,
    IN_THE_BOOK,
    MOON_ARABIC,
    PARAGRAPHS,
    PHONE,
    REUTERS,
    WHERE_ZONE,
    WHO_FREED,
    WIDE,
    ZONE,
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
    reader,
    shown,
)  # fmt: skip
from playwright.sync_api import Browser, Page, Route, expect

from index import Document
from qa.messages import say

__all__ = ["address", "asker", "browser", "library", "page"]  # fixtures
pytestmark = pytest.mark.browser


def test_a_number_opens_its_document_at_the_quotation(page: Page) -> None:
    turn = ask(page, BOTH)
    turn.locator(".number").nth(2).click()

    pane = reader(page)
    assert pane.locator("h2").inner_text() == ARABIC.title
    assert pane.locator(".author").inner_text() == ARABIC.author
    assert pane.locator(".paragraph p").all_inner_texts() == ARABIC.text.split("\n")
    assert pane.locator(".count").all_inner_texts() == ["1", "2"]
    # All that the answer quotes from it is marked, and the one that was asked for stands out.
    assert pane.locator("mark").all_inner_texts() == [FRONTS, FREED, REUTERS]
    expect(shown(page)).to_have_text(FREED)
    expect(shown(page)).to_be_focused()
    expect(shown(page)).to_be_in_viewport()
    expect(turn.locator(".number[data-shown]")).to_have_text("[3]")
    # Beside the chat: neither covers the other.
    log, side = (page.locator(name).bounding_box() for name in ("#log", "#reader"))
    assert log is not None
    assert side is not None
    assert log["x"] + log["width"] <= side["x"]
    picture(page, "reading-en-light")


def test_every_paragraph_of_a_document_goes_its_own_way(page: Page) -> None:
    ask(page, BOTH).locator(".number").nth(1).click()

    pane = reader(page)
    assert pane.locator("h2").inner_text() == ENGLISH.title
    assert directions(pane.locator(".paragraph p")) == ["ltr", "ltr"]
    expect(shown(page)).to_have_text(BINAA)
    page.keyboard.press("Alt+ArrowUp")
    expect(shown(page)).to_have_text(REUTERS)
    assert directions(pane.locator(".paragraph p")) == ["rtl", "rtl"]
    assert directions(pane.locator("h2, .author")) == ["rtl", "rtl"]


def test_keys_lead_from_citation_to_citation_and_are_named_in_the_pane(page: Page) -> None:
    ask(page, WHERE_ZONE)
    ask(page, BOTH)
    page.locator(".number").first.click()
    pane = reader(page)

    assert pane.locator("kbd").all_inner_texts() == ["Alt ↑", "Alt ↓", "Esc"]
    keys = pane.get_by_role("button").evaluate_all("all => all.map(e => e.getAttribute('aria-keyshortcuts'))")
    assert keys[:3] == ["Alt+ArrowUp", "Alt+ArrowDown", "Escape"]
    expect(shown(page)).to_have_text(ZONE)
    for quote in (REUTERS, BINAA, FREED, FRONTS):
        page.keyboard.press("Alt+ArrowDown")
        expect(shown(page)).to_have_text(quote)
        expect(shown(page)).to_be_focused()
    expect(pane.locator(".place")).to_have_text("5 / 5")
    expect(pane.get_by_role("button", name="Next quotation")).to_be_disabled()
    page.keyboard.press("Alt+ArrowDown")
    for quote in (FREED, BINAA):
        page.keyboard.press("Alt+ArrowUp")
        expect(shown(page)).to_have_text(quote)
    pane.get_by_role("button", name="Previous quotation").click()
    expect(shown(page)).to_have_text(REUTERS)
    page.keyboard.press("Escape")
    expect(pane).to_be_hidden()
    # Back where it was opened from, or rather where it came to.
    expect(page.locator("#turn-1 .number").first).to_be_focused()
    expect(page.locator("[data-shown]")).to_have_count(0)


def test_the_keys_are_the_text_fields_own_while_one_types(page: Page) -> None:
    ask(page, BOTH).locator(".number").first.click()
    expect(shown(page)).to_have_text(REUTERS)
    box(page).fill("one")
    box(page).press("Alt+ArrowDown")
    box(page).press("ArrowDown")
    # Without Alt they scroll, and belong to whoever listens to the page.
    page.locator("#reader .scroll").focus()
    page.keyboard.press("ArrowDown")
    # A key counts from what was asked for: had one of these counted, this would lead further.
    page.keyboard.press("Alt+ArrowDown")
    expect(shown(page)).to_have_text(BINAA)
    expect(reader(page).locator(".place")).to_have_text("2 / 4")


def test_a_citation_is_opened_by_the_keyboard_alone(page: Page) -> None:
    ask(page, WHO_FREED)
    # From the question box past "ask within", the two thumbs, "copy" and "why".
    for _ in range(6):
        page.keyboard.press("Shift+Tab")
    expect(page.locator(".number")).to_be_focused()
    page.keyboard.press("Enter")

    expect(shown(page)).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".number")).to_be_focused()


@pytest.mark.parametrize("clipboard", [True, False], ids=["clipboard", "without a clipboard"])
def test_a_quotation_is_copied_with_its_reference(page: Page, clipboard: bool) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ask(page, WHO_FREED).locator(".number").click()
    if not clipboard:  # as on a page that comes over plain HTTP from another machine
        page.evaluate("() => { navigator.clipboard.writeText = undefined; }")
    button = reader(page).get_by_role("button", name="Copy with its reference")
    button.click()

    expect(page.locator("#said")).to_have_text("Copied")
    expect(button).to_be_focused()
    assert page.evaluate("navigator.clipboard.readText()") == (
        f"«{FREED}» — {ARABIC.title} — {ARABIC.author} — paragraph 1"
    )


def test_of_a_book_the_part_round_the_quotation_opens_and_the_rest_on_demand(page: Page) -> None:
    ask(page, IN_THE_BOOK).locator(".number").click()
    pane = reader(page)

    expect(shown(page)).to_be_in_viewport()
    counts = pane.locator(".count")
    assert counts.all_inner_texts() == [str(n) for n in range(2480, 2540)]
    assert PARAGRAPHS == 5000
    before = shown(page).bounding_box()
    pane.locator("[data-act=earlier]").dispatch_event("click")
    expect(counts).to_have_count(120)
    # What is being read doesn't move.
    assert shown(page).bounding_box() == pytest.approx(before, abs=1)
    pane.locator("[data-act=later]").dispatch_event("click")
    expect(counts).to_have_count(180)
    assert counts.all_inner_texts() == [str(n) for n in range(2420, 2600)]
    expect(shown(page)).to_have_count(1)
    expect(page.locator("#reader .paragraph").nth(120)).to_be_focused()


def test_more_is_shown_of_what_was_opened_when_another_link_has_its_id(page: Page) -> None:
    ask(page, WHO_FREED)
    turn = ask(page, IN_THE_BOOK)
    turn.locator(".number").click()
    expect(shown(page)).to_be_in_viewport()
    # As when the question is searched for again as it stands.
    turn.locator(".number").evaluate(
        "(link, other) => Object.assign(link.dataset, {document: other, start: '0', end: '1', check: ''})",
        ARABIC.id,
    )
    pane = reader(page)
    pane.locator("[data-act=later]").click()
    expect(pane.locator(".count")).to_have_text([str(n) for n in range(2480, 2600)])
    # What has its place now is another quotation.
    expect(page.locator("a[data-shown]")).to_have_count(0)
    expect(pane.locator("[data-act=other-view]")).to_be_hidden()


def test_at_a_books_ends_there_is_no_more(page: Page) -> None:
    ask(page, WHO_FREED).locator(".number").click()
    pane = reader(page)
    expect(pane.locator("[data-act=earlier]")).to_be_hidden()
    expect(pane.locator("[data-act=later]")).to_be_hidden()


def test_one_of_the_nearest_passages_opens_too(page: Page) -> None:
    ask(page, WHO_FREED)
    ask(page, MOON_ARABIC).locator(".place").first.click()

    expect(shown(page)).to_have_text(REUTERS)
    expect(shown(page)).to_have_class("whole")
    # The keys lead through these passages, and from a quotation through the quotations.
    expect(reader(page).locator(".place")).to_have_text("1 / 2")
    page.keyboard.press("Alt+ArrowDown")
    expect(shown(page)).to_contain_text(FREED)
    expect(reader(page).locator(".place")).to_have_text("2 / 2")
    page.locator(".number").click()
    expect(shown(page)).to_have_text(FREED)
    expect(reader(page).locator(".place")).to_have_text("1 / 1")


INSETS = """cited => {
  const [head, box] = ["#top", "#composer"].map((one) => document.querySelector(one).getBoundingClientRect());
  const own = cited.getBoundingClientRect();
  return [own.top - head.bottom, box.top - own.bottom];
}"""


def test_the_chat_follows_the_keys(page: Page) -> None:
    for _ in range(3):
        ask(page, BOTH)
    page.locator(".number").last.click()
    first = page.locator(".number").first
    expect(first).not_to_be_in_viewport()
    for place in range(11, 0, -1):
        page.keyboard.press("Alt+ArrowUp")
        expect(reader(page).locator(".place")).to_have_text(f"{place} / 12")
        # The whole quotation is in view, neither behind the head nor behind the question box.
        top, bottom = page.locator(".cited:has([data-shown])").evaluate(INSETS)
        assert min(top, bottom) >= 0, place

    expect(first).to_be_in_viewport()


SERVER_CALLS = re.compile("component_server")


def test_keys_count_from_what_was_asked_for_not_from_what_is_shown_yet(page: Page) -> None:
    """The server's answers are held back until all keys are pressed, and come in the wrong order."""
    for _ in range(3):
        ask(page, BOTH)
    held: list[Route] = []
    page.route(SERVER_CALLS, lambda route: held.append(route))
    with page.expect_request(SERVER_CALLS):
        page.locator(".number").last.click()
    for key in ("Alt+ArrowUp", "Alt+ArrowUp", "Alt+ArrowUp", "Alt+ArrowDown"):
        with page.expect_request(SERVER_CALLS):
            page.keyboard.press(key)
    for route in reversed(held):
        route.continue_()
    page.unroute(SERVER_CALLS)
    expect(reader(page).locator(".place")).to_have_text("10 / 12")
    expect(shown(page)).to_be_focused()
    assert len(held) == 5


def test_escape_before_the_pane_is_there_keeps_it_closed(page: Page) -> None:
    ask(page, WHO_FREED)
    held: list[Route] = []
    page.route(SERVER_CALLS, lambda route: held.append(route))
    with page.expect_request(SERVER_CALLS):
        page.locator(".number").click()
    page.keyboard.press("Escape")
    with page.expect_response(SERVER_CALLS) as answered:
        for route in held:
            route.continue_()
    answered.value.finished()
    page.unroute(SERVER_CALLS)
    # The page has dealt with the answer by the time that it has dealt with a later one.
    ask(page, WHERE_ZONE)
    expect(page.locator("#reader")).to_be_hidden()


def test_no_key_is_lost_on_a_slow_machine(page: Page) -> None:
    for _ in range(3):
        ask(page, BOTH)
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": 10})
    page.locator(".number").last.click()
    for _ in range(11):
        page.keyboard.press("Alt+ArrowUp")
    expect(reader(page).locator(".place")).to_have_text("1 / 12")
    for _ in range(5):
        page.keyboard.press("Alt+ArrowDown")
    expect(reader(page).locator(".place")).to_have_text("6 / 12")


def test_the_pane_speaks_the_pages_language(page: Page) -> None:
    ask(page, WHO_FREED).locator(".number").click()
    expect(shown(page)).to_have_text(FREED)
    page.get_by_role("button", name="العربية").click()

    pane = reader(page)
    expect(pane.locator("[data-act=copy-quotation]")).to_have_text("نسخ الاقتباس مع مرجعه")
    expect(pane).to_have_attribute("aria-label", "نصّ الوثيقة")
    side = pane.bounding_box()
    assert side is not None
    assert side["x"] == 0
    expect(shown(page)).to_have_text(FREED)
    # What the language is changed by isn't left.
    expect(page.get_by_role("button", name="English")).to_be_focused()
    picture(page, "reading-ar-light")


def test_a_new_answer_leaves_the_pane_as_it_is(page: Page) -> None:
    ask(page, WHO_FREED).locator(".number").click()
    expect(shown(page)).to_have_text(FREED)
    ask(page, WHERE_ZONE)

    expect(shown(page)).to_have_text(FREED)
    expect(page.locator("#turn-0 .number")).to_have_attribute("data-shown", "")
    page.keyboard.press("Escape")
    expect(page.locator("#reader")).to_be_hidden()


def test_a_document_that_changed_or_went_is_not_misquoted(page: Page, library: Library) -> None:
    turn = ask(page, WHERE_ZONE)
    try:
        library.documents[ENGLISH.id] = Document("Other words. " + ENGLISH.text, title="New", id=ENGLISH.id)
        turn.locator(".number").click()
        pane = reader(page)
        expect(pane.locator(".note")).to_have_text(say("document_changed", "en"))
        expect(pane.locator("mark")).to_have_count(0)
        expect(pane.locator("[data-act=copy-quotation]")).to_be_hidden()
        del library.documents[ENGLISH.id]
        turn.locator(".number").click()
        expect(pane.locator(".note")).to_have_text(say("document_gone", "en"))
        expect(pane.locator(".paragraph")).to_have_count(0)
        # What is shown of the answer doesn't need the document.
        page.get_by_role("button", name="العربية").click()
        expect(pane.locator(".note")).to_have_text(say("document_gone", "ar"))
        expect(turn.locator(".where")).to_have_text("The border — A. Writer — الفقرة 1")
    finally:
        library.documents[ENGLISH.id] = ENGLISH


@pytest.mark.parametrize(("locale", "scheme"), [("ar", "light"), ("en", "dark")])
def test_on_a_phone_it_is_a_sheet_over_the_chat(
    browser: Browser, address: str, locale: str, scheme: str
) -> None:
    with opened(browser, address, PHONE, locale=locale, color_scheme=scheme) as page:
        ask(page, BOTH)
        page.locator(".number").nth(2).tap()
        pane = reader(page)
        expect(shown(page)).to_be_in_viewport()
        sheet = pane.bounding_box()
        assert sheet is not None
        assert (sheet["x"], sheet["width"], sheet["y"] + sheet["height"]) == (0, PHONE[0], PHONE[1])
        assert page.evaluate("document.documentElement.scrollWidth") == PHONE[0]
        expect(pane).to_have_attribute("role", "dialog")
        # Nothing behind it can be reached.
        assert (
            page.locator("#top, #log, #composer").evaluate_all("all => all.map(e => e.inert)") == [True] * 3
        )
        picture(page, f"phone-reading-{locale}-{scheme}")
        pane.locator("[data-act=close]").tap()
        expect(pane).to_be_hidden()
        assert (
            page.locator("#top, #log, #composer").evaluate_all("all => all.map(e => e.inert)") == [False] * 3
        )
        page.locator(".number").first.tap()
        expect(shown(page)).to_have_text(REUTERS)
        page.keyboard.press("Escape")
        expect(pane).to_be_hidden()
        picture(page, f"phone-chat-{locale}-{scheme}")


def test_where_there_comes_to_be_room_the_sheet_moves_beside_the_chat(browser: Browser, address: str) -> None:
    with opened(browser, address, (500, 800)) as page:
        ask(page, WHERE_ZONE).locator(".number").click()
        expect(reader(page)).to_have_attribute("role", "dialog")
        # Its keys are named where there is room for them, and a keyboard.
        expect(reader(page).locator("kbd:visible")).to_have_count(0)
        page.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})
        expect(reader(page)).to_have_attribute("role", "complementary")
        expect(reader(page).locator("kbd:visible")).to_have_count(3)
        assert page.locator("#log").evaluate("e => e.inert") is False
        assert BOOK.title not in reader(page).inner_text()
