"""Questions that name an entry of a list of properties: "How heavy is it?" the row "Weight | 1.15 kg"."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, Final

import regex

from index.retrieval.translations import meanings
from index.text.analyzer import analyze, analyzed
from index.text.function_words import OF_CONVERSATIONS
from index.text.structure.cells import row_cells
from index.types import Document, Hit, Passage

if TYPE_CHECKING:
    from index.interface import Index

# Wordings of a question, in normalised spelling, and what the property is called that they ask for.
_PROPERTIES: Final = tuple(
    (regex.compile(pattern), frozenset(term.term for term in analyze(labels)))
    for pattern, labels in (
        (r"\bhow heavy\b|\bhow much (?:do|does|did) .*\bweigh\b|\bكم [يت]زن\b", "weight وزن"),
        (r"\bhow long\b", "length duration term period طول مدة"),
        (r"\bhow (?:tall|high)\b", "height ارتفاع طول"),
        (r"\bhow (?:big|large)\b", "size area capacity dimensions حجم مساحة سعة أبعاد"),
        (r"\bhow wide\b", "width عرض"),
        (r"\bhow deep\b", "depth عمق"),
        (r"\bhow fast\b", "speed سرعة"),
        (r"\bhow old\b", "age عمر سن"),
        (r"\bhow (?:strong|powerful)\b", "strength power قوة قدرة"),
        (r"\bhow expensive\b|\bhow much (?:is|are|was|were|do|does|did)\b|\bبكم\b", "price cost fee سعر ثمن"),
        (r"\bhow (?:much|many) .*\bhold\b", "capacity سعة"),
    )
)
FUNCTION_TERMS: Final = frozenset(
    term.term
    for term in analyze(
        " ".join((*OF_CONVERSATIONS, "heavy high tall big large wide deep fast cost weigh hold تزن يزن"))
    )
)


def properties(question: str) -> frozenset[str]:
    """The terms for the property that a question asks for in other words: weight for "How heavy"."""
    text = analyzed(question).normalised.text
    return frozenset().union(*(labels for pattern, labels in _PROPERTIES if pattern.search(text)))


def asked_entries(index: Index, question: str, hits: Iterable[Hit]) -> frozenset[str]:
    """The ids of the passages that `is_asked_entry` finds among search results."""
    return frozenset(
        hit.passage.id
        for hit in hits
        if is_asked_entry(question, hit.passage, _known(index.document(hit.passage.document_id), hit.passage))
    )


def _known(document: Document, passage: Passage) -> frozenset[str]:
    return _terms("\n".join((document.title, *passage.headings)))


def is_asked_entry(question: str, row: Passage, known: AbstractSet[str]) -> bool:
    """Whether a question asks for a row's value by its key, of what the document is about.

    Args:
        question: as it was asked.
        row: a passage; only a table row of two cells has a key and a value.
        known: the terms of the document's title and the headings above the row.
    """
    key = _key(row)
    if not key:
        return False
    asked = meanings({term.term for term in analyze(question)} - FUNCTION_TERMS)
    called = properties(question).union(*asked)
    return key <= called and all(not known.isdisjoint(one) or not key.isdisjoint(one) for one in asked)


def _terms(text: str) -> frozenset[str]:
    return frozenset(term.term for term in analyze(text))


def _key(row: Passage) -> frozenset[str]:
    """The terms of the first of a row's two cells, if it says in words what the second is."""
    if row.kind != "table_row" or len(row.items) != 2:
        return frozenset()
    cells = row_cells(row.text, row.columns if any(row.columns) else ("key", "value"), row.items)
    if cells is None or len(cells) != 2:
        return frozenset()
    terms = _terms(row.text[slice(*cells[0])])
    return frozenset() if all(term.isdecimal() for term in terms) else terms
