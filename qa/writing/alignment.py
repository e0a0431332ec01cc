"""A claim's content words, each with the word of the quotations that stands for it.

A word stands for another for sure if it is the same, has the same stem, or is a name that sounds alike in
the other script; otherwise the nearest in meaning does, with its similarity (`qa.explanation.word_alignment`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from index.retrieval.names import name_keys
from index.retrieval.token_codec import TokenVectors
from index.text.analyzer import Term, is_arabic, stem, words
from qa.answering.question_type import plain_words
from qa.conversation.follow_up import content_words
from qa.explanation.word_alignment import meet

if TYPE_CHECKING:
    from index.query import Query


@dataclass(frozen=True, eq=False)
class Quotation:
    """A quotation that a claim may be checked against.

    Attributes:
        number: the n of its [n].
        text: the quoted characters.
        tokens: its token vectors, with spans in `text`.
    """

    number: int
    text: str
    tokens: TokenVectors


@dataclass(frozen=True)
class Match:
    """A content word of a claim, and what stands for it.

    Attributes:
        word: the word, with its span in the claim.
        partner: its counterpart, with its span in the quotations' joined text; None if there is none.
        is_sure: whether both are the same word, stem or name.
        cosine: their similarity, 1 if it is sure.
    """

    word: Term
    partner: Term | None
    is_sure: bool
    cosine: float


def joined(quotations: Sequence[Quotation]) -> Quotation:
    """The quotations as one text, a line each."""
    if len(quotations) == 1:
        return quotations[0]
    text, spans, start = "\n".join(one.text for one in quotations), [], 0
    for one in quotations:
        spans.append(one.tokens.spans + start)
        start += len(one.text) + 1
    tokens = TokenVectors(
        np.concatenate([one.tokens.vectors for one in quotations]),
        np.concatenate(spans).astype(np.int32),
        np.concatenate([one.tokens.weights for one in quotations]),
        np.concatenate([np.full(len(one.tokens.weights), i, np.int32) for i, one in enumerate(quotations)]),
    )
    return Quotation(quotations[0].number, text, tokens)


def align(claim: Query, quotation: Quotation) -> list[Match]:
    """Each content word of a claim with its counterpart in a quotation."""
    found = words(quotation.text)
    asked = content_words(claim.text)
    if not asked or not found:
        return []
    met, _ = meet(claim, quotation.tokens, asked, found)
    by_form, by_sound = _forms(found), _sounds(quotation.text)
    sounds = _sounds(claim.text)
    matches = []
    for word, other in zip(asked, met, strict=True):
        partner = next((by_form[form] for form in _keys(word.term) if form in by_form), None)
        if partner is None:
            partner = _same_sound(word, claim.text, sounds, by_sound)
        if partner is not None:
            matches.append(Match(word, partner, True, 1.0))
        else:
            near = next((one for one in found if other.nearest and one.start == other.nearest.start), None)
            matches.append(Match(word, near, False, other.cosine))
    return matches


def _keys(word: str) -> list[str]:
    return [word, stem(word), *plain_words(word)]


def _forms(found: Sequence[Term]) -> dict[str, Term]:
    """The words of a text by each of their forms; of several the first."""
    forms: dict[str, Term] = {}
    for word in found:
        for form in _keys(word.term):
            forms.setdefault(form, word)
    return forms


def _sounds(text: str) -> dict[str, list[Term]]:
    sounds: dict[str, list[Term]] = {}
    for key in name_keys(text):
        if not key.term.isdecimal():
            sounds.setdefault(key.term, []).append(key)
    return sounds


def _same_sound(
    word: Term, text: str, sounds: dict[str, list[Term]], others: dict[str, list[Term]]
) -> Term | None:
    """The name of another script that sounds like a word."""
    script = is_arabic(word.term[0])
    for key, places in sounds.items():
        if any(place.start <= word.start and word.end <= place.end for place in places):
            for other in others.get(key, ()):
                if is_arabic(text[word.start]) == script and other.term == key:
                    return other
    return None
