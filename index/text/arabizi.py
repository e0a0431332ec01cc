"""Arabizi: Arabic in Latin letters and digits ("emta bada2 el masra7?"), and its readings in Arabic."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import regex

# Arabizi of common words -> their standard form.
_COMMON: Final = {
    latin: arabic
    for arabic, all_latin in {
        "متى": "mata emta imta amta emte imte ymta aimta ayemta waqtash fo2ash",
        "أين": "ayna ayn wein wen ween wain fein fen feen fain fyn weyn win",
        "من": "meen min mn men",
        "ما": "matha maza madha eh eih esh eish aysh ish shu sho shou shno shnou shnu wesh wish she ma",
        "لماذا": "limatha lematha limaza lemaza leh leih lesh leish laish 3lash 3alash lash lih",
        "كم": "kam 2addesh 2adesh 2ad2eh adesh addeh addesh bkam bekam kem gdash gaddash sh7al",
        "كيف": "kayfa kayf keef kif kef kifash kefash ezay ezzay izzay izay ezzai shlon shlown",
        "هل": "hal",
        "أي": "ay ayy ayyo",
        "الذي": "elly elli illi illy eli yelli li",
        "في": "fi fe fee f b bi be",
        "من أجل": "3ashan 3shan 3alashan 3lshan 3asan",
        "على": "3ala 3la",
        "عن": "3an 3n",
        "مع": "ma3a ma3",
        "عند": "3and 3end 3nd",
        "و": "w wa we u wi",
        "هو": "howa huwa hwa howwa howe",
        "هي": "heya hiya hya hiyya",
        "كان": "kan kaan",
        "كانت": "kanet kant kanit kaanat kanat",
        "هذا": "da dah hada hadha haza hayda hatha",
        "هذه": "di dee dih hadi hadhi hazi haydi hathi",
        "سنة": "sana sanat senet snt",
        "بعد": "ba3d ba3ed",
        "قبل": "2abl abl 2abel qabl gabl",
        "ال": "el al il l",
        "إلى": "ela ila l7ad le la",
    }.items()
    for latin in all_latin.split()
}
# Words that are no other language's: one is enough to tell Arabizi.
_TELLING_WORDS: Final = """
mata kam ayna limatha lematha limaza kayfa matha emta imta amta ayemta waqtash fo2ash wein wen ween fein fen
feen meen eish aysh shou shno shnou shnu wesh leh leih lesh leish laish 3lash 3alash lash 2addesh 2adesh
addesh bkam bekam gdash gaddash sh7al keef kifash ezay ezzay izzay izay shlon elly elli illi illy 3ashan
3shan 3la howa huwa heya hiya kanet
"""
_TELLING: Final = frozenset(_TELLING_WORDS.split())
# A digit that is a letter; in "7th", "5km" and "mp3" none is.
_DIGIT_FOR_LETTER: Final = regex.compile(
    r"(?!\d+(?:st|nd|rd|th|km|kg|cm|mm|am|pm)$)(?=.*[a-z].*[a-z].*[a-z])(?:[a-z']*[235679][a-z'235679]*)"
)
_ENGLISH_WORDS: Final = """
the is are was were of what who whom when where which how why did does do in on at by for to and or with
from it its this that an has have had can will about between
"""
_ENGLISH: Final = frozenset(_ENGLISH_WORDS.split())
# The letters that a Latin letter or group may stand for, in normalised spelling, the likeliest first.
_SOUNDS: Final[Mapping[str, tuple[str, ...]]] = {
    "3'": ("غ",), "7'": ("خ",), "9'": ("ض",), "6'": ("ظ",),
    "sh": ("ش",), "ch": ("ش",), "kh": ("خ",), "gh": ("غ",), "th": ("ث", "ذ", "ته"),
    "dh": ("ذ", "ض", "ظ"),
    "ou": ("و", ""), "oo": ("و",), "ee": ("ي",), "ei": ("ي",), "ai": ("ي", "اي"), "ay": ("ي", "اي"),
    "aa": ("ا",), "ii": ("ي",), "uu": ("و",), "aw": ("و", "او"), "au": ("و", "او"), "ey": ("ي",),
    "2": ("ا", "ء", "ق", "ي", "و"), "3": ("ع",), "5": ("خ",), "6": ("ط",), "7": ("ح",), "8": ("ق", "غ"),
    "9": ("ص", "ق"), "4": ("ش", "ذ"),
    "b": ("ب",), "p": ("ب",), "t": ("ت", "ط"), "g": ("ج", "ق", "غ"), "j": ("ج",), "h": ("ه", "ح"),
    "d": ("د", "ض", "ذ"), "r": ("ر",), "z": ("ز", "ذ", "ظ"), "s": ("س", "ص", "ث"), "f": ("ف",), "v": ("ف",),
    "q": ("ق",), "k": ("ك", "ق"), "c": ("ك",), "l": ("ل",), "m": ("م",), "n": ("ن",), "w": ("و",),
    "y": ("ي",), "x": ("كس",), "'": ("", "ع"),
    "a": ("", "ا"), "e": ("", "ي", "ا"), "i": ("", "ي"), "o": ("", "و"), "u": ("", "و"),
}  # fmt: skip
_INITIAL: Final = {
    "a": ("ا", "ع"), "e": ("ا", "اي", "ع"), "i": ("ا", "اي", "ع"), "o": ("ا", "او", "ع"), "u": ("ا", "او")
}  # fmt: skip
_FINAL: Final = {
    "a": ("ه", "ا", "ي", "اء", ""),
    "e": ("ه", "ي", ""), "i": ("ي",), "o": ("و", "ه"), "u": ("و",), "y": ("ي",)
}  # fmt: skip
_DOUBLED: Final = regex.compile(r"([b-df-hj-np-tv-z])\1")
_UNIT: Final = regex.compile("|".join(sorted(map(regex.escape, _SOUNDS), key=len, reverse=True)))
_ATTACHED: Final = (
    *(("wel", "وال"), ("wal", "وال"), ("bel", "بال"), ("bil", "بال"), ("lel", "لل"), ("lil", "لل")),
    *(("fel", "في ال"), ("fil", "في ال"), ("el", "ال"), ("al", "ال"), ("il", "ال")),
)
# Readings of a word that are looked up.
_BEAM_WIDTH: Final = 400


def is_arabizi(question: str) -> bool:
    """Whether a question is Arabic in Latin letters: it has letters of its kind, and no English."""
    found = question.casefold().replace("’", "'").split()
    plain = [word.strip("?؟!.,;:\"'()«»") for word in found]
    if any(not word.isascii() for word in plain) or not _ENGLISH.isdisjoint(plain):
        return False
    spelled = [word for word in plain if _DIGIT_FOR_LETTER.fullmatch(word)]
    # A digit at the end of a single word may be a number: windows7.
    is_sure = len(spelled) > 1 or any(not word[-1].isdecimal() for word in spelled)
    is_beside_article = bool(spelled) and any(_COMMON.get(word) in ("ال", "في") for word in plain)
    return is_sure or is_beside_article or not _TELLING.isdisjoint(plain)


def readings(word: str) -> list[str]:
    """The readings of a word in Arabizi, in normalised spelling, likeliest first; one if it is a common word.

    A number is only itself.
    """
    if known := _COMMON.get(word):
        return [known]
    if word.isdecimal():
        return [word]
    found = list(_spelled(word))
    if word.endswith(("et", "at", "it")):
        found += _spelled(f"{word[:-2]}a")  # a construct state: madinat
    for latin, arabic in _ATTACHED:
        if word.startswith(latin) and len(word) >= len(latin) + 3:
            found += [arabic + rest for rest in _spelled(word[len(latin) :])]
            break
    return found[: 2 * _BEAM_WIDTH]


def _spelled(word: str) -> Iterator[str]:
    """Yields the spellings of a word, those with fewer unlikely letters first."""
    units = [match.group() for match in _UNIT.finditer(_DOUBLED.sub(r"\1", word))]
    beam = [(0, "")]
    for place, unit in enumerate(units):
        options = _SOUNDS[unit]
        if place == 0:
            options = _INITIAL.get(unit, options)
        elif place == len(units) - 1:
            options = _FINAL.get(unit, options)
        longer = [(cost + rank, text + option) for cost, text in beam for rank, option in enumerate(options)]
        beam = sorted(longer, key=lambda pair: pair[0])[:_BEAM_WIDTH]
    yield from dict.fromkeys(text for _, text in beam if text)
