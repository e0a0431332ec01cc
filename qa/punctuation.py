"""Punctuation of Dalil's own sentences, which differs between Arabic and English."""

from __future__ import annotations

from typing import Final

from index.text.analyzer import Language

COMMA: Final[dict[Language, str]] = {"ar": "، ", "en": ", "}
"""Between the items of a list in a sentence."""
_QUOTATION_MARKS: Final[dict[Language, str]] = {"ar": "«{}»", "en": "“{}”"}


def in_quotation_marks(text: str, language: Language) -> str:
    """A text in the quotation marks of a language."""
    return _QUOTATION_MARKS[language].format(text)
