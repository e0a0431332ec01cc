"""The answer within a quotation, in a browser: where it is marked, which way it reads, what is copied."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import cast

import pytest
from chatting import (
    PHONE,
    WIDE,
    Asker,
    Library,
    answer,
    ask,
    browser,
    directions,
    kept,
    opened,
    picture,
    reader,
    served,
    shown,
)
from playwright.sync_api import Browser, Locator, Page, expect
from test_accessible import violations

from index.types import Document
from qa.messages import say, say_not_found
from qa.types import Answer, Citation

__all__ = ["browser"]  # fixture
pytestmark = pytest.mark.browser

CLUB = Document(
    "ظهرت فكرة الجمعيّة في مجلسٍ صغير. تأسّست الجمعيّة بمدينة الموصل في الثالث من آذار عام ١٩٥٣م، "
    "وكتب «نظامها» زيدُ بنُ عُمَر. ثم انتقلت إلى بغداد.\n"
    "نشرت صحيفة Reuters الخبر سنة 1954.",
    title="تاريخ الجمعيّة",
    author="هناء السالم",
    id="club",
)
MILL = Document(
    "The old mill stood by the weir. It burned down on 12 May 1912, and Ann Bell rebuilt it from brick. "
    "Its wheel is in the museum.",
    title="The mill",
    author="A. Bell",
    id="mill",
)
DOCUMENTS = {document.id: document for document in (CLUB, MILL)}
SENTENCE = "تأسّست الجمعيّة بمدينة الموصل في الثالث من آذار عام ١٩٥٣م، وكتب «نظامها» زيدُ بنُ عُمَر."
BURNED = "It burned down on 12 May 1912, and Ann Bell rebuilt it from brick."
REUTERS = CLUB.text.split("\n")[1]

WHERE, WHEN, WHO = "في أيّ مدينة تأسّست الجمعيّة؟", "متى تأسّست الجمعيّة؟", "من كتب نظام الجمعيّة؟"
BURNED_WHEN, WHICH, HOW = "When did the mill burn down?", "Which newspaper?", "How was it rebuilt?"
IN_1867, IN_1867_ARABIC = "What happened to the mill in 1867?", "ماذا حدث للجمعيّة سنة ١٨٦٧؟"


def spanned(reply: Answer, *asked: str | None) -> Answer:
    """The same answer, with these words of its quotations as what answers."""
    citations = []
    for citation, words in zip(reply.citations, asked, strict=True):
        document = DOCUMENTS[citation.passage.document_id]
        place = None
        if words is not None:
            first = document.text.index(words, citation.start)
            place = first, first + len(words)
        cited = Citation.of(
            document, citation.number, citation.passage, citation.start, citation.end, answer=place
        )
        citations.append(cited)
    return replace(reply, citations=tuple(citations))


def refused(reply: Answer, *missing: str) -> Answer:
    return replace(reply, missing=missing, text=say_not_found(missing, reply.language))


ANSWERS = {
    # A prefix is joined to the name: the mark has both.
    WHERE: spanned(answer("ar", 0.9, [(CLUB, 1, SENTENCE)]), "مدينة الموصل"),
    WHEN: spanned(
        answer("ar", 0.6, [(CLUB, 1, SENTENCE), (CLUB, 2, REUTERS)]), "الثالث من آذار عام ١٩٥٣", "1954"
    ),
    # As a reader may give it: without the last letter's tashkeel.
    WHO: spanned(answer("ar", 0.3, [(CLUB, 1, SENTENCE)]), "زيدُ بنُ عُمَر"),
    BURNED_WHEN: spanned(answer("en", 0.9, [(MILL, 1, BURNED)]), "12 May 1912"),
    WHICH: spanned(answer("en", 0.15, [(CLUB, 2, REUTERS)]), "Reuters"),
    HOW: answer("en", 0.7, [(MILL, 1, BURNED)]),
    IN_1867: refused(answer("en", 0.02, []), "1867"),
    IN_1867_ARABIC: refused(answer("ar", 0.02, []), "١٨٦٧"),
}


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    # The refusals' nearest passages are of the chat's other texts.
    documents = {hit.passage.document_id for reply in ANSWERS.values() for hit in reply.hits}
    from chatting import DOCUMENTS as OTHERS

    library = Library({**DOCUMENTS, **{id_: OTHERS[id_] for id_ in documents}})
    with served(library, Asker(ANSWERS)) as where:
        yield where


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    with opened(browser, address) as page:
        yield page


def marks(found: Locator) -> list[str]:
    return found.locator("mark.exact").all_inner_texts()


def sides(found: Locator) -> list[str]:
    """The edges of the marks' boxes and of the blocks that they stand in: whether they are inside."""
    inside = """all => all.map(e => {
      const [own, block] = [e.getBoundingClientRect(), e.closest("p").getBoundingClientRect()];
      return own.left >= block.left - 1 && own.right <= block.right + 1
        && own.top >= block.top - 1 && own.bottom <= block.bottom + 1;
    })"""
    return cast("list[str]", found.evaluate_all(inside))


