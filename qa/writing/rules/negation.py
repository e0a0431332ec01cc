"""Detects claims that negate what their quotation affirms, or affirm what it negates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import regex

from index.text.analyzer import Term, normalise, stem, words
from index.text.sentences import Span
from qa.conversation.follow_up import content_words
from qa.writing.alignment import Match
from qa.writing.rules.clauses import NEGATION, clauses, negations
from qa.writing.rules.degrees import is_bounded

_EXCEPTION: Final = regex.compile(r"\b(?:الا|سوي|عدا|دون|بدون|except|unless|without)\b")
# The least similarity of words that are counted as counterparts.
_NEAR: Final = 0.45


def is_negated_otherwise(claim: str, quotation: str, matches: Sequence[Match]) -> bool:
    """Whether a clause of the claim is negated and what it renders isn't, or the reverse.

    A clause renders the clauses that have words which no other one has. Two negations in a clause are none:
    «لا يُفتح إلّا ...» is "opens only ...", and who says "opens" has to say when.

    Args:
        claim: the claim.
        quotation: its quotation.
        matches: the claim's words with their counterparts.
    """
    sources = [_Source.of(quotation, span) for span in clauses(quotation)]
    places: dict[str, list[int]] = {}
    for word in words(quotation):
        places.setdefault(stem(word.term), []).append(word.start)
    for span in clauses(claim):
        inside = [
            match for match in matches if span[0] <= match.word.start < span[1] and match.cosine >= _NEAR
        ]
        found = [[source for source in sources if _stands_in(match, places, source.span)] for match in inside]
        bounded = any(source.is_bounded for there in found for source in there)
        if bounded and is_bounded(claim[span[0] : span[1]]):
            continue  # "at least" is «لا يقلّ عن»: whether that agrees is asked of the numbers
        said = [there[0] for there in found if len({source.is_negated for source in there}) == 1]
        is_negated = _is_negated(claim, span)
        if not all(source.is_negated for source in said):
            # What a clause denies may be another verb: "didn't decide on the request, and sent it on".
            said = [source for source in said if not source.is_negated or _has(source.denied, inside)]
        if said and is_negated != any(source.is_negated for source in said):
            return True
        if not is_negated and any(_drops_exception(source, inside) for source in said):
            return True
    return False


@dataclass(frozen=True)
class _Source:
    """A clause of a quotation: whether it is negated, or has the least or most of a number.

    And what it denies first, and where its exception begins.
    """

    span: Span
    is_negated: bool
    is_bounded: bool
    denied: Term | None
    exception: int | None

    @classmethod
    def of(cls, text: str, span: Span) -> _Source:
        normalised = normalise(text[span[0] : span[1]])
        negation, exception = (
            next(
                (normalised.origins[match.start()] + span[0] for match in pattern.finditer(normalised.text)),
                None,
            )
            for pattern in (NEGATION, _EXCEPTION)
        )
        following = (word for word in content_words(text) if negation is not None and word.start >= negation)
        bounded = is_bounded(text[span[0] : span[1]])
        return cls(span, _is_negated(text, span), bounded, next(following, None), exception)


def _has(word: Term | None, inside: Sequence[Match]) -> bool:
    """Whether a word of the quotation is the counterpart of one of the claim's."""
    return word is None or any(match.partner and match.partner.start == word.start for match in inside)


def _drops_exception(source: _Source, inside: Sequence[Match]) -> bool:
    """Whether the claim omits the condition under which alone a clause holds."""
    if source.exception is None or source.is_negated:
        return False
    start, end = source.exception, source.span[1]
    return not any(match.partner and start < match.partner.start < end for match in inside)


def _stands_in(match: Match, places: Mapping[str, Sequence[int]], clause: Span) -> bool:
    """Whether a word's counterpart, or the same word again, stands in a clause."""
    if match.partner is None:
        return False
    starts = (match.partner.start, *places.get(stem(match.partner.term), ()))
    return any(clause[0] <= start < clause[1] for start in starts)


def _is_negated(text: str, span: Span) -> bool:
    return negations(text[span[0] : span[1]]) % 2 == 1
