"""An analysed and encoded question, computed once for all stages of a search."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from index.encoding.base import Encoder
from index.encoding.language_means import LanguageMeans
from index.encoding.passages import encode
from index.errors import InvalidQuestion
from index.ranking_parameters import RANKING
from index.retrieval.names import name_keys
from index.retrieval.token_codec import TokenVectors
from index.text.analyzer import Language, Term, analyzed, in_original
from index.text.question import as_written
from index.text.spelling import WordForms

# Characters. The encoder's window ends near 1,500; longer questions aren't asked on purpose.
MAX_QUESTION_LENGTH = 2_000


@dataclass(frozen=True, eq=False)
class Query:
    """A question's analysis and encoding.

    Attributes:
        text: as it was asked.
        language: of most of its words.
        arabic_share: the share of its words in Arabic script, in [0, 1].
        terms: its terms in order, with their spans in `text`.
        reading: the encoder's input: legible, as the collection writes it (`index.text.question`).
        origins: for each character of `reading` the position in `text` that it comes from.
        names: phonetic keys of its possible names, and its numbers, with spans in `reading`.
        vector: (dimension,) float32, of unit length, with the language mean subtracted.
        tokens: its token vectors, with the language mean subtracted and spans in `reading`; their weights
            are their surprisal to the power of `RankingParameters.surprisal_power`.
    """

    text: str
    language: Language
    arabic_share: float
    terms: tuple[Term, ...]
    reading: str
    origins: tuple[int, ...]
    names: tuple[Term, ...]
    vector: NDArray[np.float32]
    tokens: TokenVectors

    @classmethod
    def of(cls, question: str, encoder: Encoder, language_means: LanguageMeans, forms: WordForms) -> Query:
        """Checks, analyses and encodes a question.

        Raises:
            InvalidQuestion: the question can't be searched for; its `reason` says why.
        """
        check(question)
        written = as_written(question, forms)
        reading = written.text
        ((vector, tokens),) = encode([reading], "query", encoder, language_means)
        return cls(
            text=question,
            language=analyzed(reading).language,
            arabic_share=analyzed(reading).arabic_share,
            terms=tuple(in_original(analyzed(reading).terms, written.origins, question)),
            reading=reading,
            origins=written.origins,
            names=tuple(name_keys(reading)),
            vector=vector,
            tokens=replace(tokens, weights=tokens.weights**RANKING.surprisal_power),
        )


def check(question: str) -> list[Term]:
    """Validates a question and returns its terms.

    Raises:
        InvalidQuestion: it is blank, has no word, is longer than `MAX_QUESTION_LENGTH`, or isn't text.
    """
    if not question.strip():
        raise InvalidQuestion("empty", "The question is empty.")
    if len(question) > MAX_QUESTION_LENGTH:
        raise InvalidQuestion(
            "too_long", f"The question has {len(question):,} characters; {MAX_QUESTION_LENGTH:,} is the most."
        )
    for character in question:
        if character not in "\t\n\r" and unicodedata.category(character) in ("Cc", "Cs"):
            raise InvalidQuestion(
                "not_text", f"The question has a character that isn't text: U+{ord(character):04X}."
            )
    terms = list(analyzed(question).terms)
    if not terms:
        raise InvalidQuestion("no_words", "The question has no words in it.")
    return terms
