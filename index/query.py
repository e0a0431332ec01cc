"""A question, made ready once for everything that looks at it."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

import numpy as np
import regex
from numpy.typing import NDArray

from index.centers import Centers
from index.encoder import Encoder
from index.errors import InvalidQuestion
from index.late import TokenVectors
from index.names import name_keys
from index.text import Language, Term, analyze, arabic_share, language

# Characters. The encoder's window ends near 1,500; nobody asks for longer than this by intent.
LONGEST = 2_000

_BIDI_CONTROL = regex.compile(r"\p{Bidi_Control}")


@dataclass(frozen=True, eq=False)
class Query:
    """What a search knows of a question.

    Attributes:
        text: as it was asked.
        language: of most of its words.
        arabic_share: the share of its words in Arabic script, in [0, 1].
        terms: its terms in order, with where they stand in `text`.
        names: how its words sound, where that could be a name's, and its numbers; they stand in the
            text without bidi controls, as the tokens do.
        vector: (dimension,) float32, of unit length, the language's mean taken away.
        tokens: its token vectors, the language's mean taken away; spans are those of the text
            without bidi controls.
    """

    text: str
    language: Language
    arabic_share: float
    terms: tuple[Term, ...]
    names: tuple[Term, ...]
    vector: NDArray[np.float32]
    tokens: TokenVectors

    @classmethod
    def of(cls, question: str, encoder: Encoder, centers: Centers) -> Query:
        """Checks, analyses and encodes a question.

        Raises:
            InvalidQuestion: nothing can be searched for; its `reason` says why.
        """
        terms = check(question)
        visible = _BIDI_CONTROL.sub("", question)
        (encoding,) = encoder.encode([visible], "query")
        return cls(
            text=question,
            language=language(question),
            arabic_share=arabic_share(question),
            terms=tuple(terms),
            names=tuple(name_keys(visible)),
            vector=centers.vector(encoding, visible, "query"),
            tokens=centers.tokens(encoding, visible, "query"),
        )


def check(question: str) -> list[Term]:
    """The terms of a question that can be searched for.

    Raises:
        InvalidQuestion: it is blank, has no word, is longer than `LONGEST`, or isn't text.
    """
    if not question.strip():
        raise InvalidQuestion("empty", "The question is empty.")
    if len(question) > LONGEST:
        raise InvalidQuestion(
            "too_long", f"The question has {len(question):,} characters; {LONGEST:,} is the most."
        )
    for character in question:
        if character not in "\t\n\r" and unicodedata.category(character) in ("Cc", "Cs"):
            raise InvalidQuestion(
                "not_text", f"The question has a character that isn't text: U+{ord(character):04X}."
            )
    terms = analyze(question)
    if not terms:
        raise InvalidQuestion("no_words", "The question has no words in it.")
    return terms
