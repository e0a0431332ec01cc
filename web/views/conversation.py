"""Conversation state of each page, and its HTML in either language."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from threading import Lock
from typing import Any, Final

import qa
from index.errors import DalilError, InvalidScope
from index.query import LONGEST
from index.scope import Scope
from index.text.analyzer import Language
from index.types import Passage
from qa.answering.courtesy import courtesy
from qa.conversation.stored_citation import GetDocument
from qa.feedback.judgements import Verdict
from qa.messages import say, say_fault
from qa.types import Citation
from web.views.answers import (
    Parts,
    Source,
    render_actions,
    render_answer,
    render_collection,
    render_everything,
    render_lost,
    render_note,
    render_searched,
    render_turn,
    render_within,
)
from web.views.written import Translation, render_translations, render_written

# The least recently used session is dropped beyond this number of sessions, or of turns in all of them. A
# turn with its HTML takes some 30 KB: 120 MB at most.
_MOST_SESSIONS: Final = 200
_MOST_TURNS_IN_ALL: Final = 4000
MOST_TURNS: Final = 100
"""Most turns kept per session; the latest are kept."""
MOST_WAITING: Final = 8
"""Pending questions per session: a page sends one at a time."""


class NoSuchTurn(DalilError, LookupError):
    """A question, or a link of an answer, that the conversation doesn't have."""


@dataclass(frozen=True)
class Refusal:
    """Why a question has no answer.

    Attributes:
        message: name of the message in `qa.messages`; or empty, if
        text: gives it, as an error's message.
        fault: what is wrong with the scope, if that is why.
    """

    message: str = ""
    text: str = ""
    fault: InvalidScope | None = None

    def said(self, language: Language) -> str:
        """The reason, in the page's language if possible."""
        return say_fault(self.fault, language) if self.fault else self.text or say(self.message, language)


@dataclass(frozen=True)
class Exchange:
    """A question and its reply.

    Attributes:
        question: as it was asked.
        reply: None while pending.
        sources: title and author of every document in the reply, by id.
        alone: whether to search without expanding it from previous turns.
        verdict: the reader's verdict on the answer, if any.
        collection: id of the collection asked; empty if there is a single index.
        is_writing: whether an answer is being written from the quotations.
        translations: the results of translating quotations, by number.
        within: restricts the search to this scope; None for everything.
    """

    question: str
    reply: qa.Turn | Refusal | None = None
    sources: Mapping[str, Source] = field(default_factory=dict)
    alone: bool = False
    verdict: Verdict | None = None
    collection: str = ""
    is_writing: bool = False
    translations: Mapping[int, Translation] = field(default_factory=dict)
    within: Scope | None = None

    def replied(self, turn: qa.Turn, document: GetDocument) -> Exchange:
        """The same question with its answer.

        Args:
            turn: the answered turn.
            document: returns the document with an id.
        """
        passages = [citation.passage for citation in turn.answer.citations]
        passages += [hit.passage for hit in turn.answer.hits]
        ids = dict.fromkeys(passage.document_id for passage in passages)
        sources = {id_: Source.of(document(id_)) for id_ in ids}
        return replace(self, reply=turn, sources=sources, verdict=None)

    def refused(self, message: str = "", text: str = "", fault: InvalidScope | None = None) -> Exchange:
        """The same question refused; the arguments are those of `Refusal`."""
        return replace(self, reply=Refusal(message, text, fault))

    def passage(self, name: str) -> Passage:
        """The passage of a link, by the suffix of its name such as "1" or "near1".

        Raises:
            NoSuchTurn: the answer has no such link.
        """
        if (citation := self.citation(name)) is not None:
            return citation.passage
        number = int(name.removeprefix("near")) if name.startswith("near") else 0
        if number and isinstance(self.reply, qa.Turn) and number <= len(self.reply.answer.hits):
            return self.reply.answer.hits[number - 1].passage
        raise NoSuchTurn("The answer has no such link.")

    def citation(self, name: str) -> Citation | None:
        """The citation of a link, by the suffix of its name; None of a passage that is only near."""
        cited = self.reply.answer.citations if isinstance(self.reply, qa.Turn) else ()
        return next((one for one in cited if str(one.number) == name), None)

    def render(
        self, number: int, language: Language, judged: bool = True, can_translate: bool = False
    ) -> str:
        """Renders the exchange as HTML.

        Args:
            number: its number in the conversation, from 0.
            language: language of Dalil's own words.
            judged: whether the reader may give a verdict.
            can_translate: whether there is a writer to translate quotations.
        """
        if self.reply is None:
            reply = render_note(say("searching", language), "searching")
        elif isinstance(self.reply, Refusal):
            reply = render_note(self.reply.said(language), "refusal")
            reply += render_everything(language) if self.reply.fault else ""
        else:
            answer, lost = self.reply.answer, self.reply.broken_citations
            # Of Dalil's own words nothing is right or wrong, and no collection says them.
            is_own = courtesy(self.question) is not None
            actions = render_actions(
                bool(answer.found or lost), judged and not is_own, self.verdict, language
            )
            searched = self.reply.expanded_question
            reply = render_searched(self.question, searched, language) if self.reply.is_follow_up else ""
            reply += render_answer(
                answer,
                self.sources,
                number,
                language,
                Parts(
                    actions,
                    render_lost(lost, language),
                    render_written(answer.written, self.is_writing, number, language),
                    render_translations(answer, self.translations, can_translate, language),
                ),
            )
            scope = Scope.of(answer.within)
            if scope is not None:
                reply += render_within(scope, language) if answer.found else render_everything(language)
            reply += "" if is_own else render_collection(self.reply.collection, language)
        return render_turn(number, self.question, reply)


