"""The sentences of retrieved passages: split, scored for a question, and the best ones chosen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import takewhile
from typing import TYPE_CHECKING

import numpy as np
import regex
from numpy.typing import NDArray

from index.encoding.passages import SECTION_SENTENCE
from index.ranking_parameters import SENTENCES
from index.text.analyzer import analyze
from index.text.numerals import is_quantity
from index.text.sentences import Span, passage_sentences
from index.types import Hit, Passage
from qa.answering.dependent_sentences import leans, speaks_on
from qa.answering.question_type import (
    QuestionType,
    asks_for_cell,
    asks_for_list,
    defines,
    labels,
    plain_words,
    poses,
    question_type,
    subject,
    type_match,
)

if TYPE_CHECKING:
    from index.interface import Index
    from index.query import Query
    from index.retrieval.token_codec import TokenVectors

MOST_SENTENCES = 3
# Most words of a list quoted as a whole; a longer one is cut to the items that fit.
MOST_LISTED = 120
# Up to this many words, an item is quoted with the sentence that introduces its list.
_SHORT_ITEM = 12
# From this many words, an item that ends like a sentence counts as one.
_SHORT_SENTENCE = 6
_ENDS = regex.compile(r"[.!?؟…。]\W*$")


@dataclass(frozen=True, eq=False)
class Sentence:
    """A sentence of a passage and how well it matches the question.

    Attributes:
        passage: the passage that contains it.
        start, end: its span in the passage's text.
        quote_start: start of its quotation: before the sentence if it depends on what precedes it.
        quote_end: end of its quotation: after the sentence if the same speaker continues.
        length: number of sentences in its quotation.
        lead_in: span of the sentence that introduces its list, if needed.
        matches: (n,) float32, each question token's best cosine with a token of the sentence, of the headings
            above it, or of its row's column headings.
        semantic: late interaction with the sentence under its headings: the weighted mean of `matches`.
        before: gain in the semantic score when the preceding sentence is included.
        after: the same for the following sentence.
        pooled: cosine of the question's and the sentence's mean token vectors.
        asked: the mean over the sentence's tokens of each one's best cosine with a token of the question:
            how much of the sentence the question asks about.
        lexical: the share of the question's words found in the sentence or its headings.
        fit: 1 if the sentence has the time or the number that the question asks for, -1 if it lacks it,
            0 if the question asks for neither.
        score: the ranking score.
        is_introduced: whether the question asks for what the introduction of the sentence's list announces,
            and for nothing in the sentence itself.
        evidence: the reader's log probability of the answer's being in the sentence, given that it is in the
            passage (`Reading.evidence`), if not negligible; None where the passage wasn't read.
    """

    passage: Passage
    start: int
    end: int
    quote_start: int
    quote_end: int
    length: int
    lead_in: Span | None
    matches: NDArray[np.float32]
    semantic: float
    before: float
    after: float
    pooled: float
    asked: float
    lexical: float
    fit: float
    score: float
    evidence: float | None = None
    is_introduced: bool = False

    @property
    def written(self) -> str:
        """The sentence itself."""
        return self.passage.text[self.start : self.end]

    def overlaps(self, other: Sentence) -> bool:
        """Whether the two quotations share characters."""
        same = self.passage.id == other.passage.id
        return same and self.quote_start < other.quote_end and other.quote_start < self.quote_end


def score_sentences(
    index: Index, query: Query, hits: Sequence[Hit], names: Mapping[str, frozenset[str]] | None = None
) -> list[Sentence]:
    """Scores the sentences of the retrieved passages; best first.

    Args:
        index: the index they were retrieved from.
        query: the question.
        hits: the passages, best first.
        names: of a document, the question's terms that each of its sentences is about (`topics`).
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
    return sorted(found, key=lambda sentence: -sentence.score)


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
        texts = _split(passage)
        above = context_terms(passage) | name.terms
        introduction = _introduction_terms(passage) & self.terms - above if self.type is None else frozenset()
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
                fit=type_match(self.type, text.words, self.words),
                score=0.0,
                is_introduced=bool(introduction) and not self.terms & text.terms - introduction - above,
            )
            # The passage's score breaks ties between equal sentences of different passages.
            tie = _passage_score(hit) if name.score is None else name.score
            yield replace(sentence, score=self._score(sentence, text, is_first=i == 0) + tie)

    def _score(self, sentence: Sentence, text: _Text, is_first: bool) -> float:
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
            + SENTENCES.type_weight * sentence.fit
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


@dataclass(frozen=True)
class _Text:
    """The question-independent part of a `Sentence`."""

    number: int
    start: int
    end: int
    quote_start: int
    quote_end: int
    length: int
    lead_in: Span | None
    written: str
    terms: frozenset[str]
    words: frozenset[str]


