"""Spreadsheets, delimited files and JSON -> rows under their column headings, as a reader sees them."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_file_types import archive, refusal, told

from index import Document
from index.readers.extracted_text import Extract, Unextractable
from index.readers.file_types import convert
from index.readers.office.number_format import shown
from index.readers.read_files import read_file
from index.readers.tables import grid

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
FORMATS = ("General", "#,##0.00", "0.0%", "dd/mm/yyyy", '#,##0.0 "د.ع";[Red](#,##0.0)', "[$-401]d mmmm yyyy")


def workbook(path: Path, sheets: dict[str, str], *, state: str = "", more: str = "") -> Path:
    """A workbook of sheets, each the XML of its rows; those named `hidden...` have the given state."""
    listed = "".join(
        f'<sheet name="{name}" sheetId="{number}" r:id="r{number}"'
        + (f' state="{state}"' if name.startswith("hidden") else "")
        + "/>"
        for number, name in enumerate(sheets, 1)
    )
    relations = "".join(
        f'<Relationship Id="r{number}" Type="{RELATION}/worksheet" Target="worksheets/s{number}.xml"/>'
        for number in range(1, len(sheets) + 1)
    )
    strings = f'<Relationship Id="rs" Type="{RELATION}/sharedStrings" Target="/xl/sharedStrings.xml"/>'
    styles = f'<Relationship Id="ry" Type="{RELATION}/styles" Target="styles.xml"/>'
    codes = "".join(
        f'<numFmt numFmtId="{200 + n}" formatCode="{code.replace(chr(34), "&quot;")}"/>'
        for n, code in enumerate(FORMATS)
    )
    cells = "".join(f'<xf numFmtId="{200 + n}"/>' for n in range(len(FORMATS)))
    parts = {
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELATION}">{more}<sheets>{listed}</sheets>'
        "</workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{RELATIONS}">{relations}{strings}{styles}'
        "</Relationships>",
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}"><si><t>الفرع</t></si><si><r><t>مبيعات </t></r>'
        "<r><t>السنة</t></r><rPh><t>x</t></rPh></si></sst>",
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}"><numFmts>{codes}</numFmts><cellXfs>{cells}</cellXfs>'
        "</styleSheet>",
    }
    parts |= {
        f"xl/worksheets/s{number}.xml": f'<worksheet xmlns="{MAIN}">{rows}</worksheet>'
        for number, rows in enumerate(sheets.values(), 1)
    }
    return archive(path, parts)


def cell(place: str, value: str, kind: str = "inlineStr", style: int = 0) -> str:
    inner = (
        f"<is><t>{value}</t></is>" if kind == "inlineStr" else value if "<" in value else f"<v>{value}</v>"
    )
    return f'<c r="{place}" t="{kind}" s="{style}">{inner}</c>'


def row(number: int, *cells: str) -> str:
    return f'<row r="{number}">{"".join(cells)}</row>'


def data(*rows: str, merged: Sequence[str] = ()) -> str:
    merges = "".join(f'<mergeCell ref="{place}"/>' for place in merged)
    return f"<sheetData>{''.join(rows)}</sheetData><mergeCells>{merges}</mergeCells>"


def table(document: Document | Extract) -> list[list[tuple[str, str]]]:
    """The rows of a document's tables: the column heading and the text of each cell."""
    rows = []
    for block in document.blocks:
        if block.kind == "table_row":
            cells = [document.text[start:end] for start, end in block.cells]
            rows.append(list(zip(block.columns or ("",) * len(cells), cells, strict=True)))
    return rows


