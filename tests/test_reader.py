"""The reading pane's part of a document: which paragraphs, in which direction, with what marked."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import Document
from index.text.analyzer import Language
from index.types import Block, BlockKind
from qa.api.service import InvalidRequest
from qa.messages import say
from web.page_calls import Mark, Read
from web.views.answers import checksum
from web.views.reading_pane import AFTER, BEFORE, MORE, gone, read, reference

RTL, LTR = 'lang="ar" dir="rtl"', 'lang="en" dir="ltr"'
TWO = Document(
    "The river floods. Farmers wait.\nأعلن الحشد المعركة.", title="River", author="A. Writer", id="two"
)
LONG = Document("\n".join(f"Paragraph {n} of it." for n in range(1, 5001)), source="long.txt", id="long")


def mark(document: Document, quote: str, name: str = "0-1", quoted: bool = True) -> Mark:
    start = document.text.index(quote)
    return Mark(name=name, start=start, end=start + len(quote), check=checksum(quote), quoted=quoted)


def wish(
    document: Document,
    *marks: Mark,
    language: Language = "en",
    first: int | None = None,
    last: int | None = None,
) -> Read:
    return Read(document=document.id, marks=list(marks), language=language, first=first, last=last)


def shown(paragraphs: str) -> list[str]:
    """The paragraphs' texts."""
    return [
        html.unescape(re.sub("<[^>]+>", "", p)) for p in re.findall(r"<p [^>]*>(.*?)</p>", paragraphs, re.S)
    ]


def numbers(paragraphs: str) -> list[int]:
    return [int(n) for n in re.findall(r'<span class="count" aria-hidden="true">(\d+)</span>', paragraphs)]


def test_a_document_to_the_letter() -> None:
    view = read(TWO, wish(TWO, mark(TWO, "Farmers wait.", "0-2"), mark(TWO, "The river", "0-1")))
    assert view.heading == f'<h2 tabindex="-1" {LTR}>River</h2><p class="author" {LTR}>A. Writer</p>'
    assert view.note == ""
    assert view.paragraphs == (
        f'<div class="paragraph" {LTR}><span class="count" aria-hidden="true">1</span>'
        f'<p {LTR}><mark data-cite="0-1" tabindex="-1">The river</mark> floods. '
        '<mark data-cite="0-2" tabindex="-1">Farmers wait.</mark></p></div>'
        f'<div class="paragraph" {RTL}><span class="count" aria-hidden="true">2</span>'
        f"<p {RTL}>أعلن الحشد المعركة.</p></div>"
    )
    assert (view.first, view.last, view.total) == (0, 2, 2)
    assert view.copied == "“Farmers wait.” — River — A. Writer — paragraph 1"


def test_the_answer_in_a_quotation_is_marked_more() -> None:
    quoted = mark(TWO, "Farmers wait.", "0-2").model_copy(update={"answer_start": 18, "answer_end": 25})
    view = read(TWO, wish(TWO, quoted, mark(TWO, "أعلن الحشد المعركة.", "0-1")))
    assert (
        '<mark data-cite="0-2" tabindex="-1"><mark class="exact">Farmers</mark> wait.</mark>'
        in view.paragraphs
    )
    assert view.paragraphs.count('class="exact"') == 1
    assert shown(view.paragraphs) == TWO.text.split("\n")
    # What is copied is the text alone.
    assert view.copied == "“Farmers wait.” — River — A. Writer — paragraph 1"


@given(st.lists(st.integers(0, 32), min_size=6, max_size=6))
def test_wherever_answers_are_the_text_stays_as_it_is(places: list[int]) -> None:
    text = TWO.text
    marks = []
    for name in ("0-1", "0-2"):
        start, first, last, end = sorted([*places[:2], *places[2:4]])
        places = places[2:]
        if start < end:
            answer = {"answer_start": first, "answer_end": last} if first < last else {}
            marks.append(
                mark(TWO, text[start:end], name).model_copy(update={"start": start, "end": end, **answer})
            )
    assert shown(read(TWO, wish(TWO, *marks)).paragraphs) == text.split("\n")


def test_a_whole_passage_is_marked_otherwise_than_a_quotation() -> None:
    view = read(TWO, wish(TWO, mark(TWO, "أعلن الحشد المعركة.", quoted=False)))
    assert '<mark class="whole" data-cite="0-1" tabindex="-1">أعلن الحشد المعركة.</mark>' in view.paragraphs


