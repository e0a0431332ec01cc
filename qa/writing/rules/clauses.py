"""Splits text into clauses and counts the negations in each."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import Final

import regex

from index.text.analyzer import normalise
from index.text.sentences import Span
from qa.writing.quantities import quantities

# In normalised spelling. Verbs that say no are among them: "rejected" agrees with «لم يوافق».
NEGATION: Final = regex.compile(
    r"\b(?:not|no|never|none|nobody|nothing|neither|without|cannot|\p{L}+n['’]t|unable|hardly|un(?:insured|paid)"
    r"|except|unless|excluding"
    r"|fail(?:s|ed)? to|refus(?:e|es|ed|al)|reject(?:s|ed|ion)?|declin(?:e|es|ed)|den(?:y|ies|ied)"
    r"|forbid(?:s|den)?|forbade|prohibit(?:s|ed)?|ban(?:s|ned)|unlawful|illegal"
    r"|[وف]?(?:[يت]?حظر|محظور|محظوره|[يت]منع|ممنوع|ممنوعه|[يت]حرم|محرم|محرمه)"
    r"|[وف]?(?:لا|لم|لن|ليس|ليست|ليسوا|غير|دون|بدون|بلا|عدم|بعدم|لعدم|نفي|نفت|ينفي"
    r"|رفض|رفضت|رفضوا|يرفض|ترفض|مرفوض|الا|سوي|عدا|باستثناء))\b"
)
"""A word that says no, in normalised spelling."""
# «لم ... قط», "not ... at all" say it once; "not only", «لا يزال» (still), «إلّا أنّ» (yet) don't say it, an
# Arabic "no later than" neither.
_NOT_NEGATIONS: Final = regex.compile(
    r"\bnot only\b|\bليس فقط\b|\bno (?:later|more|less|fewer) than\b"
    r"|\bلا (?:\w+ ){1,2}ب?(?:اكثر|ازيد|اقل) من\b"
    r"|\bor not\b|\bام لا\b|\bليس كذلك\b|\b(?:لا|لم|ليس) (?:\w+ ){1,4}فحسب\b"
    r"|\b[وف]?(?:لا|لم|ما) [يتن]?ز(?:ا|ي)?ل\w{0,2}\b|\bلا (?:شك|ريب|سيما)\b|\bno doubt\b"
    r"|\b[وف]?الا ان\w{0,3}\b"
)
_BOUNDARY: Final = regex.compile(
    r"[،؛,;:.!?؟\n]+(?!\d)|\b(?:but|while|whereas|although|though|because|and|or|بينما|لكن|ولكن|لان|اما|حيث|كما)\b"
    r"|\b(?=ول(?:ا|م|ن|يس|يست)\b)|\b(?=و[يت]\p{Arabic}{3,})"
)


@lru_cache(maxsize=64)
def clauses(text: str) -> tuple[Span, ...]:
    """The clauses of a text, split at punctuation and conjunctions."""
    normalised = normalise(text)
    origins = (*normalised.origins, len(text))
    numbers = [(one.start, one.end) for one in quantities(text)]
    found = [origins[match.start()] for match in _BOUNDARY.finditer(normalised.text)]
    # Not within «ألف وتسعمئة».
    parts = [edge for edge in found if not any(start < edge < end for start, end in numbers)]
    return tuple((start, end) for start, end in pairwise([0, *parts, len(text)]) if text[start:end].strip())


def negations(text: str, *, all_of_them: bool = False) -> int:
    """The number of negations in a text; if all of them, with those of "no more than"."""
    plain = normalise(text).text
    return len(NEGATION.findall(plain if all_of_them else _NOT_NEGATIONS.sub(" ", plain)))
