"""All numbers, ordinals, months and days of the week in a text, with their possible readings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

import regex

from index.text.numerals.dates import is_day_or_year, read_date, read_month, read_ordinal
from index.text.numerals.numbers import GROUP, THOUSANDS, is_number, read_number
from index.text.numerals.vocabulary import BEFORE_MONTHS, CLITICS, NUMERALS, ORDINAL, STEMS_OF_TENS
from index.text.numerals.words import Quantity, Words, found_in
from index.text.unit_numbers import may_begin, unit_number

# Words in normalised spelling.
_DAYS: Final[Mapping[str, str]] = {
    clitic + name: day
    for day, names in {
        "monday": "الاثنين", "tuesday": "الثلاثاء", "wednesday": "الاربعاء", "thursday": "الخميس",
        "friday": "الجمعه", "saturday": "السبت", "sunday": "الاحد",
    }.items()
    for name in (day, names)
    for clitic in (("",) if name.isascii() else ("", *CLITICS))
}  # fmt: skip
_PARTS: Final[Mapping[str, str]] = {
    "half": "0.5", "نصف": "0.5", "ونصف": "0.5", "ونصفا": "0.5", "ربع": "0.25", "وربع": "0.25",
    "ثلث": "0.33", "وثلث": "0.33", "ثلثا": "0.67", "ثلثي": "0.67", "thirds": "0.67",
    "twice": "2", "dozen": "12", "دزينه": "12",
}  # fmt: skip
_LOOSE: Final = frozenset(("one", "second", "واحد", "واحده", "احدي", "احد", "ثانيه", "ست"))
_LOOSE_MONTHS: Final = frozenset(("may", "march", "august", "مارس", "ومارس"))
_BEFORE_LOOSE: Final = BEFORE_MONTHS | {"من", "of", "in", "since", "until", "by", "last", "next", "early"}
_MARKS: Final = frozenset(".,٫" + "".join(THOUSANDS))
_DECADE: Final = regex.compile(rf"[وفبل]?(?:ال|لل)?((?:{'|'.join(STEMS_OF_TENS)})ين)ي?ات")
# Duals of what is counted most.
_DUALS: Final = regex.compile(
    "[وفبل]?(?:ال)?(?:عام|يوم|شهر|اسبوع|قرن|عقد|سنت|ساعت|مرت|دقيقت|ليلت|متر|كيلومتر|طن|نصف|ضعف)(?:ان|ين|ا|ي)"
    r"|\p{Arabic}{3,}(?:تان|تين|ان)"
)


@dataclass(frozen=True, slots=True)
class Stated(Quantity):
    """A number, a month or a day of the week in a text; `term` is its first reading.

    Attributes:
        others: its other readings: 1,500 is 1500 or 1.5.
        is_certain: whether it certainly is one, unlike "one", "may" and duals.
    """

    others: frozenset[str] = frozenset()
    is_certain: bool = True


def stated(words: Sequence[str], written: Sequence[str], between: Sequence[str]) -> Iterator[Stated]:
    """All numbers, ordinals, months and days in a text, in order and without overlaps.

    Args:
        words: the text's words in normalised spelling.
        written: the same words as they are written.
        between: the text between each word and the next.
    """
    return found_in(words, written, between, _stated_at)


def _stated_at(text: Words, at: int) -> Sequence[Stated]:
    word = text[at]
    if word[0].isdecimal():
        date = read_date(text, at)
        return [Stated(one.first, one.end, one.term) for one in date] if date else _figure(text, at)
    if may_begin(word) and (unit := unit_number(text.words, text.written, text.between, at)):
        return [Stated(unit.first, unit.end, unit.number)]
    if day := _DAYS.get(word):
        return [Stated(at, at + 1, day)]
    if month := read_month(text, at):
        return _stated_month(text, month)
    found, certain = None, True
    if word == "third" and text[at - 1] in ("a", "one"):
        return [Stated(at, at + 1, "0.33", is_certain=False)]
    if word in ORDINAL:
        found = read_ordinal(text, at)
        certain = found.end > at + 1 or word not in _LOOSE or text[at - 1] == "the"
    elif word in NUMERALS and (found := read_number(text, at)):
        is_hundredth = word.endswith(("الميه", "المايه", "للميه"))
        certain = is_number(text, found) and not is_hundredth and (word not in _LOOSE or found.end > at + 1)
    elif decade := _DECADE.fullmatch(word):
        found, certain = Quantity(at, at + 1, str(NUMERALS[decade[1]].value)), False
    elif word in _PARTS or _DUALS.fullmatch(word):
        found, certain = Quantity(at, at + 1, _PARTS.get(word, "2")), False
    return [_with_part(text, Stated(found.first, found.end, found.term, is_certain=certain))] if found else []


def _stated_month(text: Words, month: Quantity) -> Sequence[Stated]:
    """A month; "may", "march" and «مارس» are one beside a number, or after "in" with a capital."""
    at = month.first
    if text[at] in _LOOSE_MONTHS:
        beside = is_day_or_year(text[at - 1]) or is_day_or_year(text[month.end])
        named = text[at - 1] in _BEFORE_LOOSE and not text.written[at].islower()
        if not beside and (not named):
            return []
    return [Stated(at, month.end, month.term)]


def _figure(text: Words, at: int) -> Sequence[Stated]:
    """A number in digits, with its decimals, thousands and words such as "million".

    The same mark separates thousands in one country and decimals in another.
    """
    word, marks, end = text[at], "", at + 1
    groups = [word.removesuffix(word.lstrip("0123456789"))]
    while text[at].isdecimal() and text.gap(end - 1) in _MARKS and text[end].isdecimal():
        marks, end = marks + text.gap(end - 1), end + 1
        groups.append(text[end - 1])
    readings = _readings(groups, marks)
    if not readings:
        return [Stated(at + i, at + i + 1, _value(Decimal(group))) for i, group in enumerate(groups)]
    while (scale := NUMERALS.get(text[end])) and scale.value >= 100 and text.are_together(end - 1):
        if scale.joined or scale.definite:
            break
        readings, end = [reading * scale.value for reading in readings], end + 1
    term, *others = map(_value, readings)
    if word.endswith("0s"):
        others.append(word[-3:-1])  # the 1960s are the sixties
    return [_with_part(text, Stated(at, end, term, frozenset(others)))]


def _readings(groups: Sequence[str], marks: str) -> list[Decimal]:
    """The possible values of groups of digits: 1,500 is 1500 or 1.5; none if they aren't one number."""
    if not marks:
        return [Decimal(groups[0])]
    readings = []
    if len(groups[0]) <= GROUP and all(len(group) == GROUP for group in groups[1:]) and "٫" not in marks:
        readings.append(Decimal("".join(groups)))
    if marks.count(marks[-1]) == 1 and marks[-1] in ".,٫،":
        readings.append(Decimal(f"{''.join(groups[:-1])}.{groups[-1]}"))
    return readings


def _with_part(text: Words, number: Stated) -> Stated:
    """Adds the half or quarter after a number, or after what it counts: «سبعة دنانير ونصف»."""
    for at in (number.end, number.end + 1):
        is_part = text[at] in ("ونصف", "ونصفا", "وربع", "وثلث") and text.are_together(at - 1)
        is_english = (text[at], text[at + 1], text[at + 2]) == ("and", "a", "half")
        if number.is_certain and number.term.isdecimal() and (is_part or is_english):
            part = Decimal("0.5" if is_english else _PARTS[text[at]])
            end = number.end if at > number.end else at + (3 if is_english else 1)
            return replace(number, end=end, term=_value(Decimal(number.term) + part))
    return number


def _value(value: Decimal) -> str:
    return f"{value.normalize():f}"
