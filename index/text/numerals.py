"""Numbers and dates in one form, however they are written: digits, words, months of every tradition.

«ألف وتسعمئة وست وخمسين», "nineteen fifty-six" and ١٩٥٦ are "1956"; «كانون الثاني», «يناير», «جانفي» and
"January" are one term, the analyzer's own of the English name. A date in digits is its day, month and year.
Hijri months are other terms than those of the solar calendar.

`quantities` are those that become one term of the analyzer. `stated` is all that a text says of numbers,
ordinals, months and days of the week, for comparing what two texts say.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final, Literal

import regex

from index.text.unit_numbers import may_begin, unit_number

Calendar = Literal["sun", "hijri"]

# Names in normalised spelling (`index.text.analyzer.normalise`), the Arabic ones without clitics.
_MONTHS: Final[Mapping[str, str]] = {
    "januari": "يناير جانفي january جنفي",
    "februari": "فبراير شباط فيفري february فيفريي",
    "march": "مارس اذار مارت march",
    "april": "ابريل نيسان افريل april",
    "may": "مايو ايار ماي مايس may",
    "june": "يونيو يونيه حزيران جوان june",
    "juli": "يوليو يوليه تموز جويليه يوليوز july",
    "august": "اغسطس اب اوت غشت august اوغسطس",
    "septemb": "سبتمبر ايلول شتنبر september",
    "octob": "اكتوبر october اوكتوبر",
    "novemb": "نوفمبر نونبر november",
    "decemb": "ديسمبر دجنبر december",
    "muharram": "محرم muharram",
    "safar": "صفر safar",
    "rajab": "رجب rajab",
    "shaban": "شعبان shaban sha'ban shaaban sha'aban",
    "ramadan": "رمضان ramadan ramadhan ramazan",
    "shawwal": "شوال shawwal shawal",
    "dhualqada": "ذوالقعده ذيالقعده dhulqadah dhulqada",
    "dhualhijja": "ذوالحجه ذيالحجه dhulhijjah dhulhijja",
}
_FIRST: Final = "الاول اول الاولي اولي"
_SECOND: Final = "الثاني ثاني الثانيه ثانيه الاخر الاخره اخر اخره"
_PAIRS: Final = (
    ("januari", "كانون", "الثاني ثاني"),
    ("decemb", "كانون", "الاول اول"),
    ("octob", "تشرين", "الاول اول"),
    ("novemb", "تشرين", "الثاني ثاني"),
    ("rabialawwal", "ربيع", _FIRST),
    ("rabialthani", "ربيع", _SECOND),
    ("jumadaalula", "جمادي جماد", _FIRST),
    ("jumadaalthania", "جمادي جماد", _SECOND),
    ("dhualqada", "ذو ذي ذا", "القعده قعده"),
    ("dhualhijja", "ذو ذي ذا", "الحجه حجه"),
    # ك٢, ت١
    ("januari", "ك", "2"),
    ("decemb", "ك", "1"),
    ("octob", "ت", "1"),
    ("novemb", "ت", "2"),
)
# Rabi al-Awwal, Dhu'l-Hijja.
_ENGLISH_PAIRS: Final[Mapping[tuple[str, str], str]] = {
    (first, second): term
    for term, firsts, seconds in (
        ("rabialawwal", "rabi rabia rabee", "awwal awal i"),
        ("rabialthani", "rabi rabia rabee", "thani akhir akhar ii"),
        ("jumadaalula", "jumada jumadi jumaada", "ula oola awwal awal i"),
        ("jumadaalthania", "jumada jumadi jumaada", "thani thania thaniya thaniyah akhir akhira akhirah ii"),
        ("dhualqada", "dhu dhul dhu'l zul zu", "qada qadah qa'da qa'dah qi'da qi'dah qidah qaada"),
        ("dhualhijja", "dhu dhul dhu'l zul zu", "hijja hijjah hija hijah"),
    )
    for first in firsts.split()
    for second in seconds.split()
}
_ENGLISH_ARTICLES: Final = frozenset(("al", "ul", "el", "ath", "us"))
# Libya's months from 1969 on, which are other words beside anything but a day and a year.
_LIBYAN: Final[Mapping[str, str]] = dict(
    zip(
        (
            "النوار",
            "الربيع",
            "الطير",
            "الماء",
            "الصيف",
            "ناصر",
            "هانيبال",
            "الفاتح",
            "التمور",
            "الحرث",
            "الكانون",
        ),
        tuple(_MONTHS)[1:12],
        strict=True,
    )
)
_ABBREVIATED: Final[Mapping[str, str]] = {
    name: next(term for term in _MONTHS if term.startswith(name[:3]))
    for name in ("jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec")
}
_CALENDARS: Final[Mapping[Calendar, tuple[str, ...]]] = {
    "sun": tuple(_MONTHS)[:12],
    "hijri": (
        *("muharram", "safar", "rabialawwal", "rabialthani", "jumadaalula", "jumadaalthania"),
        *("rajab", "shaban", "ramadan", "shawwal", "dhualqada", "dhualhijja"),
    ),
}
# Months that are other words too: they need a number or one of the words that stand before months.
_AMBIGUOUS: Final = ("اب", "جوان", "صفر", "نيسان", "ماي", "مارت")
_BEFORE_MONTHS: Final = frozenset(
    ["شهر", "في", "منذ", "مطلع", "اوايل", "اواخر", "منتصف", "حتي", "بين", "خلال"]
)
# Not ك, which makes كميه of ميه.
_CLITICS: Final = ("و", "ف", "ب", "ل", "وب", "ول")

_NUMBERS: Final[Mapping[int, str]] = {
    1: "واحد واحده واحدا احد احدي one",
    2: "اثنان اثنين اثنتان اثنتين اثنا اثني اثنتا اثنتي اتنين two",
    3: "ثلاث ثلاثه ثلاثا تلات تلاته three",
    4: "اربع اربعه اربعا four",
    5: "خمس خمسه خمسا five",
    6: "ست سته ستا six",
    7: "سبع سبعه سبعا seven",
    8: "ثمان ثماني ثمانيه ثمانيا تمانيه تمنيه eight",
    9: "تسع تسعه تسعا nine",
    10: "عشر عشره عشرا ten",
    11: "eleven", 12: "twelve", 13: "thirteen", 14: "fourteen", 15: "fifteen", 16: "sixteen",
    17: "seventeen", 18: "eighteen", 19: "nineteen",
    20: "عشرون عشرين twenty",
    30: "ثلاثون ثلاثين تلاتين thirty",
    40: "اربعون اربعين forty fourty",
    50: "خمسون خمسين fifty",
    60: "ستون ستين sixty",
    70: "سبعون سبعين seventy",
    80: "ثمانون ثمانين تمانين eighty",
    90: "تسعون تسعين ninety",
    100: "ميه مايه hundred",
    200: "ميتان ميتين ميتا مايتان مايتين مايتا ميتي مايتي",
    1000: "الف الفا thousand",
    2000: "الفان الفين",
    1_000_000: "مليون مليونا million",
    2_000_000: "مليونان مليونين",
    1_000_000_000: "مليار مليارا بليون billion",
    2_000_000_000: "ملياران مليارين",
    10**12: "تريليون تريليونا trillion",
}  # fmt: skip
_HUNDREDS: Final = {
    3: "ثلاث ثلث تلت", 4: "اربع", 5: "خمس", 6: "ست", 7: "سبع", 8: "ثمان ثماني ثمن", 9: "تسع"
}  # fmt: skip
_PLURALS: Final[Mapping[int, str]] = {1000: "الاف", 1_000_000: "ملايين", 1_000_000_000: "مليارات"}
_ORDINALS: Final = (
    "اول ثاني ثالث رابع خامس سادس سابع ثامن تاسع عاشر",
    "اولي ثانيه ثالثه رابعه خامسه سادسه سابعه ثامنه تاسعه عاشره",
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
    "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth",
)
_MONTHS_READ: Final = "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر"
_READ_AS: Final[Mapping[str, str]] = {
    **dict(zip(tuple(_MONTHS)[:12], _MONTHS_READ.split(), strict=True)),
    "rabialthani": "ربيع الثاني",
    "jumadaalula": "جمادى الأولى",
    "jumadaalthania": "جمادى الثانية",
}
# Single words for numbers up to the first and from the second on stay words.
_WORDS_BELOW: Final = 10
_WORDS_FROM: Final = 1000
_GROUP: Final = 3
# Years of two digits from it on are of the twentieth century, as in spreadsheets.
_CENTURY_BEGINS: Final = 30
_HIJRI_YEARS: Final = range(1300, 1500)
_MONTHS_PER_YEAR: Final = 12
_DAYS_PER_MONTH: Final = 31
_DAY: Final = regex.compile(r"(\d{1,2})(?:st|nd|rd|th)")
_THOUSANDS: Final = frozenset(",٬،'’\u00a0\u202f\u2009")
_DATE_SEPARATORS: Final = frozenset("/-.")
_LONG_ALEFS: Final = ("آ", "ا\u0653")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number, or a part of a date, in a sequence of words: the words from `first` to before `end`."""

    first: int
    end: int
    term: str


