"""Spelling normalisation of questions to the spelling that a collection uses.

Many write احمد, المدينه and علي where a newspaper prints أحمد, المدينة and على. The analyzer normalises
these variants; an encoder doesn't, and treats them as different words. So a question word that doesn't
occur in the collection is replaced by the collection's most frequent word of the same normalised form, if
the question's spelling only omits marks: احمد becomes أحمد, but ألا doesn't become إلا, nor كرة كره. In a
collection that never writes ة, or أ, the question may be the more careful one: there كرة becomes كره too.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final, Literal, TypeAlias

from index.text.analyzer import legible, normalise, words
from index.text.arabic import ARTICLE, is_arabic, proclitic_splits

# Fewest letters of a word that a proclitic may be attached to.
_MIN_LENGTH = 3
_DIGITS: Final = frozenset("0123456789")

CountKind: TypeAlias = Literal["letter", "number", "word"]
Count: TypeAlias = tuple[CountKind, str, str, int, int]
"""A kind, a normalised form (of a word), a word, its frequency, and that with the article attached."""


class WordCounts:
    """How often words, letters and numbers occur in some passages, or by how much that differs.

    A collection's counts are the sum of those of its segments: a segment's are negative for what a change
    removed.
    """

    def __init__(self) -> None:
        """Counts nothing yet."""
        self._words: Counter[str] = Counter()
        self._numbers: Counter[str] = Counter()

    def add(self, text: str, terms: Iterable[str], sign: int = 1) -> None:
        """Adds a passage.

        Args:
            text: as it is spelled.
            terms: the index terms of the passage.
            sign: -1 to subtract it.
        """
        for word in written_words(text):
            self._words[word] += sign
        for number in {term for term in terms if not _DIGITS.isdisjoint(term)}:
            self._numbers[number] += sign

    def rows(self) -> list[Count]:
        """The counts other than 0, in the order of their first three fields."""
        words: defaultdict[tuple[CountKind, str, str], list[int]] = defaultdict(lambda: [0, 0])
        for word, count in self._words.items():
            words["word", normalise(word).text, word][0] += count
            if bare := without_article(word):
                words["word", normalise(bare).text, bare][1] += count
            for letter in word:
                words["letter", "", letter][0] += count
        for number, count in self._numbers.items():
            words["number", "", number][0] += count
        return [(*key, counts[0], counts[1]) for key, counts in sorted(words.items()) if any(counts)]


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
        for proclitic, rest in _splits(word, normalise(word).text):
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
    """The Arabic word forms of a collection as they are spelled, or those of them that a question needs."""

    def __init__(self, words: Mapping[str, Mapping[str, tuple[int, int]]], letters: Collection[str]) -> None:
        """Wraps the words.

        Args:
            words: normalised form -> word -> its frequency, and that with the article attached: an occurrence
                of المدينة makes مدينة known too, as in للمدينة.
            letters: those in use.
        """
        self.words = words
        self.letters = letters

    @classmethod
    def of(cls, texts: Iterable[str]) -> Spelling:
        """The spelling of a collection of these texts."""
        counts = WordCounts()
        for text in texts:
            counts.add(text, ())
        return cls.summed(counts.rows())

    @classmethod
    def summed(cls, rows: Iterable[Count]) -> Spelling:
        """The spelling of a collection with these counts of words and letters; those of one key are added."""
        sums: defaultdict[tuple[CountKind, str, str], list[int]] = defaultdict(lambda: [0, 0])
        for kind, form, word, count, article in rows:
            sums[kind, form, word][0] += count
            sums[kind, form, word][1] += article
        words: defaultdict[str, dict[str, tuple[int, int]]] = defaultdict(dict)
        letters = set()
        for (kind, form, word), (count, article) in sums.items():
            if kind == "word" and (count or article):
                words[form][word] = (count, article)
            elif kind == "letter" and count:
                letters.add(word)
        return cls(words, letters)

    def look_up(self, levels: Iterable[str]) -> Mapping[str, Mapping[str, tuple[int, int]]]:
        """See `WordForms.look_up`."""
        return {level: self.words[level] for level in levels if level in self.words}

    def is_written(self, letter: str) -> bool:
        """See `WordForms.is_written`."""
        return letter in self.letters


def written_words(text: str) -> Iterator[str]:
    """Yields the Arabic words of a text as spelled, in order."""
    bare = legible(text).text
    for word in words(bare):
        written = bare[word.start : word.end]
        if is_arabic(written[0]):
            yield written


def without_article(word: str) -> str | None:
    """A word without its article; None if it has none, or if the remainder is too short."""
    long_enough = len(word) >= len(ARTICLE) + _MIN_LENGTH
    return word.removeprefix(ARTICLE) if long_enough and word.startswith(ARTICLE) else None


def levels(question: str) -> set[str]:
    """The normalised forms that `WordForms.apply` may look up for a question."""
    found = set()
    for word in written_words(question):
        level = normalise(word).text
        found.add(level)
        found |= {normalise(rest).text for _, rest in _splits(word, level)}
    return found


def _splits(word: str, level: str) -> Iterator[tuple[str, str]]:
    """Yields each way of splitting a proclitic off a word as it is spelled, given its normalised form."""
    for proclitic, _ in proclitic_splits(level):
        rest = word[len(proclitic) :]
        if len(rest) >= _MIN_LENGTH:
            yield proclitic, rest
