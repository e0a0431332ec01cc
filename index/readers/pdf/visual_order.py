"""Conversion of lines from visual to logical order: the inverse of the bidirectional algorithm.

The inverse is ambiguous ("12 Debian" and "Debian 12" look the same between Arabic words); the reading in
which numbers follow the Latin words that they belong to is chosen.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import regex

OPENING: Final = "([{«‹"
CLOSING: Final = ")]}»›"
_MIRRORED: Final = str.maketrans(OPENING + CLOSING, CLOSING + OPENING)
# Alone or in words; excludes symbols that are typed as one character, such as ﷺ.
_PRESENTATION_FORM: Final = regex.compile(r"[\uFB00-\uFDF9\uFE70-\uFEFE]")
_RIGHT_TO_LEFT: Final = frozenset(("R", "AL"))
_STRONG: Final = frozenset(("L", *_RIGHT_TO_LEFT))
_DIGIT: Final = frozenset(("EN", "AN"))


@dataclass(frozen=True, slots=True)
class Sign:
    """The content of one position in a line.

    Attributes:
        text: its characters in logical order.
        is_as_typed: whether a bracket is the typed character rather than its mirrored form.
    """

    text: str
    is_as_typed: bool = False

    @property
    def direction(self) -> str:
        """The bidirectional class of its first non-mark character."""
        classes = (unicodedata.bidirectional(c) for c in self.text)
        return next((found for found in classes if found != "NSM"), "NSM")


def as_read(
    signs: Sequence[Sign], right_to_left: bool, mirrored: str = OPENING + CLOSING, before: str = ""
) -> str:
    """Converts a line to logical order.

    Args:
        signs: from left to right, including spaces.
        right_to_left: the direction of the line's paragraph.
        mirrored: the brackets that are stored in visual form in Arabic, and have to be mirrored.
        before: the line above in the same paragraph, in logical order.
    """
    return "".join(
        sign.text.translate(_MIRRORED) if is_turned and sign.text in mirrored else sign.text
        for sign, is_turned in reading_order(signs, right_to_left, mirrored, before)
    )


def reading_order(
    signs: Sequence[Sign], right_to_left: bool, mirrored: str = OPENING + CLOSING, before: str = ""
) -> list[tuple[Sign, bool]]:
    """The signs of a line in logical order, each with whether a bracket in its place is turned around.

    Args:
        signs: as for `as_read`.
        right_to_left: as for `as_read`.
        mirrored: as for `as_read`.
        before: as for `as_read`.
    """
    line = _Line(signs, mirrored, before)
    return line.right_to_left(0, len(signs)) if right_to_left else line.left_to_right()


def bracket_votes(signs: Sequence[Sign], right_to_left: bool) -> dict[str, int]:
    """Per kind of bracket, the number of occurrences that are plausible mirrored minus those plausible as is.

    Judged by spaces: an opening bracket follows one, a closing one doesn't.
    """
    votes: dict[str, int] = {}
    if right_to_left:
        text = f" {as_read(signs, right_to_left=True, mirrored='')} "
        for before, bracket, after in zip(text, text[1:], text[2:], strict=False):
            kind = next(
                (i for i, pair in enumerate(zip(OPENING, CLOSING, strict=True)) if bracket in pair), None
            )
            if kind is None or before.isspace() == after.isspace():
                continue
            makes_sense = before.isspace() == (bracket in OPENING)
            votes[OPENING[kind]] = votes.get(OPENING[kind], 0) + (-1 if makes_sense else 1)
    return votes


def letters_of_forms(text: str) -> str:
    """Replaces presentation forms and ligatures by letters."""
    return _PRESENTATION_FORM.sub(lambda form: unicodedata.normalize("NFKC", form[0]).strip(), text)


def is_right_to_left(texts: Iterable[str]) -> bool:
    """Whether most words are in a right-to-left script."""
    right = left = 0
    for word in " ".join(texts).split():
        first = next((unicodedata.bidirectional(c) for c in word if c.isalpha()), "")
        right += first in _RIGHT_TO_LEFT
        left += first == "L"
    return right > left


class _Line:
    def __init__(self, signs: Sequence[Sign], mirrored: str, before: str) -> None:
        self._signs = signs
        self._directions = [sign.direction for sign in signs]
        self._before = next(
            filter(_STRONG.__contains__, map(unicodedata.bidirectional, reversed(before))), ""
        )
        self._mirrored = mirrored

    def left_to_right(self) -> list[tuple[Sign, bool]]:
        parts: list[tuple[Sign, bool]] = []
        place = 0
        while place < len(self._signs):
            if self._directions[place] in _RIGHT_TO_LEFT:
                end = self._while(place, lambda i: self._directions[i] != "L")
                while self._directions[end - 1] not in _RIGHT_TO_LEFT:
                    end -= 1
                parts += self.right_to_left(place, end)
                place = end
            else:
                parts.append((self._signs[place], False))
                place += 1
        return parts

    def right_to_left(self, start: int, end: int) -> list[tuple[Sign, bool]]:
        parts: list[tuple[Sign, bool]] = []
        stop = end
        while end > start:
            run = self._run_start(start, end, stop)
            if run < end:
                parts.extend((sign, False) for sign in self._signs[run:end])
                end = run
            else:
                end -= 1
                parts.append((self._signs[end], not self._signs[end].is_as_typed))
        return parts

    def _run_start(self, start: int, end: int, stop: int) -> int:
        """The start of the left-to-right run that ends at `end`; `end` if there is none.

        The text read before it is at `end` to `stop`.
        """
        last = end - 1
        begin = last + 1
        while begin > start and self._directions[begin - 1] not in _RIGHT_TO_LEFT:
            begin -= 1
        latin = next((i for i in range(begin, end) if self._directions[i] == "L"), None)
        opening = self._opening(begin, last)
        if latin is not None and opening is not None and self._signs[last].text not in self._mirrored:
            return min(latin, opening)  # logical and visual form coincide: read from left to right
        ends = self._directions[last] in ("L", *_DIGIT) or (
            latin is not None and opening is not None and latin < opening
        )
        if latin is not None and ends:
            while latin > begin and self._directions[latin - 1] in _DIGIT:
                latin -= 1
            return latin
        before = (self._directions[i] for i in range(end, stop))
        is_after_arabic = next((d for d in before if d in _STRONG), self._before) == "AL"
        return self._arabic_number_start(begin, end) if is_after_arabic else self._number_start(begin, end)

    def _opening(self, begin: int, last: int) -> int | None:
        """The position of the bracket that matches the closing one at `last`, if any."""
        text = self._signs[last].text
        if not text or text not in CLOSING:
            return None
        opening = OPENING[CLOSING.index(text)]
        depth = 0
        for place in range(last, begin - 1, -1):
            depth += (self._signs[place].text == text) - (self._signs[place].text == opening)
            if depth == 0:
                return place
        return None

    def _arabic_number_start(self, start: int, end: int) -> int:
        """The same after Arabic letters, where signs and hyphens aren't part of a number (W2, W4 and W5)."""
        first = end
        while first > start and self._directions[first - 1] in _DIGIT:
            first -= 1
            is_separated = (
                first < end
                and first - 2 >= start
                and self._directions[first - 1] == "CS"
                and self._directions[first - 2] == self._directions[first]
                and not self._signs[first - 1].text.isspace()
            )
            first -= is_separated
        return first

    def _number_start(self, start: int, end: int) -> int:
        """The start of the number that ends at `end`, with separators and signs; `end` if there is none."""
        first = end
        if self._directions[end - 1] == "ET":  # 85%
            while first > start and self._directions[first - 1] == "ET":
                first -= 1
            if first == start or self._directions[first - 1] != "EN":
                return end
        while first > start:
            direction = self._directions[first - 1]
            if direction in _DIGIT:
                first -= 1
            elif (
                direction in ("CS", "ES")
                and first < end
                and first - 2 >= start
                and self._directions[first] == self._directions[first - 2]
                and (
                    self._directions[first] == "EN" or (direction == "CS" and self._directions[first] == "AN")
                )
                and not self._signs[first - 1].text.isspace()
            ):
                first -= 2
            else:
                break
        if first < end and self._directions[first] == "EN":
            while first > start and self._directions[first - 1] == "ET":
                first -= 1
        return first

    def _while(self, place: int, holds: Callable[[int], bool]) -> int:
        while place < len(self._signs) and holds(place):
            place += 1
        return place
