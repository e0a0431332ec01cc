"""Slides, OpenDocument, Rich Text and messages -> documents, each made here, and how each of them fails."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from email.message import EmailMessage
from pathlib import Path

import pytest
from test_file_types import archive, refusal, told
from test_tables import table

from index.errors import FileWarning
from index.readers.file_types import convert
from index.readers.read_files import read_file

DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
SLIDES = "http://schemas.openxmlformats.org/presentationml/2006/main"
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
BOMB = '<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;">]>'


def shape(*paragraphs: str, kind: str | None = None) -> str:
    """A shape of a slide; a paragraph may be given as XML."""
    placeholder = "" if kind is None else f'<p:ph type="{kind}"/>' if kind else "<p:ph/>"
    inner = "".join(said if said.startswith("<a:p>") else paragraph(said) for said in paragraphs)
    return f"<p:sp><p:nvSpPr><p:nvPr>{placeholder}</p:nvPr></p:nvSpPr><p:txBody>{inner}</p:txBody></p:sp>"


def paragraph(text: str, properties: str = "") -> str:
    return f"<a:p>{properties}<a:r><a:t>{text}</a:t></a:r></a:p>"


def presentation(path: Path, slides: Sequence[str | None], more: Mapping[str, str] | None = None) -> Path:
    """A presentation of slides, each the XML of its shapes; None for one that isn't there."""
    names = "".join(f'<p:sldId id="{256 + n}" r:id="r{n}"/>' for n in range(len(slides)))
    relations = "".join(
        f'<Relationship Id="r{n}" Type="{RELATION}/slide" Target="slides/s{n}.xml"/>'
        for n in range(len(slides))
    )
    head = f'xmlns:p="{SLIDES}" xmlns:r="{RELATION}" xmlns:a="{DRAWING}"'
    parts = {
        "ppt/presentation.xml": f"<p:presentation {head}><p:sldIdLst>{names}</p:sldIdLst></p:presentation>",
        "ppt/_rels/presentation.xml.rels": f'<Relationships xmlns="{RELATIONS}">{relations}</Relationships>',
    }
    for number, shapes in enumerate(slides):
        if shapes is not None:
            hidden, shapes = ('show="0"', shapes[1:]) if shapes.startswith("-") else ("", shapes)
            tree = f"<p:cSld><p:spTree>{shapes}</p:spTree></p:cSld>"
            parts[f"ppt/slides/s{number}.xml"] = f"<p:sld {head} {hidden}>{tree}</p:sld>"
    return archive(path, parts | {name: text.replace("HEAD", head) for name, text in (more or {}).items()})


def test_slides_are_read_in_order_with_titles_lists_tables_and_notes(tmp_path: Path) -> None:
    numbered = '<a:pPr><a:buAutoNum type="arabicParenR"/></a:pPr>'
    rows = "".join(
        "<a:tr>"
        + "".join(f"<a:tc {at}><a:txBody>{paragraph(text)}</a:txBody></a:tc>" for at, text in row)
        + "</a:tr>"
        for row in (
            [("", "item"), ("", "price"), ("", "place")],
            [('rowSpan="2"', "pump"), ("", "850"), ("", "Basra")],
            [('vMerge="1"', ""), ("", "900"), ("", "Mosul")],
        )
    )
    frame = f"<p:graphicFrame><a:graphic><a:graphicData><a:tbl>{rows}</a:tbl></a:graphicData></a:graphic>"
    frame += "</p:graphicFrame>"
    path = presentation(
        tmp_path / "a.pptx",
        [
            shape("بند أول", paragraph("فرعي", '<a:pPr lvl="1"/>'), kind="")
            + shape("12", kind="sldNum")
            + f"<p:grpSp>{shape('in a group')}</p:grpSp>"
            + shape("خطة المشروع", kind="ctrTitle"),
            "-" + shape("hidden"),
            shape(
                paragraph("one", numbered),
                paragraph("two", numbered),
                "<a:p><a:r><a:t>a</a:t></a:r><a:br/></a:p>",
            )
            + frame,
        ],
        {
            "ppt/slides/_rels/s0.xml.rels": f'<Relationships xmlns="{RELATIONS}"><Relationship Id="n" '
            f'Type="{RELATION}/notesSlide" Target="../notes/n0.xml"/></Relationships>',
            "ppt/notes/n0.xml": "<p:notes HEAD><p:cSld><p:spTree>"
            + shape("ملاحظة المتحدث", kind="body")
            + "</p:spTree></p:cSld></p:notes>",
        },
    )
    document = read_file(path)
    said = [(b.kind, b.level, b.page, document.text[b.start : b.end]) for b in document.blocks]
    assert said == [
        ("heading", 1, 1, "خطة المشروع"),
        ("list_item", 1, 1, "بند أول"),
        ("list_item", 2, 1, "فرعي"),
        ("paragraph", 0, 1, "in a group"),
        ("paragraph", 0, 1, "ملاحظة المتحدث"),
        ("heading", 1, 3, "Slide 3"),
        ("list_item", 1, 3, "1) one"),
        ("list_item", 1, 3, "2) two"),
        ("paragraph", 0, 3, "a"),
        ("table_header", 0, 3, "item | price | place"),
        ("table_row", 0, 3, "pump | 850 | Basra"),
        ("table_row", 0, 3, "pump | 900 | Mosul"),
    ]
    assert document.title == "خطة المشروع"
    assert told(path) == ["its hidden slides weren't read (2)."]


