"""Questions for a cell of a table row: a row is named by one of its cells, and the column by its heading."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import Final

import regex

from index.text.analyzer import analyze, analyzed
from index.text.sentences import Span
from index.text.structure.cells import row_cells
from index.types import Passage
from qa.answering.questions.entries import FUNCTION_TERMS, properties

# In normalised spelling.
_NEGATIONS: Final = frozenset((
    "غير", "ليس", "دون", "بدون", "عدم", "بلا", "not", "non", "no", "without", "except", "excluding",
))  # fmt: skip
# What a value doesn't answer.
_OTHER: Final = regex.compile(r"\b(?:why|when|where|whether|who)\b|\b(?:لماذا|متي|اين|هل)\b|^[وف]?من\b")
_BRACKETED: Final = regex.compile(r"\([^()]*\)")


def asks_for_cell(asked: AbstractSet[str], row: Passage) -> bool:
    """Whether a question names a cell of a row and the column of another: "What is the fee of a skiff?".

    Args:
        asked: the question's terms.
        row: a passage; only a table row whose columns are known has cells.
    """
    return bool(asked_cells(asked, row))


def asked_cells(
    asked: AbstractSet[str], row: Passage, min_share: float = 1, said: AbstractSet[str] = frozenset()
) -> list[Span]:
    """The cells of a row for whose columns a question asks, another cell being named by it.

    Several if the question names their columns by equally many words.

    Args:
        asked: the question's terms.
        row: a passage; only a table row whose columns are known has cells.
        min_share: of a cell's terms, those that the question needs to name it.
        said: all words of the question in normalised spelling, if the columns are to be told apart by them.
    """
    cells = row_cells(row.text, row.columns, row.items) if row.kind == "table_row" else None
    if cells is None:
        return []
    terms = [_name(row.text[slice(*cell)]) for cell in cells]
    named = {
        n
        for n, cell in enumerate(terms)
        if len(cell & asked) >= min_share * len(cell) and any(not t.isdecimal() for t in cell)
    }
    key = frozenset().union(*(terms[n] for n in named))
    shared = {
        n: len(asked & ({term.term for term in analyze(column)} - key))
        for n, column in enumerate(row.columns)
        if n not in named and terms[n]
    }
    most = max(shared.values(), default=0) if named else 0
    tied = [n for n, count in shared.items() if count == most] if most else []
    if len(tied) > 1 and said:
        # "Resident" and "not resident" have the same terms.
        differing = {n: _differing(said, row.columns[n]) for n in tied}
        tied = [n for n in tied if differing[n] == min(differing.values())]
    return [cells[n] for n in tied]


def asks_only_for_cell(question: str, row: Passage) -> bool:
    """Whether a question is nothing but a row's name and the heading of another of its columns.

    "What is the fee of a skiff?" asks so for the row "Skiff | 24.50" under "Boat | Fee".

    Args:
        question: as it was asked.
        row: a passage; only a table row whose columns are known has cells.
    """
    said = {word.term for word in analyzed(question).words}
    if _OTHER.search(analyzed(question).normalised.text):
        return False
    asked = {term.term for term in analyze(question)} - FUNCTION_TERMS
    called = asked | properties(question)
    found = asked_cells(called, row)
    cells = row_cells(row.text, row.columns, row.items) if len(found) == 1 else None
    if cells is None:
        return False
    column = row.columns[cells.index(found[0])]
    others = (_name(row.text[slice(*cell)]) for cell in cells if cell != found[0])
    named = [terms for terms in others if terms and terms <= called]
    written = " ".join(
        (column, *(row.text[slice(*cell)] for cell in cells if _name(row.text[slice(*cell)]) in named))
    )
    if _differing(said, written):
        return False
    return asked <= _terms(column).union(properties(question), *named)


def _differing(said: AbstractSet[str], column: str) -> int:
    """The number of negations that either a question or a column's heading has, but not both."""
    return len((said ^ {word.term for word in analyzed(column).words}) & _NEGATIONS)


def _name(cell: str) -> frozenset[str]:
    """The terms that name a cell: "Balance (0.001 g)" without what is in brackets."""
    bare = _BRACKETED.sub(" ", cell)
    return _terms(bare if bare.strip() else cell)


def _terms(text: str) -> frozenset[str]:
    return frozenset(term.term for term in analyze(text))
