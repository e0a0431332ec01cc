"""Raised text stays apart from what it stands behind: 10 to the power of 6 isn't 106."""

from __future__ import annotations

from pathlib import Path

import pytest
from pdf_files import Text, pdf
from test_docx import docx, p, run
from test_office import odt, presentation, shape
from test_tables import cell, data, row, workbook

from index.readers import markdown
from index.readers.file_types import convert
from index.readers.html import page as html
from index.readers.inline.superscripts import raised
from index.readers.read_files import read_file


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("6", "⁶"),
        ("-3", "⁻³"),
        ("٦", "⁶"),
        ("n", "ⁿ"),
        ("1, 2", "¹, ²"),
        ("3/2", "^(3/2)"),
        ("2n+1", "²ⁿ⁺¹"),
        ("Q2", "^(Q2)"),
        *((same, same) for same in ("th", "TM", "[1]", "(2)", "*", "™", "¹", "ص", " ", "")),
    ],
)
def test_raised_text_is_told_by_its_characters(text: str, expected: str) -> None:
    assert raised(text) == expected


SAID = "There are 10⁶ cells."


def test_every_type_of_file_keeps_a_power_apart(tmp_path: Path) -> None:
    up = '<w:vertAlign w:val="superscript"/>'
    word = run("There are 10") + run("6", up) + run(" cells.")
    assert convert(".docx", docx(p(word))).text == SAID
    assert convert(".html", b"<p>There are 10<sup>6</sup> cells.").text == SAID
    assert convert(".md", b"There are 10<sup>6</sup> cells.").text == SAID
    assert convert(".rtf", rb"{\rtf1 There are 10{\super 6} cells.}").text == SAID
    assert convert(".rtf", rb"{\rtf1 There are 10\super 6\nosupersub  cells.}").text == SAID
    styles = (
        '<style:style style:name="up"><style:text-properties style:text-position="super 58%"/></style:style>'
    )
    spans = '<text:p>There are 10<text:span text:style-name="up">6</text:span> cells.</text:p>'
    assert read_file(odt(tmp_path / "a.odt", spans, styles=styles)).text == SAID
    runs = (
        "<a:p><a:r><a:t>There are 10</a:t></a:r>"
        '<a:r><a:rPr baseline="30000"/><a:t>6</a:t></a:r><a:r><a:t> cells.</a:t></a:r></a:p>'
    )
    assert SAID in read_file(presentation(tmp_path / "a.pptx", [shape(runs)])).text
    rich = (
        "<is><r><t>There are 10</t></r>"
        '<r><rPr><vertAlign val="superscript"/></rPr><t>6</t></r><r><t> cells.</t></r></is>'
    )
    sheet = data(row(1, f'<c r="A1" t="inlineStr">{rich}</c>', cell("B1", "x")))
    assert SAID in read_file(workbook(tmp_path / "a.xlsx", {"Cells": sheet})).text


def test_a_power_in_several_pieces_and_in_a_cell() -> None:
    up = '<w:vertAlign w:val="superscript"/>'
    assert convert(".docx", docx(p(run("10") + run("1", up) + run("2", up)))).text == "10¹²"
    assert convert(".docx", docx(p(run("1") + run("st", up)))).text == "1st"
    assert "m²" in html.extract("<table><tr><th>m<sup>2</sup><th>b<tr><td>5<td>6</table>").text
    assert html.extract("<p>10<sup><b>1</b>2</sup> H<sub>2</sub>O").text == "10¹² H2O"


def test_the_mark_of_a_note_is_no_part_of_the_word_before_it() -> None:
    assert html.extract("<p>the book<sup>1</sup> says").text == "the book¹ says"
    linked = '<table><tr><td>book<sup><a href="#n1">1</a></sup><td>b<tr><td>5<td>6</table>'
    assert "book[1] | b" in html.extract(linked).text
    assert markdown.extract("the book<sup>1</sup> says").text == "the book¹ says"


def test_a_power_with_a_sign_in_a_pdf() -> None:
    line = [Text(50, 500, "A cell of 10", 10), Text(110, 504, "-3", 6), Text(122, 500, "m is one.", 10)]
    assert "⁻³" in convert(".pdf", pdf([line])).text