def test_broken_presentations(tmp_path: Path) -> None:
    path = presentation(tmp_path / "a.pptx", [None, shape("text"), "<broken"])
    assert read_file(path).text == "text"
    assert told(path) == [
        "2 parts of it are missing or damaged (ppt/slides/s0.xml, ppt/slides/s2.xml); the rest was read."
    ]
    assert refusal(presentation(tmp_path / "b.pptx", [None])).startswith(
        "it is damaged (no ppt/slides/s0.xml"
    )
    bomb = archive(tmp_path / "c.pptx", {"ppt/presentation.xml": f"{BOMB}<a>&c;</a>"})
    assert refusal(bomb).startswith("it defines XML entities")
    deep = presentation(
        tmp_path / "d.pptx", ["<p:grpSp>" * 500 + shape("deep") + "</p:grpSp>" * 500 + shape("x")]
    )
    assert read_file(deep).text == "x"


OPEN = "urn:oasis:names:tc:opendocument:xmlns:"
HEAD = " ".join(
    f'xmlns:{name}="{OPEN}{full}:1.0"'
    for name, full in (
        ("office", "office"), ("text", "text"), ("style", "style"), ("table", "table"), ("meta", "meta"),
        ("draw", "drawing"), ("fo", "xsl-fo-compatible"), ("manifest", "manifest"),
    )
)  # fmt: skip
NUMBERS = (
    '<text:list-style style:name="L"><text:list-level-style-number text:level="1" style:num-format="1" '
    'style:num-suffix="."/><text:list-level-style-number text:level="2" style:num-format="a" '
    'style:num-suffix=")" text:display-levels="2"/></text:list-style><style:style style:name="B" '
    'style:family="paragraph"><style:text-properties fo:font-weight="bold"/></style:style>'
)


def odt(path: Path, body: str, *, styles: str = "", more: Mapping[str, str] | None = None) -> Path:
    content = (
        f"<office:document-content {HEAD}><office:automatic-styles>{NUMBERS}</office:automatic-styles>"
        f"<office:body><office:text>{body}</office:text></office:body></office:document-content>"
    )
    meta = (
        f'<office:document-meta {HEAD} xmlns:dc="http://purl.org/dc/elements/1.1/"><office:meta>'
        "<dc:title>تقرير</dc:title><meta:initial-creator>ليلى</meta:initial-creator>"
        "<meta:creation-date>2024-03-14T10:00:00</meta:creation-date></office:meta></office:document-meta>"
    )
    parts = {"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": content, "meta.xml": meta}
    if styles:
        parts["styles.xml"] = f"<office:document-styles {HEAD}>{styles}</office:document-styles>"
    return archive(path, parts | dict(more or {}))


def ods(path: Path, sheets: str, styles: str) -> Path:
    content = (
        f"<office:document-content {HEAD}><office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:spreadsheet>{sheets}</office:spreadsheet></office:body></office:document-content>"
    )
    parts = {"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": content}
    return archive(path, parts)


