"""Reads dates in digits, months, and ordinals, which are days and centuries beside them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import regex

from index.text.numerals.vocabulary import (
    ABBREVIATED,
    AMBIGUOUS,
    BEFORE_MONTHS,
    CALENDARS,
    ENGLISH_ARTICLES,
    ENGLISH_PAIRS,
    LIBYAN_MONTHS,
    MONTH_OF,
    MONTH_OF_PAIR,
    ORDINAL,
    ORDINAL_TENS,
    Calendar,
)
from index.text.numerals.words import Quantity, Words

DAY: Final = regex.compile(r"(\d{1,2})(?:st|nd|rd|th)")
DATE_SEPARATORS: Final = frozenset("/-.")
# Years of two digits from it on are of the twentieth century, as in spreadsheets.
_CENTURY_BEGINS: Final = 30
_HIJRI_YEARS: Final = range(1300, 1500)
_MONTHS_PER_YEAR: Final = 12
_DAYS_PER_MONTH: Final = 31
_LONG_ALEFS: Final = ("آ", "ا\u0653")
_CENTURY: Final = frozenset(("century", "centuries"))
_OF: Final = frozenset(("من", "شهر", "of", "the"))


def read_date(text: Words, at: int) -> Sequence[Quantity]:
    """A date in digits: 14/1/2009, 2009-01-14, 14.1.2009, 14/1/09."""
    parts = [text[at], text[at + 1], text[at + 2]]
    separator = text.gap(at)
    if (
        separator not in DATE_SEPARATORS
        or text.gap(at + 1) != separator
        or not all(map(str.isdecimal, parts))
    ):
        return []
    lengths = [len(part) for part in parts]
    is_short = separator == "/" and lengths[2] == 2 and max(lengths) == 2 and text.gap(at + 2) != "/"
    order = _date_order([*lengths[:2], 4] if is_short else lengths, [int(part) for part in parts])
    if order is None:
        return []
    day, month, year = order
    number = int(parts[year])
    if is_short:
        number += 1400 if text[at + 3] == "ه" else 2000 if number < _CENTURY_BEGINS else 1900
    calendar: Calendar = "hijri" if number in _HIJRI_YEARS or text[at + 3] == "ه" else "sun"
    terms = {day: str(int(parts[day])), month: CALENDARS[calendar][int(parts[month]) - 1], year: str(number)}
    return [Quantity(at + i, at + i + 1, terms[i]) for i in range(3)]


def _date_order(lengths: Sequence[int], parts: Sequence[int]) -> tuple[int, int, int] | None:
    """The places of day, month and year: the day first where it can't be told; None if it isn't a date."""
    year = next((place for place in (2, 0) if lengths[place] == 4), None)
    if year is None or lengths[1] > 2:
        return None
    orders = ((0, 1, 2), (1, 0, 2)) if year else ((2, 1, 0),)
    return next(
        (
            (day, month, year)
            for day, month, year in orders
            if 1 <= parts[day] <= _DAYS_PER_MONTH and 1 <= parts[month] <= _MONTHS_PER_YEAR
        ),
        None,
    )


def read_month(text: Words, at: int) -> Quantity | None:
    """The month that begins at a word."""
    word = text[at]
    if (term := MONTH_OF_PAIR.get((word, text[at + 1]))) and text.are_together(at):
        if not text[at + 1].isdecimal():
            return Quantity(at, at + 2, term)
        if not text.gap(at) and (is_day_or_year(text[at - 1]) or is_day_or_year(text[at + 2])):
            return Quantity(at, at + 2, term)
    if pair := _rarer_month(text, at):
        return pair
    beside = text[at - 1], text[at + 1]
    if term := ABBREVIATED.get(word):
        return Quantity(at, at + 1, term) if any(is_day_or_year(other) for other in beside) else None
    term = MONTH_OF.get(word)
    if term and word.endswith(AMBIGUOUS) and not _is_month(text, at, beside):
        return None
    return Quantity(at, at + 1, term) if term else None


def _rarer_month(text: Words, at: int) -> Quantity | None:
    """A Hijri month of several English words, or a Libyan month between its day and its year."""
    second = at + 1 + (text[at + 1] in ENGLISH_ARTICLES)
    if term := ENGLISH_PAIRS.get((text[at], text[second])):
        is_near = not "".join(text.gap(place) for place in range(at, second)).strip(" -'\u2019")
        # Rabi I
        is_certain = (
            text[second] not in ("i", "ii") or text[at - 1].isdecimal() or text[second + 1].isdecimal()
        )
        return Quantity(at, second + 1, term) if is_near and is_certain else None
    is_first = (text[at], text[at + 1]) == ("اي", "النار")
    term, end = ("januari", at + 2) if is_first else (LIBYAN_MONTHS.get(text[at]), at + 1)
    is_dated = is_day_or_year(text[at - 1]) and len(text[end]) == 4 and text[end].isdecimal()
    return Quantity(at, end, term) if term and is_dated else None


def _is_month(text: Words, at: int, beside: tuple[str, str]) -> bool:
    """Whether a word that may be a month is one, by its spelling or by a number or «شهر» beside it."""
    if text[at].endswith("اب") and any(letter in text.written[at] for letter in _LONG_ALEFS):
        return True
    is_beside_number = any(map(is_day_or_year, beside))
    if text[at] not in AMBIGUOUS:
        # Not باب; but بنيسان, and ونيسان after a month or beside a number.
        is_month = text[at][0] == "ب" or is_beside_number or beside[0] in MONTH_OF
        return is_month and not text[at].endswith("اب")
    is_after = beside[0] == "شهر" or (text[at] != "اب" and beside[0] in BEFORE_MONTHS)
    return is_after or is_beside_number


def is_day_or_year(word: str) -> bool:
    """Whether a word beside a month may be its day or year."""
    return word.isdecimal() or DAY.fullmatch(word) is not None or word in ORDINAL


def _after_of(text: Words, at: int) -> int:
    """The place after «من», «شهر», "of" and "the"."""
    while text[at] in _OF:
        at += 1
    return at


def is_dated(text: Words, first: int, end: int) -> bool:
    """Whether an ordinal is a day or a century: «من آذار», "March the", «القرن», "century" are beside it."""
    before = first - 1 if text[first - 1] != "the" else first - 2
    is_century = text[first - 1].endswith("قرن") or text[end] in _CENTURY
    is_after_month = text[first].isascii() and read_month(text, before) is not None
    return is_century or is_after_month or read_month(text, _after_of(text, end)) is not None


def read_ordinal(text: Words, at: int) -> Quantity:
    """The ordinal that begins at a word: «الرابع عشر», "the first"."""
    day, end = ORDINAL[text[at]], at + 1
    if tens := ORDINAL_TENS.get(text[end]):
        day, end = day + tens, end + 1
    return Quantity(at, end, str(day))