@dataclass(frozen=True, slots=True)
class Stated(Quantity):
    """What a text says of a number, a month or a day of the week; `term` is its first reading.

    Attributes:
        others: its other readings: 1,500 is 1500 or 1.5.
        is_certain: whether it surely is one: "one", "may" and a dual say a number only by the way.
    """

    others: frozenset[str] = frozenset()
    is_certain: bool = True


@dataclass(frozen=True, slots=True)
class _Numeral:
    """A word that is a number or a part of one: joined by «و», definite, or a plural such as «آلاف»."""

    value: int
    joined: bool = False
    definite: bool = False
    plural: bool = False


def _numerals() -> dict[str, _Numeral]:
    bare = {word: _Numeral(value) for value, words in _NUMBERS.items() for word in words.split()}
    for value, words in _HUNDREDS.items():
        bare |= {
            word + hundred: _Numeral(100 * value) for word in words.split() for hundred in ("ميه", "مايه")
        }
    bare |= {word: _Numeral(value, plural=True) for value, word in _PLURALS.items()}
    found = dict(bare)
    for word, numeral in bare.items():
        if not word.isascii():
            for clitic in ("", *_CLITICS):
                for article in ("", "ال", "لل"):
                    joined, definite = clitic.startswith("و"), bool(article)
                    found.setdefault(
                        clitic + article + word, _Numeral(numeral.value, joined, definite, numeral.plural)
                    )
    # «لستُ» is no six.
    return {word: numeral for word, numeral in found.items() if word != "لست"}


