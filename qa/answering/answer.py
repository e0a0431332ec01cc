"""`ask`: a question -> the sentences that answer it, quoted and verified, or "not in the texts"."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import takewhile
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import regex
from numpy.typing import NDArray

from index.encoding.passages import SECTION_SENTENCE
from index.ranking_parameters import SENTENCES
from index.text.analyzer import Language, analyze, language, stem, words
from index.text.context import row_pieces
from index.text.numerals import is_quantity
from index.text.sentences import Span, passage_sentences
from index.text.structure.official import name_span
from index.types import Hit, Passage
from qa.answering.confidence import (
    MOST_CANDIDATES,
    confidence,
    is_enough,
    least_likelihood,
    pairing,
    sentence_weights,
)
from qa.answering.courtesy import courteous
from qa.answering.dependent_sentences import leans, speaks_on, topics
from qa.answering.footnotes import called_notes
from qa.answering.metadata import (
    asked_document,
    asked_field,
    asked_signatures,
    tells_publication,
    value,
)
from qa.answering.missing import missing
from qa.answering.overview import MOST_LISTED_SENTENCES, PASSAGES_READ, Request, about, listed, requested
from qa.answering.question_type import (
    asked_keys,
    asks_for_cell,
    asks_for_list,
    defines,
    fits,
    has_short_answer,
    kind,
    labels,
    plain_words,
    poses,
    subject,
)
from qa.answering.reader import PassageReader, Reading, chosen_reader, in_passage
from qa.answering.reader_evidence import with_evidence
from qa.answering.scored_sentence import Sentence
from qa.messages import say, say_not_found
from qa.retrieve import open_index
from qa.types import Answer, AnswerWriter, Citation, CitedField

if TYPE_CHECKING:
    from index.interface import Index
    from index.query import Query
    from index.scope import Scope

MOST_SENTENCES = 3
# Most words of a list quoted as a whole; a longer one is cut to the items that fit.
MOST_LISTED = 120
# Longer answers aren't marked within the quotation: the eye finds them.
MOST_ANSWER_WORDS = 12
# Up to this many words, an item is quoted with the sentence that introduces its list.
_SHORT_ITEM = 12
# From this many words, an item that ends like a sentence counts as one.
_SHORT_SENTENCE = 6
# Passage kinds that only label other text.
_NEVER_QUOTED: Final = frozenset(("heading", "table_header"))
# Confidence of an answer from metadata, where the document meant is clear.
METADATA_CONFIDENCE = 0.9
_ENDS = regex.compile(r"[.!?؟…。]\W*$")
# Clause-final characters stripped from the end of a quotation.
_TRAILING = " \t\n،؛,;:—–"


def ask(
    question: str,
    index: Index | str | Path | None = None,
    k: int = 5,
    reader: bool | PassageReader = True,
    writer: AnswerWriter | None = None,
    within: Scope | str | None = None,
) -> Answer:
    """Answers a question with literal quotations, or says that the texts don't answer it.

    To a request for a summary, a list of all or a comparison, the answer is a list of sentences; greetings
    and thanks are answered without a quotation.

    Args:
        question: in Arabic or English.
        index: an index, or the path or address of one; the built-in article's if not given.
        k: number of passages in `hits`, at least 1.
        reader: whether the bundled reader reads the first passages; without it an answer takes less time
            and is less certain. Or another reader.
        writer: what writes an answer from the quotations (`qa.writing.write.Writer`), which is checked and
            given beside them; none if not given.
        within: what alone is asked, such as "folder:contracts type:pdf" (`index.Scope`).

    Raises:
        InvalidQuestion: there is nothing to search for.
        InvalidScope: the scope can't be read, or names what the index doesn't have.
        IndexNotFound: there is no index at the path.
        IndexDamaged: its files aren't what was written.
        ValueError: k is less than 1.
    """
    if k < 1:
        raise ValueError(f"k must be at least 1, not {k}")
    if (reply := courteous(question)) is not None:
        return reply
    source = open_index(index)
    source = source.snapshot() if within is None else source.within(within)
    with source.turn():
        query = source.query(question)
        reply = alone(source, query, k, chosen_reader(reader))
    # Not within the turn: a writer that takes long keeps nobody waiting.
    return with_written(told_within(reply, source), source, writer)


def told_within(reply: Answer, index: Index) -> Answer:
    """The answer with what alone was asked, where the index is restricted; a refusal says so."""
    if index.scope is None:
        return reply
    text = reply.text if reply.found else say_not_found(reply.missing, reply.language, index.scope)
    return replace(reply, text=text, within=str(index.scope))


def with_written(reply: Answer, index: Index, writer: AnswerWriter | None) -> Answer:
    """The answer with what the writer makes of its quotations, if there are both."""
    if writer is None or not reply.found:
        return reply
    return replace(reply, written=writer.write(reply, index))


def alone(index: Index, query: Query, k: int, reader: PassageReader | None = None) -> Answer:
    """Answers a question from its own search results. The confidence doesn't depend on k."""
    request = requested(query.text)
    overview = _overview(index, query, request, k, reader) if request else None
    if overview is not None:
        return overview
    hits = index.search(query, MOST_CANDIDATES)
    reply = answer(index, query, hits, k, reader=reader)
    if k <= MOST_CANDIDATES:
        return reply
    known = {hit.passage.id for hit in hits}
    further = [hit for hit in index.search(query, k) if hit.passage.id not in known][: k - len(hits)]
    return replace(reply, hits=tuple(sorted((*hits, *further), key=lambda hit: -hit.score)))


