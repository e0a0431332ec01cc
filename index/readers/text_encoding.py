"""Decodes text of unknown encoding: Unicode first, whatever a file declares, then by its letters.

Compared with charset-normalizer and chardet in benchmarks/decoding.py.
"""

from __future__ import annotations

import codecs
import unicodedata
from math import log
from typing import Final

import regex

from index.readers.extracted_text import HOLE, Unextractable

_MAX_HOLED: Final = 0.05
"""Maximum share of characters that can't be read; with more it isn't the text's encoding."""
_CONTROL: Final = regex.compile(r"[\p{Cc}--[\t\n\v\f\r]]", regex.VERSION1)
_LOW_CONTROL: Final = regex.compile(rb"[\x00-\x08\x0e-\x1f]")
_HIGH: Final = regex.compile(rb"[\x80-\xff]")
_ASCII: Final = bytes(range(128))
# Maximum number of damaged places per valid sequence. Arabic in Windows-1256 has at most .1 valid sequences
# per damaged place, where a comma follows a letter.
_MAX_DAMAGED: Final = 1.0
_BYTE_ORDER_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# What UTF-16 without a mark is recognised by: Latin to Arabic, and punctuation.
_UNEXPECTED: Final = regex.compile(r"[^\t\n\r -~\u00a0-\u06ff\u200b-\u206f\ufb50-\ufdff\ufe70-\ufeff]+")
_MIN_EXPECTED: Final = 0.9
# Python's names of the encodings in the Encoding Standard. Of Python's others some take quadratic time
# (punycode), and some aren't character encodings (rot13).
_ENCODINGS: Final = frozenset((
    "utf-8", "utf-16", "utf-16-le", "utf-16-be", "ascii", *(f"iso8859-{n}" for n in range(1, 17)),
    *(f"cp{n}" for n in (866, 874, 932, 949, *range(1250, 1259))), "koi8-r", "koi8-u", "tis-620",
    "mac-roman", "mac-cyrillic", "gbk", "gb2312", "gb18030", "big5", "big5hkscs", "euc_jp", "iso2022_jp",
    "shift_jis", "euc_kr",
))  # fmt: skip
# Encodings that are distinguished by their letters; a file's claim of one of them, or of Unicode, is only
# one more hint. As in browsers, ASCII and ISO-8859-1 mean Windows-1252.
_GUESSED: Final = ("cp1256", "cp1252", "iso8859-6")
_AS_GUESSED: Final = {"ascii": "cp1252", "iso8859-1": "cp1252", "iso8859-15": "cp1252"}

# Permille of the Arabic letters in XQuAD and TyDi.
_ARABIC: Final = {
    **dict(zip("اليمونرتبةعدسفهكأقح", (145, 111, 84, 65, 59, 53, 48, 44, 37, 35, 32, 31, 28, 25, 22, 21, 20, 19, 17), strict=True)),  # noqa: E501
    **dict(zip("جشطصخىإثزضغذئءظؤآ", (14, 9, 9, 8, 8, 8, 7, 7, 7, 5, 5, 5, 4, 3, 2, 1, 1), strict=True)),
    **dict.fromkeys("پچژگکھہں", 1),
    "ـ": 20,
}  # fmt: skip
_FINAL: Final = frozenset("ةى")
# Permille of a Latin text's letters beyond ASCII, over French, German and Spanish; chosen, not measured.
_LATIN: Final = {
    **dict.fromkeys("éèàçêüöä", 60),
    **dict.fromkeys("áíóúñßâîôûëïùœ", 25),
    **dict.fromkeys("åæøãõìòýþðš", 6),
}
_WORDS_OF_ONE_LETTER: Final = frozenset("àéèáóíôêö")
_PUNCTUATION: Final = {
    **dict.fromkeys("‘’“”«»–—…\u00a0،؟", 40),
    **dict.fromkeys("؛•·°©®™€£§½¼²³×\u00ad\u200c\u200d\u200e\u200f", 10),
    **dict.fromkeys("¡¿ºª´±÷¢¥µ¹¾†‡‰‹›„‚", 4),
}
_UNLIKELY: Final = log(0.0005)
# Mean log-likelihood of the characters beyond ASCII, and an allowance for texts with few of them. Of texts of
# 20 to 5,000 characters in Arabic, English and French (benchmarks/decoding.py) the right encoding has -4.1
# or more but for single rare words; KOI8-R, Windows-1251, -1253 and -1255, GBK, Big5, EUC-KR, DOS and Mac
# Roman have -4.77 or less in any.
_MIN_LIKELY: Final = -4.6
_ALLOWANCE: Final = 3.0
_OF_A_CLAIM: Final = 4.0
_OF_THE_RARE: Final = -2.0  # ISO-8859-6 is rare
_WORD: Final = regex.compile(r"[\p{L}\p{M}\u0640]+")
_MAX_SCORED: Final = 1 << 16