_NUMERALS: Final = _numerals()
_TEN: Final = frozenset(("عشر", "عشره"))
_ENGLISH_AND: Final = "and"
_AND: Final = frozenset((_ENGLISH_AND, "و"))
_MONTH_OF: Final = {
    clitic + name: term
    for term, names in _MONTHS.items()
    for name in names.split()
    for clitic in (("",) if name.isascii() else ("", *_CLITICS))
}
_MONTH_OF_PAIR: Final = {
    (clitic + first, second): term
    for term, firsts, seconds in _PAIRS
    for first in firsts.split()
    for second in seconds.split()
    for clitic in ("", *_CLITICS)
}
_ORDINAL: Final = {
    clitic + article + word: day
    for words, articles in zip(_ORDINALS, (("ال", ""), ("ال", ""), ("",)), strict=True)
    for day, word in enumerate(words.split(), 1)
    for article in articles
    for clitic in (("", *_CLITICS) if article else ("",))
} | {
    **dict.fromkeys(["الحادي", "حادي", "الحاديه", "حاديه"], 1),
    **dict.fromkeys(["العشرين", "العشرون"], 20),
    **dict.fromkeys(["الثلاثين", "الثلاثون", "thirtieth"], 30),
}
_ORDINAL_TENS: Final = {
    **dict.fromkeys(["عشر", "عشره"], 10),
    **dict.fromkeys(["والعشرين", "والعشرون"], 20),
    **dict.fromkeys(["والثلاثين", "والثلاثون"], 30),
}
_MONTH_NAMES: Final = frozenset((*_MONTH_OF, *_ABBREVIATED, *(second for _, second in _MONTH_OF_PAIR)))
_CENTURY: Final = frozenset(("century", "centuries"))
_OF: Final = frozenset(("من", "شهر", "of", "the"))
_INTERESTING: Final = frozenset(
    [
        *(*_NUMERALS, *_MONTH_OF, *_ABBREVIATED, *_ORDINAL, *_LIBYAN, "اي"),
        *(first for first, _ in (*_MONTH_OF_PAIR, *_ENGLISH_PAIRS)),
    ]
)


