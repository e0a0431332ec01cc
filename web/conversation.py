"""What was asked in one session and what came back, and how it looks in either language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Lock

from index.text import Language
from index.types import Document
from qa.messages import say
from qa.types import Answer
from web.page import Source, render_answer, render_note, render_turn


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
class Turn:
    """A question and what came back.

    Attributes:
        question: as it was asked.
        reply: None while it is being searched for.
        sources: title and author of every document that the reply names, by its id.
    """

    question: str
    reply: Answer | Refusal | None = None
    sources: Mapping[str, Source] = field(default_factory=dict)

    def replied(self, answer: Answer, document: Callable[[str], Document]) -> Turn:
        """The same turn with its answer.

        Args:
            answer: what came back.
            document: gives the document of an id.
        """
        passages = [citation.passage for citation in answer.citations] + [hit.passage for hit in answer.hits]
        ids = dict.fromkeys(passage.document_id for passage in passages)
        return Turn(self.question, answer, {id_: Source.of(document(id_)) for id_ in ids})

    def refused(self, message: str = "", text: str = "") -> Turn:
        """The same turn without an answer, and why; the arguments are those of `Refusal`."""
        return Turn(self.question, Refusal(message, text))

    def render(self, number: int, language: Language) -> str:
        """The turn as HTML, with Dalil's own words in the page's language."""
        if self.reply is None:
            reply = render_note(say("searching", language), "searching")
        elif isinstance(self.reply, Refusal):
            text = self.reply.text or say(self.reply.message, language)
            reply = render_note(text, "refusal")
        else:
            reply = render_answer(self.reply, self.sources, number, language)
        return render_turn(number, self.question, reply)


class Conversation:
    """A session's turns, in the order in which they were asked.

    Changed in place, and by several threads: two questions may be on their way at once.
    """

    def __init__(self) -> None:
        """Begins without a turn."""
        self.turns: list[Turn] = []
        self._changes = 0
        self._lock = Lock()
        self._rendered: dict[tuple[int, Language], tuple[Turn, str]] = {}

    def __deepcopy__(self, memo: object) -> Conversation:
        """A new one: Gradio copies what a session begins with, which has no turns."""
        return Conversation()

    def begin(self, question: str) -> int:
        """Adds a turn that waits for its reply; gives its number."""
        with self._lock:
            self.turns.append(Turn(question))
            self._changes += 1
            return len(self.turns) - 1

    def change(self, number: int, turn: Turn) -> None:
        """Puts a turn in the place of the one with this number."""
        with self._lock:
            self.turns[number] = turn
            self._changes += 1

    def render(self, language: Language) -> str:
        """All turns as HTML. A turn is rendered once in a language, until it changes.

        It says how many changes it has seen: what is sent to the page first may come last.
        """
        with self._lock:
            turns = "".join(self._render(number, language) for number in range(len(self.turns)))
            return f'{turns}<span id="changes" data-changes="{self._changes}" hidden></span>'

    def _render(self, number: int, language: Language) -> str:
        turn = self.turns[number]
        of, page = self._rendered.get((number, language), (None, ""))
        if of is not turn:
            page = turn.render(number, language)
            self._rendered[number, language] = (turn, page)
        return page
