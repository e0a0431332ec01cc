"""The fonts of a PDF: the text of their glyphs, and the extents of their ink.

The file's own map from codes to text (ToUnicode) comes first. What it leaves out or maps to nothing that can
be read is looked up in the embedded font (its cmap, the names of its glyphs). A glyph with ink and without a
meaning is a hole: it is marked, never left out.
"""

from __future__ import annotations

import io
import itertools
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any, Final

import regex
from fontTools.agl import toUnicode
from fontTools.cffLib import CFFFontSet
from fontTools.ttLib import TTFont
from pdfminer.pdffont import PDFCIDFont, PDFFont, PDFUnicodeNotDefined
from pdfminer.pdfinterp import PDFResourceManager
from pdfminer.pdftypes import PDFStream, resolve1
from pdfminer.psparser import PSLiteral

from index.readers.extracted_text import HOLE
from index.readers.pdf.visual_order import letters_of_forms
from index.text.arabic import is_arabic

_BOLD: Final = regex.compile(r"(?i)bold|black|heavy|[-,]bd\b")
_BOLD_WEIGHT: Final = 600
# Control characters, private ones, halves of pairs, unassigned ones, and what marks a hole already.
_MEANINGLESS: Final = regex.compile(r"[\p{Cc}\p{Co}\p{Cs}\p{Cn}\ufffd--[\t\n\r]]", regex.VERSION1)
_PICTURES: Final = regex.compile(r"(?i)symbol|wingding|webding|dingbat|marlett")
# Microsoft's codes of pictures, where they aren't bullets.
_TICKS: Final = {0xFB: "✗", 0xFC: "✓", 0xFD: "☒", 0xFE: "☑", 0xA8: "☐", 0x6F: "☐"}
_LAM: Final = "ل"
_TATWEEL: Final = "\u0640"
_LETTERS: Final = frozenset(chr(code) for code in (*range(0x621, 0x63B), *range(0x641, 0x64B)))
_ALEFS: Final = "آأإا"
# Two Arabic letters that share one glyph, of which Ghostscript kept the low bytes: لا is U+4427.
_LOW_BYTES: Final = range(0x3400, 0x4B00)
_LETTER_BYTES: Final = range(0x21, 0x4B)
# Of the font's size: a glyph that is narrower and maps to nothing is a part of the one beside it.
_NARROW: Final = 0.15
# A tatweel's highest ink, and its height.
_TATWEEL_TOP: Final = 0.2
_TATWEEL_HEIGHT: Final = 0.14
# Least share of glyphs on which the embedded font agrees with the file's own map, to fill its gaps.
_AGREEING: Final = 0.8
_AFFIX: Final = regex.compile(r"(?i)^arabic(?:letter)?[-_]?|[-_](?:ar|arab)$")
_PARTS_OF_NAMES: Final = regex.compile(r"(?<=\p{Ll})(?=\p{Lu}|(?:marbuta|maksura|hamza|above|below)\b)|[-_]")


class Manager(PDFResourceManager):
    """Keeps the dictionary of every font, which pdfminer discards."""

    def __init__(self) -> None:
        """Starts a document."""
        super().__init__()
        self.specs: dict[int, Mapping[str, Any]] = {}

    def get_font(self, objid: Any, spec: Mapping[str, Any]) -> PDFFont:
        """The font of a dictionary."""
        font = super().get_font(objid, spec)
        self.specs.setdefault(id(font), spec)
        return font


@dataclass(frozen=True)
class Ink:
    """The extent of a glyph's ink relative to its origin, in multiples of the font size."""

    left: float
    bottom: float
    right: float
    top: float