@pytest.mark.parametrize(
    ("spans", "marked"),
    [
        ([(0, 9), (4, 17)], ["The river", " floods."]),
        ([(4, 17), (0, 9)], ["The river", " floods."]),
        ([(0, 17), (4, 9)], ["The river floods.", ""]),
        ([(0, 9), (0, 9)], ["The river", ""]),
        ([(0, 9), (9, 17)], ["The river", " floods."]),
    ],
)
def test_where_two_overlap_the_paragraph_stays_as_it_is(
    spans: list[tuple[int, int]], marked: list[str]
) -> None:
    marks = [mark(TWO, TWO.text[a:b], f"0-{i}") for i, (a, b) in enumerate(spans)]
    view = read(TWO, wish(TWO, *marks))
    assert shown(view.paragraphs) == TWO.text.split("\n")
    assert re.findall("<mark[^>]*>(.*?)</mark>", view.paragraphs) == marked


@pytest.mark.parametrize(
    ("number", "first", "last"),
    [(1, 0, AFTER), (10, 0, 9 + AFTER), (2500, 2499 - BEFORE, 2499 + AFTER), (5000, 4999 - BEFORE, 5000)],
)
def test_of_a_long_document_only_what_is_round_the_quotation_is_shown(
    number: int, first: int, last: int
) -> None:
    view = read(LONG, wish(LONG, mark(LONG, f"Paragraph {number} of it.")))
    assert (view.first, view.last, view.total) == (first, last, 5000)
    assert numbers(view.paragraphs) == list(range(first + 1, last + 1))
    assert shown(view.paragraphs) == [f"Paragraph {n} of it." for n in range(first + 1, last + 1)]
    assert re.findall("<mark[^>]*>(.*?)</mark>", view.paragraphs) == [f"Paragraph {number} of it."]
    assert view.copied == f"“Paragraph {number} of it.” — long.txt — paragraph {number}"


def test_more_of_it_follows_without_a_gap() -> None:
    quote = mark(LONG, "Paragraph 100 of it.")
    view = read(LONG, wish(LONG, quote))
    before = read(LONG, wish(LONG, quote, first=max(view.first - MORE, 0), last=view.first))
    after = read(LONG, wish(LONG, quote, first=view.last, last=view.last + MORE))
    assert numbers(before.paragraphs + view.paragraphs + after.paragraphs) == list(range(20, 200))


@pytest.mark.parametrize(("first", "last"), [(0, 3), (4990, 9999), (0, 10**9), (5, 2), (9999, 10**9)])
def test_whatever_is_asked_for_a_part_of_the_document_is_shown(first: int, last: int) -> None:
    view = read(LONG, wish(LONG, mark(LONG, "Paragraph 1 of it."), first=first, last=last))
    expected = list(range(first, min(last, 5000)))[: BEFORE + MORE]
    assert numbers(view.paragraphs) == [n + 1 for n in expected]


def test_a_paragraph_of_megabytes_is_shown_in_pieces() -> None:
    document = Document("word " * 400_000 + "end.\nSecond.", id="d")
    view = read(document, wish(document, mark(document, "end.")))
    assert len(view.paragraphs) < 200_000
    assert "".join(shown(view.paragraphs))[-11:] == "end.Second."
    # It is counted once, at its start, which isn't shown here.
    assert numbers(view.paragraphs) == [2]


@pytest.mark.parametrize("language", ["ar", "en"])
def test_a_quotation_that_is_not_in_its_place_any_more_is_not_marked(language: Language) -> None:
    changed = Document("The rivers flood. Farmers wait.", title="River", id="two")
    view = read(
        changed, wish(changed, mark(TWO, "The river floods."), mark(TWO, "The river"), language=language)
    )
    # The other one is still there to the letter.
    assert re.findall("<mark[^>]*>(.*?)</mark>", view.paragraphs) == ["The river"]
    assert html.unescape(re.sub("<[^>]+>", "", view.note)) == say("document_changed", language)
    assert view.copied == ""
    assert shown(view.paragraphs) == [changed.text]


def test_a_quotation_beyond_the_end_of_a_document_that_was_cut_is_not_marked() -> None:
    cut = Document("The", id="long")
    view = read(cut, wish(cut, mark(LONG, "Paragraph 4000 of it.")))
    assert (shown(view.paragraphs), view.copied) == (["The"], "")


def test_a_document_that_was_removed() -> None:
    assert gone("en").note == f"<p {LTR}>This document is no longer among the texts.</p>"
    assert gone("ar").data()["paragraphs"] == ""


def test_a_document_without_a_title() -> None:
    bare = Document("Some words.", id="bare")
    assert read(bare, wish(bare, mark(bare, "words"))).heading == f'<h2 tabindex="-1" {LTR}>Untitled</h2>'
    assert read(bare, wish(bare, mark(bare, "words"), language="ar")).copied == "“words” — الفقرة 1"


