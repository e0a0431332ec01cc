"""Text extraction from PDF: glyphs from pdfminer.six, ordered here.

Share of the article's words in order, from PDF files made by Chromium (benchmarks/extraction.py, RESULTS.md):
pypdfium2 .25 to .73, pypdf .03 to .84, pdfminer.six with its own layout .01 to .02. The glyphs that
pdfminer.six has before layout, each with its position and the file's text for it, suffice for .99.
"""

from __future__ import annotations

import io
import logging
import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

import regex
from fontTools.ttLib import TTFont
from pdfminer.pdfdevice import PDFTextDevice
from pdfminer.pdfdocument import PDFDocument, PDFEncryptionError, PDFPasswordIncorrect
from pdfminer.pdffont import PDFCIDFont, PDFFont, PDFUnicodeNotDefined
from pdfminer.pdfinterp import PDFPageInterpreter, PDFResourceManager
from pdfminer.pdfpage import PDFPage
from pdfminer.pdfparser import PDFParser
from pdfminer.pdftypes import PDFStream, resolve1
from pdfminer.utils import decode_text

from index.readers.extract import Extract, Progress, Unextractable, damaged, no_progress
from index.readers.pdf.columns import Column, columns
from index.readers.pdf.diacritics import with_marks
from index.readers.pdf.glyphs import Glyph
from index.readers.pdf.layout import layout_of
from index.readers.pdf.paragraphs import paragraphs_of
from index.readers.pdf.visual_order import letters_of_forms
from index.text.arabic import is_arabic

MOST_PAGES: Final = 5000
_MOST_GLYPHS: Final = 100_000  # a page
# Maximum share of a file's glyphs without known text; these include tatweels that stretch a line.
_MOST_UNKNOWN: Final = 0.3
_BOLD: Final = regex.compile(r"(?i)bold|black|heavy|[-,]bd\b")
_BOLD_WEIGHT: Final = 600
_DATE: Final = regex.compile(r"D:((?:19|20)\d{2})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])")

# These log every irregularity of a file to standard error.
for _library in ("pdfminer", "fontTools"):
    logging.getLogger(_library).setLevel(logging.CRITICAL)


def extract(content: bytes, progress: Progress = no_progress) -> Extract:
    """Extracts the text of a PDF.

    Args:
        content: the file's bytes.
        progress: called after each page.

    Raises:
        Unextractable: it is damaged or protected, or has no text.
    """
    try:
        document = PDFDocument(PDFParser(io.BytesIO(content)))
    except (PDFPasswordIncorrect, PDFEncryptionError):
        raise Unextractable(
            "it is protected by a password. Save a copy without one (in a PDF reader: print to PDF).",
            "password",
        ) from None
    except Exception as error:
        raise damaged(error) from error
    pages: list[list[Column]] = []
    known = unknown = 0
    try:
        for number, device in enumerate(_pages(document), 1):
            if number > MOST_PAGES:
                raise Unextractable(f"it has more than {MOST_PAGES:,} pages. Split it.", "too_large")
            glyphs = [glyph for turned in device.found.values() for glyph in turned]
            unknown += sum(not glyph.text for glyph in glyphs)
            known += sum(bool(glyph.text.strip()) for glyph in glyphs)
            # Text rotated differently from most of the page is marginal: it comes last.
            by_count = sorted(device.found.items(), key=lambda item: (-len(item[1]), item[0]))
            pages.append([column for _, turned in by_count for column in columns(with_marks(turned))])
            progress()
    except Unextractable:
        raise
    except Exception as error:
        raise damaged(error) from error
    if not pages:
        raise damaged("no pages")
    if not known and not unknown:
        raise Unextractable(
            "it has no text in it, only pictures of pages (a scan?). Run text recognition (OCR) on it first.",
            "scan",
        )
    if unknown > _MOST_UNKNOWN * (known + unknown):
        raise Unextractable(
            "its fonts don't tell which letters they show. Open it in a browser or an office program and "
            "print it to PDF again, or run a text recognition (OCR) on it.",
            "fonts",
        )
    text, blocks = layout_of(paragraphs_of(pages))
    title, author, date = _metadata(document)
    return Extract(text, title, author, date=date, blocks=blocks)


def _metadata(document: PDFDocument) -> tuple[str, str, str]:
    """Title, author and date."""
    values: dict[str, str] = {}
    for info in reversed(document.info):  # the newest first
        for key in ("Title", "Author", "CreationDate"):
            value = resolve1(info.get(key))
            if isinstance(value, bytes):
                values[key] = decode_text(value)
    date = _DATE.match(values.get("CreationDate", ""))
    return values.get("Title", ""), values.get("Author", ""), "-".join(date.groups()) if date else ""


def _pages(document: PDFDocument) -> Iterator[_Glyphs]:
    manager = PDFResourceManager()
    shapes = _Shapes()
    for page in PDFPage.create_pages(document):
        device = _Glyphs(manager, shapes)
        PDFPageInterpreter(manager, device).process_page(page)
        yield device