@pytest.mark.parametrize(
    ("question", "found", "way"),
    [
        (WHERE, ["بمدينة الموصل"], "rtl"),
        (WHEN, ["الثالث من آذار عام ١٩٥٣", "1954"], "rtl"),
        (WHO, ["زيدُ بنُ عُمَر"], "rtl"),
        (BURNED_WHEN, ["12 May 1912"], "ltr"),
        (WHICH, ["Reuters"], "rtl"),
    ],
)
def test_the_answer_is_marked_inside_its_quotation(
    page: Page, question: str, found: list[str], way: str
) -> None:
    turn = ask(page, question)
    assert marks(turn.locator(".quote")) == marks(turn) == found
    # In the quotation's direction, not a Latin name's own: a mark must not reorder the line.
    assert set(directions(turn.locator("mark.exact, .quote p"))) == {way}
    assert all(sides(turn.locator("mark.exact")))
    told = turn.locator(".cited > .unseen").all_inner_texts()
    assert told == [f"The answer in it: {words}" for words in found]


def test_where_no_answer_within_is_known_nothing_is_marked(page: Page) -> None:
    turn = ask(page, HOW)
    assert turn.locator("mark, .unseen").count() == 0
    turn.locator(".number").click()
    expect(shown(page)).to_have_text(BURNED)
    assert reader(page).locator("mark.exact").count() == 0


