"""The numbers, months and days that are one term of the analyzer, however they are written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from index.text.numerals.dates import is_dated, read_date, read_month, read_ordinal
from index.text.numerals.numbers import is_number, read_digits, read_number
from index.text.numerals.vocabulary import (
    ABBREVIATED,
    AND,
    CALENDARS,
    ENGLISH_PAIRS,
    LIBYAN_MONTHS,
    MONTH_OF,
    MONTH_OF_PAIR,
    MONTHS,
    NUMERALS,
    ORDINAL,
    PAIRS,
    READ_AS,
)
from index.text.numerals.words import Quantity, Words, found_in
from index.text.unit_numbers import may_begin, unit_number

# Single words for numbers up to the first and from the second on stay words.
_WORDS_BELOW: Final = 10
_WORDS_FROM: Final = 1000
_INTERESTING: Final = frozenset(
    [
        *(*NUMERALS, *MONTH_OF, *ABBREVIATED, *ORDINAL, *LIBYAN_MONTHS, "اي"),
        *(first for first, _ in (*MONTH_OF_PAIR, *ENGLISH_PAIRS)),
    ]
)


def quantities(words: Sequence[str], written: Sequence[str], between: Sequence[str]) -> Iterator[Quantity]:
    """The numbers and parts of dates in a text, in order and without overlaps.

    Args:
        words: the text's words in normalised spelling.
        written: the same words as they are written.
        between: the text between each word and the next.
    """
    return found_in(words, written, between, _at)


def one_form(quantity: Quantity, words: Sequence[str]) -> str | None:
    """The standard form of a number or an Arabic month; None if it keeps its written form.

    «سبعمئة» becomes 700 and «كانون الثاني» as «يناير», while «ثلاثة» and «ألف» stay words.

    Args:
        quantity: the number or month.
        words: the words that it is written in.
    """
    if not quantity.term.isdecimal():
        name = None if words[0].isascii() else READ_AS.get(quantity.term)
        return None if name is None else _proclitic(words[0], quantity.term) + name
    if words[0].isdecimal():
        # Not 5 ملايين.
        return quantity.term if len(words) > 1 and words[-1].isdecimal() else None
    # «حرب الثلاثين عاما» is a name.
    is_plain = any(word not in AND and (word not in NUMERALS or NUMERALS[word].definite) for word in words)
    is_word = len(words) == 1 and not _WORDS_BELOW < int(quantity.term) < _WORDS_FROM
    return None if is_plain or is_word else quantity.term


def _proclitic(word: str, month: str) -> str:
    """The clitic attached to the first word of a month's name."""
    pairs = " ".join(first for term, first, _ in PAIRS if term == month)
    names = (*MONTHS.get(month, ()), *pairs.split())
    return min((word.removesuffix(name) for name in names if word.endswith(name)), key=len, default="")


def is_quantity(term: str) -> bool:
    """Whether one of the analyzer's terms is a number or a month."""
    return term.isdecimal() or term in MONTHS or term in CALENDARS["hijri"]


def _at(text: Words, at: int) -> Sequence[Quantity]:
    word = text[at]
    if may_begin(word) and (unit := unit_number(text.words, text.written, text.between, at)):
        return [Quantity(unit.first, unit.end, unit.number)]
    if word not in _INTERESTING and not word[0].isdecimal():
        return []
    if word[0].isdecimal():
        return read_date(text, at) or read_digits(text, at)
    if month := read_month(text, at):
        return [month]
    if word in ORDINAL and is_dated(text, at, (day := read_ordinal(text, at)).end):
        return [day]
    if word in NUMERALS and (number := read_number(text, at)) and is_number(text, number):
        return [number]
    return []