class Session:
    """A page's questions, in the order in which they were asked.

    Mutable and used by several threads: two questions may be pending at once.
    """

    def __init__(self, judged: bool = True, can_translate: bool = False) -> None:
        """Starts without questions.

        Args:
            judged: whether its reader may give verdicts.
            can_translate: whether its quotations can be translated.
        """
        self.exchanges: dict[int, Exchange] = {}
        self._judged = judged
        self._can_translate = can_translate
        self._begun = 0
        self._changes = 0
        self._lock = Lock()
        self._rendered: dict[tuple[int, Language], tuple[Exchange, str]] = {}

    def begin(self, question: str, collection: str = "", within: Scope | None = None) -> int:
        """Adds a pending question; returns its number, which is unique.

        Beyond `MOST_WAITING` pending ones the oldest are dropped. A question too long to be
        searched for is truncated, but stays recognisably too long.
        """
        with self._lock:
            waiting = [number for number, one in self.exchanges.items() if one.reply is None]
            for number in waiting[: max(0, len(waiting) - MOST_WAITING + 1)]:
                del self.exchanges[number]
            return self._add(Exchange(question[: LONGEST + 1], collection=collection, within=within))

    def exchange(self, number: int) -> Exchange:
        """The question with this number.

        Raises:
            NoSuchTurn: there is none.
        """
        with self._lock:
            if number not in self.exchanges:
                raise NoSuchTurn("The conversation has no such question.")
            return self.exchanges[number]

    def change(self, number: int, exchange: Exchange) -> None:
        """Replaces the exchange with this number, unless the conversation was cleared since."""
        self.revise(number, lambda _: exchange)

    def update(self, number: int, **changes: Any) -> None:
        """Replaces fields of the exchange with this number, unless the conversation was cleared since."""
        self.revise(number, lambda exchange: replace(exchange, **changes))

    def revise(self, number: int, change: Callable[[Exchange], Exchange]) -> None:
        """Replaces the exchange with this number by what is made of it, unless it was cleared since."""
        with self._lock:
            if number in self.exchanges:
                self.exchanges[number] = change(self.exchanges[number])
                self._changes += 1

    def restore(self, exchanges: Iterable[Exchange]) -> None:
        """Restores an earlier conversation, unless another one has begun."""
        with self._lock:
            if not self.exchanges:
                for exchange in exchanges:
                    self._add(exchange)

    def clear(self) -> None:
        """Clears the conversation. Pending answers won't be shown."""
        with self._lock:
            self.exchanges.clear()
            self._rendered.clear()
            self._changes += 1

    def conversation(self, before: int | None = None) -> qa.Conversation:
        """The answered turns: those before question `before` in the same collection, or all."""
        with self._lock:
            asked = list(self.exchanges.values())
            if before is not None:
                of = self.exchanges[before].collection if before in self.exchanges else ""
                asked = [
                    one for number, one in self.exchanges.items() if number < before and one.collection == of
                ]
        return qa.Conversation(tuple(one.reply for one in asked if isinstance(one.reply, qa.Turn)))

    def render(self, language: Language) -> str:
        """Renders the conversation as HTML. Each part is cached per language until it changes.

        It includes a change counter, since responses may reach the page out of order.
        """
        with self._lock:
            shown = "".join(self._render(number, language) for number in self.exchanges)
            return f'{shown}<span id="changes" data-changes="{self._changes}" hidden></span>'

    def _add(self, exchange: Exchange) -> int:
        number = self._begun
        self.exchanges[number] = exchange
        self._begun += 1
        self._changes += 1
        while len(self.exchanges) > MOST_TURNS:
            del self.exchanges[next(iter(self.exchanges))]
        self._rendered = {key: shown for key, shown in self._rendered.items() if key[0] in self.exchanges}
        return number

    def _render(self, number: int, language: Language) -> str:
        exchange = self.exchanges[number]
        of, page = self._rendered.get((number, language), (None, ""))
        if of is not exchange:
            page = exchange.render(number, language, self._judged, self._can_translate)
            self._rendered[number, language] = (exchange, page)
        return page


class Sessions:
    """The sessions of all open pages, keyed by a secret that each page generates."""

    def __init__(self, judged: bool = True, can_translate: bool = False) -> None:
        """Starts without sessions; the arguments are those of `Session`."""
        self._new = partial(Session, judged, can_translate)
        self._sessions: OrderedDict[str, Session] = OrderedDict()
        self._lock = Lock()

    def of(self, page: str) -> Session:
        """A page's session, created if it has none."""
        with self._lock:
            session = self._sessions.setdefault(page, self._new())
            self._sessions.move_to_end(page)
            turns = sum(len(one.exchanges) for one in self._sessions.values())
            while len(self._sessions) > _MOST_SESSIONS or (
                turns > _MOST_TURNS_IN_ALL and len(self._sessions) > 1
            ):
                turns -= len(self._sessions.popitem(last=False)[1].exchanges)
            return session
