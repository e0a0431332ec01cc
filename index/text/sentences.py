"""Sentence boundaries in Arabic and English, as character offsets into the text.

A rule rather than a model: after a terminal mark and white space, unless the mark belongs to an
abbreviation, an initial or a number, or stands inside a short quotation.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import regex

Span = tuple[int, int]

# Words. Newspaper Arabic runs on for a page without a full stop; a quotation of that length shows
# the reader nothing, so a longer sentence is cut at its clause marks.
LONGEST = 50

_TERMINAL = regex.compile(r"[.!?؟…。]+[\"'”’»)\]]*(?=\s|$)")
_CLAUSE = regex.compile(r"[،؛,;:—–](?=\s)")
_QUOTATION = regex.compile(r"«[^«»\n]{0,300}»|“[^“”\n]{0,300}”")
_NEXT = regex.compile(r"\S")
_WORD = regex.compile(r"\S+")
# Before a single full stop: an initial (J. / د.), a dotted acronym (U.S. / ق.م.), an abbreviation.
_ABBREVIATION = regex.compile(
    r"(?:^|[\s(«“\"'\-])"
    r"(?:\p{L}|(?:\p{L}\.)+\p{L}"
    r"|Mr|Mrs|Ms|Dr|Prof|Rev|Gen|Col|Lt|Capt|Sgt|Sen|Rep|Gov|Hon|St|Mt|Ft|Jr|Sr|Inc|Ltd|Co|Corp"
    r"|No|Nos|Vol|Fig|pp|vs|etc|al|cf|ca|approx|est|e\.g|i\.e"
    r"|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|إلخ|الخ|ج|ص)$"
)
_LOOK_BEHIND = 12


def sentences(text: str, longest: int = LONGEST) -> list[Span]:
    """The sentences of a text.

    Args:
        text: one paragraph or more.
        longest: words; a longer sentence is cut at clause marks into parts of like length.

    Returns:
        (start, end) of each in characters, in order, without the white space around them. Every
        character that isn't white space is in exactly one.
    """
    spans = []
    start = 0
    for end in [*_ends(text), len(text)]:
        if stripped := _strip(text, start, end):
            spans.extend(_clauses(text, stripped, longest))
        start = end
    return spans


def _ends(text: str) -> Iterator[int]:
    """Where a sentence ends: one past its terminal mark and the closing quotes behind it."""
    quotations = [match.span() for match in _QUOTATION.finditer(text)]
    quotation = 0
    for match in _TERMINAL.finditer(text):
        while quotation < len(quotations) and quotations[quotation][1] < match.end():
            quotation += 1
        # Inside «…» the outer sentence goes on, unless the mark closes the quotation with it.
        inside = quotation < len(quotations) and quotations[quotation][0] < match.start()
        if inside and match.end() < quotations[quotation][1]:
            continue
        if match.group() == "." and _ABBREVIATION.search(
            text, max(0, match.start() - _LOOK_BEHIND), match.start()
        ):
            continue
        following = _NEXT.search(text, match.end())
        if following and following.group().islower():
            continue
        yield match.end()


def _clauses(text: str, span: Span, longest: int) -> list[Span]:
    """The sentence whole, or cut at clause marks into parts of about equal length."""
    start, end = span
    words = len(_WORD.findall(text, start, end))
    if words <= longest:
        return [span]
    parts = -(-words // longest)
    marks = [match.end() for match in _CLAUSE.finditer(text, start, end)]
    cuts: list[int] = []
    for part in range(1, parts):
        wanted = start + (end - start) * part // parts
        later = [mark for mark in marks if mark > (cuts[-1] if cuts else start)]
        if later:
            cuts.append(min(later, key=lambda mark: abs(mark - wanted)))
    edges = [start, *cuts, end]
    stripped = (_strip(text, a, b) for a, b in pairwise(edges))
    return [part for part in stripped if part]


def _strip(text: str, start: int, end: int) -> Span | None:
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return (start, end) if start < end else None
