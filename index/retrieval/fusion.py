"""Score fusion: late interaction, BM25 and, across scripts, translated terms and names of the same sound.

Each part is on an absolute scale that doesn't depend on which passages are compared (a cosine, and a
share of BM25's upper bound), so they are added without standardisation. Reciprocal rank fusion lets a
weak leg pull down a strong one: .915 R@1 on XQuAD, ar -> ar, where late interaction alone had .935 (a
prototype's figures).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from index.array_types import FloatArray
from index.ranking_parameters import RANKING

MOSTLY: Final = 0.5
"""Above this distance most of a passage is in another script than the question."""


def fuse(
    semantic: FloatArray,
    lexical: FloatArray,
    best_share: float,
    names: FloatArray,
    script_distance: FloatArray,
    translated: FloatArray,
    best_translated: float,
) -> FloatArray:
    """The fused score of each candidate.

    If a passage is in another script than the question, lexical overlap is no evidence for or against
    it: it is given the best passage's share, so that a bilingual collection doesn't favour the question's
    own language. Translated terms and shared names are the evidence there.

    Args:
        semantic: (n,) cosines, by late interaction or, before that, of whole passages.
        lexical: (n,) BM25 as a share of its upper bound, in [0, 1].
        best_share: the greatest such share of all proposed passages.
        names: (n,) the share of the question that is names of the same sound, in [0, 1].
        script_distance: (n,) in [0, 1]: 0 where passage and question are in the same script.
        translated: (n,) BM25 over translated terms as a share of its upper bound, in [0, 1].
        best_translated: the greatest such share of all proposed passages.

    Returns:
        (n,) float32, higher is better.
    """
    scores = semantic + words_part(lexical, best_share, script_distance)
    scores = scores + names_part(names, script_distance)
    scores = scores + translations_part(translated, best_translated, script_distance)
    return np.asarray(scores, np.float32)


def words_part(lexical: FloatArray, best_share: float, script_distance: FloatArray) -> FloatArray:
    """The lexical part of each fused score; `best_share` is the greatest share of any passage."""
    words = lexical + script_distance * (best_share - lexical)
    return np.asarray(RANKING.lexical_weight * words, np.float32)


def names_part(names: FloatArray, script_distance: FloatArray) -> FloatArray:
    """The part of each fused score due to names of the same sound."""
    return np.asarray(RANKING.name_weight * script_distance * names, np.float32)


def translations_part(
    translated: FloatArray, best_translated: float, script_distance: FloatArray
) -> FloatArray:
    """The part of each fused score due to translated terms; negative far below the best passage's share.

    It is 0 where most words are in the question's script, so that a passage that only mentions words of the
    other one is scored as if there were no translations.
    """
    counted = np.where(is_across(script_distance), script_distance, 0)
    above = translated - RANKING.translation_baseline * best_translated
    return np.asarray(RANKING.translation_weight * counted * above, np.float32)


def is_across(script_distance: FloatArray) -> NDArray[np.bool_]:
    """(n,) whether a passage is in another script than the question for the most part."""
    return script_distance > MOSTLY


@dataclass(frozen=True)
class ScoreParts:
    """The summands of one passage's fused score.

    Attributes:
        semantic: late interaction, or the cosine of the whole passage in an index without token vectors.
        words: weighted BM25 share; across scripts, the best passage's.
        names: weighted share of names in common, across scripts only.
        translations: weighted BM25 share over translated terms above the baseline, across scripts only.
    """

    semantic: float
    words: float
    names: float
    translations: float

    @property
    def total(self) -> float:
        """The fused score."""
        return self.semantic + self.words + self.names + self.translations
