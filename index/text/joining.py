"""Where a text may change its style: between characters as readers count them, not between joined letters."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

import regex

from index.text.sentences import Span

# Letters that may join to their neighbours; with them tatweel, joiners, marks above, below and around.
_LETTER = r"[\p{Arabic}&&\p{L}]"
_WITH_IT = rf"[{_LETTER}\u0640\u200c\u200d\u0600-\u0605\u06dd\u08e2\p{{M}}]"
_UNITS = regex.compile(rf"(?V1){_WITH_IT}*{_LETTER}{_WITH_IT}*|\X")


def whole_words(text: str, span: Span) -> Span:
    """The least span around this one that can be shown in another style than the text beside it.

    It splits no character from its marks (a letter from its tashkeel) and no word in Arabic script, whose
    letters would lose their joined forms where styles change, or where asterisks stand between them.

    Args:
        text: the text.
        span: not empty, in its characters.
    """
    ends = [0, *(unit.end() for unit in _UNITS.finditer(text))]
    start, end = span
    return ends[bisect_right(ends, start) - 1], ends[bisect_left(ends, end)]