class Font:
    """A font of a file.

    Attributes:
        is_bold: by its name or its descriptor.
    """

    def __init__(self, font: PDFFont, spec: Mapping[str, Any]) -> None:
        """Opens the embedded font when it is first needed."""
        self._font = font
        self._spec = spec
        self._known: Mapping[int, str] = getattr(getattr(font, "unicode_map", None), "cid2unichr", {})
        if ligatures := _ligatures(self._known):
            self._known = {**self._known, **ligatures}
        self._is_arabic = any(is_arabic(c) for text in self._known.values() for c in text)
        self._meanings: dict[int, str] = {}
        weight = resolve1(font.descriptor.get("FontWeight"))
        heavy = isinstance(weight, int | float) and weight >= _BOLD_WEIGHT
        self.is_bold = heavy or _BOLD.search(str(font.fontname)) is not None

    def meaning(self, code: int) -> str:
        """The text of a glyph: letters, a space, `HOLE`, or nothing (a tatweel, a part of a letter)."""
        if code not in self._meanings:
            self._meanings[code] = self._meaning(code)
        return self._meanings[code]

    def ink(self, code: int) -> Ink | None:
        """Where a glyph's ink is; None if it has none or if that isn't known."""
        outline = self._outline
        return outline.ink(code) if outline else None

    def _meaning(self, code: int) -> str:
        mapped = self._mapped(code)
        text = None if mapped is None else self._readable(mapped)
        if text == "" and self._font.char_width(code) >= _NARROW:
            text = None  # mapped to nothing
        # What the file says is doubted only where codes are surely glyphs.
        doubted = isinstance(self._font, PDFCIDFont) and (self._is_arabic or (text or "").isspace())
        outline = self._outline if text is None or doubted else None
        ink = outline.ink(code) if outline else None
        width = self._font.char_width(code)
        if ink and self._is_tatweel(ink, width):
            return _TATWEEL if text == _TATWEEL else ""
        if text is not None and not (text.isspace() and ink):
            text = self._corrected(text, code) if doubted else text
            return text if width else _own_marks(text)
        found = self._own(code)
        if found is not None:
            return found
        if outline and ink is None and outline.has(code):
            return " " if width >= _NARROW else ""
        return self._picture(mapped, code) or HOLE

    def _mapped(self, code: int) -> str | None:
        """The text that the file maps a code to; None if it maps it to nothing.

        An Arabic font's own codes are meaningless in the standard encoding, which pdfminer falls back on:
        LibreOffice omits tatweels that stretch a line from the map.
        """
        if code in self._known:
            return self._known[code]
        try:
            text = str(self._font.to_unichr(code))
        except PDFUnicodeNotDefined:
            return None
        return None if self._is_arabic and not text.isspace() and not any(map(is_arabic, text)) else text

    def _readable(self, text: str) -> str | None:
        """A mapped text with its letters in order; None if part of it has no meaning."""
        text = _realigned(text.replace("\0", ""), self._is_arabic)
        if self._is_arabic and len(text) > 1 and self._is_turned(text):
            text = text[::-1]
        return None if _MEANINGLESS.search(text) else letters_of_forms(text)

    def _is_turned(self, text: str) -> bool:
        """Whether the letters of one glyph are stored in the order in which they are seen."""
        if len(text) == 2 and text[0] in _ALEFS and text[1] == _LAM:
            return True
        return self._turns and all(map(is_arabic, text)) and text[0] != _LAM

    @cached_property
    def _turns(self) -> bool:
        pairs = [text for text in self._known.values() if len(text) == 2]
        turned = any(text[0] in _ALEFS and text[1] == _LAM for text in pairs)
        return turned and not any(text[0] == _LAM and text[1] in _ALEFS for text in pairs)

    def _own(self, code: int) -> str | None:
        """The meaning of a code by the embedded font."""
        outline = self._outline
        own = outline.name(code) if outline else None
        for name in (self._names.get(code), own):
            if name and (text := letters_of_name(name)) and not _MEANINGLESS.search(text):
                return letters_of_forms(text)
        return self._in_cmap(own) if own and self._agrees else None

    def _in_cmap(self, name: str) -> str | None:
        """The character of a glyph in the embedded font's cmap, Arabic letters before others."""
        found = self._outline.letters.get(name, ()) if self._outline else ()
        said = [letters_of_forms(c) for c in found if not _MEANINGLESS.search(c)]
        return min(said, key=lambda text: text not in _LETTERS, default=None)

    def _corrected(self, text: str, code: int) -> str:
        """A letter as the embedded font has it, if it agrees with the file on most others but not on this."""
        outline = self._outline
        name = outline.name(code) if outline and text in _LETTERS else None
        if outline is None or name is None or name not in outline.letters or not self._agrees:
            return text
        own = self._in_cmap(name)
        said = {letters_of_forms(c) for c in outline.letters[name]}
        return own if own in _LETTERS and text not in said else text

    @cached_property
    def _agrees(self) -> bool:
        """Whether the embedded font's cmap agrees with the file on known glyphs."""
        outline = self._outline
        if outline is None or not outline.letters:
            return False
        agreeing = [
            letters_of_forms(text) in map(letters_of_forms, outline.letters[name])
            for code, text in self._known.items()
            if (name := outline.name(code)) in outline.letters and not _MEANINGLESS.search(text)
        ]
        return sum(agreeing) >= _AGREEING * len(agreeing)

    def _is_tatweel(self, ink: Ink, width: float) -> bool:
        spans = ink.left <= _NARROW * width and ink.right >= (1 - _NARROW) * width
        return self._is_arabic and spans and ink.top < _TATWEEL_TOP and ink.top - ink.bottom < _TATWEEL_HEIGHT

    def _picture(self, mapped: str | None, code: int) -> str:
        """A bullet or tick of a font of pictures; empty if it is none."""
        if not _PICTURES.search(str(self._font.fontname)):
            return ""
        known = ord(mapped) if mapped and len(mapped) == 1 else code
        return _TICKS.get(known & 0xFF, "•")

    @cached_property
    def _names(self) -> dict[int, str]:
        """The glyph names that the file gives to codes."""
        encoding = resolve1(self._spec.get("Encoding"))
        differences = resolve1(encoding.get("Differences")) if isinstance(encoding, dict) else None
        names: dict[int, str] = {}
        place = 0
        for item in differences if isinstance(differences, list) else ():
            if isinstance(item, int):
                place = item
            elif isinstance(item, PSLiteral):
                names[place] = str(item.name)
                place += 1
        return names

    @cached_property
    def _outline(self) -> _Outline | None:
        descriptor = self._font.descriptor
        for key in ("FontFile2", "FontFile3"):
            stream = resolve1(descriptor.get(key))
            if isinstance(stream, PDFStream):
                try:
                    return _Outline(stream, self._font, self._spec, self._names)
                except Exception:  # fonts in PDF files are cut down in many ways
                    return None
        return None


