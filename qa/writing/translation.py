"""Checks that a machine translation preserves a quotation's numbers, names and negations."""

from __future__ import annotations

from typing import Final

from index.text.analyzer import Language, language, words
from index.text.arabic import is_arabic
from qa.writing.alignment import same_sounds
from qa.writing.quantities import quantities, values
from qa.writing.rules.clauses import negations
from qa.writing.support import names

# A translation is about as long as its original: more or less than this many times isn't one.
_LONGEST: Final = 2.5
_SHORTEST: Final = 0.35


def is_faithful(original: str, translated: str, into: Language) -> bool:
    """Whether a translation may be shown.

    It is in the language, about as long, has the same numbers, months and days as its original, no name in
    Latin letters that the original doesn't have, and is negated as often.

    Args:
        original: the quotation.
        translated: its translation.
        into: the language asked for.
    """
    length, original_length = len(words(translated)), len(words(original))
    if not length or language(translated) != into:
        return False
    if not _SHORTEST <= length / max(original_length, 1) <= _LONGEST and original_length > 3:
        return False
    if not _has_all(original, translated) or not _has_all(translated, original):
        return False
    if negations(original) % 2 != negations(translated) % 2:
        return False
    return _names_agree(original, translated) and _names_agree(translated, original)


def _has_all(text: str, other: str) -> bool:
    known = values((other,))
    return all(one.readings & known for one in quantities(text) if one.is_certain)


def _names_agree(text: str, other: str) -> bool:
    """Whether every name in Latin letters sounds like a word of the other text."""
    if any(is_arabic(character) for character in text):
        return True
    sounds = same_sounds(text, other)
    named = names(text)
    # Names may be translated, as those of countries and offices are: of several one has to agree.
    return not named or any(name.start in sounds for name in named)
