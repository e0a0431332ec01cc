"""Conversation calls of a page: answers, explanations, history, export and verdicts."""

from __future__ import annotations

import json
import logging
import re
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import qa
from index.errors import DalilError, InvalidQuestion, InvalidScope, UnreadableFile
from index.ranking_parameters import RANKING
from index.readers.converter.page_pictures import PagePictures
from index.scope import Scope
from index.text.analyzer import Language
from index.types import Document, Hit
from qa.admission import admission
from qa.collections.originals import source_file
from qa.collections.types import CollectionNotFound
from qa.conversation import history
from qa.conversation.export import to_markdown
from qa.conversation.export_docx import to_docx
from qa.conversation.references import references, to_bibtex, to_csl_json, to_ris
from qa.feedback import judgements
from qa.messages import say
from web.page_calls import (
    Begin,
    Choices,
    Conditions,
    ConversationCall,
    Export,
    Find,
    Judge,
    Picture,
    Read,
    Refer,
    Restore,
    Stop,
    Translate,
    Why,
)
from web.sessions import MAX_TURNS, Session, Sessions
from web.views import reading_pane, scope_choices
from web.views.conversation import Exchange, NoSuchTurn
from web.writing import NO_WRITING, WriterOptions, Writing

if TYPE_CHECKING:
    from index import Index
    from qa.conversation.stored_citation import GetDocument
    from qa.writing.write import Writer
    from web.calls.collection_calls import Collections

_LINK: Final = re.compile(r"cite-(\d{1,9})-((?:near)?\d{1,9})", re.ASCII)
# Bytes of a saved conversation: web.server.request_limits accepts requests of 1 MB.
_MAX_KEPT: Final = 900_000
# Media types of exported files, by the ending of their names.
_TYPES: Final = {
    "md": "text/markdown;charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "ris": "application/x-research-info-systems",
    "bib": "application/x-bibtex",
    "json": "application/vnd.citationstyles.csl+json",
}
# One for all pages: what draws them is one process, too.
_PICTURES: Final = PagePictures()
FORGOTTEN: Final = -1
"""Result of `ChatCalls.begin` if the conversation has to be restored first."""


class NotAllowed(DalilError, PermissionError):
    """Not allowed in a read-only chat."""