def test_a_sheet_is_read_as_its_reader_sees_it(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "a.xlsx",
        {
            "المبيعات": data(
                row(1, cell("A1", "1", "s")),
                row(
                    2, cell("A2", "0", "s"), cell("B2", "المبلغ"), cell("D2", "التاريخ"), cell("E2", "الحصة")
                ),
                row(
                    4,
                    cell("A4", "بغداد"),
                    cell("B4", "1234567.891", "n", 1),
                    cell("D4", "45365", "n", 3),
                    cell("E4", "0.256", "n", 2),
                ),
                row(
                    5,
                    cell("A5", "البصرة"),
                    cell("B5", "<f>B4*2</f><v>-5.5</v>", "n", 4),
                    cell("D5", "45365", "n", 5),
                    cell("E5", "1", "b"),
                ),
                merged=["A1:E1"],
            )
        },
    )
    document = read_file(path)
    assert document.text == (
        "المبيعات\n\nمبيعات السنة\n\nالفرع | المبلغ | التاريخ | الحصة\n"
        "بغداد | 1,234,567.89 | 14/03/2024 | 25.6%\nالبصرة | (5.5) | 14 مارس 2024 | TRUE"
    )
    assert [block.kind for block in document.blocks] == [
        "heading",
        "caption",
        "table_header",
        *["table_row"] * 2,
    ]
    assert table(document)[1] == [
        ("الفرع", "البصرة"), ("المبلغ", "(5.5)"), ("التاريخ", "14 مارس 2024"), ("الحصة", "TRUE"),
    ]  # fmt: skip
    assert told(path) == []


def test_merged_cells_are_repeated_below_and_join_headings(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "a.xlsx",
        {
            "Sheet1": data(
                row(1, cell("A1", "City"), cell("B1", "2023", "n"), cell("D1", "2024", "n")),
                row(
                    2, cell("B2", "spring"), cell("C2", "autumn"), cell("D2", "spring"), cell("E2", "autumn")
                ),
                row(3, cell("A3", "Mosul"), *(cell(f"{c}3", str(n), "n") for n, c in enumerate("BCDE", 1))),
                row(4, cell("B4", "5", "n"), cell("C4", "closed"), cell("E4", "8", "n")),
                merged=["A1:A2", "B1:C1", "D1:E1", "A3:A4", "C4:D4", "not a range", "A9:B12"],
            )
        },
    )
    years = ["2023 spring", "2023 autumn", "2024 spring", "2024 autumn"]
    assert table(read_file(path)) == [
        [("City", "Mosul"), *zip(years, "1234", strict=True)],
        [("City", "Mosul"), (years[0], "5"), (years[1], "closed"), (years[3], "8")],
    ]


def test_tables_of_a_sheet_are_told_apart(tmp_path: Path) -> None:
    rows = [
        row(1, cell("A1", "name"), cell("B1", "age")),
        row(2, cell("A2", "Ali"), cell("B2", "45", "n")),
        row(4, cell("A4", "Sara"), cell("B4", "30", "n")),  # after a blank row, without headings of its own
        row(6, cell("A6", "city"), cell("B6", "people")),
        row(7, cell("A7", "Hilla"), cell("B7", "7", "n")),
    ]
    document = read_file(workbook(tmp_path / "a.xlsx", {"Sheet1": data(*rows)}))
    assert table(document) == [
        [("name", "Ali"), ("age", "45")],
        [("name", "Sara"), ("age", "30")],
        [("city", "Hilla"), ("people", "7")],
    ]
    assert [block.table for block in document.blocks] == [1, 1, 1, 2, 2]


def test_a_huge_sparse_sheet_is_read_by_its_filled_cells(tmp_path: Path) -> None:
    rows = data(row(1, cell("A1", "near")), row(1048576, cell("XFD1048576", "far")), merged=["A1:XFD1048576"])
    styled = "".join(f'<row r="{n}"><c r="XFD{n}" s="1"/></row>' for n in range(2, 5000))
    path = workbook(
        tmp_path / "a.xlsx", {"Sheet1": rows.replace('<row r="1048576"', styled + '<row r="1048576"')}
    )
    assert read_file(path).text == "near\n\nfar"