def test_an_open_document_is_read_as_it_is_seen(tmp_path: Path) -> None:
    body = (
        "<text:tracked-changes><text:changed-region><text:deletion><text:p>deleted</text:p></text:deletion>"
        '</text:changed-region></text:tracked-changes><text:h text:outline-level="1">الباب الأول</text:h>'
        "<text:table-of-content><text:p>contents</text:p></text:table-of-content><text:section><text:p>نصّ<text:note "  # noqa: E501
        'text:note-class="footnote"><text:note-citation>1</text:note-citation><text:note-body><text:p>حاشية'
        '</text:p></text:note-body></text:note><text:s text:c="2"/>بعدها<office:annotation><text:p>comment</text:p>'  # noqa: E501
        "</office:annotation></text:p></text:section>"
        '<text:list text:style-name="L"><text:list-item><text:p>one</text:p><text:list><text:list-item>'
        "<text:p>inner</text:p></text:list-item></text:list></text:list-item><text:list-item><text:p>two</text:p>"
        "<text:p>goes on</text:p></text:list-item></text:list>"
        "<text:p><draw:frame><draw:text-box><text:p>boxed</text:p></draw:text-box></draw:frame>beside</text:p>"
    )
    margins = (
        "<style:header><text:p>تعميم 17/ت</text:p></style:header><style:footer><text:p><text:page-number>1"
    )
    margins = f"{margins}</text:page-number></text:p></style:footer>"
    document = read_file(odt(tmp_path / "a.odt", body, styles=margins))
    said = [(b.kind, b.level, document.text[b.start : b.end]) for b in document.blocks]
    assert said == [
        ("page_header", 0, "تعميم 17/ت"),
        ("heading", 1, "الباب الأول"),
        ("paragraph", 0, "نصّ[1]  بعدها"),
        ("footnote", 0, "[1] حاشية"),
        ("list_item", 1, "1. one"),
        ("list_item", 2, "1.a) inner"),
        ("list_item", 1, "2. two"),
        ("paragraph", 0, "goes on"),
        ("paragraph", 0, "beside"),
        ("paragraph", 0, "boxed"),
    ]
    assert (document.title, document.author, document.date) == ("تقرير", "ليلى", "2024-03-14")


def test_tables_of_an_open_document(tmp_path: Path) -> None:
    def row(*cells: tuple[str, str], more: str = "") -> str:
        inner = "".join(
            f"<table:covered-table-cell {at[1:]}/>"
            if at.startswith("-")
            else f"<table:table-cell {at}><text:p>{text}</text:p></table:table-cell>"
            for at, text in cells
        )
        return f"<table:table-row {more}>{inner}</table:table-row>"

    repeated = 'table:number-columns-repeated="16000"'
    body = (
        "<table:table><table:table-header-rows>"
        + row(("", "city"), ("", "2021"), ("", "2022"), (repeated, ""))
        + "</table:table-header-rows>"
        + row(('table:number-rows-spanned="2"', "Mosul"), ("", "7"), ("", "8"))
        + row(("-", ""), ("", "9"), ("", "10"))
        + row(("", "Basra"), ('table:number-columns-spanned="2"', "closed"), ("-", ""))
        + row((repeated, ""), more='table:number-rows-repeated="1000000"')
        + "</table:table>"
    )
    assert table(read_file(odt(tmp_path / "a.odt", body))) == [
        [("city", "Mosul"), ("2021", "7"), ("2022", "8")],
        [("city", "Mosul"), ("2021", "9"), ("2022", "10")],
        [("city", "Basra"), ("2021", "closed")],
    ]