def decode(content: bytes, claimed: str = "") -> str:
    """Decodes a text: by its byte order mark, as UTF-8 or UTF-16, as claimed, or by its letters.

    A few characters that can't be read are U+FFFD in it.

    Args:
        content: the text's bytes.
        claimed: the encoding that the file names, if any.

    Raises:
        Unextractable: its encoding is none of Unicode's, of the claimed one, Windows-1256, ISO-8859-6 and
            Windows-1252.
    """
    for mark, encoding in _BYTE_ORDER_MARKS:
        if content.startswith(mark):
            marked = content[len(mark) :].decode(encoding, "replace").replace("\0", HOLE)
            if _is_damaged(marked):
                name = encoding[:6].upper().rstrip("-")
                why = f"it begins like {name}, but goes on otherwise. Save it as UTF-8."
                raise Unextractable(why, "encoding")
            return marked
    text = _unmarked_utf16(content) if _LOW_CONTROL.search(content[:4096]) else None
    if text is not None:
        return text
    text = _utf8(content, claimed)
    if text is None:
        text = _as_claimed(content, claimed)
    if text is None:
        text = _by_letters(content, claimed)
    return text


def _is_damaged(text: str) -> bool:
    return text.count(HOLE) > _MAX_HOLED * len(text)


def _unmarked_utf16(content: bytes) -> str | None:
    """UTF-16 without a byte order mark, told by its letters; None if it isn't."""
    for encoding in ("utf-16-le", "utf-16-be"):
        text = content.decode(encoding, "replace")
        if len(_UNEXPECTED.sub("", text)) >= _MIN_EXPECTED * len(text) and not _is_damaged(text):
            return text.replace("\0", HOLE)
    return None


def _utf8(content: bytes, claimed: str) -> str | None:
    """UTF-8, with a few damaged places at most; None if it isn't.

    Raises:
        Unextractable: it has NUL bytes, as no text has.
    """
    try:
        text = content.decode()
    except UnicodeDecodeError:
        text = content.decode(errors="replace")
        holes = text.count(HOLE)
        ascii_characters = len(content) - len(content.translate(None, _ASCII))
        sequences = len(text) - holes - ascii_characters
        if holes > _MAX_DAMAGED * sequences or _is_damaged(text):
            text = ""
    if b"\0" in content:
        text = text.replace("\0", HOLE)
        if not text or _is_damaged(text):
            why = "it looks like binary data (NUL bytes). If it is a text, save it as UTF-8."
            raise Unextractable(why, "encoding")
    if b"\x1b" in content and _codec(claimed) == "iso2022_jp":  # in ASCII characters alone
        return None
    return text or (None if content else "")


def _codec(claimed: str) -> str:
    """Python's name of a claimed encoding; empty for one that isn't in the Encoding Standard."""
    try:
        name = codecs.lookup(claimed.strip()).name
    except (LookupError, ValueError):
        return ""
    return name if name in _ENCODINGS else ""


