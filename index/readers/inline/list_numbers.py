"""Numbers of list items in the formats that ECMA-376 names (part 1, 17.18.59, ST_NumberFormat)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

_MAX_NUMBER: Final = 32_767
_HIJAI: Final = "أبتثجحخدذرزسشصضطظعغفقكلمنهوي"
_ABJAD: Final = "أبجدهوزحطيكلمنسعفصقرشتثخذضظغ"
_HEBREW: Final = "אבגדהוזחטיכלמנסעפצקרשת"
_RUSSIAN: Final = "абвгдежзиклмнопрстуфхцчшщыэюя"
_CHICAGO: Final = "*†‡§"
_ROMAN: Final = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"),  # noqa: E501
    (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip
_ONES: Final = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS: Final = ("zero", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_IRREGULAR: Final = {
    "one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth",
    "twelve": "twelfth",
}  # fmt: skip
_DIGITS: Final = {
    "hindiNumbers": 0x0966,
    "hindiCounting": 0x0966,
    "thaiNumbers": 0x0E50,
    "decimalFullWidth": 0xFF10,
    "decimalFullWidth2": 0xFF10,
}
_ENCLOSED: Final = {
    "decimalEnclosedCircle": 0x2460,
    "decimalEnclosedParen": 0x2474,
    "decimalEnclosedFullstop": 0x2488,
}
_PATTERNS: Final = {"decimalZero": "{:02}", "numberInDash": "- {} -", "hex": "{:X}"}


def format_number(number: int, kind: str, padding: int = 0) -> str:
    """Formats a list number, such as 3 as "iii"; in decimal if the format is unknown.

    Args:
        number: from -32,767 to 32,767; others are clipped.
        kind: the format, such as `lowerRoman`.
        padding: digits of a decimal number, filled up with zeros.
    """
    number = max(-_MAX_NUMBER, min(number, _MAX_NUMBER))
    if kind == "none":
        return ""
    if padding:
        return f"{number:0{padding}}"
    if kind in ("lowerRoman", "upperRoman"):
        roman = _roman(number)
        return roman.upper() if kind == "upperRoman" else roman
    alphabets: dict[str, Sequence[str]] = {
        "lowerLetter": "abcdefghijklmnopqrstuvwxyz",
        "upperLetter": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        "arabicAlpha": _HIJAI,
        "arabicAbjad": _ABJAD,
        "hebrew2": _HEBREW,
        "russianLower": _RUSSIAN,
        "russianUpper": _RUSSIAN.upper(),
        "chicago": _CHICAGO,
    }
    if kind in alphabets and number > 0:
        letters = alphabets[kind]
        return letters[(number - 1) % len(letters)] * min(1 + (number - 1) // len(letters), 9)
    if kind in _DIGITS:
        return "".join(chr(_DIGITS[kind] + int(c)) if c.isdigit() else c for c in str(number))
    if kind in _ENCLOSED and 0 < number <= 20:
        return chr(_ENCLOSED[kind] + number - 1)
    if kind in _PATTERNS:
        return _PATTERNS[kind].format(number)
    if kind in ("ordinal", "cardinalText", "ordinalText") and 0 < number < 100:
        return _in_words(number, kind)
    return str(number)


def _roman(number: int) -> str:
    if not 0 < number < 4000:
        return str(number)
    out = ""
    for amount, letters in _ROMAN:
        out += letters * (number // amount)
        number %= amount
    return out


def _in_words(number: int, kind: str) -> str:
    if kind == "ordinal":
        last = number % 10 if not 10 < number % 100 < 14 else 0
        return f"{number}{('th', 'st', 'nd', 'rd')[last] if last < 4 else 'th'}"
    tens, ones = divmod(number, 10)
    words = [_ONES[number]] if number < 20 else [_TENS[tens], *([_ONES[ones]] if ones else [])]
    if kind == "ordinalText":
        last_word = words[-1]
        words[-1] = _IRREGULAR.get(last_word) or (
            f"{last_word[:-1]}ieth" if last_word.endswith("y") else f"{last_word}th"
        )
    return "-".join(words).capitalize()
