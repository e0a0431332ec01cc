"""Translations of terms between Arabic and English, so that BM25 has a vote across languages.

Word by word, learned from parallel sentences: translations.md names them, benchmarks/translations.py makes
them. They are terms of the analyzer, not words.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final

from index.ranking_parameters import RANKING

TRANSLATIONS_FILE: Final = Path(__file__).with_name("translations.tsv")
_PERCENT: Final = 100

Meaning = Mapping[str, float]
"""What a term of a question may be called in a passage, and the weight of each such term in (0, 1]."""


def meanings(terms: Iterable[str]) -> list[Meaning]:
    """What each distinct term may be called in the other language.

    Each translation has its probability to the power of `RankingParameters.translation_power`. The term
    itself has weight 1: numbers, and names in the question's own letters.
    """
    return [_meaning(term) for term in dict.fromkeys(terms)]


def _meaning(term: str) -> Meaning:
    meaning = {
        translation: likely**RANKING.translation_power for translation, likely in translations(term).items()
    }
    return {**meaning, term: 1.0}


def translations(term: str) -> Mapping[str, float]:
    """What a term is called in the other language, each with its probability."""
    rows = zip(*2 * [iter(_known().get(term, "").split())], strict=True)
    return {translation: int(percent) / _PERCENT for translation, percent in rows}


@lru_cache(maxsize=1)
def _known() -> dict[str, str]:
    """Term -> its translations, each followed by its probability in percent."""
    lines = TRANSLATIONS_FILE.read_text(encoding="utf-8").splitlines()
    return dict(line.split("\t") for line in lines)
