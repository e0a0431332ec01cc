"""axe-core finds nothing in any state of the page, best practices included; all can be done by keyboard."""

from __future__ import annotations

from importlib import resources
from typing import Any

import pytest
from chatting import (
    BOTH,
    MOON_ARABIC,
    PHONE,
    REFUSED,
    SLOW,
    WHO_FREED,
    WIDE,
    Asker,
    address,
    ask,
    asker,
    box,
    browser,
    library,
    opened,
    picture,
    shown,
)
from playwright.sync_api import Browser, Page, expect

__all__ = ["address", "asker", "browser", "library"]  # fixtures
pytestmark = pytest.mark.browser

AXE = resources.files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
RUN = "async () => (await axe.run(document, {resultTypes: ['violations']})).violations"


def violations(page: Page) -> list[str]:
    """What axe-core finds, however little it minds it, with the elements."""
    page.evaluate(AXE)
    found: list[dict[str, Any]] = page.evaluate(RUN)
    return [
        f"{one['id']}: {node['html'][:120]} {node['failureSummary']}"
        for one in found
        for node in one["nodes"]
    ]


@pytest.mark.parametrize(
    ("size", "locale", "scheme", "chosen"),
    [
        (WIDE, "en", "light", ""),
        (WIDE, "ar", "dark", ""),
        (PHONE, "ar", "light", ""),
        (PHONE, "en", "dark", ""),
        (WIDE, "en", "light", "dark"),
        (PHONE, "ar", "dark", "light"),
    ],
)
def test_axe_finds_nothing_in_any_state(
    browser: Browser, address: str, asker: Asker, size: tuple[int, int], locale: str, scheme: str, chosen: str
) -> None:
    """`scheme` is the system's appearance, `chosen` the reader's, which it may differ from."""
    name = f"{'phone' if size == PHONE else 'wide'}-{locale}-{scheme}{chosen and '-to-'}{chosen}"
    found: dict[str, list[str]] = {}
    cookies = [{"name": "dalil-theme", "value": chosen, "url": address}] if chosen else []
    with opened(
        browser,
        address,
        size,
        locale=locale,
        color_scheme=scheme,
        reduced_motion="reduce",
        storage_state={"cookies": cookies},
    ) as page:
        found["welcome"] = violations(page)
        picture(page, f"{name}-welcome")
        asker.let_go.clear()
        box(page).fill(SLOW)
        box(page).press("Enter")
        expect(page.locator(".searching")).to_be_visible()
        found["searching"] = violations(page)
        asker.let_go.set()
        expect(page.locator(".answer")).to_be_visible()
        for question in (REFUSED, MOON_ARABIC, WHO_FREED, BOTH):
            ask(page, question)
        found["conversation"] = violations(page)
        picture(page, f"{name}-conversation")
        page.locator(".turn").last.locator(".number").nth(2).click()
        expect(shown(page)).to_be_visible()
        found["reading"] = violations(page)
        picture(page, f"{name}-reading")
    assert found == {"welcome": [], "searching": [], "conversation": [], "reading": []}


def test_axe_would_find_something(browser: Browser, address: str) -> None:
    """Otherwise the test above would pass on anything."""
    with opened(browser, address) as page:
        page.locator("#ask").evaluate("e => { e.textContent = ''; }")
        assert [line.split(":")[0] for line in violations(page)] == ["button-name"]