class _Words:
    """The words of a text, in normalised spelling, with what stands between them."""

    def __init__(self, words: Sequence[str], written: Sequence[str], between: Sequence[str]) -> None:
        self.words = words
        self.written = written
        self.between = between

    def __getitem__(self, at: int) -> str:
        """A word; empty before the first and after the last."""
        return self.words[at] if 0 <= at < len(self.words) else ""

    def gap(self, at: int) -> str:
        """What stands between a word and the next."""
        return self.between[at] if 0 <= at < len(self.between) else "\n"

    def are_together(self, at: int) -> bool:
        """Whether nothing but spaces or a hyphen stands between a word and the next."""
        return self.gap(at).strip() in ("", "-")


def quantities(words: Sequence[str], written: Sequence[str], between: Sequence[str]) -> Iterator[Quantity]:
    """Yields the numbers and parts of dates in a text, in order and without overlaps.

    Args:
        words: the text's words in normalised spelling.
        written: the same words as they are written.
        between: what stands between each word and the next.
    """
    text = _Words(words, written, between)
    at = 0
    while at < len(words):
        found = _at(text, at)
        yield from found
        at = found[-1].end if found else at + 1


def one_form(quantity: Quantity, words: Sequence[str]) -> str | None:
    """How a number or an Arabic month is read, however it is written; None if as it is written.

    «سبعمئة» is read as 700 and «كانون الثاني» as «يناير», while «ثلاثة» and «ألف» stay words.

    Args:
        quantity: the number or month.
        words: the words that it is written in.
    """
    if not quantity.term.isdecimal():
        name = None if words[0].isascii() else _READ_AS.get(quantity.term)
        return None if name is None else _proclitic(words[0], quantity.term) + name
    if words[0].isdecimal():
        # Not 5 ملايين.
        return quantity.term if len(words) > 1 and words[-1].isdecimal() else None
    # «حرب الثلاثين عاما» is a name.
    is_plain = any(word not in _AND and (word not in _NUMERALS or _NUMERALS[word].definite) for word in words)
    is_word = len(words) == 1 and not _WORDS_BELOW < int(quantity.term) < _WORDS_FROM
    return None if is_plain or is_word else quantity.term


def _proclitic(word: str, month: str) -> str:
    """What is attached to the first word of a month's name."""
    pairs = " ".join(first for term, first, _ in _PAIRS if term == month)
    names = f"{_MONTHS.get(month, '')} {pairs}".split()
    return min((word.removesuffix(name) for name in names if word.endswith(name)), key=len, default="")


def is_quantity(term: str) -> bool:
    """Whether one of the analyzer's terms is a number or a month."""
    return term.isdecimal() or term in _MONTHS or term in _CALENDARS["hijri"]


def _at(text: _Words, at: int) -> Sequence[Quantity]:
    word = text[at]
    if may_begin(word) and (unit := unit_number(text.words, text.written, text.between, at)):
        return [Quantity(unit.first, unit.end, unit.number)]
    if word not in _INTERESTING and not word[0].isdecimal():
        return []
    if word[0].isdecimal():
        return _date(text, at) or _digits(text, at)
    if month := _month(text, at):
        return [month]
    if word in _ORDINAL and _is_dated(text, at, (day := _ordinal(text, at)).end):
        return [day]
    if word in _NUMERALS and (number := _number(text, at)) and _is_number(text, number):
        return [number]
    return []


