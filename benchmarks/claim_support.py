"""Calibrates qa/writing/support.py: the weights and the least probability of a claim that is shown.

    python benchmarks/claim_support.py --data FOLDER --questions 170

FOLDER holds parallel/tatoeba_opus.jsonl.gz (CC BY 2.0 FR) and parallel/flores200_devtest.jsonl.gz (CC BY-SA
4.0), one pair of sentences a line. None of them is in the table of tests/claim_cases.py.

A claim is right if it is a translation of its quotation, or another translation of what that translates.
It is wrong if it is a sentence with many of the same words ("hard"), the right one with another behind it
("two"), or the next sentence of the same article ("near"). Of half of them the quotation has another sentence
beside it. Printed are the weights of a logistic regression, and by the languages of claim and quotation the
least probability above which the share of the right ones less twice that of the hard ones is largest.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from tqdm import tqdm

from index.encoding.base import Encoder
from index.encoding.language_means import LanguageMeans
from index.encoding.load import load
from index.encoding.passages import encode
from index.query import Query
from index.text.analyzer import language
from index.text.spelling import Spelling
from qa.writing.alignment import Quotation, align
from qa.writing.support import features, has_unsupported_clause

SEED = 3
HALF = 0.5
COST = 2  # of a near miss that is shown, in right claims that aren't
MIN_WORDS = 6
LANGUAGES = (("en", "ar"), ("ar", "en"))
# Words in so many sentences say nothing of which is like which.
MAX_FREQUENCY = 3000

Pair = Mapping[str, str]


@dataclass(frozen=True)
class Example:
    """A claim and a quotation.

    Attributes:
        kind: "right", or how it is wrong.
        is_crossed: whether they are in two languages.
    """

    kind: str
    is_crossed: bool
    claim: str
    quotation: str


def pairs(path: Path) -> list[Pair]:
    """The pairs of sentences of a file."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


class Neighbours:
    """Finds for a sentence another one with many of the same words, and another meaning."""

    def __init__(self, rows: Sequence[Pair]) -> None:
        """Indexes the English words of the pairs."""
        self._rows = rows
        self._words = [frozenset(row["en"].lower().strip(".?!").split()) for row in rows]
        self._places: dict[str, list[int]] = defaultdict(list)
        self._arabic: dict[str, set[str]] = defaultdict(set)
        for number, words in enumerate(self._words):
            self._arabic[rows[number]["en"]].add(rows[number]["ar"])
            for word in words:
                self._places[word].append(number)

    def of(self, number: int) -> Pair | None:
        """The most similar pair without a common translation."""
        own, row = self._words[number], self._rows[number]
        counts = Counter(
            other for word in own if len(self._places[word]) < MAX_FREQUENCY for other in self._places[word]
        )
        likeness = {other: count / len(own | self._words[other]) for other, count in counts.items()}
        for other in sorted(likeness, key=lambda other: -likeness[other])[:20]:
            found = self._rows[other]
            if found["en"] != row["en"] and not self._arabic[found["en"]] & self._arabic[row["en"]]:
                return found
        return None


def examples(rows: Sequence[Pair], articles: Sequence[Pair], count: int) -> Iterator[Example]:
    """Right and wrong claims, across languages and within one."""
    near = Neighbours(rows)
    for number in range(count):
        row, other, like = rows[number], rows[number + 5], near.of(number)
        for claim, quoted in LANGUAGES:
            end = " and " if claim == "en" else " و"
            yield Example("right", True, row[claim], row[quoted])
            two = row[claim].rstrip(".!؟?") + end + other[claim]
            yield Example("two", True, two, row[quoted])
            yield Example("two", False, two, row[claim])
            if like:
                yield Example("hard", True, like[claim], row[quoted])
                yield Example("hard", False, like[quoted], row[quoted])
    for claim, quoted in LANGUAGES:
        same: dict[str, list[str]] = defaultdict(list)
        for row in rows:
            if row[claim] not in same[row[quoted]]:
                same[row[quoted]].append(row[claim])
        for first, second, *_ in [found for found in same.values() if len(found) > 1][:count]:
            yield Example("right", False, first, second)
    for row, following in pairwise(articles[: count // 4]):
        for claim, quoted in LANGUAGES:
            yield Example("right", True, row[claim], row[quoted])
            yield Example("near", True, following[claim], row[quoted])
            yield Example("near", False, following[quoted], row[quoted])


def beside_others(made: Sequence[Example], dice: random.Random) -> Iterator[Example]:
    """The examples, half of them with another quotation in the same language beside theirs."""
    for example in made:
        other = dice.choice(made).quotation
        pair = (example.quotation, other) if dice.random() < HALF else (other, example.quotation)
        if dice.random() < HALF and language(other) == language(example.quotation):
            yield replace(example, quotation=". ".join((pair[0].rstrip(".؟?!"), pair[1])))
        else:
            yield example


def measured(example: Example, encoder: Encoder, means: LanguageMeans) -> tuple[NDArray[np.float64], bool]:
    """The features of an example, and whether each of its clauses has a counterpart."""
    query = Query.of(example.claim, encoder, means, Spelling.of([]))
    ((_, tokens),) = encode([example.quotation], "passage", encoder, means)
    matches = align(query, Quotation(1, example.quotation, tokens))
    return features(matches), not has_unsupported_clause(example.claim, matches)


def main() -> None:
    """Prints weights and shares."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--questions", type=int, default=170)
    arguments = parser.parse_args()
    rows = pairs(arguments.data / "parallel" / "tatoeba_opus.jsonl.gz")
    rows = [row for row in rows if len(row["en"].split()) >= MIN_WORDS]
    random.Random(SEED).shuffle(rows)
    articles = pairs(arguments.data / "parallel" / "flores200_devtest.jsonl.gz")
    encoder = load()
    means = LanguageMeans.known(encoder)
    made = list(examples(rows, articles, arguments.questions))
    made = list(beside_others(made, random.Random(SEED)))
    found = [measured(example, encoder, means) for example in tqdm(made)]
    table, is_whole = np.array([values for values, _ in found]), np.array([whole for _, whole in found])
    pairings = np.array([f"{language(one.claim)} of {language(one.quotation)}" for one in made])
    kinds = np.array([example.kind for example in made])
    crossed = np.array([example.is_crossed for example in made])
    for is_crossed in (False, True):
        chosen = crossed == is_crossed
        fitted = LogisticRegression(C=10, max_iter=2000).fit(table[chosen], kinds[chosen] == "right")
        print("across languages" if is_crossed else "within a language")
        print("  weights", fitted.coef_[0].round(2).tolist(), "bias", round(float(fitted.intercept_[0]), 2))
        likely = np.where(is_whole[chosen], fitted.predict_proba(table[chosen])[:, 1], 0)
        for pairing in np.unique(pairings[chosen]):
            print(f"  {pairing}:", best(likely, kinds[chosen], pairings[chosen] == pairing))


def best(likely: NDArray[np.float64], kinds: NDArray[np.str_], among: NDArray[np.bool_]) -> str:
    """The least probability to ask for, and the share of each kind that reaches it."""
    of = {str(kind): likely[among & (kinds == kind)] for kind in np.unique(kinds[among])}
    least = max(
        np.arange(0.2, 0.96, 0.01),
        key=lambda at: (of["right"] >= at).mean() - COST * (of["hard"] >= at).mean(),
    )
    shares = {kind: round(float((values >= least).mean()), 3) for kind, values in of.items()}
    return f"at least {least:.2f}: {shares}"


if __name__ == "__main__":
    main()
