"""Answers as HTML: what is shown, in which direction, and that texts do nothing but be shown."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import Document, Hit, Passage
from index.text import Language
from qa.messages import say, say_confidence
from qa.types import Answer, Citation
from web.page import direction, escape, render_answer, render_note, render_turn

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


def render(answer: Answer, turn: int = 4, documents: Mapping[str, Document] = DOCUMENTS) -> str:
    return render_answer(answer, documents.__getitem__, turn)


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
        ("<b>&\"'", "&lt;b&gt;&amp;&quot;&#x27;"),
        ("&lt;", "&amp;lt;"),
        ("**bold** _it_ [a](http://b) $x$", "**bold** _it_ [a](http://b) $x$"),
        ("a\x00b\x1b[31mc\x7fd\ud800e", "a\ufffdb\ufffd[31mc\ufffdd\ufffde"),
        ("line\n\ttab\r", "line\n\ttab\r"),
        ("سَلام ـ \u200f😀", "سَلام ـ \u200f😀"),
    ],
)
def test_escaped_text_is_shown_and_does_nothing(text: str, shown: str) -> None:
    assert escape(text) == shown


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
    assert render_turn("من <b>؟", "<p>x</p>") == (
        f'<article class="turn"><h2 class="question" {RTL}>من &lt;b&gt;؟</h2><p>x</p></article>'
    )
    assert render_turn(" \n", "<p>x</p>") == '<article class="turn"><p>x</p></article>'
    assert render_note("Type a <question>.", "refusal") == (
        f'<p class="note refusal" {LTR}>Type a &lt;question&gt;.</p>'
    )


def test_an_answer_to_the_letter() -> None:
    page = render(reply(cite(ARABIC, 1, "أعلن الحشد المعركة")))
    number = '<a class="number" dir="ltr" href="#mark-4-1">[1]</a>'
    assert page == (
        f'<div class="answer"><blockquote class="quote" {RTL}>'
        f"<p {RTL}>أعلن الحشد المعركة {number}</p></blockquote>"
        f'<p class="note confidence" {RTL}>الجواب في النصوص على الأرجح</p></div>'
        f'<section class="source"><p class="where" {RTL}>{number} <bdi {RTL}>بين البوكمال والقائم</bdi> — '
        f"<bdi {RTL}>مصطفى</bdi> — <bdi {RTL}>الفقرة 1</bdi></p>"
        f'<p class="passage" {RTL}><mark id="mark-4-1" tabindex="-1">أعلن الحشد المعركة</mark>،'
        " ثمّ توقّف. وصل Dunford أمس.</p></section>"
    )


def test_a_document_without_a_title_is_known_by_its_source() -> None:
    (where,) = Reader(render(reply(cite(ENGLISH, 1, "Farmers wait."), in_language="en"))).texts("p", "where")
    assert where == "[1] river.txt — paragraph 1"


@pytest.mark.parametrize(("in_language", "expected"), [("ar", "الفقرة 12"), ("en", "paragraph 12")])
def test_dalils_own_words_are_in_the_askers_language(in_language: Language, expected: str) -> None:
    answer = reply(cite(ENGLISH, 1, "The river", whole(ENGLISH, 12)), in_language=in_language, confidence=0.9)
    read = Reader(render(answer))
    assert read.texts("bdi")[-1] == expected
    assert read.texts("p", "note confidence") == [say_confidence(0.9, in_language)]


def test_citations_from_one_passage_share_it_in_the_order_of_their_numbers() -> None:
    page = render(
        reply(
            cite(ENGLISH, 1, "Farmers wait."),
            cite(ARABIC, 2, "وصل Dunford أمس."),
            cite(ENGLISH, 3, "The river floods."),
        )
    )
    read = Reader(page)
    assert read.texts("blockquote", "quote") == [
        "Farmers wait. [1]", "وصل Dunford أمس. [2]", "The river floods. [3]",
    ]  # fmt: skip
    assert [where.split(" ")[0:2] for where in read.texts("p", "where")] == [["[1]", "[3]"], ["[2]", "بين"]]
    assert read.texts("p", "passage") == [ENGLISH.text, ARABIC.text]
    marks = [(a["id"], "".join(d)) for tag, a, d in read.elements if tag == "mark"]
    assert marks == [
        ("mark-4-3", "The river floods."), ("mark-4-1", "Farmers wait."), ("mark-4-2", "وصل Dunford أمس."),
    ]  # fmt: skip


def test_the_anchors_of_two_turns_are_different() -> None:
    answer = reply(cite(ENGLISH, 1, "Farmers wait."))
    ids = [re.findall(r'id="([^"]+)"', render(answer, turn)) for turn in (1, 2)]
    assert ids == [["mark-1-1"], ["mark-2-1"]]


def test_every_number_leads_to_a_mark() -> None:
    page = render(reply(cite(ENGLISH, 1, "Farmers wait."), cite(ARABIC, 2, "وصل")))
    assert set(re.findall(r'href="#([^"]+)"', page)) == set(re.findall(r'id="([^"]+)"', page))


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
def test_where_two_overlap_the_passage_stays_as_it_is(
    spans: list[tuple[int, int]], marked: list[str]
) -> None:
    passage = whole(ENGLISH)
    citations = [Citation.of(ENGLISH, n, passage, start, end) for n, (start, end) in enumerate(spans, 1)]
    read = Reader(render(reply(*citations)))
    assert read.texts("p", "passage") == [ENGLISH.text]
    assert read.texts("mark") == marked


def test_a_passage_in_the_middle_of_its_document_is_marked_at_its_own_offsets() -> None:
    passage = Passage.of(ENGLISH, 2, 4, 31)
    read = Reader(render(reply(cite(ENGLISH, 1, "Farmers", passage))))
    assert (read.texts("p", "passage"), read.texts("mark")) == (["river floods. Farmers wait."], ["Farmers"])


@pytest.mark.parametrize("in_language", ["ar", "en"])
def test_without_an_answer_the_nearest_are_shown_as_such(in_language: Language) -> None:
    answer = reply(in_language=in_language)
    five = tuple(Hit(whole(ENGLISH, n), 1.0) for n in range(1, 6))
    read = Reader(render(dataclasses.replace(answer, hits=five)))
    assert read.texts("p", "note not-found") == [say("not_found", in_language)]
    assert read.texts("p", "note nearest") == [say("nearest", in_language)]
    assert read.texts("p", "passage") == [ENGLISH.text] * 3
    assert [where[-1] for where in read.texts("p", "where")] == ["1", "2", "3"]
    assert not any(tag in ("mark", "a", "blockquote") for tag, _, _ in read.elements)


def test_without_anything_near_only_that_is_said() -> None:
    page = render(dataclasses.replace(reply(in_language="en"), hits=()))
    assert page == f'<p class="note not-found" {LTR}>The texts don&#x27;t answer this.</p>'


def test_a_title_cannot_turn_the_line_around() -> None:
    document = dataclasses.replace(ENGLISH, title="a\u202eb\u2066c\u2069d\u200f<i>", author="\u202bx")
    (where,) = Reader(
        render(reply(cite(document, 1, "The"), in_language="en"), documents={"en": document})
    ).texts("p", "where")
    assert where == "[1] abcd\u200f<i> — x — paragraph 1"


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


@given(TEXTS, TEXTS, st.data())
def test_whatever_the_texts_are_they_are_shown_whole_and_nothing_else_is_made(
    text: str, title: str, data: st.DataObject
) -> None:
    document = Document(text, title=title, author=title, id="d")
    citations = []
    for number in range(1, data.draw(st.integers(1, 3)) + 1):
        start = data.draw(st.integers(0, len(text) - 1))
        end = data.draw(st.integers(start + 1, len(text)))
        citations.append(Citation.of(document, number, whole(document), start, end))
    turn = render_turn(title, render(reply(*citations), documents={"d": document}))
    read = Reader(turn)
    shown = SHOWN.sub("\ufffd", text)
    assert read.texts("p", "passage") == [shown]
    assert read.texts("blockquote", "quote") == [
        f"{SHOWN.sub(chr(0xFFFD), c.quote)} [{c.number}]" for c in citations
    ]
    assert read.texts("h2") == [SHOWN.sub("\ufffd", title)]
    # Together the marks hold what is quoted, each character once.
    quoted = {n for c in citations for n in range(c.start, c.end)}
    assert sum(map(len, read.texts("mark"))) == len(quoted)
    tags = {tag for tag, _, _ in read.elements}
    assert tags <= {"article", "h2", "div", "blockquote", "p", "a", "section", "bdi", "mark"}
    names = {name for _, attributes, _ in read.elements for name in attributes}
    assert names <= {"class", "lang", "dir", "href", "id", "tabindex"}


def test_the_parser_of_these_tests_sees_what_is_not_escaped() -> None:
    """Otherwise the test above would pass on anything."""
    assert "script" in {tag for tag, _, _ in Reader("<p><script></script></p>").elements}