def answer(
    index: Index,
    query: Query,
    hits: Sequence[Hit],
    k: int,
    fuller: Query | None = None,
    reader: PassageReader | None = None,
) -> Answer:
    """Answers a question from the passages retrieved for it.

    Args:
        index: the index they were retrieved from.
        query: the question.
        hits: the passages, best first.
        k: how many of them the answer keeps.
        fuller: the expanded question, if the question alone doesn't name its topic: confidence is then
            the mean over both, and the reader is asked this one.
        reader: reads the first passages; None for an answer from search alone.
    """
    is_shaped = bool(subject(query.reading)) or asks_for_list(query.reading)
    quotable = [hit for hit in hits if hit.passage.kind not in _NEVER_QUOTED]
    names = topics(index, query.text, [hit.passage for hit in quotable])
    quotable = quotable[: SENTENCES.read_for_shape if is_shaped or names else SENTENCES.read]
    candidates = hits[:MOST_CANDIDATES]
    found = read(index, query, quotable, names)
    if names:
        # The passages that say what is asked stand first, not those that repeat the name.
        first = {sentence.passage.id: place for place, sentence in reversed([*enumerate(found)])}
        quotable = sorted(quotable, key=lambda hit: first.get(hit.passage.id, len(found)))
    readings = readings_of(reader, fuller or query, quotable, found, names)
    # The reader learned from questions whose answer is a few words: it doesn't choose among definitions.
    weights = None if is_shaped or not found else sentence_weights(pairing(query, found))
    found = with_evidence(found, readings, weights)
    probability = confidence(query, candidates, found, readings)
    if fuller is not None:
        as_fuller = with_evidence(read(index, fuller, quotable, names), readings, weights)
        probability = (probability + confidence(fuller, candidates, as_fuller, readings)) / 2
    enough = is_enough(probability, query, found, bool(readings)) and not _lacks_key(query, quotable)
    is_list = asks_for_list((fuller or query).reading)
    chosen = _choose(found, is_list, named_quantities(query)) if enough else []
    is_short = bool(found) and has_short_answer(query.reading)
    spans = _answer_spans(readings, pairing(query, found)) if is_short else {}
    citations = _cite(index, chosen, spans, [hit.passage for hit in hits])
    known = _from_signatures(index, query, hits)
    if known := known or _from_metadata(index, query, hits, found[0] if enough else None):
        citations, probability = known, max(probability, METADATA_CONFIDENCE)
    lacking = () if citations else missing(index, query.text, hits)
    text = quotations(citations, query.language) if citations else say_not_found(lacking, query.language)
    return Answer(query.text, query.language, text, citations, tuple(hits[:k]), probability, lacking)


