"""DOCX -> text and blocks: each thing that Word shows or hides, in a small file of its own."""

# ruff: noqa: E501
from __future__ import annotations

import io
import zipfile

import pytest

from index.readers.inline.list_numbers import format_number
from index.readers.word.document import extract

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
MC = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
M = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
PARTS = {
    "styles": ("word/styles.xml", "styles"),
    "numbering": ("word/numbering.xml", "numbering"),
    "footnotes": ("word/footnotes.xml", "footnotes"),
    "endnotes": ("word/endnotes.xml", "endnotes"),
    "settings": ("word/settings.xml", "settings"),
    "header": ("word/header1.xml", "hdr"),
    "first": ("word/header2.xml", "hdr"),
    "footer": ("word/footer1.xml", "ftr"),
}
STYLES = """
<w:style w:type="paragraph" w:default="1" w:styleId="a"><w:name w:val="Normal"/></w:style>
<w:style w:type="paragraph" w:styleId="1"><w:name w:val="heading 1"/><w:basedOn w:val="a"/></w:style>
<w:style w:type="paragraph" w:styleId="bab"><w:name w:val="باب"/><w:basedOn w:val="1"/></w:style>
<w:style w:type="paragraph" w:styleId="o"><w:name w:val="فقرة"/><w:pPr><w:outlineLvl w:val="2"/></w:pPr></w:style>
<w:style w:type="paragraph" w:styleId="t1"><w:name w:val="toc 1"/></w:style>
<w:style w:type="paragraph" w:styleId="c"><w:name w:val="caption"/></w:style>
<w:style w:type="character" w:styleId="h"><w:name w:val="hid"/><w:rPr><w:vanish/></w:rPr></w:style>
<w:style w:type="paragraph" w:styleId="n"><w:name w:val="num"/><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>
"""


def level(number: int, kind: str, template: str, more: str = "") -> str:
    return (
        f'<w:lvl w:ilvl="{number}"><w:start w:val="1"/><w:numFmt w:val="{kind}"/>'
        f'<w:lvlText w:val="{template}"/>{more}</w:lvl>'
    )


def numbering(*levels: str, nums: str = "") -> str:
    return (
        f'<w:abstractNum w:abstractNumId="0">{"".join(levels)}</w:abstractNum>'
        f'<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>{nums}'
    )


def docx(body: str, **parts: str) -> bytes:
    content = io.BytesIO()
    related = "".join(
        f'<Relationship Id="{name}" Target="{PARTS[name][0].removeprefix("word/")}" Type="http://x/'
        f'{"header" if name == "first" else name}"/>'
        for name in parts
    )
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(
            "word/document.xml", f"<w:document {W} {R} {MC} {M}><w:body>{body}</w:body></w:document>"
        )
        archive.writestr("word/_rels/document.xml.rels", f"<Relationships>{related}</Relationships>")
        for name, inner in parts.items():
            path, root = PARTS[name]
            archive.writestr(path, f"<w:{root} {W} {MC}>{inner}</w:{root}>")
    return content.getvalue()