def test_the_sheets_of_an_open_document_are_read_as_they_are_shown(tmp_path: Path) -> None:
    hidden = (
        '<style:style style:name="h" style:family="table"><style:table-properties table:display="false"/>'
        "</style:style>"
    )

    def row(*cells: str, more: str = "") -> str:
        inner = "".join(f"<table:table-cell {cell}</table:table-cell>" for cell in cells)
        return f"<table:table-row {more}>{inner}</table:table-row>"

    sheets = (
        '<table:table table:name="Sheet1"><table:table-column/>'
        '<table:table-column table:visibility="collapse"/><table:table-column/>'
        + row("><text:p>city</text:p>", "><text:p>code</text:p>", "><text:p>rent</text:p>")
        + row(
            "><office:annotation><text:p>a comment</text:p></office:annotation><text:p>Mosul</text:p>",
            "><text:p>X1</text:p>",
            'office:value-type="float" office:value="1200"><text:p>1,200 د.ع</text:p>',
        )
        + row("><text:p>Basra</text:p>", ">", "><text:p>9</text:p>", more='table:visibility="filter"')
        + row("><text:p>Erbil</text:p>", ">", 'office:value-type="float" office:value="800">')
        + '</table:table><table:table table:name="plans" table:style-name="h">'
        + row("><text:p>secret</text:p>")
        + '</table:table><table:table table:name="العقود">'
        + row("><text:p>لا تُجدّد</text:p>")
        + "</table:table>"
    )
    warnings: list[FileWarning] = []
    document = read_file(ods(tmp_path / "a.ods", sheets, hidden), warn=warnings.append)
    assert document.text == "city | rent\nMosul | 1,200 د.ع\nErbil | 800\n\nالعقود\n\nلا تُجدّد"
    assert table(document)[0] == [("city", "Mosul"), ("rent", "1,200 د.ع")]
    assert [(one.kind, one.names or one.count) for one in warnings] == [
        ("hidden", "plans"),
        ("hidden_cells", 2),
    ]


def test_broken_open_documents_are_refused(tmp_path: Path) -> None:
    locked = f"<manifest:manifest {HEAD}><manifest:encryption-data/></manifest:manifest>"
    path = odt(tmp_path / "a.odt", "<text:p>x</text:p>", more={"META-INF/manifest.xml": locked})
    assert refusal(path) == "it is protected by a password. Save a copy without one."
    assert refusal(odt(tmp_path / "b.odt", "<text:p>")).startswith("it is damaged (ParseError")
    bomb = odt(tmp_path / "c.odt", "x", more={"meta.xml": f"{BOMB}<a>&c;</a>"})
    assert refusal(bomb).startswith("it defines XML entities")
    deep = "<text:section>" * 300 + "<text:p>deep</text:p>" + "</text:section>" * 300
    assert read_file(odt(tmp_path / "d.odt", f"{deep}<text:p>x</text:p>")).text == "x"


RICH = rb"""{\rtf1\ansi\ansicpg1256\deff0{\fonttbl{\f0\fcharset178 Arial;}{\f1\fcharset0 Times;}}
{\stylesheet{\ql Normal;}{\s1\outlinelevel0\b heading 1;}{\*\cs10 Default;}}
{\info{\title \'ca\'de\'d1\'ed\'d1}{\author Layla}{\creatim\yr2024\mo3\dy14\hr9}{\revtim\yr2025\mo1\dy1}}
\pard\s1 \f0 \'c7\'e1\'c8\'c7\'c8 \'c7\'e1\'c3\'e6\'e1\par
\pard\plain Text {\b bold} caf\'e9 \f1 caf\'e9 {}
\u1605?\u1585?\uc2\u-10180 ??\u-9216 ??{\super\chftn}{\footnote\pard
{\super\chftn} A note.}\par
{\listtext\pard\plain 1.\tab}First item\par
{\listtext 2.\tab}Second\par
\pard\trowd\cellx1\cellx2\intbl name\cell age\cell\row\trowd\intbl Ali\par Hasan\cell 45\cell\row
\pard {\v hidden}after{\pict\bin5 }}{}{}{\*\unknown x}\line next\par
{\field{\*\fldinst HYPERLINK "x"}{\fldrslt link}} {\*\shpinst{\sp{\sn a}{\sv b}}{\shptxt boxed}} end}"""