def test_what_isnt_read_of_a_workbook_is_told(tmp_path: Path) -> None:
    shown_rows = data(
        row(1, cell("A1", "a"), cell("B1", "<f>SUM(1)</f>", "n"), cell("C1", "<f>A1</f><v></v>", "str"))
    )
    path = workbook(
        tmp_path / "a.xlsx",
        {
            "Sheet1": shown_rows,
            "hidden one": data(row(1, cell("A1", "secret"))),
            "Sheet3": "<sheetData><row>",
        },
        state="veryHidden",
    )
    assert read_file(path).text == "a"
    assert told(path) == [
        "a part of it is missing or damaged (Sheet3); the rest was read.",
        "its hidden sheets weren't read (hidden one).",
        "1 formula in it has no stored value. Save it in a spreadsheet program.",
    ]


def test_hostile_workbooks_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = '<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;">]>'
    rows = data(row(1, cell("A1", "&c;")))
    path = workbook(tmp_path / "a.xlsx", {"Sheet1": rows})
    with zipfile.ZipFile(path) as file:
        parts = {name: file.read(name).decode() for name in file.namelist()}
    entities = archive(
        tmp_path / "b.xlsx", parts | {"xl/worksheets/s1.xml": bomb + parts["xl/worksheets/s1.xml"]}
    )
    assert refusal(entities).startswith("it defines XML entities")
    lacking = archive(tmp_path / "c.xlsx", {k: v for k, v in parts.items() if "worksheets" not in k})
    assert refusal(lacking).startswith("it is damaged (no readable sheet Sheet1 in it)")
    cut = tmp_path / "d.xlsx"
    cut.write_bytes(path.read_bytes()[:-40])
    assert refusal(cut).startswith("it is damaged (")
    monkeypatch.setattr(grid, "MAX_CELLS", 3)
    many = data(*(row(n, cell(f"A{n}", "x")) for n in range(1, 6)))
    assert refusal(workbook(tmp_path / "e.xlsx", {"Sheet1": many})).startswith(
        "it has more than 3 filled cells"
    )


def test_dates_may_count_from_1904(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "a.xlsx",
        {"Sheet1": data(row(1, cell("A1", "43903", "n", 3)))},
        more='<workbookPr date1904="1"/>',
    )
    assert read_file(path).text == "14/03/2024"


@pytest.mark.parametrize(
    ("value", "code", "expected"),
    [
        ("1234.5", "General", "1234.5"),
        ("0.1", "General", "0.1"),
        ("0.30000000000000004", "General", "0.3"),
        ("3.14159265358979", "General", "3.141592654"),
        ("9647701234567", "General", "9647701234567"),
        ("1E-7", "General", "1E-07"),
        ("-0.004", "0.00", "0.00"),
        ("2.675", "0.00", "2.68"),
        ("1234567", "#,##0", "1,234,567"),
        ("-1234.5", "#,##0.00;(#,##0.00)", "(1,234.50)"),
        ("-1234.5", "#,##0.00", "-1,234.50"),
        ("0", '0.00;-0.00;"nil"', "nil"),
        ("7", "000", "007"),
        ("0.5", "#.##", ".5"),
        ("12.30", "0.##", "12.3"),
        ("0.256", "0%", "26%"),
        ("-0.256", "0.00%", "-25.60%"),
        ("1500000", '0.0,,"M"', "1.5M"),
        ("12345", "0.00E+00", "1.23E+04"),
        ("1500", "[$€-407] #,##0", "€ 1,500"),
        ("1500", "#,##0\\ [$د.ع.-801]", "1,500 د.ع."),
        ("5", "@", "5"),
        ("text", "0.00", "text"),
        ("45365.5", "yyyy-mm-dd hh:mm", "2024-03-14 12:00"),
        ("45365.75", "d/m/yy h:mm AM/PM", "14/3/24 6:00 PM"),
        ("45365", "dddd, mmmm dd, yyyy", "Thursday, March 14, 2024"),
        ("45365", "[$-801]dddd d mmmm yyyy", "الخميس 14 آذار 2024"),
        ("45365", "[$-F800]dddd, mmmm dd", "2024-03-14"),
        ("45365", "mmm\\-yy", "Mar-24"),
        ("0.604166667", "h:mm", "14:30"),
        ("0.0009", "mm:ss", "01:18"),
        ("1.5", "[h]:mm:ss", "36:00:00"),
        ("0.9999999", "h:mm:ss", "0:00:00"),
        ("59", "yyyy-mm-dd", "1900-02-28"),
        ("61", "yyyy-mm-dd", "1900-03-01"),
        ("-1", "yyyy-mm-dd", "-1"),
        ("99999999", "yyyy-mm-dd", "99999999"),
        ("5", "", "5"),
        ("1e400", "0.00", "1e400"),
    ],
)
def test_a_number_is_shown_in_its_format(value: str, code: str, expected: str) -> None:
    assert shown(value, code) == expected


