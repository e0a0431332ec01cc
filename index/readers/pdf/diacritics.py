"""Attaches tashkeel drawn as separate glyphs to the letters it belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from index.readers.pdf.glyphs import Glyph

# Number of glyphs before and after a mark that are searched for its letter.
_NEAR: Final = 12
# In multiples of the font size.
_FARTHEST: Final = 1.0
_BESIDE: Final = 0.6
# Share of marks nearest to the letter drawn before (or after) them for all to be attached that way. Less is
# enough if they are several times as many as those nearest to the other letter.
_MIN_SHARE: Final = 0.8
_MORE: Final = 0.55
_TIMES: Final = 3
_SHADDA: Final = "\u0651"


def with_marks(glyphs: Sequence[Glyph]) -> list[Glyph]:
    """Attaches the marks among a page's glyphs to letters.

    Marks are matched by position; but those of narrow letters overlap the neighbours. Since a program draws a
    mark either always before or always after its letter, the drawing order decides if most positions agree.

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
    neighbours = [{mark: _neighbour(glyphs, mark, step) for mark in nearest} for step in (1, -1)]
    agreeing = [sum(own[mark] == owner for mark, owner in nearest.items()) for own in neighbours]
    owners = nearest
    most = max(agreeing)
    if most >= (_MIN_SHARE if most < _TIMES * min(agreeing) else _MORE) * len(nearest):
        drawn = neighbours[agreeing.index(most)]
        owners = nearest | {mark: own for mark, own in drawn.items() if own is not None}
    marks: dict[int, str] = {}
    for mark, owner in owners.items():
        known = glyphs[owner].text + marks.get(owner, "")
        marks[owner] = marks.get(owner, "") + "".join(c for c in glyphs[mark].text if c not in known)
    return [
        replace(glyph, text=glyph.text + _as_typed(marks[place])) if place in marks else glyph
        for place, glyph in enumerate(glyphs)
        if not glyph.is_mark
    ]


def _neighbour(glyphs: Sequence[Glyph], mark: int, step: int) -> int | None:
    """The letter drawn next after a mark, or last before it, if it is adjacent on the page."""
    place = mark + step
    while 0 <= place < len(glyphs) and glyphs[place].is_mark:
        place += step
    if not (0 <= place < len(glyphs) and _is_letter(glyphs[place])):
        return None
    return place if _away(glyphs[mark], glyphs[place]) <= _BESIDE * glyphs[mark].size else None


def _is_letter(glyph: Glyph) -> bool:
    return any(map(str.isalpha, glyph.text))


def _away(mark: Glyph, letter: Glyph) -> float:
    """Distance of a mark from a letter: horizontal, plus vertical if they are on different lines."""
    height = abs(mark.baseline - letter.baseline)
    return letter.distance(mark.middle) + (height if height > _BESIDE * mark.size else 0.0)


def _as_typed(marks: str) -> str:
    """Sorts the marks of one letter into typing order: shadda first."""
    return "".join(sorted(marks, key=lambda c: c != _SHADDA))
