"""What annotations add to a page: the values of form fields, and text written onto it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeAlias

from pdfminer.pdfinterp import PDFPageInterpreter
from pdfminer.pdfpage import PDFPage
from pdfminer.pdftypes import PDFStream, dict_value, list_value, resolve1
from pdfminer.psexceptions import PSException
from pdfminer.psparser import PSLiteral
from pdfminer.utils import apply_matrix_pt, apply_matrix_rect, decode_text, mult_matrix

from index.readers.pdf.glyphs import Glyph
from index.readers.text_builder import CHECKED, UNCHECKED

_Matrix: TypeAlias = tuple[float, float, float, float, float, float]
_Box: TypeAlias = tuple[float, float, float, float]

_IDENTITY: Final = (1, 0, 0, 1, 0, 0)
_MAX_COUNT: Final = 5000  # a page
_MAX_DEPTH: Final = 20
_READ: Final = frozenset(("Widget", "FreeText", "Stamp"))
# Flags (ISO 32000-1, tables 165, 226 and 228): not shown on the screen, and of fields: buttons to press,
# and passwords.
_UNSEEN: Final = 1 << 1 | 1 << 5
_PUSHED: Final = 1 << 16
_PASSWORD: Final = 1 << 13
# Of a value without a drawing: its size in points, and that and the baseline in multiples of the field's
# height.
_USUAL_SIZE: Final = 10.0
_SIZE: Final = 0.7
_BASELINE: Final = 0.3
_MAX_LENGTH: Final = 10_000
_MALFORMED: Final = (PSException, TypeError, ValueError, ArithmeticError, LookupError, AttributeError)


def draw_annotations(page: PDFPage, interpreter: PDFPageInterpreter, device: Any) -> None:
    """Draws the annotations of a page that have text, in their places; malformed ones are left out.

    Args:
        page: that was drawn.
        interpreter: that drew it.
        device: of `page_glyphs.PageGlyphs`, which takes the glyphs.
    """
    for annotation in _annotations(page):
        try:
            _draw(annotation, page, interpreter, device)
        except _MALFORMED:
            continue


def _annotations(page: PDFPage) -> Iterator[Mapping[str, Any]]:
    try:
        references = list_value(page.annots) if page.annots else []
    except _MALFORMED:
        return
    for reference in references[:_MAX_COUNT]:
        annotation = resolve1(reference)
        if isinstance(annotation, dict) and _name(annotation.get("Subtype")) in _READ:
            yield annotation


def _draw(annotation: Mapping[str, Any], page: PDFPage, interpreter: PDFPageInterpreter, device: Any) -> None:
    if _integer(annotation.get("F")) & _UNSEEN:
        return
    kind, flags = _name(_inherited(annotation, "FT")), _integer(_inherited(annotation, "Ff"))
    if (kind == "Btn" and flags & _PUSHED) or (kind == "Tx" and flags & _PASSWORD):
        return
    left, low, right, high = (float(resolve1(edge)) for edge in list_value(annotation["Rect"]))
    box = (min(left, right), min(low, high), max(left, right), max(low, high))
    matrix = _page_matrix(page)
    if kind == "Btn":
        is_on = _name(annotation.get("AS")) not in ("", "Off")
        _write(CHECKED if is_on else UNCHECKED, box, matrix, device)
        return
    count = device.count
    drawing = resolve1(dict_value(annotation.get("AP", {})).get("N"))
    if isinstance(drawing, PDFStream):
        _render(drawing, box, matrix, interpreter)
    if device.count == count:
        _write(_value(annotation), box, matrix, device)


def _render(drawing: PDFStream, box: _Box, matrix: _Matrix, interpreter: PDFPageInterpreter) -> None:
    """Draws an appearance into its box (ISO 32000-1, 12.5.5, algorithm 8.1)."""
    own: Any = tuple(float(resolve1(number)) for number in list_value(drawing.get("Matrix", _IDENTITY)))
    bounds: Any = tuple(float(resolve1(number)) for number in list_value(drawing["BBox"]))
    left, low, right, high = apply_matrix_rect(own, bounds)
    across, up = (box[2] - box[0]) / (right - left), (box[3] - box[1]) / (high - low)
    fitted = (across, 0.0, 0.0, up, box[0] - across * left, box[1] - up * low)
    resources = dict_value(drawing.get("Resources", {}))
    placed = mult_matrix(mult_matrix(own, fitted), matrix)
    interpreter.subinterp().render_contents(resources, [drawing], ctm=placed)


def _write(text: str, box: _Box, matrix: _Matrix, device: Any) -> None:
    """Adds the value of a field that its file doesn't draw, as one glyph."""
    corners = [apply_matrix_pt(matrix, (box[0], box[1])), apply_matrix_pt(matrix, (box[2], box[3]))]
    (left, right), (low, high) = (sorted(axis) for axis in zip(*corners, strict=True))
    size = min(_SIZE * (high - low), _USUAL_SIZE)
    if text:
        baseline = low + _BASELINE * (high - low)
        device.add(Glyph(text, left, right, baseline, size, is_as_typed=True))


def _value(annotation: Mapping[str, Any]) -> str:
    """The text of a field or of a note, on one line."""
    value = resolve1(_inherited(annotation, "V")) or resolve1(annotation.get("Contents"))
    values = value if isinstance(value, list) else [value]
    said = (decode_text(one) for one in map(resolve1, values) if isinstance(one, bytes))
    return " ".join(" ".join(said).split())[:_MAX_LENGTH]


def _inherited(field: Mapping[str, Any], name: str) -> Any:
    """An attribute of a field, or of the fields that it is a part of."""
    for _ in range(_MAX_DEPTH):
        if name in field:
            return resolve1(field[name])
        parent = resolve1(field.get("Parent"))
        if not isinstance(parent, dict):
            return None
        field = parent
    return None


def _page_matrix(page: PDFPage) -> _Matrix:
    """From a page's own points to those of its glyphs, as `PDFPageInterpreter.process_page` has it."""
    x0, y0, x1, y1 = page.mediabox
    return {
        90: (0, -1, 1, 0, -y0, x1),
        180: (-1, 0, 0, -1, x1, y1),
        270: (0, 1, -1, 0, y1, -x0),
    }.get(page.rotate, (1, 0, 0, 1, -x0, -y0))


def _name(value: Any) -> str:
    literal = resolve1(value)
    return str(literal.name) if isinstance(literal, PSLiteral) and isinstance(literal.name, str) else ""


def _integer(value: Any) -> int:
    number = resolve1(value)
    return number if isinstance(number, int) else 0
