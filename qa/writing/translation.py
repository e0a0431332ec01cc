"""Checks that a machine translation preserves a quotation's numbers, names and negations."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Final

import regex

from index.text.analyzer import Language, Term, analyze, language, normalise, stem, words
from index.text.arabic import is_arabic
from qa.writing.alignment import same_sounds, sound_alike
from qa.writing.quantities import quantities, values
from qa.writing.rules.clauses import clauses, negations
from qa.writing.rules.names import MIN_NAME, introduced_names, lone_names, names, translations

Likeness = Callable[[str, str], float]

# A translation is about as long as its original: more or less than this many times isn't one.
_MAX_RATIO: Final = 2.5
_MIN_RATIO: Final = 0.35
# What stands before a name may be written in full or shortened.
_TITLES: Final = frozenset(("mr", "mrs", "ms", "dr", "prof", "st"))
# Fewer consonants of a name are in any text by chance.
_MIN_SOUND_LENGTH: Final = 3
# "Only" is also "not ... except": such a pair says no to nothing.
_PAIR: Final = regex.compile(
    r"\b(?:not|no|never|none|nobody|nothing|cannot|\p{L}+n['’]t)\b.{1,80}?\b(?:except|unless)\b"
    r"|\b[وف]?(?:لا|لم|لن|ليس|ليست)\b.{1,80}?\b(?:الا|سوي)\b"
)


def is_faithful(original: str, translated: str, into: Language, likeness: Likeness | None = None) -> bool:
    """Whether a translation may be shown.

    It is in the language, about as long, and has the same numbers, months and days as its original. Each name
    of either has a counterpart in the other: it sounds like it, is its translation in the lexicon, or is near
    to it in meaning. And it is negated as often: "not ... except" and "only" are the same.

    Args:
        original: the quotation.
        translated: its translation.
        into: the language asked for.
        likeness: the similarity of two words by themselves; without it names are compared by sound and
            lexicon alone.
    """
    length, original_length = len(words(translated)), len(words(original))
    if not length or language(translated) != into:
        return False
    if not _MIN_RATIO <= length / max(original_length, 1) <= _MAX_RATIO and original_length > 3:
        return False
    if not _has_all(original, translated) or not _has_all(translated, original):
        return False
    if _denials(original) != _denials(translated):
        return False
    return _has_names(original, translated, likeness) and _has_names(translated, original, likeness)


def _has_all(text: str, other: str) -> bool:
    known = values((other,))
    return all(one.readings & known for one in quantities(text) if one.is_certain)


def _denials(text: str) -> int:
    """How often a text says no, without the pairs that say "only"."""
    pairs = sum(len(_PAIR.findall(normalise(text[start:end]).text)) for start, end in clauses(text))
    return negations(text) - 2 * pairs


def _has_names(text: str, other: str, likeness: Likeness | None) -> bool:
    """Whether every name of a text has a counterpart in the other one."""
    named = [*names(text), *lone_names(text), *introduced_names(text)]
    sounds = same_sounds(text, other)
    terms = {term.term for term in analyze(other)}
    return all(
        word.start in sounds or _has_counterpart(text, word, other, terms, likeness)
        for word in named
        if word.end - word.start > 1 and word.term not in _TITLES  # "J. Smith": an initial may be written out
    )


def _has_counterpart(text: str, word: Term, other: str, terms: set[str], likeness: Likeness | None) -> bool:
    if stem(word.term) in terms or translations(word.term) & terms:
        return True
    written = text[word.start : word.end]
    found = [one for one in words(other) if is_arabic(one.term[0]) != is_arabic(word.term[0])]
    joined = [f"{one.term}{after.term}" for one, after in pairwise(found)]  # Tal Afar, «تلعفر»
    if any(sound_alike(written, one, _MIN_SOUND_LENGTH) for one in (*(one.term for one in found), *joined)):
        return True
    return likeness is not None and any(likeness(word.term, one.term) >= MIN_NAME for one in found)
