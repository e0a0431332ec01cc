"""The list of conversations in a real Chromium: found again, opened, renamed, deleted, and kept apart."""

from __future__ import annotations

import re

import pytest
from chatting import (
    FREED,
    KEPT,
    MOON_ENGLISH,
    PHONE,
    WHERE_ZONE,
    WHO_FREED,
    WIDE,
    ZONE,
    address,
    ask,
    asker,
    box,
    browser,
    kept,
    library,
    opened,
    page,
    picture,
)
from playwright.sync_api import Browser, Locator, Page, expect
from starlette.datastructures import Headers
from test_accessible import violations

from qa.messages import say
from web.server import preferences

__all__ = ["address", "asker", "browser", "library", "page"]  # fixtures
pytestmark = pytest.mark.browser


def listed(page: Page) -> Locator:
    """The conversations that the pane shows; it is opened if it isn't there."""
    pane = page.locator("#history")
    if pane.is_hidden():
        page.locator("[data-act=conversations]").click()
    expect(pane.locator("li").first).to_be_visible()
    return pane.locator("li")


def converse(page: Page, *questions: str) -> None:
    """A conversation of its own, kept."""
    if page.locator(".turn").count():
        page.get_by_role("button", name="New conversation").click()
        expect(page.locator(".turn")).to_have_count(0)
    for number, question in enumerate(questions, 1):
        ask(page, question)
        kept(page, number)


def names(items: Locator) -> list[str]:
    return items.locator(".named").all_inner_texts()


