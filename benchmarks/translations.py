"""Makes the translations of terms by which BM25 finds passages across languages.

    python benchmarks/translations.py --data FOLDER [--without SET ...]

FOLDER holds the parallel sentences, one JSON object with `ar` and `en` per line (`SETS`). Takes a minute on
one core and two gigabytes of memory; the result is the same every time.

Words are aligned by IBM's first model (Brown et al. 1993) with the prior of fast_align (Dyer, Chahuneau &
Smith 2013: words are translated near the diagonal) and its sparse Dirichlet prior, in both directions. The
product of a link's two probabilities is counted, so that only links on which both directions agree remain
(Liang, Taskar & Klein 2006). The terms are the analyzer's.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import digamma

from index.retrieval.translations import TRANSLATIONS_FILE
from index.text.analyzer import ANALYZER_VERSION, analyze
from index.text.arabic import is_arabic

SETS: Final = {
    "flores200_devtest": "FLORES-200 devtest, CC BY-SA 4.0",
    "mt_geneval": "MT-GenEval, CC BY-SA 3.0",
    "ntrex128": "NTREX-128, CC BY-SA 4.0",
    "squad_paragraphs": "paragraphs and questions of SQuAD's training set, Arabic by machine, CC BY-SA 4.0",
    "tatoeba_manythings": "Tatoeba, CC BY 2.0 FR",
    "tatoeba_opus": "Tatoeba, CC BY 2.0 FR",
    "tatoeba_test_v2021": "Tatoeba, CC BY 2.0 FR",
    "tico19_test": "TICO-19, CC0",
    "xor_questions": "questions of TyDi QA's training set with their translations in XOR-TyDi, CC BY-SA 4.0",
}
_ROUNDS: Final = 6
# fast_align's own values: of the diagonal prior, the Dirichlet prior, and the share of unaligned words.
_DIAGONAL: Final = 4.0
_CONCENTRATION: Final = 0.01
_UNALIGNED: Final = 0.08
# Added to a term's occurrences: what was seen once is less sure.
_SMOOTHING: Final = 0.5
_MIN_COUNT: Final = 0.5
_MIN_PROBABILITY: Final = 0.05
_MAX_TERMS: Final = 6

Numbers = NDArray[np.int32]
FloatArray = NDArray[np.float64]
Pair = tuple[Sequence[str], Sequence[str]]


class Side:
    """One language's side of the sentences.

    Attributes:
        terms: the distinct terms, in order of first occurrence.
        counts: (terms,) how often each occurs.
        of_words: (words,) the term of each word of the text.
    """

    def __init__(self, sentences: Iterable[Sequence[str]]) -> None:
        """Numbers the terms of the sentences."""
        numbers: dict[str, int] = {}
        self.of_words = np.array(
            [numbers.setdefault(t, len(numbers)) for s in sentences for t in s], np.int32
        )
        self.terms = list(numbers)
        self.counts = np.bincount(self.of_words, minlength=len(numbers))


@dataclass(frozen=True, eq=False)
class Links:
    """Every pair of words that stand in the two sides of one sentence.

    Attributes:
        words: for each side (links,) the word's number in the text.
        pairs: (links,) the number of its pair of terms.
        terms: for each side (pairs,) the term of each pair.
        distances: (links,) in [0, 1], how far from the diagonal.
    """

    words: tuple[Numbers, Numbers]
    pairs: Numbers
    terms: tuple[Numbers, Numbers]
    distances: FloatArray

    @classmethod
    def of(cls, sentences: Sequence[Pair], sides: tuple[Side, Side]) -> Links:
        """The links of all sentences."""
        columns: list[tuple[Numbers, Numbers, FloatArray]] = []
        first, other = 0, 0
        for one, two in sentences:
            words, others = np.arange(len(one)), np.arange(len(two))
            apart = np.abs((words[:, None] + 0.5) / len(one) - (others + 0.5) / len(two))
            own = np.repeat(first + words, len(two)).astype(np.int32)
            columns.append((own, np.tile(other + others, len(one)).astype(np.int32), apart.ravel()))
            first, other = first + len(one), other + len(two)
        left, right, distances = (np.concatenate(column) for column in zip(*columns, strict=True))
        keys = sides[0].of_words[left].astype(np.int64) * len(sides[1].terms) + sides[1].of_words[right]
        distinct, pairs = np.unique(keys, return_inverse=True)
        one_, two_ = np.divmod(distinct, len(sides[1].terms))
        terms = one_.astype(np.int32), two_.astype(np.int32)
        return cls((left, right), pairs.astype(np.int32), terms, distances)

    def probabilities(self, sides: tuple[Side, Side], source: int) -> FloatArray:
        """(links,) the probability that the word of side `source` became the other one, by EM."""
        target = 1 - source
        words, terms = self.words[target], self.terms[source]
        given, made = sides[source], sides[target]
        prior = np.exp(-_DIAGONAL * self.distances)
        prior *= (1 - _UNALIGNED) / np.bincount(words, prior)[words]
        unaligned = _UNALIGNED * (made.counts / made.counts.sum())[made.of_words]
        pairs_of = np.bincount(terms, minlength=len(given.terms))
        likelihoods = np.full(len(terms), 1 / len(made.terms))
        for _ in range(_ROUNDS):
            weights = likelihoods[self.pairs] * prior
            posteriors = weights / (np.bincount(words, weights) + unaligned)[words]
            counts = np.bincount(self.pairs, posteriors)
            sums = np.bincount(terms, counts) + _CONCENTRATION * pairs_of
            likelihoods = np.exp(digamma(counts + _CONCENTRATION) - digamma(sums)[terms])
        return np.asarray(posteriors, np.float64)


def parallel(data: Path, without: Sequence[str] = ()) -> Iterator[Pair]:
    """Yields the terms of both sides of each pair of sentences: Arabic, English."""
    for name in SETS:
        if name not in without:
            with gzip.open(data / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
                for row in map(json.loads, lines):
                    sides = tuple([term.term for term in analyze(row[side])] for side in ("ar", "en"))
                    if all(sides):
                        yield sides[0], sides[1]


def translations(sentences: Sequence[Pair]) -> dict[str, list[tuple[str, float]]]:
    """Each term's likeliest translations with their probabilities, likeliest first."""
    sides = Side(one for one, _ in sentences), Side(two for _, two in sentences)
    links = Links.of(sentences, sides)
    agreed = links.probabilities(sides, 0) * links.probabilities(sides, 1)
    counts = np.bincount(links.pairs, agreed)
    found: dict[str, list[tuple[str, float]]] = {}
    (kept,) = np.nonzero(counts >= _MIN_COUNT)
    for source in (0, 1):
        given, made = sides[source], sides[1 - source]
        for pair in kept:
            term, other = links.terms[source][pair], links.terms[1 - source][pair]
            probability = float(counts[pair] / (given.counts[term] + _SMOOTHING))
            if probability >= _MIN_PROBABILITY and _is_translation(given.terms[term], made.terms[other]):
                found.setdefault(given.terms[term], []).append((made.terms[other], probability))
    return {
        term: sorted(others, key=lambda other: (-other[1], other[0]))[:_MAX_TERMS]
        for term, others in sorted(found.items())
    }