@lru_cache(maxsize=4096)
def _split(passage: Passage) -> tuple[_Text, ...]:
    """The sentences of a passage in order, without those made of punctuation alone."""
    found: list[_Text] = []
    text, items = passage.text, passage.items
    lead_in: Span | None = None
    spans = passage_sentences(text, passage.is_record, items)
    for number, (start, end) in enumerate(spans):
        written = text[start:end]
        terms = frozenset(term.term for term in analyze(written))
        # A number or a bullet alone has no content.
        if not terms or not (passage.is_record or any(map(str.isalpha, written))):
            continue
        if items and start < items[0]:
            lead_in = (start, end)
        quote_start, length = start, 1
        begins_item = start in items
        if found and not begins_item and (leans(written) or speaks_on(found[-1].written, written)):
            # In a long chain only the nearest are kept: the first would be a paragraph away.
            length = min(found[-1].length + 1, MOST_SENTENCES)
            quote_start = found[1 - length].start
        if found and not begins_item and speaks_on(found[-1].written, written):
            before = found[-1]
            found[-1] = replace(before, quote_end=end, length=min(before.length + 1, MOST_SENTENCES))
        needs_lead_in = lead_in is not None and lead_in[0] != start and _is_short_item(written)
        found.append(
            _Text(
                number=number,
                start=start,
                end=end,
                quote_start=quote_start,
                quote_end=end,
                length=length,
                lead_in=lead_in if needs_lead_in else None,
                written=written,
                terms=terms,
                words=plain_words(written),
            )
        )
    return tuple(found)


def _is_short_item(written: str) -> bool:
    """Whether a list item is incomplete without the sentence that introduces the list."""
    words = len(written.split())
    is_sentence = words >= _SHORT_SENTENCE and written.rstrip().endswith((".", "!", "?", "؟"))
    return words <= _SHORT_ITEM and ":" not in written and not is_sentence


@lru_cache(maxsize=4096)
def _introduction_terms(passage: Passage) -> frozenset[str]:
    """The terms of the text that introduces a list; none for other passages."""
    first = passage.items[0] if passage.items and passage.kind == "list_item" else 0
    return frozenset(term.term for term in analyze(passage.text[:first]))


@lru_cache(maxsize=4096)
def context_terms(passage: Passage) -> frozenset[str]:
    """The terms of a passage's headings and of its row's column headings."""
    return frozenset(term.term for text in (*passage.headings, *passage.columns) for term in analyze(text))


def named_quantities(query: Query) -> frozenset[str]:
    """The numbers and months that a question names."""
    return frozenset(term.term for term in query.terms if is_quantity(term.term))


def choose(found: Sequence[Sentence], is_list: bool, named: AbstractSet[str]) -> list[Sentence]:
    """Selects the best sentence and its near-ties: `MOST_SENTENCES`, including the context they depend on.

    Beside a best one with the numbers and months that the question names, none without them is a near-tie.

    Returns the whole list where a list question's best sentence is a list item, or where the best sentence
    introduces a list.
    """
    best = found[0]
    items = best.passage.items
    is_in_list = bool(items) and best.passage.kind == "list_item"
    if is_in_list and (is_list or best.is_introduced or best.start < items[0]):
        return [_whole(best)]
    if best.passage.kind == "form_field" and best.passage.is_record:
        # Of forms that differ in their keys alone, the best one suffices.
        return [best]
    least = best.score - (1 - SENTENCES.nearly_as_good) * abs(best.score)
    needed = named & _terms_of(best)
    chosen: list[Sentence] = []
    for sentence in takewhile(lambda sentence: sentence.score >= least, found):
        if not needed <= _terms_of(sentence):
            continue
        room = MOST_SENTENCES - sum(other.length for other in chosen)
        if sentence.length <= room and not any(map(sentence.overlaps, chosen)):
            chosen.append(sentence)
    if is_in_list and any(s.passage is best.passage and s.start < items[0] for s in chosen):
        # The introduction answers nearly as well as one of its items: they belong together.
        return [_whole(best)]
    return chosen


def _terms_of(sentence: Sentence) -> frozenset[str]:
    return frozenset(term.term for term in analyze(sentence.written))


def _whole(sentence: Sentence) -> Sentence:
    """The list that contains a sentence, with its introduction, up to `MOST_LISTED` words."""
    passage = sentence.passage
    ends = [*passage.items[1:], len(passage.text)]
    fitting = [end for end in ends if len(passage.text[:end].split()) <= MOST_LISTED]
    end = max(fitting, default=ends[0])
    return replace(sentence, quote_start=0, quote_end=max(end, sentence.end), lead_in=None)