class _Outline:
    """An embedded font: TrueType, OpenType or CFF."""

    def __init__(
        self, stream: PDFStream, font: PDFFont, spec: Mapping[str, Any], names: Mapping[int, str]
    ) -> None:
        data = stream.get_data()
        self._is_cid = isinstance(font, PDFCIDFont)
        self._names = names
        self._glyphs: Any = None
        self._font: TTFont | None = None
        if data[:4] in (b"\0\1\0\0", b"true", b"OTTO"):
            self._font = TTFont(io.BytesIO(data), lazy=True)
            self._em = float(self._font["head"].unitsPerEm)
        if self._font is None or "CFF " in self._font:
            self._open_cff(data)
        places = resolve1(spec.get("CIDToGIDMap"))
        self._places = places.get_data() if isinstance(places, PDFStream) else b""

    def _open_cff(self, data: bytes) -> None:
        if self._font is not None:
            fonts = self._font["CFF "].cff
        else:
            fonts = CFFFontSet()
            fonts.decompile(io.BytesIO(data), None)
        self._top = fonts[fonts.fontNames[0]]
        self._glyphs = self._top.CharStrings
        matrix = getattr(self._top, "FontMatrix", None)
        self._em = 1 / matrix[0] if matrix and matrix[0] else 1000.0

    @cached_property
    def letters(self) -> dict[str, list[str]]:
        """The characters of its Unicode cmap by glyph name; letters before their presentation forms."""
        found: dict[str, list[str]] = {}
        with suppress(Exception):  # without a cmap, or with a damaged one
            for table in self._font["cmap"].tables if self._font is not None else ():
                if table.isUnicode():
                    for code, name in sorted(table.cmap.items()):
                        found.setdefault(name, []).append(chr(code))
        return found

    def name(self, code: int) -> str | None:
        """The name of a code's glyph."""
        try:
            return self._name(code)
        except Exception:
            return None

    def has(self, code: int) -> bool:
        """Whether it has a glyph for a code."""
        try:
            name = self._name(code)
            return name in (self._glyphs if self._glyphs is not None else self._font["glyf"].glyphs)  # type: ignore[index]
        except Exception:
            return False

    def ink(self, code: int) -> Ink | None:
        """Where a glyph's ink is; None if it has none or if that isn't known."""
        try:
            name = self._name(code)
            if self._glyphs is not None:
                bounds = self._glyphs[name].calcBounds(self._glyphs)
            else:
                glyph = self._font["glyf"][name]  # type: ignore[index]
                bounds = (glyph.xMin, glyph.yMin, glyph.xMax, glyph.yMax)
            return Ink(*(edge / self._em for edge in bounds)) if bounds else None
        except Exception:  # no ink, or a glyph that isn't there
            return None

    def _name(self, code: int) -> str | None:
        if self._is_cid:
            place = code
            if self._places:
                place = int.from_bytes(self._places[2 * code : 2 * code + 2], "big")
            if self._font is not None:
                return str(self._font.getGlyphName(place))
            is_keyed = hasattr(self._top, "ROS")
            return f"cid{code:05d}" if is_keyed else str(self._top.charset[place])
        if self._font is None:
            return self._names.get(code) or self._built_in(code)
        return next(self._named(code), None) or str(self._font.getGlyphName(code))

    def _built_in(self, code: int) -> str | None:
        encoding = self._top.Encoding
        return str(encoding[code]) if isinstance(encoding, list) and code < len(encoding) else None

    def _named(self, code: int) -> Iterator[str]:
        font = self._font
        if font is not None and "cmap" in font:
            for table in font["cmap"].tables:
                for key in (code, 0xF000 + code):
                    if name := table.cmap.get(key):
                        yield str(name)


