"""A page's writer: answers that stream in above their quotations, and translations below them."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import qa
from index.errors import DalilError
from index.text.analyzer import Language
from qa.types import Citation, Written
from qa.writing.client import WriterTrouble
from qa.writing.write import Writer
from web.sessions import Session
from web.views.conversation import Exchange, NoSuchTurn
from web.views.written import Translation, is_foreign

if TYPE_CHECKING:
    from index import Index


@dataclass(frozen=True)
class WriterOptions:
    """A reader's request to the writer.

    Attributes:
        write: written answers.
        translate: a translation of every quotation in another language than the question.
    """

    write: bool = False
    translate: bool = False


NO_WRITING: Final = WriterOptions()
# Answers and translations that are being written at once: each holds a thread of the server's.
MAX_CONCURRENT: Final = 16


class Writing:
    """The writer of all pages."""

    def __init__(self, writer: Writer) -> None:
        """Starts with nothing being written."""
        self.writer = writer
        self._stops: dict[tuple[Session, int], threading.Event] = {}
        self._places = threading.BoundedSemaphore(MAX_CONCURRENT)

    def follow(
        self, session: Session, number: int, index: Callable[[], Index], options: WriterOptions
    ) -> Iterator[None]:
        """Writes and translates the requested parts of an answer; yields whenever there is more to show.

        Args:
            session: the page's.
            number: of the question.
            index: gives the index that the answer is from.
            options: what the reader wants.
        """
        exchange = session.exchanges.get(number)
        turn = exchange.reply if exchange else None
        if not isinstance(turn, qa.Turn) or not turn.answer.found or options == NO_WRITING:
            return
        if not self._places.acquire(blocking=False):
            busy = replace(turn.answer, written=Written(trouble="busy"))
            session.update(number, reply=replace(turn, answer=busy))
            yield
            return
        stop = self._stops[session, number] = threading.Event()
        try:
            if options.write:
                yield from self._write(session, number, turn, index, stop)
            if options.translate:
                for citation in turn.answer.citations:
                    if is_foreign(citation.quote, turn.answer.language) and not stop.is_set():
                        made = self._translation(citation, turn.answer.language, index, stop)
                        _note(session, number, citation.number, made)
                        yield
        finally:
            stop.set()
            self._places.release()
            self._stops.pop((session, number), None)
            session.update(number, is_writing=False)

    def stop(self, session: Session, number: int | None = None) -> None:
        """Stops writing and translating an answer, or, without a number, all of a session's."""
        for (of, asked), stop in list(self._stops.items()):
            if of is session and number in (None, asked):
                stop.set()

    def translate(self, session: Session, number: int, citation: int, index: Callable[[], Index]) -> None:
        """Translates a quotation on request.

        Args:
            session: the page's.
            number: of the question.
            citation: of the quotation.
            index: gives the index that the answer is from.

        Raises:
            NoSuchTurn: there is no such quotation.
        """
        turn = session.exchange(number).reply
        found = turn.answer.citations if isinstance(turn, qa.Turn) else ()
        wanted = next((one for one in found if one.number == citation), None)
        if wanted is None or not isinstance(turn, qa.Turn):
            raise NoSuchTurn("The answer has no such quotation.")
        if not self._places.acquire(blocking=False):
            _note(session, number, citation, Translation(trouble="busy"))
            return
        try:
            made = self._translation(wanted, turn.answer.language, index)
            _note(session, number, citation, made)
        finally:
            self._places.release()

    def _write(
        self,
        session: Session,
        number: int,
        turn: qa.Turn,
        index: Callable[[], Index],
        stop: threading.Event,
    ) -> Iterator[None]:
        session.update(number, is_writing=True)
        yield
        try:
            for progress in self.writer.stream(turn.answer, index().snapshot(), stop=stop):
                answer = replace(turn.answer, written=progress.written)
                session.update(
                    number, reply=replace(turn, answer=answer), is_writing=not progress.is_complete
                )
                if number not in session.exchanges:  # the conversation was cleared
                    stop.set()
                yield
        except (DalilError, KeyError):
            # The index has changed meanwhile; what was written can't be checked any more.
            logging.getLogger(__name__).exception("A written answer could not be checked")
            answer = replace(turn.answer, written=Written(trouble="nonsense"))
            session.update(number, reply=replace(turn, answer=answer), is_writing=False)
            yield

    def _translation(
        self,
        citation: Citation,
        into: Language,
        index: Callable[[], Index],
        stop: threading.Event | None = None,
    ) -> Translation:
        try:
            return Translation(self.writer.translate(citation.quote, into, stop, _snapshot(index)) or "")
        except WriterTrouble as error:
            return Translation(trouble=error.trouble)


def _note(session: Session, number: int, citation: int, translation: Translation) -> None:
    """Keeps the result of a translation, unless the conversation was cleared since."""

    def noted(exchange: Exchange) -> Exchange:
        return replace(exchange, translations={**exchange.translations, citation: translation})

    session.revise(number, noted)


def _snapshot(index: Callable[[], Index]) -> Index | None:
    """The index as it is; None where it was removed meanwhile."""
    try:
        return index().snapshot()
    except (DalilError, KeyError):
        return None
