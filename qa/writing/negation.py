"""Whether a claim denies what its quotation says, or says what it denies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final

import regex

from index.text.analyzer import normalise, stem, words
from index.text.sentences import Span
from qa.writing.alignment import Match

# In normalised spelling. Verbs that say no are among them: "rejected" agrees with «لم يوافق».
_NEGATIONS: Final = regex.compile(
    r"\b(?:not|no|never|none|nobody|nothing|neither|without|cannot|\p{L}+n['’]t|unable|hardly|un(?:insured|paid)"
    r"|fail(?:s|ed)? to|refus(?:e|es|ed|al)|reject(?:s|ed|ion)?|den(?:y|ies|ied)"
    r"|[وف]?(?:لا|لم|لن|ليس|ليست|ليسوا|غير|دون|بدون|بلا|عدم|بعدم|لعدم|نفي|نفت|ينفي|رفض|رفضت|رفضوا|يرفض|ترفض|مرفوض|الا))\b"
)
# «لم ... قط», "not ... at all" say it once; "not only" doesn't say it; an Arabic "no later than" neither.
_NOT_NEGATIONS: Final = regex.compile(r"\bnot only\b|\bليس فقط\b|\bno (?:later|more|less|fewer) than\b")
_BOUNDARY: Final = regex.compile(
    r"[،؛,;:.!?؟\n]+(?!\d)|\b(?:but|while|whereas|although|though|because|and|or|بينما|لكن|ولكن|لان|اما|حيث|كما)\b"
)


def is_negated_otherwise(claim: str, quotation: str, matches: Sequence[Match]) -> bool:
    """Whether a clause of the claim is negated and the clause that it renders isn't, or the reverse.

    Two negations in a clause are none: «لا يُفتح إلّا ...» is "opens only ...".

    Args:
        claim: the claim.
        quotation: its quotation.
        matches: the claim's words with their counterparts.
    """
    sources = [(span, _is_negated(quotation, span)) for span in clauses(quotation)]
    places: dict[str, list[int]] = {}
    for word in words(quotation):
        places.setdefault(stem(word.term), []).append(word.start)
    for span in clauses(claim):
        inside = [one for one in matches if span[0] <= one.word.start < span[1]]
        weights = [_weight(inside, places, source) for source, _ in sources]
        most = max(weights, default=0.0)
        if most <= 0:
            continue
        rendered = [negated for (_, negated), weight in zip(sources, weights, strict=True) if weight == most]
        if _is_negated(claim, span) not in rendered:
            return True
    return False


def clauses(text: str) -> list[Span]:
    """The clauses of a text, parted at punctuation and conjunctions."""
    normalised = normalise(text)
    origins = (*normalised.origins, len(text))
    edges = [0, *(origins[match.start()] for match in _BOUNDARY.finditer(normalised.text)), len(text)]
    return [(start, end) for start, end in pairwise(edges) if text[start:end].strip()]


def _weight(matches: Sequence[Match], places: Mapping[str, Sequence[int]], clause: Span) -> float:
    """How much of some words has its counterpart in a clause; what stands in several counts in each."""
    weight = 0.0
    for match in matches:
        if match.partner is not None:
            starts = places.get(stem(match.partner.term), (match.partner.start,))
            if any(clause[0] <= start < clause[1] for start in starts):
                weight += match.cosine
    return weight


def negations(text: str) -> int:
    """The number of negations in a text."""
    return len(_NEGATIONS.findall(_NOT_NEGATIONS.sub(" ", normalise(text).text)))


def _is_negated(text: str, span: Span) -> bool:
    return negations(text[span[0] : span[1]]) % 2 == 1