def _as_claimed(content: bytes, claimed: str) -> str | None:
    """The text in an encoding that it claims and that can't be told by its letters; None if it isn't."""
    codec = _codec(claimed)
    if not codec or codec.startswith("utf") or _AS_GUESSED.get(codec, codec) in _GUESSED:
        return None
    text = _CONTROL.sub(HOLE, content.decode(codec, "replace"))
    return None if _is_damaged(text) else text


def _by_letters(content: bytes, claimed: str) -> str:
    """The text in the encoding in which its letters are likeliest.

    Raises:
        Unextractable: they aren't likely in any.
    """
    claimed_codec = _AS_GUESSED.get(_codec(claimed), _codec(claimed))
    sample = content[:_MAX_SCORED]
    high = len(_HIGH.findall(sample)) or 1
    scores = {codec: likelihood(sample.decode(codec, "replace")) for codec in _GUESSED}
    best = max(
        scores,
        key=lambda codec: (
            scores[codec] + _OF_A_CLAIM * (codec == claimed_codec) + _OF_THE_RARE * (codec == "iso8859-6")
        ),
    )
    text = _CONTROL.sub(HOLE, content.decode(best, "replace"))
    if scores[best] < _MIN_LIKELY * high - _ALLOWANCE or _is_damaged(text):
        place = next((match.start() for match in _HIGH.finditer(content)), 0)
        raise Unextractable(
            f"its encoding isn't known (not UTF-8: byte 0x{content[place]:02X} at {place:,}; "
            "nor Arabic in Windows-1256 or ISO-8859-6, nor Windows-1252). Save it as UTF-8.",
            "encoding",
        )
    return text


def likelihood(text: str) -> float:
    """Sum of the log-likelihoods of a text's characters beyond ASCII.

    Letters count by their frequency in Arabic or Latin text. A word that mixes both scripts, a capital after
    a small letter, a word of accented letters alone, ة within a word and the like are unlikely.
    """
    total = 0.0
    for match in _WORD.finditer(text):
        if not match[0].isascii():
            total += _word_likelihood(match[0])
    for char in text:
        if char > "\x7f" and unicodedata.category(char)[0] not in "LM" and char != "ـ":
            total += log(_PUNCTUATION[char] / 1000) if char in _PUNCTUATION else _UNLIKELY
    return total


def _word_likelihood(word: str) -> float:
    beyond = [char for char in word if char > "\x7f"]
    arabic = [char for char in word if char >= "\u0600"]
    if not arabic:
        return _latin_likelihood(word, beyond)
    if len(arabic) != len(word):
        return _UNLIKELY * len(beyond)
    total = 0.0
    before = ""
    for place, char in enumerate(word):
        if unicodedata.category(char) == "Mn":
            likely = 30 if before and unicodedata.category(before) != "Mn" else 5 if before == "ّ" else 0
        elif char in _FINAL and place + 1 < len(word) and unicodedata.category(word[place + 1]) != "Mn":
            likely = 0
        else:
            likely = _ARABIC.get(char, 0)
        total += log(likely / 1000) if likely else _UNLIKELY
        before = char
    return total


def _latin_likelihood(word: str, beyond: list[str]) -> float:
    if len(beyond) == len(word) and word.lower() not in _WORDS_OF_ONE_LETTER:
        return _UNLIKELY * len(beyond)
    if len(beyond) > 2 and 2 * len(beyond) > len(word):
        return _UNLIKELY * len(beyond)
    is_capital = word.isupper()
    total = 0.0
    for place, char in enumerate(word):
        if char <= "\x7f":
            continue
        likely = _LATIN.get(char.lower(), 0)
        if char.isupper() and place and not is_capital:
            likely = 0
        total += log(likely / 1000 / (2 if char.isupper() else 1)) if likely else _UNLIKELY
    return total
