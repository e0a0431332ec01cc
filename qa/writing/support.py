"""Whether quotations support a whole claim: by the reader, and by a counterpart for each of its words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import exp
from typing import TYPE_CHECKING, Final

import numpy as np
import regex
from numpy.typing import NDArray

from index.text.analyzer import Term, words
from index.text.arabic import is_arabic
from qa.conversation.follow_up import content_words
from qa.writing.alignment import Match, is_known
from qa.writing.quantities import quantities

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
# The least similarity, each by itself, of two names that are spelt otherwise. Germany and ألمانيا have .73,
# Egypt and مصر .65, Fouad and فؤاد .69; Germany and مصر .46, Oslo and بيرغن .30.
LEAST_NAME: Final = 0.6
# Parts of names that are written in one word with the next one in Arabic.
_PARTICLES: Final = frozenset(("al", "el", "bin", "ibn", "abu"))
# The least similarity of an Arabic word with a name in its quotation, in context, to be taken for one.
LEAST_LIKE_NAME: Final = 0.35
_LOWEST: Final = 2
# "Article 7" is no name.
_LABEL: Final = regex.compile(r"\p{L}+ \p{Nd}")


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


def names(text: str) -> list[Term]:
    """The words of a text with a Latin capital that don't only begin a sentence, without months and days.

    A first word is one if the next has a capital too: "Hans Weidel opened it."
    """
    found = words(text)
    dates = [one for one in quantities(text) if any(map(str.isalpha, next(iter(one.readings))))]
    meant = {word.start for word in content_words(text)}
    kept = []
    for i, word in enumerate(found):
        if not text[word.start].isupper() or word.start not in meant or word.term in _PARTICLES:
            continue
        is_first = i == 0 or bool(set(text[found[i - 1].end : word.start]) & set(".!?:؟\n"))
        is_followed = i + 1 < len(found) and text[found[i + 1].start].isupper()
        if (not is_first or is_followed) and not any(one.start <= word.start < one.end for one in dates):
            kept.append(word)
    return kept


def _after_counterparts(matches: Sequence[Match], quotation: str) -> dict[int, int]:
    """For each word, where the one begins that follows the counterpart of the word before it.

    Of «الراعي صالح» and "the shepherd Amalu" that of «صالح» is Amalu.
    """
    nexts = dict(pairwise([word.start for word in words(quotation)]))
    return {
        match.word.start: nexts[before.partner.start]
        for before, match in pairwise(matches)
        if before.partner and before.partner.start in nexts
    }


def has_other_name(
    claim: str,
    matches: Sequence[Match],
    quotation: str,
    question: Mapping[str, Term],
    likeness: Callable[[str, str], float],
) -> bool:
    """Whether a claim has a name that neither its quotation nor the question has.

    In Arabic names have no capitals: a word counts as one if its counterpart in the quotation is a name.

    Args:
        claim: the claim.
        matches: its words with their counterparts.
        quotation: its quotation.
        question: the forms of the question's words.
        likeness: the similarity of two words by themselves.
    """
    named = {word.start for word in names(claim) if not _LABEL.match(claim, word.start)}
    taken = {match.partner.start for match in matches if match.is_sure and match.partner}
    named_there = {word.start for word in names(quotation)}
    after = _after_counterparts(matches, quotation)
    for match in matches:
        if match.is_sure or is_known(match.word, question):
            continue
        is_crossed = match.partner is not None and (
            is_arabic(match.word.term[0]) != is_arabic(match.partner.term[0])
        )
        stands_for_name = (
            is_crossed
            and match.partner is not None
            and (match is not matches[0] or match.partner.start not in taken)  # an Arabic verb
            and not {match.partner.start, after.get(match.word.start)}.isdisjoint(named_there)
        )
        is_arabic_name = stands_for_name and is_arabic(match.word.term[0]) and match.cosine >= LEAST_LIKE_NAME
        if not (match.word.start in named or is_arabic_name):
            continue
        # Across scripts a name may be another word: Germany, ألمانيا.
        if (
            match.partner is None
            or not is_crossed
            or likeness(match.word.term, match.partner.term) < LEAST_NAME
        ):
            return True
    return False
