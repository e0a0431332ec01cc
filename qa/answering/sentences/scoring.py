"""Scores the sentences of passages for a question."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import regex
from numpy.typing import NDArray

from index.encoding.passages import SECTION_SENTENCE
from index.ranking_parameters import SENTENCES
from index.text.analyzer import analyze
from index.types import Hit
from qa.answering.question_type import (
    QuestionType,
    asks_for_list,
    defines,
    labels,
    plain_words,
    poses,
    question_type,
    subject,
    type_match,
)
from qa.answering.questions.cells import asks_for_cell
from qa.answering.sentences.scored import Sentence
from qa.answering.sentences.split import SplitSentence, context_terms, introduction_terms, split_passage

if TYPE_CHECKING:
    from index.interface import Index
    from index.query import Query
    from index.retrieval.token_codec import TokenVectors

_ENDS = regex.compile(r"[.!?؟…。]\W*$")


def score_sentences(
    index: Index,
    query: Query,
    hits: Sequence[Hit],
    names: Mapping[str, frozenset[str]] | None = None,
    entries: AbstractSet[str] = frozenset(),
) -> list[Sentence]:
    """Scores the sentences of the retrieved passages; best first.

    Args:
        index: the index they were retrieved from.
        query: the question.
        hits: the passages, best first.
        names: of a document, the question's terms that each of its sentences is about (`topics`).
        entries: ids of the rows whose value is asked for by their key (`asked_entries`).
    """
    scorer = _Scorer.of(query, hits)
    matched = [(hit, _Matched.of(query, index.tokens(hit.passage))) for hit in hits]
    of_document: dict[str, list[tuple[Hit, _Matched]]] = defaultdict(list)
    for hit, one in matched:
        of_document[hit.passage.document_id].append((hit, one))
    unnamed = _ImpliedName.of(query, scorer.weights, [], frozenset())
    implied = {
        id_: _ImpliedName.of(query, scorer.weights, of_document[id_], terms)
        for id_, terms in (names or {}).items()
    }
    found = [
        sentence
        for hit, one in matched
        for sentence in scorer.sentences(hit, one, implied.get(hit.passage.document_id, unnamed))
    ]
    most = max((sentence.lexical for sentence in found), default=0.0)
    found = [
        replace(s, score=s.score + SENTENCES.cell_weight)
        if s.lexical >= most and asks_for_cell(scorer.terms, s.passage)
        else s
        for s in found
    ]
    return sorted(_with_entries(found, entries), key=lambda sentence: -sentence.score)


def _with_entries(found: Sequence[Sentence], entries: AbstractSet[str]) -> list[Sentence]:
    """Sentences with the rows that are asked for by their key ahead of all others, by `label_weight`."""
    rows = [sentence.score for sentence in found if sentence.passage.id in entries]
    if not rows:
        return list(found)
    lead = max(sentence.score for sentence in found) - max(rows) + SENTENCES.label_weight
    return [replace(s, score=s.score + lead) if s.passage.id in entries else s for s in found]


@dataclass(frozen=True, eq=False)
class _Scorer:
    """Scores sentences for one question.

    Attributes:
        query: the question.
        weights: (n,) float32, of its tokens; their sum is 1.
        terms: its terms.
        words: its `plain_words`.
        type: the type of answer that it asks for.
        subject: of a definition question.
        is_list: whether it asks for a list.
        headings: the headings of all passages whose sentences are scored.
    """

    query: Query
    weights: NDArray[np.float32]
    terms: frozenset[str]
    words: frozenset[str]
    type: QuestionType | None
    subject: frozenset[str]
    is_list: bool
    headings: frozenset[str]

    @classmethod
    def of(cls, query: Query, hits: Sequence[Hit]) -> _Scorer:
        """Analyses a question for the sentences of these passages."""
        return cls(
            query=query,
            weights=query.tokens.shares,
            terms=frozenset(term.term for term in query.terms),
            words=plain_words(query.text),
            type=question_type(query.reading),
            subject=subject(query.reading),
            is_list=asks_for_list(query.reading),
            headings=frozenset(heading for hit in hits for heading in hit.passage.headings),
        )

    def sentences(self, hit: Hit, matched: _Matched, name: _ImpliedName) -> Iterator[Sentence]:
        """The scored sentences of a passage, in order.

        Args:
            hit: the passage.
            matched: its tokens and their cosines with the question's.
            name: what its whole document is about.
        """
        passage, tokens, cosines = hit.passage, matched.tokens, matched.cosines
        texts = split_passage(passage)
        above = context_terms(passage) | name.terms
        introduction = introduction_terms(passage) & self.terms - above if self.type is None else frozenset()
        numbers = np.array([text.number for text in texts])
        # Tokens are in the order of the text.
        starts, ends = (tokens.sentences.searchsorted(numbers, side) for side in ("left", "right"))
        inside = [slice(start, end) for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]
        closest = cosines.max(axis=0, initial=0)
        nothing = np.zeros(len(self.weights), np.float32)
        # Every sentence is scored under the passage's headings, and these under the document's title. In a
        # document without headings, confidence uses the text alone, as it was trained.
        is_context = tokens.sentences < 0 if passage.headings else tokens.sentences == SECTION_SENTENCE
        context = np.maximum(cosines[:, is_context].max(axis=1, initial=0), name.matches)
        own = [np.maximum(cosines[:, columns].max(axis=1, initial=0), context) for columns in inside]
        best = [nothing, *own, nothing]
        for i, text in enumerate(texts):
            matches_before, matches, matches_after = best[i : i + 3]
            semantic = float(matches @ self.weights)
            asked = closest[inside[i]]
            sentence = Sentence(
                passage=passage,
                start=text.start,
                end=text.end,
                quote_start=text.quote_start,
                quote_end=text.quote_end,
                length=text.length,
                lead_in=text.lead_in,
                matches=matches,
                semantic=semantic,
                before=float(np.maximum(matches, matches_before) @ self.weights) - semantic,
                after=float(np.maximum(matches, matches_after) @ self.weights) - semantic,
                pooled=float(name.rest @ _unit(tokens.vectors[inside[i]].sum(axis=0))),
                asked=float(asked.mean()) if asked.size else 0.0,
                lexical=len(self.terms & (text.terms | above)) / len(self.terms),
                type_match=type_match(self.type, text.words, self.words),
                score=0.0,
                is_introduced=bool(introduction) and not self.terms & text.terms - introduction - above,
            )
            # The passage's score breaks ties between equal sentences of different passages.
            tie = _passage_score(hit) if name.score is None else name.score
            yield replace(sentence, score=self._score(sentence, text, is_first=i == 0) + tie)

    def _score(self, sentence: Sentence, text: SplitSentence, is_first: bool) -> float:
        """The score of a sentence of a passage, without that of the passage."""
        passage, written = sentence.passage, text.written
        # A note on a word doesn't say what the thing is.
        aside = {"page_header", "page_footer", *(("footnote",) if self.subject else ())}
        is_key = passage.text in self.headings and any(
            any(map(str.isdecimal, term)) for term in self.terms & text.terms
        )
        return (
            sentence.semantic
            + SENTENCES.before_weight * sentence.before
            + SENTENCES.after_weight * sentence.after
            + SENTENCES.pooled_weight * sentence.pooled
            + SENTENCES.lexical_weight * sentence.lexical
            + SENTENCES.type_weight * sentence.type_match
            + SENTENCES.label_weight * labels(self.subject, written)
            + SENTENCES.definition_weight
            * defines(self.subject, written, passage.headings, is_first and passage.kind != "footnote")
            + SENTENCES.list_weight * (self.is_list and passage.kind == "list_item")
            - SENTENCES.echo_penalty * (text.terms <= self.terms and not _ENDS.search(written))
            - SENTENCES.posed_penalty * poses(self.query.text, written)
            - SENTENCES.key_penalty * is_key
            - SENTENCES.margin_penalty * (passage.kind in aside)
        )


@dataclass(frozen=True, eq=False)
class _Matched:
    """A passage's token vectors, and their (n, m) cosines with the question's."""

    tokens: TokenVectors
    cosines: NDArray[np.float32]

    @classmethod
    def of(cls, query: Query, tokens: TokenVectors) -> _Matched:
        """Matches a passage's tokens with the question's."""
        return cls(tokens, query.tokens.similarities(tokens))


@dataclass(frozen=True)
class _ImpliedName:
    """The name that a whole document is about, taken as present in each of its sentences.

    Attributes:
        terms: the question's terms of the name; none if the question names no such document.
        matches: (n,) float32, the best match of each token of the name in the document; 0 for other tokens.
        rest: the question's mean token vector without the name.
        score: the best passage's; None without a name, where each passage has its own.
    """

    terms: frozenset[str]
    matches: NDArray[np.float32]
    rest: NDArray[np.float32]
    score: float | None

    @classmethod
    def of(
        cls,
        query: Query,
        weights: NDArray[np.float32],
        passages: Sequence[tuple[Hit, _Matched]],
        terms: frozenset[str],
    ) -> _ImpliedName:
        """Finds it in a document's passages, for a question with its tokens' weights."""
        spans = query.tokens.spans
        of_name = np.zeros(len(spans), bool)
        for term in analyze(query.reading) if terms else []:
            of_name |= (term.term in terms) & (spans[:, 0] < term.end) & (term.start < spans[:, 1])
        matches = np.zeros(len(spans), np.float32)
        for _, matched in passages:
            matches = np.maximum(matches, np.where(of_name, matched.cosines.max(axis=1, initial=0), 0))
        kept = np.where(of_name & ~of_name.all(), np.float32(0), weights)
        rest = _unit(np.einsum("ij,i->j", query.tokens.vectors, kept))
        return cls(terms, matches, rest, max((_passage_score(hit) for hit, _ in passages), default=None))


def _passage_score(hit: Hit) -> float:
    """The score by which passages are ordered: in a conversation, that in its context."""
    return hit.scores.get("context", hit.score)


def _unit(vector: NDArray[np.float32]) -> NDArray[np.float32]:
    return vector / np.float32(max(float(np.linalg.norm(vector)), 1e-12))