def _date(text: _Words, at: int) -> Sequence[Quantity]:
    """A date in digits: 14/1/2009, 2009-01-14, 14.1.2009."""
    parts = [text[at], text[at + 1], text[at + 2]]
    separator = text.gap(at)
    if (
        separator not in _DATE_SEPARATORS
        or text.gap(at + 1) != separator
        or not all(map(str.isdecimal, parts))
    ):
        return []
    lengths = [len(part) for part in parts]
    # 14/1/09
    is_short = separator == "/" and lengths[2] == 2 and max(lengths) == 2 and text.gap(at + 2) != "/"
    order = _date_order([*lengths[:2], 4] if is_short else lengths, [int(part) for part in parts])
    if order is None:
        return []
    day, month, year = order
    number = int(parts[year])
    if is_short:
        number += 1400 if text[at + 3] == "ه" else 2000 if number < _CENTURY_BEGINS else 1900
    calendar: Calendar = "hijri" if number in _HIJRI_YEARS or text[at + 3] == "ه" else "sun"
    terms = {day: str(int(parts[day])), month: _CALENDARS[calendar][int(parts[month]) - 1], year: str(number)}
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


def _digits(text: _Words, at: int) -> Sequence[Quantity]:
    """A number in digits, its thousands together, or times a word such as «ملايين»; a day such as "14th"."""
    word = text[at]
    if not word.isdecimal():
        day = _DAY.fullmatch(word)
        return [Quantity(at, at + 1, day[1])] if day and _is_dated(text, at, at + 1) else []
    end, digits = at + 1, word
    if len(word) <= _GROUP and not (at and text.gap(at - 1) in _THOUSANDS and text[at - 1].isdecimal()):
        separator = text.gap(at)
        is_group = separator in _THOUSANDS or (separator == "." and not word.startswith("0"))
        is_group = is_group or (separator == " " and _is_spaced(text, at))
        while is_group and text.gap(end - 1) == separator and _is_group(text[end]):
            digits += text[end]
            end += 1
    scale = _NUMERALS.get(text[end])
    is_decimal = at > 0 and text.gap(at - 1) in _DATE_SEPARATORS | {"٫"} and text[at - 1].isdecimal()
    if scale and scale.value >= 1000 and not scale.joined and text.are_together(end - 1) and not is_decimal:
        return [Quantity(at, end + 1, str(int(digits) * scale.value))]
    return [Quantity(at, end, digits)] if end > at + 1 else []


def _is_group(word: str) -> bool:
    return len(word) == _GROUP and word.isdecimal()


def _is_spaced(text: _Words, at: int) -> bool:
    """Whether a number's thousands stand apart by spaces, as in "31 450": not "1 200", nor "14 May 200"."""
    end = at + 1
    while _is_group(text[end]) and text.gap(end - 1) == " ":
        end += 1
    is_alone = not text[at - 1].isdecimal() and not (text[end].isdecimal() and text.gap(end - 1) == " ")
    is_dated = at > 0 and text[at - 1] in _MONTH_NAMES
    is_large = len(text[at]) > 1 or text[at + 1] == "000"
    return is_alone and is_large and not is_dated and not text[at].startswith("0")


def _month(text: _Words, at: int) -> Quantity | None:
    """The month that begins at a word."""
    word = text[at]
    if (term := _MONTH_OF_PAIR.get((word, text[at + 1]))) and text.are_together(at):
        if not text[at + 1].isdecimal():
            return Quantity(at, at + 2, term)
        if not text.gap(at) and (_is_day_or_year(text[at - 1]) or _is_day_or_year(text[at + 2])):
            return Quantity(at, at + 2, term)
    if pair := _rarer_month(text, at):
        return pair
    beside = text[at - 1], text[at + 1]
    if term := _ABBREVIATED.get(word):
        return Quantity(at, at + 1, term) if any(_is_day_or_year(other) for other in beside) else None
    term = _MONTH_OF.get(word)
    if term and word.endswith(_AMBIGUOUS) and not _is_month(text, at, beside):
        return None
    return Quantity(at, at + 1, term) if term else None


def _rarer_month(text: _Words, at: int) -> Quantity | None:
    """A Hijri month of several English words, or a Libyan month between its day and its year."""
    second = at + 1 + (text[at + 1] in _ENGLISH_ARTICLES)
    if term := _ENGLISH_PAIRS.get((text[at], text[second])):
        is_near = not "".join(text.gap(place) for place in range(at, second)).strip(" -'\u2019")
        # Rabi I
        is_certain = (
            text[second] not in ("i", "ii") or text[at - 1].isdecimal() or text[second + 1].isdecimal()
        )
        return Quantity(at, second + 1, term) if is_near and is_certain else None
    is_first = (text[at], text[at + 1]) == ("اي", "النار")
    term, end = ("januari", at + 2) if is_first else (_LIBYAN.get(text[at]), at + 1)
    is_dated = _is_day_or_year(text[at - 1]) and len(text[end]) == 4 and text[end].isdecimal()
    return Quantity(at, end, term) if term and is_dated else None


