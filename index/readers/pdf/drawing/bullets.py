"""Bullets that are drawn as shapes, as browsers draw them: small discs, circles and squares before lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from index.readers.pdf.glyphs import Glyph

# In points.
_MIN_SIDE: Final = 1.5
_MAX_SIDE: Final = 9.0
_ALIGNED: Final = 1.0
# More are a drawing.
_MAX_MARKS: Final = 300
_MAX_COMPARED: Final = 1_000_000
_NEARLY_SQUARE: Final = 0.8
# In multiples of the font size: the height of a bullet's middle above the baseline, its distance to its line,
# and the room on its other side.
_MIN_RISE: Final = 0.1
_MAX_RISE: Final = 0.6
_MAX_GAP: Final = 2.5
_MIN_ROOM: Final = 3.0
_MIN_ITEMS: Final = 2


@dataclass(frozen=True)
class Mark:
    """A small shape.

    Attributes:
        text: the bullet that it looks like.
        left, right, low, high: its extent, in points.
    """

    text: str
    left: float
    right: float
    low: float
    high: float


def mark_of(shapes: str, points: Sequence[tuple[float, float]], *, is_filled: bool) -> Mark | None:
    """A path as a bullet; None if it is too large or too small, no disc, circle or filled square.

    An empty square may be a box to be ticked, whose tick is drawn apart.

    Args:
        shapes: the operators of the path: m, l, c, h, ...
        points: those that it goes through or is bent by.
        is_filled: whether it is filled.
    """
    is_round = shapes[:1] == "m" and shapes.count("c") >= 4 and set(shapes) <= set("mch")
    is_box = shapes.rstrip("h") in ("mlll", "mllll") and is_filled
    if not points or not (is_round or is_box):
        return None
    xs, ys = [x for x, _ in points], [y for _, y in points]
    left, right, low, high = min(xs), max(xs), min(ys), max(ys)
    sides = sorted((right - left, high - low))
    if sides[0] < max(_MIN_SIDE, _NEARLY_SQUARE * sides[1]) or sides[1] > _MAX_SIDE:
        return None
    return Mark("▪" if is_box else "•" if is_filled else "◦", left, right, low, high)


def bullets(marks: Sequence[Mark], glyphs: Sequence[Glyph]) -> Iterator[Glyph]:
    """Yields the marks that stand before lines, two at least one below the other, as glyphs of these lines.

    Args:
        marks: of a page.
        glyphs: of the page, upright ones.
    """
    if not _MIN_ITEMS <= len(marks) <= _MAX_MARKS or len(marks) * len(glyphs) > _MAX_COMPARED:
        return
    ink = [glyph for glyph in glyphs if not glyph.is_blank]
    found = [(mark, glyph) for mark in marks if (glyph := _begun(mark, ink)) is not None]
    for mark, glyph in found:
        alike = sum(abs(other.left - mark.left) <= _ALIGNED for other, _ in found)
        if alike >= _MIN_ITEMS:
            yield Glyph(mark.text, mark.left, mark.right, glyph.baseline, glyph.size)


def _begun(mark: Mark, ink: Sequence[Glyph]) -> Glyph | None:
    """The nearest glyph of the line that a mark stands before, to its right or left; None without one."""
    middle = (mark.low + mark.high) / 2
    line = [g for g in ink if _MIN_RISE * g.size <= middle - g.baseline <= _MAX_RISE * g.size]
    after = min((g for g in line if g.left >= mark.right), key=lambda g: g.left, default=None)
    before = max((g for g in line if g.right <= mark.left), key=lambda g: g.right, default=None)
    to_right = after.left - mark.right if after else float("inf")
    to_left = mark.left - before.right if before else float("inf")
    nearest, gap, room = (after, to_right, to_left) if to_right <= to_left else (before, to_left, to_right)
    if nearest is None or gap > _MAX_GAP * nearest.size or room < _MIN_ROOM * nearest.size:
        return None
    return nearest
