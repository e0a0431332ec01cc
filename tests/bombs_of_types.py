"""Hostile files of the types that bombs.py has none of: text, documents, tables, messages, pictures."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from email.message import EmailMessage
from typing import Final

from bombs import ENTITIES, archive
from PIL import Image
from test_office import DRAWING, SLIDES
from test_tables import MAIN, RELATION, RELATIONS

Bomb = tuple[str, Callable[[], bytes], str]

MIB: Final = 1 << 20


def many(count: int, line: str) -> Callable[[], bytes]:
    """So many lines, each with its number in place of `#`."""
    return lambda: "".join(line.replace("#", str(number)) for number in range(count)).encode()


# In each of these something is found line by line, word by word or mark by mark, where a look back or ahead
# from each of them would take quadratic time or room.
TEXTS: Final[tuple[Bomb, ...]] = (
    ("line-of-50-mb.txt", lambda: b"word " * (10 * MIB), "= word|too_slow"),
    ("word-of-50-mb.txt", lambda: b"x" * (50 * MIB), "= x"),
    ("short-lines.txt", lambda: b"a\n" * MIB, "= a"),
    ("lines-of-sentences.txt", lambda: b"It is so.\n" * (MIB // 4), "= It"),
    ("fields-and-one-again.txt", lambda: many(100_000, "k#: v\n")() + b"k99999: v\n", "= k0"),
    ("fields-twice.txt", lambda: many(50_000, "k#: v\n")() * 2, "= k0"),
    ("lists-that-introduce.txt", lambda: many(50_000, "1. a#:\n\nA. b#:\n\n")(), "= 1. a0"),
    ("list-numbers.txt", lambda: "".join(f"{n % 999 + 1}. item\n" for n in range(300_000)).encode(), "= 1."),
    ("indented.txt", lambda: "".join(" " * (n % 2000) + f"- {n}\n" for n in range(20_000)).encode(), "= - 0"),
    ("tabs.txt", lambda: b"\t" * (30 * MIB) + b"a", "= "),
    ("marks-of-direction.txt", lambda: "\u200f\u202b\u2067".encode() * (3 * MIB) + b"text", "= \u200f"),
    ("dots.txt", lambda: b"a" + b"." * (2 * MIB) + b"b", "= a.."),
    ("commas.txt", lambda: b"word, " * (2 * MIB), "= word,"),
    ("spaces-before-sentences.txt", lambda: b"A b c. " + b" " * MIB + b"foo. bar. " * 50_000, "= A b"),
    ("dates-without-text.txt", many(100_000, "# January\n\n"), "= 0 Jan"),
    ("a-long-heading.md", lambda: b"# " + b"x" * MIB + b"\n\n" + many(20_000, "Text here, no. #.\n\n")(),
     "= x"),
    ("a-long-column.txt", lambda: b"x" * MIB + b" | y\n---|---\n" + b"a | 1\n" * 100_000, "= x"),
    ("columns.txt", lambda: (b"a|" * 16_384 + b"\n") * 50, "= a|"),
    ("gaps.txt", lambda: b"a  b  " * MIB, "= a  b"),
    ("rules.txt", lambda: b"---\n" * MIB + b"a", "= ---"),
    ("dashes.txt", lambda: b"-" * (20 * MIB) + b"\na", "= ---"),
    ("quotation-marks.txt", lambda: "«“\"".encode() * MIB + b"a", "= «"),
    ("dated.txt", lambda: b"Done at York on 3 May 2021 " + b"x" * (20 * MIB), "= Done"),
    ("utf-16.txt", lambda: "\u4e00a".encode("utf-16-le") * (4 * MIB), "encoding"),
    ("half-damaged.txt", lambda: b"\xd8\xa7\xff" * (4 * MIB), "encoding"),
)  # fmt: skip

OPEN: Final = "urn:oasis:names:tc:opendocument:xmlns:"


def odt(body: str, before: str = "", more: tuple[tuple[str, bytes], ...] = ()) -> bytes:
    """An OpenDocument text."""
    names = " ".join(f'xmlns:{name}="{OPEN}{name}:1.0"' for name in ("office", "text", "table"))
    content = f"{before}<office:document-content {names}><office:body><office:text>{body}"
    content += "</office:text></office:body></office:document-content>"
    return archive([("mimetype", "application/vnd.oasis.opendocument.text"), ("content.xml", content), *more])


def xlsx(sheet: str, strings: str = "", before: str = "") -> bytes:
    """A workbook of one sheet."""
    kinds = ("worksheet", "worksheets/s.xml"), ("sharedStrings", "strings.xml")
    relations = "".join(
        f'<Relationship Id="r{n}" Type="{RELATION}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(kinds)
    )
    return archive([
        ("xl/workbook.xml", f'<workbook xmlns="{MAIN}" xmlns:r="{RELATION}"><sheets><sheet name="a" '
         'sheetId="1" r:id="r0"/></sheets></workbook>'),
        ("xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{RELATIONS}">{relations}</Relationships>'),
        ("xl/strings.xml", f'<sst xmlns="{MAIN}">{strings}</sst>'),
        ("xl/worksheets/s.xml", f'{before}<worksheet xmlns="{MAIN}">{sheet}</worksheet>'),
    ])  # fmt: skip


def cells(row: int, count: int, value: str) -> str:
    """A row of so many cells."""
    inner = "".join(f'<c t="inlineStr"><is><t>{value}{n}</t></is></c>' for n in range(count))
    return f'<row r="{row}">{inner}</row>'


def pptx(slides: str, slide: str = "", more: tuple[tuple[str, bytes], ...] = ()) -> bytes:
    """A presentation with one slide, which may be listed many times."""
    head = f'xmlns:p="{SLIDES}" xmlns:r="{RELATION}" xmlns:a="{DRAWING}"'
    relation = f'<Relationship Id="r" Type="{RELATION}/slide" Target="slides/s.xml"/>'
    return archive([
        ("ppt/presentation.xml",
         f"<p:presentation {head}><p:sldIdLst>{slides}</p:sldIdLst></p:presentation>"),
        ("ppt/_rels/presentation.xml.rels", f'<Relationships xmlns="{RELATIONS}">{relation}</Relationships>'),
        ("ppt/slides/s.xml", f"<p:sld {head}><p:cSld><p:spTree>{slide}</p:spTree></p:cSld></p:sld>"),
        *more,
    ])  # fmt: skip


def shape(text: str) -> str:
    return f"<p:sp><p:txBody><a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:txBody></p:sp>"


SLIDE: Final = '<p:sldId r:id="r"/>'
LONG_STRING: Final = f"<si><t>{'x' * MIB}</t></si>"


def nested_messages(depth: int) -> bytes:
    """A message in a message in a message ..."""
    head = "From: a@example.com\nSubject: s\nMIME-Version: 1.0\n"
    return (f"{head}Content-Type: message/rfc822\n\n" * depth + f"{head}\ntext").encode()


def nested_parts(depth: int) -> bytes:
    """Parts in parts in parts ..."""
    begun = "".join(f'Content-Type: multipart/mixed; boundary="b{n}"\n\n--b{n}\n' for n in range(depth))
    return f"From: a@example.com\nMIME-Version: 1.0\n{begun}Content-Type: text/plain\n\ntext".encode()


def attached(content: bytes) -> bytes:
    """A message with an attachment."""
    message = EmailMessage()
    message["From"], message["Subject"] = "a@example.com", "bomb"
    message.set_content("some text")
    message.add_attachment(content, maintype="application", subtype="zip", filename="a.docx")
    return bytes(message)


OFFICE: Final[tuple[Bomb, ...]] = (
    ("media-of-1-gb.odt", lambda: odt("", more=(("Pictures/a.png", bytes(1 << 30)),)), "too_large"),
    ("content-of-66-mb.odt", lambda: odt(f"<text:p>{'a' * (66 * MIB)}</text:p>"), "too_large"),
    ("entities.odt", lambda: odt("<text:p>&a9;</text:p>", ENTITIES), "damaged"),
    ("repeated.odt", lambda: odt(
        '<table:table>' + '<table:table-row table:number-rows-repeated="1000000000"><table:table-cell '
        'table:number-columns-repeated="1000000000"><text:p>a<text:s text:c="1000000000"/></text:p>'
        "</table:table-cell></table:table-row>" * 20 + "</table:table>"
    ), "= a"),
    ("deep.odt", lambda: odt("<text:section>" * 100_000 + "<text:p>x</text:p>" + "</text:section>" * 100_000),
     "empty"),
    ("deep-spans.odt", lambda: odt(
        "<text:p>a" + "<text:span>" * 100_000 + "</text:span>" * 100_000 + "</text:p>"
    ), "= a"),
    ("chain-of-styles.odt", lambda: odt('<text:p text:style-name="s0">text</text:p>' * 100, more=((
        "styles.xml",
        (f'<a xmlns:style="{OPEN}style:1.0">' + "".join(
            f'<style:style style:name="s{n}" style:parent-style-name="s{n + 1}"/>' for n in range(20_000)
        ) + "</a>").encode(),
    ),)), "= text|too_slow"),
    ("groups.rtf", lambda: b"{\\rtf1 text" + b"{" * 100_000 + b"}" * 100_000 + b"}", "damaged"),
    ("binary.rtf", lambda: b"{\\rtf1 text\\par\\bin9999999999 " + b"x" * MIB + b"}", "= text"),
    ("unicode.rtf", lambda: b"{\\rtf1 " + b"\\u65 a" * 500_000 + b"}", "= A"),
    ("cells.rtf", lambda: b"{\\rtf1 \\intbl " + b"a\\par " * 500_000 + b"\\cell\\row}", "= a|too_slow"),
    ("footnotes.rtf", lambda: b"{\\rtf1 a" + b"{\\footnote b}" * 100_000 + b"}", "= a|too_slow"),
    ("rows-of-1-cell.rtf", lambda: b"{\\rtf1 " + b"\\intbl a\\cell\\row " * 200_000 + b"}", "= a"),
    ("slide-100000-times.pptx", lambda: pptx(SLIDE * 100_000, shape("word " * 2000)), "too_slow"),
    ("groups.pptx", lambda: pptx(SLIDE, "<p:grpSp>" * 100_000 + "</p:grpSp>" * 100_000 + shape("x")), "= x"),
    ("media-of-1-gb.pptx", lambda: pptx(SLIDE, shape("x"), (("ppt/media/a", bytes(1 << 30)),)), "too_large"),
    ("shapes.pptx", lambda: pptx(SLIDE, shape("x") * 200_000), "= x|too_slow"),
    ("one-row-of-16384-columns.xlsx", lambda: xlsx(f"<sheetData>{cells(1, 16_384, 'a')}</sheetData>"),
     "= a"),
    ("wide.xlsx", lambda: xlsx(
        f"<sheetData>{cells(1, 16_384, 'x' * 200)}{''.join(cells(n, 16_384, '') for n in range(2, 60))}"
        "</sheetData>"
    ), "= a|too_slow too_large"),
    ("diagonal.xlsx", lambda: xlsx("<sheetData>" + "".join(
        f'<row r="{n + 1}"><c r="{chr(65 + n // 676 % 26)}{chr(65 + n // 26 % 26)}{chr(65 + n % 26)}{n + 1}" '
        't="inlineStr"><is><t>a</t></is></c></row>' for n in range(16_000)
    ) + "</sheetData>"), "= a|too_slow too_large damaged"),
    ("last-row.xlsx", lambda: xlsx(
        '<sheetData><row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>a</t></is></c></row></sheetData>'
    ), "= a"),
    ("merged.xlsx", lambda: xlsx(
        f"<sheetData>{cells(1, 100, 'a')}</sheetData><mergeCells>"
        + '<mergeCell ref="A1:XFD1048576"/>' * 100_000 + "</mergeCells>"
    ), "= a|too_slow"),
    ("long-string.xlsx", lambda: xlsx(
        "<sheetData>" + "".join(f'<row r="{n}"><c t="s"><v>0</v></c><c t="s"><v>0</v></c></row>'
                                for n in range(1, 10_000)) + "</sheetData>", LONG_STRING
    ), "too_slow too_large damaged"),
    ("entities.xlsx", lambda: xlsx("&a9;", before=ENTITIES), "damaged"),
    ("one-row-of-16384-columns.csv", lambda: b",".join(b"a%d" % n for n in range(16_384)), "= a0"),
    ("wide.csv", lambda: b",".join([b"x" * 200] * 16_384) + b"\n" + (b"1," * 16_384 + b"\n") * 200,
     "= x|too_slow too_large"),
    ("open-quotation.csv", lambda: b'a,b\n1,"' + b"x,y\n" * (4 * MIB), "= a|too_large too_slow"),
    ("rows.csv", lambda: b"a,b\n" * 400_000, "= a"),
    ("separators.tsv", lambda: b"\t" * (10 * MIB) + b"a\tb", "= a|too_large"),
    ("deep.json", lambda: b"[" * 1_000_000 + b"]" * 1_000_000, "damaged"),
    ("deep-objects.json", lambda: b'{"a":' * 50 + b'"x"' + b"}" * 50, "= a|damaged"),
    ("digits.json", lambda: b'{"a": ' + b"9" * (5 * MIB) + b"}", "= a"),
    ("columns.json", lambda: b"[" + b",".join(b'{"k%d": 1}' % n for n in range(200_000)) + b"]", "= k0"),
    ("records.jsonl", lambda: b'{"a": 1, "b": "x"}\n' * 500_000, "= a"),
    ("deep.jsonl", lambda: (b"[" * 10_000 + b"\n") * 100, "damaged"),
    ("messages-in-messages.eml", lambda: nested_messages(2000), "damaged too_large"),
    ("parts-in-parts.eml", lambda: nested_parts(2000), "damaged too_large"),
    ("headers.eml", lambda: many(500_000, "X-#: a\n")() + b"Subject: s\n\ntext", "= Subject: s"),
    ("recipients.eml", lambda: b"To: " + b"a <a@example.com>, " * 50_000 + b"\n\ntext", "= To:|too_slow"),
    ("long-header.eml", lambda: b"Subject: " + b"=?utf-8?q?=d9=85?= " * 50_000 + b"\n\ntext",
     "= Subject:|too_slow"),
    ("attached.eml", lambda: attached(archive([("a", bytes(256 * MIB))])), "= From: a@example.com"),
)  # fmt: skip


def png(width: int, height: int, content: bytes = b"") -> bytes:
    """A picture in grey that claims to be of this size."""
    made = b"\x89PNG\r\n\x1a\n"
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    for chunk in (b"IHDR" + head, b"IDAT" + content, b"IEND"):
        made += struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
    return made


def tiff(width: int, height: int, following: int = 0) -> bytes:
    """A picture in grey that claims to be of this size, and where its next one is."""
    fields = ((256, 4, width), (257, 4, height), (258, 3, 8), (259, 3, 1), (262, 3, 1), (273, 4, 8),
              (277, 3, 1), (278, 4, height), (279, 4, 1))  # fmt: skip
    entries = b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in fields)
    return struct.pack("<2sHIIH", b"II", 42, 12, 0, len(fields)) + entries + struct.pack("<I", following)


def frames(count: int) -> bytes:
    """A TIFF of so many pages of one pixel."""
    stream = io.BytesIO()
    page = Image.new("1", (1, 1))
    page.save(stream, "TIFF", save_all=True, append_images=[page] * (count - 1))
    return stream.getvalue()


PICTURES: Final[tuple[Bomb, ...]] = (
    ("60000-by-60000.png", lambda: png(60_000, 60_000, zlib.compress(b"")), "damaged too_large"),
    ("60000-by-60000.tif", lambda: tiff(60_000, 60_000), "damaged too_large"),
    ("12000-by-12000.png", lambda: png(12_000, 12_000, zlib.compress(b"\0" * (12_001 * 12_000))),
     "too_large"),
    ("lines-of-1-pixel.png", lambda: png(1, 2_000_000, zlib.compress(b"\0\xff" * 2_000_000)),
     "empty too_slow damaged"),
    ("loop.tif", lambda: tiff(1, 1, 12), "damaged empty too_slow too_large"),
    ("3000-pages.tif", lambda: frames(3000), "too_large"),
    ("half.png", lambda: png(9000, 9000, zlib.compress(b"\0" * (9001 * 9000))[:40_000]), "damaged"),
)  # fmt: skip