class ChatCalls:
    """The conversations of all open pages with one index."""

    def __init__(
        self,
        index: Index,
        converse: Callable[..., qa.Turn] = qa.converse,
        read_only: bool = False,
        collections: Collections | None = None,
        writer: Writer | None = None,
    ) -> None:
        """Starts without conversations.

        Args:
            index: index to ask, if there are no collections.
            converse: `qa.converse`, or a substitute.
            read_only: whether writes on this machine, such as verdicts, are refused.
            collections: collections to ask; every question names one.
            writer: what writes answers and translates, for readers who want that.
        """
        self.index = index
        self.collections = collections
        self.document: GetDocument = collections.document if collections else _documents(index)
        self.converse = converse
        self.read_only = read_only
        self._writing = Writing(writer) if writer else None
        self._sessions = Sessions(may_judge=not read_only, can_translate=writer is not None)

    @property
    def all(self) -> tuple[Callable[..., Any], ...]:
        """The calls, by whose names the page calls them."""
        return (
            self.begin, self.read, self.picture, self.find, self.why, self.keep, self.restore, self.clear,
            self.export, self.judge, self.stop, self.translate, self.choices, self.refer, self.conditions,
        )  # fmt: skip

    def begin(self, sent: Begin) -> int:
        """Accepts a question, or an earlier one by number, to be asked again without expansion.

        Whether the user of this request may ask its collection is checked here: Gradio's queue, which has
        it answered, doesn't know the user.

        Returns:
            Its number, for `respond`; `FORGOTTEN` if the page's conversation isn't known here, as
            after a server restart: it has to be restored first.
        """
        session = self._session(sent)
        if sent.has_turns and not session.exchanges:
            return FORGOTTEN
        if sent.question is not None:
            self._check(sent.collection)
            scope = Scope.of_conditions((key, value) for key, value in sent.within)
            return session.begin(sent.question, sent.collection, scope or None)
        number = sent.number or 0
        asked = session.exchange(number)
        again = Exchange(asked.question, is_standalone=True, collection=asked.collection, within=asked.within)
        try:
            self._check(asked.collection)
        except CollectionNotFound:
            again = again.refused("collection_gone")
        session.change(number, again)
        return number

    def respond(
        self, page: str, number: int, language: Language, options: WriterOptions = NO_WRITING
    ) -> Iterator[str]:
        """Yields the conversation as HTML: the question, the quotations, then the answer as it is written."""
        session = self._sessions.of(page)
        yield session.render(language)
        exchange = session.exchanges.get(number)
        # Only what `begin` has just accepted, from a user whom it checked.
        if exchange is not None and exchange.reply is None:
            is_written_up = self._writing is not None and options.write
            session.change(number, self._reply(exchange, session, number, is_written_up))
            yield session.render(language)
            if self._writing:
                for _ in self._writing.follow(
                    session, number, partial(self._index, exchange.collection), options
                ):
                    yield session.render(language)

    def render(self, page: str, language: Language, refreshed: int = 0) -> str:
        """The conversation as HTML, with the number of the refresh that asked for it."""
        return self._sessions.of(page).render(language, refreshed)

    def read(self, sent: Read) -> dict[str, Any]:
        """The document of a citation, for the reading pane."""
        try:
            return reading_pane.read(self.document(sent.document), sent).data()
        except KeyError:
            return reading_pane.gone(sent.language).data()

    def picture(self, sent: Picture) -> dict[str, Any]:
        """The picture of a page of a document, with a citation boxed, for the reading pane."""
        try:
            document = self.document(sent.document)
        except KeyError:
            return reading_pane.gone(sent.language).data()
        draw = partial(_PICTURES.get, self._original(document), document)
        return reading_pane.show_page(document, sent, draw).data()

    def choices(self, sent: Choices) -> dict[str, Any]:
        """The conditions that a question can be restricted to, in the page's collection, for scope.js."""
        self._check(sent.collection)
        return scope_choices.choices(self._index(sent.collection).heads(), sent.find)

    def refer(self, sent: Refer) -> str:
        """The name of a document in a scope; empty if it no longer exists."""
        self._check(sent.collection)
        return scope_choices.reference(self._index(sent.collection).heads(), sent.document)

    def conditions(self, sent: Conditions) -> list[list[str]]:
        """The conditions of a scope that was kept as text; none if it can't be read."""
        with suppress(InvalidScope):
            return [list(condition) for condition in Scope.parse(sent.within).conditions]
        return []

    def find(self, sent: Find) -> dict[str, Any]:
        """The places of a text in a document, however they are spelled, for the reading pane."""
        try:
            document = self.document(sent.document)
        except KeyError:
            return {"places": [], "total": 0}
        return reading_pane.find(document, sent.text)

    def why(self, sent: Why) -> dict[str, Any]:
        """The explanation of a passage, for the reading pane.

        The search is repeated: a follow-up's passages weren't ranked by its expanded question
        alone, and a restored conversation may be older than the index.
        """
        from qa.explanation.explain import PassageGone, explain

        language = sent.language
        link = _LINK.fullmatch(sent.name)
        if link is None:
            raise NoSuchTurn("This isn't a link of an answer.")
        exchange = self._session(sent).exchange(int(link[1]))
        passage = exchange.passage(link[2])
        source = exchange.sources[passage.document_id]
        reply = exchange.reply
        searched = reply.expanded_question if isinstance(reply, qa.Turn) else exchange.question
        try:
            within = exchange.reply.answer.within if isinstance(exchange.reply, qa.Turn) else ""
            self._check(exchange.collection)
            index = self._index(exchange.collection)
            index = index.within(within) if within else index.snapshot()
            with admission(index):
                query = index.query(searched)
                # A follow-up's passage may rank low for the expanded question.
                found = index.search(query, RANKING.candidates)
                hit = next((hit for hit in found if hit.passage.id == passage.id), Hit(passage, 0.0))
                explanation = explain(index, query, hit)
        except (PassageGone, CollectionNotFound, InvalidScope):
            return reading_pane.unexplained(
                source, passage.number, say("passage_gone", language), language
            ).data()
        except DalilError as error:
            return reading_pane.unexplained(source, passage.number, str(error), language).data()
        return reading_pane.explained(source, explanation, language, exchange.citation(link[2])).data()

    def keep(self, sent: ConversationCall) -> str:
        """The conversation as JSON, for the browser to store; empty if nothing was answered.

        A very long one is cut to its last turns: it is sent back as one request.
        """
        turns = self._session(sent).conversation().turns
        while turns:
            kept = history.to_json(qa.Conversation(turns), self.document)
            if len(json.dumps(kept, ensure_ascii=False).encode("utf-8", "surrogatepass")) <= _MAX_KEPT:
                return kept
            turns = turns[len(turns) // 4 + 1 :]
        return ""

    def restore(self, sent: Restore) -> bool:
        """Restores a conversation saved by `keep`, verified again; returns whether it was readable."""
        try:
            conversation = history.from_json(sent.kept, self.document)
        except history.HistoryUnreadable:
            return False
        verdicts = self._verdicts()
        self._session(sent).restore(
            replace(
                Exchange(
                    turn.question, collection=self._asked_of(turn), within=_scope_of(turn.answer.within)
                ).replied(turn, self.document),
                verdict=verdicts.get(self._key(turn)),
            )
            for turn in conversation.turns[-MAX_TURNS:]
        )
        return True

    def clear(self, sent: ConversationCall) -> None:
        """Starts a new conversation; nothing more is written for the earlier one."""
        session = self._session(sent)
        session.clear()
        if self._writing:
            self._writing.stop(session)

    def export(self, sent: Export) -> dict[str, str]:
        """The conversation, or the references of what it quotes, as a file.

        Returns:
            `content`: its bytes in Base64; `type`: its media type; `ending`: that of its name.
        """
        conversation, name = self._session(sent).conversation(), sent.format
        if name == "md":
            content = to_markdown(conversation, self.document, sent.title).encode()
        elif name == "docx":
            content = to_docx(conversation, self.document, sent.title)
        else:
            write = {"ris": to_ris, "bib": to_bibtex, "json": to_csl_json}[name]
            content = write(references(conversation, self.document)).encode()
        return {"content": b64encode(content).decode(), "type": _TYPES[name], "ending": name}

    def judge(self, sent: Judge) -> str:
        """Records the reader's verdict on an answer; returns a message that says so, or why not.

        Raises:
            NotAllowed: the chat is read-only.
            NoSuchTurn: there is no such answer.
        """
        if self.read_only:
            raise NotAllowed("This chat is read-only: it keeps no verdicts.")
        session, language = self._session(sent), sent.language
        exchange = session.exchange(sent.number)
        if not isinstance(exchange.reply, qa.Turn):
            raise NoSuchTurn("The question has no answer.")
        try:
            judgements.record(exchange.reply, sent.verdict, self.document)
        except OSError as error:
            logging.getLogger(__name__).warning(
                "A verdict could not be written to %s: %s", judgements.feedback_file(), error
            )
            is_full = isinstance(error, judgements.FeedbackFull)
            return say("verdicts_full" if is_full else "verdict_not_kept", language)
        session.change(sent.number, replace(exchange, verdict=sent.verdict))
        return say("verdict_kept", language)

    def stop(self, sent: Stop) -> None:
        """Stops writing an answer."""
        if self._writing:
            self._writing.stop(self._session(sent), sent.number)

    def translate(self, sent: Translate) -> None:
        """Translates a quotation.

        Raises:
            NoSuchTurn: there is no such quotation, or no writer.
            CollectionNotFound: the user of this request may not ask its collection any more.
        """
        if self._writing is None:
            raise NoSuchTurn("There is no writer here.")
        session = self._session(sent)
        collection = session.exchange(sent.number).collection
        self._check(collection)
        index = partial(self._index, collection)
        self._writing.translate(session, sent.number, sent.citation, index)

    def _check(self, collection: str) -> None:
        """Checks that the user of this request may ask a collection, where there are any.

        Raises:
            CollectionNotFound: there is none, or it is another user's.
        """
        if self.collections:
            self.collections.check(collection)

    def _index(self, collection: str) -> Index:
        """The current index for a question, whoever asks: a request's user is checked by `_check`."""
        if self.collections:
            return self.collections.index(collection)
        self.index.refresh()
        return self.index

    def _original(self, document: Document) -> Path | None:
        """The file that a document was read from, if it is kept."""
        if self.collections:
            return self.collections.library.original(document)
        return source_file(document)

    def _asked_of(self, turn: qa.Turn) -> str:
        """The collection of a turn, inferred from its documents."""
        passages = [citation.passage for citation in turn.answer.citations]
        passages += [hit.passage for hit in turn.answer.hits]
        ids = [passage.document_id for passage in passages]
        return self.collections.holding(ids) if self.collections else ""

    def _session(self, sent: ConversationCall) -> Session:
        return self._sessions.of(sent.conversation)

    def _reply(self, exchange: Exchange, session: Session, number: int, is_written_up: bool) -> Exchange:
        before = qa.Conversation() if exchange.is_standalone else session.conversation(before=number)
        try:
            index = self._index(exchange.collection).snapshot()
            if self.collections and not index.documents:
                return exchange.refused("no_documents")
            # Without its name a scope would be that of the turn before.
            is_scoped = exchange.within or any(turn.answer.within for turn in before.turns)
            options: dict[str, Any] = {"within": exchange.within or ""} if is_scoped else {}
            if is_written_up:
                options["is_written_up"] = True
            turn = self.converse(before, exchange.question, index, **options)
            if self.collections:
                turn = replace(turn, collection=self.collections.name(exchange.collection))
            return exchange.replied(turn, index.document)
        except CollectionNotFound:
            return exchange.refused("collection_gone")
        except InvalidQuestion as error:
            return exchange.refused(error.reason)
        except InvalidScope as error:
            return exchange.refused(fault=error)
        except DalilError as error:
            return exchange.refused(text=str(error))
        except Exception:
            shown = exchange.question[:200]
            logging.getLogger(__name__).exception("The question %r could not be answered", shown)
            return exchange.refused("failed")

    def _verdicts(self) -> dict[tuple[object, ...], judgements.Verdict]:
        """The last verdict on each judged answer."""
        if self.read_only:
            return {}
        try:
            return {judged.key: judged.verdict for judged in judgements.read().judged}
        except UnreadableFile:  # no verdict was ever recorded
            return {}

    def _key(self, turn: qa.Turn) -> tuple[object, ...]:
        quoted = turn.quoted(self.document)
        return judgements.Judged(turn.question, turn.expanded_question, quoted, "right", turn.asked).key


def _documents(index: Index) -> GetDocument:
    return lambda id_: index.document(id_)


def _scope_of(within: str) -> Scope | None:
    """The scope of a turn that was kept; None if it can't be read."""
    with suppress(InvalidScope):
        return Scope.of(within)
    return None