@given(st.floats(allow_nan=False, allow_infinity=False), st.text('0#?.,%E+-;"\\[]@/ _*ymdhs', max_size=12))
def test_any_number_is_shown_in_any_format(number: float, code: str) -> None:
    assert isinstance(shown(repr(number), code), str)


@given(st.decimals(-(10**9), 10**9, places=2))
def test_two_places_are_shown_as_python_has_them(number: object) -> None:
    assert shown(str(number), "#,##0.00").replace("-0.00", "0.00") == f"{number:,.2f}".replace(
        "-0.00", "0.00"
    )


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1256"])
def test_delimited_values_are_rows_under_their_headings(
    tmp_path: Path, delimiter: str, encoding: str
) -> None:
    lines = [
        "الاسم,المدينة,العمر,ملاحظة",
        'علي حسن,بغداد,45,"قال: ""نعم"" , ثم\nمضى"',
        "سارة,البصرة القديمة,30",
        "",
    ]
    text = "\r\n".join(lines).replace(",", delimiter)
    path = tmp_path / "a.csv"
    path.write_bytes(text.encode(encoding))
    said = " ".join(f'قال: "نعم" {delimiter} ثم مضى'.split())
    assert table(read_file(path)) == [
        [("الاسم", "علي حسن"), ("المدينة", "بغداد"), ("العمر", "45"), ("ملاحظة", said)],
        [("الاسم", "سارة"), ("المدينة", "البصرة القديمة"), ("العمر", "30")],
    ]


def rows_of(text: str, suffix: str = ".csv") -> list[list[tuple[str, str]]]:
    return table(convert(suffix, text.encode()))


def test_the_first_row_is_headings_only_if_it_reads_like_them() -> None:
    assert rows_of("1,Ali\n2,Sara\n") == [[("", "1"), ("", "Ali")], [("", "2"), ("", "Sara")]]
    assert rows_of("Ali,Baghdad\nSara,Basra\nOmar,Baghdad\n")[0] == [("", "Ali"), ("", "Baghdad")]
    assert rows_of("city,2021,2022\nMosul,7,8\n") == [[("city", "Mosul"), ("2021", "7"), ("2022", "8")]]
    assert rows_of("sep=;\na;b\n1;2,5\n") == [[("a", "1"), ("b", "2,5")]]


def test_broken_delimited_files_are_read() -> None:
    assert rows_of('a,b\n1,"never closed\n2,3\n4,5\n')[-1][0] == ("a", "1")
    long = "x" * (2 << 20)
    assert rows_of(f'a,b\n1,"{long}\n2,3\n')[-1] == [("a", "2"), ("b", "3")]
    assert convert(".csv", b"one column\nof words\n").text == "one column\n\nof words"


@pytest.mark.parametrize(
    "text",
    [
        "اسم المدرسة,الفرات\nعدد الطلاب,412\nالمدير,حسن\nهل فيها مختبر,لا\nسنة التأسيس,1964\n",
        "Station,Marj\nElevation,1240 m\nOperator,none since 2011\nRain gauge,not installed\n",
        "Colour,red\nWeight,12\nMaker,Quill\nPieces,4\nOrigin,Basra\n",
        "Open?,no\nPaid?,yes\n",
        "المشروع,جسر,,\nرقم العقد,C-22,,\nتاريخ البدء,2022-05-01,,\n",
    ],
)
def test_names_and_values_have_no_column_headings(text: str) -> None:
    assert rows_of(text)[0] == [("", cell) for cell in text.split("\n")[0].rstrip(",").split(",")]


