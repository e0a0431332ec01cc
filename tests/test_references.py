"""References as RIS, BibTeX and CSL-JSON, and the Word file: read by other readers where there are some."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace

import docx
import pytest
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph
from hypothesis import given
from hypothesis import strategies as st
from test_history import ASKED, FLOODS, FLOUR, RIVER, among, quotation, turn

from index import Document, Passage
from index.text.analyzer import language
from qa import Answer, Citation, Conversation, Turn
from qa.conversation.export_docx import to_docx
from qa.conversation.names import AuthorName, author_name
from qa.conversation.references import (
    Reference,
    locator,
    references,
    to_bibtex,
    to_csl_json,
    to_ris,
)
from qa.conversation.stored_citation import StoredCitation

REPORT = Document(
    "تسلّمت اللجنة التقرير.\nبلغت الكلفة 5% من الموازنة & أكثر.",
    title="تقرير {اللجنة}",
    author="ليلى حدّاد؛ Ali_Reza",
    source="reports/تقرير.pdf",
    date="2021-03-07",
    id="report",
)


def on_page(number: int, page: int, quote: str, paragraph: int) -> Citation:
    start = REPORT.text.index(quote)
    passage = Passage.of(REPORT, paragraph, start, start + len(quote), page=page)
    return Citation.of(REPORT, number, passage, start, start + len(quote))


FIRST = on_page(1, 12, "تسلّمت اللجنة التقرير.", 1)
SECOND = on_page(2, 3, "بلغت الكلفة 5% من الموازنة & أكثر.", 2)
CONVERSATION = Conversation((turn("When?", FIRST, FLOODS), turn("And why?", SECOND, FLOODS)))
DOCUMENTS = among(RIVER, REPORT)


def test_each_document_is_one_reference_with_the_places_that_were_quoted() -> None:
    report, river = references(CONVERSATION, DOCUMENTS)
    assert report == Reference(
        "dalil-1",
        "تقرير {اللجنة}",
        "reports/تقرير.pdf",
        "2021-03-07",
        (AuthorName("ليلى حدّاد", "حدّاد", "ليلى"), AuthorName("Ali_Reza")),
        "3, 12",
        "الصفحة 12: «تسلّمت اللجنة التقرير.»; الصفحة 3: «بلغت الكلفة 5% من الموازنة & أكثر.»",
    )
    # Without pages the paragraph says where.
    assert (river.pages, river.note) == ("", "paragraph 1: “The river floods in spring”")
    assert references(CONVERSATION, among(RIVER)) == [replace(river, id="dalil-1")]


def test_where_a_quotation_stands() -> None:
    stored = [StoredCitation.of(one, DOCUMENTS) for one in (FIRST, FLOODS)]
    assert [locator(one, one.spoken(DOCUMENTS)) for one in stored] == ["الصفحة 12", "paragraph 1"]
    author = Citation.of(RIVER, 1, FLOODS.passage, 0, 7, field="author")
    assert locator(StoredCitation.of(author, DOCUMENTS), "en") == ""


@pytest.mark.parametrize(
    ("name", "inverted"),
    [
        ("Amelia Thorne", "Thorne, Amelia"),
        ("Thorne, Amelia", "Thorne, Amelia"),
        ("J. R. O'Neill-Smith", "O'Neill-Smith, J. R."),
        ("Ludwig van Beethoven", "van Beethoven, Ludwig"),
        ("مصطفى حكمت العراقي", "العراقي, مصطفى حكمت"),
        ("نصر حامد أبو زيد", "أبو زيد, نصر حامد"),
        ("العراقي، مصطفى", "العراقي, مصطفى"),
        ("محمد بن عبد الله", "بن عبد الله, محمد"),
        ("أحمد صلاح الدين", "صلاح الدين, أحمد"),
    ],
)
def test_a_persons_name_is_taken_apart(name: str, inverted: str) -> None:
    assert author_name(name).inverted == inverted
    assert author_name(name).family


@pytest.mark.parametrize(
    "name",
    [
        "Reuters", "عبد الله", "أبو زيد", "صلاح الدين", "وزارة الموارد المائية", "هيئة التحرير",
        "The Dam Board", "Amelia Thorne, John Smith", "Bell and Sons", "AT&T Labs", "Group 47", "بنك المشرق",
        "المجلس البلدي", "one two three four five six", "Thorne,", "",
    ],
)  # fmt: skip
def test_any_other_name_stays_whole(name: str) -> None:
    assert author_name(name) == AuthorName(name)


def test_ris_to_the_letter() -> None:
    assert to_ris(references(CONVERSATION, DOCUMENTS)[:1]) == (
        "TY  - GEN\r\nID  - dalil-1\r\nTI  - تقرير {اللجنة}\r\nAU  - حدّاد, ليلى\r\nAU  - Ali_Reza\r\n"
        "PY  - 2021\r\nDA  - 2021/03/07\r\nSP  - 3, 12\r\nL1  - reports/تقرير.pdf\r\n"
        "N1  - الصفحة 12: «تسلّمت اللجنة التقرير.»; الصفحة 3: «بلغت الكلفة 5% من الموازنة & أكثر.»\r\n"
        "ER  - \r\n"
    )


def test_bibtex_to_the_letter() -> None:
    assert to_bibtex(references(CONVERSATION, DOCUMENTS)[:1]) == (
        "@misc{dalil-1,\n"
        "  title = {تقرير \\{اللجنة\\}},\n"
        "  author = {حدّاد, ليلى and {Ali\\_Reza}},\n"
        "  year = {2021},\n"
        "  date = {2021-03-07},\n"
        "  pages = {3, 12},\n"
        "  howpublished = {reports/تقرير.pdf},\n"
        "  note = {الصفحة 12: «تسلّمت اللجنة التقرير.»; "
        "الصفحة 3: «بلغت الكلفة 5\\% من الموازنة \\& أكثر.»},\n"
        "}\n"
    )


def test_csl_json_is_what_the_schema_says() -> None:
    report, river = json.loads(to_csl_json(references(CONVERSATION, DOCUMENTS)))
    assert report["author"] == [{"family": "حدّاد", "given": "ليلى"}, {"literal": "Ali_Reza"}]
    assert report["issued"] == {"date-parts": [[2021, 3, 7]]}
    assert (report["type"], report["page"]) == ("document", "3, 12")
    assert river.keys() == {"id", "type", "title", "author", "source", "note"}
    undated = [replace(references(CONVERSATION, DOCUMENTS)[0], date="ربيع 1442")]
    assert json.loads(to_csl_json(undated))[0]["issued"] == {"literal": "ربيع 1442"}


@pytest.mark.slow
@given(st.text(max_size=40), st.text(max_size=40))
def test_no_text_ends_a_field(title: str, author: str) -> None:
    river = replace(RIVER, title=title, author=author)
    found = references(Conversation((turn("When?", FLOODS),)), among(river))
    lines = to_ris(found).split("\r\n")
    assert all(re.match(r"[A-Z][A-Z0-9]  - ", line) for line in lines[:-1])
    assert lines[-2:] == ["ER  - ", ""]
    entry = re.sub(r"\\[&%$#_{}]", "", to_bibtex(found))
    depth = [entry[: n + 1].count("{") - entry[: n + 1].count("}") for n in range(len(entry))]
    assert min(depth[5 : len(entry) - 3], default=1) >= 0
    assert depth[-1] == 0


def paragraphs(content: bytes) -> list[Paragraph]:
    return docx.Document(io.BytesIO(content)).paragraphs


def test_every_paragraph_of_the_word_file_goes_its_own_way() -> None:
    answer = Answer("متى فاض النهر؟", "ar", "", (FLOODS, FLOUR), (), 0.9)
    asked = Turn("متى فاض النهر؟", "متى فاض النهر؟", answer, ASKED, collection="أنهار")
    shown = paragraphs(to_docx(Conversation((asked,)), DOCUMENTS))[1:]
    texts = [one.text for one in shown]
    assert texts[0] == "متى فاض النهر؟"
    assert "المجموعة: \u2068أنهار\u2069" in texts
    assert "The river floods in spring" in texts
    assert "[1] \u2068River\u2069 — \u2068A. Bell\u2069 — الفقرة 1 — \u2068river.txt\u2069" in texts
    for one in shown:
        properties = one._p.pPr
        turned = properties is not None and properties.find(qn("w:bidi")) is not None
        assert turned == (one.style is None or one.style.name != "Quote"), one.text
        assert all(run.font.rtl is (True if turned else None) for run in one.runs)
    # A quotation whose document is gone comes after a word that says so.
    assert texts.index("Bread needs flour, water and salt") > texts.index(
        "تغيّرت النصوص بعد هذا الجواب، فلم يعد ما اقتُبس في موضعه."
    )


@pytest.mark.parametrize("text", ["فاض النهر سنة 1954 كما قالوا", "It was in 1954, they said."])
def test_the_answer_is_bold_in_the_word_file(text: str) -> None:
    document = Document(text, id="d")
    start = text.index("1954")
    passage = Passage.of(document, 1, 0, len(text))
    cited = Citation.of(document, 1, passage, 0, len(text), answer=(start, start + 4))
    content = to_docx(Conversation((turn("When?", cited),)), among(document))
    (quote,) = (one for one in paragraphs(content) if one.text == text)
    assert [run.text for run in quote.runs if run.bold] == ["1954"]
    is_arabic = language(text) == "ar"
    assert [run.font.cs_bold for run in quote.runs if run.bold] == [True if is_arabic else None]


def test_what_xml_cannot_hold_is_replaced() -> None:
    document = Document("a\x0bb\x00c d", title="\x01", id="d")
    cited = quotation(document, 1, "a\x0bb\x00c ", 1)
    texts = [one.text for one in paragraphs(to_docx(Conversation((turn("Q?", cited),)), among(document)))]
    assert "a\ufffdb\ufffdc " in texts