def test_conversations_are_found_opened_renamed_and_deleted(page: Page) -> None:
    converse(page, WHO_FREED, MOON_ENGLISH)
    converse(page, WHERE_ZONE)
    items = listed(page)
    assert names(items) == [WHERE_ZONE, WHO_FREED]
    expect(items.nth(0)).to_have_attribute("aria-current", "true")
    assert items.nth(1).locator(".turns").inner_text() == "questions: 2"
    # By what was asked or quoted, however it is spelled.
    search = page.get_by_label("Search the conversations")
    for words, found in (
        ("عَكاشــات", [WHO_FREED]),
        ("اقل", [WHO_FREED]),
        ("EUPHRATES", [WHERE_ZONE]),
        ("the moon", [WHO_FREED]),
    ):
        search.fill(words)
        expect(items).to_have_count(len(found))
        assert names(items) == found
    search.fill("nothing of it")
    expect(page.locator("#history .none")).to_have_text(say("no_such_conversation", "en"))
    search.fill("")
    items.nth(1).locator(".named").click()
    expect(page.locator(".question")).to_have_text([WHO_FREED, MOON_ENGLISH])
    expect(items.nth(1)).to_have_attribute("aria-current", "true")
    # What follows goes on with it.
    ask(page, WHERE_ZONE)
    kept(page, 3)
    items.nth(1).get_by_role("button", name="Rename").click()
    page.get_by_label(say("conversation_title", "en")).fill("عكاشات")
    page.keyboard.press("Enter")
    expect(items.filter(has_text="عكاشات").locator("[dir=auto]")).to_have_text("عكاشات")
    # The focus is where it was, though the list is a new one.
    renamed = items.filter(has_text="عكاشات").get_by_role("button", name="Rename")
    expect(renamed).to_be_focused()
    with page.expect_download() as saved:
        page.get_by_role("button", name=say("export", "en")).click()
        page.locator("#exports [data-format=md]").click()
    assert saved.value.suggested_filename == "عكاشات.md"
    assert saved.value.path().read_text(encoding="utf-8").startswith("# عكاشات\n")
    page.reload()
    expect(page.locator(".question")).to_have_count(3)
    assert names(listed(page)) == ["عكاشات", WHERE_ZONE]
    items.nth(1).get_by_role("button", name="Delete").click()
    expect(page.locator("#asking .about")).to_have_text(WHERE_ZONE)
    page.locator("#asking .do").click()
    expect(items).to_have_count(1)
    expect(page.locator("#said")).to_have_text(say("deleted", "en"))
    expect(page.locator("#history h2")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#history")).to_be_hidden()


def test_two_tabs_with_one_conversation_dont_overwrite_each_others(page: Page, address: str) -> None:
    converse(page, WHO_FREED)
    listed(page).get_by_role("button", name="Rename").click()
    page.get_by_label(say("conversation_title", "en")).fill("عكاشات")
    page.keyboard.press("Enter")
    expect(page.locator("#asking")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(page.locator("#history")).to_be_hidden()
    other = page.context.new_page()
    other.goto(address)
    expect(other.locator(".question")).to_have_text([WHO_FREED])
    ask(other, WHERE_ZONE)
    kept(other, 2)
    ask(page, MOON_ENGLISH)
    # The other tab's has two answers already.
    page.wait_for_function(f"async () => (await ({KEPT})()).length === 2")
    kept(page, 2)
    texts = page.evaluate(KEPT)
    assert [(WHERE_ZONE in text, MOON_ENGLISH in text) for text in texts] == [(False, True), (True, False)]
    assert all(WHO_FREED in text for text in texts)
    # What becomes two has the same name in both.
    expect(listed(page).locator(".named")).to_have_text(["عكاشات", "عكاشات"])
    page.keyboard.press("Escape")
    # And each goes on with its own.
    ask(other, WHO_FREED)
    kept(other, 3)
    page.reload()
    expect(page.locator(".question")).to_have_text([WHO_FREED, MOON_ENGLISH])


def test_a_conversation_deleted_in_another_tab_is_kept_by_who_goes_on_with_it(
    page: Page, address: str
) -> None:
    converse(page, WHO_FREED)
    other = page.context.new_page()
    other.goto(address)
    items = listed(other)
    items.first.get_by_role("button", name="Delete").click()
    other.locator("#asking .do").click()
    expect(items).to_have_count(0)
    expect(other.locator("#history .none")).to_have_text(say("no_conversations", "en"))
    ask(page, WHERE_ZONE)
    kept(page, 2)
    assert len(page.evaluate(KEPT)) == 1


def test_what_an_older_version_kept_is_in_the_list(page: Page) -> None:
    converse(page, WHO_FREED)
    (text,) = page.evaluate(KEPT)
    page.evaluate(
        """text => { localStorage.setItem("dalil-conversation", text.replace(/عكاشات/g, "راوة"));
        localStorage.removeItem("dalil-current"); sessionStorage.clear(); }""",
        text,
    )
    page.reload()
    expect(page.locator(".question")).to_have_text([WHO_FREED.replace("عكاشات", "راوة")])
    assert names(listed(page)) == [WHO_FREED.replace("عكاشات", "راوة"), WHO_FREED]
    assert page.evaluate("localStorage.getItem('dalil-conversation')") is None


@pytest.mark.parametrize(("size", "locale"), [(WIDE, "en"), (PHONE, "ar")], ids=["wide-en", "phone-ar"])
def test_axe_finds_nothing_in_the_list(
    browser: Browser, address: str, size: tuple[int, int], locale: str
) -> None:
    with opened(browser, address, size, locale=locale, reduced_motion="reduce") as page:
        page.locator("[data-act=conversations]").click()
        expect(page.locator("#history .none")).to_be_visible()
        assert violations(page) == []
        page.keyboard.press("Escape")
        for question, quote in ((WHO_FREED, FREED), (WHERE_ZONE, ZONE)):
            assert ask(page, question).locator(".quote").inner_text() == quote
        kept(page, 2)
        listed(page)
        picture(page, f"conversations-{locale}")
        assert violations(page) == []
        # On a phone the list makes room for what was opened.
        page.locator("#history .named").first.click()
        expect(page.locator("#history")).to_be_visible(visible=size == WIDE)
        expect(box(page)).to_be_visible()


def test_users_of_one_browser_have_each_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    pages = []
    for name in ("salma", "sami", None):
        monkeypatch.setattr(preferences, "user", lambda name=name: name)
        pages.append(preferences.dress(b'<html lang="en"><head></head></html>', Headers({})))
    assert len(set(pages)) == 3
    assert b"data-user" not in pages[2]
    # What is kept for her is told from others' by this, which isn't her name.
    [kept] = re.findall(rb'data-user="(.+?)"', pages[0])
    assert b"salma" not in kept
