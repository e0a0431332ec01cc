"""Where a quotation stands is told everywhere: headings, columns, page, date, what is quoted."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timezone

import pytest

from cli.terminal import TextRenderer
from index import Document, Hit, Passage
from index.text.analyzer import Language
from qa import Answer, Citation, Conversation, Turn
from qa.answering.citations import quotations
from qa.api.integrations import metadata_of
from qa.api.records import answer_record, search_record
from qa.conversation.export import to_markdown
from qa.conversation.stored_citation import StoredCitation
from web.views.answers import Source, render_answer, render_broken_citations

TEXT = "الفروع\n\nتل الورد | 87"
BYLAWS = Document(
    TEXT,
    title="النظام الأساسي",
    author="لجنة الصياغة",
    date="2018-05-06",
    source="/texts/bylaws.docx",
    id="bylaws",
)
ROW = Passage.of(BYLAWS, 2, 8, 21, "table_row", ("الباب الرابع", "الفروع"), ("الفرع", "الأعضاء"), 5)
MEMBERS = Citation.of(BYLAWS, 1, ROW, 8, 21)
AUTHOR = Citation.of(BYLAWS, 2, ROW, 0, 12, field="author")
PATH = "النظام الأساسي › الباب الرابع › الفروع"
WHOLE = f"{PATH} — لجنة الصياغة — 2018-05-06 — الصفحة 5 — الفقرة 2"


def document(_: str) -> Document:
    return BYLAWS


def answer(spoken: Language, *citations: Citation) -> Answer:
    text = quotations(citations, spoken) if citations else "-"
    return Answer("؟", spoken, text, citations, (Hit(ROW, 1.0),), 0.9)


def words(content: str) -> list[str]:
    """What a page shows, each element's text apart."""
    return [part for part in re.split("<[^>]+>", content) if part.strip()]


@pytest.mark.parametrize(("spoken", "expected"), [("ar", "المؤلف"), ("en", "Author")])
def test_an_author_is_named_as_such_in_the_answers_language(spoken: Language, expected: str) -> None:
    text = answer(spoken, MEMBERS, AUTHOR).text
    assert text == f"«تل الورد | 87» [1]\n{expected}: لجنة الصياغة [2]"


def test_a_record_says_where_a_passage_stands_and_what_is_quoted() -> None:
    members = Citation.of(BYLAWS, 1, ROW, 8, 21, answer=(19, 21))
    row, author = answer_record(answer("ar", members, AUTHOR), document)["citations"]
    assert row == {
        "number": 1,
        "quote": "تل الورد | 87",
        "field": "text",
        "document_id": "bylaws",
        "title": "النظام الأساسي",
        "author": "لجنة الصياغة",
        "date": "2018-05-06",
        "source": "/texts/bylaws.docx",
        "headings": ["الباب الرابع", "الفروع"],
        "kind": "table_row",
        "columns": ["الفرع", "الأعضاء"],
        "page": 5,
        "last_page": 5,
        "recognition": 0,
        "fetched": "",
        "paragraph": 2,
        "start": 8,
        "end": 21,
        "answer_start": 19,
        "answer_end": 21,
        "answer": "87",
    }
    assert (author["field"], author["quote"], author["start"], author["end"]) == (
        "author",
        "لجنة الصياغة",
        0,
        12,
    )
    assert (author["answer_start"], author["answer_end"], author["answer"]) == (None, None, None)
    (hit,) = search_record("؟", [Hit(ROW, 1.0)], document)["hits"]
    assert metadata_of(hit)["headings"] == ["الباب الرابع", "الفروع"]
    assert (hit["kind"], hit["columns"], hit["page"], hit["date"]) == (
        "table_row", ["الفرع", "الأعضاء"], 5, "2018-05-06",
    )  # fmt: skip


def test_a_pipe_gets_the_path_and_the_column_headings() -> None:
    lines = TextRenderer(document, is_terminal=False).answer(answer("ar", MEMBERS, AUTHOR)).splitlines()
    assert lines[:3] == ["«تل الورد | 87» [1]", "المؤلف: لجنة الصياغة [2]", "   (الفرع | الأعضاء)"]
    assert lines[-2:] == [
        f"[1] {WHOLE} (/texts/bylaws.docx)",
        "[2] النظام الأساسي — لجنة الصياغة — 2018-05-06 (/texts/bylaws.docx)",
    ]
    (found, _) = TextRenderer(document, is_terminal=False).hits([Hit(ROW, 1.0)], "en").splitlines()
    assert found == f"1. {PATH} — page 5 — paragraph 2 ()"


def test_on_a_terminal_each_step_of_the_path_is_isolated() -> None:
    (*_, last) = TextRenderer(document, is_terminal=True).answer(answer("en", MEMBERS)).splitlines()
    steps = " › ".join(f"\u2068{step}\u2069" for step in PATH.split(" › "))
    assert last.startswith(f"\u200e[1] {steps} — \u2068لجنة الصياغة\u2069 — \u20682018-05-06\u2069 — page 5")


def test_a_saved_conversation_tells_it() -> None:
    turn = Turn("؟", "؟", answer("ar", MEMBERS, AUTHOR), datetime(2026, 1, 2, tzinfo=timezone.utc))
    exported = (
        to_markdown(Conversation((turn,)), document)
        .replace("\\", "")
        .replace("\u2068", "")
        .replace("\u2069", "")
    )
    assert f"[1] {WHOLE} — /texts/bylaws.docx" in exported
    assert "> المؤلف: لجنة الصياغة" in exported
    assert "[2] النظام الأساسي — لجنة الصياغة — 2018-05-06 — /texts/bylaws.docx" in exported


def test_the_page_shows_a_row_under_its_columns_and_an_author_without_a_place_in_the_text() -> None:
    content = render_answer(answer("ar", MEMBERS, AUTHOR), {"bylaws": Source.of(BYLAWS)}, 0, "ar")
    first, second = content.split('<div class="cited"')[1:]
    assert words(first)[1:6] == ["[1]", "الفرع", "تل الورد", "الأعضاء", "87"]
    assert "".join(words(first)[6:-1]) == WHOLE
    assert words(second)[1:4] == ["[2]", "المؤلف:", "لجنة الصياغة"]
    assert 'href="#cite-0-2" data-document="bylaws">[2]' in second
    assert 'data-act="why"' in first
    assert 'data-act="why"' not in second


def test_a_row_that_is_quoted_in_part_is_shown_as_it_is() -> None:
    part = Citation.of(BYLAWS, 1, ROW, 8, 16)
    content = render_answer(answer("ar", part), {"bylaws": Source.of(BYLAWS)}, 0, "ar")
    assert "<dl" not in content
    assert "تل الورد" in words(content)


def test_what_is_no_longer_there_is_shown_with_its_path() -> None:
    lost = [StoredCitation.of(MEMBERS, document), StoredCitation.of(AUTHOR, document)]
    content = render_broken_citations(lost, "ar")
    assert WHOLE in "".join(words(content))
    assert "المؤلف:" in words(content)


def test_a_heading_that_is_the_title_is_not_shown_twice() -> None:
    passage = replace(ROW, headings=(BYLAWS.title, "الفروع"))
    citation = Citation.of(BYLAWS, 1, passage, 8, 21)
    content = render_answer(answer("ar", citation), {"bylaws": Source.of(BYLAWS)}, 0, "ar")
    assert "النظام الأساسي › الفروع — لجنة" in "".join(words(content))
