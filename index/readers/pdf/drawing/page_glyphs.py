"""Draws a PDF's page with pdfminer.six and collects its glyphs, lines and pictures."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any, Final

from pdfminer.pdfdevice import PDFTextDevice
from pdfminer.pdffont import PDFFont
from pdfminer.pdfinterp import PDFPageInterpreter
from pdfminer.pdfpage import PDFPage
from pdfminer.pdftypes import resolve1
from pdfminer.utils import apply_matrix_pt, decode_text

from index.readers.extracted_text import Unextractable
from index.readers.pdf.drawing.annotations import draw_annotations
from index.readers.pdf.drawing.bullets import Mark, bullets, mark_of
from index.readers.pdf.fonts import Font, Manager
from index.readers.pdf.glyphs import Glyph
from index.readers.pdf.tables import Rules

_MAX_GLYPHS: Final = 100_000  # a page
_CORNERS: Final = 4
# Operators of a path that may be a bullet, and small shapes of a page that are kept.
_MAX_STEPS: Final = 40
_MAX_MARKS: Final = 1000
# Share of a page's area from which pictures are the page, if it has fewer letters than this: a scanner's
# watermark, a stamp and a page number, but not the text recognised on a scan.
_MAX_PAGE_SHARE: Final = 0.7
_FEW_LETTERS: Final = 100


def draw(page: PDFPage, manager: Manager, fonts: dict[int, Font]) -> PageGlyphs:
    """The glyphs of a page and of what its annotations add.

    Args:
        page: of a document.
        manager: of the document's resources.
        fonts: of the document that are known already; new ones are added.
    """
    device = PageGlyphs(manager, fonts)
    interpreter = PDFPageInterpreter(manager, device)
    interpreter.process_page(page)
    draw_annotations(page, interpreter, device)
    for bullet in bullets(device.marks, device.found.get(0, ())):
        device.add(bullet)
    return device


def _is_part(one: Glyph, other: Glyph) -> bool:
    """Whether two glyphs that the file gives the same text are one above the other."""
    return (
        (one.is_as_typed or other.is_as_typed)
        and one.text == other.text
        and len(one.text) > 1
        and other.left <= one.middle <= other.right
        and abs(one.baseline - other.baseline) < one.size
    )


class PageGlyphs(PDFTextDevice):
    """Device that collects the glyphs of a page.

    Attributes:
        found: the glyphs by rotation in quarter turns; positions are rotated back.
        rules: the lines drawn on the page.
        marks: the small shapes drawn on it, which may be bullets.
        has_picture: whether there is a picture on the page.
        covered: the area of its pictures, as a share of the page's.
        count: the number of glyphs drawn.
    """

    def __init__(self, manager: Manager, fonts: dict[int, Font]) -> None:
        super().__init__(manager)
        self.found: dict[int, list[Glyph]] = {}
        self.rules = Rules()
        self.marks: list[Mark] = []
        self.has_picture = False
        self.covered = 0.0
        self._area = 0.0
        self._manager = manager
        self._fonts = fonts  # pdfminer keeps its fonts as long as the document is read
        self.count = 0
        self._tags: list[str | None] = []
        self._inside: list[tuple[int, Glyph]] | None = None

    def begin_page(self, page: PDFPage, ctm: object) -> None:  # noqa: ARG002
        """Takes note of a page's area."""
        left, low, right, high = page.mediabox
        self._area = abs((right - left) * (high - low))

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
        self.count += 1
        if self.count > _MAX_GLYPHS:
            raise Unextractable(
                f"a page has more than {_MAX_GLYPHS:,} characters. Save it as text.", "too_large"
            )
        known = self._fonts.get(id(font))
        if known is None:
            known = self._fonts[id(font)] = Font(font, self._manager.specs.get(id(font), {}))
        text = known.meaning(cid)
        advance = font.char_width(cid) * fontsize * scaling
        a, b, c, d, x, y = matrix
        x, y = x + rise * c, y + rise * d
        stretch = math.hypot(a, b)
        turns = round(math.atan2(b, a) / (math.pi / 2)) % 4
        x, y = ((x, y), (y, -x), (-x, -y), (-y, x))[turns]
        left, right = sorted((x, x + advance * stretch))
        glyph = Glyph(text, left, right, y, abs(fontsize) * math.hypot(c, d), is_bold=known.is_bold)
        # A mark has zero width; its position is that of its ink.
        if glyph.is_mark and (ink := known.ink(cid)):
            left, right = (x + edge * fontsize * scaling * stretch for edge in (ink.left, ink.right))
            glyph = replace(glyph, left=left, right=right)
        self._add(turns, glyph)
        return float(advance)

    def paint_path(  # pdfminer's signature
        self,
        graphicstate: object,  # noqa: ARG002
        stroke: bool,
        fill: bool,
        evenodd: bool,  # noqa: ARG002
        path: Sequence[tuple[Any, ...]],
    ) -> None:
        """Records straight lines and rectangles, and small shapes."""
        points: list[tuple[float, float]] = []
        shapes = [step[0] for step in path]
        if self.ctm is None:
            return
        # What has an outline, too, may be filled with white.
        self._add_mark("".join(shapes), path, is_filled=fill and not stroke)
        if not set(shapes) <= set("mlh"):
            return
        for step in (*path, ("m",)):
            if step[0] == "m" and points:
                if len(points) == _CORNERS or (len(points) == _CORNERS + 1 and points[0] == points[-1]):
                    self.rules.add_box(points, stroked=stroke)
                elif stroke:
                    for one, other in pairwise(points):
                        self.rules.add_line(one, other)
                points = []
            if len(step) > 1:
                points.append(apply_matrix_pt(self.ctm, (float(step[1]), float(step[2]))))

    def _add_mark(self, shapes: str, path: Sequence[tuple[Any, ...]], *, is_filled: bool) -> None:
        if self.ctm is None or len(shapes) > _MAX_STEPS or len(self.marks) > _MAX_MARKS:
            return
        points = [
            apply_matrix_pt(self.ctm, (float(step[place]), float(step[place + 1])))
            for step in path
            for place in range(1, len(step) - 1, 2)
        ]
        if mark := mark_of(shapes, points, is_filled=is_filled):
            self.marks.append(mark)

    def render_image(self, name: str, stream: object) -> None:  # noqa: ARG002
        """Records a picture, and the area of the unit square that it is drawn into."""
        self.has_picture = True
        if self.ctm is not None and self._area > 0:
            a, b, c, d, _, _ = self.ctm
            self.covered += min(abs(a * d - b * c) / self._area, 1)

    def is_picture(self, *, has_text: bool) -> bool:
        """Whether the page is a picture, with no text or hardly any.

        Args:
            has_text: whether any text is on it.
        """
        if not has_text:
            return self.has_picture
        if self.covered < _MAX_PAGE_SHARE:
            return False
        letters = sum(sum(map(str.isalpha, glyph.text)) for found in self.found.values() for glyph in found)
        return letters < _FEW_LETTERS

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
        glyph = replace(widest, text=text, left=left, right=right, is_as_typed=True)
        self._add(turns, glyph)

    def add(self, glyph: Glyph) -> None:
        """Adds a glyph that isn't drawn."""
        self._add(0, glyph)

    def _add(self, turns: int, glyph: Glyph) -> None:
        if glyph.size <= 0:
            return
        if self._inside is not None:
            self._inside.append((turns, glyph))
            return
        found = self.found.setdefault(turns, [])
        if found and _is_part(found[-1], glyph):
            found.pop()  # Typst says of a letter and of its mark that they are both
        elif found and _is_part(glyph, found[-1]):
            return
        found.append(glyph)
