"""Spelling normalisation of questions to the spelling that a collection uses.

Many write احمد, المدينه and علي where a newspaper prints أحمد, المدينة and على. The analyzer normalises
these variants; an encoder doesn't, and treats them as different words. So a question word that doesn't
occur in the collection is replaced by the collection's most frequent word of the same normalised form, if
the question's spelling only omits marks: احمد becomes أحمد, but ألا doesn't become إلا, nor كرة كره. In a
collection that never writes ة, or أ, the question may be the more careful one: there كرة becomes كره too.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.storage.files import read_array, write_array
from index.storage.vocabulary import Vocabulary
from index.text.analyzer import legible, normalise, words
from index.text.arabic import ARTICLE, PROCLITICS, is_arabic

# Fewest letters of a word that a proclitic may be attached to.
_SHORTEST = 3


class WordForms(ABC):
    """The Arabic words of a collection as they are spelled: what `apply` asks of them."""

    @abstractmethod
    def look_up(self, levels: Iterable[str]) -> Mapping[str, Mapping[str, tuple[int, int]]]:
        """The words of each normalised form, with the frequency of each, and that with the article attached.

        Args:
            levels: normalised forms; those without words may be missing from the result.
        """

    @abstractmethod
    def is_written(self, letter: str) -> bool:
        """Whether the collection has a letter."""

    def apply(self, text: str) -> str:
        """Respells the Arabic words of a legible text that don't occur in the collection."""
        pieces, end = [], 0
        for word in words(text):
            written = text[word.start : word.end]
            if is_arabic(written[0]):
                pieces += [text[end : word.start], self._spelled(written)]
                end = word.end
        return "".join([*pieces, text[end:]])

    def is_known(self, word: str) -> bool:
        """Whether the collection has a word, as it is spelled."""
        level = normalise(word).text
        return word in self.look_up([level]).get(level, ())

    def usual(self, level: str) -> str | None:
        """The most frequent word of a normalised form, by counts with the article if there are no others."""
        found = self.look_up([level]).get(level)
        if not found:
            return None
        by = 0 if any(written for written, _ in found.values()) else 1
        # Ties go to the first in alphabetical order.
        return min(found, key=lambda word: (-found[word][by], word))

    def _spelled(self, word: str) -> str:
        if self.is_known(word):
            return word
        if usual := self._variant(word):
            return usual
        for proclitic in PROCLITICS:
            rest = word[len(proclitic) :]
            if normalise(word).text.startswith(proclitic) and len(rest) >= _SHORTEST:
                if self.is_known(rest):
                    return word
                if usual := self._variant(rest):
                    return word[: len(proclitic)] + usual
        return word

    def _variant(self, word: str) -> str | None:
        """The collection's most frequent spelling of an unknown word, or None if it can't be respelled so."""
        level = normalise(word).text
        usual = self.usual(level)
        if usual is None or not len(level) == len(usual) == len(word):
            return None
        letters = zip(level, word, usual, strict=True)
        return usual if all(self._left_off(bare, one, other) for bare, one, other in letters) else None

    def _left_off(self, bare: str, asked: str, usual: str) -> bool:
        """Whether a question's letter may be replaced by the collection's; both are equal without marks."""
        return usual == asked or asked == bare or (usual == bare and not self.is_written(asked))


