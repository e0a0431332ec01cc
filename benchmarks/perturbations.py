"""Ways of writing the same in Arabic: what a search must not be put off by.

Each is a small pure function of a text; `VARIANTS` lists them. This file holds those that change letters
and marks: after them the words are the same once the analyzer has normalised them
(`index.text.analyzer.normalise`), except where digits or names are given in another script. rewording.py
holds those that change words.
"""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal, TypeAlias

import regex
from rewording import (
    and_apart,
    and_before,
    attach_prepositions,
    egyptian,
    in_arabic_script,
    in_latin_script,
    iraqi,
    leave_out_article,
    levantine,
    so_before,
)

Side: TypeAlias = Literal["question", "text"]
Rewrite: TypeAlias = Callable[[str], str]

_TATWEEL: Final = "\u0640"
_FATHA, _DAMMA, _KASRA, _SHADDA, _SUKUN = "\u064e", "\u064f", "\u0650", "\u0651", "\u0652"
_TANWIN: Final = "\u064b\u064c\u064d"
_MARKS: Final = regex.compile("[\u064b-\u0652\u0670]")
# Letters with whatever stands on them and between them.
_WORD: Final = regex.compile("[\u0621-\u065f\u0670-\u06d3]+")
# Letters that aren't joined to what follows; no tatweel after them.
_UNJOINED: Final = frozenset("ءاأإآٱدذرزوؤةى")
_EASTERN: Final = "٠١٢٣٤٥٦٧٨٩"


@dataclass(frozen=True)
class Variant:
    """A way of writing.

    Attributes:
        name: what it is called in a report.
        side: what is written so: the question, or every text.
        rewrite: a text -> the same text, so written.
    """

    name: str
    side: Side
    rewrite: Rewrite


def vocalise(text: str) -> str:
    """Puts tashkeel on every Arabic word, in place of what it has.

    The marks are made up, since there is no diacritiser that works offline: every consonant takes a short
    vowel or a sukun, one in eight a shadda, the last letter of some words tanwin, and the article's lam
    a sukun; letters that are long vowels stay bare. They are plausible to look at, not right. A word takes
    the same marks wherever it stands.
    """
    return _WORD.sub(lambda match: _vocalised(_MARKS.sub("", match.group())), text)


@lru_cache(maxsize=65536)
def _vocalised(word: str) -> str:
    chance = random.Random(word)
    written = []
    for place, letter in enumerate(word):
        written.append(letter)
        if letter in "اآىٱ" or unicodedata.category(letter) != "Lo":
            continue
        if place and letter in "وي":
            continue  # most often a long vowel
        if place == len(word) - 1:
            written.append(chance.choice(_FATHA + _DAMMA + _KASRA + _SUKUN + _TANWIN))
        elif letter == "ل" and word[:place] in ("ا", "وا", "فا", "با", "كا"):
            written.append(_SUKUN)
        else:
            if place and chance.random() < 1 / 8:
                written.append(_SHADDA)
            written.append(chance.choice(_FATHA + _DAMMA + _KASRA + (_SUKUN if place else "")))
    return "".join(written)


def stretch(text: str) -> str:
    """Draws every Arabic word out with tatweel, once, where two of its letters are joined."""
    return _WORD.sub(lambda match: _stretched(match.group().replace(_TATWEEL, "")), text)


@lru_cache(maxsize=65536)
def _stretched(word: str) -> str:
    places = []
    before = ""
    for place, letter in enumerate(word):
        if unicodedata.category(letter) != "Lo":
            continue
        # Lam and alef are one shape: nobody draws them apart. Nothing is joined to a lone hamza.
        joined = before and before not in _UNJOINED and letter != "ء"
        if joined and not (before == "ل" and letter in "اأإآ"):
            places.append(place)
        before = letter
    if not places:
        return word
    chance = random.Random(word)
    place = chance.choice(places)
    return word[:place] + _TATWEEL * chance.randint(1, 4) + word[place:]


def drop_hamza(text: str) -> str:
    """Leaves the hamza off its carriers and the madda off alef: أ إ آ as ا, ؤ as و, ئ as ي."""
    return text.translate(str.maketrans("أإآٱؤئ", "ااااوي"))


def final_ha_and_ya(text: str) -> str:
    """Writes ة as ه and ى as ي, as many do everywhere."""
    return text.translate(str.maketrans("ةى", "هي"))