def test_rich_text_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.rtf"
    path.write_bytes(RICH)
    document = read_file(path)
    said = [(b.kind, b.level, b.label, document.text[b.start : b.end]) for b in document.blocks]
    assert said == [
        ("heading", 1, "", "الباب الأول"),
        ("paragraph", 0, "", "Text bold café café مر\U0001f000[1]"),
        ("footnote", 0, "[1]", "[1] A note."),
        ("list_item", 1, "1.", "1. First item"),
        ("list_item", 1, "2.", "2. Second"),
        ("table_header", 0, "", "name | age"),
        ("table_row", 0, "", "Ali Hasan | 45"),
        ("paragraph", 0, "", "after\nnext"),
        ("paragraph", 0, "", "link boxed end"),
    ]
    assert (document.title, document.author, document.date) == ("تقرير", "Layla", "2024-03-14")


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"{\\rtf1\\ansi\\ansicpg1256 " + "قال الرجل نعم".encode("cp1256") + b"}", "قال الرجل نعم"),
        (
            b"{\\rtf1\\ansi\\ansicpg1252{\\fonttbl{\\f5\\fcharset178 A;}}\\f0\\af5 \\'c7\\'e1\\'ed\\'e6\\'e3}",  # noqa: E501
            "اليوم",
        ),
        (b"{\\rtf1\\ansi\\ansicpg65001 x \\'e2\\'80\\'99}", "x ’"),
        (b"{\\rtf1 a\\~b\\_c\\\\\\{d\\}\\emdash e\\\nf}", "a\u00a0b\u2011c\\{d}—e\n\nf"),
        (b"{\\rtf1 never closed {\\b bold", "never closed bold"),
        (b"{\\rtf1 a}}}}b\\", "ab"),
        (b"{\\rtf1 \\u55357?x \\bin99999999 y", "x"),
        (b"{\\rtf1 \\u56832?x}", "\ufffdx"),
        (b"{\\rtf1\\ansicpg99999 caf\\'e9}", "café"),
    ],
)
def test_rich_text_of_any_kind(content: bytes, text: str) -> None:
    assert convert(".rtf", content).text == text


def test_what_isnt_rich_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.rtf").write_bytes(b"nonsense")
    assert refusal(tmp_path / "a.rtf").startswith("it is damaged (it doesn't begin like RTF)")
    (tmp_path / "b.rtf").write_bytes(b"{\\rtf1" + b"{" * 5000)
    assert refusal(tmp_path / "b.rtf").startswith("it is damaged (its groups are nested too deep)")
    (tmp_path / "a.txt").write_bytes(RICH)
    assert refusal(tmp_path / "a.txt") == "it is a .rtf file by what is in it. Rename it."


def message(text: str = "السلام عليكم\n\nالاجتماع يوم الأحد.\n") -> EmailMessage:
    made = EmailMessage()
    made["From"] = "ليلى حسن <layla@example.org>"
    made["To"] = "omar@example.org"
    made["Subject"] = "موعد الاجتماع"
    made["Date"] = "Thu, 14 Mar 2024 10:00:00 +0300"
    made.set_content(text, cte="quoted-printable")
    return made


FIELDS = [
    "From: ليلى حسن <layla@example.org>",
    "To: omar@example.org",
    "Date: Thu, 14 Mar 2024 10:00:00 +0300",
    "Subject: موعد الاجتماع",
]


def test_a_message_is_read_with_its_fields_and_the_names_of_its_attachments(tmp_path: Path) -> None:
    made = message()
    made.add_attachment(b"%PDF-", maintype="application", subtype="pdf", filename="تقرير السنة.pdf")
    made.add_attachment("The notes.", filename="notes.txt")
    table = b"# Plan\n\n| a | b |\n|---|---|\n| 1 | 2 |"
    made.add_attachment(table, maintype="text", subtype="x", filename="p.md")
    logo = b"\x89PNG\r\n"
    made.add_attachment(logo, maintype="image", subtype="png", filename="logo.png", disposition="inline")
    made.add_attachment(bytes(message()), maintype="application", subtype="octet-stream", filename="old.eml")
    path = tmp_path / "a.eml"
    path.write_bytes(bytes(made))
    document = read_file(path)
    attached = "Attachments: تقرير السنة.pdf; notes.txt; p.md; logo.png; old.eml"
    assert document.text.split("\n\n") == [
        *FIELDS,
        attached,
        "السلام عليكم",
        "الاجتماع يوم الأحد.",
        "notes.txt",
        "The notes.",
        "p.md",
        "Plan",
        "a | b\n1 | 2",
    ]
    levels = [block.level for block in document.blocks if block.kind == "heading"]
    assert levels == [1, 1, 2]
    assert told(path) == ["attachments of it weren't read (تقرير السنة.pdf, old.eml)."]
    assert [block.kind for block in document.blocks[:5]] == ["form_field"] * 5
    assert (document.title, document.author, document.date) == ("موعد الاجتماع", "ليلى حسن", "2024-03-14")