class Spelling(WordForms):
    """The Arabic word forms of a collection as they are spelled, in a memory-mapped table."""

    def __init__(self, words: Vocabulary, counts: NDArray[np.int32], letters: NDArray[np.int64]) -> None:
        r"""Wraps the words.

        Args:
            words: each prefixed with its normalised form, so that words of one form are adjacent:
                `normalised + "\0" + word`.
            counts: (words, 2) frequency of each, and frequency with the article attached: an occurrence of
                المدينة makes مدينة known too, as in للمدينة.
            letters: (n, 2) the code points of the letters in use, ascending, and the frequency of each.
        """
        self.words = words
        self.counts = counts
        self.letters = letters

    @classmethod
    def of(cls, texts: Iterable[str]) -> Spelling:
        """Builds the table from texts."""
        nothing = cls(Vocabulary.of([]), np.zeros((0, 2), np.int32), np.zeros((0, 2), np.int64))
        return nothing.merged((), texts)

    def merged(self, removed: Iterable[str], added: Iterable[str]) -> Spelling:
        """Updates the table for removed and added texts; equal to one rebuilt from the new collection.

        Args:
            removed: texts that the table was built from.
            added: other texts.
        """
        changes = Counter(form for text in added for form in written_words(text))
        changes.subtract(form for text in removed for form in written_words(text))
        return self._changed({form: change for form, change in changes.items() if change})

    def _changed(self, changes: Mapping[str, int]) -> Spelling:
        counts: dict[str, NDArray[np.int32]] = {}
        letters = Counter(dict(self.letters.tolist()))
        for form, change in changes.items():
            _count(counts, form, (change, 0))
            if bare := without_article(form):
                _count(counts, bare, (0, change))
            for letter in form:
                letters[ord(letter)] += change
        return self._with(counts, letters)

    def _with(self, counts: dict[str, NDArray[np.int32]], letters: Counter[int]) -> Spelling:
        kept = np.ones(len(self.words), np.bool_)
        for key, count in list(counts.items()):
            number = self.words.find(key)
            if number is not None:
                count += self.counts[number]
                kept[number] = count.any()
            if not count.any():
                del counts[key]
        keys = sorted(counts)
        words, numbers, added_numbers = self.words.merged(kept, Vocabulary.of(keys))
        all_counts = np.empty((len(words), 2), np.int32)
        all_counts[numbers[kept]] = self.counts[kept]
        all_counts[added_numbers] = np.array([counts[key] for key in keys], np.int32).reshape(-1, 2)
        written = sorted((letter, count) for letter, count in letters.items() if count)
        return Spelling(words, all_counts, np.array(written, np.int64).reshape(-1, 2))

    def save(self, folder: Path, name: str) -> None:
        """Writes four files, `name.*.npy`."""
        self.words.save(folder, f"{name}.words")
        write_array(folder / f"{name}.counts.npy", self.counts)
        write_array(folder / f"{name}.letters.npy", self.letters)

    @classmethod
    def load(cls, folder: Path, name: str) -> Spelling:
        """Memory-maps the files written by `save`; data is read on demand."""
        parts = (
            np.asarray(read_array(folder / f"{name}.{part}.npy", mapped=True))
            for part in ("counts", "letters")
        )
        return cls(Vocabulary.load(folder, f"{name}.words"), *parts)

    def look_up(self, levels: Iterable[str]) -> Mapping[str, Mapping[str, tuple[int, int]]]:
        """See `WordForms.look_up`."""
        return {level: found for level in levels if (found := self._forms(level))}

    def _forms(self, level: str) -> dict[str, tuple[int, int]]:
        prefix = f"{level}\0".encode()
        number, found = self.words.place(f"{level}\0"), {}
        while number < len(self.words) and self.words[number].startswith(prefix):
            written, with_article = self.counts[number].tolist()
            found[self.words[number][len(prefix) :].decode()] = written, with_article
            number += 1
        return found

    def is_written(self, letter: str) -> bool:
        """See `WordForms.is_written`."""
        return ord(letter) in self.letters[:, 0]


def written_words(text: str) -> Iterator[str]:
    """Yields the Arabic words of a text as spelled, in order."""
    bare = legible(text).text
    for word in words(bare):
        written = bare[word.start : word.end]
        if is_arabic(written[0]):
            yield written


def without_article(word: str) -> str | None:
    """A word without its article; None if it has none, or if the remainder is too short."""
    long_enough = len(word) >= len(ARTICLE) + _SHORTEST
    return word.removeprefix(ARTICLE) if long_enough and word.startswith(ARTICLE) else None


def levels(question: str) -> set[str]:
    """The normalised forms that `WordForms.apply` may look up for a question."""
    found = set()
    for word in written_words(question):
        level = normalise(word).text
        found.add(level)
        for proclitic in PROCLITICS:
            rest = word[len(proclitic) :]
            if level.startswith(proclitic) and len(rest) >= _SHORTEST:
                found.add(normalise(rest).text)
    return found


def _key(word: str) -> str:
    return f"{normalise(word).text}\0{word}"


def _count(counts: dict[str, NDArray[np.int32]], word: str, change: tuple[int, int]) -> None:
    counts.setdefault(_key(word), np.zeros(2, np.int32))[:] += change
