"""Saves conversations as JSON; on loading, every quotation is verified again.

Quotations are saved with their positions. When a conversation is loaded every quotation is compared with the
current documents; one that no longer matches is reported as such (`Turn.broken_citations`), and no answer's
text is taken from the file.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Annotated, ClassVar, Final, Literal

from annotated_types import Interval, MaxLen
from pydantic import TypeAdapter, ValidationError
from typing_extensions import TypedDict

from index.errors import DalilError
from index.scope import Scope
from index.text.analyzer import language
from index.types import BlockKind, Hit, text_id
from qa.answering.citations import quotations
from qa.answering.courtesy import courteous
from qa.conversation.converse import Conversation, Turn
from qa.conversation.stored_citation import GetDocument, StoredCitation, Whole, passage_at
from qa.messages import say, say_not_found
from qa.types import Answer
from qa.validation import first_fault

VERSION: Final = 3
# Version 1 had no passage positions, version 2 no answers within quotations.
_READ: Final = (1, 2, VERSION)
# Upper bounds that no conversation saved by Dalil exceeds: turns shown on a page, quotations per answer (at
# most three) and passages.
MAX_TURNS: Final = 200
MAX_QUOTED: Final = 20
MAX_HITS: Final = 50
MAX_MISSING: Final = 20
# Characters; the query text is a question of at most 2,000 with words of previous ones.
_MAX_TEXT_LENGTH: Final = 10_000
_FORMAT: Final = "dalil conversation"


class HistoryUnreadable(DalilError):
    """A saved conversation that can't be read; the message says why."""


@dataclass(frozen=True, kw_only=True)
class _SavedHit:
    """A retrieved passage as it is saved."""

    __pydantic_config__: ClassVar = {"strict": True, "allow_inf_nan": False}

    document_id: str
    paragraph: Whole
    start: Whole
    end: Whole
    digest: str
    kind: BlockKind = "paragraph"
    headings: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    page: Whole = 0
    score: float
    ranks: dict[str, Whole | None]
    scores: dict[str, float]

    @classmethod
    def of(cls, hit: Hit) -> _SavedHit:
        passage = hit.passage
        return cls(
            document_id=passage.document_id,
            paragraph=passage.number,
            start=passage.start,
            end=passage.end,
            digest=text_id(passage.text),
            kind=passage.kind,
            headings=passage.headings,
            columns=passage.columns,
            page=passage.page,
            score=hit.score,
            ranks=dict(hit.ranks),
            scores=dict(hit.scores),
        )

    def hit(self, document: GetDocument) -> Hit | None:
        """The hit, or None if its passage has changed since."""
        try:
            passage = passage_at(
                document(self.document_id),
                self.paragraph,
                self.start,
                self.end,
                kind=self.kind,
                headings=self.headings,
                columns=self.columns,
                page=self.page,
            )
        except (KeyError, ValueError):
            return None
        return (
            Hit(passage, self.score, self.ranks, self.scores)
            if text_id(passage.text) == self.digest
            else None
        )


@dataclass(frozen=True, kw_only=True)
class _SavedTurn:
    """A turn as it is saved; older versions had no collection, scope or missing words."""

    __pydantic_config__: ClassVar = {"strict": True, "allow_inf_nan": False}

    question: Annotated[str, MaxLen(_MAX_TEXT_LENGTH)]
    searched: Annotated[str, MaxLen(_MAX_TEXT_LENGTH)]
    asked: str
    collection: Annotated[str, MaxLen(_MAX_TEXT_LENGTH)] = ""
    within: str = ""
    confidence: Annotated[float, Interval(ge=0, le=1)]
    missing: Annotated[tuple[str, ...], MaxLen(MAX_MISSING)] = ()
    quoted: Annotated[tuple[StoredCitation, ...], MaxLen(MAX_QUOTED)]
    hits: Annotated[tuple[_SavedHit, ...], MaxLen(MAX_HITS)]

    @classmethod
    def of(cls, turn: Turn, document: GetDocument) -> _SavedTurn:
        answer = turn.answer
        return cls(
            question=turn.question,
            searched=turn.expanded_question,
            asked=turn.asked.isoformat(),
            collection=turn.collection,
            within=answer.within,
            confidence=answer.confidence,
            missing=answer.missing,
            quoted=turn.quoted(document),
            hits=tuple(map(_SavedHit.of, answer.hits)),
        )

    def turn(self, document: GetDocument) -> Turn:
        """The turn, its quotations verified.

        Raises:
            ValueError: its time has no time zone, its scope can't be read, or two quotations have one number.
        """
        asked = datetime.fromisoformat(self.asked)
        if asked.tzinfo is None:
            raise ValueError(f"{self.asked!r} has no time zone")
        if len({quoted.number for quoted in self.quoted}) < len(self.quoted):
            raise ValueError("two quotations have one number")
        checked = [(quoted, quoted.citation(document)) for quoted in self.quoted]
        citations = tuple(citation for _, citation in checked if citation)
        broken = tuple(quoted for quoted, citation in checked if citation is None)
        spoken = language(self.question)
        scope = Scope.of(self.within)
        missing = self.missing
        if citations or broken or not all(name and name in self.question for name in missing):
            missing = ()
        own = courteous(self.question)
        if citations:
            text = quotations(citations, spoken)
        elif own is not None:
            text = own.text
        else:
            text = say("no_longer_there", spoken) if broken else say_not_found(missing, spoken, scope)
        answer = Answer(
            self.question,
            spoken,
            text=text,
            citations=citations,
            hits=tuple(hit for hit in (saved.hit(document) for saved in self.hits) if hit is not None),
            confidence=self.confidence,
            missing=missing,
            within=str(scope or ""),
        )
        return Turn(
            self.question, self.searched, answer, asked, broken_citations=broken, collection=self.collection
        )


class _Header(TypedDict):
    """What every version of the format begins with."""

    format: Literal["dalil conversation"]
    version: int


class _Saved(_Header):
    """A conversation as it is saved."""

    turns: Annotated[list[_SavedTurn], MaxLen(MAX_TURNS)]


_HEADER: Final = TypeAdapter(_Header)
_SAVED: Final = TypeAdapter(_Saved)


def to_json(conversation: Conversation, document: GetDocument) -> str:
    """Serialises a conversation as one JSON object.

    Args:
        conversation: the conversation to save.
        document: returns the document with an id, such as `Index.document`: titles are saved with quotations.
    """
    turns = [asdict(_SavedTurn.of(turn, document)) for turn in conversation.turns]
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
        version = _HEADER.validate_json(content)["version"]
        if version not in _READ:
            raise HistoryUnreadable(
                f"The conversation is in format {version}, of another version of Dalil; this one reads "
                f"{VERSION}. Open it with that one, or begin a new one."
            )
        turns = _SAVED.validate_json(content)["turns"]
        return Conversation(tuple(turn.turn(document) for turn in turns))
    except ValueError as error:
        why = first_fault(error) if isinstance(error, ValidationError) else str(error)
        raise HistoryUnreadable(
            f"This isn't a conversation that Dalil kept ({why}). Begin a new one."
        ) from error