def _overview(
    index: Index, query: Query, request: Request, k: int, reader: PassageReader | None
) -> Answer | None:
    """A list of sentences about the topics of a request; None if the texts don't have one of them."""
    topics = [index.query(topic) for topic in request.topics if analyze(topic)] or [query]
    searched = [index.search(topic, max(PASSAGES_READ, k)) for topic in topics]
    found, probability = [], 1.0
    for topic, hits in zip(topics, searched, strict=True):
        quotable = [hit for hit in hits if hit.passage.kind not in _NEVER_QUOTED]
        sentences = read(index, topic, quotable)
        if not sentences:
            return None
        readings = readings_of(reader, topic, quotable[: SENTENCES.read], sentences)
        candidates = hits[:MOST_CANDIDATES]
        certain = confidence(topic, candidates, with_evidence(sentences, readings, None), readings)
        named = max(_named(index, topic, hit) for hit in quotable[: SENTENCES.read])
        if not (is_enough(certain, topic, sentences, bool(readings)) or named >= 1):
            return None
        probability = min(probability, max(certain, METADATA_CONFIDENCE * named))
        titles = {hit.passage.document_id: index.document(hit.passage.document_id).title for hit in quotable}
        found.append(about(sentences, topic.text, titles.__getitem__))
    hits = sorted(
        {hit.passage.id: hit for hits in searched for hit in hits}.values(), key=lambda hit: -hit.score
    )
    if not any(found):
        return None
    citations = _cite(index, listed(found), {}, (), most=MOST_LISTED_SENTENCES)
    text = quotations(citations, query.language)
    return Answer(query.text, query.language, text, citations, tuple(hits[:k]), probability)


def _named(index: Index, topic: Query, hit: Hit) -> float:
    """The share of a topic's words that a passage has, in its text, its headings or its document's title."""
    title = index.document(hit.passage.document_id).title
    known = {term.term for term in analyze(f"{hit.passage.written}\n{title}")}
    asked = {stem(word.term) for word in words(topic.text) if len(word.term) > 3}
    return len(asked & known) / len(asked) if asked else 0.0


def readings_of(
    reader: PassageReader | None,
    query: Query,
    hits: Sequence[Hit],
    found: Sequence[Sentence],
    names: Mapping[str, frozenset[str]] | None = None,
) -> dict[str, Reading]:
    """What the reader says of the passage of the best sentence and of the first others, by passage id.

    Args:
        reader: the reader; None for no readings.
        query: the question.
        hits: the passages, best first.
        found: their sentences, best first.
        names: as in `read`.
    """
    if reader is None or not found:
        return {}
    passages = {passage.id: passage for passage in (found[0].passage, *(hit.passage for hit in hits))}
    first = dict(list(passages.items())[: SENTENCES.read])
    read = [_as_read(query, passage, names or {}) for passage in first.values()]
    readings = reader.read(query.reading, [text for text, _ in read])
    return {
        passage.id: in_passage(reading, passage.text, places)
        for passage, (_, places), reading in zip(first.values(), read, readings, strict=True)
    }


def _as_read(
    query: Query, passage: Passage, names: Mapping[str, frozenset[str]]
) -> tuple[str, NDArray[np.int32]]:
    """What the reader is given of a passage, and the place in the passage of each of its characters, or -1.

    Above it stand its headings and the name that its document is about; a row's cells have their columns.
    """
    name = names.get(passage.document_id, frozenset())
    named = " ".join(query.text[term.start : term.end] for term in query.terms if term.term in name)
    above = "".join(f"{heading}\n" for heading in (named, *passage.headings) if heading)
    pieces = [(above, -1), *(row_pieces(passage) or [(passage.text, 0)])]
    places = [
        np.arange(start, start + len(piece)) if start >= 0 else np.full(len(piece), -1)
        for piece, start in pieces
    ]
    return "".join(piece for piece, _ in pieces), np.concatenate(places).astype(np.int32)


