"""What people who see the page for the first time stumbled over, in a real Chromium."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from chatting import PHONE, WIDE, ask, browser, kept, picture
from own_documents import (
    SlowEncoder,
    add,
    address,
    create,
    encoder,
    files,
    library,
    page,
    reading,
)
from playwright.sync_api import Browser, Locator, Page, expect
from test_accessible import violations

from index.text.analyzer import Language
from qa.collections.library import Library
from qa.collections.types import MAX_NAME_LENGTH
from qa.messages import say
from web.views import layout
from web.views.answers import render_searched
from web.views.templating import file_direction

__all__ = ["address", "browser", "encoder", "files", "library", "page"]  # fixtures
pytestmark = pytest.mark.browser


def pixels(found: Locator, name: str) -> float:
    """A computed length or weight."""
    return float(found.evaluate("(e, name) => parseFloat(getComputedStyle(e)[name])", name))


def test_an_empty_box_asks_nothing(page: Page) -> None:
    page.locator("#ask").dblclick()
    page.locator("#question").fill("  \n ")
    page.locator("#question").press("Enter")
    page.locator("#question").fill("الفرات")
    page.locator("#ask").dblclick()
    expect(page.locator(".turn .not-found, .turn .answer")).to_have_count(1)
    assert page.locator(".turn").count() == 1


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
@pytest.mark.parametrize("locale", ["ar", "en"])
def test_the_first_page_says_how_to_add_ones_own_files(
    browser: Browser, address: str, locale: Language, size: tuple[int, int]
) -> None:
    with reading(browser, address, size=size, locale=locale) as page:
        expect(page.locator("#own p")).to_have_text(say("own_documents", locale))
        picture(page, f"first-{locale}-{size[0]}")
        assert violations(page) == []
        # The documents' button is in words where there is room.
        assert page.locator("#switcher .wide").is_visible() == (size == WIDE)
        page.locator("#own").get_by_role("button", name=say("add_files", locale)).click()
        # The name has a label, and takes as many characters as a name may have.
        name = page.get_by_label(say("collection_name", locale))
        expect(name).to_be_focused()
        expect(page.locator("#asking label")).to_be_visible()
        expect(name).to_have_attribute("maxlength", f"{MAX_NAME_LENGTH}")
        assert violations(page) == []
        name.fill(f"{locale} {size[0]}")
        name.press("Enter")
        expect(page.locator("#library .add button")).to_be_visible()


def test_reports_name_their_files_and_go_when_they_are_told_to(page: Page, tmp_path: Path) -> None:
    create(page, "reports")
    for name in ("رسالة.txt", "letter.md", "film.mp4"):
        (tmp_path / name).write_text(f"words of {name}", "utf-8")
    reports = page.locator("#library .uploads > [data-done]")
    assert "رسالة.txt" in add(page, tmp_path / "رسالة.txt").inner_text()
    add(page, tmp_path / "film.mp4")
    # Of the first one there was nothing more to know.
    expect(reports).to_have_count(1)
    # What failed stays until it has been read.
    assert "letter.md" in add(page, tmp_path / "letter.md").inner_text()
    expect(reports).to_have_count(2)
    for left in (1, 0):
        reports.first.get_by_role("button", name=say("dismiss", "en")).click()
        expect(reports).to_have_count(left)
    expect(page.locator("#library h2")).to_be_focused()


def test_progress_is_drawn_in_the_pages_colours(
    page: Page, library: Library, encoder: SlowEncoder, tmp_path: Path
) -> None:
    library.create("progress")
    page.reload()
    page.locator("#current").click()
    page.locator("#collections li button", has_text="progress").click()
    (tmp_path / "slow.txt").write_text("نص بطيء", "utf-8")
    encoder.let_go.clear()
    page.locator("#files").set_input_files([tmp_path / "slow.txt"])
    bar = page.locator("#library progress")
    expect(bar).to_be_visible()
    accent = page.locator("#ask").evaluate("e => getComputedStyle(e).backgroundColor")
    # The bar is drawn anew with each state.
    expect(bar).to_have_css("appearance", "none")
    expect(bar).to_have_css("color", accent)
    encoder.let_go.set()
    expect(page.locator("#library .uploads > [data-done]")).to_have_count(1)


def test_why_of_a_long_paragraph_begins_at_the_quotation(page: Page, tmp_path: Path) -> None:
    create(page, "long")
    sentences = [f"هذه هي الجملة رقم {n} من فقرة طويلة جداً لا تنتهي قريباً." for n in range(60)]
    (tmp_path / "long.txt").write_text(" ".join(sentences), "utf-8")
    add(page, tmp_path / "long.txt")
    turn = ask(page, "رقم 50")
    # Which collection an answer is from stays with it, over a reload too.
    expect(turn.locator(".from")).to_have_text("Collection: long")
    kept(page, 1)
    page.reload()
    expect(turn.locator(".from")).to_have_text("Collection: long")
    turn.locator(".why-this").click()
    box, quoted = page.locator("#reader .why-passage"), page.locator("#reader .why-quoted")
    expect(quoted).to_be_visible()
    # The fake answers quote whole passages; what is looked at is the box that the passage lies in.
    inner, outer = quoted.bounding_box(), box.bounding_box()
    assert inner is not None
    assert outer is not None
    assert outer["height"] <= 0.35 * WIDE[1]
    # The legend stands above, and the first chart is in sight.
    legend, chart = page.locator("#reader .why-legend"), page.locator("#reader .why figure").first
    assert legend.evaluate("e => e.getBoundingClientRect().top") < outer["y"]
    expect(chart).to_be_in_viewport()
    assert violations(page) == []


def test_arabic_questions_are_as_large_and_as_heavy_as_english_ones(page: Page) -> None:
    ask(page, "ما عاصمة اليابان؟")
    ask(page, "What is it?")
    arabic, english = (page.locator(f".question[lang={language}]") for language in ("ar", "en"))
    assert pixels(arabic, "fontSize") >= 1.1 * pixels(english, "fontSize")
    assert pixels(arabic, "fontWeight") == 700


def test_a_files_name_ends_in_its_type_on_either_page() -> None:
    assert file_direction("رسالة.txt", "en") == 'lang="ar" dir="ltr"'
    assert file_direction("رسالة.txt", "ar") == 'lang="ar" dir="rtl"'
    assert file_direction("letter.txt", "ar") == 'lang="en" dir="ltr"'


@pytest.mark.parametrize(
    ("page_language", "question", "more", "way"),
    [
        ("en", "ما عاصمة اليابان؟", "frankincense trees", "ltr"),
        ("ar", "ما عاصمة اليابان؟", "frankincense trees", "rtl"),
        ("en", "ما عاصمة اليابان؟", "شجر اللبان", "rtl"),
    ],
)
def test_what_was_searched_for_stands_in_the_order_of_its_readers(
    page_language: Language, question: str, more: str, way: str
) -> None:
    found = render_searched(question, f"{question} {more}", page_language)
    outer = re.search(r'<bdi lang="\w+" dir="(\w+)"><bdi', found)
    assert outer is not None
    assert outer[1] == way
    assert found.index(question) < found.index(more)


def test_the_name_box_takes_as_many_characters_as_a_name_may_have() -> None:
    boxes = re.findall(r'<input type="text" id="asking-name"[^>]*>', layout.asset("frame.html"))
    assert [f'maxlength="{MAX_NAME_LENGTH}"' in box for box in boxes] == [True]
