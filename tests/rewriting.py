"""Says a sentence again in slightly other words, by rules that keep what it says."""

from __future__ import annotations

from typing import Final

import regex

_DIGITS: Final = str.maketrans("٠١٢٣٤٥٦٧٨٩", "0123456789")
_MARKS: Final = regex.compile(r"[\u064b-\u0652\u0640]")
_ENGLISH: Final = (
    (r"\bseven\b", "7"),
    (r"\beleven\b", "11"),
    (r"\bsix\b", "6"),
    (r"\bfive\b", "5"),
    (r"\btwo thousand\b", "2,000"),
    (r"\bthirty-one\b", "31"),
    (r"\b(\d{1,2}) (January|February|March|April|May|June|July|August|September|October|November|December)"
     r" (\d{4})\b", r"\2 \1, \3"),
    (r"\babout\b", "around"),
    (r"\bmay not\b", "must not"),
    (r"\bmay\b", "can"),
    (r"\bbelieve\b", "think"),
    (r"\bwhereas\b", "while"),
    (r"\bthough\b", "although"),
    (r"\bdoesn't\b", "does not"),
    (r"\bpercent\b", "per cent"),
    (r"\bbegan\b", "started"),
    (r"\bbegins\b", "starts"),
    (r"\bToday\b", "Nowadays"),
)  # fmt: skip
_ARABIC: Final = (
    (r"\bنحو\b", "حوالي"),
    (r"\bسنة\b", "عام"),
    (r"\bسبعة\b", "7"),
    (r"\bثلاثين\b", "30"),
    (r"\bمئة\b", "مائة"),
    (r"\bفي أثناء\b", "خلال"),
    (r"\bكانون الثاني\b", "يناير"),
    (r"\bتشرين الأول\b", "أكتوبر"),
    (r"\bأيّار\b", "مايو"),
    (r"\bشباط\b", "فبراير"),
    (r"\bأيّ\b", "أي"),
)


def reworded(text: str) -> str:
    """The text with some words replaced; in Arabic with other digits and without marks too."""
    for pattern, other in (*_ENGLISH, *_ARABIC):
        text = regex.sub(pattern, other, text)
    return _MARKS.sub("", text).translate(_DIGITS)
