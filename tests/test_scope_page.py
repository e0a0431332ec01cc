"""Asking within a scope in a real browser: chips, the menu, the list of documents, both languages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from chatting import PHONE, WIDE, ask, browser, directions, kept, picture
from fake_encoder import FakeEncoder
from own_documents import reading, serving
from playwright.sync_api import Browser, Locator, Page, expect
from test_accessible import violations

from index import Document, Index
from qa.collections.single import SingleIndex
from qa.messages import say
from web.calls.collection_calls import Collections

__all__ = ["browser"]  # a fixture
pytestmark = pytest.mark.browser

TENANT, SALT = "المستأجر هو أحمد.", "Bread needs salt."
DOCUMENTS = [
    Document(TENANT, title="عقد الإيجار", source="/x/عقود/2020/lease.pdf", date="2020-05", tags=("إيجار",)),
    Document("The seller is Huda. العقد نافذ.", title="Sale", source="/x/عقود/sale.docx", date="2021"),
    Document(SALT, title="Bread", source="/x/letters/bread.txt"),
]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("within") / "index"
    index = Index.build(DOCUMENTS, folder, encoder=FakeEncoder(), show_progress=False)
    with serving(Collections(SingleIndex(index)), index) as where:
        yield where


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    with reading(browser, address) as page:
        yield page


def chips(page: Page) -> list[str]:
    return page.locator("#scope .chips li").all_inner_texts()


def option(page: Page, name: str) -> Locator:
    return page.locator("#narrow .options button").filter(has=page.get_by_text(name, exact=True))


def test_a_question_is_asked_within_what_the_menu_chose_also_after_a_reload(page: Page) -> None:
    assert chips(page) == []
    page.get_by_role("button", name=say("narrow", "en")).click()
    expect(page.locator("#find-in-scope")).to_be_focused()
    option(page, "letters").click()
    expect(option(page, "letters")).to_have_attribute("aria-pressed", "true")
    assert chips(page) == ["folder “letters”"]
    # What is chosen is seen below the menu.
    menu, chosen = page.locator("#narrow").bounding_box(), page.locator("#scope .chips").bounding_box()
    assert menu is not None
    assert chosen is not None
    assert menu["y"] + menu["height"] <= chosen["y"]
    after = page.locator("[data-date=after]")
    trouble = page.locator("#date-trouble")
    for wrong in ("soon", "13/04/2019", "2019-02-30"):
        after.fill(wrong)
        after.press("Tab")
        expect(after).to_have_attribute("aria-invalid", "true")
        expect(trouble).to_have_text(say("scope_date", "en", name=f"\u2068{wrong}\u2069"))
    assert set((after.get_attribute("aria-describedby") or "").split()) == {"date-trouble", "undated"}
    assert page.evaluate("document.querySelectorAll('#date-trouble, #undated').length") == 2
    expect(page.locator("#undated")).to_have_text(say("scope_undated", "en", number=1))
    after.fill("2019-2-28")
    after.press("Tab")
    expect(trouble).to_be_empty()
    page.get_by_role("button", name=say("leave_all", "en")).click()
    assert chips(page) == []
    expect(page.get_by_role("button", name=say("narrow", "en"))).to_be_focused()
    expect(page.locator("[data-act=leave-all]")).to_be_hidden()
    page.get_by_role("button", name=say("narrow", "en")).click()
    option(page, "letters").click()
    page.locator("#find-in-scope").fill("إيجار")
    expect(page.locator("[data-list=document] button")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator("#narrow")).to_be_hidden()

    found = ask(page, "salt")
    expect(found.locator(".quote")).to_have_text(SALT)
    expect(found.locator(".note.from").first).to_have_text("Asked within: folder “letters”")
    refused = ask(page, "المستأجر")
    expect(refused.locator(".not-found")).to_have_text(
        "No answer was found within what was asked: folder “letters”."
    )
    kept(page, 2)
    page.reload()
    expect(page.locator("#scope .chips li")).to_have_count(1)
    assert chips(page) == ["folder “letters”"]
    again = page.locator(".turn").nth(1).get_by_role("button", name=say("ask_everything", "en"))
    again.click()
    everything = page.locator(".turn").nth(2)
    expect(everything.locator(".quote")).to_have_text(TENANT)
    expect(everything.locator(".note.from")).to_have_count(1)  # of the collection alone
    assert chips(page) == []


def test_in_arabic_from_the_list_of_documents_and_by_keyboard(browser: Browser, address: str) -> None:
    with reading(browser, address, locale="ar") as page:
        page.locator("#switcher [data-act=documents]").click()
        alone = page.get_by_role("button", name=f"{say('ask_within_this', 'ar')}: Sale")
        alone.focus()
        page.keyboard.press("Enter")
        expect(page.locator("#scope .chips li")).to_have_text(["الوثيقة «Sale»"])
        expect(page.locator("#question")).to_be_focused()
        page.keyboard.press("Shift+Tab")
        expect(page.locator("[popovertarget=narrow]")).to_be_focused()
        page.keyboard.press("Enter")
        option(page, "عقود/2020").focus()
        page.keyboard.press("Space")
        option(page, "إيجار").click()
        page.locator("[data-date=before]").fill("١٣")
        page.locator("[data-date=before]").press("Tab")
        expect(page.locator("#date-trouble")).to_contain_text("تعذّرت قراءة التاريخ")
        page.locator("[data-date=before]").fill("")
        page.locator("[data-date=after]").fill("٢٠٢٠")
        page.locator("[data-date=after]").press("Tab")
        expected = ["الوثيقة «Sale»", "المجلّد «عقود/2020»", "الوسم «إيجار»", "من ٢٠٢٠ فصاعداً"]
        assert chips(page) == expected
        assert set(directions(page.locator("#scope .chips, #narrow"))) == {"rtl"}
        assert violations(page) == []
        picture(page, "within-menu-ar")
        page.keyboard.press("Escape")
        turn = ask(page, "المستأجر")
        expect(turn.locator(".quote")).to_have_text(TENANT)
        expect(turn.locator(".note.from").first).to_have_text(
            "نطاق السؤال: الوثيقة «Sale»، المجلّد «عقود/2020»، الوسم «إيجار»، من ٢٠٢٠ فصاعداً"
        )
        refused = ask(page, "Huda")
        expect(refused.locator(".not-found")).to_contain_text("لم يُعثر على جواب في نطاق السؤال")
        picture(page, "within-ar")
        page.locator("#scope .chips button").first.focus()
        page.keyboard.press("Enter")
        expect(page.locator("#scope .chips button").first).to_be_focused()
        assert chips(page) == expected[1:]
        page.locator("[data-act=language]").click()
        assert chips(page) == ["folder “عقود/2020”", "tag “إيجار”", "from ٢٠٢٠ on"]
        assert violations(page) == []


def test_nothing_is_read_through_the_words_over_the_question_box(page: Page) -> None:
    for _ in range(6):
        ask(page, "Who is the seller?")
    row = page.locator("#scope").bounding_box()
    assert row is not None
    page.mouse.move(0, 0)
    seen = set()
    for top in (100, 117, 131, 148, 163):
        page.evaluate(f"scrollTo({{top: {top}, behavior: 'instant'}})")
        seen.add(page.screenshot(clip={**row}, animations="disabled"))
    assert len(seen) == 1


def test_a_scope_in_which_nothing_is_says_so_and_a_new_conversation_has_none(
    browser: Browser, address: str
) -> None:
    with reading(browser, address, size=PHONE) as page:
        page.get_by_role("button", name=say("narrow", "en")).click()
        option(page, "pdf").click()
        option(page, "letters").click()
        picture(page, "within-menu-phone")
        page.keyboard.press("Escape")
        turn = ask(page, "salt")
        expect(turn.locator(".refusal")).to_have_text(say("scope_nothing", "en"))
        turn.get_by_role("button", name=say("ask_everything", "en")).click()
        expect(page.locator(".turn").nth(1).locator(".quote")).to_have_text(SALT)
        assert chips(page) == []
        page.get_by_role("button", name=say("narrow", "en")).click()
        option(page, "pdf").click()
        page.keyboard.press("Escape")
        page.get_by_role("button", name=say("new_conversation", "en")).click()
        expect(page.locator("#scope .chips li")).to_have_count(0)


@pytest.fixture
def crowded(tmp_path: Path) -> Iterator[str]:
    """A chat over many documents of several types, dates and folders."""
    texts = [
        Document(f"Text {n}.", title=f"Report {n}", source=f"/x/{n % 9}/{n}.{ending}", date=date)
        for n in range(40)
        for ending, date in [(("pdf", "2020"), ("txt", ""))[n % 2]]
    ]
    index = Index.build(texts, tmp_path / "index", encoder=FakeEncoder(), show_progress=False)
    with serving(Collections(SingleIndex(index)), index) as where:
        yield where


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_many_documents_dont_hide_the_types_and_dates(
    browser: Browser, crowded: str, size: tuple[int, int]
) -> None:
    with reading(browser, crowded, size=size, locale="ar") as page:
        page.get_by_role("button", name=say("narrow", "ar")).click()
        expect(page.locator("[data-list=document] button")).to_have_count(40)
        for seen in (option(page, "pdf"), page.locator("[data-date=after]")):
            expect(seen).to_be_in_viewport(ratio=1)
        expect(page.locator("#undated")).to_contain_text("20")
        for name in ("Report 0", "Report 1", "Report 2", "pdf"):
            option(page, name).click()
        for key, value in (("after", "2019"), ("before", "13/04/2019")):
            box = page.locator(f"[data-date={key}]")
            box.fill(value)
            box.press("Tab")
            expect(box).to_be_in_viewport(ratio=1)
        expect(page.locator("#date-trouble")).to_be_in_viewport(ratio=1)
        assert violations(page) == []
        picture(page, f"within-many-{size[0]}")
