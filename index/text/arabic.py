"""Arabic word knowledge: variants of letters, clitics, the article, affixes, the light stemmer."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import regex

WORDS_FILE: Final = Path(__file__).with_name("arabic_words.txt")
"""Arabic words, and whether what looks like an affix is their own: written by benchmarks/arabic_words.py."""

ARTICLE: Final = "ال"
PROCLITICS: Final = ("وال", "بال", "كال", "فال", "لل", "ال", "و", "ف", "ب", "ل", "ك")
"""Proclitics that may be attached to a word, in normalised spelling; the longest first."""


def proclitic_splits(
    word: str, shortest: int = 0, among: Iterable[str] = PROCLITICS
) -> Iterator[tuple[str, str]]:
    """Yields each way of splitting a proclitic off a word in normalised spelling, the longest first.

    Args:
        word: the word.
        shortest: the fewest letters that must remain.
        among: the proclitics.

    Yields:
        The proclitic, and the rest of the word.
    """
    for proclitic in among:
        if word.startswith(proclitic) and len(word) - len(proclitic) >= shortest:
            yield proclitic, word[len(proclitic) :]


KEYBOARD_LETTERS: Final = str.maketrans(dict(zip("ٱکڪیېےہھەۀۂۃ", "اككيييهههههة", strict=True)))
"""Letters of Persian and Urdu keyboards, and alef wasla -> the Arabic letters that they stand for."""

LETTER: Final = r"[\p{Arabic}&&\p{L}]"
"""Class of the letters of Arabic script, for patterns in `regex.VERSION1`."""
_LETTER: Final = rf"[{LETTER}--[\u06e5\u06e6]]"
# Marks that may stand between a letter and its small letter.
_MARKS: Final = r"[[\p{M}\p{Cf}\u0640]--[\u0670\u06e7\u06e8]]*"
_SPOKEN_ALEF: Final = (
    # Words that are written without the alef that is spoken.
    *("هٰذا", "هٰذه", "هٰذي", "هٰذان", "هٰذين", "هٰؤلا", "ذٰلك", "لٰكن", "الٰه", "اللٰه", "للٰه", "رحمٰن"),
    *("اولٰئك", "هٰهنا", "طٰهٰ"),
)


def _pattern(text: str) -> regex.Pattern[str]:
    """Compiles a rule: «m» stands for any marks, «L» for a letter; group x is the character to replace."""
    return regex.compile(text.replace("m", _MARKS).replace("L", _LETTER), regex.VERSION1)


def _spelled(word: str) -> str:
    """The rule for a word: marks after any letter, any alef for an alef, the dagger alef to be replaced."""
    parts = {"ا": "[اأإآٱ]m", "ٰ": "(?P<x>ٰ)m"}
    return "".join(parts.get(letter, f"{letter}m") for letter in word)


_SMALL: Final = regex.compile("[\u0670\u06e5-\u06e8]")
# In this order, each over the one before.
_RULES: Final = (
    (_pattern("Lm(?P<x>ٰ)"), "ا"),
    (_pattern("[اأإآٱ]m(?P<x>ٰ)|(?P<x>ٰ)m(?:ا|[ىی](?!mL))"), ""),
    # The letter that carries it: هُدَىٰهُم is هداهم, صَلَوٰة is صلاة, ربوٰا is ربا.
    (_pattern("[ىی]m(?P<x>ٰ)|و(?P<x>ٰ)(?=m[ةه])"), ""),
    (_pattern("(?P<x>و)ٰ(?=mا)"), ""),
    (_pattern("(?P<x>[ىی])mٰ(?=mL)|(?P<x>و)ٰ(?=m[ةه])"), "ا"),
    # The vocative is a word of its own: يَٰقوم is يا قوم.
    (_pattern("(?<!Lm)يm(?P<x>ٰ)(?=mL)"), "ا "),
    (_pattern(f"(?<!Lm)(?:[اأٱوفبلك]m)*(?:{'|'.join(map(_spelled, _SPOKEN_ALEF))})"), ""),
    (_pattern("Lm(?P<x>ۥ)"), "و"),
    (_pattern("Lm(?P<x>[ۦۧ])|(?P<x>ى)m[ۦۧ]"), "ي"),
    (_pattern("Lm(?P<x>\u06e8)"), "ن"),
    # Only spoken after a pronoun, لَهُۥ, and not written in داود.
    (_pattern("هm(?P<x>[ۥۦ])(?!mL)|دmاmوm(?P<x>ۥ)m(?=د)|(?<!Lm)(?P<x>[ۥۦ])"), ""),
)
# Persian keyboards have one letter for ي and ى.
_FINAL_YA: Final = _pattern("(?<!Lm)(?:[وف]m)?(?:مmت|عmل|[اإ]mل|حmت|لmد)m(?P<x>ی)(?!mL)")
# A madda that only lengthens an alef: مَآءٌ, ٱلضَّآلِّينَ, مَآ.
_LONG_ALEF: Final = _pattern("(?<=\u064em)(?P<x>[اآ])\u0653?m(?:(?=[ءئؤ])|(?=L[\\p{M}]*\u0651)|(?!L))")
# آ as Quranic spelling writes it: at the beginning of a word, and in قرءان.
_HAMZA_ALEF: Final = _pattern(r"(?<!L)(?:[وف]?[بلك]?(?:ال|لل)?|[وفبلك]*(?:ال|لل)?قر)(?P<x>ءا)(?=L)")


def restore_letters(text: str, pieces: list[str]) -> None:
    """Writes out the letters that Quranic and careful spelling write as marks.

    A dagger alef is an alef (ٱلْكِتَٰب is الكتاب) except in words that are written without it (هٰذا) and beside ى;
    small waw and ya are letters except after a pronoun.

    Args:
        text: as it is written.
        pieces: the replacement of each of its characters; changed in place.
    """
    if _SMALL.search(text):
        for pattern, piece in _RULES:
            for match in pattern.finditer(text):
                for start in match.starts("x"):
                    pieces[start] = piece


def long_alefs(text: str) -> list[int]:
    """The positions in a text of the alefs with a madda that isn't a hamza's: مَآءٌ, ٱلضَّآلِّينَ, مَآ."""
    is_marked = "آ" in text or "\u0653" in text
    return [match.start("x") for match in _LONG_ALEF.finditer(text)] if is_marked else []


def final_yas(text: str) -> list[int]:
    """The positions in a text of the Persian letters that stand for ى: متی, علی."""
    return [match.start("x") for match in _FINAL_YA.finditer(text)] if "ی" in text else []


def hamza_alefs(text: str) -> list[int]:
    """The positions in a text of the ءا that stand for آ: ءايات, قرءان; each that of its hamza."""
    if "ءا" not in text:
        return []
    return [match.start("x") for match in _HAMZA_ALEF.finditer(text)]


ENDINGS: Final = (
    *("", "ه", "ها", "هم", "هما", "هن", "نا", "ي", "ت", "وا", "ا", "ات", "ان", "ين", "ون", "يه"),
    *("ته", "تها", "تهم", "تنا", "تان", "تين", "تي", "اته", "اتها", "اتهم", "يون", "يين", "يات", "وه", "وها"),
)
"""Suffixes of the words of `WORDS_FILE`, in normalised spelling."""

_SUFFIXES: Final = ("ها", "ان", "ات", "ون", "ين", "يه", "ه", "ي")
_PRONOUNS: Final = ("ها", "ه")
_ARTICLES: Final = ("بال", "كال", "لل", "ال")
_CONJUNCTIONS: Final = "وف"
_PREPOSITIONS: Final = "بلك"
_MIN_STEM_LENGTH: Final = 2
# Without an article, less than this may be letters of the word.
_MIN_LENGTH_AFTER_LETTER: Final = 3
_OWN: Final = "-"


@lru_cache(maxsize=1 << 16)
def stem(word: str) -> str:
    """The stem of an Arabic word in normalised spelling, by a light stemmer.

    It removes proclitics and at most one suffix, and leaves two letters or more. Letters of the word that
    look like an affix stay: و of وزارة, ان of لبنان; ف, ب, ل and ك go where the rest is known. R@1 of BM25
    is .883 on XQuAD and .818 on TyDi; .873 and .812 without these rules, and .859 on XQuAD with Snowball's
    Arabic stemmer (measured 2026-11-30; Snowball's in a prototype).
    """
    word = without_proclitics(word)
    if word in _known_words().own_endings:
        return word
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) >= len(suffix) + _MIN_STEM_LENGTH:
            return _without_feminine(word[: -len(suffix)]) if suffix in _PRONOUNS else word[: -len(suffix)]
    return word


def _without_feminine(word: str) -> str:
    """A word that had a pronoun without the ت that stands for ة before one: مدرستها is of مدرسة."""
    known = _known_words().every
    is_feminine = word[-1] == "ت" and len(word) > _MIN_LENGTH_AFTER_LETTER and word not in known
    return word[:-1] if is_feminine and is_known(word[:-1]) else word


def without_proclitics(word: str) -> str:
    """An Arabic word in normalised spelling without conjunction, preposition and article."""
    rest = word[1:]
    if word[0] in _CONJUNCTIONS and len(rest) >= _MIN_LENGTH_AFTER_LETTER and not _begins_so(word):
        noun = _without_article_or_preposition(rest)
        if word[0] == "و" or noun != rest or is_known(rest):
            return noun
    return _without_article_or_preposition(word)


def _without_article_or_preposition(word: str) -> str:
    rest = word[1:]
    after_letter = len(rest) >= _MIN_LENGTH_AFTER_LETTER and word[0] in _PREPOSITIONS and is_known(rest)
    for article in _ARTICLES:
        if word.startswith(article) and len(word) >= len(article) + _MIN_STEM_LENGTH:
            if _begins_so(word):
                return word
            # للقاء is ل and لقاء, بالتزام is ب and التزام.
            is_other = article != ARTICLE and len(rest) > _MIN_LENGTH_AFTER_LETTER and _begins_so(rest)
            return rest if is_other else word[len(article) :]
    return rest if after_letter and not _begins_so(word) else word


def is_known(word: str) -> bool:
    """Whether a word in normalised spelling is one of `WORDS_FILE`, with any ending."""
    return _is_among(word, _known_words().every)


def _begins_so(word: str) -> bool:
    """Whether the letters that a word begins with are its own, though they may be proclitics."""
    return _is_among(word, _known_words().own_beginnings)


def _is_among(word: str, bases: frozenset[str]) -> bool:
    return any(
        word.endswith(ending) and len(word) >= len(ending) + 3 and word[: len(word) - len(ending)] in bases
        for ending in ENDINGS
    )


@dataclass(frozen=True)
class _Words:
    """The words of `WORDS_FILE`: all of them, and those whose first letter or ending is their own."""

    every: frozenset[str]
    own_beginnings: frozenset[str]
    own_endings: frozenset[str]


@lru_cache(maxsize=1)
def _known_words() -> _Words:
    lines = WORDS_FILE.read_text(encoding="utf-8").split()
    return _Words(
        frozenset(line.strip(_OWN) for line in lines),
        frozenset(line.strip(_OWN) for line in lines if line.startswith((_OWN, *_ARTICLES))),
        frozenset(line.strip(_OWN) for line in lines if line.endswith(_OWN)),
    )


DIALECT: Final = {
    dialect: standard
    for standard, words in {
        "متى": "متي امتي امته ايمتي ايمته ايمت وقتاش فوقاش متين",
        "أين": "اين فين وين فينه وينه وينها فينها منين",
        "من": "مين منو شكون",
        "ما": "ايه ايش شو شنو شنوه وش اش شنهو شني شنيه",
        "لماذا": "ليه ليش علاش لاش لويش",
        "كيف": "ازاي ازي كيفاش شلون",
        "كم": "كام قديش قداش شقد اديش شحال بكام",
        "الذي": "اللي",
        "من أجل": "عشان علشان",
        "هذا": "ده دا هاد هادا هيدا هاظا",
        "هذه": "دي هاي هادي هيدي",
        "الآن": "دلوقتي هلق هلا هسه دابا",
        "ليس": "مش مو موش",
        "أيضا": "برضه كمان برضو",
        "أكثر": "اكتر",
    }.items()
    for dialect in words.split()
}
"""Question and function words of the dialects, in normalised spelling -> the standard ones."""


def dialect_forms(word: str) -> list[str]:
    """Standard forms that a dialect's verb may stand for, in normalised spelling: بيتباع is يباع."""
    found = []
    if word[0] in "بهح" and word[1:2] in _IMPERFECT and len(word) > _MIN_VERB_LENGTH and not _begins_so(word):
        found.append(word[1:])
    for verb in (*found, word):
        # The passive: يتباع, اتبنى, انبنى.
        if (
            verb[0] in "يتا"
            and verb[1:2] in _OF_PASSIVE
            and len(verb) > _MIN_VERB_LENGTH
            and not is_known(verb)
        ):
            found.append(verb[2:] if verb[0] == "ا" else verb[0] + verb[2:])
    return found


_IMPERFECT: Final = ("ي", "ت", "ن", "ا")
_OF_PASSIVE: Final = ("ت", "ن")
_MIN_VERB_LENGTH: Final = 4


def is_arabic(character: str) -> bool:
    """Whether a character belongs to the Arabic script, presentation forms included."""
    return (
        "\u0600" <= character <= "\u06ff"
        or "\u0750" <= character <= "\u077f"
        or "\u0870" <= character <= "\u08ff"
        or "\ufb50" <= character <= "\ufdff"
        or "\ufe70" <= character <= "\ufefc"
    )


# Letters that may join to their neighbours; with them tatweel, joiners, marks above, below and around.
_JOINED = rf"[{LETTER}\u0640\u200c\u200d\u0600-\u0605\u06dd\u08e2\p{{M}}]"
_UNITS = regex.compile(rf"(?V1){_JOINED}*{LETTER}{_JOINED}*|\X")


def joined_span(text: str, span: tuple[int, int]) -> tuple[int, int]:
    """The least span around this one that can be shown in another style than the text beside it.

    It splits no character from its marks (a letter from its tashkeel) and no word in Arabic script, whose
    letters would lose their joined forms where styles change, or where asterisks stand between them.

    Args:
        text: the text.
        span: not empty, in its characters.
    """
    ends = [0, *(unit.end() for unit in _UNITS.finditer(text))]
    start, end = span
    return ends[bisect_right(ends, start) - 1], ends[bisect_left(ends, end)]
