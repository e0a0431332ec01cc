"""What was asked on one page and what came back, and how it looks in either language."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Final

import qa
from index.errors import DalilError
from index.query import LONGEST
from index.text.analyzer import Language
from index.types import Passage
from qa.conversation.stored_citation import GetDocument
from qa.feedback.judgements import Verdict
from qa.messages import say
from web.views.answers import (
    Source,
    render_actions,
    render_answer,
    render_lost,
    render_note,
    render_searched,
    render_turn,
)

# A page that is still open when 200 others have been opened after it begins anew, and so does the one that
# was used the longest ago where all together have more turns than this. A turn with what is shown of it has
# some 30 KB: 120 MB at most.
_MOST_SESSIONS: Final = 200
_MOST_TURNS_IN_ALL: Final = 4000
MOST_TURNS: Final = 100
"""Turns that a session keeps: those that were asked last."""
MOST_WAITING: Final = 8
"""Questions of a session that wait for their reply: a page sends one at a time."""


class NoSuchTurn(DalilError, LookupError):
    """A question, or a link of an answer, that the conversation doesn't have."""


@dataclass(frozen=True)
class Refusal:
    """Why a question has no answer.

    Attributes:
        message: the name of the sentence that says so in `qa.messages`; or nothing, where
        text: says it, in the words of an error.
    """

    message: str = ""
    text: str = ""


@dataclass(frozen=True)
class Exchange:
    """A question and what came back.

    Attributes:
        question: as it was asked.
        reply: None while it is being searched for.
        sources: title and author of every document that the reply names, by its id.
        alone: whether it is to be searched for as it stands, whatever was said before.
        verdict: what the reader said of the answer, if anything.
        collection: the id of the one that it was asked of; empty where there is one index alone.
    """

    question: str
    reply: qa.Turn | Refusal | None = None
    sources: Mapping[str, Source] = field(default_factory=dict)
    alone: bool = False
    verdict: Verdict | None = None
    collection: str = ""

    def replied(self, turn: qa.Turn, document: GetDocument) -> Exchange:
        """The same question with its answer.

        Args:
            turn: what came back.
            document: gives the document of an id.
        """
        passages = [citation.passage for citation in turn.answer.citations]
        passages += [hit.passage for hit in turn.answer.hits]
        ids = dict.fromkeys(passage.document_id for passage in passages)
        sources = {id_: Source.of(document(id_)) for id_ in ids}
        return replace(self, reply=turn, sources=sources, verdict=None)

    def refused(self, message: str = "", text: str = "") -> Exchange:
        """The same question without an answer, and why; the arguments are those of `Refusal`."""
        return replace(self, reply=Refusal(message, text))

    def passage(self, name: str) -> Passage:
        """The passage that a link shows, by the end of its name such as "1" or "near1".

        Raises:
            NoSuchTurn: the answer has no such link.
        """
        found: list[Passage] = []
        if isinstance(self.reply, qa.Turn):
            answer = self.reply.answer
            if name.startswith("near"):
                number = int(name.removeprefix("near"))
                found = [hit.passage for hit in answer.hits[max(number - 1, 0) : number]]
            else:
                found = [one.passage for one in answer.citations if one.number == int(name)]
        if not found:
            raise NoSuchTurn("The answer has no such link.")
        return found[0]

    def render(self, number: int, language: Language, judged: bool = True) -> str:
        """It as HTML.

        Args:
            number: its own in the conversation, from 0.
            language: of Dalil's own words.
            judged: whether the reader may say if the answer is right.
        """
        if self.reply is None:
            reply = render_note(say("searching", language), "searching")
        elif isinstance(self.reply, Refusal):
            text = self.reply.text or say(self.reply.message, language)
            reply = render_note(text, "refusal")
        else:
            answer, lost = self.reply.answer, self.reply.lost
            actions = render_actions(bool(answer.found or lost), judged, self.verdict, language)
            searched = self.reply.searched
            reply = render_searched(self.question, searched, language) if self.reply.is_follow_up else ""
            reply += render_answer(
                answer, self.sources, number, language, actions, render_lost(lost, language)
            )
        return render_turn(number, self.question, reply)


class Session:
    """A page's questions, in the order in which they were asked.

    Changed in place, and by several threads: two questions may be on their way at once.
    """

    def __init__(self, judged: bool = True) -> None:
        """Begins without a question.

        Args:
            judged: whether its reader may say if answers are right.
        """
        self.exchanges: dict[int, Exchange] = {}
        self._judged = judged
        self._begun = 0
        self._changes = 0
        self._lock = Lock()
        self._rendered: dict[tuple[int, Language], tuple[Exchange, str]] = {}

    def begin(self, question: str, collection: str = "") -> int:
        """Adds a question that waits for its reply; gives its number, which no other will have.

        Of more than `MOST_WAITING` that wait the oldest are dropped. Of a question that is too long to be
        searched for only so much is kept that this is seen.
        """
        with self._lock:
            waiting = [number for number, one in self.exchanges.items() if one.reply is None]
            for number in waiting[: max(0, len(waiting) - MOST_WAITING + 1)]:
                del self.exchanges[number]
            return self._add(Exchange(question[: LONGEST + 1], collection=collection))

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
        """Puts one in the place of that with this number, unless the conversation was begun anew since."""
        with self._lock:
            if number in self.exchanges:
                self.exchanges[number] = exchange
                self._changes += 1

    def restore(self, exchanges: Iterable[Exchange]) -> None:
        """Takes up an earlier conversation, unless another one has begun."""
        with self._lock:
            if not self.exchanges:
                for exchange in exchanges:
                    self._add(exchange)

    def clear(self) -> None:
        """Begins anew. What is still on its way won't be shown."""
        with self._lock:
            self.exchanges.clear()
            self._rendered.clear()
            self._changes += 1

    def conversation(self, before: int | None = None) -> qa.Conversation:
        """What has been answered so far: of the same collection before the question of a number, or all."""
        with self._lock:
            asked = list(self.exchanges.values())
            if before is not None:
                of = self.exchanges[before].collection if before in self.exchanges else ""
                asked = [
                    one for number, one in self.exchanges.items() if number < before and one.collection == of
                ]
        return qa.Conversation(tuple(one.reply for one in asked if isinstance(one.reply, qa.Turn)))

    def render(self, language: Language) -> str:
        """All of it as HTML. Each part is rendered once in a language, until it changes.

        It says how many changes it has seen: what is sent to the page first may come last.
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
            page = exchange.render(number, language, self._judged)
            self._rendered[number, language] = (exchange, page)
        return page


class Sessions:
    """The sessions of all open pages, by the secret that each page made up for itself."""

    def __init__(self, judged: bool = True) -> None:
        """Begins without any; the argument is that of `Session`."""
        self._judged = judged
        self._sessions: OrderedDict[str, Session] = OrderedDict()
        self._lock = Lock()

    def of(self, page: str) -> Session:
        """A page's session; a new one for a page that hasn't any."""
        with self._lock:
            session = self._sessions.setdefault(page, Session(self._judged))
            self._sessions.move_to_end(page)
            turns = sum(len(one.exchanges) for one in self._sessions.values())
            while len(self._sessions) > _MOST_SESSIONS or (
                turns > _MOST_TURNS_IN_ALL and len(self._sessions) > 1
            ):
                turns -= len(self._sessions.popitem(last=False)[1].exchanges)
            return session
