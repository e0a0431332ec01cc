"""A question in the collection's spelling: the input of the encoder and of the analyzer.

Words that it doesn't have are replaced by ones that it has: Arabizi ("el masra7") by Arabic, a
dialect's word by the standard one, a typing slip by the one near spelling, a word without its marks by the
usual spelling (`index.text.spelling`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from index.text.analyzer import (
    Change,
    Normalised,
    Term,
    in_one_form,
    legible,
    replaced,
    stem,
    words,
)
from index.text.arabic import (
    ARTICLE,
    DIALECT,
    PROCLITICS,
    dialect_forms,
    is_arabic,
    is_known,
    proclitic_splits,
    without_proclitics,
)
from index.text.arabizi import is_arabizi, readings
from index.text.spelling import WordForms

_LETTERS: Final = "ءابتثجحخدذرزسشصضطظعغفقكلمنهوي"
# Sounds that dialects and typists write with another letter, in normalised spelling.
_SOUNDS: Final = ("ثت", "ثس", "ذد", "ذز", "ظض", "ظز", "قج", "سص", "تط", "هح", "قك", "زس")
# Letters that are alike without their dots, or that stand for a foreign sound; and the rows of a keyboard.
_SHAPES: Final = ("بتثني", "جحخ", "دذ", "رز", "سش", "صض", "طظ", "عغ", "فق", "پب", "چج", "ڤف", "گكق")
_KEYBOARD: Final = ("ضصثقفغعهخحجد", "شسيبلاتنمكط", "ءر", "وزظ")
_INFLECTING: Final = "سالتمونيه"
# Fewest letters of a word that may be a name with a superfluous vowel letter.
_LONG_NAME: Final = 7
# Fewest letters of a word with any letter wrong, and with one of `_SOUNDS`.
_MIN_SLIP_LENGTH: Final = 5
_MIN_SOUND_LENGTH: Final = 3


def as_written(question: str, forms: WordForms) -> Normalised:
    """A question as the collection writes it, with the position in the question of each character.

    Args:
        question: as it was asked.
        forms: the words of the collection.
    """
    read = legible(question)
    if is_arabizi(read.text):
        read = replaced(read, list(_from_arabizi(read.text, forms)))
    read = Normalised(forms.apply(read.text), read.origins)
    return in_one_form(replaced(read, list(_slips(read.text, forms))))


def _from_arabizi(text: str, forms: WordForms) -> Iterator[Change]:
    """Yields Arabic for each word in Latin letters: of its readings the likeliest that the collection has."""
    article: Term | None = None
    for word in words(text):
        found = readings(word.term)
        if found == [ARTICLE]:
            article = word
            continue
        start = word.start if article is None else article.start
        yield start, word.end, ("" if article is None else ARTICLE) + _likeliest(found, forms)
        article = None


def _likeliest(levels: Sequence[str], forms: WordForms) -> str:
    """Of the readings of a word, the likeliest first, the first that the collection has, or else is known."""
    if len(levels) == 1:
        return levels[0]
    variants = list(dict.fromkeys(form for level in levels for form in (level, *dialect_forms(level))))
    having = forms.look_up([prefix + form for form in variants for prefix in ("", ARTICLE)])
    for form in variants:
        if form in having or ARTICLE + form in having:
            return forms.usual(form) or (forms.usual(ARTICLE + form) or form).removeprefix(ARTICLE)
    return next(filter(is_known, variants), levels[0])


def _slips(text: str, forms: WordForms) -> Iterator[Change]:
    """Yields the collection's words for dialect and mistyped words that it doesn't have."""
    for word in words(text):
        level = word.term
        if not is_arabic(level[0]) or forms.look_up([level]):
            continue
        if level.startswith("بي") and (verb := _only(dialect_forms(level), forms)):
            yield word.start, word.end, verb
            continue
        if _is_had(level, forms):
            continue
        standard = DIALECT.get(level)
        # Not أية.
        if standard and not text[word.start : word.end].endswith("ة"):
            yield word.start, word.end, standard
        elif near := _near(text[word.start : word.end], level, forms):
            yield word.start, word.end, near


def _is_had(level: str, forms: WordForms) -> bool:
    """Whether the collection has a word of this form, with or without affixes."""
    return bool(forms.look_up([level, *(rest for _, rest in proclitic_splits(level, _MIN_SOUND_LENGTH))]))


def _near(word: str, level: str, forms: WordForms) -> str | None:
    """The collection's one near spelling of a word that it doesn't have, with the word's proclitic."""
    for proclitic, rest in proclitic_splits(level, _MIN_SOUND_LENGTH, ("", *PROCLITICS)):
        is_word = is_known(without_proclitics(level))
        slips = () if is_word else (_other_sounds(rest), _one_letter_off(rest))
        for candidates in (dialect_forms(rest), _other_hamzas(word[len(proclitic) :], rest), *slips):
            if near := _only(candidates, forms):
                return proclitic + near
    return None


