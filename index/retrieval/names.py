"""Phonetic name matching across scripts, so that Akashat matches عكاشات.

Arabic writes no short vowels and English spells one Arabic sound in several ways, so a word is
reduced to its consonants, merging those that writers of one script can't tell apart in the other
(b and p; k, q and خ; t, th and ط; d, dh and ظ; ...).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log

import numpy as np
import regex
from numpy.typing import NDArray

from index.array_types import FloatArray
from index.retrieval.postings import Frequencies, Lookup, Postings
from index.retrieval.token_codec import TokenVectors
from index.text.analyzer import Term, words
from index.text.arabic import is_arabic, proclitic_splits

# Fewer consonants than this match by chance; three are enough if a capital marks a name.
_MIN_LENGTH = 4
_MIN_CAPITALISED_LENGTH = 3

_ARABIC = str.maketrans(
    dict(zip("بپتثجحخدذرزسشصضطظغفڤقكگلمنهچ", "bbttjhkddrzs$sdtdgffkkglmnh$", strict=True))
    | dict.fromkeys("اويعءى", "")
)
_DIGRAPHS = {
    "sch": "$", "tch": "$", "sh": "$", "ch": "$", "kh": "k", "gh": "g", "th": "t", "dh": "d",
    "ph": "f", "ck": "k", "qu": "k", "ce": "se", "ci": "si", "cy": "si", "x": "ks",
}  # fmt: skip
_DIGRAPH = regex.compile("|".join(_DIGRAPHS))
_LATIN = str.maketrans(dict(zip("pvqc", "bfkk", strict=True)) | dict.fromkeys("aeiouwy'", ""))
_REPEATED = regex.compile(r"(.)\1+")
_CONSONANTS = regex.compile(r"[a-z$]+")
_MIN_LENGTH_AFTER_PROCLITIC = 3


def name_keys(
    text: str, shortest: int = _MIN_LENGTH, shortest_name: int = _MIN_CAPITALISED_LENGTH
) -> list[Term]:
    """The phonetic keys of a text's possible names, and its numbers.

    A word may have two keys (with its proclitic and without), and two neighbouring Latin words may share
    one (Tal Afar, تلعفر).

    Args:
        text: the text.
        shortest: the fewest consonants of a Latin key without a capital letter.
        shortest_name: the fewest of others.
    """
    keys: list[Term] = []
    previous: tuple[str, Term] | None = None
    for word in words(text):
        if word.term.isdecimal():
            keys.append(word)
            previous = None
        elif is_arabic(word.term[0]):
            for form in _arabic_forms(word.term):
                _add(keys, form.translate(_ARABIC), word.start, word.end, shortest_name)
            previous = None
        else:
            capitalised = text[word.start].isupper()
            least = shortest_name if capitalised else shortest
            _add(keys, _sound(word.term), word.start, word.end, least)
            if previous is not None:
                _add(keys, _sound(previous[0] + word.term), previous[1].start, word.end, shortest)
            previous = (word.term, word)
    return keys


def _arabic_forms(word: str) -> list[str]:
    split = next(proclitic_splits(word, _MIN_LENGTH_AFTER_PROCLITIC), None)
    return [word, split[1]] if split else [word]


def _sound(word: str) -> str:
    return _DIGRAPH.sub(lambda match: _DIGRAPHS[match.group()], word).translate(_LATIN)


def _add(keys: list[Term], consonants: str, start: int, end: int, shortest: int) -> None:
    # A final h is ة in one script and nothing in the other.
    key = _REPEATED.sub(r"\1", consonants).removesuffix("h")
    if len(key) >= shortest and _CONSONANTS.fullmatch(key):
        keys.append(Term(key, start, end))


class NameIndex:
    """Inverted index from phonetic keys to passages."""

    def __init__(self, segments: Sequence[Postings], frequencies: Frequencies | None = None) -> None:
        """Wraps the postings of the passages' keys; `frequencies` as for `LexicalIndex`."""
        self.segments = segments
        self._frequencies = frequencies

    def scores(self, names: Sequence[Term], tokens: TokenVectors, rows: NDArray[np.int64]) -> FloatArray:
        """The share of a question that is names which these passages also have, matched by sound.

        Args:
            names: the question's, with their spans in it.
            tokens: the question's.
            rows: the passages, as in `LexicalIndex`.

        Returns:
            (len(rows),) float32 in [0, 1]: the share of the question's token weight on such names,
            each scaled by its rarity.
        """
        if not len(rows):
            return np.zeros(0, np.float32)
        # If two names share a token, the rarer counts.
        matched = np.zeros((len(tokens.spans), len(rows)), np.float32)
        starts, ends = tokens.spans.T
        found = Lookup(self.segments, [name.term for name in names])
        passages, counts = self._counts(names, found)
        held = self._held(found, len(names), rows)
        for name, count, has_name in zip(names, counts, held, strict=True):
            # Tokens are in text order.
            inside = slice(int(ends.searchsorted(name.start, "right")), int(starts.searchsorted(name.end)))
            if inside.start < inside.stop and has_name.any():
                rarity = log((passages + 1) / max(count, 1)) / log(passages + 1)
                np.maximum(matched[inside], has_name * np.float32(rarity), out=matched[inside])
        # Not BLAS: on some processors it reads beyond small arrays and warns about the values there.
        shares = np.einsum("ji,j->i", matched, tokens.weights) / max(float(tokens.weights.sum()), 1e-12)
        return np.asarray(shares, np.float32)

    def _counts(self, names: Sequence[Term], found: Lookup) -> tuple[int, Sequence[int]]:
        """The number of passages in the collection, and of those with each name."""
        if known := self._frequencies:
            return known.passages, [known.found.get(name.term, 0) for name in names]
        passages = sum(len(postings.lengths) - len(postings.removed) for postings in self.segments)
        return passages, found.frequencies

    def _held(self, found: Lookup, names: int, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
        """(names, len(rows)) whether each passage has each name."""
        held = np.zeros((names, len(rows)), np.bool_)
        first = 0
        for postings, places in zip(self.segments, found.places, strict=True):
            (inside,) = np.nonzero((rows >= first) & (rows < first + len(postings.lengths)))
            if len(inside):
                of_segment = (rows[inside] - first).astype(np.int32)
                for number, place in enumerate(places):
                    if place.start < place.stop:  # of most names a small segment has none
                        held[number, inside] = postings.holds(place, of_segment)
            first += len(postings.lengths)
        return held