def read(
    index: Index, query: Query, hits: Sequence[Hit], names: Mapping[str, frozenset[str]] | None = None
) -> list[Sentence]:
    """Scores the sentences of the retrieved passages; best first.

    Args:
        index: the index they were retrieved from.
        query: the question.
        hits: the passages, best first.
        names: of a document, the question's terms that each of its sentences is about (`topics`).
    """
    weights = query.tokens.weights / np.float32(max(float(query.tokens.weights.sum()), 1e-12))
    terms = {term.term for term in query.terms}
    wanted, words = kind(query.reading), plain_words(query.text)
    explained, is_list = subject(query.reading), asks_for_list(query.reading)
    found = []
    # A note on a word doesn't say what the thing is.
    aside = {"page_header", "page_footer", *(("footnote",) if explained else ())}
    heads = {heading for hit in hits for heading in hit.passage.headings}
    keys = {term for term in terms if any(map(str.isdecimal, term))}
    read = [(hit, tokens := index.tokens(hit.passage), query.tokens.similarities(tokens)) for hit in hits]
    unnamed = _Implied.of(query, weights, [], frozenset())
    implied = {
        id_: _Implied.of(query, weights, [(h, c) for h, _, c in read if h.passage.document_id == id_], name)
        for id_, name in (names or {}).items()
    }
    for hit, tokens, cosines in read:
        passage = hit.passage
        texts = _sentences(passage)
        name = implied.get(passage.document_id, unnamed)
        above = _context_terms(passage) | name.terms
        is_key = passage.text in heads
        introduction = _introduction_terms(passage) & terms - above if wanted is None else frozenset()
        numbers = np.array([text.number for text in texts])
        # Tokens stand in the order of the text.
        starts, ends = (tokens.sentences.searchsorted(numbers, side) for side in ("left", "right"))
        inside = [slice(start, end) for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]
        closest = cosines.max(axis=0, initial=0)
        nothing = np.zeros(len(weights), np.float32)
        # Every sentence is scored under the passage's headings, and these under the document's title. In a
        # document without headings, confidence uses the text alone, as it was trained.
        is_context = tokens.sentences < 0 if passage.headings else tokens.sentences == SECTION_SENTENCE
        context = np.maximum(cosines[:, is_context].max(axis=1, initial=0), name.matches)
        best = [
            nothing,
            *(np.maximum(cosines[:, columns].max(axis=1, initial=0), context) for columns in inside),
            nothing,
        ]
        for i, text in enumerate(texts):
            matches_before, matches, matches_after = best[i : i + 3]
            semantic = float(matches @ weights)
            before = float(np.maximum(matches, matches_before) @ weights) - semantic
            after = float(np.maximum(matches, matches_after) @ weights) - semantic
            pooled = float(name.rest @ _unit(tokens.vectors[inside[i]].sum(axis=0)))
            asked = closest[inside[i]]
            lexical = len(terms & (text.terms | above)) / len(terms)
            fit = fits(wanted, text.words, words)
            score = (
                semantic
                + SENTENCES.before_weight * before
                + SENTENCES.after_weight * after
                + SENTENCES.pooled_weight * pooled
                + SENTENCES.lexical_weight * lexical
                + SENTENCES.type_weight * fit
                + SENTENCES.label_weight * labels(explained, text.written)
                + SENTENCES.definition_weight
                * defines(explained, text.written, passage.headings, i == 0 and passage.kind != "footnote")
                + SENTENCES.list_weight * (is_list and passage.kind == "list_item")
                - SENTENCES.echo_penalty * (text.terms <= terms and not _ENDS.search(text.written))
                - SENTENCES.posed_penalty * poses(query.text, text.written)
                - SENTENCES.key_penalty * (is_key and bool(keys & text.terms))
                - SENTENCES.margin_penalty * (passage.kind in aside)
                # The passage's score breaks ties between equal sentences of different passages.
                + (hit.score if name.score is None else name.score)
            )
            found.append(
                Sentence(
                    passage,
                    text.start,
                    text.end,
                    text.quote_start,
                    text.quote_end,
                    text.length,
                    text.lead_in,
                    matches,
                    semantic,
                    before,
                    after,
                    pooled,
                    float(asked.mean()) if asked.size else 0.0,
                    lexical,
                    fit,
                    score,
                    is_introduced=bool(introduction) and not terms & text.terms - introduction - above,
                )
            )
    most = max((sentence.lexical for sentence in found), default=0.0)
    found = [
        replace(s, score=s.score + SENTENCES.cell_weight)
        if s.lexical >= most and asks_for_cell(terms, s.passage)
        else s
        for s in found
    ]
    return sorted(found, key=lambda sentence: -sentence.score)


