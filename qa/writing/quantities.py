"""Numbers, months and days of the week in a text: the same values in every script and in words.

"1,897", «١٨٩٧» and «ألف وثمانمئة وسبعة وتسعون» are one value; so are "3 million" and 3000000, "May" and
«أيّار», "the third" and «الثالث».
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import regex

from index.text.analyzer import normalise


@dataclass(frozen=True)
class Quantity:
    """A number, a month or a day of the week.

    Attributes:
        start, end: its span in the text.
        readings: the values that it may have, such as "1500", "0.5", "month 3" or "day 1".
        is_certain: whether it surely is one: "one", "may" and a dual say a number only by the way.
    """

    start: int
    end: int
    readings: frozenset[str]
    is_certain: bool = True


@dataclass(frozen=True)
class _Token:
    text: str
    start: int
    end: int


@dataclass(frozen=True)
class _Word:
    """What a number word does: add its value, or multiply by it."""

    value: Decimal
    is_scale: bool = False
    is_certain: bool = True


def _plain(word: str) -> str:
    return normalise(word).text


_ONES: Final = {
    0: "zero صفر",
    1: "one واحد واحدة إحدى أحد",
    2: "two اثنان اثنين اثنتان اثنتين اثنا اثني اثنتا اثنتي إثنان",
    3: "three ثلاث ثلاثة",
    4: "four أربع أربعة",
    5: "five خمس خمسة",
    6: "six ست ستة",
    7: "seven سبع سبعة",
    8: "eight ثمان ثماني ثمانية",
    9: "nine تسع تسعة",
    10: "ten عشر عشرة",
    11: "eleven",
    12: "twelve dozen دزينة",
    13: "thirteen",
    14: "fourteen",
    15: "fifteen",
    16: "sixteen",
    17: "seventeen",
    18: "eighteen",
    19: "nineteen",
    20: "twenty عشرون عشرين",
    30: "thirty ثلاثون ثلاثين",
    40: "forty أربعون أربعين",
    50: "fifty خمسون خمسين",
    60: "sixty ستون ستين",
    70: "seventy سبعون سبعين",
    80: "eighty ثمانون ثمانين",
    90: "ninety تسعون تسعين",
    200: "مئتان مئتين مائتان مائتين مئتا مئتي مائتا مائتي",
    2000: "ألفان ألفين ألفا ألفي",
    2_000_000: "مليونان مليونين",
    2_000_000_000: "ملياران مليارين",
}
_ORDINALS: Final = {
    1: "first أول أولى",
    2: "second ثان ثاني",
    3: "third ثالث ثالثة",
    4: "fourth رابع رابعة",
    5: "fifth خامس خامسة",
    6: "sixth سادس سادسة",
    7: "seventh سابع سابعة",
    8: "eighth ثامن ثامنة",
    9: "ninth تاسع تاسعة",
    10: "tenth عاشر عاشرة",
    11: "eleventh",
    12: "twelfth",
    13: "thirteenth",
    14: "fourteenth",
    15: "fifteenth",
    16: "sixteenth",
    17: "seventeenth",
    18: "eighteenth",
    19: "nineteenth",
    20: "twentieth",
    30: "thirtieth",
}
_SCALES: Final = {
    100: "hundred hundreds مئة مائة مئات مية",
    1000: "thousand thousands ألف آلاف",
    10**6: "million millions مليون ملايين",
    10**9: "billion billions مليار مليارات بليون",
    10**12: "trillion trillions تريليون",
}
_PARTS: Final = {"0.5": "half نصف", "0.25": "ربع", "0.33": "ثلث"}
_UNCERTAIN: Final = frozenset(map(_plain, ("one", "واحد", "واحدة", "إحدى", "أحد", "second", "ثانية", "ست")))
_HUNDREDS: Final = ("مئة", "مائة")
_COUNTED_HUNDREDS: Final = {
    3: "ثلاث", 4: "أربع", 5: "خمس", 6: "ست", 7: "سبع", 8: "ثمان ثماني", 9: "تسع",
}  # fmt: skip

_MONTHS: Final = (
    "january jan يناير|كانون الثاني|جانفي",
    "february feb فبراير|شباط|فيفري",
    "march mar مارس|آذار",
    "april apr أبريل|نيسان|إبريل|أفريل",
    "may مايو|أيار",
    "june jun يونيو|حزيران|يونيه|جوان",
    "july jul يوليو|تموز|يوليه|جويلية",
    "august aug أغسطس|آب|غشت",
    "september sept sep سبتمبر|أيلول|شتنبر",
    "october oct أكتوبر|تشرين الأول",
    "november nov نوفمبر|تشرين الثاني|نونبر",
    "december dec ديسمبر|كانون الأول|دجنبر",
)
# Months that are words of another meaning too: they count beside a number or "month".
_AMBIGUOUS: Final = frozenset(
    map(_plain, ("march", "mar", "may", "jan", "sep", "dec", "مارس", "آب", "august"))
)
_DAYS: Final = (
    "monday الاثنين|الإثنين",
    "tuesday الثلاثاء",
    "wednesday الأربعاء",
    "thursday الخميس",
    "friday الجمعة",
    "saturday السبت",
    "sunday الأحد",
)
_BESIDE: Final = frozenset(map(_plain, ("month", "شهر", "of", "in", "من", "في", "since", "منذ")))
# Duals of what is counted most.
_DUALS: Final = regex.compile(
    "[وفبل]?(?:ال)?(?:عام|يوم|شهر|اسبوع|قرن|عقد|سنت|ساعت|مرت|دقيقت|ليلت|متر|كيلومتر|طن|نصف|ضعف)(?:ان|ين|ا|ي)"
)
_LOOSE_DUAL: Final = regex.compile(r"\p{Arabic}{3,}(?:تان|تين|ان)")

_TOKENS: Final = regex.compile(r"(?V1)\d+(?:[.,٫٬']\d+)*|[\p{L}--\p{Nd}]+|[/\-–]")
_DATE: Final = regex.compile(r"(?<!\d)(\d{1,4})[/.\-–](\d{1,2})[/.\-–](\d{1,4})(?!\d)")
_CLITICS: Final = ("وال", "بال", "فال", "كال", "لل", "ال", "و", "ف", "ب", "ل", "ك")
_AND: Final = frozenset(("and", "-", "–"))
_HUNDRED: Final = 100
_TEN: Final = 10


def _table() -> dict[str, _Word]:
    table: dict[str, _Word] = {}
    for scale, names in _SCALES.items():
        table |= {_plain(name): _Word(Decimal(scale), is_scale=True) for name in names.split()}
    for group in (_ONES, _ORDINALS):
        for number, names in group.items():
            for name in map(_plain, names.split()):
                table[name] = _Word(Decimal(number), is_certain=name not in _UNCERTAIN)
    for part, names in _PARTS.items():
        table |= {_plain(name): _Word(Decimal(part), is_certain=False) for name in names.split()}
    for count, names in _COUNTED_HUNDREDS.items():
        for name in names.split():
            table |= {_plain(name + hundred): _Word(Decimal(count * 100)) for hundred in _HUNDREDS}
    return table


def _calendar(rows: Sequence[str], kind: str) -> dict[str, str]:
    return {
        _plain(name): f"{kind} {number}"
        for number, row in enumerate(rows, 1)
        for name in regex.split(r"\|| (?=[a-z])|(?<=[a-z]) ", row)
    }


_WORDS: Final = _table()
_NAMED: Final = _calendar(_MONTHS, "month") | _calendar(_DAYS, "day")


def quantities(text: str) -> list[Quantity]:
    """The numbers, months and days of the week of a text, in order."""
    normalised = normalise(text)
    tokens = [_Token(match.group(), *match.span()) for match in _TOKENS.finditer(normalised.text)]
    named = list(_named(tokens))
    # The second part of «تشرين الثاني» is no number.
    rest = [token for token in tokens if not any(one.start <= token.start < one.end for one in named)]
    found = [*named, *_numbers(rest), *_duals(rest), *_months_of_dates(normalised.text)]
    origins = normalised.origins
    return sorted(
        (
            Quantity(origins[one.start], origins[one.end - 1] + 1, one.readings, one.is_certain)
            for one in found
        ),
        key=lambda one: one.start,
    )


def values(texts: Iterable[str]) -> frozenset[str]:
    """All readings of all quantities of some texts."""
    return frozenset(
        reading for text in texts for quantity in quantities(text) for reading in quantity.readings
    )


def _named(tokens: Sequence[_Token]) -> Iterator[Quantity]:
    """Months and days."""
    for i, token in enumerate(tokens):
        for size in (2, 1):
            name = " ".join(one.text for one in tokens[i : i + size])
            form = next((form for form in _forms(name) if form in _NAMED), None)
            if form in _AMBIGUOUS and name.removesuffix(form or "").endswith("ال"):
                form = None  # «الأب» is the father, «آب» the month
            if form is not None and len(tokens[i : i + size]) == size:
                around = [*tokens[max(i - 1, 0) : i], *tokens[i + size : i + size + 1]]
                beside = any(one.text[0].isdecimal() or one.text in _BESIDE for one in around)
                certain = form not in _AMBIGUOUS or any(one.text[0].isdecimal() for one in around)
                if certain or beside:
                    yield Quantity(token.start, tokens[i + size - 1].end, frozenset((_NAMED[form],)), certain)
                break


def _forms(word: str) -> list[str]:
    return [word, *(word.removeprefix(clitic) for clitic in _CLITICS if word.startswith(clitic))]


def _word(token: _Token) -> _Word | None:
    return next((_WORDS[form] for form in _forms(token.text) if form in _WORDS), None)


def _numbers(tokens: Sequence[_Token]) -> Iterator[Quantity]:
    """Numbers in digits and in words."""
    i = 0
    while i < len(tokens):
        token = tokens[i]
        if token.text[0].isdecimal():
            numbers, i = _digits(token.text), i + 1
            end, scaled = token.end, Decimal(1)
            while i < len(tokens) and (scale := _word(tokens[i])) is not None and scale.is_scale:
                scaled *= scale.value
                end, i = tokens[i].end, i + 1
            for readings in numbers:
                yield Quantity(token.start, end, frozenset(_canonical(one * scaled) for one in readings))
        elif _word(token) is not None:
            value, certain, last = _spelt(tokens, i)
            yield Quantity(token.start, tokens[last].end, frozenset((_canonical(value),)), certain)
            i = last + 1
        else:
            i += 1


def _spelt(tokens: Sequence[_Token], first: int) -> tuple[Decimal, bool, int]:
    """The number in words that begins at a token: its value, whether it surely is one, its last token."""
    total, current, last = Decimal(0), Decimal(0), first
    certain, i = False, first
    while i < len(tokens):
        word = _word(tokens[i])
        if word is None:
            if tokens[i].text in _AND and i > first and i + 1 < len(tokens) and _word(tokens[i + 1]):
                i += 1
                continue
            break
        if i > first and not _goes_on(current, word) and not _is_year(current, word):
            break
        if word.is_scale and word.value == _HUNDRED:
            current = max(current, Decimal(1)) * _HUNDRED
        elif i > first and _is_year(current, word):
            current = current * _HUNDRED + word.value
        elif word.is_scale:
            total, current = total + max(current, Decimal(1)) * word.value, Decimal(0)
        else:
            current += word.value
        certain = certain or word.is_certain or i > first
        last, i = i, i + 1
    return total + current, certain, last


def _is_year(current: Decimal, word: _Word) -> bool:
    """Whether a number word is the second part of a year: nineteen eighty-four."""
    return 2 * _TEN > current > _TEN <= word.value < _HUNDRED and not word.is_scale


def _goes_on(current: Decimal, word: _Word) -> bool:
    """Whether a number word continues the number before it."""
    if word.is_scale:
        return word.value > _HUNDRED or 0 < current < _HUNDRED
    rest = current % _HUNDRED
    if rest == 0:
        return current == 0 or word.value < _HUNDRED <= current
    if word.value < _TEN:
        return rest >= 2 * _TEN and rest % _TEN == 0
    # Arabic says the ones before the tens.
    return rest < _TEN and word.value % _TEN == 0 and 0 < word.value < _HUNDRED


def _digits(text: str) -> list[set[Decimal]]:
    """The numbers that digits say, each with its readings.

    The same separator parts thousands in one country and decimals in another; a date has several numbers.
    """
    groups, marks = regex.split(r"[.,٫٬']", text), regex.findall(r"[.,٫٬']", text)
    if not marks:
        return [{Decimal(text)}]
    readings = set()
    if len(groups[0]) <= 3 and all(len(group) == 3 for group in groups[1:]) and "٫" not in marks:
        readings.add(Decimal("".join(groups)))
    if (len(marks) == 1 or marks[-1] not in marks[:-1]) and marks[-1] not in "٬'":
        readings.add(Decimal(f"{''.join(groups[:-1])}.{groups[-1]}"))
    return [readings] if readings else [{Decimal(group)} for group in groups]


def _duals(tokens: Sequence[_Token]) -> Iterator[Quantity]:
    for token in tokens:
        is_dual = _DUALS.fullmatch(token.text) or _LOOSE_DUAL.fullmatch(token.text)
        if is_dual and _word(token) is None:
            yield Quantity(token.start, token.end, frozenset(("2",)), False)


def _months_of_dates(text: str) -> Iterator[Quantity]:
    for match in _DATE.finditer(text):
        for number in (1, 2):
            if 1 <= int(match[number]) <= len(_MONTHS):
                month = frozenset((f"month {int(match[number])}",))
                yield Quantity(*match.span(number), month, False)


def _canonical(value: Decimal) -> str:
    return f"{value.normalize():f}"
