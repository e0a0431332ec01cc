"""JSON records of answers, hits and passages: the same keys on the command line, over HTTP and MCP."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

# Before Python 3.12 Pydantic, which describes these to agents, doesn't take the standard library's.
from typing import Any, Final

from typing_extensions import NotRequired, TypedDict

from index.errors import DalilError, InvalidQuestion
from index.text.analyzer import Language, language
from index.types import BlockKind, Document, Hit, Passage
from qa.explanation.explain import Explanation, Kind
from qa.types import Answer, CitedField, Written

_CAPITAL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
GetDocument = Callable[[str], Document]


class PlaceRecord(TypedDict):
    """Where a quotation or a passage stands."""

    document_id: str
    title: str
    author: str
    date: str
    source: str
    fetched: str
    headings: list[str]
    kind: BlockKind
    columns: list[str]
    page: int
    last_page: int
    recognition: int
    paragraph: int


class CitationRecord(PlaceRecord):
    """A literal quotation: the characters from `start` to `end` of the document's `field`, mostly its text.

    `answer` is the part of it that answers the question, such as a name or a year, from `answer_start` to
    `answer_end` of the same field; all three are null where no shorter part than the quotation is known.
    `headings` are those that it stands under, from the outermost; `columns` a table row's column headings;
    `page` and `last_page` are those that the quotation begins and ends on, 0 where pages aren't known;
    `recognition` is 0 but for text recognised from a picture (OCR): how sure its words are, in percent.
    `source` is a file's path, or a web page's address; `fetched` is then the day on which it was fetched.
    """

    number: int
    quote: str
    field: CitedField
    start: int
    end: int
    answer_start: int | None
    answer_end: int | None
    answer: str | None


class MatchRecord(TypedDict):
    """A word of a passage that a word of the question matched, from `start` to `end` of the document."""

    kind: Kind
    asked: str
    found: str
    start: int
    end: int


class HitRecord(PlaceRecord):
    """A passage that was found, with its rank in each way of searching (null: not found by it)."""

    rank: int
    score: float
    ranks: dict[str, int | None]
    scores: dict[str, float]
    start: int
    end: int
    text: str
    matches: NotRequired[list[MatchRecord]]


class ClaimRecord(TypedDict):
    """A written sentence that passed its check against the citations with these numbers."""

    text: str
    citations: list[int]
    support: float


class WrittenRecord(TypedDict):
    """The answer that a language model wrote from the citations.

    `left_out` says for each sentence that isn't given why not; `trouble` is empty, or why the model wrote
    nothing or not to the end.
    """

    claims: list[ClaimRecord]
    left_out: list[str]
    trouble: str


class AnswerRecord(TypedDict):
    """The answer to a question; without citations if the texts don't answer it.

    `missing` are then those numbers and identifiers of the question that occur nowhere in the texts.
    `written` is null unless a written answer was asked for and there are citations. `within` is the
    scope of the search, empty for everything.
    """

    question: str
    language: Language
    found: bool
    confidence: float
    text: str
    citations: list[CitationRecord]
    missing: list[str]
    hits: list[HitRecord]
    written: WrittenRecord | None
    within: str


class SearchRecord(TypedDict):
    """The passages nearest to a question, best first."""

    question: str
    language: Language
    hits: list[HitRecord]


class PassageRecord(TypedDict):
    """A stretch of a document: the characters from `start` to `end` of its text.

    `paragraph` is the number of the paragraph that was asked for; the stretch goes from paragraph `first`
    to paragraph `last` of the document's `paragraphs`.
    """

    document_id: str
    title: str
    author: str
    source: str
    paragraph: int
    first: int
    last: int
    paragraphs: int
    start: int
    end: int
    text: str


class ErrorRecord(TypedDict):
    """Why there is no answer: a code for programs, and a sentence that says what to do."""

    error: str
    message: str


class RefusalRecord(ErrorRecord):
    """The same for a question."""

    question: str


def error_name(error: DalilError) -> str:
    """A word for an error in records, such as "too_long" or "no_such_passage"."""
    if isinstance(error, InvalidQuestion):
        return error.reason
    return _CAPITAL.sub("_", type(error).__name__).lower()


def answer_record(answer: Answer, document: GetDocument) -> AnswerRecord:
    """Converts an answer to its JSON record."""
    return {
        "question": answer.question,
        "language": answer.language,
        "found": answer.found,
        "confidence": answer.confidence,
        "text": answer.text,
        "citations": [
            {
                "number": citation.number,
                "quote": citation.quote,
                "field": citation.field,
                **_place(citation.passage, document),
                "page": citation.page,
                "last_page": citation.last_page,
                "paragraph": citation.paragraph,
                "start": citation.start,
                "end": citation.end,
                "answer_start": citation.answer_start,
                "answer_end": citation.answer_end,
                "answer": citation.answer,
            }
            for citation in answer.citations
        ],
        "missing": list(answer.missing),
        "hits": _hit_records(answer.hits, document),
        "written": _written_record(answer.written) if answer.written else None,
        "within": answer.within,
    }


def _written_record(written: Written) -> WrittenRecord:
    return {
        "claims": [
            {"text": claim.text, "citations": list(claim.numbers), "support": claim.support}
            for claim in written.claims
        ],
        "left_out": list(written.faults),
        "trouble": written.trouble,
    }


def search_record(
    question: str, hits: Sequence[Hit], document: GetDocument, reasons: Sequence[Explanation] = ()
) -> SearchRecord:
    """Converts hits to their JSON record; with reasons, each with its matches."""
    records = _hit_records(hits, document)
    for record, reason in zip(records, reasons, strict=False):
        record["matches"] = [
            {
                "kind": match.kind,
                "asked": reason.asked(match),
                "found": reason.found(match),
                "start": reason.passage.start + match.found.start,
                "end": reason.passage.start + match.found.end,
            }
            for match in reason.matches
        ]
    return {"question": question, "language": language(question), "hits": records}


def _hit_records(hits: Sequence[Hit], document: GetDocument) -> list[HitRecord]:
    records: list[HitRecord] = []
    for rank, hit in enumerate(hits, 1):
        passage = hit.passage
        record: Any = {
            "rank": rank,
            "score": hit.score,
            "ranks": dict(hit.ranks),
            "scores": dict(hit.scores),
            **_place(passage, document),
            "start": passage.start,
            "end": passage.end,
            "text": passage.text,
        }
        records.append(record)
    return records


def _place(passage: Passage, document: GetDocument) -> PlaceRecord:
    origin = document(passage.document_id)
    return {
        "document_id": passage.document_id,
        "title": origin.title,
        "author": origin.author,
        "date": origin.date,
        "source": origin.source,
        "fetched": origin.fetched,
        "headings": list(passage.headings),
        "kind": passage.kind,
        "columns": list(passage.columns),
        "page": passage.page,
        "last_page": max(passage.page, origin.pages(passage.start, passage.end)[1]),
        "recognition": passage.recognition,
        "paragraph": passage.number,
    }
