"""A page that stays open while `dalil chat` is stopped and started again."""

from __future__ import annotations

from pathlib import Path

import pytest
from chat_load import chat
from chatting import ask, browser, kept, new_context, reader, shown
from playwright.sync_api import Browser, expect

from qa.messages import say
from web.server.serving import listen

__all__ = ["browser"]  # fixture
pytestmark = [pytest.mark.browser, pytest.mark.model]

HOW_LONG = "How long did it take to capture Akashat?"
NEWSPAPER = "Who told Al-Binaa newspaper that the forces would keep advancing?"


def test_a_page_goes_on_after_the_server_was_started_anew(browser: Browser, tmp_path: Path) -> None:
    with listen(0) as listener:
        listening = ("--port", str(listener.getsockname()[1]))
    # The browser complains of what doesn't reach Dalil.
    page = new_context(browser, locale="en").new_page()
    with chat(tmp_path, *listening) as address:
        page.goto(address)
        expect(page.locator("#ask")).not_to_be_empty()
        first = ask(page, HOW_LONG).locator(".quote").first.inner_text()
        kept(page, 1)
    page.locator("#question").fill(NEWSPAPER)
    page.locator("#question").press("Enter")
    expect(page.locator("#trouble")).to_be_visible()
    expect(page.locator("#said")).to_have_text(say("out_of_reach", "en"))
    expect(page.locator("#question")).to_have_value(NEWSPAPER)

    with chat(tmp_path, *listening):
        ask(page, NEWSPAPER)
        expect(page.locator(".question")).to_have_text([HOW_LONG, NEWSPAPER])
        expect(page.locator("#trouble")).to_be_hidden()
        page.locator(".number").first.click()
        expect(shown(page)).to_have_text(first)
        expect(reader(page).get_by_role("button", name="Next quotation")).to_be_enabled()
        kept(page, 2)
        page.reload()
        expect(page.locator(".question")).to_have_text([HOW_LONG, NEWSPAPER])
        expect(page.locator(".quote").first).to_have_text(first)
    page.context.close()
