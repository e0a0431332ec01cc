"""The check of a written claim: it is shown only if its quotations carry it.

In order, and the first that fails names the fault:

1. its marks name given quotations, and it says something, in the language that was asked for;
2. every number, month, day and name in it stands in them or in the question, in whatever script and digits;
3. a negation stands in both or in neither;
4. what stands twice, such as two numbers or two names, isn't exchanged;
5. all of it is in them: the reader finds the claim, and each of its words has a counterpart (`support`).

It errs on the side of leaving a claim out: the quotations are shown beside it anyway.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import regex

from index.errors import InvalidQuestion
from index.retrieval.names import name_keys
from index.text.analyzer import Language, Term, is_arabic, language, normalise, stem, words
from qa.answering.question_type import plain_words
from qa.conversation.follow_up import content_words
from qa.writing.alignment import Match, Quotation, align, joined
from qa.writing.claims import Written
from qa.writing.quantities import Quantity, quantities, values
from qa.writing.support import MOST_UNSURE_NAME, support

if TYPE_CHECKING:
    from index.interface import Index
    from qa.answering.reader import PassageReader

Fault = Literal[
    "unmarked", "unknown_mark", "empty", "language", "number", "name", "negation", "exchanged", "unsupported"
]
"""Why a claim isn't shown."""

_FEWEST_WORDS: Final = 2

_NEGATIONS: Final[Mapping[Language, regex.Pattern[str]]] = {
    "en": regex.compile(
        r"\b(?:not|no|never|none|nobody|nothing|neither|nor|without|cannot|\w+n't|unable|hardly"
        r"|fail(?:s|ed)? to|refus(?:e|es|ed)|reject(?:s|ed)?|den(?:y|ies|ied)|isn|aren|wasn|weren|doesn|didn|un(?=insured|paid))\b"
    ),
    "ar": regex.compile(
        r"\b[وف]?(?:لا|لم|لن|ليس|ليست|ليسوا|لست|ولا|غير|دون|بدون|بلا|عدم|بعدم|لعدم|نفي|نفت|رفض|رفضت|رفضوا|يرفض|ترفض|انكر|انكرت|قط)\b"
    ),
}


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
        reader: looks for them in their quotations; None where it can't be had.
    """

    def __init__(self, index: Index, reader: PassageReader | None) -> None:
        self._index = index
        self._reader = reader

    def fault(self, claim: Written, given: Given) -> Fault | None:
        """Why a claim may not be shown; None if its quotations carry it."""
        if not claim.marks:
            return "unmarked"
        if not set(claim.marks) <= given.quotations.keys():
            return "unknown_mark"
        if len(content_words(claim.text)) < _FEWEST_WORDS:
            return "empty"
        if any(map(str.isalpha, claim.text)) and language(claim.text) != given.spoken:
            return "language"
        quotation = joined([given.quotations[mark] for mark in claim.marks])
        if _has_other_number(claim.text, quotation.text, given.question):
            return "number"
        try:
            query = self._index.query(claim.text)
        except InvalidQuestion:
            return "empty"
        matches = align(query, quotation)
        if _has_other_name(claim.text, matches, quotation.text, given.question):
            return "name"
        if _is_negated_otherwise(claim.text, quotation.text, matches):
            return "negation"
        if _is_exchanged(claim.text, quotation.text, matches):
            return "exchanged"
        asked = _forms(given.question)
        unasked = [match for match in matches if not _is_known(match.word, asked)]
        reading = self._reader.read(claim.text, [quotation.text])[0] if self._reader else None
        is_crossed = language(claim.text) != language(quotation.text)
        if not support(unasked or matches, reading.answerable if reading else None, is_crossed):
            return "unsupported"
        return None


def _has_other_number(claim: str, quotation: str, question: str) -> bool:
    known = values((quotation, question))
    return any(one.is_certain and not one.readings & known for one in quantities(claim))


def has_other_name(text: str, others: Sequence[str]) -> bool:
    """Whether a text in Latin letters has a name that stands in none of the others, however it is spelt.

    A name is a word with a capital that doesn't begin its sentence.
    """
    known = frozenset().union(*map(_forms, others))
    return any(not _is_known(name, known) for name in names(text))
