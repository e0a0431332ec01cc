"""Detects claims that negate what their quotation affirms, or affirm what it negates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import regex

from index.text.analyzer import Term, normalise, stem, words
from index.text.arabic import is_arabic
from index.text.sentences import Span
from qa.conversation.follow_up import content_words
from qa.writing.alignment import Match, is_translation
from qa.writing.antonyms import are_opposite, sides
from qa.writing.rules.clauses import NEGATION, clauses, negations, scopes
from qa.writing.rules.degrees import is_bounded

_EXCEPTION: Final = regex.compile(r"\b(?:الا|سوي|عدا|دون|بدون|except|unless|without)\b")
# What they deny is the next word: "may not sell", «لا يجوز بيع».
_MODAL: Final = frozenset(
    word.term
    for word in words(
        "have has had need allowed permitted able يجوز تجوز يحق تحق يمكن تمكن يسمح تسمح ينبغي يجب يتم تتم"
    )
)
_ONLY: Final = regex.compile(r"\b(?:only|solely|exclusively|fewer|less|barely|hardly|فقط|حصرا|وحده|وحدها)\b")
_ELLIPSIS: Final = regex.compile(r"\b(?:was|were|is|are|did|does|do|has|had|may|can|will)\W*$")
_PREFIX: Final = regex.compile(r"^[يتنا](?=..)")
_SUFFIX: Final = regex.compile(r"(?<=...)(?:ت|وا|ون|ين)$")
_REFUSED: Final = regex.compile(r"[وف]?(?:رفض|رفضت|نفي|نفت)")
# What the similarity of a number counts for, in words.
_NUMBER: Final = 3
# The least similarity of what is denied.
_SURE: Final = 0.65
# The least similarity of words that are counted as counterparts.
_NEAR: Final = 0.58


def is_negated_otherwise(claim: str, quotation: str, matches: Sequence[Match]) -> bool:
    """Whether a clause of the claim is negated and what it renders isn't, or the reverse.

    A clause renders the clauses that have words which no other one has. Two negations in a clause are none:
    «لا يُفتح إلّا ...» is "opens only ...", and who says "opens" has to say when.

    Args:
        claim: the claim.
        quotation: its quotation.
        matches: the claim's words with their counterparts.
    """
    sources = [_Source.of(quotation, span) for span in scopes(quotation)]
    places: dict[str, list[int]] = {}
    for word in words(quotation):
        places.setdefault(stem(word.term), []).append(word.start)
    spans = scopes(claim)
    denies = any(_is_negated(claim, span) for span in spans)
    for span in spans:
        inside = [
            match
            for match in matches
            if span[0] <= match.word.start < span[1]
            and match.cosine >= _NEAR
            and match.word.term not in _MODAL
        ]
        found = [[source for source in sources if _stands_in(match, places, source.span)] for match in inside]
        bounded = any(source.is_bounded for there in found for source in there)
        if bounded and is_bounded(claim[span[0] : span[1]]):
            continue  # "at least" is «لا يقلّ عن»: whether that agrees is asked of the numbers
        said = [there[0] for there in found if len({source.is_negated for source in there}) == 1]
        if any(_turns(claim, span, quotation, source) for source in said):
            continue
        if _is_negated(claim, span):
            if said and not _denies_the_same(_Source.of(claim, span), sources, quotation, inside, said):
                return True
        elif _affirms_what_is_denied(claim, span, quotation, inside, said, denies):
            return True
    return False


def _affirms_what_is_denied(
    claim: str,
    span: Span,
    quotation: str,
    inside: Sequence[Match],
    said: Sequence[_Source],
    denies: bool,
) -> bool:
    """Whether a clause without a negation, or with two, renders a negated one.

    Args:
        claim: the claim.
        span: the clause.
        quotation: its quotation.
        inside: the clause's words with their counterparts.
        said: the clauses of the quotation that they stand in.
        denies: whether another clause of the claim is negated.
    """
    twice = negations(claim[span[0] : span[1]]) > 1
    if twice and said and not any(_says_only(quotation, source) for source in said):
        return True
    if denies or not all(source.is_negated for source in said):
        # What a clause denies may be another verb: "didn't decide on the request, and sent it on".
        said = [source for source in said if not source.is_negated or _has(source.denied, inside)]
    if any(source.is_elliptic and not source.is_negated for source in said):
        return False  # "but the ferry was": what was denied before is affirmed
    return any(source.is_negated or _drops_exception(source, inside) for source in said)


def _says_only(text: str, source: _Source) -> bool:
    """Whether a clause has two negations, as "not ... without" and «لا ... إلّا», or "only"."""
    clause = text[source.span[0] : source.span[1]]
    return negations(clause) > 1 or _ONLY.search(normalise(clause).text) is not None


def _denies_the_same(
    source: _Source,
    sources: Sequence[_Source],
    quotation: str,
    inside: Sequence[Match],
    said: Sequence[_Source],
) -> bool:
    """Whether what a clause of the claim denies is denied in the quotation, or else most of it is."""
    for match in inside:
        if source.denied is None or match.word.start != source.denied.start or match.partner is None:
            continue
        partners = [
            word.start
            for word in words(quotation)
            if _is_same_verb(word.term, match.partner.term) or is_translation(match.word.term, word.term)
        ]
        meant = {
            one.is_negated for one in sources for start in partners if one.span[0] <= start < one.span[1]
        }
        if len(meant) == 1 and match.cosine >= _SURE and not any(_denies_alone(one) for one in said):
            return meant.pop()
    return 2 * sum(one.is_negated for one in said) > len(said) or any(map(_denies_alone, said))


def _denies_alone(source: _Source) -> bool:
    """Whether a clause denies what another one says: "pens are not", "fishing boats are exempt"."""
    return source.is_negated and source.denied is None


def _is_same_verb(word: str, other: str) -> bool:
    """Whether two words have one stem, or are forms of one Arabic verb: «وافقت», «توافق»."""
    here, there = (_SUFFIX.sub("", _PREFIX.sub("", one)) for one in (word, other))
    return stem(word) == stem(other) or (is_arabic(word[0]) and here == there)


def _turns(claim: str, span: Span, quotation: str, source: _Source) -> bool:
    """Whether one of two clauses is negated, and they say opposites: "wasn't closed" of "was open"."""
    return _is_negated(claim, span) != source.is_negated and any(
        are_opposite(word.term, other.term)
        for word in words(claim[span[0] : span[1]])
        for other in words(quotation[source.span[0] : source.span[1]])
    )


def is_opposite(claim: str, quotation: str, matches: Sequence[Match]) -> bool:
    """Whether a clause of the claim says the opposite of the one that it renders: "rose" of "fell".

    That is the one which most of its words stand in, among those with a word of the same axis.

    Args:
        claim: the claim.
        quotation: its quotation.
        matches: the claim's words with their counterparts.
    """
    stated = [
        (span, [side for word in words(quotation[span[0] : span[1]]) for side in sides(word.term)])
        for span in clauses(quotation)
    ]
    for start, end in clauses(claim):
        inside = [match for match in matches if start <= match.word.start < end]
        for word in words(claim[start:end]):
            for axis, side in sides(word.term):
                others = [
                    match
                    for match in inside
                    if match.word.start != start + word.start and match.cosine >= _NEAR
                ]
                rated = [
                    (
                        sum(
                            _NUMBER if one.word.term.isdecimal() else 1
                            for one in others
                            if one.partner and s <= one.partner.start < e
                        ),
                        (s, e),
                        found,
                    )
                    for (s, e), found in stated
                    if any(one == axis for one, _ in found)
                ]
                if not rated:
                    continue
                most, (s, e), found = max(rated, key=lambda one: one[0])
                is_single = sum(1 for count, *_ in rated if count == most) == 1
                is_same = negations(claim[start:end]) % 2 == negations(quotation[s:e]) % 2
                if most and is_single and is_same and (axis, side) not in found:
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
    is_elliptic: bool

    @classmethod
    def of(cls, text: str, span: Span) -> _Source:
        normalised = normalise(text[span[0] : span[1]])
        origins = [span[0] + origin for origin in (*normalised.origins, span[1] - span[0])]
        negation, exception = (pattern.search(normalised.text) for pattern in (NEGATION, _EXCEPTION))
        end = origins[negation.end()] if negation else span[1]
        following = [word for word in words(text) if end <= word.start < span[1]]
        if any(word.term in _MODAL for word in following):
            # «لا يحقّ للمستأجر أن يقتني»: the verb behind «أن», or what isn't who it is said of.
            verbs = [i for i, word in enumerate(following) if word.term == "ان"]
            following = following[verbs[0] + 1 :] if verbs else following
            following = [word for word in following if not word.term.startswith("لل")]
        if negation and _REFUSED.fullmatch(negation.group()):
            following = following[1:]  # the subject of «رفضت الوزارة الاقتراح»
        meant = {word.start for word in content_words(text)}
        following = [word for word in following if word.start in meant and word.term not in _MODAL]
        bounded = is_bounded(text[span[0] : span[1]])
        starts = origins[exception.start()] if exception else None
        return cls(
            span,
            _is_negated(text, span),
            bounded,
            next(iter(following), None),
            starts,
            _is_elliptic(text[span[0] : span[1]]),
        )


def _is_elliptic(text: str) -> bool:
    return _ELLIPSIS.search(text) is not None


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