def final_ta_and_maksura(text: str) -> str:
    """Writes a final ي as ى, as in Egypt, and a final ه as ة, as in هذة; in words of one letter not."""
    return _WORD.sub(lambda match: _with_final_ta_and_maksura(match.group()), text)


def _with_final_ta_and_maksura(word: str) -> str:
    bare = _MARKS.sub("", word)
    if len(bare) > 1 and word[-1] == "ي":
        return f"{word[:-1]}ى"
    if len(bare) > 2 and word[-1] == "ه":
        return f"{word[:-1]}ة"
    return word


def eastern_digits(text: str) -> str:
    """Writes 0-9 as Arabic-Indic digits, except in Latin words and model numbers such as U2."""
    return regex.sub(
        r"(?<![A-Za-z0-9])[0-9]+(?![A-Za-z0-9])",
        lambda match: match.group().translate(str.maketrans("0123456789", _EASTERN)),
        text,
    )


def western_digits(text: str) -> str:
    """Writes Arabic-Indic digits as 0-9."""
    return text.translate(str.maketrans(_EASTERN, "0123456789"))


def presentation_forms(text: str) -> str:
    """Writes every Arabic letter as the glyph that it has at its place in its word (U+FB50 to U+FEFC).

    As text comes out of many PDF files. Lam and alef become one character.
    """
    return _WORD.sub(lambda match: _shaped(match.group()), text)


@lru_cache(maxsize=1)
def _forms() -> dict[tuple[str, str], str]:
    """Letters and "initial", "medial", "final" or "isolated" -> the glyph; by the Unicode database."""
    found: dict[tuple[str, str], str] = {}
    for code in (*range(0xFB50, 0xFC00), *range(0xFE80, 0xFEFD)):
        shape, *letters = unicodedata.decomposition(chr(code)).split()[:3] or [""]
        letter = "".join(chr(int(number, 16)) for number in letters)
        # Of the ligatures lam-alef is the only one that is never written apart.
        if len(letter) == 1 or (letter and code >= 0xFEF5):
            found[letter, shape.strip("<>")] = chr(code)
    return found


def _shaped(word: str) -> str:
    forms = _forms()
    written: list[str] = []
    # What the letter before is: where its glyph stands in `written`, its letters, joined to its own before.
    last: tuple[int, str, bool] | None = None
    for letter in word:
        if letter != _TATWEEL and unicodedata.category(letter) != "Lo":
            written.append(letter)  # a mark: letters are joined across it
            continue
        if last and last[0] == len(written) - 1 and (last[1] + letter, "isolated") in forms:
            place, before, joined = last
            last = (place, before + letter, joined)
            written[place] = forms[before + letter, "final" if joined else "isolated"]
            continue
        joined = last is not None and _joins_next(last[1]) and _joins_previous(letter)
        if last and joined:
            place, before, was_joined = last
            written[place] = forms.get((before, "medial" if was_joined else "initial"), written[place])
        written.append(forms.get((letter, "final" if joined else "isolated"), letter))
        last = (len(written) - 1, letter, joined)
    return "".join(written)


def _joins_next(letters: str) -> bool:
    return letters == _TATWEEL or (letters, "initial") in _forms()


def _joins_previous(letter: str) -> bool:
    return letter == _TATWEEL or (letter, "final") in _forms()


def _both(name: str, rewrite: Rewrite) -> tuple[Variant, Variant]:
    return Variant(name, "question", rewrite), Variant(name, "text", rewrite)


VARIANTS: Final = (
    *_both("vocalised", vocalise),
    *_both("tatweel", stretch),
    *_both("hamza left off", drop_hamza),
    *_both("ta marbuta as ha, alef maksura as ya", final_ha_and_ya),
    *_both("ha as ta marbuta, ya as alef maksura", final_ta_and_maksura),
    *_both("digits as Arabic-Indic", eastern_digits),
    *_both("digits as European", western_digits),
    *_both("presentation forms", presentation_forms),
    *_both("Latin names in Arabic script", in_arabic_script),
    *_both("Arabic names in Latin script", in_latin_script),
    Variant("wa- before the first word", "question", and_before),
    Variant("fa- before the first word", "question", so_before),
    *_both("wa- apart from al-", and_apart),
    Variant("fi, ila as bi-, li-", "question", attach_prepositions),
    Variant("al- left out", "question", leave_out_article),
    Variant("Egyptian", "question", egyptian),
    Variant("Levantine", "question", levantine),
    Variant("Iraqi and Gulf", "question", iraqi),
)