def _is_month(text: _Words, at: int, beside: tuple[str, str]) -> bool:
    """Whether a word that may be a month is one: it is spelled so, or stands beside a number or «شهر»."""
    if text[at].endswith("اب") and any(letter in text.written[at] for letter in _LONG_ALEFS):
        return True
    is_dated = any(map(_is_day_or_year, beside))
    if text[at] not in _AMBIGUOUS:
        # Not باب; but بنيسان, and ونيسان after a month or beside a number.
        is_month = text[at][0] == "ب" or is_dated or beside[0] in _MONTH_OF
        return is_month and not text[at].endswith("اب")
    is_after = beside[0] == "شهر" or (text[at] != "اب" and beside[0] in _BEFORE_MONTHS)
    return is_after or is_dated


def _is_day_or_year(word: str) -> bool:
    return word.isdecimal() or _DAY.fullmatch(word) is not None or word in _ORDINAL


def _after_of(text: _Words, at: int) -> int:
    """The place after «من», «شهر», "of" and "the"."""
    while text[at] in _OF:
        at += 1
    return at


def _is_dated(text: _Words, first: int, end: int) -> bool:
    """Whether an ordinal is a day or a century: «من آذار», "March the", «القرن», "century" are beside it."""
    before = first - 1 if text[first - 1] != "the" else first - 2
    is_century = text[first - 1].endswith("قرن") or text[end] in _CENTURY
    is_after_month = text[first].isascii() and _month(text, before) is not None
    return is_century or is_after_month or _month(text, _after_of(text, end)) is not None


def _ordinal(text: _Words, at: int) -> Quantity:
    """The ordinal that begins at a word: «الرابع عشر», "the first"."""
    day, end = _ORDINAL[text[at]], at + 1
    if tens := _ORDINAL_TENS.get(text[end]):
        day, end = day + tens, end + 1
    return Quantity(at, end, str(day))


def _number(text: _Words, at: int) -> Quantity | None:
    """The number in words that begins at a word."""
    first = _NUMERALS[text[at]]
    if first.plural:
        return None
    sum_ = _Sum(0, first.value, first.value) if first.value < 1000 else _Sum(first.value, 0, first.value)
    end = at + 1
    while text.are_together(end - 1):
        is_joined = text[end] in _AND
        numeral = _NUMERALS.get(text[end + is_joined])
        more = numeral and sum_.plus(numeral, text[end + is_joined], is_joined or numeral.joined)
        if not more or (text[end].isascii() and not text[at].isascii()):
            break
        sum_, end = more, end + 1 + is_joined
    if (year := _ascending(text, end, sum_.value)) is not None:
        return Quantity(at, end + 2, str(year))
    day = _ordinal_unit(text, at, end, sum_) if text[at].isascii() else 0
    return Quantity(at, end + bool(day), str(sum_.value + day))


def _ascending(text: _Words, at: int, value: int) -> int | None:
    """A year from its units on: «ست وخمسين وتسعمئة وألف»; `value` is that of the words before a place."""
    hundreds, thousands = _NUMERALS.get(text[at]), _NUMERALS.get(text[at + 1])
    if value >= 100 or hundreds is None or thousands is None or not (hundreds.joined and thousands.joined):
        return None
    is_year = hundreds.value in range(100, 1000, 100) and thousands.value in (1000, 2000)
    return value + hundreds.value + thousands.value if is_year else None


def _ordinal_unit(text: _Words, first: int, end: int, sum_: _Sum) -> int:
    """The unit of "twenty-fifth" in a date; else 0."""
    unit = _ORDINAL.get(text[end], 0)
    is_unit = 0 < unit < 10 and sum_.value in (20, 30) and text.are_together(end - 1)
    # A hyphen makes it one word: twenty-fifth.
    is_one = text.gap(end - 1) == "-" or _is_dated(text, first, end + 1)
    return unit if is_unit and is_one else 0


