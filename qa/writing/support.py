"""Whether quotations support a whole claim: by the reader, and by a counterpart for each of its words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from qa.writing.alignment import Match

if TYPE_CHECKING:
    from qa.answering.reader import Reading


@dataclass(frozen=True)
class _Weights:
    """A logistic regression on `features`, and the least probability that is enough."""

    features: tuple[float, ...]
    bias: float
    enough: float


# benchmarks/claim_support.py (2026-11-30). Within a language 6 % of the near misses reach the least
# probability. Across languages a quarter do, since at a higher one too few right claims are left: there the
# other rules do more.
_WITHIN: Final = _Weights((0.07, -1.12, 6.86, 3.4), -6.09, 0.7)
_ACROSS: Final = _Weights((-0.29, 7.23, 5.49, 4.11), -8.7, 0.35)
_LOWEST: Final = 2


def features(matches: Sequence[Match], reading: Reading | None) -> NDArray[np.float64]:
    """The features of a claim: (4,) float64.

    What the reader says of it, and of its words' similarities the mean, that of the two lowest, the lowest.

    Args:
        matches: the claim's words with their counterparts.
        reading: of the claim and its quotation; None where there is no reader.
    """
    cosines = np.sort([match.cosine for match in matches]) if matches else np.zeros(1)
    answerable = reading.answerable if reading else 0.0
    return np.array([answerable, cosines.mean(), cosines[:_LOWEST].mean(), cosines[0]])


def probability(matches: Sequence[Match], reading: Reading | None, is_crossed: bool) -> float:
    """The probability that a claim is supported.

    Args:
        matches: its words with their counterparts.
        reading: what the reader says of the claim and its quotation; None where there is no reader.
        is_crossed: whether they are in two languages.
    """
    if not matches:
        return 0.0
    weights = _ACROSS if is_crossed else _WITHIN
    logit = weights.bias + float(np.einsum("i,i->", weights.features, features(matches, reading)))
    return 1 / (1 + exp(-logit))


def is_enough(probability: float, is_crossed: bool) -> bool:
    """Whether a claim is shown."""
    return probability >= (_ACROSS if is_crossed else _WITHIN).enough
