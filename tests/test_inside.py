"""Documents in view, in a real Chromium: their list, outline and places, and what is asked about them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from chatting import PHONE, WIDE, ask, box, browser, kept, picture, reader, shown
from fake_encoder import FakeEncoder
from own_documents import add, address, choose, create, encoder, library, page, reading, serving
from page_calling import sent
from playwright.sync_api import Browser, Page, expect
from test_accessible import violations

from index import Document, Index
from index.readers.read_files import read_file
from qa.collections.library import Library
from qa.collections.single import SingleIndex
from qa.collections.types import ReadOnlyCollection
from qa.messages import say
from qa.types import Answer
from web.calls.collection_calls import Collections
from web.page_calls import Read
from web.views import reading_pane
from web.views.answers import checksum

__all__ = ["address", "browser", "encoder", "library", "page"]  # fixtures
pytestmark = pytest.mark.browser

RULES = """# النظام الأساسي

## الباب الأوّل

تأسّست الجمعيّة سنة 1998 في عمّان.

## الباب الثاني

يوقّع أمين الصندوق الصكوك مع الرئيس. والجمعــية مسؤولة عن الأموال.

### المادة 9

للجمعية أن تقبل الهبات.
"""


def test_a_text_is_found_however_it_is_spelled() -> None:
    document = Document("الجَمْعِيَّةُ ثم الجمعــية ثم جمعيه، وسنة ١٩٩٨ أو 1998. The SOCIETY.", id="d")
    for asked, found in (
        ("الجمعية", ["الجَمْعِيَّةُ", "الجمعــية"]),
        ("جمعيّة", ["جَمْعِيَّةُ", "جمعــية", "جمعيه"]),
        ("1998", ["١٩٩٨", "1998"]),
        ("society", ["SOCIETY"]),
        ("nothing", []),
        ("  ", []),
        ("\u0651", []),
    ):
        places = reading_pane.find(document, asked)
        assert [document.text[a:b] for a, b, _ in places["places"]] == found
        assert places["total"] == len(found)
        assert all(check == checksum(document.text[a:b]) for a, b, check in places["places"])


def test_what_is_found_in_a_quotation_is_marked_within_it() -> None:
    document = Document("Water is wet. Water flows down. All water ends.", id="d")

    def mark(name: str, start: int, end: int, **more: object) -> dict[str, object]:
        check = checksum(document.text[start:end])
        return {"name": name, "start": start, "end": end, "check": check, "quoted": True, **more}

    marks = [
        mark("found-0", 14, 19, found=True),
        mark("found-1", 36, 41, found=True),
        mark("cite-0-1", 0, 31, answer_start=20, answer_end=25),
    ]
    shown = reading_pane.read(document, sent(Read, document="d", marks=marks)).paragraphs
    shown = shown.replace('<mark class="exact">flows</mark>', "<b>flows</b>")
    assert re.findall(
        '<mark(?: class="found-text")? data-cite="(.*?)" tabindex="-1">(.*?)</mark>', shown
    ) == [
        ("cite-0-1", "Water is wet. "),
        ("found-0", "Water"),
        ("cite-0-1", " <b>flows</b> down."),
        ("found-1", "water"),
    ]
    assert shown.count('class="found-text"') == 2


def test_an_outline_comes_with_the_document_and_not_with_more_of_it(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# A\n\ntext\n\n## B\n\ntext\n\n# C\n\ntext", "utf-8")
    (tmp_path / "b.md").write_text("# A\n\ntext", "utf-8")
    document, other = (read_file(tmp_path / name) for name in ("a.md", "b.md"))
    view = reading_pane.read(document, sent(Read, document="d", marks=[]))
    assert view.outline.count("<li") == 3
    assert 'data-first="2"' in view.outline
    assert reading_pane.read(document, sent(Read, document="d", marks=[], first=2, last=4)).outline == ""
    assert reading_pane.read(other, sent(Read, document="e", marks=[])).outline == ""


def test_a_document_is_searched_gone_through_and_asked_about(page: Page, tmp_path: Path) -> None:
    create(page, "Rules")
    (tmp_path / "rules.md").write_text(RULES, "utf-8")
    add(page, tmp_path / "rules.md")
    page.locator("#library .document").click()
    pane = reader(page)
    search = pane.get_by_label("Find in the document")
    search.fill("الجَمعيه")
    expect(pane.locator(".found")).to_have_text("1 / 2")
    expect(shown(page)).to_have_text("الجمعيّة")
    expect(search).to_be_focused()
    pane.get_by_role("button", name="Next place").click()
    expect(shown(page)).to_have_text("الجمعــية")
    expect(pane.locator(".found")).to_have_text("2 / 2")
    search.press("Enter")
    expect(shown(page)).to_have_text("الجمعيّة")
    # Its button to clear it is after the word, also of the other direction; its placeholder is as others'.
    assert search.evaluate("e => getComputedStyle(e).direction") == "rtl"
    colour = "e => getComputedStyle(e, '::placeholder').color"
    for other in ("#question", "#find-conversation", "#find-document"):
        assert search.evaluate(colour) == page.locator(other).evaluate(colour)
    assert search.evaluate(colour) != search.evaluate("e => getComputedStyle(e).color")
    assert violations(page) == []
    pane.get_by_role("button", name="Ask about this").click()
    expect(box(page)).to_have_value("ماذا ذُكر عن «النظام الأساسي»؟")
    # Its headings lead to their places.
    pane.get_by_text("Headings", exact=True).click()
    headings = pane.locator(".outline li button")
    expect(headings).to_have_text(["النظام الأساسي", "الباب الأوّل", "الباب الثاني", "المادة 9"])
    picture(page, "outline-en")
    assert violations(page) == []
    headings.nth(2).click()
    expect(pane.locator(".text h4").first).to_be_focused()
    expect(pane.locator(".text h4").first).to_have_text("الباب الثاني")
    # About what is selected, or else about what was gone to.
    pane.locator(".text h5").evaluate("e => getSelection().selectAllChildren(e)")
    pane.get_by_role("button", name="Ask about this").click()
    expect(box(page)).to_have_value("ماذا ذُكر عن «المادة 9»؟")
    expect(box(page)).to_be_focused()
    page.evaluate("getSelection().removeAllRanges()")
    pane.get_by_role("button", name="Ask about this").click()
    expect(box(page)).to_have_value("ماذا ذُكر عن «الباب الثاني»؟")
    # From what was found back to what was quoted, and from there to the answer.
    pane.get_by_role("button", name="Close").click()
    ask(page, "الصكوك")
    number = page.locator(".turn .number").last
    number.click()
    expect(shown(page)).to_contain_text("يوقّع أمين الصندوق")
    quoted, place, copied = (
        pane.locator("mark[data-opened]"),
        pane.locator(".place"),
        pane.get_by_text("Copy with"),
    )
    expect(place).to_have_text("1 / 1")
    search.fill("الصكوك")
    expect(shown(page)).to_have_text("الصكوك")
    # What was quoted is marked beside it, otherwise, and can be gone through.
    assert "".join(quoted.all_inner_texts()) == (
        "يوقّع أمين الصندوق  مع الرئيس. والجمعــية مسؤولة عن الأموال."
    )
    ground = "e => getComputedStyle(e).backgroundColor"
    assert quoted.first.evaluate(ground) != shown(page).evaluate(ground)
    expect(place).to_be_visible()
    expect(place).to_have_text("1 / 1")
    picture(page, "found-beside-quotation")
    search.fill("الجمعية")
    expect(shown(page)).to_have_text("الجمعيّة")
    # A heading leads away from it, and the key back.
    pane.get_by_text("Headings", exact=True).click()
    headings.nth(3).click()
    expect(place).to_have_text("– / 1")
    expect(copied).to_be_hidden()
    picture(page, "gone-to-heading")
    pane.get_by_role("button", name="Previous").first.click()
    expect(shown(page).first).to_contain_text("يوقّع أمين الصندوق")
    expect(place).to_have_text("1 / 1")
    expect(copied).to_be_visible()
    search.fill("الجمعية ")
    expect(shown(page).first).to_have_text("الجمعيّة")
    search.fill("")
    expect(shown(page).first).to_contain_text("يوقّع أمين الصندوق")
    expect(search).to_be_focused()
    search.fill("الجمعية")
    expect(shown(page)).to_have_text("الجمعيّة")
    search.press("Escape")
    expect(pane).to_be_hidden()
    expect(number).to_be_focused()


def test_in_a_long_list_a_document_is_found_by_its_title_or_file(page: Page, tmp_path: Path) -> None:
    create(page, "Many")
    names = [f"letter {number}.txt" for number in range(1, 11)]
    for name in names:
        (tmp_path / name).write_text(f"The letter {name} is short.", "utf-8")
    add(page, *(tmp_path / name for name in names))
    search = page.locator("#library").get_by_label(say("scope_find", "en"))
    expect(page.locator("#library .document")).to_have_count(10)
    expect(search).to_be_hidden()  # so few are seen at a glance
    (tmp_path / "b.md").write_text("# سُدُودُ الأُردُنّ\n\nالسدود عشرة، وهي في الشمال.", "utf-8")
    add(page, tmp_path / "b.md")
    shown = page.locator("#library .document")
    for text, number in (("سدود الاردن", 1), ("LETTER 1", 2), ("b.md", 1), ("nothing of it", 0)):
        search.fill(text)
        expect(shown).to_have_count(number)
        expect(search).to_be_focused()
    expect(page.locator("#library .none")).to_have_text(say("no_such_document", "en"))
    assert violations(page) == []
    search.fill("")
    expect(shown).to_have_count(11)
    expect(page.locator("#library .none")).to_be_hidden()


def test_a_new_version_of_a_file_takes_its_place_after_a_word(
    page: Page, library: Library, tmp_path: Path
) -> None:
    create(page, "Versions")
    file, other = tmp_path / "report.txt", tmp_path / "other.txt"
    file.write_text("The first version.", "utf-8")
    add(page, file)
    file.write_text("The second version.", "utf-8")
    other.write_text("Another file.", "utf-8")
    # No: what is new otherwise is added.
    page.locator("#files").set_input_files([file, other])
    expect(page.locator("#asking-title")).to_have_text(say("replace_files", "en"))
    expect(page.locator("#asking .about")).to_have_text("report.txt")
    assert violations(page) == []
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("#library .document")).to_have_text(["report", "other"])
    assert ask(page, "first version").locator(".quote").inner_text() == "The first version."
    # Yes: the older one doesn't answer any more.
    page.locator("#files").set_input_files([file])
    page.locator("#asking .do").click()
    expect(page.locator("#library .document")).to_have_text(["other", "report"])
    assert ask(page, "second version").locator(".quote").inner_text() == "The second version."
    assert ask(page, "first version").locator(".quote").count() == 0
    assert len(library.documents("Versions")) == 2


@pytest.fixture(scope="module")
def single(tmp_path_factory: pytest.TempPathFactory) -> Index:
    documents = [
        Document(RULES, title="النظام", source="قواعد.md", id="a-b"),
        Document("It floods.", title="River"),
    ]
    folder = tmp_path_factory.mktemp("single") / "my-index"
    return Index.build(documents, folder, encoder=FakeEncoder(), show_progress=False)


def test_an_index_is_a_library_of_one_collection(single: Index) -> None:
    library = SingleIndex(single)
    (info,) = library.collections()
    assert (info.id, info.name, info.documents, info.read_only) == ("index", "my-index", 2, True)
    assert [one.source for one in library.documents("my-index", 0, 1)] == ["قواعد.md"]
    assert [one.title for one in library.documents("my-index", 1)] == ["River"]
    collections = Collections(library)
    assert collections.read_only
    assert collections.document("a-b").title == "النظام"
    with pytest.raises(KeyError):
        collections.document("none")
    with pytest.raises(ReadOnlyCollection):
        library.create("x")


@pytest.mark.parametrize(("size", "locale"), [(WIDE, "en"), (PHONE, "ar")], ids=["wide-en", "phone-ar"])
def test_a_chat_over_one_index_lists_its_documents(
    browser: Browser, single: Index, size: tuple[int, int], locale: str
) -> None:
    with (
        serving(Collections(SingleIndex(single)), single) as address,
        reading(browser, address, size=size, locale=locale) as page,
    ):
        expect(page.locator("#current .name")).to_have_text("my-index")
        page.locator("#switcher [data-act=documents]").click()
        expect(page.locator("#library .document")).to_have_text(["النظام", "River"])
        expect(page.locator("#library .note")).to_have_text(say("from_index", locale))  # type: ignore[arg-type]
        for part in (".add", ".manage", ".make"):
            expect(page.locator(f"#library {part}")).to_be_hidden()
        picture(page, f"single-{locale}-{size[0]}")
        assert violations(page) == []
        page.locator("#library .document").first.click()
        expect(reader(page).locator("h2").first).to_have_text("النظام")
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")
        turn = ask(page, "It floods.")
        expect(turn.locator(".from bdi")).to_have_text("my-index")
        kept(page, 1)
        page.reload()
        expect(turn.locator(".quote")).to_have_text("It floods.")


@pytest.fixture
def suggesting(library: Library) -> Iterator[str]:
    """A chat that suggests questions; the passage with a question's third word answers it."""

    def answer(question: str, index: Index) -> Answer:
        from own_documents import find

        return find(question.split()[2].rstrip("?؟"), index)

    with serving(Collections(library, patience=1.0, answers=answer)) as address:
        yield address