@pytest.mark.parametrize(
    "text", ["الصنف,السعر\nقمح,320\nشعير,غير متوفر\nعدس,150\n", "الاسم,المدينة\nخالد,حمص\nليلى,إدلب\n"]
)
def test_tables_of_two_columns_have_column_headings(text: str) -> None:
    assert [column for column, _ in rows_of(text)[0]] == text.split("\n")[0].split(",")


def test_records_of_json_are_rows(tmp_path: Path) -> None:
    records = [
        {"name": "علي", "age": 45, "address": {"city": "بغداد", "zip": None}, "tags": ["a", "b"], "ok": True},
        {"name": "سارة", "age": 30.10, "id": 12345678901234567890},
    ]
    expected = [
        [("name", "علي"), ("age", "45"), ("address.city", "بغداد"), ("tags", "a; b"), ("ok", "true"), ("id", "")],  # noqa: E501
        [("name", "سارة"), ("age", "30.1"), ("address.city", ""), ("tags", ""), ("ok", ""), ("id", "12345678901234567890")],  # noqa: E501
    ]  # fmt: skip
    whole = json.dumps(records, ensure_ascii=False)
    lines = "\n".join(json.dumps(record) for record in records)
    for name, text in (
        ("a.json", whole),
        ("a.jsonl", lines),
        ("b.json", lines),
        ("c.json", f'{{"people": {whole}}}'),
    ):
        (tmp_path / name).write_text(text, "utf-8")
        assert table(read_file(tmp_path / name)) == expected


def test_a_line_that_isnt_json_is_left_out_and_told(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"a": "one"}\n\n{bad\n{"a": "two"}\n', "utf-8")
    assert read_file(tmp_path / "a.jsonl").text == "a\none\ntwo"
    assert told(tmp_path / "a.jsonl") == ["a line of it isn't JSON (3); the rest was read."]
    (tmp_path / "b.jsonl").write_text("{bad\n" * 9 + "1\n", "utf-8")
    assert refusal(tmp_path / "b.jsonl").startswith("it is damaged (line 1 isn't JSON)")


def test_long_records_stand_one_after_the_other() -> None:
    body = "The bridge was opened. " * 30
    records = {"title": "Bridges", "author": "Layla", "articles": [
        {"title": "One", "year": 1998, "text": f"{body}\n{body}"},
        {"title": "Two", "summary": body, "year": 2004},
    ], "n": 1.50}  # fmt: skip
    found = convert(".json", json.dumps(records).encode())
    assert (found.title, found.author) == ("Bridges", "Layla")
    said = [(block.kind, block.level, found.text[block.start : block.end][:15]) for block in found.blocks]
    assert said == [
        ("form_field", 0, "title: Bridges"),
        ("form_field", 0, "author: Layla"),
        ("form_field", 0, "n: 1.5"),
        ("heading", 1, "articles"),
        ("heading", 2, "One"),
        ("form_field", 0, "year: 1998"),
        ("paragraph", 0, body[:15]),
        ("paragraph", 0, body[:15]),
        ("heading", 2, "Two"),
        ("form_field", 0, "year: 2004"),
        ("heading", 3, "summary"),
        ("paragraph", 0, body[:15]),
    ]


@pytest.mark.parametrize(
    "text", ["[" * 100_000, '{"a":' * 5000 + "1" + "}" * 5000, "nonsense", '{"a": 1', '{"a": 1} x']
)
def test_broken_json_is_refused(text: str) -> None:
    with pytest.raises(Unextractable, match=r"it is damaged \("):
        convert(".json", text.encode())
