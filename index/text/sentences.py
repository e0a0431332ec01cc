"""Sentence boundaries in Arabic and English, as character offsets into the text.

Rule-based: a sentence ends at a terminal mark followed by white space, unless the mark belongs to an
abbreviation, an initial or a number, or is inside a short quotation.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise

import regex

Span = tuple[int, int]

# Words. Newspaper Arabic may have no full stop for a page; a quotation of that length is of no use to
# the reader, so a longer sentence is split at clause marks.
MAX_SENTENCE_WORDS = 50

# With closing quotes, and the reference marks of footnotes. Possessive, and only at the first of several
# marks: otherwise a long row of dots within a word takes quadratic time.
_TERMINAL = regex.compile(r"(?<![.!?؟…。])[.!?؟…。]++(?:[\"'”’»)\]]|\[\p{Nd}{1,3}\]|[⁰¹²³⁴-⁹*†‡])*+(?=\s|$)")
_CLAUSE = regex.compile(r"[،؛,;:—–](?=\s)")
_QUOTATION = regex.compile(r"«[^«»\n]{0,300}»|“[^“”\n]{0,300}”|(?<!\w)\"(?=\S)[^\"\n]{0,300}(?<=\S)\"(?!\w)")
_NEXT = regex.compile(r"\S")
_WORD = regex.compile(r"\S+")
# Before a single full stop: an initial (J. / د.), a dotted acronym (U.S. / ق.م.), an abbreviation.
_ABBREVIATION = regex.compile(
    r"(?:^|[\s(«“\"'\-])"
    r"(?:\p{L}|(?:\p{L}\.)+\p{L}"
    r"|Mr|Mrs|Ms|Messrs|Mme|Dr|Prof|Rev|Pres|Maj|Adm|Cmdr|Eng|Gen|Col|Lt|Capt|Sgt|Sen|Rep|Gov|Hon|St|Mt|Ft|Jr|Sr|Inc|Ltd|Co|Corp"
    r"|No|Nos|Vol|Fig|pp|vs|etc|al|cf|ca|approx|est|e\.g|i\.e"
    r"|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|Dept|Univ|Bros|إلخ|الخ|ج|ص)$"
)
# Before a full stop followed by a number: no. 7, art. 12, fig. 3.
_NUMBERED = regex.compile(
    r"(?i)(?:^|[\s(\[«“\"'\-])(?:nos?|arts?|secs?|chs?|figs?|vols?|pp?|paras?|cls?|nr|refs?|exts?|tel|eds?|eqs?|bk|"
    r"pt|app|cf|ca|approx|c)$"
)
# The number of an article or item, or the letter of an era, before a full stop; it doesn't end a sentence if
# the following text can't begin one: «1446هـ. الموافق», «البند 3.4. من اللائحة».
_ERA_OR_ITEM = regex.compile(r"\p{Nd}\s?(?:هـ?|م)$|\p{Nd}[.٫]\p{Nd}+$")
# The number of an item at the beginning of a sentence: 2., (3)., iv.
_ENUMERATOR = regex.compile(r"\s*[(\[]?(?:\p{Nd}{1,3}(?:[.\-]\p{Nd}{1,3}){0,4}|[ivxIVX]{1,5})[)\]]?$")
_GOES_ON = regex.compile(
    r"\s*(?:[(\[\p{Nd}]|(?:ال?موافق|المصادف|في|من|إلى|الى|على|عن|حتى|لدى|عند|وفق|وفقا|وفقًا|بحضور|ضمن)\b)"
)
_LOOK_BEHIND = 12


def sentences(text: str, longest: int = MAX_SENTENCE_WORDS) -> list[Span]:
    """The sentences of a text.

    Args:
        text: one paragraph or more.
        longest: words; a longer sentence is split at clause marks into parts of similar length.

    Returns:
        (start, end) of each in characters, in order, without surrounding white space. Every
        non-white-space character is in exactly one.
    """
    spans = []
    start = 0
    for end in [*_ends(text), len(text)]:
        if stripped := _strip(text, start, end):
            spans.extend(_clauses(text, stripped, longest))
        start = end
    return spans


def passage_sentences(text: str, is_record: bool, items: Sequence[int]) -> list[Span]:
    """The sentences of a passage.

    Args:
        text: the passage's.
        is_record: whether it is a table row or a short form, which is always one sentence.
        items: start offsets of list items: a sentence ends before each.

    Returns:
        As `sentences`.
    """
    if is_record:
        whole = _strip(text, 0, len(text))
        return [whole] if whole else []
    spans = []
    for start, end in pairwise([0, *(item for item in items if item), len(text)]):
        spans += [(start + first, start + last) for first, last in sentences(text[start:end])]
    return spans


def _ends(text: str) -> Iterator[int]:
    """Yields the end of each sentence: one past its terminal mark and any closing quotes."""
    quotations = [match.span() for match in _QUOTATION.finditer(text)]
    quotation = last = 0
    for match in _TERMINAL.finditer(text):
        while quotation < len(quotations) and quotations[quotation][1] < match.end():
            quotation += 1
        # Inside «…» the outer sentence continues, unless the mark ends the quotation as well.
        inside = quotation < len(quotations) and quotations[quotation][0] < match.start()
        if inside and match.end() < quotations[quotation][1]:
            continue
        if match.group() == "." and (
            _is_abbreviated(text, match.start()) or _ENUMERATOR.match(text, last, match.start())
        ):
            continue
        following = _NEXT.search(text, match.end())
        if following and following.group().islower():
            continue
        yield match.end()
        last = following.start() if following else match.end()


def _is_abbreviated(text: str, stop: int) -> bool:
    """Whether a full stop belongs to the word before it and doesn't end a sentence."""
    first = max(0, stop - _LOOK_BEHIND)
    if _ABBREVIATION.search(text, first, stop):
        return True
    following = _NEXT.search(text, stop + 1)
    if following and following.group().isdecimal() and _NUMBERED.search(text, first, stop):
        return True
    return bool(_ERA_OR_ITEM.search(text, first, stop) and _GOES_ON.match(text, stop + 1))


def _clauses(text: str, span: Span, longest: int) -> list[Span]:
    """Splits a long sentence at clause marks into parts of about equal length."""
    start, end = span
    words = count_words(text, start, end)
    if words <= longest:
        return [span]
    parts = -(-words // longest)
    marks = [match.end() for match in _CLAUSE.finditer(text, start, end)]
    cuts: list[int] = []
    first = 0  # of the marks after the last cut
    for part in range(1, parts):
        wanted = start + (end - start) * part // parts
        after = bisect_left(marks, wanted, first)
        around = marks[max(after - 1, first) : after + 1]
        if not around:
            break
        nearest = min(around, key=lambda mark: abs(mark - wanted))
        cuts.append(nearest)
        first = bisect_right(marks, nearest)
    edges = [start, *cuts, end]
    stripped = (_strip(text, a, b) for a, b in pairwise(edges))
    return [part for part in stripped if part]


def count_words(text: str, start: int, end: int) -> int:
    """The number of words, separated by white space, in a span; the words themselves aren't kept."""
    return sum(1 for _ in _WORD.finditer(text, start, end))


def _strip(text: str, start: int, end: int) -> Span | None:
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return (start, end) if start < end else None
