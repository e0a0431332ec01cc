"""Whether quotations support a whole claim: a counterpart for each of its words and clauses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp
from typing import Final

import numpy as np
from numpy.typing import NDArray

from index.text.analyzer import Language
from qa.writing.alignment import Match
from qa.writing.rules.clauses import clauses


@dataclass(frozen=True)
class _Weights:
    """A logistic regression on `features`."""

    features: tuple[float, ...]
    bias: float


# benchmarks/claim_support.py (2026-11-30). What the reader says of a claim was a feature too, and told
# nothing more: the area under the curve is .95 with and without it.
_WITHIN: Final = _Weights((-0.39, 7.33, -1.65), -4.7)
_ACROSS: Final = _Weights((8.98, 1.08, -2.25), -6.79)
# The least probability by the languages of claim and quotation: there the share of the right ones above it
# less twice that of the near misses is largest. 10 % (Arabic quotations) or 15 % of these reach it.
_ENOUGH: Final[Mapping[tuple[Language, Language], float]] = {
    ("ar", "ar"): 0.62,
    ("en", "en"): 0.49,
    ("en", "ar"): 0.64,
    ("ar", "en"): 0.71,
}
_LOWEST: Final = 2
# Words less similar than this miss a counterpart; of a clause one has to have one.
_NEAR: Final = 0.6


def features(matches: Sequence[Match]) -> NDArray[np.float64]:
    """The features of a claim: (3,) float64.

    Of its words' similarities the mean, that of the two lowest, and by how much those that miss a counterpart
    do.

    Args:
        matches: the claim's words with their counterparts.
    """
    cosines = np.sort([match.cosine for match in matches]) if matches else np.zeros(1)
    missed = np.maximum(0, _NEAR - cosines).sum()
    return np.array([cosines.mean(), cosines[:_LOWEST].mean(), missed])


def probability(matches: Sequence[Match], is_crossed: bool) -> float:
    """The probability that a claim is supported.

    Args:
        matches: its words with their counterparts.
        is_crossed: whether it and its quotation are in two languages.
    """
    if not matches:
        return 0.0
    weights = _ACROSS if is_crossed else _WITHIN
    logit = weights.bias + float(np.einsum("i,i->", weights.features, features(matches)))
    return 1 / (1 + exp(-logit))


def is_enough(probability: float, claim: Language, quotation: Language) -> bool:
    """Whether a claim is shown.

    Args:
        probability: that it is supported.
        claim: its language.
        quotation: that of its quotation.
    """
    return probability >= _ENOUGH[claim, quotation]


def has_unsupported_clause(claim: str, matches: Sequence[Match]) -> bool:
    """Whether no word of a clause has a counterpart: "... and was painted green".

    That is so of 2 % of the right claims of claim_support.py within a language and 3 % across, and of more
    than half of those that have a second sentence behind the right one.

    Args:
        claim: the claim.
        matches: its words with their counterparts.
    """
    for start, end in clauses(claim):
        inside = [match.cosine for match in matches if start <= match.word.start < end]
        if inside and max(inside) < _NEAR:
            return True
    return False
