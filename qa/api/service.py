"""`ask`, `search` and `read_passage` for programs: what the HTTP API and the MCP server both offer."""

# Gradio and the MCP SDK read these annotations to describe the functions: they stay evaluated, without
# `from __future__ import annotations`.
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar

from index.errors import DalilError, InvalidQuestion
from index.query import MAX_QUESTION_LENGTH
from index.text.analyzer import language
from index.text.paragraphs import paragraphs
from index.types import Document
from qa.answering.answer import ask
from qa.api.records import (
    AnswerRecord,
    ErrorRecord,
    PassageRecord,
    RefusalRecord,
    SearchRecord,
    answer_record,
    error_name,
    search_record,
)
from qa.messages import say
from qa.retrieve import retrieve
from qa.types import AnswerWriter

if TYPE_CHECKING:
    from index import Index

# How many passages, and how many paragraphs on either side, may be asked for at once.
MAX_PASSAGES: Final = 50
MAX_AROUND: Final = 10

Record = TypeVar("Record")


class InvalidRequest(DalilError, ValueError):
    """An argument of the wrong type or out of its range."""


class NoSuchPassage(DalilError, LookupError):
    """A document or a paragraph that the index doesn't have."""


class Service:
    """Asks the current state of an index on disk, or a collection by its name.

    Args:
        index: the index to ask if no collection is named.
        reader: whether answers are given with the bundled reader, as in `qa.ask`.
        collection: opens a collection by its name, such as `Library.open`.
        writer: what writes answers where that is asked for.
    """

    def __init__(
        self,
        index: "Index",
        reader: bool = True,
        collection: "Callable[[str], Index] | None" = None,
        writer: AnswerWriter | None = None,
    ) -> None:
        self._index = index
        self._reader = reader
        self._collection = collection
        self._writer = writer

    def ask(
        self, question: str, k: int = 5, collection: str = "", write: bool = False, within: str = ""
    ) -> AnswerRecord:
        """Answers a question with literal quotations, or says that the texts don't answer it.

        Args:
            question: in Arabic or English.
            k: number of passages to return with the answer, from 1 to 50.
            collection: the name of the collection to ask; the index if not given.
            write: whether a language model writes an answer from the quotations, whose sentences are checked.
            within: restricts the search to this scope, such as "folder:contracts type:pdf"
                (`index.Scope`); to everything if empty.

        Raises:
            CollectionNotFound: there is no such collection.
            InvalidQuestion: there is nothing to search for.
            InvalidScope: the scope can't be read, or names what the index doesn't have.
            InvalidRequest: an argument is of another kind, or k out of its range; or there is no writer.
            IndexNotFound, IndexDamaged, EncoderMismatch: the index can't be used any more.
        """
        index = self._checked(question, k, collection, within)
        if not isinstance(write, bool):
            raise InvalidRequest(f"write must be true or false, not {write!r:.50}.")
        if write and self._writer is None:
            raise InvalidRequest(
                "There is no writer here: start Dalil with --writer URL --writer-model NAME."
            )
        reply = ask(question, index, k, reader=self._reader, writer=self._writer if write else None)
        return answer_record(reply, index.document)

    def search(self, question: str, k: int = 5, collection: str = "", within: str = "") -> SearchRecord:
        """The passages nearest to a question, best first.

        Args:
            question: in Arabic or English.
            k: how many, from 1 to 50.
            collection: as in `ask`.
            within: as in `ask`.

        Raises:
            CollectionNotFound, InvalidQuestion, InvalidRequest, InvalidScope, IndexNotFound: as in `ask`.
            IndexDamaged, EncoderMismatch: as in `ask`.
        """
        index = self._checked(question, k, collection, within)
        return search_record(question, retrieve(question, k, index), index.document)

    def read_passage(
        self, document_id: str, paragraph: int, around: int = 0, collection: str = ""
    ) -> PassageRecord:
        """A paragraph of a document, with those around it if they are asked for.

        Args:
            document_id: as citations and hits give it.
            paragraph: its number, from 1.
            around: how many paragraphs before it and after it to read too, from 0 to 10.
            collection: as in `ask`.

        Raises:
            CollectionNotFound: there is no such collection.
            NoSuchPassage: the index has no such document, or the document no such paragraph.
            InvalidRequest: an argument is of another kind, or `around` out of its range.
            IndexNotFound, IndexDamaged, EncoderMismatch: as in `ask`.
        """
        _check_number("paragraph", paragraph, 1, None)
        _check_number("around", around, 0, MAX_AROUND)
        document = self._document(document_id, self._named(collection))
        spans = list(paragraphs(document.text))
        if paragraph > len(spans):
            raise NoSuchPassage(
                f"The document {document_id!r} has {len(spans)} paragraphs, "
                f"and no paragraph {paragraph!r:.50}."
            )
        first, last = max(paragraph - around, 1), min(paragraph + around, len(spans))
        start, end = spans[first - 1][0], spans[last - 1][1]
        return {
            "document_id": document.id,
            "title": document.title,
            "author": document.author,
            "source": document.source,
            "paragraph": paragraph,
            "first": first,
            "last": last,
            "paragraphs": len(spans),
            "start": start,
            "end": end,
            "text": document.text[start:end],
        }

    def _named(self, collection: str) -> "Index":
        """The index of a collection, in its newest state."""
        if not isinstance(collection, str):  # JSON may hold anything
            raise InvalidRequest("The collection must be a text: its name.")
        if collection and self._collection is None:
            raise InvalidRequest("There are no collections here: leave `collection` out.")
        index = self._collection(collection) if collection and self._collection else self._index
        index.refresh()
        return index

    def _checked(self, question: str, k: int, collection: str, within: str) -> "Index":
        """The index in its newest state, after the arguments are validated."""
        if not isinstance(question, str):  # JSON may hold anything
            raise InvalidRequest("The question must be a text, in Arabic or English.")
        _check_number("k", k, 1, MAX_PASSAGES)
        if not isinstance(within, str):
            raise InvalidRequest("The scope `within` must be a text, such as folder:contracts.")
        index = self._named(collection)
        return index.within(within) if within else index.snapshot()

    def _document(self, document_id: str, index: "Index") -> Document:
        try:
            if not isinstance(document_id, str):
                raise KeyError(document_id)
            return index.document(document_id)
        except (KeyError, UnicodeEncodeError):
            raise NoSuchPassage(
                f"The index has no document {document_id!r:.200}. "
                "Take the document_id of a citation or a hit."
            ) from None


