"""The conversations of all open pages, which are kept in memory up to a bound."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from threading import Lock
from typing import Any, Final

import qa
from index.query import MAX_QUESTION_LENGTH
from index.scope import Scope
from index.text.analyzer import Language
from web.views.conversation import Exchange, NoSuchTurn

# The least recently used session is dropped beyond this number of sessions, or of turns in all of them. A
# turn with its HTML takes some 30 KB: 120 MB at most.
_MAX_SESSIONS: Final = 200
_MAX_TOTAL_TURNS: Final = 4000
MAX_TURNS: Final = 100
"""Most turns kept per session; the latest are kept."""
MAX_WAITING: Final = 8
"""Pending questions per session: a page sends one at a time."""


class Session:
    """A page's questions, in the order in which they were asked.

    Mutable and used by several threads: two questions may be pending at once.
    """

    def __init__(self, may_judge: bool = True, can_translate: bool = False) -> None:
        """Starts without questions.

        Args:
            may_judge: whether its reader may give verdicts.
            can_translate: whether its quotations can be translated.
        """
        self.exchanges: dict[int, Exchange] = {}
        self._may_judge = may_judge
        self._can_translate = can_translate
        self._begun = 0
        self._changes = 0
        self._refreshed = 0
        self._lock = Lock()
        self._rendered: dict[tuple[int, Language], tuple[Exchange, str]] = {}

    def begin(self, question: str, collection: str = "", within: Scope | None = None) -> int:
        """Adds a pending question; returns its number, which is unique.

        Beyond `MAX_WAITING` pending ones the oldest are dropped. A question too long to be
        searched for is truncated, but stays recognisably too long.
        """
        with self._lock:
            waiting = [number for number, one in self.exchanges.items() if one.reply is None]
            for number in waiting[: max(0, len(waiting) - MAX_WAITING + 1)]:
                del self.exchanges[number]
            return self._add(
                Exchange(question[: MAX_QUESTION_LENGTH + 1], collection=collection, within=within)
            )

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

    def render(self, language: Language, refreshed: int = 0) -> str:
        """Renders the conversation as HTML. Each part is cached per language until it changes.

        It includes a change counter, since responses may reach the page out of order, and the number of
        the page's last refresh, since they may be lost.
        """
        with self._lock:
            self._refreshed = max(self._refreshed, refreshed)
            shown = "".join(self._render(number, language) for number in self.exchanges)
            counters = f'data-changes="{self._changes}" data-refreshed="{self._refreshed}"'
            return f'{shown}<span id="changes" {counters} hidden></span>'

    def _add(self, exchange: Exchange) -> int:
        number = self._begun
        self.exchanges[number] = exchange
        self._begun += 1
        self._changes += 1
        while len(self.exchanges) > MAX_TURNS:
            del self.exchanges[next(iter(self.exchanges))]
        self._rendered = {key: shown for key, shown in self._rendered.items() if key[0] in self.exchanges}
        return number

    def _render(self, number: int, language: Language) -> str:
        exchange = self.exchanges[number]
        of, page = self._rendered.get((number, language), (None, ""))
        if of is not exchange:
            page = exchange.render(number, language, self._may_judge, self._can_translate)
            self._rendered[number, language] = (exchange, page)
        return page


class Sessions:
    """The sessions of all open pages, keyed by a secret that each page generates."""

    def __init__(self, may_judge: bool = True, can_translate: bool = False) -> None:
        """Starts without sessions; the arguments are those of `Session`."""
        self._new = partial(Session, may_judge, can_translate)
        self._sessions: OrderedDict[str, Session] = OrderedDict()
        self._lock = Lock()

    def of(self, page: str) -> Session:
        """A page's session, created if it has none."""
        with self._lock:
            session = self._sessions.setdefault(page, self._new())
            self._sessions.move_to_end(page)
            turns = sum(len(one.exchanges) for one in self._sessions.values())
            while len(self._sessions) > _MAX_SESSIONS or (
                turns > _MAX_TOTAL_TURNS and len(self._sessions) > 1
            ):
                turns -= len(self._sessions.popitem(last=False)[1].exchanges)
            return session