def test_a_reference_names_what_is_known() -> None:
    from web.views.answers import Place, Source

    assert (
        reference("سلام", Place.of(Source("عنوان", "كاتب"), "ar", paragraph=3), "ar")
        == "«سلام» — عنوان — كاتب — الفقرة 3"
    )
    # Speech that is quoted as a whole has its marks; two speeches haven't them together.
    assert (
        reference("«سلام»", Place.of(Source("عنوان", ""), "ar", paragraph=3), "ar")
        == "«سلام» — عنوان — الفقرة 3"
    )
    assert (
        reference("«نعم» و«لا»", Place.of(Source("", ""), "en", paragraph=1), "ar")
        == "««نعم» و«لا»» — paragraph 1"
    )
    assert (
        reference('"Peace."', Place.of(Source("Title", ""), "en", paragraph=3), "en")
        == '"Peace." — Title — paragraph 3'
    )
    assert (
        reference("Peace", Place.of(Source("Title", ""), "en", paragraph=3), "en")
        == "“Peace” — Title — paragraph 3"
    )


SENT = {
    "document": "two", "language": "ar", "first": 3, "last": None,
    "marks": [{"name": "cite-0-1", "start": 0, "end": 9, "check": "0", "quoted": True}],
}  # fmt: skip


def test_what_the_page_sends() -> None:
    quoted = Mark(name="cite-0-1", start=0, end=9, check="0", quoted=True)
    assert Read.of(SENT) == Read(document="two", marks=[quoted], language="ar", first=3, last=None)


@pytest.mark.parametrize(
    ("span", "answer"),
    [((2, 5), (2, 5)), ((0, 9), (0, 9)), ((0, 10), None), ((5, 5), None), ((5, 2), None), ((2, None), None)],
)
def test_an_answer_counts_only_within_its_mark(span: tuple[int, int | None], answer: object) -> None:
    sent = {**SENT["marks"][0], "answer_start": span[0], "answer_end": span[1]}  # type: ignore[index]
    assert Read.of({**SENT, "marks": [sent]}).marks[0].answer == answer


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"marks": [{}]},
        {"marks": [{"name": "x", "start": "y"}]},
        {"marks": 3},
        {"first": "x"},
        {"first": -1},
    ],
)
def test_what_the_page_does_not_send_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(InvalidRequest):
        Read.of({**SENT, **wrong} if wrong else {})


def test_without_a_mark_a_document_is_shown_from_its_beginning() -> None:
    view = read(LONG, Read.of({"document": "long", "marks": [], "language": "en", "first": None}))
    assert numbers(view.paragraphs) == list(range(1, AFTER + 1))
    assert (view.note, view.copied, view.first, view.last, view.total) == ("", "", 0, AFTER, 5000)


PIECES = [
    "<script>", "</p>", "<mark id=x>", '"', "'", "&", "&amp;", "<!--", "]]>", "سلام", "ثمّ", "river", " ", ".",
    "\n", "\r\n", "\u2028", "\x00", "\u202e", "\u2066", "{0}", "%s", "[1]", "😀",
]  # fmt: skip
TEXTS = (
    st.lists(st.sampled_from(PIECES), min_size=1, max_size=30).map("".join).filter(lambda t: bool(t.strip()))
)


@given(TEXTS, st.data())
def test_whatever_a_document_is_all_of_its_paragraphs_are_shown_and_nothing_else_is_made(
    text: str, data: st.DataObject
) -> None:
    document = Document(text, title=text, author=text, id="d")
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    quote = text[start:end]
    view = read(
        document, wish(document, Mark(name='"><b>', start=start, end=end, check=checksum(quote), quoted=True))
    )
    assert words_of(view.paragraphs) == letters(text)
    marked = re.findall("<mark[^>]*>(.*?)</mark>", view.paragraphs, re.S)
    assert words_of("".join(marked)) == letters(quote)
    tags = set(re.findall(r"<(\w+)", view.heading + view.note + view.paragraphs))
    assert tags <= {"h2", "h3", "h4", "h5", "h6", "p", "bdi", "div", "span", "mark", *TABLE_TAGS}


TABLE_TAGS = ("table", "thead", "tbody", "tr", "th", "td")


def words_of(content: str) -> str:
    """The letters and digits that are shown, but for the numbers of paragraphs."""
    return letters(html.unescape(re.sub('<span class="count".*?</span>|<[^>]+>', "", content)))


def letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))


