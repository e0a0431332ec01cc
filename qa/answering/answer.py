"""`ask`: a question -> the sentences that answer it, quoted and verified, or "not in the texts"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from index.text.analyzer import Language, analyze, language
from index.text.sentences import sentences
from index.types import Hit, Passage
from qa.answering.confidence import MOST_CANDIDATES, confidence, is_enough
from qa.answering.dependent_sentences import leans
from qa.answering.question_type import fits, kind, plain_words
from qa.messages import say
from qa.retrieve import open_index
from qa.types import Answer, Citation

if TYPE_CHECKING:
    from index.folder.store import Index
    from index.query import Query

# Passages whose sentences are read; chosen, not measured. The right one is the first for 95 of 100
# questions and among the first five for all but one of 200 (XQuAD, ar -> ar).
READ = 3
MOST_SENTENCES = 3
# A further sentence is quoted if its score is this share of the best one's; chosen, not measured.
NEARLY_AS_GOOD = 0.92
# What weighs beside late interaction when sentences are compared. The neighbourhood and the pooled
# vector brought 1 to 2 points of sentences right given the paragraph, on XQuAD and on TyDi: a question
# often names what only the sentence before names. With .4 to .6 for it and .1 to .2 for the one after no
# set differs by more than a point. Weights fitted to one of the sets, also with the sentence's length
# and place, did no better on the other.
BEFORE_WEIGHT = 0.5
AFTER_WEIGHT = 0.2
POOLED_WEIGHT = 0.2
LEXICAL_WEIGHT = 0.1
KIND_WEIGHT = 0.03
# Ends of a clause that a quotation doesn't need at its end.
_TRAILING = " \t\n،؛,;:—–"


@dataclass(frozen=True, eq=False)
class Sentence:
    """A sentence of a passage that was read, and how well it meets the question.

    Attributes:
        passage: the passage that it stands in.
        start, end: where, in the passage's text.
        quote_start: where its quotation begins: before it where it leans on what was said before.
        length: the sentences that its quotation has.
        matches: (n,) float32, each question token's best cosine with a token of the sentence.
        semantic: late interaction with the sentence alone: their weighted mean.
        before: how much the semantic score rises when the sentence before it is read too.
        after: the same with the sentence that follows.
        pooled: cosine of the question's and the sentence's mean token vectors.
        asked: the mean over the sentence's tokens of each one's best cosine with a token of the question:
            how much of what it says was asked about.
        lexical: the share of the question's words that stand in the sentence.
        fit: 1 where the sentence has the time or the number that the question asks for, -1 where it
            hasn't, 0 where the question asks for neither.
        score: what sentences are compared by.
    """

    passage: Passage
    start: int
    end: int
    quote_start: int
    length: int
    matches: NDArray[np.float32]
    semantic: float
    before: float
    after: float
    pooled: float
    asked: float
    lexical: float
    fit: float
    score: float

    def overlaps(self, other: Sentence) -> bool:
        """Whether the two quotations share characters."""
        same = self.passage.id == other.passage.id
        return same and self.quote_start < other.end and other.quote_start < self.end


def ask(question: str, index: Index | str | Path | None = None, k: int = 5) -> Answer:
    """Answers a question with literal quotations, or says that the texts don't answer it.

    Args:
        question: in Arabic or English.
        index: an index, or the path or address of one; the built-in article's if not given.
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
    with source.turn():
        query = source.query(question)
        return alone(source, query, k)


def alone(index: Index, query: Query, k: int) -> Answer:
    """Answers a question from what a search for it finds. How sure that is doesn't depend on k."""
    hits = index.search(query, MOST_CANDIDATES)
    reply = answer(index, query, hits, k)
    if k <= MOST_CANDIDATES:
        return reply
    known = {hit.passage.id for hit in hits}
    further = [hit for hit in index.search(query, k) if hit.passage.id not in known][: k - len(hits)]
    return replace(reply, hits=tuple(sorted((*hits, *further), key=lambda hit: -hit.score)))


def answer(index: Index, query: Query, hits: Sequence[Hit], k: int, fuller: Query | None = None) -> Answer:
    """Answers a question from passages that were found for it.

    Args:
        index: where they were found.
        query: the question.
        hits: the passages, best first.
        k: how many of them the answer holds.
        fuller: the question with more words, where it doesn't say by itself what it is about: confidence
            is then the mean of that in either.
    """
    found = read(index, query, hits[:READ])
    probability = confidence(query, hits[:MOST_CANDIDATES], found)
    if fuller is not None:
        as_fuller = confidence(fuller, hits[:MOST_CANDIDATES], read(index, fuller, hits[:READ]))
        probability = (probability + as_fuller) / 2
    citations = _cite(index, _choose(found)) if is_enough(probability, query, found) else ()
    text = quotations(citations, query.language) if citations else say("not_found", query.language)
    return Answer(query.text, query.language, text, citations, tuple(hits[:k]), probability)


