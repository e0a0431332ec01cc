"""Web pages in the chat, in a real browser: added, cited, refreshed and refused, in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from chatting import ask, browser, directions, picture, reader, shown
from own_documents import create, encoder, library, reading, serving
from playwright.sync_api import Browser, Locator, Page, expect
from test_accessible import violations
from test_web_pages import TODAY
from web_site import Site, http, site_served

from qa.collections.library import Library
from qa.messages import say, say_as_of
from web.calls.collection_calls import Collections

__all__ = ["browser", "encoder", "library"]  # fixtures
pytestmark = pytest.mark.browser

FLOOD, DRY = "يفيض النهر في الربيع.", "جفّ النهر هذا العام."


def river(text: str) -> bytes:
    return http(f"<!doctype html><title>صفحة النهر</title><h1>النهر</h1><p>{text}</p>")


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with site_served() as made:
        yield made


@pytest.fixture(scope="module")
def address(library: Library, site: Site) -> Iterator[str]:
    with serving(Collections(library, fetcher=site.fetcher())) as where:
        yield where


def said(page: Page) -> Locator:
    """What is said of the page that came last, when it has come."""
    return page.locator("#library .uploads > div[data-done] strong").first


def test_a_page_is_added_cited_and_refreshed(
    browser: Browser, address: str, site: Site, library: Library
) -> None:
    where = site.address("/wiki/%D9%86%D9%87%D8%B1")
    site.answers["/wiki/%D9%86%D9%87%D8%B1"] = river(FLOOD)
    with reading(browser, address) as page:
        pane = create(page, "Pages")
        page.locator("[data-act=language]").click()
        button, dialog = pane.locator("[data-act=add-page]"), page.locator("#asking")
        expect(button).to_have_text(say("add_web_page", "ar"))
        button.focus()
        page.keyboard.press("Enter")
        expect(dialog.locator("label")).to_have_text(say("web_address", "ar"))
        expect(dialog.locator(".about")).to_have_text(say("web_page_leaves", "ar"))
        assert violations(page) == []
        picture(page, "add-page-ar")
        page.keyboard.type("file:///etc/passwd")
        page.keyboard.press("Enter")
        expect(dialog.locator(".trouble")).to_have_text(
            say("fetch_address", "ar", scheme="\u2066https://\u2069")
        )
        dialog.locator("input").fill(where)
        page.keyboard.press("Enter")
        expect(dialog).to_be_hidden()
        expect(said(page)).to_have_text(say("web_page_added", "ar"))
        expect(page.locator("#said")).to_have_text(say("web_page_added", "ar"))
        expect(pane.locator(".document")).to_have_text(["صفحة النهر"])
        # The address is read from left to right, with its letters; the day stands beside it.
        about = pane.locator(".documents .about")
        expect(about).to_contain_text(say_as_of(TODAY, "ar"))
        shown_address = about.locator("bdi", has_text="http")
        expect(shown_address).to_have_text(site.address("/wiki/نهر"))
        assert directions(shown_address) == ["ltr"]
        assert violations(page) == []
        picture(page, "web-page-ar")

        # It is cited as any document, with the day.
        turn = ask(page, FLOOD)
        expect(turn.locator(".where").first).to_contain_text(say_as_of(TODAY, "ar"))
        turn.locator(".number").click()
        expect(shown(page)).to_have_text(FLOOD)
        expect(reader(page).locator(".author")).to_contain_text(say_as_of(TODAY, "ar"))
        page.keyboard.press("Escape")

        # Refreshed: unchanged, changed, gone.
        index = library.open("Pages")
        index.update([replace(one, fetched="2020-01-01") for one in index.documents], show_progress=False)
        page.locator("[data-act=language]").click()
        page.locator("#switcher [data-act=documents]").click()
        expect(about).to_contain_text("as of 1 January 2020")
        refresh = pane.locator("[data-act=refresh-page]")
        expect(refresh).to_have_attribute("aria-label", f"{say('refresh_web_page', 'en')}: صفحة النهر")
        refresh.focus()
        page.keyboard.press("Enter")
        expect(said(page)).to_have_text(say("web_page_unchanged", "en"))
        expect(pane.locator("h2")).to_be_focused()
        expect(about).to_contain_text(say_as_of(TODAY, "en"))
        site.answers["/wiki/%D9%86%D9%87%D8%B1"] = river(DRY)
        refresh.click()
        expect(said(page)).to_have_text(say("web_page_replaced", "en"))
        expect(pane.locator(".document")).to_have_count(1)
        assert [one.text for one in library.open("Pages").documents] == [f"النهر\n\n{DRY}"]
        site.answers.clear()
        refresh.click()
        expect(said(page)).to_have_text(say("web_page_not_renewed", "en"))
        gone = say("fetch_gone", "en", detail="\u2066404\u2069")
        expect(pane.locator(".uploads li span").first).to_have_text(gone)
        expect(pane.locator(".document")).to_have_count(1)
        picture(page, "web-page-gone-en")
        assert violations(page) == []
    assert len(site.asked) == 4


def test_without_web_pages_there_is_no_button(browser: Browser, library: Library) -> None:
    with serving(Collections(library)) as where, reading(browser, where) as page:
        pane = create(page, "No pages")
        expect(pane.locator("[data-act=add-files]")).to_be_visible()
        expect(pane.locator("[data-act=add-page]")).to_be_hidden()
