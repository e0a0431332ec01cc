"""Answers as HTML: what is shown, in which direction, and that texts do nothing but be shown."""

from __future__ import annotations

import dataclasses
import re
import zlib
from collections.abc import Mapping
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from page_calling import sent

from index import Document, Hit, Passage
from index.text.analyzer import Language
from qa.conversation.references import locator
from qa.conversation.stored_citation import StoredCitation
from qa.messages import say, say_confidence, say_not_found
from qa.types import Answer, Citation
from web.page_calls import Read
from web.views import reading_pane
from web.views.answers import (
    Source,
    render_actions,
    render_answer,
    render_broken_citations,
    render_note,
    render_turn,
)
from web.views.templating import direction, environment

ARABIC = Document(
    "أعلن الحشد المعركة، ثمّ توقّف. وصل Dunford أمس.", title="بين البوكمال والقائم", author="مصطفى", id="ar"
)
ENGLISH = Document("The river floods. Farmers wait.", source="river.txt", id="en")
DOCUMENTS: Mapping[str, Document] = {"ar": ARABIC, "en": ENGLISH}

RTL, LTR = 'lang="ar" dir="rtl"', 'lang="en" dir="ltr"'


def whole(document: Document, number: int = 1) -> Passage:
    return Passage.of(document, number, 0, len(document.text))


def cite(document: Document, number: int, quote: str, passage: Passage | None = None) -> Citation:
    start = document.text.index(quote)
    return Citation.of(document, number, passage or whole(document), start, start + len(quote))


def reply(*citations: Citation, in_language: Language = "ar", confidence: float = 0.7) -> Answer:
    hits = tuple(Hit(whole(document), 1.0) for document in (ARABIC, ENGLISH))
    text = "" if citations else say("not_found", in_language)
    return Answer("?", in_language, text, citations, hits, confidence)


def render(
    answer: Answer,
    turn: int = 4,
    documents: Mapping[str, Document] = DOCUMENTS,
    page: Language | None = None,
) -> str:
    sources = {id_: Source.of(document) for id_, document in documents.items()}
    return render_answer(answer, sources, turn, page or answer.language)