def _is_number(text: _Words, number: Quantity) -> bool:
    """Whether number words are a number: not "one" alone, nor «الاثنين», nor «ألّف» (wrote)."""
    at, word, numeral = number.first, text[number.first], _NUMERALS[text[number.first]]
    if number.end > at + 1:
        return True
    is_weekday = numeral.value == 2 and numeral.definite
    is_of_ordinal = word in _TEN and text[at - 1] in _ORDINAL
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

    def plus(self, numeral: _Numeral, word: str, joined: bool) -> _Sum | None:
        """The sum with the next word; None if the word begins another number."""
        value = numeral.value
        if value >= 1000:
            return self._plus_scale(value, joined)
        if word in _TEN:
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
        is_factor = self.rest and value in _PLURALS
        return _Sum(self.thousands + self.rest * value, 0, value) if is_factor else None

    def _plus_english(self, value: int, joined: bool) -> _Sum | None:
        if not self.thousands and 10 <= self.rest <= 20 and 10 <= value < 100 and not joined:
            return _Sum(0, 100 * self.rest + value, value)  # nineteen fifty
        is_unit = self.last in range(20, 100, 10) and value < 10 and not joined
        return self._with(value) if is_unit or self._is_over(value) else None

    def _takes(self, value: int) -> bool:
        """Whether a number goes on with «و»: a unit with tens, hundreds and thousands with what is less."""
        is_unit_and_tens = 0 < self.last < 10 and value in range(20, 100, 10)
        return is_unit_and_tens or self._is_over(value)

    def _is_over(self, value: int) -> bool:
        return self.last >= 100 and value < self.last and value < 1000

    def _with(self, value: int) -> _Sum:
        return _Sum(self.thousands, self.rest + value, value)


# What only `stated` reads, in normalised spelling.
_DAYS: Final[Mapping[str, str]] = {
    clitic + name: day
    for day, names in {
        "monday": "الاثنين", "tuesday": "الثلاثاء", "wednesday": "الاربعاء", "thursday": "الخميس",
        "friday": "الجمعه", "saturday": "السبت", "sunday": "الاحد",
    }.items()
    for name in (day, names)
    for clitic in (("",) if name.isascii() else ("", *_CLITICS))
}  # fmt: skip
_PARTS: Final[Mapping[str, str]] = {
    "half": "0.5", "نصف": "0.5", "ونصف": "0.5", "ونصفا": "0.5", "ربع": "0.25", "وربع": "0.25",
    "ثلث": "0.33", "وثلث": "0.33", "ثلثا": "0.67", "ثلثي": "0.67", "thirds": "0.67",
    "twice": "2", "dozen": "12", "دزينه": "12",
}  # fmt: skip
_LOOSE: Final = frozenset(("one", "second", "واحد", "واحده", "احدي", "احد", "ثانيه", "ست"))
_LOOSE_MONTHS: Final = frozenset(("may", "march", "august", "مارس", "ومارس"))
_BEFORE_LOOSE: Final = _BEFORE_MONTHS | {"من", "of", "in", "since", "until", "by", "last", "next", "early"}
_MARKS: Final = frozenset(".,٫" + "".join(_THOUSANDS))
_DECADE: Final = regex.compile(r"[وفبل]?(?:ال|لل)?((?:عشر|ثلاث|اربع|خمس|ست|سبع|ثمان|تسع)ين)ي?ات")
# Duals of what is counted most.
_DUALS: Final = regex.compile(
    "[وفبل]?(?:ال)?(?:عام|يوم|شهر|اسبوع|قرن|عقد|سنت|ساعت|مرت|دقيقت|ليلت|متر|كيلومتر|طن|نصف|ضعف)(?:ان|ين|ا|ي)"
    r"|\p{Arabic}{3,}(?:تان|تين|ان)"
)


