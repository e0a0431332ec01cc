"""The picture of a quotation's page in the reading pane, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pypdfium2
import pytest
from chatting import PHONE, Asker, Library, answer, ask, browser, opened, picture, reader, served
from playwright.sync_api import Browser, Page, expect
from test_accessible import violations
from test_page_pictures import SAID, printed

from index.readers.read_files import read_file
from index.types import Document, Passage
from qa.types import Citation

__all__ = ["browser", "printed"]  # fixtures
pytestmark = pytest.mark.browser
WHO = "من زار المرصد؟"


@pytest.fixture(scope="module")
def path(printed: Path) -> Path:
    """A PDF of two pages, the first in Arabic."""
    made = pypdfium2.PdfDocument.new()
    for language in ("ar", "en"):
        made.import_pages(pypdfium2.PdfDocument(printed / f"{language}.pdf"))
    made.save(printed / "both.pdf")
    return printed / "both.pdf"


@pytest.fixture(scope="module")
def document(path: Path) -> Document:
    return read_file(path)


@pytest.fixture(scope="module")
def address(document: Document) -> Iterator[str]:
    start = document.text.index(SAID["ar"][2])
    end = document.text.index(".", start) + 1
    block = next(one for one in document.blocks if one.start <= start < one.end)
    passage = Passage.of(document, 2, block.start, block.end, page=1)
    cited = replace(
        answer("ar", 0.9, []), citations=(Citation.of(document, 1, passage, start, end),), hits=()
    )
    with served(Library({document.id: document}), Asker({WHO: cited})) as where:
        yield where


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    with opened(browser, address) as page:
        yield page


def test_the_page_of_a_quotation_opens_with_its_lines_boxed(page: Page) -> None:
    button = ask(page, WHO).locator("[data-act=picture]")
    expect(button).to_have_text("Show page 1")
    button.click()
    pane = reader(page)
    shown = pane.locator("figure img")
    expect(shown).to_be_visible()
    title = pane.locator("h2").inner_text()
    assert shown.get_attribute("alt") == f"Picture of page 1 of “{title}”, with the quoted sentence boxed"
    assert shown.evaluate("e => e.decode().then(() => e.naturalWidth)") == 1400
    boxes = pane.locator(".box")
    assert boxes.count() >= 2
    frame = shown.bounding_box()
    assert frame is not None
    for number in range(boxes.count()):
        box = boxes.nth(number).bounding_box()
        assert box is not None
        assert frame["x"] < box["x"] < box["x"] + box["width"] < frame["x"] + frame["width"]
        assert frame["y"] < box["y"] < box["y"] + box["height"] < frame["y"] + frame["height"] / 2
    expect(pane).to_have_attribute("aria-label", "Picture of the page")
    picture(page, "page-en")
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(pane).to_be_hidden()
    expect(button).to_be_focused()


def test_pages_are_turned_and_enlarged(page: Page) -> None:
    ask(page, WHO).locator("[data-act=picture]").click()
    pane = reader(page)
    expect(pane.locator(".sheets span")).to_have_text("page 1 of 2")
    before, after = (pane.get_by_role("button", name=f"{name} page") for name in ("Previous", "Next"))
    expect(before).to_be_disabled()
    after.click()
    expect(pane.locator(".sheets span")).to_have_text("page 2 of 2")
    expect(after).to_be_disabled()
    # The sentence isn't on it, and nobody says that it should be.
    expect(pane.locator(".box")).to_have_count(0)
    expect(pane.locator(".note")).to_be_empty()
    assert "boxed" not in (pane.locator("figure img").get_attribute("alt") or "")
    before.click()
    expect(pane.locator(".box").first).to_be_visible()
    width = pane.locator("figure img").evaluate("e => e.clientWidth")
    zoom = pane.get_by_role("button", name="Zoom")
    zoom.click()
    expect(zoom).to_have_attribute("aria-pressed", "true")
    assert pane.locator("figure img").evaluate("e => e.clientWidth") > 1.5 * width
    expect(pane.locator(".box").first).to_be_in_viewport()
    zoom.click()
    # The text, and from it the picture of another page.
    pane.locator("[data-act=other-view]").click()
    expect(pane.locator("mark[data-shown]")).to_be_visible()
    expect(pane.locator(".sheets")).to_be_hidden()
    pane.locator(".sheet button", has_text="page 2").click()
    expect(pane.locator(".sheets span")).to_have_text("page 2 of 2")


def test_the_picture_is_described_and_turned_from_right_to_left_in_arabic(
    browser: Browser, address: str
) -> None:
    with opened(browser, address, locale="ar") as page:
        button = ask(page, WHO).locator("[data-act=picture]")
        expect(button).to_have_text("اعرض الصفحة 1")
        button.click()
        pane = reader(page)
        expect(pane.locator(".sheets span")).to_have_text("الصفحة 1 من 2")
        alt = pane.locator("figure img").get_attribute("alt") or ""
        assert alt.endswith("والجملة المقتبسة فيها داخل إطار")
        places = [pane.locator(f"[data-act=page-{way}]").bounding_box() for way in ("before", "after")]
        assert places[0] is not None
        assert places[1] is not None
        assert places[0]["x"] > places[1]["x"]
        picture(page, "page-ar")


def test_a_phone_shows_the_page_too(browser: Browser, address: str) -> None:
    with opened(browser, address, PHONE) as page:
        ask(page, WHO).locator("[data-act=picture]").click()
        image = reader(page).locator("figure img")
        expect(image).to_be_visible()
        assert image.evaluate("e => e.clientWidth") <= PHONE[0]
        picture(page, "page-phone")


def test_a_file_that_was_changed_isnt_shown(page: Page, path: Path) -> None:
    content = path.read_bytes()
    ask(page, WHO)
    path.write_bytes(content + b"\n")
    try:
        page.locator("[data-act=picture]").first.click()
        note = "The file has changed since it was read. Add it again to see its pages."
        expect(reader(page).locator(".note")).to_have_text(note)
        expect(reader(page).locator("figure")).to_have_count(0)
    finally:
        path.write_bytes(content)