def _only(candidates: Iterable[str], forms: WordForms) -> str | None:
    """The most frequent of the candidates that the collection has, if they are of one stem."""
    found = forms.look_up(candidates)
    if not found or len({stem(level) for level in found}) > 1:
        return None
    return forms.usual(max(found, key=lambda level: _frequency(found[level])))


def _frequency(found: Mapping[str, tuple[int, int]]) -> int:
    return sum(map(sum, found.values()))


def _other_hamzas(word: str, level: str) -> set[str]:
    """The words that have a hamza on another carrier, or ق that is spoken as one: مسئول and مسؤول, غرئت."""
    if len(word) != len(level) or len(word) <= _MIN_SOUND_LENGTH:
        return set()
    carriers = ("و", "ي", "ا", "ء", "وو", "ق")
    places = [i for i, letter in enumerate(word) if letter in "ئؤ"]
    return {level[:i] + carrier + level[i + 1 :] for i in places for carrier in carriers} - {level}


def _other_sounds(word: str) -> set[str]:
    """The words that have one letter of another sound."""
    return {
        word[:i] + pair.replace(letter, "") + word[i + 1 :]
        for i, letter in enumerate(word)
        for pair in _SOUNDS
        if letter in pair
    }


def _one_letter_off(word: str) -> set[str]:
    """The words that a typist may have meant: Damerau-Levenshtein distance 1, without inflection.

    The first letter stays, no letter that inflects is exchanged for another or put near the end, and only
    a doubled letter is left out, or a vowel's in a long word, which is often a name.
    """
    if len(word) < _MIN_SLIP_LENGTH:
        return set()
    found, size = set(), len(without_proclitics(word))
    for i in range(1, len(word)):
        left, letter, right = word[:i], word[i], word[i + 1 :]
        if letter == word[i - 1] or (letter in "اوي" and right and size >= _LONG_NAME):
            found.add(left + right)
        if right:
            found.add(left + right[0] + letter + right[1:])
        found |= {left + other + right for other in _alike(letter)}
        found |= {left + other + letter + right for other in _missing(bool(right), size)}
    found |= {word + other for other in _LETTERS if other not in _INFLECTING}
    if word[-1] == "ت":
        found.add(word[:-1] + "ه")
    return found - {word}


def _missing(is_inside: bool, size: int) -> str:
    """The letters that may be missing: none that inflects near the end, no vowel's in a short word."""
    letters = _LETTERS if is_inside else "".join(set(_LETTERS) - set(_INFLECTING))
    return letters if size > _MIN_SLIP_LENGTH else letters.translate(str.maketrans("", "", "اوي"))


def _alike(letter: str) -> set[str]:
    """Letters that one is mistaken for: alike in shape, or beside it on the keyboard; not both inflecting."""
    groups = (group for group in _SHAPES if letter in group)
    rows = (row for row in _KEYBOARD if letter in row)
    beside = {other for row in rows for other in row[max(row.index(letter) - 1, 0) : row.index(letter) + 2]}
    others = beside | {other for group in groups for other in group}
    return {other for other in others if not (letter in _INFLECTING and other in _INFLECTING)}
