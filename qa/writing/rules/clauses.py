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
    r"\b(?:not|no|never|none|nobody|nothing|neither|without|cannot|\p{L}+n['’]t|hardly"
    r"|turn(?:s|ed)? down|free of(?! charge)|(?<=(?:was|were|is|are|be) )absent|absence of"
    r"|exempt(?:s|ed)?|warn(?:s|ed)? against"
    r"|impossible|lack(?:s|ed|ing)?|unpaid"
    # Adjectives: unclear, unknown, unable; neither "united" nor "understood".
    r"|un(?!der|usual|ion|iver|anim|iform|iqu|til\b)\p{L}{3,}(?:ed|able|ible|ly|al|ful)|un(?:clear|known|certain|safe|fit|fair)"
    r"|except|unless|excluding"
    r"|fail(?:s|ed)? to|refus(?:e|es|ed|al)|reject(?:s|ed|ion)?"
    r"|declin(?:e|es|ed) (?=to|the|an?|any|his|her|its|their)|den(?:y|ies|ied)"
    r"|forbid(?:s|den)?|forbade|prohibit(?:s|ed)?|ban(?:s|ned)|unlawful|illegal"
    r"|[وف]?(?:[يت]?حظر|محظور|محظوره|[يت]منع|ممنوع|ممنوعه|[يت]حرم|محرم|محرمه)"
    r"|[وف]?(?:لا|لم|لن|ليس|ليست|ليسوا|غير|دون|بدون|بلا|عدم|بعدم|لعدم|نفي|نفت|ينفي"
    r"|معفي|معفاه|معفون|[يت]عفي|[يت]خلو|خال|خاليه|(?:[يت]?حذر|حذرت) من"
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
    r"|\b[وف]?(?:الا|غير) ان\w{0,3}\b|\bعلي غير (?:ال)?(?:عاده|معتاد)\w*"
    # Under a number: «دون الثامنة عشرة».
    r"|\bدون (?:سن )?(?:ال)?(?:\p{Nd}|حاديه|ثانيه|ثالثه|رابعه|خامسه|سادسه|سابعه|ثامنه|تاسعه"
    r"|عاشره|عشر|ثلاث|اربع|خمس|ست|سبع"
    r"|ثمان|تسع|مئ|ما?ئ)"
)
_BOUNDARY: Final = regex.compile(
    r"[،؛,;:.!?؟\n]+(?!\d)|\b(?:but|while|whereas|although|though|because|and|or|بينما|لكن|ولكن|لان|اما|حيث|كما|ثم)\b|\b(?=وكان\w{0,3}\b)"
    r"|\b(?=ول(?:ا|م|ن|يس|يست)\b)|\b(?=و[يت]\p{Arabic}{3,})"
)


# What a preposition of lack denies ends with its noun: "without warning that autumn".
_LACK: Final = regex.compile(r"\b(?:without|except|unless|من دون|من غير|[وف]?بدون|[وف]?دون|[وف]?بلا|ما لم)\b")
_LACKED: Final = regex.compile(
    r"\b(?:without|من دون|[وف]?بدون|[وف]?دون|[وف]?بلا) (?:\w+ ){1,2}?"
    r"(?=(?:in|on|at|of|after|before|during|since|from|for|by|that|this|last|next|في|علي|من|بعد|قبل|خلال|منذ|عن|الي|علي)\b)"
)

_AND: Final = regex.compile(r"\b(?=ول\p{Arabic}{3,})")


_WHEN: Final = regex.compile(
    r"\b(?:when|عندما|حين|حينما)\b|\b(?:التي|الذي|الذين|اللواتي) (?=(?:لم|لا|لن|ليست?)\b)"
)
_LABEL: Final = regex.compile(r"(?:^|[.;،؛,\n])\s*(?:[\w-]+ ?){1,3}$")


@lru_cache(maxsize=64)
def scopes(text: str) -> tuple[Span, ...]:
    """The parts of a text that a negation denies or doesn't: clauses, apart from "without ..." in them.

    What is joined by "or" is denied together.
    """
    edges = {start for start, _ in clauses(text) if not _begins_with_or(text, start)}
    normalised = normalise(text)
    origins = (*normalised.origins, len(text))
    edges -= {edge for edge in edges if _is_after_label(text, edge)}
    edges |= {origins[match.start()] for match in _WHEN.finditer(normalised.text)}
    denied = [origins[match.start()] for match in NEGATION.finditer(normalised.text)]
    for match in _LACK.finditer(normalised.text):
        start = origins[match.start()]
        # "Not ... without ..." stays in one.
        if not any(max((e for e in edges if e <= start), default=0) <= one < start for one in denied):
            edges.add(start)
            lacked = _LACKED.match(normalised.text, match.start())
            edges |= {origins[lacked.end()]} if lacked else set()
    parts = sorted(edges | {0, len(text)})
    return tuple((start, end) for start, end in pairwise(parts) if text[start:end].strip())


def _is_after_label(text: str, edge: int) -> bool:
    """Whether a part begins with the colon of a label: "Lead: not detected"."""
    before = _LABEL.search(text[:edge])
    return text[edge : edge + 1] == ":" and before is not None


def _begins_with_or(text: str, start: int) -> bool:
    return text[start : start + 3].casefold() == "or "


@lru_cache(maxsize=64)
def clauses(text: str) -> tuple[Span, ...]:
    """The clauses of a text, split at punctuation and conjunctions."""
    normalised = normalise(text)
    origins = (*normalised.origins, len(text))
    numbers = [(one.start, one.end) for one in quantities(text)]
    found = [origins[match.start()] for match in _BOUNDARY.finditer(normalised.text)]
    # «لإنارة الشوارع ٩٠ ألفاً ولتعبيد الطرق ٢٤٠ ألفاً»: "and" is a letter before what another number is of.
    for before, after in pairwise(numbers):
        joined = [m for m in _AND.finditer(normalised.text) if before[1] < origins[m.start()] < after[0]]
        found += [origins[joined[0].start()]] if joined else []
    # Not within «ألف وتسعمئة».
    parts = [edge for edge in sorted(set(found)) if not any(start < edge < end for start, end in numbers)]
    return tuple((start, end) for start, end in pairwise([0, *parts, len(text)]) if text[start:end].strip())


def negations(text: str, *, all_of_them: bool = False) -> int:
    """The number of negations in a text; if all of them, with those of "no more than"."""
    plain = normalise(text).text
    return len(NEGATION.findall(plain if all_of_them else _NOT_NEGATIONS.sub(" ", plain)))