def _is_translation(term: str, other: str) -> bool:
    """Whether two terms are in different scripts, and neither is a number, which is the same in both."""
    return is_arabic(term[0]) != is_arabic(other[0]) and not any(map(str.isdecimal, (term, other)))


def main() -> None:
    """Learns the translations and writes them, with where they are from."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of the parallel sentences")
    parser.add_argument("--without", nargs="*", default=[], choices=SETS, help="sets to leave out")
    parser.add_argument("--output", type=Path, default=TRANSLATIONS_FILE)
    arguments = parser.parse_args()
    sentences = list(parallel(arguments.data, arguments.without))
    learned = translations(sentences)
    lines = [
        "\t".join((term, " ".join(f"{other} {round(100 * share)}" for other, share in others)))
        for term, others in learned.items()
    ]
    content = "".join(f"{line}\n" for line in lines)
    arguments.output.write_text(content, encoding="utf-8")
    sets = "".join(f"- {name}: {what}\n" for name, what in SETS.items() if name not in arguments.without)
    left_out = f" --without {' '.join(arguments.without)}" if arguments.without else ""
    command = f"python benchmarks/translations.py --data FOLDER{left_out}"
    arguments.output.with_suffix(".md").write_text(
        f"# Translations of terms\n\n{len(learned):,} terms, Arabic and English, from {len(sentences):,} "
        f"pairs of sentences by\n`{command}`; nothing in it is random.\nEach line has a term and its "
        "translations, each with its probability in percent.\n"
        f"Analyzer version {ANALYZER_VERSION}. SHA-256: "
        f"`{hashlib.sha256(content.encode()).hexdigest()}`.\n\n{sets}\n"
        "None shares a paragraph or a question with XQuAD or with TyDi's development set.\n",
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