def stated(words: Sequence[str], written: Sequence[str], between: Sequence[str]) -> Iterator[Stated]:
    """Yields all that a text says of numbers, ordinals, months and days, in order and without overlaps.

    Args:
        words: the text's words in normalised spelling.
        written: the same words as they are written.
        between: what stands between each word and the next.
    """
    text = _Words(words, written, between)
    at = 0
    while at < len(words):
        found = _stated_at(text, at)
        yield from found
        at = found[-1].end if found else at + 1


def _stated_at(text: _Words, at: int) -> Sequence[Stated]:
    word = text[at]
    if word[0].isdecimal():
        date = _date(text, at)
        return [Stated(one.first, one.end, one.term) for one in date] if date else _figure(text, at)
    if may_begin(word) and (unit := unit_number(text.words, text.written, text.between, at)):
        return [Stated(unit.first, unit.end, unit.number)]
    if day := _DAYS.get(word):
        return [Stated(at, at + 1, day)]
    if month := _month(text, at):
        return _stated_month(text, month)
    found, certain = None, True
    if word == "third" and text[at - 1] in ("a", "one"):
        return [Stated(at, at + 1, "0.33", is_certain=False)]
    if word in _ORDINAL:
        found = _ordinal(text, at)
        certain = found.end > at + 1 or word not in _LOOSE or text[at - 1] == "the"
    elif word in _NUMERALS and (found := _number(text, at)):
        is_hundredth = word.endswith(("الميه", "المايه", "للميه"))
        certain = _is_number(text, found) and not is_hundredth and (word not in _LOOSE or found.end > at + 1)
    elif decade := _DECADE.fullmatch(word):
        found, certain = Quantity(at, at + 1, str(_NUMERALS[decade[1]].value)), False
    elif word in _PARTS or _DUALS.fullmatch(word):
        found, certain = Quantity(at, at + 1, _PARTS.get(word, "2")), False
    return [_with_part(text, Stated(found.first, found.end, found.term, is_certain=certain))] if found else []


def _stated_month(text: _Words, month: Quantity) -> Sequence[Stated]:
    """A month; "may", "march" and «مارس» are one beside a number, or after "in" with a capital."""
    at = month.first
    if text[at] in _LOOSE_MONTHS:
        beside = _is_day_or_year(text[at - 1]) or _is_day_or_year(text[month.end])
        named = text[at - 1] in _BEFORE_LOOSE and not text.written[at].islower()
        if not beside and (not named):
            return []
    return [Stated(at, month.end, month.term)]


def _figure(text: _Words, at: int) -> Sequence[Stated]:
    """A number in digits, with its decimals, thousands and words such as "million".

    The same mark parts thousands in one country and decimals in another.
    """
    word, marks, end = text[at], "", at + 1
    groups = [word.removesuffix(word.lstrip("0123456789"))]
    while text[at].isdecimal() and text.gap(end - 1) in _MARKS and text[end].isdecimal():
        marks, end = marks + text.gap(end - 1), end + 1
        groups.append(text[end - 1])
    readings = _readings(groups, marks)
    if not readings:
        return [Stated(at + i, at + i + 1, _value(Decimal(group))) for i, group in enumerate(groups)]
    while (scale := _NUMERALS.get(text[end])) and scale.value >= 100 and text.are_together(end - 1):
        if scale.joined or scale.definite:
            break
        readings, end = [reading * scale.value for reading in readings], end + 1
    term, *others = map(_value, readings)
    if word.endswith("0s"):
        others.append(word[-3:-1])  # the 1960s are the sixties
    return [_with_part(text, Stated(at, end, term, frozenset(others)))]


def _readings(groups: Sequence[str], marks: str) -> list[Decimal]:
    """What groups of digits may say: 1,500 is 1500 or 1.5; none if they aren't one number."""
    if not marks:
        return [Decimal(groups[0])]
    readings = []
    if len(groups[0]) <= _GROUP and all(len(group) == _GROUP for group in groups[1:]) and "٫" not in marks:
        readings.append(Decimal("".join(groups)))
    if marks.count(marks[-1]) == 1 and marks[-1] in ".,٫،":
        readings.append(Decimal(f"{''.join(groups[:-1])}.{groups[-1]}"))
    return readings


def _with_part(text: _Words, number: Stated) -> Stated:
    """A number with the half or quarter behind it, or behind what it counts: «سبعة دنانير ونصف»."""
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