class Reader(HTMLParser):
    """What a browser would make of it: elements with their attributes, and the text in each."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None], list[str]]] = []
        self._open: list[int] = []
        self.feed(page)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open.append(len(self.elements))
        self.elements.append((tag, dict(attrs), []))

    def handle_endtag(self, tag: str) -> None:
        assert self.elements[self._open.pop()][0] == tag

    def handle_data(self, data: str) -> None:
        for number in self._open:
            self.elements[number][2].append(data)

    def texts(self, tag: str, class_: str | None = None) -> list[str]:
        return [
            "".join(data)
            for name, attributes, data in self.elements
            if name == tag and (class_ is None or attributes.get("class") == class_)
        ]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<b>&\"'", "&lt;b&gt;&amp;&#34;&#39;"),
        ("&lt;", "&amp;lt;"),
        ("**bold** _it_ [a](http://b) $x$", "**bold** _it_ [a](http://b) $x$"),
        ("a\x00b\x1b[31mc\x7fd\ud800e", "a\ufffdb\ufffd[31mc\ufffdd\ufffde"),
        ("line\n\ttab\r", "line\n\ttab\r"),
        ("سَلام ـ \u200f😀", "سَلام ـ \u200f😀"),
    ],
)
def test_escaped_text_is_shown_and_does_nothing(text: str, shown: str) -> None:
    assert environment.from_string("{{ text }}").render(text=text) == shown


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("سلام", RTL),
        ("Salaam", LTR),
        # Most words count, not the first letter.
        ("Dunford وصل أمس", RTL),
        ("وصل Joe Dunford", LTR),
        ("2017", LTR),
        ("", LTR),
    ],
)
def test_direction_is_that_of_most_words(text: str, expected: str) -> None:
    assert direction(text) == expected


def test_a_turn_and_a_note() -> None:
    assert render_turn(3, "من <b>؟", "<p>x</p>") == (
        f'<article class="turn" id="turn-3"><h2 class="question" {RTL}>من &lt;b&gt;؟</h2><p>x</p></article>'
    )
    assert render_turn(0, " \n", "<p>x</p>") == '<article class="turn" id="turn-0"><p>x</p></article>'
    assert render_note("Type a <question>.", "refusal") == (
        f'<p class="note refusal" {LTR}>Type a &lt;question&gt;.</p>'
    )


def test_an_answer_to_the_letter() -> None:
    page = render(reply(cite(ARABIC, 1, "أعلن الحشد المعركة")))
    assert page == (
        f'<div class="answer"><div class="cited" {RTL}>'
        '<a class="number" id="cite-4-1" href="#cite-4-1" data-document="ar" data-start="0" data-end="18" '
        f'data-check="{zlib.crc32("أعلن الحشد المعركة".encode()):08x}">[1]</a>'
        f'<blockquote class="quote" {RTL}><p {RTL}>أعلن الحشد المعركة</p></blockquote>'
        f'<div class="beside"><p class="where" {RTL}><bdi {RTL}>بين البوكمال والقائم</bdi> — '
        f"<bdi {RTL}>مصطفى</bdi> — <bdi {RTL}>الفقرة 1</bdi></p>"
        f'<button type="button" class="why-this" data-act="why" {RTL}>لماذا هذا المقطع؟</button></div></div>'
        f'<div class="after"><p class="note confidence" {RTL}>الجواب في النصوص على الأرجح</p>'
        '<div class="actions"></div></div></div>'
    )


def marked(document: Document, quote: str, asked: str) -> Citation:
    start, first = document.text.index(quote), document.text.index(asked)
    return Citation.of(
        document, 1, whole(document), start, start + len(quote), answer=(first, first + len(asked))
    )


def test_the_answer_within_a_quotation_is_marked() -> None:
    page = render(reply(marked(ARABIC, "وصل Dunford أمس.", "Dunford")), page="en")
    assert f'<p {RTL}>وصل <mark class="exact">Dunford</mark> أمس.</p>' in page
    assert f'<p class="unseen" {LTR}>The answer in it: <bdi {LTR}>Dunford</bdi></p>' in page
    assert 'data-start="31" data-end="47"' in page
    assert 'data-answer-start="35" data-answer-end="42"' in page
    assert Reader(page).texts("blockquote") == ["وصل Dunford أمس."]


def test_a_mark_parts_no_joined_letters_and_no_tashkeel() -> None:
    for asked, shown in (("حشد", "الحشد"), ("ثم", "ثمّ"), ("ثمّ", "ثمّ")):
        page = render(reply(marked(ARABIC, "أعلن الحشد المعركة، ثمّ توقّف.", asked)))
        assert Reader(page).texts("mark") == [shown]


def test_without_an_answer_within_it_nothing_of_a_quotation_is_marked() -> None:
    page = render(reply(cite(ARABIC, 1, "وصل Dunford أمس.")))
    assert [word for word in ("<mark", "data-answer", "unseen") if word in page] == []


def test_the_answer_within_a_row_and_within_metadata_is_marked() -> None:
    table = Document("الأعضاء | تل الورد | 87", author="لجنة الصياغة", id="ar")
    row = Passage.of(table, 1, 0, len(table.text), "table_row", (), ("", "الفرع", "العدد"))
    cited = Citation.of(table, 1, row, 0, len(table.text), answer=(10, 23))
    author = Citation.of(table, 2, row, 0, 12, field="author", answer=(5, 12))
    read = Reader(render(reply(cited, author), documents={"ar": table, "en": ENGLISH}))
    assert read.texts("dd") == ["الأعضاء", "تل الورد", "87"]
    assert read.texts("mark") == ["تل الورد", "87", "الصياغة"]
    assert read.texts("p", "metadata") == ["المؤلف: لجنة الصياغة"]


@pytest.mark.parametrize("page", ["ar", "en"])
def test_a_refusal_says_what_no_text_mentions(page: Language) -> None:
    refused = dataclasses.replace(reply(), missing=("1867",), text=say_not_found(("1867",), "ar"))
    read = Reader(render(refused, page=page))
    said = say_not_found(("1867",), page).split("\n")
    assert (read.texts("p", "note not-found"), read.texts("p", "note missing")) == (said[:1], said[1:])
    assert read.texts("p", "note nearest") == [say("nearest", page)]


@pytest.mark.parametrize("page", ["ar", "en"])
def test_what_can_be_done_with_an_answer(page: Language) -> None:
    read = Reader(render_actions(copied=True, may_judge=True, verdict="right", page=page))
    buttons = [attributes for tag, attributes, _ in read.elements if tag == "button"]
    assert read.texts("button") == [say("copy_answer", page), "", ""]
    assert [button.get("aria-label") for button in buttons] == [None, say("right", page), say("wrong", page)]
    assert [button.get("aria-pressed") for button in buttons] == [None, "true", "false"]
    assert render_actions(copied=False, may_judge=False, verdict=None, page=page) == ""


def test_what_was_quoted_and_is_gone_is_shown_and_does_nothing() -> None:
    lost = StoredCitation(
        2, "en", 3, 0, 9, 0, 9, "<b>The river", title="", author="A. \u202eB", source="river.txt"
    )
    read = Reader(render_broken_citations([lost], "en"))
    assert read.texts("p", "note gone") == [say("no_longer_there", "en")]
    assert (read.texts("span"), read.texts("blockquote")) == (["[2]"], ["<b>The river"])
    assert read.texts("p", "where") == ["river.txt — A. B — paragraph 3"]
    assert read.texts("a") == []
    assert render_broken_citations([], "en") == ""


@pytest.mark.parametrize("columns", [(), ("Year", "Pieces", "السعر")])
def test_a_quotation_of_numbers_goes_the_way_of_its_document(columns: tuple[str, ...]) -> None:
    text = "سجلّ القطع الخزفية في متحف الموصل\n2020 | 14 | 300 USD\n2021 | 9 | 120"
    register = Document(text, title="Register.pdf")
    start = register.text.index("2020")
    row = Passage.of(register, 2, start, start + 19, "table_row", (), columns)
    cited = Citation.of(register, 1, row, start, start + 19)
    shown = render(reply(cited), documents={register.id: register})
    ways = re.findall(r'<(div class="cited"|blockquote class="quote"|dl class="cells"|p) (lang="..")', shown)
    # Where most of the headings are English the row goes their way, number, quotation and cells alike.
    assert {way for _, way in ways[:3]} == {'lang="en"' if columns else 'lang="ar"'}
    nearest = dataclasses.replace(reply(), hits=(Hit(row, 1.0),))
    shown = render(nearest, documents={register.id: register})
    assert f'<section class="near" {ways[0][1]}' in shown
    read = reading_pane.read(register, sent(Read, document="d", marks=[], language="en"))
    assert f'<div class="paragraph table" {RTL}>' in read.paragraphs
    gone = StoredCitation.of(cited, lambda _: register)
    assert locator(gone, gone.spoken(lambda _: register)) == ("paragraph 2" if columns else "الفقرة 2")


def test_a_document_without_a_title_is_known_by_its_source() -> None:
    (where,) = Reader(render(reply(cite(ENGLISH, 1, "Farmers wait."), in_language="en"))).texts("p", "where")
    assert where == "river.txt — paragraph 1"


@pytest.mark.parametrize(("page", "expected"), [("ar", "الفقرة 12"), ("en", "paragraph 12")])
@pytest.mark.parametrize("asked_in", ["ar", "en"])
def test_dalils_own_words_are_in_the_pages_language(
    page: Language, expected: str, asked_in: Language
) -> None:
    answer = reply(cite(ENGLISH, 1, "The river", whole(ENGLISH, 12)), in_language=asked_in, confidence=0.9)
    read = Reader(render(answer, page=page))
    assert read.texts("bdi")[-1] == expected
    assert read.texts("p", "note confidence") == [say_confidence(0.9, page)]
    assert read.texts("button") == [say("why", page)]
    nothing = Reader(render(reply(in_language=asked_in), page=page))
    assert nothing.texts("p", "note not-found") == [say("not_found", page)]
    assert nothing.texts("p", "note nearest") == [say("nearest", page)]


def test_every_quotation_has_its_number_and_its_place() -> None:
    page = render(
        reply(
            cite(ENGLISH, 1, "Farmers wait."),
            cite(ARABIC, 2, "وصل Dunford أمس."),
            cite(ENGLISH, 3, "The river floods."),
            in_language="en",
        )
    )
    read = Reader(page)
    assert read.texts("blockquote", "quote") == ["Farmers wait.", "وصل Dunford أمس.", "The river floods."]
    assert [where.split(" ")[0] for where in read.texts("p", "where")] == ["river.txt", "بين", "river.txt"]
    links = [attributes for tag, attributes, _ in read.elements if tag == "a"]
    assert [(a["id"], a["data-document"], a["data-start"], a["data-end"]) for a in links] == [
        ("cite-4-1", "en", "18", "31"), ("cite-4-2", "ar", "31", "47"), ("cite-4-3", "en", "0", "17"),
    ]  # fmt: skip


def test_the_anchors_of_two_turns_are_different() -> None:
    answers = (reply(cite(ENGLISH, 1, "Farmers wait.")), reply())
    ids = [re.findall(r'id="([^"]+)"', render(answer, turn)) for answer in answers for turn in (1, 2)]
    assert ids == [
        ["cite-1-1"], ["cite-2-1"], ["cite-1-near1", "cite-1-near2"], ["cite-2-near1", "cite-2-near2"],
    ]  # fmt: skip


@pytest.mark.parametrize("in_language", ["ar", "en"])
def test_without_an_answer_the_nearest_are_shown_as_such(in_language: Language) -> None:
    answer = reply(in_language=in_language)
    five = tuple(Hit(whole(ENGLISH, n), 1.0) for n in range(1, 6))
    read = Reader(render(dataclasses.replace(answer, hits=five)))
    assert read.texts("p", "note not-found") == [say("not_found", in_language)]
    assert read.texts("p", "note nearest") == [say("nearest", in_language)]
    assert read.texts("p", "passage") == [ENGLISH.text] * 3
    # Its place is the link that opens it.
    assert read.texts("a", "place") == read.texts("p", "where")
    assert [where[-1] for where in read.texts("p", "where")] == ["1", "2", "3"]
    assert not any(tag in ("mark", "blockquote") for tag, _, _ in read.elements)


def test_a_tables_heading_row_is_not_shown_as_near() -> None:
    head = dataclasses.replace(whole(ARABIC), kind="table_header")
    answer = dataclasses.replace(reply(), hits=(Hit(head, 1.0), Hit(whole(ENGLISH), 0.5)))
    shown = render(answer)
    # The others keep their numbers, by which they are asked for.
    assert re.findall('id="cite-4-(.*?)"', shown) == ["near2"]
    assert ARABIC.text not in shown
    only = render(dataclasses.replace(reply(), hits=(Hit(head, 1.0),)))
    assert say("nearest", "ar") not in only


def test_without_anything_near_only_that_is_said() -> None:
    page = render(dataclasses.replace(reply(in_language="en"), hits=()))
    assert page == f'<p class="note not-found" {LTR}>No answer was found in the texts.</p>'


def test_a_title_cannot_turn_the_line_around() -> None:
    document = dataclasses.replace(ENGLISH, title="a\u202eb\u2066c\u2069d\u200f<i>", author="\u202bx")
    (where,) = Reader(
        render(reply(cite(document, 1, "The"), in_language="en"), documents={"en": document})
    ).texts("p", "where")
    assert where == "abcd\u200f<i> — x — paragraph 1"


PIECES = [
    "<script>", "</p>", "<mark id=x>", '"', "'", "&", "&amp;", "<!--", "]]>", "سلام", "ثمّ", "river", " ", ".",
    "\n", "\x00", "\u202e", "\u2066", "{0}", "%s", "[1]", "😀",
]  # fmt: skip
TEXTS = (
    st.lists(st.sampled_from(PIECES), min_size=1, max_size=12).map("".join)
    | st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)
).filter(lambda text: bool(text.strip()))
# Of "\r" HTML makes "\n".
SHOWN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@pytest.mark.slow
@given(TEXTS, TEXTS, st.data())
def test_whatever_the_texts_are_they_are_shown_whole_and_nothing_else_is_made(
    text: str, title: str, data: st.DataObject
) -> None:
    document = Document(text, title=title, author=title, id="d")
    citations = []
    for number in range(1, data.draw(st.integers(1, 3)) + 1):
        start = data.draw(st.integers(0, len(text) - 1))
        end = data.draw(st.integers(start + 1, len(text)))
        first = data.draw(st.integers(start, end - 1))
        answer = data.draw(st.none() | st.tuples(st.just(first), st.integers(first + 1, end)))
        citations.append(Citation.of(document, number, whole(document), start, end, answer=answer))
    turn = render_turn(
        0, title, render(reply(*citations), documents={"d": document, "ar": ARABIC, "en": ENGLISH})
    )
    read = Reader(turn)
    assert read.texts("blockquote", "quote") == [SHOWN.sub("\ufffd", c.quote) for c in citations]
    assert read.texts("h2") == [SHOWN.sub("\ufffd", title)]
    tags = {tag for tag, _, _ in read.elements}
    assert tags <= {"article", "h2", "div", "blockquote", "p", "a", "bdi", "button", "mark"}
    names = {
        name for _, attributes, _ in read.elements for name in attributes if not name.startswith("data-")
    }
    assert names <= {"class", "lang", "dir", "href", "id", "type"}


def test_the_parser_of_these_tests_sees_what_is_not_escaped() -> None:
    """Otherwise the test above would pass on anything."""
    assert "script" in {tag for tag, _, _ in Reader("<p><script></script></p>").elements}
