"""Decodes plain text, with encoding detection."""

from __future__ import annotations

import codecs
import unicodedata

import regex

from index.readers.extract import Unextractable
from index.text.arabic import is_arabic

_WORD = regex.compile(r"[\p{L}\p{M}]+")
_FORMATTING = frozenset("\t\n\v\f\r")

# Thresholds that distinguish Arabic in Windows-1256 from other encodings decoded as such. Measured on the
# paragraphs of XQuAD and TyDi: the twelve commonest letters are .54 to .83 of all letters, but at most .36
# for bytes in KOI8-R, GBK, EUC-KR and UTF-8. Words that mix Arabic letters with others are at most .10, but
# .26 and more for ISO-8859-6 and Mac Arabic.
_COMMON = frozenset("اأإلينمرتوبة")
_LEAST_COMMON = 0.45
_MOST_MIXED = 0.2
_FEWEST_WORDS = 3


def decode(content: bytes) -> str:
    """Decodes a text in UTF-8, in UTF-16 with a byte order mark, or in Windows-1256.

    Raises:
        Unextractable: its encoding is none of these.
    """
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = content.decode("utf-16", "replace")
        if "\0" in text or "\ufffd" in text:
            raise Unextractable("it begins like UTF-16, but goes on otherwise. Save it as UTF-8.", "encoding")
        return text
    if b"\0" in content:
        raise Unextractable(
            "it looks like binary data (NUL bytes). If it is a text, save it as UTF-8.", "encoding"
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        text = content.decode("cp1256")
        if _is_plausible_arabic(text):
            return text
        raise Unextractable(
            f"its encoding isn't known (not UTF-8: byte 0x{content[error.start]:02X} at {error.start:,}; "
            "nor Arabic in Windows-1256). Save it as UTF-8.",
            "encoding",
        ) from None


def _is_plausible_arabic(text: str) -> bool:
    """Whether a text decoded as Windows-1256, in which every byte is valid, is plausible."""
    if any(unicodedata.category(c) == "Cc" and c not in _FORMATTING for c in text):
        return False
    letters = [c for c in text if c.isalpha()]
    arabic = [c for c in letters if is_arabic(c)]
    words = [word for word in _WORD.findall(text) if any(map(is_arabic, word))]
    mixed = [word for word in words if any(c.isalpha() and not is_arabic(c) for c in word)]
    return (
        len(words) >= _FEWEST_WORDS
        and 2 * len(arabic) > len(letters)
        and sum(c in _COMMON for c in arabic) >= _LEAST_COMMON * len(arabic)
        and len(mixed) <= _MOST_MIXED * len(words)
    )
