"""The words of numbers, ordinals and months, in normalised spelling (`index.text.analyzer.normalise`).

The Arabic ones have no clitics; `NUMERALS`, `MONTH_OF` and `ORDINAL` have them with those that they may have.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

Calendar = Literal["sun", "hijri"]


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


SOLAR_TERMS: Final = (
    *("januari", "februari", "march", "april", "may", "june"),
    *("juli", "august", "septemb", "octob", "novemb", "decemb"),
)
"""The terms of the months, which are the analyzer's stems of their English names."""
ENGLISH_MONTHS: Final = _words(
    "january february march april may june july august september october november december"
)
ABBREVIATIONS: Final = _words("jan feb mar apr jun jul aug sep sept oct nov dec")
_WRITTEN_MONTHS: Final = _words("يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر")
ARABIC_MONTHS: Final = tuple(name.replace("أ", "ا") for name in _WRITTEN_MONTHS)
LEVANTINE_MONTHS: Final = (
    *("كانون الثاني", "شباط", "اذار", "نيسان", "ايار", "حزيران"),
    *("تموز", "اب", "ايلول", "تشرين الاول", "تشرين الثاني", "كانون الاول"),
)
# Maghrebi and other names and spellings.
_OTHER_MONTHS: Final = (
    *("جانفي جنفي", "فيفري فيفريي", "مارت", "افريل", "ماي مايس", "يونيه جوان"),
    *("يوليه جويليه يوليوز", "اوت غشت اوغسطس", "شتنبر", "اوكتوبر", "نونبر", "دجنبر"),
)
HIJRI_MONTHS: Final[Mapping[str, str]] = {
    "muharram": "محرم", "safar": "صفر", "rajab": "رجب", "shaban": "شعبان", "ramadan": "رمضان",
    "shawwal": "شوال",
}  # fmt: skip
"""Those of a single word, by their terms."""
_OTHER_HIJRI_MONTHS: Final[Mapping[str, str]] = {
    "shaban": "sha'ban shaaban sha'aban",
    "ramadan": "ramadhan ramazan",
    "shawwal": "shawal",
}
MONTHS: Final[Mapping[str, tuple[str, ...]]] = {
    **{
        term: (english, arabic, *((levantine,) if " " not in levantine else ()), *others.split())
        for term, english, arabic, levantine, others in zip(
            SOLAR_TERMS, ENGLISH_MONTHS, ARABIC_MONTHS, LEVANTINE_MONTHS, _OTHER_MONTHS, strict=True
        )
    },
    **{term: (name, term, *_OTHER_HIJRI_MONTHS.get(term, "").split()) for term, name in HIJRI_MONTHS.items()},
    "dhualqada": ("ذوالقعده", "ذيالقعده", "dhulqadah", "dhulqada"),
    "dhualhijja": ("ذوالحجه", "ذيالحجه", "dhulhijjah", "dhulhijja"),
}
"""The single words of each month, by its term."""
_FIRST: Final = "الاول اول الاولي اولي"
_SECOND: Final = "الثاني ثاني الثانيه ثانيه الاخر الاخره اخر اخره"
PAIRS: Final = (
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
"""Months of two words: the term, the first words and the second ones."""
ENGLISH_PAIRS: Final[Mapping[tuple[str, str], str]] = {
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
"""Hijri months in English: Rabi al-Awwal, Dhu'l-Hijja."""
ENGLISH_ARTICLES: Final = frozenset(("al", "ul", "el", "ath", "us"))
"""Between the words of `ENGLISH_PAIRS`."""
LIBYAN_MONTHS: Final[Mapping[str, str]] = dict(
    zip(
        (
            *("النوار", "الربيع", "الطير", "الماء", "الصيف", "ناصر"),
            *("هانيبال", "الفاتح", "التمور", "الحرث", "الكانون"),
        ),
        SOLAR_TERMS[1:12],
        strict=True,
    )
)
"""Libya's months from 1969 on, which are other words beside anything but a day and a year."""
ABBREVIATED: Final[Mapping[str, str]] = {
    name: next(term for term in MONTHS if term.startswith(name[:3])) for name in ABBREVIATIONS
}
CALENDARS: Final[Mapping[Calendar, tuple[str, ...]]] = {
    "sun": SOLAR_TERMS,
    "hijri": (
        *("muharram", "safar", "rabialawwal", "rabialthani", "jumadaalula", "jumadaalthania"),
        *("rajab", "shaban", "ramadan", "shawwal", "dhualqada", "dhualhijja"),
    ),
}
READ_AS: Final[Mapping[str, str]] = {
    **dict(zip(SOLAR_TERMS, _WRITTEN_MONTHS, strict=True)),
    "rabialthani": "ربيع الثاني",
    "jumadaalula": "جمادى الأولى",
    "jumadaalthania": "جمادى الثانية",
}
"""How an Arabic month is read by an encoder, by its term."""
# Months that are other words too: they need a number or one of the words that stand before months.
AMBIGUOUS: Final = ("اب", "جوان", "صفر", "نيسان", "ماي", "مارت")
BEFORE_MONTHS: Final = frozenset(
    ["شهر", "في", "منذ", "مطلع", "اوايل", "اواخر", "منتصف", "حتي", "بين", "خلال"]
)
# Not ك, which makes كميه of ميه.
CLITICS: Final = ("و", "ف", "ب", "ل", "وب", "ول")

ENGLISH_CARDINALS: Final[Mapping[int, str]] = {
    1: "one", 2: "two", 3: "three", 4: "four", 5: "five", 6: "six", 7: "seven", 8: "eight", 9: "nine",
    10: "ten", 11: "eleven", 12: "twelve", 13: "thirteen", 14: "fourteen", 15: "fifteen", 16: "sixteen",
    17: "seventeen", 18: "eighteen", 19: "nineteen", 20: "twenty", 30: "thirty", 40: "forty", 50: "fifty",
    60: "sixty", 70: "seventy", 80: "eighty", 90: "ninety", 100: "hundred", 1000: "thousand",
    1_000_000: "million", 1_000_000_000: "billion",
}  # fmt: skip
ARABIC_CARDINALS: Final[Mapping[int, str]] = {
    1: "واحد واحده", 2: "اثنان اثنين اثنتان اثنتين", 3: "ثلاث ثلاثه", 4: "اربع اربعه", 5: "خمس خمسه",
    6: "ست سته", 7: "سبع سبعه", 8: "ثمان ثماني ثمانيه", 9: "تسع تسعه", 10: "عشر عشره",
    20: "عشرون عشرين", 30: "ثلاثون ثلاثين", 40: "اربعون اربعين", 50: "خمسون خمسين", 60: "ستون ستين",
    70: "سبعون سبعين", 80: "ثمانون ثمانين", 90: "تسعون تسعين", 100: "ميه مايه", 200: "ميتان مايتان",
    1000: "الف", 2000: "الفان الفين", 1_000_000: "مليون", 1_000_000_000: "مليار",
}  # fmt: skip
# Accusatives, construct states, dialects, slips of the pen, and rarer numbers.
_OTHER_CARDINALS: Final[Mapping[int, str]] = {
    1: "واحدا احد احدي", 2: "اثنا اثني اثنتا اثنتي اتنين", 3: "ثلاثا تلات تلاته", 4: "اربعا", 5: "خمسا",
    6: "ستا", 7: "سبعا", 8: "ثمانيا تمانيه تمنيه", 9: "تسعا", 10: "عشرا", 30: "تلاتين", 40: "fourty",
    80: "تمانين", 200: "ميتين ميتا مايتين مايتا ميتي مايتي", 1000: "الفا", 1_000_000: "مليونا",
    2_000_000: "مليونان مليونين", 1_000_000_000: "مليارا بليون", 2_000_000_000: "ملياران مليارين",
    10**12: "تريليون تريليونا trillion",
}  # fmt: skip
_HUNDREDS: Final = {
    3: "ثلاث ثلث تلت", 4: "اربع", 5: "خمس", 6: "ست", 7: "سبع", 8: "ثمان ثماني ثمن", 9: "تسع"
}  # fmt: skip
PLURALS: Final[Mapping[int, str]] = {1000: "الاف", 1_000_000: "ملايين", 1_000_000_000: "مليارات"}
STEMS_OF_TENS: Final = ("عشر", "ثلاث", "اربع", "خمس", "ست", "سبع", "ثمان", "تسع")
"""What «عشرون», «عشرين» and «العشرينيات» begin with, from 20 to 90."""

ARABIC_ORDINALS: Final = _words("اول ثاني ثالث رابع خامس سادس سابع ثامن تاسع عاشر")
FEMININE_ORDINALS: Final = _words("اولي ثانيه ثالثه رابعه خامسه سادسه سابعه ثامنه تاسعه عاشره")
ENGLISH_ORDINALS: Final = _words(
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
    "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
)


@dataclass(frozen=True, slots=True)
class Numeral:
    """A word that is a number or a part of one: joined by «و», definite, or a plural such as «آلاف»."""

    value: int
    joined: bool = False
    definite: bool = False
    plural: bool = False


def _numerals() -> dict[str, Numeral]:
    bare = {
        word: Numeral(value)
        for cardinals in (ARABIC_CARDINALS, ENGLISH_CARDINALS, _OTHER_CARDINALS)
        for value, words in cardinals.items()
        for word in words.split()
    }
    for value, words in _HUNDREDS.items():
        bare |= {
            word + hundred: Numeral(100 * value) for word in words.split() for hundred in ("ميه", "مايه")
        }
    bare |= {word: Numeral(value, plural=True) for value, word in PLURALS.items()}
    found = dict(bare)
    for word, numeral in bare.items():
        if not word.isascii():
            for clitic in ("", *CLITICS):
                for article in ("", "ال", "لل"):
                    joined, definite = clitic.startswith("و"), bool(article)
                    found.setdefault(
                        clitic + article + word, Numeral(numeral.value, joined, definite, numeral.plural)
                    )
    # «لستُ» is no six.
    return {word: numeral for word, numeral in found.items() if word != "لست"}


NUMERALS: Final = _numerals()
TEN: Final = frozenset(("عشر", "عشره"))
AND: Final = frozenset(("and", "و"))
MONTH_OF: Final = {
    clitic + name: term
    for term, names in MONTHS.items()
    for name in names
    for clitic in (("",) if name.isascii() else ("", *CLITICS))
}
MONTH_OF_PAIR: Final = {
    (clitic + first, second): term
    for term, firsts, seconds in PAIRS
    for first in firsts.split()
    for second in seconds.split()
    for clitic in ("", *CLITICS)
}
_ORDINALS: Final = (
    (ARABIC_ORDINALS, ("ال", "")),
    (FEMININE_ORDINALS, ("ال", "")),
    (ENGLISH_ORDINALS, ("",)),
)
ORDINAL: Final = {
    clitic + article + word: day
    for words, articles in _ORDINALS
    for day, word in enumerate(words, 1)
    for article in articles
    for clitic in (("", *CLITICS) if article else ("",))
} | {
    **dict.fromkeys(["الحادي", "حادي", "الحاديه", "حاديه"], 1),
    **dict.fromkeys(["العشرين", "العشرون"], 20),
    **dict.fromkeys(["الثلاثين", "الثلاثون", "thirtieth"], 30),
}
ORDINAL_TENS: Final = {
    **dict.fromkeys(["عشر", "عشره"], 10),
    **dict.fromkeys(["والعشرين", "والعشرون"], 20),
    **dict.fromkeys(["والثلاثين", "والثلاثون"], 30),
}