def read(index: Index, query: Query, hits: Sequence[Hit]) -> list[Sentence]:
    """The sentences of the passages found, best first."""
    weights = query.tokens.weights / np.float32(max(float(query.tokens.weights.sum()), 1e-12))
    mean = _unit(np.einsum("ij,i->j", query.tokens.vectors, weights))
    terms = {term.term for term in query.terms}
    wanted, words = kind(query.text), plain_words(query.text)
    found = []
    for hit in hits:
        tokens = index.tokens(hit.passage)
        cosines = query.tokens.similarities(tokens)
        texts = _sentences(hit.passage.text)
        numbers = np.array([text.number for text in texts])
        # Tokens stand in the order of the text.
        starts, ends = (tokens.sentences.searchsorted(numbers, side) for side in ("left", "right"))
        inside = [slice(start, end) for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]
        closest = cosines.max(axis=0, initial=0)
        nothing = np.zeros(len(weights), np.float32)
        best = [nothing, *(cosines[:, columns].max(axis=1, initial=0) for columns in inside), nothing]
        for i, text in enumerate(texts):
            matches_before, matches, matches_after = best[i : i + 3]
            semantic = float(matches @ weights)
            before = float(np.maximum(matches, matches_before) @ weights) - semantic
            after = float(np.maximum(matches, matches_after) @ weights) - semantic
            pooled = float(mean @ _unit(tokens.vectors[inside[i]].sum(axis=0)))
            asked = closest[inside[i]]
            lexical = len(terms & text.terms) / len(terms)
            fit = fits(wanted, text.words, words)
            score = (
                semantic
                + BEFORE_WEIGHT * before
                + AFTER_WEIGHT * after
                + POOLED_WEIGHT * pooled
                + LEXICAL_WEIGHT * lexical
                + KIND_WEIGHT * fit
                # The passage's own score decides between like sentences of different passages.
                + hit.score
            )
            found.append(
                Sentence(
                    hit.passage,
                    text.start,
                    text.end,
                    text.quote_start,
                    text.length,
                    matches,
                    semantic,
                    before,
                    after,
                    pooled,
                    float(asked.mean()) if asked.size else 0.0,
                    lexical,
                    fit,
                    score,
                )
            )
    return sorted(found, key=lambda sentence: -sentence.score)


def _unit(vector: NDArray[np.float32]) -> NDArray[np.float32]:
    return vector / np.float32(max(float(np.linalg.norm(vector)), 1e-12))


@dataclass(frozen=True)
class _Text:
    """A sentence of a passage as it was written, whatever is asked."""

    number: int
    start: int
    end: int
    quote_start: int
    length: int
    terms: frozenset[str]
    words: frozenset[str]


@lru_cache(maxsize=4096)
def _sentences(passage: str) -> tuple[_Text, ...]:
    """The sentences of a passage in order, but for marks alone: they say nothing that could be quoted."""
    found: list[_Text] = []
    for number, (start, end) in enumerate(sentences(passage)):
        text = passage[start:end]
        terms = frozenset(term.term for term in analyze(text))
        if not terms:
            continue
        quote_start, length = start, 1
        if found and leans(text):
            # Of a long chain the nearest: the first of them would be a paragraph away.
            length = min(found[-1].length + 1, MOST_SENTENCES)
            quote_start = found[1 - length].start
        found.append(_Text(number, start, end, quote_start, length, terms, plain_words(text)))
    return tuple(found)


def _choose(found: Sequence[Sentence]) -> list[Sentence]:
    """The best sentence, and those that come near to it: `MOST_SENTENCES` with what they lean on."""
    least = found[0].score - (1 - NEARLY_AS_GOOD) * abs(found[0].score)
    chosen: list[Sentence] = []
    for sentence in takewhile(lambda sentence: sentence.score >= least, found):
        room = MOST_SENTENCES - sum(other.length for other in chosen)
        if sentence.length <= room and not any(map(sentence.overlaps, chosen)):
            chosen.append(sentence)
    return chosen


def _cite(index: Index, chosen: Sequence[Sentence]) -> tuple[Citation, ...]:
    citations = []
    for number, sentence in enumerate(chosen, 1):
        passage = sentence.passage
        quote = passage.text[sentence.quote_start : sentence.end].rstrip(_TRAILING)
        start = passage.start + sentence.quote_start
        document = index.document(passage.document_id)
        citations.append(Citation.of(document, number, passage, start, start + len(quote)))
    return tuple(citations)


def quotations(citations: Sequence[Citation], spoken: Language) -> str:
    """Each citation as its quotation, in the quotation marks of its language, and its [n].

    A title, author or date is named as such, in the language that is spoken: "Author: Edmund Farleigh [1]".
    """
    marks = {"ar": "«{}» [{}]", "en": "“{}” [{}]"}
    return "\n".join(
        marks[language(c.quote)].format(c.quote, c.number)
        if c.field == "text"
        else f"{say(c.field, spoken)}: {c.quote} [{c.number}]"
        for c in citations
    )