def run(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def p(text: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr>{text if text.startswith('<') else run(text)}</w:p>"


def style(name: str) -> str:
    return f'<w:pStyle w:val="{name}"/>'


def item(text: str, depth: int = 0, number: int = 1) -> str:
    return p(text, f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{number}"/></w:numPr>')


def table(*rows: str) -> str:
    return f"<w:tbl>{''.join(rows)}</w:tbl>"


def row(*cells: str, properties: str = "") -> str:
    inner = "".join(f"<w:tc>{cell if cell.startswith('<') else p(cell)}</w:tc>" for cell in cells)
    return f"<w:tr><w:trPr>{properties}</w:trPr>{inner}</w:tr>"


def field(instruction: str, result: str) -> str:
    return (
        f'<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>{instruction}</w:instrText></w:r>'
        f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{run(result)}<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


def blocks(content: bytes) -> list[tuple[str, int, str, str]]:
    found = extract(content)
    return [(b.kind, b.level, b.label, found.text[b.start : b.end]) for b in found.blocks]


@pytest.mark.parametrize(
    ("paragraph", "text"),
    [
        (f'{run("a")}<w:dir w:val="rtl">{run("b")}</w:dir><w:bdo w:val="rtl">{run("c")}</w:bdo>', "abc"),
        (f"<w:ins>{run('a')}</w:ins><w:del><w:r><w:delText>x</w:delText></w:r></w:del>{run('b')}", "ab"),
        (f"<w:moveFrom>{run('x')}</w:moveFrom><w:moveTo>{run('a')}</w:moveTo>", "a"),
        (run("a") + run("x", "<w:vanish/>") + run("x", '<w:rStyle w:val="h"/>') + run("b"), "ab"),
        (f'<w:fldSimple w:instr="REF x">{run("a")}</w:fldSimple>{field("REF y", "b")}', "ab"),
        (field(f" IF {field('PAGE', 'x')}", "a"), "a"),
        (
            '<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:checkBox><w:checked/></w:checkBox></w:ffData>'
            '</w:fldChar></w:r><w:r><w:instrText>FORMCHECKBOX</w:instrText></w:r>'
            f'<w:r><w:fldChar w:fldCharType="end"/></w:r>{run(" a")}',
            "☒ a",
        ),
        (f"<w:sdt><w:sdtContent>{run('a')}</w:sdtContent></w:sdt><w:hyperlink>{run('b')}</w:hyperlink>", "ab"),
        (f"<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>{run('x')}</w:sdtContent></w:sdt>{run('a')}", "a"),
        (
            f"<w:r><w:ruby><w:rt>{run('ki')}</w:rt><w:rubyBase>{run('wood')}</w:rubyBase></w:ruby></w:r>",
            "wood (ki)",
        ),
        ("<m:oMath><m:f><m:num><m:r><m:t>1</m:t></m:r></m:num><m:den><m:r><m:t>2</m:t></m:r></m:den></m:f></m:oMath>", "1/2"),
        ('<w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t><w:noBreakHyphen/><w:t>d</w:t></w:r>', "a b\nc\u2011d"),
        ('<w:r><w:t>1998</w:t><w:sym w:font="Wingdings" w:char="F0FE"/></w:r>', "1998☒"),
    ],
)  # fmt: skip
def test_a_paragraph_has_what_a_reader_sees(paragraph: str, text: str) -> None:
    assert extract(docx(p(paragraph), styles=STYLES)).text == text


def test_headings_by_built_in_custom_and_outline_styles() -> None:
    body = (
        p("Contents 3", style("t1")) + p("الأول", style("1")) + p("الثاني", style("bab")) + p("الثالث", style("o"))
        + p("الرابع", '<w:outlineLvl w:val="1"/>') + p("نص.") + p("جدول", style("c"))
    )  # fmt: skip
    assert blocks(docx(body, styles=STYLES)) == [
        ("heading", 1, "", "الأول"),
        ("heading", 1, "", "الثاني"),
        ("heading", 3, "", "الثالث"),
        ("heading", 2, "", "الرابع"),
        ("paragraph", 0, "", "نص."),
        ("caption", 0, "", "جدول"),
    ]


def test_the_paragraph_in_the_style_of_titles_is_the_title() -> None:
    styles = STYLES + '<w:style w:type="paragraph" w:styleId="tt"><w:name w:val="Title"/></w:style>'
    chapters = p("Boats", style("1")) + p("Row.") + p("Oars", style("1")) + p("Pull.")
    titled = docx(p("Rules of the pond", style("tt")) + chapters, styles=styles)
    assert extract(titled).heading == "Rules of the pond"
    assert extract(docx(chapters, styles=styles)).heading == ""
    twice = docx(p("Rules", style("tt")) + p("Pond", style("tt")) + chapters, styles=styles)
    assert extract(twice).heading == ""


def test_a_line_in_bold_above_text_is_a_heading() -> None:
    body = (
        p(run("نطاق الخدمة", "<w:b/>"))
        + p("تعمل العبّارة كل يوم ما عدا الجمعة.")
        + p(run("مهمّ جدّاً.", "<w:b/>"))
    )
    assert [found[0] for found in blocks(docx(body))] == ["heading", "paragraph", "paragraph"]


def test_numbers_are_counted_as_word_counts_them() -> None:
    levels = [
        level(0, "decimal", "المادة (%1)"),
        level(1, "arabicAbjad", "%2)"),
        level(2, "lowerRoman", "%1.%2.%3", "<w:isLgl/>"),
        level(3, "bullet", "\uf0b7"),
    ]
    restarted = (
        '<w:num w:numId="2"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="7"/>'
        "</w:lvlOverride></w:num>"
    )
    body = "".join(
        (
            item("تؤسَّس الجمعية في البصرة."), item("الأعضاء", 1), item("الرئيس", 1), item("جزء", 2), item("نقطة", 3),
            item("تُدفع الرسوم كل سنة."), item("أولها", 1), item("تُحلّ الجمعية بقرار.", 0, 2), p("آخر", style("n")),
        )
    )  # fmt: skip
    assert blocks(docx(body, styles=STYLES, numbering=numbering(*levels, nums=restarted))) == [
        ("heading", 1, "المادة (1)", "المادة (1)"),
        ("paragraph", 0, "المادة (1)", "تؤسَّس الجمعية في البصرة."),
        ("list_item", 2, "أ)", "أ) الأعضاء"),
        ("list_item", 2, "ب)", "ب) الرئيس"),
        ("list_item", 3, "1.2.1", "1.2.1 جزء"),
        ("list_item", 4, "•", "نقطة"),
        ("heading", 1, "المادة (2)", "المادة (2)"),
        ("paragraph", 0, "المادة (2)", "تُدفع الرسوم كل سنة."),
        ("list_item", 2, "أ)", "أ) أولها"),
        ("heading", 1, "المادة (7)", "المادة (7)"),
        ("paragraph", 0, "المادة (7)", "تُحلّ الجمعية بقرار."),
        ("heading", 1, "المادة (8)", "المادة (8)"),
        ("paragraph", 0, "المادة (8)", "آخر"),
    ]


@pytest.mark.parametrize(
    ("number", "kind", "text"),
    [
        (4, "arabicAlpha", "ث"), (4, "arabicAbjad", "د"), (12, "hindiNumbers", "१२"), (28, "lowerLetter", "bb"),
        (1994, "upperRoman", "MCMXCIV"), (3, "decimalZero", "03"), (2, "ordinal", "2nd"), (13, "ordinal", "13th"),
        (21, "ordinalText", "Twenty-first"), (5, "numberInDash", "- 5 -"), (3, "decimalEnclosedCircle", "③"),
        (5, "unknown", "5"), (5, "none", ""), (30, "hebrew2", "חח"),
    ],
)  # fmt: skip
def test_formats_of_numbers(number: int, kind: str, text: str) -> None:
    assert format_number(number, kind) == text


def test_a_text_box_is_there_once() -> None:
    box = f"<w:txbxContent>{p('في الصندوق.')}</w:txbxContent>"
    both = f"<mc:AlternateContent><mc:Choice><w:drawing>{box}</w:drawing></mc:Choice><mc:Fallback><w:pict>{box}</w:pict></mc:Fallback></mc:AlternateContent>"
    assert (
        extract(docx(p(f"{run('قبل.')}<w:r>{both}</w:r>") + p("بعد."))).text == "قبل.\n\nفي الصندوق.\n\nبعد."
    )


def test_headers_and_footers_come_once_and_only_where_they_are_shown() -> None:
    section = '<w:sectPr><w:headerReference w:type="default" r:id="header"/><w:headerReference w:type="first" r:id="first"/><w:footerReference w:type="default" r:id="footer"/></w:sectPr>'
    body = p("نص.", section) + section
    footer = p(f"{run('للاستفسار 2290، صفحة ')}{field('PAGE', '3')}")
    found = blocks(docx(body, header=p("تعميم رقم 17/ت"), first=p("لا يُعرض"), footer=footer))
    assert found == [
        ("page_header", 0, "", "تعميم رقم 17/ت"),
        ("paragraph", 0, "", "نص."),
        ("page_footer", 0, "", "للاستفسار 2290، صفحة"),
    ]


def test_footnotes_stand_behind_the_paragraph_that_calls_them() -> None:
    def note(number: int, text: str) -> str:
        return f'<w:footnote w:id="{number}">{p(text)}</w:footnote>'

    body = p(f'{run("أولاً")}<w:r><w:footnoteReference w:id="5"/></w:r>{run(".")}') + p("ثانياً.") + p(
        f'{run("ثالثاً")}<w:r><w:endnoteReference w:id="1"/></w:r>{run(".")}'
    ) + p(f'{run("رابعاً")}<w:r><w:footnoteReference w:id="2"/></w:r>')  # fmt: skip
    notes = '<w:footnote w:id="0" w:type="separator"/>' + note(2, "الثانية.") + note(5, "الأولى.")
    ends = f'<w:endnote w:id="1">{p("في الختام.")}</w:endnote>'
    assert extract(docx(body, footnotes=notes, endnotes=ends)).text.split("\n\n") == [
        "أولاً[1].", "[1] الأولى.", "ثانياً.", "ثالثاً[i].", "رابعاً[2]", "[2] الثانية.", "[i] في الختام.",
    ]  # fmt: skip


def test_a_paragraph_whose_end_was_deleted_goes_on_in_the_next() -> None:
    assert extract(docx(p("أول ", "<w:rPr><w:del/></w:rPr>") + p("وثانٍ."))).text == "أول وثانٍ."


def test_merged_cells_nested_tables_and_deleted_rows() -> None:
    merged = '<w:tcPr><w:vMerge w:val="restart"/></w:tcPr>'
    wide = '<w:tcPr><w:gridSpan w:val="2"/></w:tcPr>'
    body = table(
        row("اليوم", wide + p("الوقت"), properties="<w:tblHeader/>"),
        row(merged + p("الأحد"), "8", "سلمى"),
        row("<w:tcPr><w:vMerge/></w:tcPr>" + p(""), "9", "علي"),
        row("x", "y", "z", properties="<w:del/>"),
        row("الاثنين", p("10") + table(row("a", "1"), row("b", "2")), "هدى"),
    )
    found = extract(docx(body))
    assert found.text == (
        "اليوم | الوقت\nالأحد | 8 | سلمى\nالأحد | 9 | علي\nالاثنين | 10 | هدى\n\na | 1\nb | 2"
    )
    assert [b.columns for b in found.blocks] == [(), *[("اليوم", "الوقت", "الوقت")] * 3, (), ()]
    assert [b.table for b in found.blocks] == [1, 1, 1, 1, 2, 2]
    assert [[found.text[slice(*cell)] for cell in b.cells] for b in found.blocks][2] == ["الأحد", "9", "علي"]


def test_a_table_that_only_parts_the_page_gives_paragraphs() -> None:
    body = table(row(p("أول.") + p("ثانٍ."))) + p("بعد.")
    assert extract(docx(body)).text == "أول.\n\nثانٍ.\n\nبعد."


@pytest.mark.parametrize("properties", ["", "<w:tblHeader/>"])
def test_two_header_rows_are_told_whether_they_are_marked_or_not(properties: str) -> None:
    both = '<w:tcPr><w:vMerge w:val="restart"/></w:tcPr>' + p("Site")
    wide = '<w:tcPr><w:gridSpan w:val="2"/></w:tcPr>'
    body = table(
        row(both, wide + p("Output"), wide + p("Income"), properties=properties),
        row(
            "<w:tcPr><w:vMerge/></w:tcPr>" + p(""),
            "planned",
            "real",
            "planned",
            "real",
            properties=properties,
        ),
        row("Mill", "310", "241", "46,500", "36,270"),
        row("Weir", "58", "63", "8,700", "9,450"),
    )
    found = [(block.kind, block.columns) for block in extract(docx(body)).blocks]
    columns = ("Site", "Output planned", "Output real", "Income planned", "Income real")
    assert found == [("table_header", ())] * 2 + [("table_row", columns)] * 2


def test_any_depth_is_read() -> None:
    deep = "<w:sdt><w:sdtContent>" * 3000 + p("deep") + "</w:sdtContent></w:sdt>" * 3000
    nested = "<w:tbl><w:tr><w:tc>" * 500 + p("inside") + "</w:tc></w:tr></w:tbl>" * 500
    inline = p("<w:smartTag>" * 3000 + run("inline") + "</w:smartTag>" * 3000)
    assert extract(docx(deep + nested + inline)).text == "deep\n\ninside\n\ninline"


def test_what_would_grow_without_bound_is_bounded() -> None:
    levels = '<w:lvl w:ilvl="999999999"><w:lvlText w:val="%1"/></w:lvl>' + level(
        0, "decimal", "x" * 100_000 + "%1"
    )
    long = "<w:tcPr><w:vMerge w:val='restart'/></w:tcPr>" + p("w" * 100_000)
    rows = [row(long, "a"), *[row("<w:tcPr><w:vMerge/></w:tcPr>" + p(""), "b")] * 300]
    body = item("deep", 999_999_999) + "".join(item("a") for _ in range(300)) + table(*rows)
    found = extract(docx(body, numbering=numbering(levels)))
    assert found.text.startswith("deep\n\n" + "x" * 200 + " a\n")
    assert len(found.text) < 300_000