def test_of_alternatives_the_richer_one_is_read(tmp_path: Path) -> None:
    made = message()
    made.add_alternative("<p>السلام عليكم<table><tr><th>a<th>b<tr><td>1<td>2</table>", subtype="html")
    forwarded = EmailMessage()
    forwarded["Subject"] = "Fwd"
    forwarded.add_attachment(made)
    path = tmp_path / "a.eml"
    path.write_bytes(bytes(forwarded))
    document = read_file(path)
    assert document.text.split("\n\n") == ["Subject: Fwd", *FIELDS, "السلام عليكم", "a | b\n1 | 2"]


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (
            b"Subject: x\nContent-Type: text/plain; charset=utf-8\n\n" + "اليوم الأول".encode("cp1256"),
            "اليوم الأول",
        ),
        (b"Subject: x\nContent-Type: text/plain; charset=us-ascii\n\n" + "اليوم".encode(), "اليوم"),
        (b"Subject: x\nContent-Type: text/plain; charset=nonsense\n\ncaf\xc3\xa9", "café"),
        (b"Subject: x\nContent-Transfer-Encoding: base64\n\n!!!not base64", ""),
        (b"Subject: x\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\npart\n--b", "part"),
        (b"Subject: x\nContent-Type: multipart/mixed\n\nno boundary", "no boundary"),
    ],
)
def test_messages_of_any_kind(content: bytes, text: str) -> None:
    found = convert(".eml", content).text
    assert found.removeprefix("Subject: x").strip() == text or not text


def test_what_isnt_a_message_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_text("just a text\nof lines", "utf-8")
    assert refusal(tmp_path / "a.eml").startswith("it is damaged (it has no header of a message)")
    parts = b"--b\nContent-Type: text/plain\n\nx\n" * 1200
    (tmp_path / "b.eml").write_bytes(b"Subject: x\nContent-Type: multipart/mixed; boundary=b\n\n" + parts)
    assert refusal(tmp_path / "b.eml").startswith("it has more than 1,000 parts")


def test_headers_and_footers_of_rich_text_come_once() -> None:
    content = rb"""{\rtf1{\header\pard Circular No. 17/T\par}{\headerf\pard Circular No. 17/T\par}
{\footer\pard\trowd\intbl Phone\cell 0790\cell\row\pard\chpgn\par}{\footerf 3\par}
\pard The office is closed.\par
{\header Circular No. 18/T}\sect End.\par}"""
    found = convert(".rtf", content)
    assert [(block.kind, found.text[block.start : block.end]) for block in found.blocks] == [
        ("page_header", "Circular No. 17/T"),
        ("paragraph", "The office is closed."),
        ("paragraph", "End."),
        ("page_header", "Circular No. 18/T"),
        ("page_footer", "Phone 0790"),
    ]


def test_lists_of_an_open_document_go_on_and_begin_where_they_are_told(tmp_path: Path) -> None:
    def one(text: str, of: str = "", item: str = "") -> str:
        return (
            f'<text:list {of} text:style-name="L"><text:list-item {item}>'
            f"<text:p>{text}</text:p></text:list-item></text:list>"
        )

    body = (
        one("one", 'xml:id="l1"')
        + "<text:p>Between.</text:p>"
        + one("two", 'xml:id="l2" text:continue-list="l1"')
        + one("seven", "", 'text:start-value="7"')
    )
    document = read_file(odt(tmp_path / "a.odt", body))
    assert [block.label for block in document.blocks if block.kind == "list_item"] == ["1.", "2.", "7."]


def test_cells_of_rich_text_that_span_rows_are_repeated() -> None:
    rows = (
        r"\trowd\cellx1\cellx2\intbl Day\cell Time\cell\row"
        r"\trowd\clvmgf\cellx1\cellx2\intbl Sunday\cell 8\cell\row"
        r"\trowd\clvmrg\cellx1\cellx2\intbl\cell 9\cell\row"
    )
    assert convert(".rtf", rf"{{\rtf1{rows}\pard End.\par}}".encode()).text.startswith(
        "Day | Time\nSunday | 8\nSunday | 9"
    )
