"""Numbers and identifiers of a question that are in no text; they explain a refusal but never cause one.

Only numbers and identifiers, since the statement has to be certain: a name may be spelt, translated or
transliterated in many ways, a year is four digits. Numbers that are as likely to be written in words (of one
or two digits, or in hundreds) are omitted, and so are those that the texts may have in another form.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

import regex

from index.text.analyzer import analyzed, normalise
from index.text.sentences import Span
from index.types import Hit
from qa.answering.question_type import key_spans

if TYPE_CHECKING:
    from index.interface import Index

# In normalised spelling, with 0-9 for every digit. Not a part of a word, as in "1990s" and "H2O", but the
# letter of «1897م» may follow.
_LETTER: Final = r"[\p{L}--\p{Arabic}]"
_SEPARATOR: Final = r"[,.'’٬٫،]"
_NUMBER: Final = regex.compile(rf"(?V1)(?<!{_LETTER}|\d)\d+(?:{_SEPARATOR}\d+)*(?!{_LETTER}|\d)")
_YEARS: Final = range(1000, 2200)
_MIN_DIGITS: Final = 3
# Multiples of it are often written in words.
_ROUND: Final = 100
# A long list would say less than its beginning.
_MAX_WORDS: Final = 3
# Passages whose documents are looked at: as many as are shown with a refusal.
_NEAREST: Final = 3


def missing(index: Index, question: str, hits: Sequence[Hit]) -> tuple[str, ...]:
    """The numbers, years and identifiers of a question that aren't in the texts, as the question writes them.

    Args:
        index: the texts.
        question: as it was asked.
        hits: the passages nearest to it, best first: they are also looked through for numbers with their
            thousands apart, and the first ones' documents for what isn't indexed.
    """
    spans = (span for span, digits in _named(question) if _is_nowhere(index, digits, hits))
    return tuple(dict.fromkeys(question[start:end] for start, end in sorted(spans)))[:_MAX_WORDS]


def _named(question: str) -> Iterator[tuple[Span, tuple[str, ...]]]:
    """The numbers and identifiers of a question that can be looked for, each by its groups of digits."""
    normalised = analyzed(question).normalised
    taken: list[Span] = []
    for span, number in key_spans(question):
        taken.append(span)
        # «المادة 9» may be «المادة التاسعة» in the text; "HX-110" is nothing else.
        # The text may have E09 as E-09.
        if number.isdecimal() and ("-" in question[slice(*span)] or len(number) >= _MIN_DIGITS):
            yield span, (number,)
    for match in _NUMBER.finditer(normalised.text):
        span = normalised.origins[match.start()], normalised.origins[match.end() - 1] + 1
        groups = tuple(regex.findall(r"\d+", match.group()))
        digits = "".join(groups)
        is_inside = any(start <= span[0] and span[1] <= end for start, end in taken)
        if not is_inside and len(digits) >= _MIN_DIGITS and int(digits) % _ROUND:
            yield span, groups


def _is_nowhere(index: Index, groups: tuple[str, ...], hits: Sequence[Hit]) -> bool:
    digits = "".join(groups)
    if index.mentions_number(digits) or _is_near(index, digits, hits):
        return False
    if len(groups) == 1 and (len(digits) <= _MIN_DIGITS or int(digits) in _YEARS):
        return True
    # The text may have the thousands of a number apart: then its last three digits are a word of their own.
    apart = groups if len(groups) > 1 else (digits[-_MIN_DIGITS:],)
    return any(len(group) >= _MIN_DIGITS and not index.mentions_number(group) for group in apart)


def _is_near(index: Index, digits: str, hits: Sequence[Hit]) -> bool:
    """Whether the passages or their documents have a number, its digits together or in groups."""
    pattern = regex.compile(rf"(?:{_SEPARATOR}|\s)?".join(digits))
    nearest = dict.fromkeys(hit.passage.document_id for hit in hits[:_NEAREST])
    documents = [index.document(id_) for id_ in nearest]
    texts = [hit.passage.text for hit in hits]
    texts += [text for one in documents for text in (one.title, one.author, one.date, one.source)]
    return any(pattern.search(normalise(text).text) for text in texts)
