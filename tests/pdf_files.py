"""PDF files written by hand: every glyph where a test wants it, no font in the file, any number of pages."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables._c_m_a_p import CmapSubtable

# Of every glyph, in parts of the font's size.
WIDTH = 0.5


@dataclass(frozen=True)
class Text:
    """Characters drawn from left to right.

    Attributes:
        x, y: where the first stands, in points from the left and the foot of the page.
        seen: what is drawn; characters in a private area have no letter in the file.
        size: of the font.
        actual: what the file says that it is instead.
    """

    x: float
    y: float
    seen: str
    size: float = 10
    actual: str | None = None

    def content(self) -> str:
        codes = "".join(f"{ord(c):04X}" for c in self.seen)
        drawn = f"BT /F {self.size} Tf {self.x} {self.y} Td <{codes}> Tj ET"
        if self.actual is None:
            return drawn
        return f"/Span <</ActualText <FEFF{self.actual.encode('utf-16-be').hex()}>>> BDC {drawn} EMC"


def arabic(right: float, y: float, text: str, size: float = 10) -> Text:
    """A line of Arabic without Latin letters or digits, as it is seen, that begins at the right."""
    return Text(right - len(text) * WIDTH * size, y, text[::-1], size)


@dataclass(frozen=True)
class Rule:
    """A line that is drawn.

    Attributes:
        x, y, to_x, to_y: its ends, in points.
    """

    x: float
    y: float
    to_x: float
    to_y: float

    def content(self) -> str:
        return f"{self.x} {self.y} m {self.to_x} {self.to_y} l S"


@dataclass(frozen=True)
class Shape:
    """A small disc or square.

    Attributes:
        x, y: its middle, in points.
        painted: how it is painted: "f" filled, "S" with its outline alone.
        is_round: whether it is a disc.
    """

    x: float
    y: float
    painted: str = "f"
    is_round: bool = True

    def content(self) -> str:
        x, y, r = self.x, self.y, 1.8
        if not self.is_round:
            return f"{x - r} {y - r} {2 * r} {2 * r} re {self.painted}"
        corners = ((r, r, 0, r), (-r, r, -r, 0), (-r, -r, 0, -r), (r, -r, r, 0))
        arcs = " ".join(f"{x + a} {y + b} {x + a} {y + b} {x + c} {y + d} c" for a, b, c, d in corners)
        return f"{x + r} {y} m {arcs} h {self.painted}"


def table(left: float, top: float, widths: Sequence[float], height: float, rows: int) -> list[Rule]:
    """The lines of a table."""
    xs = [left + sum(widths[:n]) for n in range(len(widths) + 1)]
    low = top - rows * height
    across = [Rule(xs[0], top - n * height, xs[-1], top - n * height) for n in range(rows + 1)]
    return across + [Rule(x, low, x, top) for x in xs]


def pdf(
    pages: Sequence[Sequence[Text | Rule | Shape]],
    information: dict[str, str] | None = None,
    extra: str = "",
    *,
    meanings: Mapping[str, str] = MappingProxyType({}),
    font: bytes = b"",
    xmp: str = "",
    widths: Mapping[str, float] = MappingProxyType({}),
    name: str = "Made",
) -> bytes:
    """The file.

    Args:
        pages: what is on each.
        information: its title, author and so on.
        extra: put into the trailer.
        meanings: what its map says of glyphs that don't mean themselves; nothing if empty.
        font: a TrueType font to embed, whose cmap tells the glyphs of the codes.
        xmp: its metadata as XML.
        widths: of glyphs that aren't as wide as others, in multiples of the font's size.
        name: of the font.
    """
    seen = {c for page in pages for text in page if isinstance(text, Text) for c in text.seen}
    known = sorted(
        c for c in seen if meanings.get(c, c) and not "\ue000" <= meanings.get(c, c)[0] <= "\uf8ff"
    )
    rows = "\n".join(f"<{ord(c):04X}> <{meanings.get(c, c).encode('utf-16-be').hex()}>" for c in known)
    glyphs = b"".join(_places(font)) if font else b""
    program = "/FontFile2 6 0 R" if font else ""
    own = f"/W [{' '.join(f'{ord(c)} [{1000 * width}]' for c, width in widths.items())}]" if widths else ""
    cmap = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapType 2 def 1 begincodespacerange "
        f"<0000> <FFFF> endcodespacerange {len(known)} beginbfchar\n{rows}\nendbfchar endcmap end end"
    )
    kids = " ".join(f"{9 + 2 * i} 0 R" for i in range(len(pages)))
    details = " ".join(f"/{k} <FEFF{v.encode('utf-16-be').hex()}>" for k, v in (information or {}).items())
    objects = [
        f"<</Type /Catalog /Pages 2 0 R {'/Metadata 8 0 R' if xmp else ''}>>".encode(),
        f"<</Type /Pages /Count {len(pages)} /Kids [{kids}]>>".encode(),
        b"<</Type /Font /Subtype /Type0 /BaseFont /Made /Encoding /Identity-H /ToUnicode 4 0 R "
        b"/DescendantFonts [<</Type /Font /Subtype /CIDFontType2 /BaseFont /Made /DW 500 "
        + f"{own} {'/CIDToGIDMap 7 0 R' if font else ''}".encode()
        + b"/CIDSystemInfo <</Registry (Adobe) /Ordering (Identity) /Supplement 0>> "
        + f"/FontDescriptor <</Type /FontDescriptor /FontName /{name} /Flags 4 {program}>>>>]>>".encode(),
        _stream(cmap.encode()),
        f"<<{details}>>".encode(),
        _stream(font),
        _stream(glyphs),
        _stream(xmp.encode()),
    ]
    for number, page in enumerate(pages):
        objects.append(
            f"<</Type /Page /Parent 2 0 R /MediaBox [0 0 400 600] /Resources <</Font <</F 3 0 R>>>> "
            f"/Contents {10 + 2 * number} 0 R>>".encode()
        )
        objects.append(_stream("\n".join(text.content() for text in page).encode()))
    body = b"%PDF-1.7\n"
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(body))
        body += f"{number} 0 obj\n".encode() + content + b"\nendobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    count = len(objects) + 1
    return (
        body
        + f"xref\n0 {count}\n0000000000 65535 f \n{table}trailer\n<</Size {count} /Root 1 0 R /Info 5 0 R "
        f"{extra}>>\nstartxref\n{len(body)}\n%%EOF\n".encode()
    )


def _places(font: bytes) -> Iterator[bytes]:
    """Yields the number of each code's glyph in two bytes: of the glyph that the font's cmap names."""
    opened = TTFont(io.BytesIO(font))
    glyphs = opened.getReverseGlyphMap()
    names = {code: name for table in opened["cmap"].tables for code, name in table.cmap.items()}
    for code in range(1 << 16):
        yield glyphs.get(names.get(code, ""), 0).to_bytes(2, "big")


def made_font(shapes: Mapping[str, tuple[str, tuple[int, int, int, int] | None]], told: str = "") -> bytes:
    """A TrueType font of rectangles.

    Args:
        shapes: for each code the name of its glyph, and the edges of its ink (left, bottom, right, top) in
            thousandths of the size; None if it has none.
        told: the codes that its Unicode cmap has; the others are only in one of another kind.
    """
    builder = FontBuilder(1000, isTTF=True)
    names = [".notdef", *(name for name, _ in shapes.values())]
    builder.setupGlyphOrder(names)
    glyphs = {".notdef": TTGlyphPen(None).glyph()}
    for name, ink in shapes.values():
        pen = TTGlyphPen(None)
        if ink:
            left, bottom, right, top = ink
            pen.moveTo((left, bottom))
            for corner in ((left, top), (right, top), (right, bottom)):
                pen.lineTo(corner)
            pen.closePath()
        glyphs[name] = pen.glyph()
    builder.setupCharacterMap({ord(code): name for code, (name, _) in shapes.items()})
    builder.setupGlyf(glyphs)
    builder.setupHorizontalMetrics(dict.fromkeys(names, (500, 0)))
    builder.setupHorizontalHeader()
    builder.setupPost()
    tables = builder.font["cmap"].tables
    del tables[1:]
    tables[0].platformID, tables[0].platEncID = 1, 0
    if told:
        known = CmapSubtable.newSubtable(4)
        known.platformID, known.platEncID, known.language = 3, 1, 0
        known.cmap = {ord(code): shapes[code][0] for code in told}
        tables.append(known)
    written = io.BytesIO()
    builder.save(written)
    return written.getvalue()


def _stream(content: bytes) -> bytes:
    packed = zlib.compress(content)
    return f"<</Length {len(packed)} /Filter /FlateDecode>>\nstream\n".encode() + packed + b"\nendstream"


def endless_pdf(path: Path) -> Path:
    """Writes a PDF whose second object is a reference to itself, which pdfminer follows without end."""
    parts = [b"1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n", b"2 0 obj\n2 0 R\nendobj\n"]
    content, places = b"%PDF-1.4\n", []
    for part in parts:
        places.append(len(content))
        content += part
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"xref\n0 3\n0000000000 65535 f \n%strailer\n<</Root 1 0 R/Size 3>>\nstartxref\n%d\n%%%%EOF"
    path.write_bytes(content + end % (table, len(content)))
    return path
