"""Whether a PDF's text can be in a language at all, or its fonts name the wrong letters.

Judged by how often each letter occurs in the text's distinct words (a form repeats few words many times):
the Jensen-Shannon divergence from the usual frequencies, in bits. Of pieces of XQuAD and TyDi QA with 400
Arabic letters none is above .08; one whose ب ت ث ن ي share a letter is at .13 to .16, one with every letter
moved by one at .27. English letters moved by one, three and thirteen places are at .20 to .30; short French,
German and Turkish sentences are below .09.
"""

from __future__ import annotations

import math
import unicodedata
from collections import Counter
from collections.abc import Mapping
from typing import Final

import regex

# Per thousand: of 343,059 Arabic letters of XQuAD and TyDi QA, and 92,963 English ones of XQuAD.
_ARABIC: Final = {
    "ا": 149, "ل": 111, "ي": 79, "و": 61, "م": 61, "ر": 51, "ت": 48, "ن": 47, "ب": 38, "ة": 36, "د": 32,
    "ع": 30, "س": 29, "ه": 23, "ك": 21, "ق": 20, "أ": 20, "ف": 19, "ح": 18, "ج": 15, "ش": 10, "ط": 10,
    "ص": 10, "خ": 8, "ث": 7, "ز": 7, "إ": 6, "ض": 6, "غ": 6, "ذ": 5, "ى": 4, "ئ": 4, "ء": 3, "ظ": 2, "ؤ": 1,
    "آ": 1,
}  # fmt: skip
_ENGLISH: Final = {
    "e": 124, "i": 81, "a": 80, "t": 76, "n": 75, "r": 71, "s": 70, "o": 68, "l": 49, "c": 42, "d": 40,
    "u": 31, "m": 30, "h": 29, "p": 26, "g": 23, "y": 16, "f": 15, "b": 15, "w": 14, "v": 12, "k": 6, "x": 3,
    "j": 2, "q": 1, "z": 1,
}  # fmt: skip
_MAX_ARABIC: Final = 0.11
_MAX_LATIN: Final = 0.15
# Of English letters that are moved a fifth are vowels, of those of other languages a third at least. (Swahili
# differs most from English in its letters: .24.)
_VOWELS: Final = "aeiouy"
_MIN_VOWELS: Final = 0.27
_MIN_LETTERS: Final = 150
# With fewer letters more is allowed: XQuAD and TyDi QA have pieces of 200 Arabic letters at .11.
_MANY_LETTERS: Final = 400
_MORE: Final = 1.5
# Ghostscript gives some letters of an Arabic font other characters below U+0100: 'لقاعا* for القاعات.
_ARABIC_LETTER: Final = regex.compile(r"\p{Arabic}")
_INTRUDER: Final = regex.compile(
    r"[\p{Arabic}--\p{P}]\p{Mn}*[!#-'*+<-Z0-9a-z\u00a1-\u024f--[«»×÷]][\p{Arabic}--\p{P}]", regex.VERSION1
)
_MAX_INTRUDED: Final = 0.02
_MIN_WORDS: Final = 30
# Letters of Latin alphabets beside A to Z and their marks, such as þ, ð, ß and ə: few words of three letters
# or more consist mostly of them in any language. (Phonetic script, IPA, is left out.) Ghostscript over
# wkhtmltopdf gives þþþÿþþÿ.
_RARE: Final = regex.compile(r"ÿ|[\p{Latin}--[A-Za-z\u0250-\u02af]]", regex.VERSION1)
_MIN_RARE_WORD: Final = 3
_FEW_RARE: Final = 3
_MAX_RARE: Final = 0.1
_WORD: Final = regex.compile(r"[\p{L}\p{M}]+")
# Letters without their dots, which no language is written with, and their maximum share.
_DOTLESS: Final = "ٮڡٯ"
_MAX_DOTLESS: Final = 0.01
# Of Persian, Urdu and Kurdish; with more of them the text isn't Arabic.
_OTHER: Final = frozenset("پچژگکیڤۆێەےٹڈڑھں")
_MAX_OTHER: Final = 0.02


def is_plausible(text: str) -> bool:
    """Whether a text's letters are about as frequent as in a language, and Arabic words have no other signs.

    True for a short text.
    """
    arabic_words = [word for word in text.split() if _ARABIC_LETTER.search(word)]
    intruded = sum(_INTRUDER.search(word) is not None for word in arabic_words)
    if intruded > _MAX_INTRUDED * max(len(arabic_words), _MIN_WORDS):
        return False
    distinct = set(_WORD.findall(text.replace("\u0640", "")))
    if not _has_few_rare(distinct):
        return False
    words = "".join(distinct)
    arabic = Counter(c for c in words if "\u0621" <= c <= "\u06d3" and c.isalpha())
    latin = Counter(c for c in unicodedata.normalize("NFD", words.lower()) if c in _ENGLISH)
    letters = sum(arabic.values())
    if sum(arabic[c] for c in _DOTLESS) > _MAX_DOTLESS * letters:
        return False
    others = sum(arabic[c] for c in _OTHER)
    if others <= _MAX_OTHER * letters and not _is_usual(arabic, _ARABIC, _MAX_ARABIC):
        return False
    vowels = sum(latin[c] for c in _VOWELS)
    return vowels >= _MIN_VOWELS * sum(latin.values()) or _is_usual(latin, _ENGLISH, _MAX_LATIN)


def _has_few_rare(words: set[str]) -> bool:
    """Whether few of these words consist mostly of rare letters."""
    long = [word for word in words if len(word) >= _MIN_RARE_WORD]
    rare = sum(2 * len(_RARE.findall(_without_marks(word))) > len(word) for word in long)
    return rare <= max(_FEW_RARE, _MAX_RARE * len(long))


def _without_marks(word: str) -> str:
    """A word without the marks on its letters, but for ÿ, which stands for other letters in faulty files."""
    return "".join(c if c == "ÿ" else unicodedata.normalize("NFD", c)[0] for c in word)


def _is_usual(counts: Mapping[str, int], usual: Mapping[str, int], most: float) -> bool:
    total, whole = sum(counts.values()), sum(usual.values())
    if total < _MIN_LETTERS:
        return True
    divergence = 0.0
    for letter in {*counts, *usual}:
        shares = (counts.get(letter, 0) / total, usual.get(letter, 0) / whole)
        middle = sum(shares) / 2
        divergence += sum(share * math.log2(share / middle) for share in shares if share) / 2
    return divergence <= most * (1 if total >= _MANY_LETTERS else _MORE)