def test_questions_that_ones_own_documents_answer_are_suggested(
    browser: Browser, suggesting: str, library: Library, tmp_path: Path
) -> None:
    library.create("Suggested")
    (tmp_path / "society.txt").write_text("تأسّست الجمعية سنة 1998 في عمّان.\nوصل التقرير.", "utf-8")
    library.add_files("Suggested", [tmp_path / "society.txt"])
    with reading(browser, suggesting) as page:
        expect(page.locator("#suggested")).to_be_hidden()
        choose(page, "Suggested")
        expect(page.locator("#suggested li")).to_have_text(["متى تأسّست الجمعية؟"])
        expect(page.locator("#suggested p")).to_have_text(say("suggestions", "en"))
        assert violations(page) == []
        picture(page, "suggested-en")
        page.locator("#suggested li button").click()
        expect(page.locator(".question")).to_have_text("متى تأسّست الجمعية؟")
        # After an answer from another collection, and in one chosen meanwhile.
        choose(page, "Built-in article")
        choose(page, "Suggested")
        page.get_by_role("button", name=say("new_conversation", "en")).click()
        expect(page.locator("#suggested li")).to_be_visible()
        ask(page, "وصل التقرير.")
        page.reload()
        expect(page.locator(".turn")).to_have_count(1)
        page.get_by_role("button", name=say("new_conversation", "en")).click()
        expect(page.locator("#suggested li")).to_be_visible()