def _realigned(text: str, arabic: bool) -> str:
    """Several letters of one glyph, of which Ghostscript has kept the wrong bytes.

    لا (U+0644 U+0627) becomes U+4427 or U+0644 U+4427, تُ (U+062A U+064F) U+062A U+2A4F, and "fi" (U+0066
    U+0069) U+6600 U+6900.
    """
    if text and all(ord(c) & 0xFF == 0 and chr(ord(c) >> 8).isalpha() for c in text):
        return "".join(chr(ord(c) >> 8) for c in text)
    if not arabic or not text:
        return text
    letters = [text[0]]
    for before, c in pairwise(text):
        follows = ord(c) >> 8 == ord(before) & 0xFF and c not in _LETTERS
        letters.append(chr(0x600 + (ord(c) & 0xFF)) if follows else c)
    pair = divmod(ord(text[0]), 256)
    if ord(text[0]) in _LOW_BYTES and all(byte in _LETTER_BYTES for byte in pair):
        letters[0] = "".join(chr(0x600 + byte) for byte in pair)
    return "".join(letters)


def _ligatures(known: Mapping[int, str]) -> dict[int, str]:
    """Codes that Ghostscript has mapped to û, ü, ... in place of the ligatures ff, fi, ... (U+FB00, U+FB01).

    It does so with codes that follow one another. A font for French or German has more accented letters.
    """
    if any("\u00c0" <= text <= "\u00fa" for text in known.values()):
        return {}
    first = next((code for code, text in known.items() if text == "\u00fb"), -1)
    run = itertools.takewhile(lambda i: known.get(first + i) == chr(0xFB + i), range(5))
    found = {first + i: unicodedata.normalize("NFKC", chr(0xFB00 + i)) for i in run}
    return found if len(found) > 1 else {}


def _own_marks(text: str) -> str:
    """The text of a glyph without width: of a letter with marks, only the marks, the letter has a glyph."""
    marks = "".join(c for c in text if unicodedata.category(c) == "Mn")
    return marks or text


def letters_of_name(name: str) -> str:
    """The letters that a glyph's name stands for; empty if none.

    Names of the Adobe Glyph List and "uni0645", also "meem-ar.init" and "tehMarbuta" (the names of Unicode).
    """
    if name.startswith((".", "glyph", "cid", "gid")):
        return ""
    if text := toUnicode(name):
        return str(text)
    stem = _AFFIX.sub("", name.partition(".")[0])
    return _letter_named(stem) or "".join(map(_letter_named, stem.split("_"))) if len(stem) > 1 else ""


def _letter_named(name: str) -> str:
    words = " ".join(_PARTS_OF_NAMES.sub(" ", name).split()).upper()
    for one in (words, words.replace(" HAMZA", " WITH HAMZA")):
        with suppress(KeyError):
            return unicodedata.lookup(f"ARABIC LETTER {one}")
    return ""
