"""The article as PDF and DOCX files of real programs -> at least 99 % of its words, in reading order."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from extraction import words_in_order
from paper import BROWSERS, HARD, OFFICES, convert, page, paragraphs, print_page, write_docx

from index.readers.read_files import read_file

CHROMIUM = next((path for name in BROWSERS if (path := shutil.which(name))), None)
OFFICE = next((path for name in OFFICES if (path := shutil.which(name))), None)
needs_office = pytest.mark.skipif(OFFICE is None, reason="LibreOffice isn't installed (libreoffice-writer)")


def test_words_in_order_are_the_longest_common_subsequence() -> None:
    assert words_in_order(list("abcd"), list("acbd")) == 0.75
    assert words_in_order(["a", "b"], ["x"]) == 0
    assert words_in_order(["قّ\u064e"], ["ق\u064e\u0651"]) == 1  # the order of marks doesn't count


def test_a_word_file_gives_back_every_paragraph(tmp_path: Path) -> None:
    write_docx(tmp_path / "a.docx", paragraphs())
    assert read_file(tmp_path / "a.docx").text.split("\n\n") == paragraphs()


@pytest.mark.browser
@pytest.mark.parametrize("style", ["ragged", "two columns"])
def test_chromiums_pdf_gives_back_the_article(tmp_path: Path, style: str) -> None:
    assert CHROMIUM is not None
    path = print_page(CHROMIUM, page("Noto Naskh Arabic", style), tmp_path, numbered=style == "ragged")
    document = read_file(path)
    words = " ".join(paragraphs()).split()
    assert words_in_order(words, document.text.split()) >= 0.99
    found = document.text.split("\n\n")
    assert sum(paragraph in found for paragraph in paragraphs()[: -len(HARD)]) >= 8
    assert document.title == paragraphs()[0]
    assert read_file(path) == document


@needs_office
@pytest.mark.browser
@pytest.mark.parametrize("columns", [1, 2])
def test_libreoffices_files_give_back_the_article(tmp_path: Path, columns: int) -> None:
    assert OFFICE is not None
    write_docx(tmp_path / "a.docx", paragraphs(), "DejaVu Sans", columns)
    words = " ".join(paragraphs()).split()
    written = convert(OFFICE, tmp_path / "a.docx", "odt", tmp_path)
    for path in (convert(OFFICE, written, "pdf", tmp_path), convert(OFFICE, written, "docx", tmp_path / "b")):
        assert words_in_order(words, read_file(path).text.split()) >= 0.99