# A table is between paragraphs; its second row is quoted.
STATUTE = "\n\n".join(
    (
        "الفروع",
        "للجمعية فرعان.",
        "الفرع | الأعضاء\nتل الورد | 87\nعين الحور | 54",
        "أهداف الجمعية:",
        "1. الفهرسة.\n2. التدريب.",
        "نصّ الحاشية.",
    )
)


def block(kind: BlockKind, words: str, **more: Any) -> Block:
    start = STATUTE.index(words)
    return Block(kind, start, start + len(words), **more)


def row(kind: BlockKind, *cells: str) -> Block:
    columns = () if kind == "table_header" else ("الفرع", "الأعضاء")
    made = block(kind, " | ".join(cells), table=1, columns=columns, page=2)
    second = made.start + len(cells[0]) + 3
    places = ((made.start, made.start + len(cells[0])), (second, made.end))
    return replace(made, cells=places)


LAID_OUT = Document(
    STATUTE,
    title="النظام",
    author="لجنة",
    date="2018",
    id="laid out",
    blocks=(
        block("heading", "الفروع", level=2, page=1),
        block("paragraph", "للجمعية فرعان.", page=1),
        row("table_header", "الفرع", "الأعضاء"),
        row("table_row", "تل الورد", "87"),
        row("table_row", "عين الحور", "54"),
        block("paragraph", "أهداف الجمعية:", page=2),
        block("list_item", "1. الفهرسة.", level=1, label="1.", page=2),
        block("list_item", "2. التدريب.", level=2, label="2.", page=2),
        block("footnote", "نصّ الحاشية.", label="*", page=2),
    ),
)


def test_headings_lists_and_footnotes_look_like_what_they_are() -> None:
    content = read(LAID_OUT, wish(LAID_OUT)).paragraphs
    assert f'<div class="paragraph head" {RTL}><span class="count" aria-hidden="true">1</span>' in content
    assert f"<h4 {RTL}>الفروع</h4>" in content
    assert f'<div class="paragraph item" {RTL} style="--depth: 1">' in content
    assert f'<div class="paragraph item" {RTL} style="--depth: 2">' in content
    # A number that stands in the text isn't shown again; a footnote's mark that doesn't is.
    assert f"<p {RTL}>1. الفهرسة.</p>" in content
    assert f'<p {RTL}><span class="label">*</span> نصّ الحاشية.</p>' in content
    assert re.findall(r'<div class="sheet" [^>]*><span>(.*?)</span>', content) == ["page 1", "page 2"]


def test_a_table_is_a_table_and_the_quoted_row_is_marked_in_its_cells() -> None:
    content = read(LAID_OUT, wish(LAID_OUT, mark(LAID_OUT, "عين الحور | 54"), language="ar")).paragraphs
    (table,) = re.findall("<table>.*?</table>", content)
    assert table == (
        f'<table><thead><tr><th scope="col" {RTL}>الفرع</th><th scope="col" {RTL}>الأعضاء</th></tr></thead>'
        f"<tbody><tr><td {RTL}>تل الورد</td><td>87</td></tr>"
        f'<tr><td {RTL}><mark data-cite="0-1" tabindex="-1">عين الحور</mark></td>'
        '<td><mark data-cite="0-1" tabindex="-1">54</mark></td></tr></tbody></table>'
    )
    assert 'role="group" aria-label="جدول" tabindex="0"' in content


def test_the_answer_in_a_row_is_marked_in_its_cell() -> None:
    quoted = mark(LAID_OUT, "عين الحور | 54")
    span = {"answer_start": quoted.end - 2, "answer_end": quoted.end}
    quoted = quoted.model_copy(update=span)
    content = read(LAID_OUT, wish(LAID_OUT, quoted)).paragraphs
    assert '<mark data-cite="0-1" tabindex="-1">عين الحور</mark>' in content
    assert '<mark data-cite="0-1" tabindex="-1"><mark class="exact">54</mark></mark>' in content


def test_a_part_of_a_table_has_its_column_headings() -> None:
    content = read(LAID_OUT, wish(LAID_OUT, first=4, last=5)).paragraphs
    assert re.findall("<th [^>]*>(.*?)</th>", content) == ["الفرع", "الأعضاء"]
    assert re.findall("<td[^>]*>(.*?)</td>", content) == ["عين الحور", "54"]


def test_what_is_copied_names_the_headings_and_the_page() -> None:
    view = read(LAID_OUT, wish(LAID_OUT, mark(LAID_OUT, "عين الحور | 54"), language="ar"))
    assert view.copied.startswith("«عين الحور | 54» — النظام › الفروع — لجنة — 2018 — الصفحة 2 — الفقرة ")
    assert re.findall("<bdi[^>]*>(.*?)</bdi>", view.heading) == ["لجنة", "2018"]
