"""`ask`: a question -> the sentences that answer it, quoted and verified, or "not in the texts"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from index.ranking_parameters import SENTENCES
from index.text.analyzer import analyze, stem, words
from index.types import Hit
from qa.admission import admission
from qa.answering.citations import answer_spans, cite, in_asked_cells, quotations
from qa.answering.confidence import MAX_CANDIDATES, confidence, is_enough, pairing, sentence_weights
from qa.answering.courtesy import courteous
from qa.answering.dependent_sentences import topics
from qa.answering.metadata import cite_metadata, cite_number, cite_signatures
from qa.answering.missing import missing
from qa.answering.overview import (
    MAX_LISTED_SENTENCES,
    MAX_WRITTEN_UP,
    PASSAGES_READ,
    Request,
    about,
    listed,
    requested,
)
from qa.answering.parts import cite_part, lacks_part
from qa.answering.question_type import asked_keys, asks_for_list, has_key, has_short_answer, subject
from qa.answering.questions.cells import asks_only_for_cell
from qa.answering.questions.entries import asked_entries
from qa.answering.reader import PassageReader, chosen_reader
from qa.answering.reader_evidence import readings_of, with_evidence
from qa.answering.sentences import Sentence, choose, context_terms, named_quantities, score_sentences
from qa.answering.sentences.ruled_out import possible
from qa.messages import say_not_found
from qa.retrieve import open_index
from qa.types import Answer, AnswerWriter, Citation

if TYPE_CHECKING:
    from index.interface import Index
    from index.query import Query
    from index.scope import Scope

# Passage kinds that only label other text.
_NEVER_QUOTED: Final = frozenset(("heading", "table_header"))
# Confidence of an answer from metadata, where the document meant is clear.
METADATA_CONFIDENCE = 0.9


def ask(
    question: str,
    index: Index | str | Path | None = None,
    k: int = 5,
    *,
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
            given beside them; none if not given. With one a summary, a list or a comparison has more
            quotations, up to 24 in place of 8.
        within: restricts the search to this scope, such as "folder:contracts type:pdf" (`index.Scope`).

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
    with admission(source):
        query = source.query(question)
        reply = answer_standalone(source, query, k, chosen_reader(reader), writer is not None)
    # After leaving admission: a slow writer doesn't hold a place.
    return with_written(with_scope(reply, source), source, writer)


def with_scope(reply: Answer, index: Index) -> Answer:
    """Records the index's scope in an answer; a refusal names it."""
    if index.scope is None:
        return reply
    text = reply.text if reply.found else say_not_found(reply.missing, reply.language, index.scope)
    return replace(reply, text=text, within=str(index.scope))


def with_written(reply: Answer, index: Index, writer: AnswerWriter | None) -> Answer:
    """Adds the text written from the quotations, if there are a writer and quotations."""
    if writer is None or not reply.found:
        return reply
    return replace(reply, written=writer.write(reply, index))


def answer_standalone(
    index: Index, query: Query, k: int, reader: PassageReader | None = None, is_written_up: bool = False
) -> Answer:
    """Answers a question from its own search results. The confidence doesn't depend on k.

    A summary, a list or a comparison has more quotations if a writer is to write from them.
    """
    request = requested(query.text)
    most = MAX_WRITTEN_UP if is_written_up else MAX_LISTED_SENTENCES
    overview = _overview(index, query, request, k=k, reader=reader, most=most) if request else None
    if overview is not None:
        return overview
    hits = index.search(query, MAX_CANDIDATES)
    reply = answer(index, query, hits, k, reader=reader)
    if k <= MAX_CANDIDATES:
        return reply
    known = {hit.passage.id for hit in hits}
    further = [hit for hit in index.search(query, k) if hit.passage.id not in known][: k - len(hits)]
    return replace(reply, hits=tuple(sorted((*hits, *further), key=lambda hit: -hit.score)))