@dataclass(frozen=True)
class _Implied:
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
        hits: Sequence[tuple[Hit, NDArray[np.float32]]],
        terms: frozenset[str],
    ) -> _Implied:
        """Finds it for a document's passages, each with its (n, m) cosines with the question's tokens."""
        spans = query.tokens.spans
        of_name = np.zeros(len(spans), bool)
        for term in analyze(query.reading) if terms else []:
            of_name |= (term.term in terms) & (spans[:, 0] < term.end) & (term.start < spans[:, 1])
        matches = np.zeros(len(spans), np.float32)
        for _, cosines in hits:
            matches = np.maximum(matches, np.where(of_name, cosines.max(axis=1, initial=0), 0))
        kept = np.where(of_name & ~of_name.all(), np.float32(0), weights)
        rest = _unit(np.einsum("ij,i->j", query.tokens.vectors, kept))
        return cls(terms, matches, rest, max((hit.score for hit, _ in hits), default=None))


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
def _sentences(passage: Passage) -> tuple[_Text, ...]:
    """The sentences of a passage in order, without those made of punctuation alone."""
    found: list[_Text] = []
    text, items = passage.text, passage.items
    lead_in: Span | None = None
    spans = passage_sentences(text, passage.is_record, items)
    for number, (start, end) in enumerate(spans):
        written = text[start:end]
        terms = frozenset(term.term for term in analyze(written))
        # A number or a bullet alone says nothing.
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
                number,
                start,
                end,
                quote_start,
                end,
                length,
                lead_in if needs_lead_in else None,
                written,
                terms,
                plain_words(written),
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
def _context_terms(passage: Passage) -> frozenset[str]:
    """The terms of a passage's headings and of its row's column headings."""
    return frozenset(term.term for text in (*passage.headings, *passage.columns) for term in analyze(text))


def named_quantities(query: Query) -> frozenset[str]:
    """The numbers and months that a question names."""
    return frozenset(term.term for term in query.terms if is_quantity(term.term))


def _choose(found: Sequence[Sentence], is_list: bool, named: AbstractSet[str]) -> list[Sentence]:
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
    return frozenset(term.term for term in analyze(sentence.passage.text[sentence.start : sentence.end]))


def _whole(sentence: Sentence) -> Sentence:
    """The list that contains a sentence, with its introduction, up to `MOST_LISTED` words."""
    passage = sentence.passage
    ends = [*passage.items[1:], len(passage.text)]
    fitting = [end for end in ends if len(passage.text[:end].split()) <= MOST_LISTED]
    end = max(fitting, default=ends[0])
    return replace(sentence, quote_start=0, quote_end=max(end, sentence.end), lead_in=None)


def _answer_spans(readings: Mapping[str, Reading], pair: str) -> dict[str, Span]:
    """The spans of passages that answer a question: likely and short ones, by passage id."""
    return {
        id_: reading.span
        for id_, reading in readings.items()
        if reading.span
        and reading.words <= MOST_ANSWER_WORDS
        and reading.likelihood >= least_likelihood(pair)
    }