class _Shapes:
    """Ink extents of glyphs, for fonts embedded in the file."""

    def __init__(self) -> None:
        self._fonts: dict[int, tuple[PDFFont, TTFont | None]] = {}

    def extent(self, font: PDFFont, code: int) -> tuple[float, float] | None:
        """Left and right edge of the ink relative to the glyph's origin, in multiples of the font size."""
        if id(font) not in self._fonts:
            self._fonts[id(font)] = (font, self._open(font))
        outlines = self._fonts[id(font)][1]
        try:
            if outlines is None:
                return None
            name = self._name(font, outlines, code)
            glyph = outlines["glyf"][name]
            em = outlines["head"].unitsPerEm
            return glyph.xMin / em, glyph.xMax / em
        except Exception:  # fonts in PDF files are subset in many ways
            return None

    @staticmethod
    def _open(font: PDFFont) -> TTFont | None:
        stream = resolve1(font.descriptor.get("FontFile2"))
        if not isinstance(stream, PDFStream):
            return None
        try:
            return TTFont(io.BytesIO(stream.get_data()), lazy=True)
        except Exception:
            return None

    @staticmethod
    def _name(font: PDFFont, outlines: TTFont, code: int) -> str:
        if isinstance(font, PDFCIDFont):
            return str(outlines.getGlyphName(code))
        tables = outlines["cmap"].tables if "cmap" in outlines else ()
        names = (table.cmap.get(key) for table in tables for key in (code, 0xF000 + code))
        return next((name for name in names if name), None) or str(outlines.getGlyphName(code))


class _Glyphs(PDFTextDevice):
    """Device that collects the glyphs of a page.

    Attributes:
        found: the glyphs by rotation in quarter turns; positions are rotated back.
    """

    def __init__(self, manager: PDFResourceManager, shapes: _Shapes) -> None:
        super().__init__(manager)
        self.found: dict[int, list[Glyph]] = {}
        self._shapes = shapes
        self._arabic: dict[int, bool] = {}  # pdfminer keeps the fonts as long as the document is read
        self._bold: dict[int, bool] = {}
        self._count = 0
        self._tags: list[str | None] = []
        self._inside: list[tuple[int, Glyph]] | None = None

    def render_char(  # pdfminer's signature
        self,
        matrix: tuple[float, float, float, float, float, float],
        font: PDFFont,
        fontsize: float,
        scaling: float,
        rise: float,
        cid: int,
        ncs: object,  # noqa: ARG002
        graphicstate: object,  # noqa: ARG002
    ) -> float:
        """Adds a glyph, and returns its advance width."""
        self._count += 1
        if self._count > _MOST_GLYPHS:
            raise Unextractable(
                f"a page has more than {_MOST_GLYPHS:,} characters. Save it as text.", "too_large"
            )
        text = letters_of_forms(self._letters(font, cid))
        advance = font.char_width(cid) * fontsize * scaling
        a, b, c, d, x, y = matrix
        x, y = x + rise * c, y + rise * d
        stretch = math.hypot(a, b)
        turns = round(math.atan2(b, a) / (math.pi / 2)) % 4
        x, y = ((x, y), (y, -x), (-x, -y), (-y, x))[turns]
        left, right = sorted((x, x + advance * stretch))
        glyph = Glyph(text, left, right, y, abs(fontsize) * math.hypot(c, d), is_bold=self._is_bold(font))
        # A mark has zero width; its position is that of its ink.
        if glyph.is_mark and (ink := self._shapes.extent(font, cid)):
            left, right = (x + edge * fontsize * scaling * stretch for edge in ink)
            glyph = replace(glyph, left=left, right=right)
        self._add(turns, glyph)
        return float(advance)

    def _is_bold(self, font: PDFFont) -> bool:
        """Whether a font is bold, by its name or its descriptor."""
        if id(font) not in self._bold:
            weight = resolve1(font.descriptor.get("FontWeight"))
            heavy = isinstance(weight, int | float) and weight >= _BOLD_WEIGHT
            self._bold[id(font)] = heavy or _BOLD.search(str(font.fontname)) is not None
        return self._bold[id(font)]

    def _letters(self, font: PDFFont, code: int) -> str:
        """The text that a font maps a code to; empty if it has no mapping.

        An Arabic font's own codes are meaningless in the standard encoding, which pdfminer falls back on:
        LibreOffice omits tatweels that stretch a line from the map.
        """
        known = getattr(font.unicode_map, "cid2unichr", {}) if hasattr(font, "unicode_map") else {}
        if id(font) not in self._arabic:
            self._arabic[id(font)] = any(is_arabic(c) for text in known.values() for c in text)
        try:
            text = known.get(code, "") if self._arabic[id(font)] else font.to_unichr(code)
        except PDFUnicodeNotDefined:
            return ""
        return str(text).replace("\0", "")

    def begin_tag(self, tag: object, props: Any = None) -> None:  # noqa: ARG002
        """Begins marked content, which may carry its text as an attribute."""
        actual = resolve1(props.get("ActualText")) if isinstance(props, dict) else None
        if isinstance(actual, bytes) and self._inside is None:
            self._tags.append(decode_text(actual))
            self._inside = []
        else:
            self._tags.append(None)

    def end_tag(self) -> None:
        """Ends marked content."""
        text = self._tags.pop() if self._tags else None
        inside, self._inside = (self._inside, None) if text is not None else (None, self._inside)
        if text is None or not inside:
            return
        letters = [item for item in inside if not item[1].is_mark] or inside
        turns, widest = max(letters, key=lambda item: item[1].right - item[1].left)
        if any(abs(glyph.baseline - widest.baseline) > widest.size for _, glyph in inside):
            for item in inside:  # the text of several lines, which are told apart by their places alone
                self._add(*item)
            return
        left = min(glyph.left for _, glyph in inside)
        right = max(glyph.right for _, glyph in inside)
        self._add(turns, replace(widest, text=text, left=left, right=right, is_as_typed=True))

    def _add(self, turns: int, glyph: Glyph) -> None:
        if glyph.size <= 0:
            return
        if self._inside is not None:
            self._inside.append((turns, glyph))
        else:
            self.found.setdefault(turns, []).append(glyph)
