"""`ask`: a question -> the sentences that answer it, quoted and verified, or "not in the texts"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from index.sentences import sentences
from index.text import analyze, language
from index.types import Hit, Passage
from qa.confidence import MOST_CANDIDATES, THRESHOLD, confidence
from qa.kind import fits, kind, plain_words
from qa.messages import say
from qa.retrieve import open_index
from qa.types import Answer, Citation

if TYPE_CHECKING:
    from index.query import Query
    from index.store import Index

# Passages whose sentences are read. The right one is the first for 95 of 100 questions, and among the
# first five for all but one of 200 (XQuAD, ar -> ar).
READ = 3
MOST_CITATIONS = 3
# A further sentence is quoted if its score is this share of the best one's; chosen, not measured.
NEARLY_AS_GOOD = 0.92
# What words in common weigh beside late interaction when sentences are compared: XQuAD, .1 to .3 alike.
LEXICAL_WEIGHT = 0.15
# ... and whether the sentence has a time or a number where the question asks for one.
KIND_WEIGHT = 0.03
# Ends of a clause that a quotation doesn't need at its end.
_TRAILING = " \t\n،؛,;:—–"


@dataclass(frozen=True, eq=False)
class Sentence:
    """A sentence of a passage that was read, and how well it meets the question.

    Attributes:
        passage: the passage that it stands in.
        start, end: where, in the passage's text.
        matches: (n,) float32, each question token's best cosine with a token of the sentence.
        semantic: late interaction with the sentence alone: their weighted mean.
        lexical: the share of the question's words that stand in the sentence.
        fit: 1 where the sentence has the time or the number that the question asks for, -1 where it
            hasn't, 0 where the question asks for neither.
        score: what sentences are compared by.
    """

    passage: Passage
    start: int
    end: int
    matches: NDArray[np.float32]
    semantic: float
    lexical: float
    fit: float
    score: float


def ask(question: str, index: Index | str | Path | None = None, k: int = 5) -> Answer:
    """Answers a question with literal quotations, or says that the texts don't answer it.

    Args:
        question: in Arabic or English.
        index: an index or the path of one; the built-in article's if not given.
        k: how many passages `hits` holds, at least 1.

    Raises:
        InvalidQuestion: there is nothing to search for.
        IndexNotFound: there is no index at the path.
        IndexDamaged: its files aren't what was written.
        ValueError: k is less than 1.
    """
    if k < 1:
        raise ValueError(f"k must be at least 1, not {k}")
    source = open_index(index).snapshot()
    query = source.query(question)
    return answer(source, query, source.search(query, max(k, MOST_CANDIDATES)), k)


def answer(index: Index, query: Query, hits: Sequence[Hit], k: int) -> Answer:
    """Answers a question from passages that were found for it.

    Args:
        index: where they were found.
        query: the question.
        hits: the passages, best first.
        k: how many of them the answer holds.
    """
    found = read(index, query, hits[:READ])
    probability = confidence(query, hits[:MOST_CANDIDATES], found)
    citations = _cite(index, _choose(found)) if probability >= THRESHOLD else ()
    text = _quotations(citations) if citations else say("not_found", query.language)
    return Answer(query.text, query.language, text, citations, tuple(hits[:k]), probability)


def read(index: Index, query: Query, hits: Sequence[Hit]) -> list[Sentence]:
    """The sentences of the passages found, best first."""
    weights = query.tokens.weights / max(float(query.tokens.weights.sum()), 1e-12)
    terms = {term.term for term in query.terms}
    wanted, asked = kind(query.text), plain_words(query.text)
    found = []
    for hit in hits:
        tokens = index.tokens(hit.passage)
        cosines = query.tokens.similarities(tokens)
        for number, (start, end, words, plain) in enumerate(_sentences(hit.passage.text)):
            if not words:
                continue  # marks alone say nothing that could be quoted
            inside = np.flatnonzero(tokens.sentences == number)
            matches = cosines[:, inside].max(axis=1, initial=0)
            semantic = float(matches @ weights)
            lexical = len(terms & words) / len(terms)
            fit = fits(wanted, plain, asked)
            # The passage's own score decides between like sentences of different passages.
            score = semantic + LEXICAL_WEIGHT * lexical + KIND_WEIGHT * fit + hit.score
            found.append(Sentence(hit.passage, start, end, matches, semantic, lexical, fit, score))
    return sorted(found, key=lambda sentence: -sentence.score)


@lru_cache(maxsize=4096)
def _sentences(text: str) -> tuple[tuple[int, int, frozenset[str], frozenset[str]], ...]:
    """Where each sentence of a passage stands, its terms, and its words without stemming."""
    return tuple(
        (start, end, frozenset(term.term for term in analyze(text[start:end])), plain_words(text[start:end]))
        for start, end in sentences(text)
    )


def _choose(found: Sequence[Sentence]) -> list[Sentence]:
    """The best sentence, and those that come near to it."""
    least = found[0].score - (1 - NEARLY_AS_GOOD) * abs(found[0].score)
    return [sentence for sentence in found[:MOST_CITATIONS] if sentence.score >= least]


def _cite(index: Index, chosen: Sequence[Sentence]) -> tuple[Citation, ...]:
    citations = []
    for number, sentence in enumerate(chosen, 1):
        passage = sentence.passage
        quote = passage.text[sentence.start : sentence.end].rstrip(_TRAILING)
        start = passage.start + sentence.start
        document = index.document(passage.document_id)
        citations.append(Citation.of(document, number, passage, start, start + len(quote)))
    return tuple(citations)


def _quotations(citations: Sequence[Citation]) -> str:
    """Each citation as its quotation, in the quotation marks of its language, and its [n]."""
    marks = {"ar": "«{}» [{}]", "en": "“{}” [{}]"}
    return "\n".join(marks[language(c.quote)].format(c.quote, c.number) for c in citations)
