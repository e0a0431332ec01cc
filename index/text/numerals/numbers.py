"""Reads numbers in digits and in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from index.text.numerals.dates import DATE_SEPARATORS, DAY, is_dated
from index.text.numerals.vocabulary import (
    ABBREVIATED,
    AND,
    MONTH_OF,
    MONTH_OF_PAIR,
    NUMERALS,
    ORDINAL,
    PLURALS,
    TEN,
    Numeral,
)
from index.text.numerals.words import Quantity, Words

GROUP: Final = 3
"""Digits between the marks of thousands."""
THOUSANDS: Final = frozenset(",٬،'’\u00a0\u202f\u2009")
"""Marks of thousands."""
_MONTH_NAMES: Final = frozenset((*MONTH_OF, *ABBREVIATED, *(second for _, second in MONTH_OF_PAIR)))


def read_digits(text: Words, at: int) -> Sequence[Quantity]:
    """A number in digits, its thousands together, or times a word such as «ملايين»; a day such as "14th"."""
    word = text[at]
    if not word.isdecimal():
        day = DAY.fullmatch(word)
        return [Quantity(at, at + 1, day[1])] if day and is_dated(text, at, at + 1) else []
    end, digits = at + 1, word
    if len(word) <= GROUP and not (at and text.gap(at - 1) in THOUSANDS and text[at - 1].isdecimal()):
        separator = text.gap(at)
        is_group = separator in THOUSANDS or (separator == "." and not word.startswith("0"))
        is_group = is_group or (separator == " " and _is_spaced(text, at))
        while is_group and text.gap(end - 1) == separator and _is_group(text[end]):
            digits += text[end]
            end += 1
    scale = NUMERALS.get(text[end])
    is_decimal = at > 0 and text.gap(at - 1) in DATE_SEPARATORS | {"٫"} and text[at - 1].isdecimal()
    if scale and scale.value >= 1000 and not scale.joined and text.are_together(end - 1) and not is_decimal:
        return [Quantity(at, end + 1, str(int(digits) * scale.value))]
    return [Quantity(at, end, digits)] if end > at + 1 else []


def _is_group(word: str) -> bool:
    return len(word) == GROUP and word.isdecimal()


def _is_spaced(text: Words, at: int) -> bool:
    """Whether a number's thousands stand apart by spaces, as in "31 450": not "1 200", nor "14 May 200"."""
    end = at + 1
    while _is_group(text[end]) and text.gap(end - 1) == " ":
        end += 1
    is_alone = not text[at - 1].isdecimal() and not (text[end].isdecimal() and text.gap(end - 1) == " ")
    is_of_date = at > 0 and text[at - 1] in _MONTH_NAMES
    is_large = len(text[at]) > 1 or text[at + 1] == "000"
    return is_alone and is_large and not is_of_date and not text[at].startswith("0")


def read_number(text: Words, at: int) -> Quantity | None:
    """The number in words that begins at a word."""
    first = NUMERALS[text[at]]
    if first.plural:
        return None
    sum_ = _Sum(0, first.value, first.value) if first.value < 1000 else _Sum(first.value, 0, first.value)
    end = at + 1
    while text.are_together(end - 1):
        is_joined = text[end] in AND
        numeral = NUMERALS.get(text[end + is_joined])
        more = numeral and sum_.plus(numeral, text[end + is_joined], is_joined or numeral.joined)
        if not more or (text[end].isascii() and not text[at].isascii()):
            break
        sum_, end = more, end + 1 + is_joined
    if (year := _ascending(text, end, sum_.value)) is not None:
        return Quantity(at, end + 2, str(year))
    day = _ordinal_unit(text, at, end, sum_) if text[at].isascii() else 0
    return Quantity(at, end + bool(day), str(sum_.value + day))


def _ascending(text: Words, at: int, value: int) -> int | None:
    """A year from its units on: «ست وخمسين وتسعمئة وألف»; `value` is that of the words before a place."""
    hundreds, thousands = NUMERALS.get(text[at]), NUMERALS.get(text[at + 1])
    if value >= 100 or hundreds is None or thousands is None or not (hundreds.joined and thousands.joined):
        return None
    is_year = hundreds.value in range(100, 1000, 100) and thousands.value in (1000, 2000)
    return value + hundreds.value + thousands.value if is_year else None


def _ordinal_unit(text: Words, first: int, end: int, sum_: _Sum) -> int:
    """The unit of "twenty-fifth" in a date; else 0."""
    unit = ORDINAL.get(text[end], 0)
    is_unit = 0 < unit < 10 and sum_.value in (20, 30) and text.are_together(end - 1)
    # A hyphen makes it one word: twenty-fifth.
    is_one = text.gap(end - 1) == "-" or is_dated(text, first, end + 1)
    return unit if is_unit and is_one else 0


def is_number(text: Words, number: Quantity) -> bool:
    """Whether number words are a number: not "one" alone, nor «الاثنين», nor «ألّف» (wrote)."""
    at, word, numeral = number.first, text[number.first], NUMERALS[text[number.first]]
    if number.end > at + 1:
        return True
    is_weekday = numeral.value == 2 and numeral.definite
    is_of_ordinal = word in TEN and text[at - 1] in ORDINAL
    if numeral.value == 1 or is_weekday or is_of_ordinal:
        return False
    if word.endswith("الف") and numeral.value == 1000:
        is_verb = text[at - 1] in ("من", "الذي", "التي", "ومن", "فمن") or text[at + 1].startswith("ال")
        return not is_verb and text.are_together(at)
    return True


@dataclass(frozen=True, slots=True)
class _Sum:
    """The value of some number words: thousands and millions, what follows them, and the last part."""

    thousands: int
    rest: int
    last: int

    @property
    def value(self) -> int:
        return self.thousands + self.rest

    def plus(self, numeral: Numeral, word: str, joined: bool) -> _Sum | None:
        """The sum with the next word; None if the word begins another number."""
        value = numeral.value
        if value >= 1000:
            return self._plus_scale(value, joined)
        if word in TEN:
            return self._with(10) if not joined and 0 < self.last < 10 else None
        # Not «خمسة بالمئة».
        if value == 100 and not joined and not numeral.definite and 0 < self.rest < 100:
            return _Sum(self.thousands, 100 * self.rest, 100)
        if word.isascii():
            return self._plus_english(value, joined)
        return self._with(value) if joined and self._takes(value) else None

    def _plus_scale(self, value: int, joined: bool) -> _Sum | None:
        if joined:
            return _Sum(self.value + value, 0, value) if value < self.last else None
        is_factor = self.rest and value in PLURALS
        return _Sum(self.thousands + self.rest * value, 0, value) if is_factor else None

    def _plus_english(self, value: int, joined: bool) -> _Sum | None:
        if not self.thousands and 10 <= self.rest <= 20 and 10 <= value < 100 and not joined:
            return _Sum(0, 100 * self.rest + value, value)  # nineteen fifty
        is_unit = self.last in range(20, 100, 10) and value < 10 and not joined
        return self._with(value) if is_unit or self._is_over(value) else None

    def _takes(self, value: int) -> bool:
        """Whether «و» may continue a number: tens after a unit, less after hundreds and thousands."""
        is_unit_and_tens = 0 < self.last < 10 and value in range(20, 100, 10)
        return is_unit_and_tens or self._is_over(value)

    def _is_over(self, value: int) -> bool:
        return self.last >= 100 and value < self.last and value < 1000

    def _with(self, value: int) -> _Sum:
        return _Sum(self.thousands, self.rest + value, value)
