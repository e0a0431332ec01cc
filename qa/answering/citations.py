"""Footnotes: the note that a quoted sentence refers to is a part of what it says."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import regex

from index.types import Passage

# A reference mark in brackets, as the readers of files write it.
_CALL: Final = regex.compile(r"\[(\p{Nd}{1,3}|[ivxlc]{1,6}|[*†‡§])\]")
# The mark that a note begins with.
_LABEL: Final = regex.compile(r"\s*[\[(]?(\p{Nd}{1,3}|[ivxlc]{1,6}|[*†‡§])[\])]?[.:)\s]")
# A longer note is a text of its own; chosen, not measured.
_MOST_WORDS: Final = 60


def called_notes(quotation: str, passage: Passage, others: Iterable[Passage]) -> list[Passage]:
    """The footnotes that a quotation refers to, in the order of its reference marks.

    Args:
        quotation: a part of the passage's text.
        passage: the passage that contains it.
        others: passages among which the notes are looked for. Of several notes with the same mark, as each
            page or chapter may have one, the next after the passage is meant.
    """
    notes = sorted(
        (
            other
            for other in others
            if other.kind == "footnote"
            and other.document_id == passage.document_id
            and other.start >= passage.end
            and len(other.text.split()) <= _MOST_WORDS
        ),
        key=lambda note: note.start,
    )
    labelled: dict[str, Passage] = {}
    for note in notes:
        if label := _LABEL.match(note.text):
            labelled.setdefault(label[1], note)
    marks = dict.fromkeys(call[1] for call in _CALL.finditer(quotation))
    return [labelled[mark] for mark in marks if mark in labelled]