@pytest.mark.parametrize("question", [WHERE, WHEN, WHO, BURNED_WHEN, WHICH])
def test_a_mark_moves_and_parts_no_letters(page: Page, question: str) -> None:
    """A letter that lost its joined form, or a mark of its own width, would make a line longer."""
    turn = ask(page, question)
    turn.locator(".number").first.click()
    expect(shown(page)).to_be_visible()
    page.evaluate("document.fonts.ready")
    # On one line, so that only the letters count.
    page.add_style_tag(
        content="#page :is(.quote p, #reader .paragraph p) { white-space: nowrap !important; }"
    )
    blocks = page.locator(".quote p, #reader .paragraph p")
    width = """all => all.map(e => {
      const range = document.createRange();
      range.selectNodeContents(e);
      return range.getBoundingClientRect().width;
    })"""
    marked = blocks.evaluate_all(width)
    unmark = """all => all.forEach(e => {
      const block = e.closest("p");
      e.replaceWith(...e.childNodes);
      block.normalize();
    })"""
    page.locator("mark.exact").evaluate_all(unmark)
    assert blocks.evaluate_all(width) == pytest.approx(marked, abs=0.1)
    assert page.locator("mark.exact").count() == 0
    # It would show: bold letters are wider.
    page.add_style_tag(content="#page :is(.quote, .paragraph) p { font-weight: 700 !important; }")
    assert blocks.evaluate_all(width) != pytest.approx(marked, abs=0.1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_told_apart_without_colour(browser: Browser, address: str, scheme: str) -> None:
    with opened(browser, address, color_scheme=scheme) as page:
        turn = ask(page, BURNED_WHEN)
        style = "e => [getComputedStyle(e).textDecorationLine, getComputedStyle(e).fontWeight]"
        assert turn.locator("mark.exact").evaluate(style)[0] == "underline"
        assert turn.locator(".quote p").evaluate(style)[0] == "none"
        # Another weight would be another font, in which letters don't join to those beside them.
        assert turn.locator("mark.exact").evaluate(style)[1] == turn.locator(".quote p").evaluate(style)[1]


def test_the_reading_pane_marks_it_more_than_its_sentence(page: Page) -> None:
    turn = ask(page, WHEN)
    turn.locator(".number").first.click()
    expect(shown(page)).to_have_text(SENTENCE)
    assert marks(reader(page)) == ["الثالث من آذار عام ١٩٥٣", "1954"]
    assert shown(page).locator("mark.exact").inner_text() == "الثالث من آذار عام ١٩٥٣"
    grounds = page.locator("#reader mark").evaluate_all(
        "all => all.map(e => getComputedStyle(e).backgroundColor)"
    )
    assert len(set(grounds[:2])) == 2
    turn.locator(".number").nth(1).click()
    expect(shown(page)).to_have_text(REUTERS)
    assert shown(page).locator("mark.exact").inner_text() == "1954"


def test_what_is_copied_and_selected_is_plain(browser: Browser, address: str) -> None:
    with opened(browser, address, permissions=["clipboard-read", "clipboard-write"]) as page:
        turn = ask(page, WHERE)
        turn.locator("[data-act=copy-answer]").click()
        expect(page.locator("#said")).to_have_text(say("copied", "en"))
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied == f"{WHERE}\n\n{SENTENCE} [1]\nتاريخ الجمعيّة — هناء السالم — paragraph 1"
        turn.locator(".number").click()
        expect(shown(page)).to_be_visible()
        page.locator("[data-act=copy-quotation]").click()
        expect(page.locator("#reader [data-done]")).to_be_visible()
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied == f"«{SENTENCE}» — تاريخ الجمعيّة — هناء السالم — paragraph 1"
        selected = turn.locator(".cited").evaluate(
            "e => { getSelection().selectAllChildren(e); return getSelection().toString(); }"
        )
        assert SENTENCE in selected
        assert say("answer_within", "en") not in selected


def test_it_is_taken_up_again_with_the_conversation(page: Page) -> None:
    ask(page, WHERE)
    ask(page, IN_1867)
    kept(page, 2)
    page.reload()
    expect(page.locator(".turn")).to_have_count(2)
    assert marks(page.locator(".turn").first) == ["بمدينة الموصل"]
    assert page.locator(".missing").inner_text() == "These texts don't mention “1867”."


@pytest.mark.parametrize(
    ("question", "said", "way"),
    [
        (IN_1867, "These texts don't mention “1867”.", "ltr"),
        (IN_1867_ARABIC, "These texts don't mention “١٨٦٧”.", "ltr"),
    ],
)
def test_a_refusal_says_what_no_text_mentions(page: Page, question: str, said: str, way: str) -> None:
    turn = ask(page, question)
    assert turn.locator(".missing").inner_text() == said
    assert directions(turn.locator(".not-found, .missing")) == [way, way]
    assert turn.locator(".nearest").inner_text() == say("nearest", "en")
    assert turn.locator(".passage").count() == 2


@pytest.mark.parametrize(
    ("question", "name"), [(WHERE, "certain"), (WHEN, "likely"), (WHO, "possible"), (WHICH, "unlikely")]
)
def test_what_is_said_of_certainty_follows_the_probability(page: Page, question: str, name: str) -> None:
    assert ask(page, question).locator(".confidence").inner_text() == say(name, "en")


def test_what_is_saved_has_it_in_bold(page: Page) -> None:
    ask(page, WHERE)
    ask(page, BURNED_WHEN)
    page.locator("[popovertarget=exports]").click()
    with page.expect_download() as saving:
        page.locator("[data-format=md]").click()
    text = saving.value.path().read_text("utf-8")
    assert re.findall(r"\*\*(.*?)\*\*", text) == ["بمدينة الموصل", "12 May 1912"]


@pytest.mark.parametrize(
    ("size", "locale", "scheme"),
    [(WIDE, "en", "light"), (WIDE, "ar", "dark"), (PHONE, "ar", "light"), (PHONE, "en", "dark")],
    ids=["wide-en-light", "wide-ar-dark", "phone-ar-light", "phone-en-dark"],
)
def test_axe_finds_nothing_serious(
    browser: Browser, address: str, size: tuple[int, int], locale: str, scheme: str
) -> None:
    name = f"marked-{'phone' if size == PHONE else 'wide'}-{locale}-{scheme}"
    found = {}
    with opened(browser, address, size, locale=locale, color_scheme=scheme, reduced_motion="reduce") as page:
        for question in (IN_1867, IN_1867_ARABIC, WHICH, WHO, BURNED_WHEN, WHEN):
            ask(page, question)
        found["conversation"] = violations(page)
        page.locator(".turn").last.scroll_into_view_if_needed()
        picture(page, f"{name}-conversation")
        page.locator(".turn").nth(0).scroll_into_view_if_needed()
        picture(page, f"{name}-refusal")
        page.locator(".turn").last.locator(".number").first.click()
        expect(shown(page)).to_be_visible()
        found["reading"] = violations(page)
        picture(page, f"{name}-reading")
    assert found == {"conversation": [], "reading": []}
