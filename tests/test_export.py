"""Markdown: what it says, which way it reads, and that texts show as they are. markdown-it-py reads it."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from test_history import ASKED, BREAD, FLOODS, FLOUR, RIVER, among, quotation, turn

from index import Document
from qa import Answer, Conversation, Turn
from qa.conversation.export import escape, to_markdown

ARABIC = Document(
    "أعلن *الحشد* انطلاق المعركة [1].", title="معركة", author="كاتب", source="b/notes_1.md", id="battle"
)


def rendered(markdown: str) -> str:
    return str(MarkdownIt("gfm-like", {"linkify": False}).render(markdown))


def test_every_quotation_has_its_question_reference_and_date() -> None:
    conversation = Conversation(
        (turn("When does it flood?", FLOODS, FLOUR), turn("And why?", searched="And why? flood"))
    )
    assert to_markdown(conversation, among(RIVER, BREAD)) == "\n\n".join(
        [
            "# المحادثة · Conversation",
            '<div dir="ltr" lang="en">',
            "## When does it flood?",
            "</div>",
            '<div dir="ltr" lang="en">',
            "*2026-11-25 09:30 UTC*",
            "</div>",
            '<div dir="ltr" lang="en">',
            "> The river floods in spring",
            "</div>",
            '<div dir="ltr" lang="en">',
            "\\[1\\] \u2068River\u2069 — \u2068A\\. Bell\u2069 — paragraph 1 — \u2068river\\.txt\u2069",
            "</div>",
            '<div dir="ltr" lang="en">',
            "> Bread needs flour, water and salt",
            "</div>",
            '<div dir="ltr" lang="en">',
            "\\[2\\] \u2068Bread\u2069 — paragraph 1",
            "</div>",
            '<div dir="ltr" lang="en">',
            "## And why?",
            "</div>",
            '<div dir="ltr" lang="en">',
            "*2026-11-25 09:30 UTC*",
            "Searched for: And why? flood",
            "The texts don't answer this\\.",
            "</div>\n",
        ]
    )  # fmt: skip


def test_arabic_reads_from_right_to_left_and_english_in_it_from_left_to_right() -> None:
    cited = quotation(ARABIC, 1, "أعلن *الحشد* انطلاق المعركة [1]", 1)
    answer = Answer(
        "من أعلن المعركة؟", "ar", "", (cited, quotation(RIVER, 2, "The river floods in spring", 1)), (), 0.5
    )
    page = rendered(
        to_markdown(Conversation((Turn("من أعلن المعركة؟", "x", answer, ASKED),)), among(ARABIC, RIVER))
    )
    blocks = re.findall(r'<div dir="(\w+)" lang="(\w+)">\n(.*?)</div>', page, re.DOTALL)
    assert [(direction, language) for direction, language, _ in blocks] == [
        ("rtl", "ar"), ("rtl", "ar"), ("rtl", "ar"), ("rtl", "ar"), ("ltr", "en"), ("rtl", "ar"),
    ]  # fmt: skip
    assert blocks[0][2] == "<h2>من أعلن المعركة؟</h2>\n"
    assert "بحث دليل عن: x" in blocks[1][2]
    assert blocks[2][2] == "<blockquote>\n<p>أعلن *الحشد* انطلاق المعركة [1]</p>\n</blockquote>\n"
    assert "[1] \u2068معركة\u2069 — \u2068كاتب\u2069 — الفقرة 1 — \u2068b/notes_1.md\u2069" in blocks[3][2]
    assert "<p>The river floods in spring</p>" in blocks[4][2]


def test_what_no_longer_stands_is_said_to_be_so() -> None:
    conversation = Conversation((turn("When does it flood?", FLOODS, FLOUR),))
    page = rendered(to_markdown(conversation, among(BREAD)))
    kept, gone = page.split("The texts have changed since this answer")
    assert ("Bread needs" in kept, "The river floods" in kept) == (True, False)
    assert "<p>The river floods in spring</p>" in gone


@pytest.mark.parametrize(
    "text",
    [
        "# heading", "- item", "+ item", "1. item", "1) item", "> quote", "    code", "\tcode", "```", "~~~",
        "a\n===", "a\n---", "***", "*a* _b_ **c** __d__ ~~e~~ `f`", "[a](b)", "![a](b)", "[a]: b", "<b>a</b>",
        "<http://a.org>", "http://a.org www.a.org a@b.org", "&amp; &#65;", "a\\", "a\\*",
        "| a | b |\n|---|---|", "$x$ :smile: #1 @name [^1]", "a  \nb", "</div>", "<!-- a -->", "- [ ] task",
    ],
)  # fmt: skip
def test_what_looks_like_markdown_shows_as_it_is(text: str) -> None:
    lines = [html.escape(line.strip()) for line in text.strip().splitlines()]
    shown = "<br />\n".join(lines).replace("&#x27;", "'")
    for before, inside in (("", "<p>{}</p>\n"), ("> ", "<blockquote>\n<p>{}</p>\n</blockquote>\n")):
        markdown = "\n".join(before + line for line in escape(text).split("\n"))
        assert rendered(markdown) == inside.format(shown)


@given(
    st.text(
        st.characters(codec="utf-8", exclude_categories=("Cc", "Zl", "Zp", "Zs")), min_size=1, max_size=40
    )
)
def test_any_line_shows_as_it_is(text: str) -> None:
    assert rendered(escape(text)) == f"<p>{html.escape(text, quote=False).replace(chr(34), '&quot;')}</p>\n"
