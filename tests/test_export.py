"""Markdown: what it says, which way it reads, and that texts show as they are. markdown-it-py reads it."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Callable
from dataclasses import replace

import docx
import pytest
from docx.enum.table import WD_TABLE_DIRECTION
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from test_history import ASKED, BREAD, FLOODS, FLOUR, RIVER, among, quotation, turn

from index import Document, Passage
from index.text.arabic import joined_span
from qa import Answer, Citation, Conversation, Turn
from qa.answering.courtesy import courteous
from qa.conversation.export import _quotation, escape, to_markdown
from qa.conversation.export_docx import to_docx
from qa.conversation.stored_citation import StoredCitation
from qa.messages import say, say_confidence

ARABIC = Document(
    "أعلن *الحشد* انطلاق المعركة [1].", title="معركة", author="كاتب", source="b/notes_1.md", id="battle"
)


def rendered(markdown: str) -> str:
    return str(MarkdownIt("gfm-like", {"linkify": False}).render(markdown))


def test_every_quotation_has_its_question_reference_and_date() -> None:
    asked = replace(turn("When does it flood?", FLOODS, FLOUR), collection="Rivers [old]")
    conversation = Conversation((asked, turn("And why?", searched="And why? flood")))
    assert to_markdown(conversation, among(RIVER, BREAD)) == "\n\n".join(
        [
            "# المحادثة · Conversation",
            "## When does it flood?",
            "2026-11-25 09:30 UTC",
            "Collection: \u2068Rivers [old]\u2069",
            f"{say_confidence(asked.answer.confidence, 'en')} ({round(100 * asked.answer.confidence)}%)",
            "> The river floods in spring",
            "[1] \u2068River\u2069 — \u2068A. Bell\u2069 — paragraph 1 — \u2068river.txt\u2069",
            "> Bread needs flour, water and salt",
            "[2] \u2068Bread\u2069 — paragraph 1",
            "## And why?",
            "2026-11-25 09:30 UTC",
            "Searched for: And why? flood",
            "No answer was found in the texts.\n",
        ]
    )  # fmt: skip


def test_it_reads_as_plain_text() -> None:
    text = "Rule 1.2 (a): see HX-35, AT&T and notes_1.md! 5 + 3 = 8; cost $5, 50% off [2] #3 a|b {x} ~4."
    assert escape(text) == text
    arabic = "المادة 12 (أ): تُدفع الرسوم - وهي 5% - قبل 31/12/2020. [1]"
    assert escape(arabic) == arabic
    cited = quotation(ARABIC, 1, "أعلن *الحشد* انطلاق المعركة [1]", 1)
    answer = Answer("من أعلن المعركة؟", "ar", "", (cited,), (), 0.5)
    exported = to_markdown(Conversation((Turn("من أعلن المعركة؟", "x", answer, ASKED),)), among(ARABIC))
    assert "<" not in exported
    assert exported.count("\\") == 2  # of the asterisks, which would be read as emphasis


def test_every_line_goes_the_way_of_its_language() -> None:
    """Markdown's viewers take it from the first letter; a mark stands before one of the other direction."""
    title = Document("المادة 1.\nGradio 6 هي المكتبة التي تعرض الصفحة هنا.", title="Gradio", id="g")
    quote = "Gradio 6 هي المكتبة التي تعرض الصفحة هنا"
    start = title.text.index(quote)
    passage = Passage.of(title, 2, start, len(title.text))
    cited = Citation.of(title, 1, passage, start, start + len(quote))
    answer = Answer("Gradio ما هي؟", "ar", "", (cited,), (), 0.5)
    lines = to_markdown(Conversation((Turn("Gradio ما هي؟", "x", answer, ASKED),)), among(title)).split("\n")
    assert "## \u200fGradio ما هي؟" in lines
    assert "\u200f2026-11-25 09:30 UTC" in lines
    assert f"> \u200f{quote}" in lines
    # The title is isolated: the reference goes by the words around it.
    assert "[1] \u2068Gradio\u2069 — الفقرة 2" in lines
    english = turn("البناء is what?", FLOODS)
    assert "## \u200eالبناء is what?" in to_markdown(Conversation((english,)), among(RIVER)).split("\n")


@pytest.mark.parametrize(
    ("text", "asked", "markdown"),
    [
        ("It floods in spring.", "spring", "It floods in **spring**."),
        ("وصل إلى وعكاشات أمس", "عكاشات", "وصل إلى **وعكاشات** أمس"),
        ("أعلن ذلك زيدٌ، ثم مضى", "زيد", "أعلن ذلك **زيدٌ**، ثم مضى"),
        ("في سنة 1897م", "1897", "في سنة **1897**م"),
        ("It is 5*3=15.", "15", "It is 5\\*3=**15**."),
        ("Costs $5 (or 4)", "$5 (or 4)", "Costs $**5 (or 4**)"),
        ("He said “no”.", "“no”", "He said “**no**”."),
        ("Two\nlines of it", "Two\nlines", "**Two**  \n> **lines** of it"),
        ("Only ☆ here", "☆", "Only ☆ here"),
    ],
)
def test_the_answer_within_a_quotation_is_bold(text: str, asked: str, markdown: str) -> None:
    document = Document(text, id="d")
    start = text.index(asked)
    cited = Citation.of(
        document, 1, Passage.of(document, 1, 0, len(text)), 0, len(text), answer=(start, start + len(asked))
    )
    exported = to_markdown(Conversation((turn("When?", cited),)), among(document))
    assert f"\n> {markdown}\n" in exported
    assert exported.count("**") == rendered(exported).count("strong>")


