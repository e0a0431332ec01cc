"""Texts of any number whose words are as frequent as those of real ones, the same on every machine.

Nobody wrote them, so they tell how fast a search is, never how good. Words are drawn one by one by a
Zipf-Mandelbrot law over a million forms, p(rank) ~ 1 / (rank + offset) ^ exponent, fitted by least squares
of the logarithms to the paragraphs of XQuAD in each language (measured 2026-11-24). Passages are as long
as paragraphs are, 40 to 120 words. Real passages repeat their own rare words; these don't.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources
from itertools import product

import numpy as np
from numpy.typing import NDArray

from index.text.analyzer import Language, words

FORMS = 1_000_000
MIN_LENGTH, MAX_LENGTH = 40, 120
# Passages are drawn so many at a time, each block from a seed of its own: the first thousand of a
# million are the same as a thousand by themselves.
_BLOCK = 1000
_WORDS_IN_SENTENCE = 16

# (exponent, offset)
_LAWS: dict[Language, tuple[float, float]] = {"ar": (1.029, 7.37), "en": (1.064, 2.13)}
# Parts of the forms beyond the words of the repository's own texts: consonants in patterns, syllables.
_ROOTS = "بتثجحخدرزسشصضطعغفقكلمنه"
_PATTERNS = ("{}{}ا{}", "م{}{}و{}", "{}ا{}{}", "ت{}{}ي{}", "ا{}ت{}ا{}", "ي{}{}{}")
_PREFIXES, _ENDINGS = ("", "ال", "و", "وال", "ب", "لل"), ("", "ة", "ات", "ون", "ية", "ها", "ين", "ان")
_SYLLABLES = [a + b + c for a, b, c in product("bdfglmnprst", "aeiou", ("", "n", "r", "l", "st"))]


@dataclass(frozen=True)
class Synthetic:
    """An endless collection in one language.

    Attributes:
        language: of its words.
        seed: another one gives other passages with the same words.
    """

    language: Language = "ar"
    seed: int = 0

    @property
    def forms(self) -> tuple[str, ...]:
        """A million words, the most frequent first: those of the repository's own texts, then made-up."""
        return _all_forms(self.language)

    @cached_property
    def _shares(self) -> NDArray[np.float64]:
        exponent, offset = _LAWS[self.language]
        sums = np.cumsum((np.arange(1, FORMS + 1) + offset) ** -exponent)
        return np.asarray(sums / sums[-1], np.float64)

    def passages(self, count: int) -> Iterator[list[str]]:
        """So many passages, each by its words in the order in which they stand."""
        forms = self.forms
        for first in range(0, count, _BLOCK):
            generator = np.random.default_rng((self.seed, first))
            lengths = generator.integers(MIN_LENGTH, MAX_LENGTH + 1, _BLOCK)
            numbers = np.searchsorted(self._shares, generator.random(lengths.sum()), side="right")
            drawn = [forms[number] for number in numbers.tolist()]
            ends = np.cumsum(lengths).tolist()
            for start, end in zip([0, *ends[:-1]], ends[: count - first], strict=False):
                yield drawn[start:end]

    def texts(self, count: int) -> Iterator[str]:
        """The same passages as texts, in sentences of 16 words."""
        for passage in self.passages(count):
            yield " ".join(
                " ".join(passage[start : start + _WORDS_IN_SENTENCE]) + "."
                for start in range(0, len(passage), _WORDS_IN_SENTENCE)
            )

    def questions(self, count: int, length: int = 12) -> list[list[str]]:
        """So many questions, each by its words: neighbours in a passage of another seed."""
        others = Synthetic(self.language, self.seed + 1).passages(count)
        return [passage[:length] for passage in others]


@cache
def _all_forms(language: Language) -> tuple[str, ...]:
    counts = Counter(word.term for text in _own_texts(language) for word in words(text))
    real = [word for word, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0]))]
    made_up = _arabic_forms() if language == "ar" else _english_forms()
    order = np.random.default_rng(0).permutation(len(made_up))
    known = set(real)
    rest = (made_up[number] for number in order.tolist() if made_up[number] not in known)
    return (*real, *(form for form, _ in zip(rest, range(FORMS - len(real)), strict=False)))


def _own_texts(language: Language) -> Iterator[str]:
    lines = resources.files("index.encoding").joinpath("parallel.jsonl").read_text("utf-8").splitlines()
    for line in lines:
        pair = json.loads(line)[language]
        yield from (pair["passage"], pair["question"])
    if language == "ar":
        for file in resources.files("seeds").iterdir():
            if file.name.endswith(".txt"):
                yield file.read_text("utf-8")


def _arabic_forms() -> list[str]:
    roots = list(product(_ROOTS, repeat=3))[::3]
    stems = [pattern.format(*root) for root in roots for pattern in _PATTERNS]
    forms = (a + stem + b for stem in stems for a in _PREFIXES for b in _ENDINGS)
    return list(dict.fromkeys(forms))


def _english_forms() -> list[str]:
    pairs = list(product(_SYLLABLES, repeat=2))
    return list(dict.fromkeys(a + b + c for a, b in pairs for c in ("", *_SYLLABLES[::18])))
