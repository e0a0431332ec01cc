"""The target of a search on a page: the part of a sentence on it, and the context that disambiguates it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from index.types import Box, Document

_TATWEEL: Final = "\u0640"
# Characters of context around a sentence, to tell its place if it occurs twice on a page.
_AROUND: Final = 80


@dataclass(frozen=True)
class Wanted:
    """The target of a search on a page.

    Attributes:
        text: the sentence, or the part of it that stands on the page.
        before, after: what stands around it in the page's text; looked at where `text` alone is ambiguous.
        is_repeated: whether `text` occurs more than once in the page's text.
    """

    text: str
    before: str = ""
    after: str = ""
    is_repeated: bool = False


def letters(text: str) -> str:
    """The letters and digits of a text, normalised: without tashkeel, tatweel, case and ligatures."""
    plain = unicodedata.normalize("NFKD", text.replace(_TATWEEL, "")).casefold()
    return "".join(c for c in plain if c.isalnum())


def wanted_of(document: Document, page: int, start: int, end: int) -> Wanted | None:
    """The part of a document's span that is on a page; None if there is none."""
    parts = document.on_page(page, start, end)
    if not parts or start >= end:
        return None
    first, last = parts[0][0], parts[-1][1]
    there = document.on_page(page)
    text = document.text
    before = " ".join(text[a : min(b, first)] for a, b in there if a < first)
    after = " ".join(text[max(a, last) : b] for a, b in there if b > last)
    said = " ".join(text[a:b] for a, b in parts)
    whole = letters(" ".join(text[a:b] for a, b in there))
    own = letters(said)
    is_repeated = bool(own) and whole.find(own) != whole.rfind(own)
    return Wanted(said, _last_words(before), _first_words(after), is_repeated)


def _first_words(text: str) -> str:
    return text if len(text) <= _AROUND else text[:_AROUND].rpartition(" ")[0]


def _last_words(text: str) -> str:
    return text if len(text) <= _AROUND else text[-_AROUND:].partition(" ")[2]


def lines_of(boxes: Iterable[Box]) -> list[Box]:
    """The boxes of lines, of those of their words in the order of reading."""
    lines: list[Box] = []
    for box in boxes:
        last = lines[-1] if lines else None
        if last and last.top <= (box.top + box.bottom) / 2 <= last.bottom:
            lines[-1] = Box(
                min(last.left, box.left),
                min(last.top, box.top),
                max(last.right, box.right),
                max(last.bottom, box.bottom),
            )
        else:
            lines.append(box)
    return lines
