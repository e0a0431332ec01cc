"""Splits passages into sentences, each with the context that its quotation needs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

from index.text.analyzer import analyze
from index.text.sentences import Span, passage_sentences
from index.types import Passage
from qa.answering.dependent_sentences import is_dependent, speaks_on
from qa.answering.question_type import plain_words

MAX_SENTENCES = 3
"""Most sentences of a quotation, and of all quotations of an answer."""
# Up to this many words, an item is quoted with the sentence that introduces its list.
_SHORT_ITEM = 12
# From this many words, an item that ends like a sentence counts as one.
_SHORT_SENTENCE = 6


@dataclass(frozen=True)
class SplitSentence:
    """The question-independent part of a `Sentence`."""

    number: int
    start: int
    end: int
    quote_start: int
    quote_end: int
    length: int
    lead_in: Span | None
    written: str
    terms: frozenset[str]
    words: frozenset[str]


@lru_cache(maxsize=4096)
def split_passage(passage: Passage) -> tuple[SplitSentence, ...]:
    """The sentences of a passage in order, without those made of punctuation alone."""
    found: list[SplitSentence] = []
    text, items = passage.text, passage.items
    lead_in: Span | None = None
    spans = passage_sentences(text, passage.is_record, items)
    for number, (start, end) in enumerate(spans):
        written = text[start:end]
        terms = frozenset(term.term for term in analyze(written))
        # A number or a bullet alone has no content.
        if not terms or not (passage.is_record or any(map(str.isalpha, written))):
            continue
        if items and start < items[0]:
            lead_in = (start, end)
        quote_start, length = start, 1
        begins_item = start in items
        if found and not begins_item and (is_dependent(written) or speaks_on(found[-1].written, written)):
            # In a long chain only the nearest are kept: the first would be a paragraph away.
            length = min(found[-1].length + 1, MAX_SENTENCES)
            quote_start = found[1 - length].start
        if found and not begins_item and speaks_on(found[-1].written, written):
            before = found[-1]
            found[-1] = replace(before, quote_end=end, length=min(before.length + 1, MAX_SENTENCES))
        needs_lead_in = lead_in is not None and lead_in[0] != start and _is_short_item(written)
        found.append(
            SplitSentence(
                number=number,
                start=start,
                end=end,
                quote_start=quote_start,
                quote_end=end,
                length=length,
                lead_in=lead_in if needs_lead_in else None,
                written=written,
                terms=terms,
                words=plain_words(written),
            )
        )
    return tuple(found)


def _is_short_item(written: str) -> bool:
    """Whether a list item is incomplete without the sentence that introduces the list."""
    words = len(written.split())
    is_sentence = words >= _SHORT_SENTENCE and written.rstrip().endswith((".", "!", "?", "؟"))
    return words <= _SHORT_ITEM and ":" not in written and not is_sentence


@lru_cache(maxsize=4096)
def introduction_terms(passage: Passage) -> frozenset[str]:
    """The terms of the text that introduces a list; none for other passages."""
    first = passage.items[0] if passage.items and passage.kind == "list_item" else 0
    return frozenset(term.term for term in analyze(passage.text[:first]))


@lru_cache(maxsize=4096)
def context_terms(passage: Passage) -> frozenset[str]:
    """The terms of a passage's headings and of its row's column headings."""
    return frozenset(term.term for text in (*passage.headings, *passage.columns) for term in analyze(text))
