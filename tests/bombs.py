"""Hostile files, each of which some reader of its type has stalled on, crashed on or been fooled by."""

from __future__ import annotations

import io
import random
import zipfile
import zlib
from collections.abc import Callable, Iterable
from typing import Final

WORD: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_RELATIONS: Final = "http://schemas.openxmlformats.org/package/2006/relationships"
_DOCUMENT_RELATION: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
CONTAINER: Final = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="c.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
)
# "ha" 10**9 times.
ENTITIES: Final = (
    '<!DOCTYPE d [<!ENTITY a0 "ha ">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    + "]>"
)
Part = tuple[str | zipfile.ZipInfo, str | bytes]


def archive(parts: Iterable[Part]) -> bytes:
    """A zip archive."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts:
            file.writestr(name, content, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def paragraph(text: str) -> str:
    """Of a Word document."""
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def docx(
    body: str, *more: Part, before: str = "", encoding: str = "utf-8", target: str = "word/document.xml"
) -> bytes:
    """A Word document."""
    types = (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default '
        'Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override '
        'PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.'
        'wordprocessingml.document.main+xml"/></Types>'
    )
    relations = (
        f'<Relationships xmlns="{_RELATIONS}"><Relationship Id="r" '
        f'Type="{_DOCUMENT_RELATION}/officeDocument" Target="{target}"/></Relationships>'
    )
    content = (
        f'<?xml version="1.0" encoding="{encoding}"?>{before}<w:document xmlns:w="{WORD}"><w:body>{body}'
        "</w:body></w:document>"
    )
    parts = [("[Content_Types].xml", types), ("_rels/.rels", relations)]
    return archive([*parts, ("word/document.xml", content.encode(encoding)), *more])


def epub(href: str = "a.xhtml", chapters: int = 1, page: str = "<p>x y z</p>", before: str = "") -> bytes:
    """An electronic book whose chapters are all the same page."""
    items = "".join(
        f'<item id="i{n}" href="{href}" media-type="application/xhtml+xml"/>' for n in range(chapters)
    )
    spine = "".join(f'<itemref idref="i{n}"/>' for n in range(chapters))
    title = "&a9;" if before else "T"
    package = (
        f'<?xml version="1.0"?>{before}<package xmlns="http://www.idpf.org/2007/opf"><metadata '
        f'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{title}</dc:title></metadata><manifest>{items}'
        f"</manifest><spine>{spine}</spine></package>"
    )
    return archive([("META-INF/container.xml", CONTAINER), ("c.opf", package), ("a.xhtml", page)])


def pdf(*objects: str | bytes, trailer: str = "<</Root 1 0 R/Size 99>>") -> bytes:
    """A PDF of these objects, which are numbered from 1."""
    content, places = b"%PDF-1.4\n", []
    for number, each in enumerate(objects, 1):
        places.append(len(content))
        content += b"%d 0 obj\n%b\nendobj\n" % (number, each if isinstance(each, bytes) else each.encode())
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    return content + head + table + f"trailer\n{trailer}\nstartxref\n{len(content)}\n%%EOF".encode()


def stream(entries: str, content: bytes) -> bytes:
    """A stream object."""
    return f"<<{entries}/Length {len(content)}>>\nstream\n".encode() + content + b"\nendstream"


_CATALOG: Final = "<</Type/Catalog/Pages 2 0 R>>"
_PAGES: Final = "<</Type/Pages/Kids[3 0 R]/Count 1>>"


def page(
    content: bytes, filters: str = "", box: str = "0 0 600 800", resources: str = "<</Font<</F1 5 0 R>>>>"
) -> bytes:
    """A PDF of one page."""
    about = f"<</Type/Page/Parent 2 0 R/MediaBox[{box}]/Contents 4 0 R/Resources {resources}>>"
    font = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
    return pdf(_CATALOG, _PAGES, about, stream(filters, content), font)


def _deflated(piece: bytes, times: int) -> bytes:
    """A piece so many times, compressed without ever being whole."""
    packer = zlib.compressobj(9)
    chunk, rest = divmod(times, 1024)
    packed = b"".join(packer.compress(piece * 1024) for _ in range(chunk))
    return packed + packer.compress(piece * rest) + packer.flush()


_TEXT: Final = b"BT /F1 12 Tf 50 700 Td (The society was founded in 1998.) Tj ET"
_FLATE: Final = "/Filter/FlateDecode"
_MIB: Final = 1 << 20


def _symlink() -> zipfile.ZipInfo:
    link = zipfile.ZipInfo("word/link.xml")
    link.external_attr = 0o120777 << 16
    return link


def _cmap_elsewhere() -> bytes:
    up = "..#2f" * 4
    font = (
        f"<</Type/Font/Subtype/Type0/BaseFont/X/Encoding/{up}tmp#2fevil/DescendantFonts[<</Type/Font/Subtype"
        "/CIDFontType2/BaseFont/X/CIDSystemInfo<</Registry(../../../evil)/Ordering(x)>>>>]>>"
    )
    return page(b"BT /F1 12 Tf (a) Tj ET", resources=f"<</Font<</F1 {font}>>>>")


def _injecting() -> bytes:
    core = (
        '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/'
        'core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>&lt;script&gt;</dc:title>'
        "</cp:coreProperties>"
    )
    return docx(paragraph("&lt;script&gt;alert(1)&lt;/script&gt; tag"), ("docProps/core.xml", core))


def _linked_picture() -> bytes:
    main = "http://schemas.openxmlformats.org/drawingml/2006"
    drawing = (
        f'<w:p><w:r><w:drawing><wp:inline xmlns:wp="{main}/wordprocessingDrawing"><a:graphic '
        f'xmlns:a="{main}/main"><a:graphicData><pic:pic xmlns:pic="{main}/picture"><pic:blipFill><a:blip '
        f'r:link="x" xmlns:r="{_DOCUMENT_RELATION}"/></pic:blipFill></pic:pic></a:graphicData></a:graphic>'
        "</wp:inline></w:drawing></w:r></w:p>"
    )
    relations = (
        f'<Relationships xmlns="{_RELATIONS}"><Relationship Id="x" Type="{_DOCUMENT_RELATION}/image" '
        'Target="file:///etc/passwd" TargetMode="External"/></Relationships>'
    )
    return docx(drawing + paragraph("some text"), ("word/_rels/document.xml.rels", relations))


_EXTERNAL: Final = '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
_QUADRATIC: Final = f'<!DOCTYPE d [<!ENTITY x "{"y" * 100_000}">]>'

# Name of the file, what is in it, and what is expected: the name of a fault, or how its text begins.
BOMBS: Final[tuple[tuple[str, Callable[[], bytes], str], ...]] = (
    ("ok.docx", lambda: docx(paragraph("The society was founded.")), "= The society"),
    ("media-of-1GB.docx", lambda: docx("", ("word/a.png", bytes(1 << 30))), "too_large"),
    ("part-of-66MB.docx", lambda: docx(paragraph("a" * (66 * _MIB))), "too_large"),
    ("paragraph-of-60MB.docx", lambda: docx(paragraph("word " * (12 * _MIB))), "too_slow|= word word"),
    ("a-million-paragraphs.docx", lambda: docx(paragraph("w") * 1_000_000), "too_slow|= w"),
    ("deep.docx", lambda: docx("<w:p>" * 100_000 + "</w:p>" * 100_000), "empty"),
    ("deep-controls.docx", lambda: docx(
        "<w:sdt><w:sdtContent>" * 5000 + "</w:sdtContent></w:sdt>" * 5000
    ), "empty"),
    ("entities.docx", lambda: docx(paragraph("&a9;"), before=ENTITIES), "damaged"),
    ("entities-utf16.docx", lambda: docx(paragraph("&a9;"), before=ENTITIES, encoding="utf-16"), "damaged"),
    ("external-utf16.docx", lambda: docx(paragraph("&x;"), before=_EXTERNAL, encoding="utf-16"), "damaged"),
    ("quadratic-utf16.docx", lambda: docx(paragraph("&x;" * 90), before=_QUADRATIC, encoding="utf-16"),
     "damaged"),
    ("target-elsewhere.docx", lambda: docx(paragraph("x"), target="../../../etc/passwd"), "= x"),
    ("linked-picture.docx", _linked_picture, "= some text"),
    ("path-elsewhere.docx", lambda: docx(paragraph("a text"), ("../../../x.xml", "<x/>")), "= a text"),
    ("symlink.docx", lambda: docx(paragraph("a text"), (_symlink(), "/etc/passwd")), "= a text"),
    ("nul-in-a-name.docx", lambda: docx(paragraph("a text"), ("word/a\0b.xml", "<x/>")), "= a text"),
    ("60000-parts.docx", lambda: docx(paragraph("a text"), *((f"word/{n}.xml", "") for n in range(60_000))),
     "= a text"),
    ("nested.docx", lambda: archive([("inner.docx", docx(paragraph("x")))]), "other_type"),
    ("markup.docx", _injecting, "= <script>alert(1)</script> tag"),
    ("ok.epub", lambda: epub(page="<p>The society closed.</p>"), "= The society closed."),
    ("one-page-100000-times.epub", lambda: epub(chapters=100_000, page="<p>" + "word " * 20_000),
     "= word"),
    ("entities.epub", lambda: epub(before=ENTITIES), "damaged"),
    ("path-elsewhere.epub", lambda: epub("../../../../../etc/passwd"), "damaged"),
    ("remote.epub", lambda: epub("http://127.0.0.1:7991/"), "damaged"),
    ("empty-title.epub", lambda: epub(page="<html><head><title/></head><body><p>read</p></body></html>"),
     "= read"),
    ("zero.txt", lambda: b"", "empty"),
    ("zero.pdf", lambda: b"", "empty"),
    ("nul.txt", lambda: b"a\0b", "encoding"),
    ("zip-and-pdf.pdf", lambda: b"PK\3\4%PDF-1.4 hello", "damaged"),
    ("pdf-as-text.txt", lambda: b"%PDF-1.4\nhello words", "other_type"),
    ("zip-and-html.html", lambda: b"PK\3\4<html>hi there", "= PK"),
    ("escapes.md", lambda: "# T\x1b]0;x\x07 t\n\nThe \x1b[2Jcapital \u202eParis.\n".encode(), "= T"),
    ("deep.html", lambda: b"<div>" * 2_000_000 + b"text words", "= text words"),
    ("comments.html", lambda: b"<html><body>" + b"<!--" * 500_000, "empty"),
    ("comments-after-text.html", lambda: b"<p>text" + b"<!-- " * 200_000, "= text"),
    ("tags.html", lambda: b"<html><body>" + b"<a" * 500_000, "empty"),
    ("end-tags.html", lambda: b"<html><body>" + b"</" * 500_000, "empty"),
    ("cdata.html", lambda: b"<html><body>" + b"<![CDATA[" * 200_000, "empty"),
    ("instructions.html", lambda: b"<html><body>" + b"<?" * 500_000, "empty"),
    ("declarations.html", lambda: b"<html><body>" + b"<!a" * 300_000, "empty"),
    ("open-quotes.html", lambda: b"<html><body><p " + b"a='" * 300_000, "empty"),
    ("attributes.html", lambda: b"<html><body><p " + b"a " * 1_000_000 + b">text words", "= text words"),
    ("names-of-attributes.html", lambda: f"<p {' '.join(f'a{n}' for n in range(300_000))}>text".encode(),
     "= text"),
    ("open-links.html", lambda: b"<html><body>" + b'<a href="' * 300_000, "empty"),
    ("scripts.html", lambda: b"<html><body>" + b"<script>" * 200_000, "empty"),
    ("ampersands.html", lambda: b"<html><body>" + b"&" * 1_000_000 + b"x", "= &"),
    ("long-reference.html", lambda: b"<html><body>x&#" + b"9" * 1_000_000 + b";", "= x"),
    ("rows.html", lambda: b"<html><body><table>" + b"<tr><td>x" * 400_000, "= x"),
    ("empty-cells.html", lambda: b"<table><tr>" + b"<td> " * 400_000 + b"<td>x", "= x"),
    ("headings.html", lambda: b"<html><body>" + b"<h1>a</h1>" * 300_000, "= a"),
    ("formatting.html", lambda: "".join(
        [f"<b {n}>" for n in range(20_000)] + [f"<i {n}>" for n in range(20_000)] + ["x</b>"] * 20_000
    ).encode(), "= xxx"),
    ("punycode.html", lambda: b"<meta charset=punycode>" + b"<p>word " * 100_000 + b"-" + b"ab9" * 300_000,
     "= word"),
    ("idna.html", lambda: b"<meta charset=idna>" + b"word" * 300_000, "= word"),
    ("utf7.html", lambda: b"<meta charset=utf-7>+ADw-script+AD4- hello", "= +ADw-script"),
    ("unicode-escape.html", lambda: rb"<meta charset=unicode_escape>\ud800\u202e hello", r"= \ud800"),
    ("undefined.html", lambda: b"<meta charset=undefined>hello words", "= hello words"),
    ("rot13.html", lambda: b"<meta charset=rot13>hello words", "= hello words"),
    ("ok.pdf", lambda: page(_TEXT), "= The society was founded in 1998."),
    ("flate-1GB.pdf", lambda: page(_deflated(b"0", 1 << 30), _FLATE), "too_slow"),
    ("flate-twice.pdf", lambda: page(zlib.compress(_deflated(b"0", 1 << 30), 9),
     "/Filter[/FlateDecode/FlateDecode]"), "too_slow"),
    ("glyphs.pdf", lambda: page(b"BT /F1 12 Tf 50 700 Td " + b"(abc def ) Tj " * 300_000 + b"ET"),
     "too_large"),
    ("loop-of-pages.pdf", lambda: pdf(_CATALOG, "<</Type/Pages/Kids[2 0 R 2 0 R]/Count 9>>"), "damaged"),
    ("pages-doubled-38-times.pdf", lambda: pdf(_CATALOG, *(
        f"<</Type/Pages/Kids[{n + 1} 0 R {n + 1} 0 R]/Count 2>>" for n in range(2, 40)
    ), "<</Type/Page/MediaBox[0 0 1 1]>>"), "scan empty"),
    ("loop-of-forms.pdf", lambda: pdf(
        _CATALOG, _PAGES,
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R/Resources<</XObject<</X 5 0 R>>>>>>",
        stream("", b"/X Do " * 20),
        stream("/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 5 0 R>>>>", b"/X Do /X Do"),
    ), "scan empty damaged"),
    ("loop-of-references.pdf", lambda: pdf(_CATALOG, "2 0 R"), "too_slow"),
    ("loop-of-lengths.pdf", lambda: pdf(
        _CATALOG, _PAGES, "<</Type/Page/Contents 4 0 R>>", "<</Length 4 0 R>>\nstream\nabc\nendstream"
    ), "damaged"),
    ("loop-of-tables.pdf", lambda: pdf(
        _CATALOG, "<</Type/Pages/Kids[]/Count 0>>", trailer="<</Root 1 0 R/Size 9/Prev 9>>"
    ), "damaged"),
    ("deep-arrays.pdf", lambda: page(b"[" * 200_000 + b"]" * 200_000), "scan empty"),
    ("states.pdf", lambda: page(b"q " * 1_000_000), "scan empty too_slow"),
    ("cmap-elsewhere.pdf", _cmap_elsewhere, "scan empty"),
    ("huge-page.pdf", lambda: page(b"BT /F1 1e30 Tf 1e300 -1e300 Td (abc) Tj ET", box="0 0 1e308 -1e308"),
     "= abc"),
    ("lzw.pdf", lambda: page(random.Random(0).randbytes(200_000), "/Filter/LZWDecode"), "damaged"),
    ("ascii85.pdf", lambda: page(b"z" * 3_000_000, "/Filter/ASCII85Decode"), "scan empty too_slow"),
    ("run-length.pdf", lambda: page(_deflated(b"\x81a", 4_000_000), "/Filter[/FlateDecode/RunLengthDecode]"),
     "too_slow"),
    ("predictor.pdf", lambda: page(zlib.compress(b"a" * 100_000), f"{_FLATE}/DecodeParms<</Predictor 15/"
     "Columns 2000000000/Colors 2000/BitsPerComponent 16>>"), "damaged"),
    ("inline-image.pdf", lambda: page(b"BI /W 100000 /H 100000 /BPC 8 /CS /RGB ID aaa EI"), "scan empty"),
)  # fmt: skip
