"""Checks a written claim, which is shown only if its quotations support it.

In order, and the first that fails names the fault:

1. its marks name given quotations, and it says something, in the language that was asked for;
2. every number, month, day and name in it stands in them or in the question, in whatever script and digits;
3. a negation stands in both or in neither, and it doesn't say the opposite;
4. what stands twice, such as two numbers or two names, isn't exchanged;
5. all of it is in them: each of its words has a counterpart, and so has each of its clauses (`support`).

It errs on the side of leaving a claim out: the quotations are shown beside it anyway.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from index.errors import InvalidQuestion
from index.text.analyzer import Language, Term, language
from index.text.arabic import is_arabic
from qa.conversation.follow_up import content_words
from qa.types import Claim
from qa.writing.alignment import Match, Quotation, align, forms, is_known, joined
from qa.writing.claims import WrittenSentence
from qa.writing.instructions import speaks_to_a_model, without_dictated, without_orders
from qa.writing.quantities import quantities, values
from qa.writing.rules.degrees import has_other_unit, is_of_other_degree
from qa.writing.rules.names import has_other_name, names
from qa.writing.rules.negation import is_negated_otherwise, is_opposite
from qa.writing.rules.roles import is_exchanged
from qa.writing.support import has_unsupported_clause, is_enough, probability

if TYPE_CHECKING:
    from index.interface import Index

Fault = Literal[
    "unmarked", "unknown_mark", "empty", "language", "number", "name", "negation", "exchanged", "unsupported"
]
"""Why a claim isn't shown."""

_MIN_WORDS: Final = 2
MAX_SUBJECT_WORDS: Final = 2
_CLOSING: Final = " .!…\"'”’»)"
_DEFINITE: Final = frozenset(("the", "this", "that", "these", "those", "its", "their"))


@dataclass(frozen=True)
class Given:
    """What a claim is checked against.

    Attributes:
        question: what was asked.
        spoken: the language asked for.
        quotations: those that the writer was given, by number.
    """

    question: str
    spoken: Language
    quotations: Mapping[int, Quotation]


class Checker:
    """Checks claims about passages of one index. Thread-safe.

    Args:
        index: encodes claims.
    """

    def __init__(self, index: Index) -> None:
        self._index = index

    def check(self, claim: WrittenSentence, given: Given) -> Claim | Fault:
        """Returns the claim to show, or the fault that it is rejected for."""
        if fault := _plain_fault(claim, given):
            return fault
        quotation = joined([given.quotations[mark] for mark in claim.marks])
        text = without_dictated(without_orders(quotation.text), claim.text)
        quotation = replace(quotation, text=text)
        if _has_other_number(claim.text, quotation.text, given.question):
            return "number"
        if has_other_unit(claim.text, quotation.text):
            return "number"
        try:
            query = self._index.query(claim.text)
        except InvalidQuestion:
            return "empty"
        matches = align(query, quotation)
        asked = forms("" if speaks_to_a_model(given.question) else given.question)
        if has_other_name(claim.text, matches, quotation.text, asked, likeness_of(self._index)):
            return "name"
        if _denies_otherwise(claim.text, quotation.text, matches):
            return "negation"
        if is_exchanged(claim.text, quotation.text, matches):
            return "exchanged"
        if is_of_other_degree(claim.text, quotation.text, matches):
            return "exchanged"
        new = _without_subject(claim.text, matches, quotation.text, given.question, asked)
        languages = language(claim.text), language(quotation.text)
        carried = probability(new, languages[0] != languages[1])
        if has_unsupported_clause(claim.text, new) or not is_enough(carried, *languages):
            return "unsupported"
        return Claim(claim.text, claim.marks, carried)


def _denies_otherwise(claim: str, quotation: str, matches: Sequence[Match]) -> bool:
    return is_negated_otherwise(claim, quotation, matches) or is_opposite(claim, quotation, matches)


def likeness_of(index: Index) -> Callable[[str, str], float]:
    """Gives the cosine of two words, each encoded by itself, once; with or without the Arabic article."""
    vector = cache(lambda word: index.query(word).vector)

    def likeness(word: str, other: str) -> float:
        forms = dict.fromkeys((other, other.removeprefix("ال") or other))
        return max(float(np.einsum("i,i->", vector(word), vector(form))) for form in forms)

    return likeness


def _without_subject(
    claim: str, matches: Sequence[Match], quotation: str, question: str, asked: Mapping[str, Term]
) -> Sequence[Match]:
    """The words of a claim without the names of the question, where the quotation has a pronoun for them.

    These are few, and names or definite: whatever else the question suggests has to be in the quotation.
    """
    named = forms(" ".join(name.term for name in names(question)))
    subject: list[Match] = []
    for match in matches:
        if match.is_sure or not is_known(match.word, asked):
            continue
        before = claim[: match.word.start].split()[-1:]
        is_definite = bool(before) and before[0].casefold() in _DEFINITE
        follows = bool(subject) and claim[subject[-1].word.end : match.word.start].isspace()
        is_name = is_known(match.word, named) or is_arabic(match.word.term[0])
        if is_name or is_definite or (follows and is_known(subject[-1].word, named)):
            subject.append(match)
    if len(subject) > min(MAX_SUBJECT_WORDS, len(matches) / 2) or _has_subject(quotation, matches, subject):
        return matches
    return [match for match in matches if match not in subject]


def _has_subject(quotation: str, matches: Sequence[Match], subject: Sequence[Match]) -> bool:
    """Whether the quotation has another name than an Arabic claim after the same verb.

    Or others stand between the verb and the supposed subject.
    """
    if not subject or not is_arabic(subject[0].word.term[0]) or not matches.index(subject[0]):
        return False
    verb = matches[0]
    if matches.index(subject[0]) > MAX_SUBJECT_WORDS:
        return True
    if not verb.is_sure or verb.partner is None:
        return False
    start = verb.partner.start
    following = next((word for word in content_words(quotation) if word.start > start), None)
    met = {match.partner.start for match in matches if match.is_sure and match.partner}
    return following is not None and following.start not in met


def _plain_fault(claim: WrittenSentence, given: Given) -> Fault | None:
    """The fault of a claim that shows without its quotations."""
    if not claim.marks:
        return "unmarked"
    if not set(claim.marks) <= given.quotations.keys():
        return "unknown_mark"
    if len(content_words(claim.text)) < _MIN_WORDS or claim.text.rstrip(_CLOSING).endswith(("?", "؟")):
        return "empty"  # a question says nothing
    if any(map(str.isalpha, claim.text)) and language(claim.text) != given.spoken:
        return "language"
    return None


def _has_other_number(claim: str, quotation: str, question: str) -> bool:
    known = values((quotation, "" if speaks_to_a_model(question) else question))
    return any(one.is_certain and not one.readings & known for one in quantities(claim))
