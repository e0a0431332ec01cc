"""Statutes and price lists in a real browser: headings, lists and tables, with what is quoted in them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from chatting import (
    PHONE,
    WIDE,
    Asker,
    Library,
    ask,
    browser,
    directions,
    opened,
    page,
    picture,
    reader,
    served,
    shown,
)
from document_contents import BYLAWS, HANDBOOK, NOVEL, PRICES, WATER_LAW
from document_elements import Source
from make_documents import as_text
from playwright.sync_api import Browser, Page, expect

from index import Document
from index.text.analyzer import Language, language
from index.text.structure.blocks import find_blocks
from index.types import Hit, Passage
from qa.messages import say
from qa.types import Answer, Citation

__all__ = ["browser", "page"]  # fixtures
pytestmark = pytest.mark.browser


def document(source: Source) -> Document:
    """A source as a plain text with its blocks."""
    text = as_text(source).decode().replace("\t", " | ")
    return Document(
        text,
        title=source.title,
        author=source.author,
        date=source.date,
        source=f"/texts/{source.name}",
        blocks=find_blocks(text),
    )


LAW, PRICE_LIST, NOVEL_TEXT, STAFF, STATUTE = map(document, (WATER_LAW, PRICES, NOVEL, HANDBOOK, BYLAWS))
FINE, POSTERS, AUTHOR, HOTEL = (
    "كم غرامة من يفتح بوّابة الفلج؟",
    "بكم تُطبع المنشورات الدعائية؟",
    "Who wrote the novel?",
    "How much may a hotel cost?",
)


def passage_of(document: Document, words: str, headings: tuple[str, ...] = ()) -> Passage:
    """The block that begins with these words."""
    block = next(block for block in document.blocks if document.text.startswith(words, block.start))
    return Passage.of(document, 7, block.start, block.end, block.kind, headings, block.columns, 3)


def quoting(document: Document, passage: Passage, spoken: Language) -> Answer:
    citation = Citation.of(document, 1, passage, passage.start, passage.end)
    return Answer("", spoken, "", (citation,), (Hit(passage, 1.0),), 0.9)


ARTICLE = passage_of(LAW, "يُعاقَب", ("الباب الرابع: العقوبات", "المادة 8"))
ROW = passage_of(PRICE_LIST, "منشورات دعائية", ("أسعار مطبعة الريشة", "الطباعة"))
NIGHT = passage_of(STAFF, "Overnight stay", ("Expenses",))
WRITER = Answer(
    "",
    "en",
    "",
    (Citation.of(NOVEL_TEXT, 1, passage_of(NOVEL_TEXT, "وقفت"), 0, len(NOVEL_TEXT.author), field="author"),),
    (),
    0.9,
)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    documents = {one.id: one for one in (LAW, PRICE_LIST, NOVEL_TEXT, STAFF, STATUTE)}
    answers = {
        FINE: quoting(LAW, ARTICLE, "ar"),
        POSTERS: quoting(PRICE_LIST, ROW, "ar"),
        HOTEL: quoting(STAFF, NIGHT, "en"),
        AUTHOR: WRITER,
    }
    answers = {question: replace(answer, question=question) for question, answer in answers.items()}
    with served(Library(documents), Asker(answers)) as where:
        yield where


def test_a_citation_shows_its_path(page: Page) -> None:
    where = ask(page, FINE).locator(".where")
    assert where.inner_text() == (
        "نظام توزيع مياه الأفلاج في ولاية وادي السدر › الباب الرابع: العقوبات › المادة 8"
        " — page 3 — paragraph 7"
    )
    assert directions(where.locator("bdi")) == ["rtl", "rtl", "rtl", "ltr", "ltr"]


def test_a_statute_has_headings_and_opens_at_the_article(page: Page) -> None:
    ask(page, FINE).locator(".number").click()
    pane = reader(page)
    expect(shown(page)).to_be_focused()
    expect(shown(page)).to_be_in_viewport()
    expect(pane.get_by_role("heading", name="الباب الرابع: العقوبات")).to_have_count(1)
    sizes = [
        pane.get_by_role("heading", name=name, exact=True).evaluate(
            "e => parseFloat(getComputedStyle(e).fontSize)"
        )
        for name in ("الباب الرابع: العقوبات", "المادة 8")
    ]
    text = shown(page).evaluate("e => parseFloat(getComputedStyle(e).fontSize)")
    assert sizes[0] > sizes[1] > text * 0.9
    assert pane.locator(".item").count() == 3


def test_a_quoted_row_is_highlighted_in_its_table(page: Page) -> None:
    turn = ask(page, POSTERS)
    assert turn.locator("dt").all_inner_texts() == ["المطبوعة", "الورق", "الكمية", "السعر"]
    assert turn.locator("dd").all_inner_texts() == ["منشورات دعائية", "لمّاع 130 غ", "1000", "65"]
    turn.locator(".number").click()
    pane = reader(page)
    table = pane.get_by_role("table").first
    assert table.get_by_role("columnheader").all_inner_texts() == ["المطبوعة", "الورق", "الكمية", "السعر"]
    quoted = table.get_by_role("row").filter(has=page.locator("mark"))
    assert quoted.locator("mark").all_inner_texts() == ["منشورات دعائية", "لمّاع 130 غ", "1000", "65"]
    expect(shown(page).first).to_be_focused()
    expect(shown(page).first).to_be_in_viewport()
    colours = table.locator("td").evaluate_all("all => all.map(e => getComputedStyle(e).backgroundColor)")
    assert len(set(colours[4:8])) == 1
    assert colours[4] != colours[0] == colours[8]
    page.keyboard.press("Escape")
    expect(pane).to_be_hidden()


def test_a_row_is_copied_as_it_is_written_below_its_headings(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    turn = ask(page, POSTERS)
    turn.get_by_role("button", name="Copy the answer").click()
    expect(page.locator("#said")).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    heads = "المطبوعة | الورق | الكمية | السعر"
    assert f"\n\n{heads}\nمنشورات دعائية | لمّاع 130 غ | 1000 | 65 [1]" in copied


def test_an_author_is_named_as_such_and_opens_the_document(page: Page) -> None:
    turn = ask(page, AUTHOR)
    assert turn.locator(".quote").inner_text() == "Author: نوال الكرخي"
    assert turn.get_by_role("button", name="Why this passage?").count() == 0
    turn.locator(".number").click()
    pane = reader(page)
    assert pane.locator("h2").inner_text() == NOVEL_TEXT.title
    assert pane.locator(".author").inner_text() == "نوال الكرخي — 2009"
    assert pane.locator("mark").count() == 0
    expect(pane.locator("h2")).to_be_focused()
    page.keyboard.press("Escape")
    expect(turn.locator(".number")).to_be_focused()


@pytest.mark.parametrize("spoken", ["ar", "en"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_nothing_is_wider_than_the_page(
    browser: Browser, address: str, spoken: Language, scheme: str, size: tuple[int, int]
) -> None:
    locale = {"ar": "ar-EG", "en": "en-GB"}[spoken]
    for name, question in (("statute", FINE), ("prices", POSTERS), ("handbook", HOTEL)):
        with opened(browser, address, size, locale=locale, color_scheme=scheme) as page:
            turn = ask(page, question)
            turn.locator(".number").click()
            expect(shown(page).first).to_be_in_viewport()
            for part in ("#reader .scroll", "html"):
                assert page.locator(part).evaluate("e => e.scrollWidth <= e.clientWidth + 1"), (name, part)
            picture(page, f"{name}-{spoken}-{scheme}-{size[0]}")
            page.keyboard.press("Escape")
            picture(page, f"{name}-answer-{spoken}-{scheme}-{size[0]}")


def test_what_the_page_says_of_it_is_in_both_languages() -> None:
    assert {language(say(name, "ar")) for name in ("table", "title", "author", "date")} == {"ar"}
    assert say("page", "ar", number=3) == "الصفحة 3"
