"""Saves conversations as JSON; on loading, every quotation is verified again.

Quotations are saved with their positions. When a conversation is loaded every quotation is compared with the
current documents; one that no longer matches is reported as such (`Turn.broken_citations`), and no answer's
text is taken from the file.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from math import isfinite
from typing import Any, Final

from index.errors import DalilError
from index.scope import Scope
from index.text.analyzer import language
from index.types import Hit, text_id
from qa.answering.citations import quotations
from qa.answering.courtesy import courteous
from qa.conversation.converse import Conversation, Turn
from qa.conversation.stored_citation import (
    BLOCK_KINDS,
    GetDocument,
    StoredCitation,
    as_one_of,
    as_text,
    as_texts,
    as_whole,
    passage_at,
)
from qa.messages import say, say_not_found
from qa.types import Answer

VERSION: Final = 3
# Version 1 had no passage positions, version 2 no answers within quotations.
_READ: Final = (1, 2, VERSION)
# Upper bounds that no conversation saved by Dalil exceeds: turns shown on a page, quotations per answer (at
# most three) and passages.
MOST_TURNS: Final = 200
MOST_QUOTED: Final = 20
MOST_HITS: Final = 50
MOST_MISSING: Final = 20
# Characters; the query text is a question of at most 2,000 with words of previous ones.
_LONGEST_TEXT: Final = 10_000
_FORMAT: Final = "dalil conversation"


class HistoryUnreadable(DalilError):
    """A saved conversation that can't be read; the message says why."""


def to_json(conversation: Conversation, document: GetDocument) -> str:
    """Serialises a conversation as one JSON object.

    Args:
        conversation: the conversation to save.
        document: returns the document with an id, such as `Index.document`: titles are saved with quotations.
    """
    turns = [_turn_record(turn, document) for turn in conversation.turns]
    return json.dumps({"format": _FORMAT, "version": VERSION, "turns": turns}, ensure_ascii=False)


def from_json(content: str, document: GetDocument) -> Conversation:
    """Loads a conversation that `to_json` wrote, verified against the current documents.

    A quotation that no longer matches is in its turn's `broken_citations`. A retrieved passage that has
    changed is dropped from the answer's `hits`.

    Args:
        content: output of `to_json`.
        document: returns the current document with an id; raises KeyError if there is none.

    Raises:
        HistoryUnreadable: it isn't a conversation, or another version of Dalil wrote it.
    """
    try:
        record = json.loads(content, parse_constant=_refuse)
        if record["format"] != _FORMAT:
            raise ValueError(f"it is {record['format']!r}")
        if record["version"] not in _READ:
            raise HistoryUnreadable(
                f"The conversation is in format {record['version']!r}, of another version of Dalil; this one "
                f"reads {VERSION}. Open it with that one, or begin a new one."
            )
        turns = _at_most(MOST_TURNS, record["turns"])
        return Conversation(tuple(_turn(turn, document) for turn in turns))
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError) as error:
        raise HistoryUnreadable(
            f"This isn't a conversation that Dalil kept ({type(error).__name__}: {error}). Begin a new one."
        ) from error


def _turn_record(turn: Turn, document: GetDocument) -> dict[str, Any]:
    return {
        "question": turn.question,
        "searched": turn.expanded_question,
        "asked": turn.asked.isoformat(),
        "collection": turn.collection,
        "within": turn.answer.within,
        "confidence": turn.answer.confidence,
        "missing": turn.answer.missing,
        "quoted": [asdict(quoted) for quoted in turn.quoted(document)],
        "hits": [
            {
                "document_id": hit.passage.document_id,
                "paragraph": hit.passage.number,
                "start": hit.passage.start,
                "end": hit.passage.end,
                "digest": text_id(hit.passage.text),
                "kind": hit.passage.kind,
                "headings": hit.passage.headings,
                "columns": hit.passage.columns,
                "page": hit.passage.page,
                "score": hit.score,
                "ranks": dict(hit.ranks),
                "scores": dict(hit.scores),
            }
            for hit in turn.answer.hits
        ],
    }


def _turn(record: Mapping[str, Any], document: GetDocument) -> Turn:
    question, searched = as_text(record["question"]), as_text(record["searched"])
    asked = datetime.fromisoformat(record["asked"])
    if asked.tzinfo is None:
        raise ValueError(f"{record['asked']!r} has no time zone")
    confidence = _number(record["confidence"])
    if not 0 <= confidence <= 1:
        raise ValueError(f"{confidence} isn't a probability")
    if max(len(question), len(searched)) > _LONGEST_TEXT:
        raise ValueError("the question is too long")
    kept = [StoredCitation.parse(quoted) for quoted in _at_most(MOST_QUOTED, record["quoted"])]
    if len({quoted.number for quoted in kept}) < len(kept):
        raise ValueError("two quotations have one number")
    checked = [(quoted, quoted.citation(document)) for quoted in kept]
    citations = tuple(citation for _, citation in checked if citation)
    lost = tuple(quoted for quoted, citation in checked if citation is None)
    spoken = language(question)
    scope = Scope.of(as_text(record.get("within", "")))
    lacking = as_texts(_at_most(MOST_MISSING, record.get("missing", [])))
    if citations or lost or not all(name and name in question for name in lacking):
        lacking = ()
    own = courteous(question)
    if citations:
        text = quotations(citations, spoken)
    elif own is not None:
        text = own.text
    else:
        text = say("no_longer_there", spoken) if lost else say_not_found(lacking, spoken, scope)
    kept_hits = _at_most(MOST_HITS, record["hits"])
    hits = [hit for hit in (_hit(hit, document) for hit in kept_hits) if hit is not None]
    answer = Answer(
        question,
        spoken,
        text=text,
        citations=citations,
        hits=tuple(hits),
        confidence=confidence,
        missing=lacking,
        within=str(scope or ""),
    )
    collection = as_text(record.get("collection", ""))
    if len(collection) > _LONGEST_TEXT:
        raise ValueError("the collection's name is too long")
    return Turn(question, searched, answer, asked, broken_citations=lost, collection=collection)


def _hit(record: Mapping[str, Any], document: GetDocument) -> Hit | None:
    """The saved hit, or None if its passage has changed since."""
    paragraph, start, end = (as_whole(record[name]) for name in ("paragraph", "start", "end"))
    ranks = {as_text(leg): None if rank is None else as_whole(rank) for leg, rank in record["ranks"].items()}
    scores = {as_text(leg): _number(score) for leg, score in record["scores"].items()}
    score = _number(record["score"])
    kind = record.get("kind", "paragraph")
    as_one_of(kind, BLOCK_KINDS)
    headings, columns = (as_texts(record.get(name, ())) for name in ("headings", "columns"))
    page = as_whole(record.get("page", 0))
    try:
        found = document(as_text(record["document_id"]))
        passage = passage_at(
            found, paragraph, start, end, kind=kind, headings=headings, columns=columns, page=page
        )
    except (KeyError, ValueError):
        return None
    return Hit(passage, score, ranks, scores) if text_id(passage.text) == record["digest"] else None


def _at_most(most: int, value: object) -> list[Any]:
    if not isinstance(value, list) or len(value) > most:
        raise TypeError(f"it isn't a list of at most {most}")
    return value


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise TypeError(f"{value!r} isn't a number")
    return float(value)


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} isn't JSON")