class Endpoints:
    """The same for the HTTP API, where an error is a record too, as `dalil ask --json` prints it.

    Args:
        service: what answers.
    """

    def __init__(self, service: Service) -> None:
        self._service = service

    @property
    def all(self) -> tuple[Callable[..., Any], ...]:
        """The functions, by whose names they are called."""
        return self.ask, self.search, self.read_passage

    def ask(
        self, question: str, k: int = 5, collection: str = "", write: bool = False, within: str = ""
    ) -> AnswerRecord | RefusalRecord:
        """Answers a question with literal quotations from the texts, or says that they don't answer it."""
        return _told_of(question, lambda: self._service.ask(question, k, collection, write, within))

    def search(
        self, question: str, k: int = 5, collection: str = "", within: str = ""
    ) -> SearchRecord | RefusalRecord:
        """Lists the passages of the texts that are nearest to a question, best first."""
        return _told_of(question, lambda: self._service.search(question, k, collection, within))

    def read_passage(
        self, document_id: str, paragraph: int, around: int = 0, collection: str = ""
    ) -> PassageRecord | ErrorRecord:
        """Reads a paragraph of a document, by its number, and those around it."""
        told = _told(lambda: self._service.read_passage(document_id, paragraph, around, collection))
        return {"error": told.error, "message": told.message} if isinstance(told, _Told) else told


def explain(error: DalilError, question: str = "") -> str:
    """The message of an error for the caller: about a question, in the question's language."""
    return say(error.reason, language(question)) if isinstance(error, InvalidQuestion) else str(error)


@dataclass(frozen=True)
class _Told:
    """An error as shown to the caller."""

    error: str
    message: str


def _told(reply: Callable[[], Record], question: str = "") -> Record | _Told:
    try:
        return reply()
    except DalilError as error:
        return _Told(error_name(error), explain(error, question))
    except Exception:
        logging.getLogger(__name__).exception("A request could not be answered")
        return _Told("failed", say("failed", language(f"{question}")))


def _told_of(question: str, reply: Callable[[], Record]) -> Record | RefusalRecord:
    told = _told(reply, question)
    if not isinstance(told, _Told):
        return told
    # Truncated to the length of a question: a megabyte isn't sent back.
    return {
        "question": f"{question}"[: MAX_QUESTION_LENGTH + 1],
        "error": told.error,
        "message": told.message,
    }


def _check_number(name: str, number: int, least: int, most: int | None) -> None:
    whole = isinstance(number, int) and not isinstance(number, bool)
    if not whole or number < least or (most is not None and number > most):
        bounds = f"from {least} to {most}" if most is not None else f"from {least} on"
        raise InvalidRequest(f"{name} must be a whole number {bounds}, not {number!r:.50}.")
