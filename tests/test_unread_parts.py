"""What of a file isn't read is told: hidden rows and columns, charts and diagrams."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from test_docx import docx, p
from test_file_types import told
from test_office import presentation, shape
from test_tables import cell, data, row, workbook

from index.readers.file_types import convert
from index.readers.read_files import read_file


def test_hidden_rows_and_columns_arent_read(tmp_path: Path) -> None:
    shown = data(row(1, cell("A1", "Item"), cell("B1", "Cost"), cell("C1", "Price")))
    hidden = row(2, cell("A2", "Pump"), cell("B2", "5", "n"), cell("C2", "9", "n"))
    last = row(3, cell("A3", "Hose"), cell("B3", "1", "n"), cell("C3", "2", "n"))
    rows = shown.replace("</sheetData>", hidden.replace("<row ", '<row hidden="1" ') + last + "</sheetData>")
    columns = '<cols><col min="2" max="2" hidden="1"/><col min="9" max="9" hidden="1"/></cols>'
    path = workbook(tmp_path / "a.xlsx", {"Prices": columns + rows})
    assert read_file(path).text == "Prices\n\nItem | Price\nHose | 2"
    assert told(path) == ["its hidden rows and columns weren't read (2)."]


def test_charts_and_diagrams_that_arent_read_are_told(tmp_path: Path) -> None:
    slides = presentation(tmp_path / "a.pptx", [shape("Sales")], {"ppt/charts/chart1.xml": "<c/>"})
    assert told(slides) == ["a chart or diagram in it wasn't read."]
    sheet = data(row(1, cell("A1", "a")))
    assert told(workbook(tmp_path / "a.xlsx", {"Sheet1": sheet})) == []


@pytest.mark.parametrize(
    ("name", "count"), [("charts/chart1", 1), ("diagrams/data1", 1), ("diagrams/layout1", 0)]
)
def test_charts_of_a_text(name: str, count: int) -> None:
    content = io.BytesIO(docx(p("a")))
    with zipfile.ZipFile(content, "a") as archive:
        archive.writestr(f"word/{name}.xml", "<c/>")
    found = convert(".docx", content.getvalue())
    assert [flaw.count for flaw in found.flaws] == [count] * bool(count)


def test_files_with_macros_are_read_as_those_without(tmp_path: Path) -> None:
    assert convert(".docm", docx(p("a"))).text == "a"
    sheet = workbook(tmp_path / "a.xlsm", {"Sheet1": data(row(1, cell("A1", "a")))})
    slides = presentation(tmp_path / "a.pptm", [shape("a")])
    assert [read_file(path).text for path in (sheet, slides)] == ["a", "a"]
    assert convert(".docx", docx(p("a"))).text == "a"
