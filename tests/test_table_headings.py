"""Which row is the one of column headings, where a file doesn't say so: the same in every type of file."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from test_docx import docx, p, row, run, table

from index.readers.extracted_text import Extract
from index.readers.file_types import convert

Rows = Sequence[Sequence[str]]


def as_csv(rows: Rows, *, bold: bool) -> Extract:  # noqa: ARG001
    return convert(".csv", "\n".join(map(",".join, rows)).encode())


def as_html(rows: Rows, *, bold: bool) -> Extract:
    def said(cell: str, number: int) -> str:
        return f"<td><b>{cell}</b></td>" if bold and not number else f"<td>{cell}</td>"

    lines = ("".join(said(cell, number) for cell in cells) for number, cells in enumerate(rows))
    return convert(".html", f"<table>{''.join(f'<tr>{line}</tr>' for line in lines)}</table>".encode())


def as_docx(rows: Rows, *, bold: bool) -> Extract:
    def said(cell: str, number: int) -> str:
        return p(run(cell, "<w:b/>")) if bold and not number else p(run(cell))

    lines = (row(*(said(cell, number) for cell in cells)) for number, cells in enumerate(rows))
    return convert(".docx", docx(table(*lines) + p("End.")))


def headings(found: Extract) -> list[str]:
    return [found.text[b.start : b.end] for b in found.blocks if b.kind == "table_header"]


@pytest.mark.parametrize("made", [as_csv, as_html, as_docx])
@pytest.mark.parametrize(
    ("rows", "bold", "is_header"),
    [
        # Names and values, the first of which is a row like the others.
        ([("Name", "Salma Haddad"), ("Department", "Archive"), ("Room", "12")], False, False),
        ([("الاسم", "سلمى حداد"), ("رقم الهاتف", "0790"), ("الغرفة", "12")], False, False),
        ([("Length:", "long"), ("Width:", "12 m"), ("Depth:", "3 m")], False, False),
        ([("Item", "Price"), ("Pump", "310"), ("Hose", "12")], False, True),
        # Periods.
        ([("City", "2021", "2022"), ("Mosul", "7", "8"), ("Basra", "5", "9")], False, True),
        ([("الفرع", "٢٠٢١", "٢٠٢٢"), ("بغداد", "٧", "٨"), ("البصرة", "٥", "٩")], True, True),
        ([("Region", "Q1", "Q2"), ("North", "12", "15"), ("South", "9", "11")], False, True),
        ([("Region", "Q1 2024", "Q2 2024"), ("North", "12", "15"), ("South", "9", "11")], False, True),
        ([("Region", "Jan-24", "Feb-24"), ("North", "12", "15"), ("South", "9", "11")], False, True),
        ([("", "2023/24", "2024/25"), ("North", "12", "15"), ("South", "9", "11")], False, True),
        ([("Pump", "JD 5", "JD 7"), ("Hose", "12", "15"), ("Tap", "9", "11")], False, False),
        # Two headings that are the same.
        ([("Name", "Phone", "Phone"), ("Salma", "1", "2"), ("Ali", "3", "4")], False, True),
        # Words alone.
        ([("Role", "Holder", "Room"), ("Chair", "Ada", "Blue"), ("Clerk", "Bo", "Red")], True, True),
    ],
)
def test_the_first_row_holds_headings(made: object, rows: Rows, bold: bool, is_header: bool) -> None:
    found = made(rows, bold=bold)  # type: ignore[operator]

    assert bool(headings(found)) == is_header


def test_bold_words_are_the_headings_of_two_columns() -> None:
    rows = [("Role", "Holder"), ("Chair", "Ada"), ("Clerk", "Bo")]
    record = [("Colour", "red"), ("Weight", "12 kg"), ("Maker", "Quill")]
    for made in (as_html, as_docx):
        assert headings(made(rows, bold=True)) == ["Role | Holder"]
        assert headings(made(rows, bold=False)) == headings(made(record, bold=False)) == []


def test_a_title_across_the_columns_stands_over_the_headings() -> None:
    merged = '<w:tcPr><w:gridSpan w:val="3"/></w:tcPr>'
    word = table(
        row(merged + p("Prices 2024")), row("Item", "Unit", "Price"), row("Pump", "piece", "310")
    ) + p("End.")
    lines = ("<td colspan=3>Prices 2024", "<td>Item<td>Unit<td>Price", "<td>Pump<td>piece<td>310")
    page = f"<table>{''.join(f'<tr>{line}' for line in lines)}</table>"
    for found in (convert(".docx", docx(word)), convert(".html", page.encode())):
        said = [(block.kind, found.text[block.start : block.end]) for block in found.blocks]
        assert said[:3] == [
            ("caption", "Prices 2024"),
            ("table_header", "Item | Unit | Price"),
            ("table_row", "Pump | piece | 310"),
        ]
        assert found.blocks[2].columns == ("Item", "Unit", "Price")
