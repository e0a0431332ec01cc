"""Numbers as a spreadsheet shows them: the number formats of Office Open XML (ECMA-376-1, 18.8.30-31)."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache
from typing import Final

import regex

GENERAL: Final = "General"
# Formats that have a number only. Short dates (14, 22) follow the settings of whoever reads the file: here
# they are written so that day and month can't be mistaken.
BUILT_IN: Final = {
    1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?",
    13: "# ??/??", 14: "yyyy-mm-dd", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM",
    19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss", 22: "yyyy-mm-dd h:mm", 37: "#,##0;(#,##0)",
    38: "#,##0;(#,##0)", 39: "#,##0.00;(#,##0.00)", 40: "#,##0.00;(#,##0.00)", 45: "mm:ss", 46: "[h]:mm:ss",
    47: "mm:ss.0", 48: "##0.0E+0", 49: "@",
}  # fmt: skip
_SYSTEM_DATES: Final = regex.compile(r"(?i)\[\$-[Ff](?:800|400)\]")
_SECTION: Final = regex.compile(r'((?:"[^"]*"|\\.|\[[^\]]*\]|[^;"\\\[])*)(?:;|$)')
_TOKEN: Final = regex.compile(
    r'"(?P<text>[^"]*)"|\\(?P<char>.)|_.|\*.|\[\$(?P<currency>[^\]-]*)(?:-(?P<locale>[^\]]*))?\]'
    r"|\[(?P<elapsed>[hHmMsS]+)\]|\[[^\]]*\]|(?P<noon>AM/PM|am/pm|A/P|a/p|ص/م)|(?P<general>General)"
    r"|(?P<date>[yYeE]+|[mM]+|[dD]+|[hH]+|[sS]+(?:\.0+)?)|(?P<number>[0#?][0#?,.]*(?:[eE][+-]0+)?|\.[0#?]+)"
    r"|(?P<percent>%)|(?P<rest>.)",
    regex.DOTALL,
)
_ARABIC: Final = 0x01  # the last byte of the locale's number
# Countries in which the Syriac month names are usual: Iraq, Syria, Jordan, Lebanon, Palestine.
_LEVANT: Final = frozenset((0x0801, 0x2801, 0x2C01, 0x3001, 0x4801))
_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip
_ARABIC_MONTHS: Final = (
    "يناير", "فبراير", "مارس", "أبريل", "مايو", "يونيو", "يوليو", "أغسطس", "سبتمبر", "أكتوبر", "نوفمبر",
    "ديسمبر",
)  # fmt: skip
_SYRIAC_MONTHS: Final = (
    "كانون الثاني", "شباط", "آذار", "نيسان", "أيار", "حزيران", "تموز", "آب", "أيلول", "تشرين الأول",
    "تشرين الثاني", "كانون الأول",
)  # fmt: skip
_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_ARABIC_DAYS: Final = ("الاثنين", "الثلاثاء", "الأربعاء", "الخميس", "الجمعة", "السبت", "الأحد")
_LAST_DAY: Final = 2958466  # the first day of the year 10000
_FALSE_LEAP_DAY: Final = 60  # 29 February 1900, which never was
_MAX_DIGITS: Final = 30
_GENERAL_DIGITS: Final = 10

_Token = dict[str, str | None]


def shown(value: str, code: str, *, is_1904: bool = False) -> str:
    """A number as it is shown.

    Args:
        value: the number as the file stores it.
        code: the number format's code.
        is_1904: whether dates count from 1904 instead of 1900.

    Returns:
        The number in its format; as it is stored if it isn't a number.
    """
    try:
        number = Decimal(value)
        if not number.is_finite() or abs(number.adjusted()) > 300:
            return value
    except InvalidOperation:
        return value
    section, number = _section(code, number)
    tokens = _tokens(section)
    if _is_date(tokens):
        moment = _moment(number, is_1904)
        return value if moment is None else _date(tokens, moment, number)
    return _number(tokens, number)


@lru_cache(maxsize=1000)
def _sections(code: str) -> tuple[str, ...]:
    if _SYSTEM_DATES.match(code):
        return ("h:mm:ss" if "400" in code[:8] else "yyyy-mm-dd",)
    parts: list[str] = []
    place = 0
    while place <= len(code) and len(parts) < 4:
        match = _SECTION.match(code, place)
        if match is None:
            break
        parts.append(match[1])
        place = match.end() if match.end() > place and match[0].endswith(";") else len(code) + 1
    return tuple(parts) or (GENERAL,)


def _section(code: str, number: Decimal) -> tuple[str, Decimal]:
    """The section of a format that applies to a number, and that number: negative ones lose their sign."""
    sections = _sections(code)
    if number < 0 and len(sections) > 1:
        return sections[1], -number
    if number == 0 and len(sections) > 2:
        return sections[2], number
    return sections[0], number


@lru_cache(maxsize=1000)
def _tokens(section: str) -> tuple[_Token, ...]:
    return tuple(match.groupdict() for match in _TOKEN.finditer(section))


def _is_date(tokens: tuple[_Token, ...]) -> bool:
    return any(token["date"] or token["elapsed"] for token in tokens) and not any(
        token["general"] for token in tokens
    )


def _literal(token: _Token) -> str:
    return token["text"] or token["char"] or token["currency"] or token["rest"] or ""


def _number(tokens: tuple[_Token, ...], number: Decimal) -> str:
    places = [place for place, token in enumerate(tokens) if token["number"]]
    if any(token["rest"] == "@" or token["general"] for token in tokens) or (not places and not tokens):
        return "".join(
            _general(number) if token["rest"] == "@" or token["general"] else _literal(token)
            for token in tokens
        ) or _general(number)
    scaled = number * (100 ** sum(token["percent"] is not None for token in tokens))
    if any(token["rest"] == "/" for token in tokens) and len(places) > 1:  # a fraction
        return _general(number)
    said = []
    for place, token in enumerate(tokens):
        if token["number"]:
            said.append(_digits(token["number"], abs(scaled)) if place == places[0] else "")
        else:
            said.append("%" if token["percent"] else _literal(token))
    text = "".join(said).strip()
    return f"-{text}" if number < 0 and regex.search(r"[1-9]", text) else text


def _digits(pattern: str, number: Decimal) -> str:
    """A positive number in a pattern such as `#,##0.00`."""
    mantissa, mark, exponent = regex.match(r"([0#?,.]*)(?:([eE][+-])(0+))?", pattern).groups()  # type: ignore[union-attr]
    unscaled = mantissa.rstrip(",")
    number /= Decimal(1000) ** (len(mantissa) - len(unscaled))
    whole, _, decimals = unscaled.partition(".")
    if mark:
        power = number.adjusted() if number else 0
        shown_number = _rounded(number.scaleb(-power), len(decimals))
        return (
            f"{shown_number}E{'-' if power < 0 else '+' if '+' in mark else ''}{abs(power):0{len(exponent)}}"
        )
    said = _rounded(number, min(len(decimals), _MAX_DIGITS))
    integer, _, fraction = said.partition(".")
    required = sum(char == "0" for char in whole)
    integer = integer.lstrip("0").rjust(required, "0")
    if "," in whole:
        integer = regex.sub(r"(?<=\d)(?=(?:\d{3})+$)", ",", integer)
    kept = max((place + 1 for place, char in enumerate(decimals) if char == "0"), default=0)
    fraction = fraction[:kept] + fraction[kept:].rstrip("0")
    return f"{integer}.{fraction}" if fraction else integer


def _rounded(number: Decimal, decimals: int) -> str:
    return (
        f"{number.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP):f}"
        if number.adjusted() < 20
        else f"{number:f}"
    )


def _general(number: Decimal) -> str:
    """A number without a format: whole ones in full, others in ten digits."""
    if number == number.to_integral_value() and abs(number) < 10**15:
        return str(int(number))
    said = f"{float(number):.{_GENERAL_DIGITS}g}"
    return said.upper()


def _moment(number: Decimal, is_1904: bool) -> datetime | None:
    """The moment of a serial number in days; None if there is no such day."""
    if not 0 <= number < _LAST_DAY:
        return None
    if is_1904:
        start = datetime(1904, 1, 1)
    else:
        start = datetime(1899, 12, 31) if number < _FALSE_LEAP_DAY else datetime(1899, 12, 30)
    days = int(number)
    seconds = round(float(number - days) * 86400, 3)
    try:
        return start + timedelta(days=days, seconds=seconds)
    except OverflowError:
        return None


def _date(tokens: tuple[_Token, ...], moment: datetime, number: Decimal) -> str:
    has_fraction = any(token["date"] and "." in token["date"] for token in tokens)
    if not has_fraction:
        moment = (moment + timedelta(milliseconds=500)).replace(microsecond=0)
    has_noon = any(token["noon"] for token in tokens)
    locale = next((token["locale"] for token in tokens if token["locale"]), "") or ""
    said = []
    clock = ""  # the last part of a time: a month after an hour or before a second is a minute
    for place, token in enumerate(tokens):
        if token["elapsed"]:
            clock = token["elapsed"].lower()
            seconds = int(number * 86400 + Decimal("0.5"))
            unit = {"h": 3600, "m": 60, "s": 1}[clock[0]]
            said.append(f"{seconds // unit:0{len(clock)}}")
        elif token["noon"]:
            said.append(("AM", "PM")[moment.hour >= 12])
        elif token["date"]:
            part = token["date"].lower()
            is_minute = (
                part[0] == "m" and len(part) < 3 and (clock[:1] == "h" or _leads_to_seconds(tokens, place))
            )
            said.append(
                f"{moment.minute:0{len(part)}}" if is_minute else _part(part, moment, has_noon, locale)
            )
            clock = part if part[0] in "hs" else "" if not is_minute else "m"
        else:
            said.append(_literal(token))
    return "".join(said).strip()


def _leads_to_seconds(tokens: tuple[_Token, ...], place: int) -> bool:
    following = (token["date"] for token in tokens[place + 1 :] if token["date"])
    return next(following, "x").lower().startswith("s")


def _part(part: str, moment: datetime, has_noon: bool, locale: str) -> str:
    """A part of a date or time, such as `yyyy` or `mmm`."""
    code = int(locale, 16) & 0xFFFF if regex.fullmatch(r"[0-9A-Fa-f]{1,8}", locale) else 0
    is_arabic = code & 0xFF == _ARABIC or locale.casefold().startswith("ar")
    months = (_SYRIAC_MONTHS if code in _LEVANT else _ARABIC_MONTHS) if is_arabic else _MONTHS
    days = _ARABIC_DAYS if is_arabic else _DAYS
    kind, length = part[0], len(part)
    if kind in "ye":
        return f"{moment.year % 100:02}" if length < 3 and kind == "y" else f"{moment.year:04}"
    if kind == "m":
        name = months[moment.month - 1]
        return f"{moment.month:0{length}}" if length < 3 else name if length > 3 or is_arabic else name[:3]
    if kind == "d":
        name = days[moment.weekday()]
        return f"{moment.day:0{length}}" if length < 3 else name if length > 3 or is_arabic else name[:3]
    if kind == "h":
        hour = (moment.hour - 1) % 12 + 1 if has_noon else moment.hour
        return f"{hour:0{length}}"
    whole, _, fraction = part.partition(".")
    seconds = f"{moment.second:0{len(whole)}}"
    return f"{seconds}.{moment.microsecond:06}"[: len(seconds) + 1 + len(fraction)] if fraction else seconds
