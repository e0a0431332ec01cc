"""`converse`: a question of a conversation -> its answer, understood from the turns before it.

There is no language model here. A question that leans on what was said (`qa.conversation.follow_up`) is
searched for twice: by itself, and with the words of the questions that it leans on. A passage is the better
the more it meets of the question's own words, which count most, and of those words, and if it stands in a
document that was quoted to them. All three are needed: the name of what is talked about often
stands in a text's first paragraph alone, so that the words of the turns before pull every follow-up there.

Confidence is the mean of that in the question by itself and with those words: on the 58 follow-ups of
benchmarks/dialogues its AUROC is .88 and .91 among few and many texts, with the question alone .85 and .88.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Final

from index.query import LONGEST
from index.types import Hit
from qa.answering.answer import alone, answer
from qa.answering.confidence import MOST_CANDIDATES
from qa.conversation.follow_up import content_words, leaning, topic
from qa.conversation.stored_citation import GetDocument, StoredCitation
from qa.messages import say
from qa.retrieve import open_index
from qa.types import Answer

if TYPE_CHECKING:
    from index.interface import Index
    from index.query import Query

# How much a passage's score with the words of the turns before weighs, beside that with the question's own.
# On benchmarks/dialogues/tuning.jsonl, among 13 texts and among 493, nothing from .1 to .3 with .08 to .18
# for `_QUOTED` missed more than one of 24. Without `_QUOTED` 3 to 8 are missed. The words that were quoted,
# as in Yang et al. (2019), brought nothing: they lead back to the passage that was quoted.
_TOPIC_WEIGHT: Final = 0.3
# What a passage gains by standing in a document that was quoted to the turns before.
_QUOTED: Final = 0.15
# Turns that a chain of follow-ups is followed back.
_LONGEST_CHAIN: Final = 5


@dataclass(frozen=True)
class Turn:
    """A question, what was searched for, and the answer.

    Attributes:
        question: as it was asked.
        searched: what was searched for: the question itself or, where it leans on the turns before it, the
            question and the words that it brings from them. To be shown where it differs.
        answer: to the question; its own `question` and `language` are the asker's.
        asked: when, in UTC.
        lost: what was quoted and doesn't stand in its document any more, where the turn was loaded from
            a file (`qa.conversation.history`): to be shown as such.
    """

    question: str
    searched: str
    answer: Answer
    asked: datetime
    lost: tuple[StoredCitation, ...] = ()

    @property
    def is_follow_up(self) -> bool:
        """Whether it was understood from the turns before it."""
        return self.searched != self.question

    def quoted(self, document: GetDocument) -> tuple[StoredCitation, ...]:
        """All that was quoted, in the order of its numbers, with what its references say.

        Args:
            document: gives the document of an id.
        """
        kept = (*(StoredCitation.of(citation, document) for citation in self.answer.citations), *self.lost)
        return tuple(sorted(kept, key=lambda quoted: quoted.number))


@dataclass(frozen=True)
class Conversation:
    """Turns in their order."""

    turns: tuple[Turn, ...] = ()

    def with_turn(self, turn: Turn) -> Conversation:
        """This conversation and one more turn."""
        return Conversation((*self.turns, turn))


def converse(
    conversation: Conversation, question: str, index: Index | str | Path | None = None, k: int = 5
) -> Turn:
    """Answers a question of a conversation. The conversation stays as it is: see `with_turn`.

    A question that names what it asks about is answered as `ask` does. One that refers to what was said
    («ومن صمّمه؟», "Who led them?") is always searched for with the words of the turns before; one that is
    only brief («متى وُلد شكسبير؟», "What is the prize?") where that makes the answer likelier.

    Args:
        conversation: the turns before.
        question: in Arabic or English, whatever the language of the turns before.
        index: an index or the path of one; the built-in article's if not given.
        k: how many passages the answer's `hits` hold, at least 1.

    Raises:
        InvalidQuestion: there is nothing to search for.
        IndexNotFound: there is no index at the path.
        IndexDamaged: its files aren't what was written.
        ValueError: k is less than 1.
    """
    if k < 1:
        raise ValueError(f"k must be at least 1, not {k}")
    source = open_index(index).snapshot()
    with source.turn():
        return _next_turn(conversation, question, source, k)


def _next_turn(conversation: Conversation, question: str, source: Index, k: int) -> Turn:
    asked = datetime.now(timezone.utc)
    most = max(k, MOST_CANDIDATES)
    own = source.query(question)
    needs = leaning(question) if conversation.turns else None
    before = _leant_on(conversation.turns)
    about = topic((turn.question for turn in before), question) if needs else ""
    searched = f"{question} {about}"
    in_context = None
    if about and len(searched) <= LONGEST:
        whole = source.query(searched)
        quoted = {c.passage.document_id for turn in before for c in turn.answer.citations}
        # «ولماذا؟» alone says nothing that a passage could meet. And where nothing was quoted, what is
        # talked about isn't known to be in the texts: confidence has to look for it too.
        read = own if quoted and content_words(question) else whole
        reply = answer(source, read, _in_context(source, read, whole, quoted, most), k, whole)
        text = reply.text if reply.found else say("not_found", own.language)
        reply = replace(reply, question=question, language=own.language, text=text)
        in_context = Turn(question, searched, reply, asked)
        if needs == "refers":
            return in_context
    by_itself = alone(source, own, k)
    if in_context and in_context.answer.confidence > by_itself.confidence:
        return in_context
    return Turn(question, question, by_itself, asked)


def _leant_on(turns: Sequence[Turn]) -> tuple[Turn, ...]:
    """The last turn, and while it is a follow-up itself those that it leans on."""
    first = len(turns) - 1
    while first > 0 and turns[first].is_follow_up and len(turns) - first < _LONGEST_CHAIN:
        first -= 1
    return tuple(turns[max(first, 0) :])


def _in_context(index: Index, read: Query, whole: Query, quoted: set[str], k: int) -> list[Hit]:
    """The passages that answer a question best among the turns that it leans on, best first.

    Args:
        index: what is searched.
        read: the question by itself, or the whole where it says nothing by itself.
        whole: the question with the words of the turns before.
        quoted: the ids of the documents that were quoted to those turns.
        k: how many.
    """
    found = {hit.passage.id: hit for hit in index.search(read, 2 * k)}
    in_whole = {hit.passage.id: hit for hit in index.search(whole, 2 * k)}
    weights = read.tokens.weights / max(float(read.tokens.weights.sum()), 1e-12)
    least = min((hit.score for hit in in_whole.values()), default=0.0)
    hits = []
    for hit in (in_whole | found).values():
        # Late interaction, since a passage that only the whole was found for has no other score.
        matches = read.tokens.similarities(index.tokens(hit.passage)).max(axis=1, initial=0)
        score = float(matches @ weights)
        other = in_whole.get(hit.passage.id)
        score += _TOPIC_WEIGHT * (other.score if other else least)
        score /= 1 + _TOPIC_WEIGHT
        if hit.passage.document_id in quoted:
            score += _QUOTED
        hits.append(replace(hit, score=score))
    return sorted(hits, key=lambda hit: -hit.score)[:k]
