"""PDF files written by hand: every glyph where a test wants it, no font in the file, any number of pages."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

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


def pdf(pages: Sequence[Sequence[Text]], information: dict[str, str] | None = None, extra: str = "") -> bytes:
    """The file.

    Args:
        pages: what is on each.
        information: its title, author and so on.
        extra: put into the trailer.
    """
    known = sorted({c for page in pages for text in page for c in text.seen if not "\ue000" <= c <= "\uf8ff"})
    rows = "\n".join(f"<{ord(c):04X}> <{c.encode('utf-16-be').hex()}>" for c in known)
    cmap = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapType 2 def 1 begincodespacerange "
        f"<0000> <FFFF> endcodespacerange {len(known)} beginbfchar\n{rows}\nendbfchar endcmap end end"
    )
    kids = " ".join(f"{6 + 2 * i} 0 R" for i in range(len(pages)))
    details = " ".join(f"/{k} <FEFF{v.encode('utf-16-be').hex()}>" for k, v in (information or {}).items())
    objects = [
        b"<</Type /Catalog /Pages 2 0 R>>",
        f"<</Type /Pages /Count {len(pages)} /Kids [{kids}]>>".encode(),
        b"<</Type /Font /Subtype /Type0 /BaseFont /Made /Encoding /Identity-H /ToUnicode 4 0 R "
        b"/DescendantFonts [<</Type /Font /Subtype /CIDFontType2 /BaseFont /Made /DW 500 "
        b"/CIDSystemInfo <</Registry (Adobe) /Ordering (Identity) /Supplement 0>> "
        b"/FontDescriptor <</Type /FontDescriptor /FontName /Made /Flags 4>>>>]>>",
        _stream(cmap.encode()),
        f"<<{details}>>".encode(),
    ]
    for number, page in enumerate(pages):
        objects.append(
            f"<</Type /Page /Parent 2 0 R /MediaBox [0 0 400 600] /Resources <</Font <</F 3 0 R>>>> "
            f"/Contents {7 + 2 * number} 0 R>>".encode()
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