def answer(
    index: Index,
    query: Query,
    hits: Sequence[Hit],
    k: int,
    *,
    expanded: Query | None = None,
    reader: PassageReader | None = None,
) -> Answer:
    """Answers a question from the passages retrieved for it.

    Args:
        index: the index they were retrieved from.
        query: the question.
        hits: the passages, best first.
        k: how many of them the answer keeps.
        expanded: the expanded question, if the question alone doesn't name its topic: confidence is then
            the mean over both, and the reader is asked this one.
        reader: reads the first passages; None for an answer from search alone.
    """
    is_shaped = bool(subject(query.reading)) or asks_for_list(query.reading)
    quotable = [hit for hit in hits if hit.passage.kind not in _NEVER_QUOTED]
    names = topics(index, query.text, [hit.passage for hit in quotable])
    entries = asked_entries(index, query.reading, quotable)
    read = SENTENCES.read_for_shape if is_shaped or names else SENTENCES.read
    further = [hit for hit in quotable[read:] if hit.passage.id in entries]
    quotable = [*quotable[:read], *further[: SENTENCES.read_for_shape]]
    candidates = hits[:MAX_CANDIDATES]
    found = score_sentences(index, query, quotable, names, entries)
    if names:
        # Passages with the best sentences come first, not those that repeat the name.
        first = {sentence.passage.id: place for place, sentence in reversed([*enumerate(found)])}
        quotable = sorted(quotable, key=lambda hit: first.get(hit.passage.id, len(found)))
    readings = readings_of(reader, expanded or query, quotable, found, names)
    # The reader learned from questions over prose whose answer is a few words: it doesn't choose among
    # definitions, nor against a row that is asked for by its key.
    is_chosen = is_shaped or bool(entries) or not found
    weights = None if is_chosen else sentence_weights(pairing(query, found))
    found = with_evidence(found, readings, weights)
    left = possible(query, found, lambda id_: index.document(id_).title)
    is_possible = bool(left)
    if left and left[0] is not found[0]:
        found = left
    probability = confidence(query, candidates, found, readings)
    if expanded is not None:
        as_expanded = with_evidence(score_sentences(index, expanded, quotable, names), readings, weights)
        probability = (probability + confidence(expanded, candidates, as_expanded, readings)) / 2
    if found and asks_only_for_cell(query.reading, found[0].passage):
        probability = max(probability, METADATA_CONFIDENCE)
    enough = is_enough(probability, query, found, bool(readings)) and not lacks_key(query, quotable)
    enough = enough and is_possible and not lacks_part(query.reading, hits)
    is_list = asks_for_list((expanded or query).reading)
    chosen = choose(left, is_list, named_quantities(query)) if enough else []
    is_short = bool(found) and has_short_answer(query.reading)
    spans = answer_spans(readings, pairing(query, found)) if is_short else {}
    spans = in_asked_cells(spans, query, chosen) if is_short else {}
    citations = cite(index, chosen, spans, [hit.passage for hit in hits])
    if known := _looked_up(index, query, hits, found[0] if enough else None):
        citations, probability = known, max(probability, METADATA_CONFIDENCE)
    lacking = () if citations else missing(index, query.text, hits)
    text = quotations(citations, query.language) if citations else say_not_found(lacking, query.language)
    return Answer(
        query.text,
        query.language,
        text=text,
        citations=citations,
        hits=tuple(hits[:k]),
        confidence=probability,
        missing=lacking,
    )


def _looked_up(
    index: Index, query: Query, hits: Sequence[Hit], best: Sentence | None
) -> tuple[Citation, ...]:
    """What answers a question for a numbered part, a signature, or a document's number or metadata."""
    return (
        cite_part(index, query.reading)
        or cite_signatures(index, query, hits)
        or cite_number(index, query, hits, best)
        or cite_metadata(index, query, hits, best)
    )


def _overview(
    index: Index, query: Query, request: Request, *, k: int, reader: PassageReader | None, most: int
) -> Answer | None:
    """A list of sentences about the topics of a request; None if the texts don't have one of them."""
    topics = [index.query(topic) for topic in request.topics if analyze(topic)] or [query]
    searched = [index.search(topic, max(PASSAGES_READ, k)) for topic in topics]
    found, probability = [], 1.0
    for topic, hits in zip(topics, searched, strict=True):
        quotable = [hit for hit in hits if hit.passage.kind not in _NEVER_QUOTED]
        sentences = score_sentences(index, topic, quotable)
        if not sentences:
            return None
        readings = readings_of(reader, topic, quotable[: SENTENCES.read], sentences)
        candidates = hits[:MAX_CANDIDATES]
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
    citations = cite(index, listed(found, most), {}, (), most=most)
    return Answer(
        query.text,
        query.language,
        text=quotations(citations, query.language),
        citations=citations,
        hits=tuple(hits[:k]),
        confidence=probability,
    )


def _named(index: Index, topic: Query, hit: Hit) -> float:
    """The share of a topic's words that a passage has, in its text, its headings or its document's title."""
    title = index.document(hit.passage.document_id).title
    known = {term.term for term in analyze(f"{hit.passage.written}\n{title}")}
    asked = {stem(word.term) for word in words(topic.text) if len(word.term) > 3}
    return len(asked & known) / len(asked) if asked else 0.0


def lacks_key(query: Query, hits: Sequence[Hit]) -> bool:
    """Whether a question names an identifier, such as HX-110 or «المادة 9», that occurs in no passage."""
    keys = asked_keys(query.reading)
    known = frozenset().union(
        *({term.term for term in analyze(hit.passage.text)} | context_terms(hit.passage) for hit in hits)
    )
    return bool(keys) and not any(has_key(known, key) for key in keys)
