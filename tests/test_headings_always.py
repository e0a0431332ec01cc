"""What has no heading in its file doesn't stand under the heading of what comes before it."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from test_office import presentation, shape
from test_tables import cell, data, row, workbook

from index import Document
from index.readers.file_types import convert
from index.readers.read_files import read_file


def told(document: Document) -> list[tuple[str, str]]:
    return [(block.kind, document.text[block.start : block.end]) for block in document.blocks]


@pytest.mark.parametrize(
    ("said", "name"), [("The pump stands there.", "Slide 2"), ("تقف المضخة هناك.", "شريحة 2")]
)
def test_a_slide_without_a_title_has_its_number(tmp_path: Path, said: str, name: str) -> None:
    slides = [shape("Budget", kind="title"), shape(said), ""]
    found = told(read_file(presentation(tmp_path / "a.pptx", slides)))
    assert found == [("heading", "Budget"), ("heading", name), ("paragraph", said)]
    first = told(read_file(presentation(tmp_path / "b.pptx", [shape(said)])))
    assert first == [("paragraph", said)]


def test_a_sheet_without_a_name_of_its_own_has_the_name_that_it_has(tmp_path: Path) -> None:
    rows = data(
        row(1, cell("A1", "Item"), cell("B1", "Price")), row(2, cell("A2", "Pump"), cell("B2", "5", "n"))
    )
    found = told(read_file(workbook(tmp_path / "a.xlsx", {"Sheet1": rows, "Costs": rows, "Sheet3": rows})))
    assert [said for kind, said in found if kind == "heading"] == ["Costs", "Sheet3"]
    assert found[0] == ("table_header", "Item | Price")


def test_a_chapter_without_a_heading_has_its_pages_title() -> None:
    made = io.BytesIO()
    pages = (
        "<title>Book</title></head><body><h1>One</h1><p>a</p>",
        "<title>Two</title></head><body><p>b</p>",
        "<title>Two</title></head><body><p>c</p>",  # its second part
        "<title/></head><body><p>d</p>",
    )
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("mimetype", "application/epub+zip")
        for number, page in enumerate(pages):
            archive.writestr(f"{number}.xhtml", f"<html><head>{page}</body></html>")
    found = convert(".epub", made.getvalue())
    said = [(block.kind, found.text[block.start : block.end]) for block in found.blocks]
    assert said == [
        ("heading", "One"),
        ("paragraph", "a"),
        ("heading", "Two"),
        ("paragraph", "b"),
        ("paragraph", "c"),
        ("paragraph", "d"),
    ]