def _cite(
    index: Index,
    chosen: Sequence[Sentence],
    spans: Mapping[str, Span],
    passages: Sequence[Passage],
    most: int = MOST_SENTENCES,
) -> tuple[Citation, ...]:
    """Cites sentences, and after the best one the footnotes that it refers to.

    Args:
        index: the index they are from.
        chosen: the sentences, best first.
        spans: the spans within them that answer, by passage id.
        passages: passages among which footnotes are looked for.
        most: number of quotations.
    """
    stretches: list[tuple[Passage, Span]] = []
    for sentence in chosen:
        passage, stretch = sentence.passage, (sentence.quote_start, sentence.quote_end)
        if sentence.lead_in is not None:
            if passage.text[sentence.lead_in[1] : sentence.quote_start].strip():
                introduction = (passage, sentence.lead_in)
                stretches += [] if introduction in stretches else [introduction]
            else:
                stretch = (sentence.lead_in[0], sentence.quote_end)
        stretches.append((passage, stretch))
        if sentence is chosen[0]:
            notes = called_notes(passage.text[slice(*stretch)], passage, passages)
            stretches += [(note, (0, len(note.text))) for note in notes]
    # A note that is quoted as the best one's isn't quoted again.
    stretches = list(dict.fromkeys(stretches))
    citations = []
    for number, (passage, (start, end)) in enumerate(stretches[:most], 1):
        quote = passage.text[start:end]
        # The introduction of a list keeps its colon.
        quote = quote.rstrip(" \t\n" if passage.items and end <= passage.items[0] else _TRAILING)
        document = index.document(passage.document_id)
        first = passage.start + start
        last = first + len(quote)
        span = spans.get(passage.id)
        span = (passage.start + span[0], passage.start + span[1]) if span else None
        is_inside = span is not None and first <= span[0] and span[1] <= last
        citations.append(
            Citation.of(document, number, passage, first, last, answer=span if is_inside else None)
        )
    return tuple(citations)


def _from_metadata(
    index: Index, query: Query, hits: Sequence[Hit], best: Sentence | None
) -> tuple[Citation, ...]:
    """Cites a document's author, date or title if the question asks for it and no text states it.

    Args:
        index: the index the passages were retrieved from.
        query: the question.
        hits: the passages, best first.
        best: the best sentence, if it would be quoted.
    """
    field = asked_field(query.reading)
    if field is None or (best is not None and _says(best, query, field)):
        return ()
    hit = asked_document(index, query.text, field, hits)
    if hit is None:
        return ()
    document = index.document(hit.passage.document_id)
    return (Citation.of(document, 1, hit.passage, 0, len(value(document, field)), field),)


def _from_signatures(index: Index, query: Query, hits: Sequence[Hit]) -> tuple[Citation, ...]:
    """Cites the signatures that tell who signed a paper, or who holds the office asked for."""
    citations = []
    for number, hit in enumerate(asked_signatures(index, query.text, hits)[:MOST_SENTENCES], 1):
        passage, document = hit.passage, index.document(hit.passage.document_id)
        name = name_span(passage.text)
        span = (passage.start + name[0], passage.start + name[1]) if name else None
        citations.append(Citation.of(document, number, passage, passage.start, passage.end, answer=span))
    return tuple(citations)


def _lacks_key(query: Query, hits: Sequence[Hit]) -> bool:
    """Whether a question names an identifier, such as HX-110, that occurs in no passage."""
    keys = asked_keys(query.reading)
    known = frozenset().union(
        *({term.term for term in analyze(hit.passage.text)} | _context_terms(hit.passage) for hit in hits)
    )
    return bool(keys) and not keys & known


def _says(best: Sentence, query: Query, field: CitedField) -> bool:
    """Whether a sentence itself states the author or date: it has all the question's words, or a time."""
    if field == "date":
        return best.fit > 0 and best.lexical >= 0.5 and tells_publication(best.written)
    return best.lexical >= 1 and len(query.terms) > 1


def quotations(
    citations: Sequence[Citation],
    spoken: Language,
    written: Callable[[Citation], str] = attrgetter("quote"),
) -> str:
    """Formats each citation as its quotation, in the quotation marks of its language, and its [n].

    A title, author or date is labelled in the language `spoken`: "Author: Edmund Farleigh [1]".

    Args:
        citations: the citations.
        spoken: language of the labels.
        written: how the quotation of each is written, such as with its answer in bold.
    """
    marks = {"ar": "«{}» [{}]", "en": "“{}” [{}]"}
    return "\n".join(
        marks[language(c.quote)].format(written(c), c.number)
        if c.field == "text"
        else f"{say(c.field, spoken)}: {written(c)} [{c.number}]"
        for c in citations
    )