def test_an_answer_within_metadata_is_bold() -> None:
    cited = Citation.of(RIVER, 1, FLOODS.passage, 0, 7, field="author", answer=(3, 7))
    exported = to_markdown(Conversation((turn("Who?", cited),)), among(RIVER))
    assert "\n> Author: \u2068A. **Bell**\u2069\n" in exported
    assert "<strong>Bell</strong>" in rendered(exported)


LINES = st.text(
    st.sampled_from("aب1٣٣* _`\\.،«»()$%\u0651\u0640\u200d\t\n\r\u2028☆-#>&<"), min_size=1, max_size=14
)


def test_a_backslash_before_an_answer_leaves_it_bold() -> None:
    document = Document("C:\\temp", id="d")
    passage = Passage.of(document, 1, 0, 7)
    cited = Citation.of(document, 1, passage, 0, 7, answer=(3, 7))
    exported = to_markdown(Conversation((turn("Where?", cited),)), among(document))
    assert "C:\\<strong>temp</strong>" in rendered(exported)


def test_a_tables_row_stands_below_its_headings() -> None:
    text = "الموجب | 2003 | 31"
    document = Document(text, id="d", title="السدود")
    row = Passage.of(document, 1, 0, len(text))
    row = replace(row, kind="table_row", columns=("السدّ", "السنة", "السعة"))
    cited = Citation.of(document, 1, row, 0, len(text), answer=(16, 18))
    asked = Conversation((turn("ما سعة سدّ الموجب؟", cited),))
    shown = "السدّ | السنة | السعة"
    exported = to_markdown(asked, among(document))
    assert f"> {shown}  \n> الموجب | 2003 | **31**\n" in exported
    assert "<table" not in rendered(exported)
    written = docx.Document(io.BytesIO(to_docx(asked, among(document))))
    [table] = written.tables
    assert [[cell.text for cell in row.cells] for row in table.rows] == [
        shown.split(" | "),
        text.split(" | "),
    ]
    last = table.rows[1].cells[2].paragraphs[0]
    assert [run.text for run in last.runs if run.bold] == ["31"]
    assert table.table_direction == WD_TABLE_DIRECTION.RTL
    assert not any(one.style is not None and one.style.name == "Quote" for one in written.paragraphs)


def test_a_conversation_has_its_name_as_its_title() -> None:
    asked = Conversation((turn("When?", FLOODS),))
    assert to_markdown(asked, among(RIVER), "Floods #1\nof 2026").startswith("# Floods #1 of 2026\n")
    named = docx.Document(io.BytesIO(to_docx(asked, among(RIVER), "السدود")))
    assert (named.core_properties.title, named.paragraphs[0].text) == ("السدود", "السدود")
    assert named.paragraphs[0].style is not None
    assert named.paragraphs[0].style.name == "Heading 1"


@pytest.mark.parametrize("written", [to_markdown, to_docx])
def test_a_courtesy_is_exported_as_it_was_answered(written: Callable[..., str | bytes]) -> None:
    reply = courteous("thanks")
    assert reply is not None
    content = written(Conversation((Turn("thanks", "thanks", reply, ASKED),)), among())
    if isinstance(content, bytes):
        content = "\n".join(one.text for one in docx.Document(io.BytesIO(content)).paragraphs)
    assert say("thanks", "en") in content
    assert say("not_found", "en") not in content


@given(LINES.filter(lambda text: text.strip()), st.data())
def test_whatever_is_bold_the_quotation_shows_as_it_is(text: str, data: st.DataObject) -> None:
    document = Document(text, id="d")
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    passage = Passage.of(document, 1, 0, len(text))
    pages = []
    for answer in (None, (start, end)):
        stored = StoredCitation.of(
            Citation.of(document, 1, passage, 0, len(text), answer=answer), among(document)
        )
        marked = None if answer is None else joined_span(text, answer)
        pages.append(rendered("\n\n".join(_quotation(stored, "en", "en", marked))))
    plain, bold = pages
    assert "strong>" not in plain
    assert re.sub("</?strong>", "", bold) == plain


def test_what_no_text_mentions_is_said() -> None:
    refused = turn("What happened in 1867?")
    answer = replace(refused.answer, missing=("1867", "HX-35"))
    exported = to_markdown(Conversation((replace(refused, answer=answer),)), among())
    assert (
        "\n\nNo answer was found in the texts.\n\nThese texts don't mention “1867” or “HX-35”.\n" in exported
    )


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
