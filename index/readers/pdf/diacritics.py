"""Tashkeel that a page shows as glyphs of its own -> part of the letters that it belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from index.readers.pdf.glyphs import Glyph

# Glyphs before and after a mark among which its letter is looked for.
_NEAR: Final = 12
# In parts of the font's size.
_FARTHEST: Final = 1.0
_BESIDE: Final = 0.6
# Of the marks: as many have to be nearest to the letter before them, or after, for all to belong to that.
_MOST: Final = 0.8
_SHADDA: Final = "\u0651"


def with_marks(glyphs: Sequence[Glyph]) -> list[Glyph]:
    """The glyphs of a page with marks joined to letters.

    By place; but narrow letters have marks that reach over their neighbours. Since a program draws a mark
    always before its letter or always after it, the order of drawing decides where most places agree.

    Args:
        glyphs: in the order in which they are drawn.
    """
    nearest: dict[int, int] = {}
    for place, glyph in enumerate(glyphs):
        if glyph.is_mark:
            letters = [
                i
                for i in range(max(place - _NEAR, 0), min(place + _NEAR + 1, len(glyphs)))
                if _is_letter(glyphs[i]) and _away(glyph, glyphs[i]) <= _FARTHEST * glyph.size
            ]
            if letters:
                middles = {i: abs(glyphs[i].middle - glyph.middle) for i in letters}
                nearest[place] = min(letters, key=lambda i: (_away(glyph, glyphs[i]), middles[i]))
    owners = nearest
    for step in (1, -1):
        neighbours = {mark: _neighbour(glyphs, mark, step) for mark in nearest}
        agreeing = sum(neighbours[mark] == owner for mark, owner in nearest.items())
        if agreeing >= _MOST * len(nearest):
            owners = nearest | {mark: own for mark, own in neighbours.items() if own is not None}
            break
    marks: dict[int, str] = {}
    for mark, owner in owners.items():
        marks[owner] = marks.get(owner, "") + glyphs[mark].text
    return [
        replace(glyph, text=glyph.text + _as_typed(marks[place])) if place in marks else glyph
        for place, glyph in enumerate(glyphs)
        if not glyph.is_mark
    ]


def _neighbour(glyphs: Sequence[Glyph], mark: int, step: int) -> int | None:
    """The letter that is drawn next after a mark, or last before it, if it stands beside it."""
    place = mark + step
    while 0 <= place < len(glyphs) and glyphs[place].is_mark:
        place += step
    if not (0 <= place < len(glyphs) and _is_letter(glyphs[place])):
        return None
    return place if _away(glyphs[mark], glyphs[place]) <= _BESIDE * glyphs[mark].size else None


def _is_letter(glyph: Glyph) -> bool:
    return any(map(str.isalpha, glyph.text))


def _away(mark: Glyph, letter: Glyph) -> float:
    """How far a mark is from a letter: along the line, and as much again if they are on different lines."""
    height = abs(mark.baseline - letter.baseline)
    return letter.distance(mark.middle) + (height if height > _BESIDE * mark.size else 0.0)


def _as_typed(marks: str) -> str:
    """Marks of one letter in the order in which people type them: a shadda comes first."""
    return "".join(sorted(marks, key=lambda c: c != _SHADDA))
