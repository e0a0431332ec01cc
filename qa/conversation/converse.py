"""`converse`: answers a question in the context of the previous turns.

No language model is involved. A follow-up question (`qa.conversation.follow_up`) is
searched for twice: as asked, and expanded with the topic words of the questions it depends on. A passage's
score combines its match with the question as asked, which counts most, its match with the expanded question,
and a bonus if its document was quoted in those turns. All three are needed: the topic's name often
occurs only in a text's first paragraph, so that the expansion alone pulls every follow-up there.

Confidence is the mean over the question as asked and the expanded one: on 58 follow-ups of
benchmarks/dialogues, without the reader and with hits scored in context, its AUROC was .88 and .91 among few
and many texts, with the question alone .85 and .88. With the reader and the scores of any search it is .92
and .88, on 60.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Final

from index.query import MAX_QUESTION_LENGTH
from index.ranking_parameters import RANKING
from index.types import Hit, Passage
from qa.admission import admission
from qa.answering.answer import answer, answer_standalone, with_scope
from qa.answering.confidence import MAX_CANDIDATES
from qa.answering.courtesy import courteous, courtesy
from qa.answering.reader import PassageReader, chosen_reader
from qa.conversation.follow_up import Dependence, content_words, dependence, topic, with_new_subject
from qa.conversation.stored_citation import GetDocument, StoredCitation
from qa.messages import say_not_found
from qa.retrieve import open_index
from qa.types import LIKELY, Answer

if TYPE_CHECKING:
    from index.interface import Index
    from index.query import Query
    from index.scope import Scope

# Weight of a passage's score for the expanded question, beside that for the question as asked.
# On benchmarks/dialogues/tuning.jsonl, among 13 texts and among 493, nothing from .1 to .3 with .08 to .18
# for `_QUOTED` missed more than one of 24. Without `_QUOTED` 3 to 8 are missed. The words that were quoted,
# as in Yang et al. (2019), gave no improvement: they lead back to the quoted passage.
_TOPIC_WEIGHT: Final = 0.3
# Bonus for a passage of a document that was quoted in those turns.
_QUOTED: Final = 0.15
# Most turns that a chain of follow-ups is traced back.
_MAX_CHAIN_LENGTH: Final = 5


@dataclass(frozen=True)
class Turn:
    """A question, what was searched for, and the answer.

    Attributes:
        question: as it was asked.
        expanded_question: the query text: the question, with words of previous turns for a follow-up. To be
            shown where it differs.
        answer: answer to the question; its `question` and `language` are those of the question as asked.
        asked: time of the question, in UTC.
        broken_citations: quotations no longer found in their documents, where the turn was loaded from
            a file (`qa.conversation.history`): to be shown as such.
        collection: name of the collection that was asked, where there are several.
    """

    question: str
    expanded_question: str
    answer: Answer
    asked: datetime
    broken_citations: tuple[StoredCitation, ...] = ()
    collection: str = ""

    @property
    def is_follow_up(self) -> bool:
        """Whether the question was expanded from the previous turns."""
        return self.expanded_question != self.question

    def quoted(self, document: GetDocument) -> tuple[StoredCitation, ...]:
        """All quotations of the turn, broken ones included, by number, with their references.

        Args:
            document: returns the document with an id.
        """
        own = (StoredCitation.of(citation, document) for citation in self.answer.citations)
        kept = (*own, *self.broken_citations)
        return tuple(sorted(kept, key=lambda quoted: quoted.number))


@dataclass(frozen=True)
class Conversation:
    """A sequence of turns, oldest first."""

    turns: tuple[Turn, ...] = ()

    def with_turn(self, turn: Turn) -> Conversation:
        """A copy of this conversation with one more turn."""
        return Conversation((*self.turns, turn))


def converse(
    conversation: Conversation,
    question: str,
    index: Index | str | Path | None = None,
    k: int = 5,
    *,
    reader: bool | PassageReader = True,
    within: Scope | str | None = None,
    is_written_up: bool = False,
) -> Turn:
    """Answers a question in a conversation, which isn't modified: see `with_turn`.

    A self-contained question is answered as by `ask`. One that refers to previous turns
    («ومن صمّمه؟», "Who led them?") is always expanded with their words, but "What about the other tower?"
    is the previous question with another subject where that is answered; one that is
    only brief ("What is the prize?") if that raises the confidence, and one that could stand by itself
    («من يوقّع الصكوك؟») only if it is likely answered so and not alone. Turns that weren't answered are
    no context.

    Args:
        conversation: the previous turns.
        question: in Arabic or English, whatever the language of the previous turns.
        index: an index or the path of one; the built-in article's if not given.
        k: number of passages in the answer's `hits`, at least 1.
        reader: as in `ask`; of a follow-up it is given the expanded question.
        within: restricts the search to this scope, as in `ask`; if not given, the scope of the last turn.
            Empty for everything.
        is_written_up: whether a writer is to write from the quotations: a summary, a list or a comparison
            then has more of them.

    Raises:
        InvalidQuestion: there is nothing to search for.
        InvalidScope: as `ask`.
        IndexNotFound: there is no index at the path.
        IndexDamaged: its files aren't what was written.
        ValueError: k is less than 1.
    """
    if k < 1:
        raise ValueError(f"k must be at least 1, not {k}")
    if (reply := courteous(question)) is not None:
        return Turn(question, question, reply, datetime.now(timezone.utc))
    # What follows thanks doesn't refer to them.
    conversation = Conversation(tuple(turn for turn in conversation.turns if not courtesy(turn.question)))
    if within is None and conversation.turns:
        within = conversation.turns[-1].answer.within or None
    source = open_index(index)
    source = source.snapshot() if within is None else source.within(within)
    with admission(source):
        turn = _next_turn(
            conversation,
            question,
            source,
            k=k,
            reader=chosen_reader(reader),
            is_written_up=is_written_up,
        )
    return replace(turn, answer=with_scope(turn.answer, source))


def _next_turn(
    conversation: Conversation,
    question: str,
    source: Index,
    *,
    k: int,
    reader: PassageReader | None,
    is_written_up: bool,
) -> Turn:
    asked = datetime.now(timezone.utc)
    most = max(k, MAX_CANDIDATES)
    own = source.query(question)
    answered = [turn for turn in conversation.turns if turn.answer.found or turn.broken_citations]
    needs = dependence(question) if answered else None
    before = _context_of(answered)
    if (
        needs
        and (restated := with_new_subject(_stated(before[-1]), question))
        and len(restated) <= MAX_QUESTION_LENGTH
    ):
        reply = answer_standalone(source, source.query(restated), k, reader, is_written_up)
        if reply.found:
            return Turn(question, restated, replace(reply, question=question), asked)
    about = topic(map(_stated, before), question) if needs else ""
    searched = f"{question} {about}"
    in_context = None
    if about and len(searched) <= MAX_QUESTION_LENGTH:
        whole = source.query(searched)
        quoted = {c.passage.document_id for turn in before for c in turn.answer.citations}
        # «ولماذا؟» alone has nothing for a passage to match. And where nothing was quoted, the topic
        # isn't known to be in the texts: confidence has to include it.
        read = own if quoted and content_words(question) else whole
        hits = _in_context(source, read, whole, quoted, most)
        reply = answer(source, read, hits, k, expanded=whole, reader=reader)
        # Only what this question itself names can be missing.
        lacking = tuple(name for name in reply.missing if name in question)
        text = reply.text if reply.found else say_not_found(lacking, own.language)
        reply = replace(reply, question=question, language=own.language, text=text, missing=lacking)
        in_context = Turn(question, searched, reply, asked)
        if needs == "refers":
            return in_context
    by_itself = answer_standalone(source, own, k, reader, is_written_up)
    if in_context and _is_better(in_context.answer.confidence, by_itself.confidence, needs):
        return in_context
    return Turn(question, question, by_itself, asked)


def _is_better(in_context: float, by_itself: float, needs: Dependence | None) -> bool:
    """Whether a question that may depend on the previous turns is better answered in their context.

    Args:
        in_context: confidence of the answer in their context.
        by_itself: confidence of the answer to the question alone.
        needs: how it depends on them.
    """
    if needs == "short":
        # The previous turns' words find passages like themselves, whatever is asked.
        return in_context >= LIKELY > by_itself
    return in_context > by_itself


def _context_of(turns: Sequence[Turn]) -> tuple[Turn, ...]:
    """The last of some answered turns, preceded by the chain of turns it is a follow-up to."""
    first = len(turns) - 1
    while first > 0 and _is_expanded(turns[first]) and len(turns) - first < _MAX_CHAIN_LENGTH:
        first -= 1
    return tuple(turns[max(first, 0) :])


def _is_expanded(turn: Turn) -> bool:
    """Whether words of previous turns were added to its question, which wasn't restated."""
    return turn.is_follow_up and turn.expanded_question.startswith(turn.question)


def _stated(turn: Turn) -> str:
    """A turn's question as asked, or as restated (`with_new_subject`)."""
    return turn.question if _is_expanded(turn) else turn.expanded_question


def _in_context(index: Index, read: Query, whole: Query, quoted: set[str], k: int) -> list[Hit]:
    """The k best passages for a follow-up question in its context, best first.

    Their scores and ranks are those for the question read, as of any search; `scores["context"]` is what they
    are ordered by.

    Args:
        index: the index to search.
        read: the question as asked, or the expanded one if it has no content of its own.
        whole: the expanded question.
        quoted: ids of the documents quoted in the turns it depends on.
        k: number of passages.
    """
    found = {hit.passage.id: hit for hit in index.search(read, 2 * k)}
    in_whole = {hit.passage.id: hit for hit in index.search(whole, 2 * k)}
    weights = read.tokens.shares
    least = min((hit.score for hit in in_whole.values()), default=0.0)
    in_context: dict[str, float] = {}
    for id_, hit in (in_whole | found).items():
        # Late interaction, since a passage found only for the expanded question has no other score.
        matches = read.tokens.similarities(index.tokens(hit.passage)).max(axis=1, initial=0)
        score = float(matches @ weights)
        score += _TOPIC_WEIGHT * (in_whole[id_].score if id_ in in_whole else least)
        score /= 1 + _TOPIC_WEIGHT
        in_context[id_] = score + (_QUOTED if hit.passage.document_id in quoted else 0)
    best = sorted(in_context, key=lambda id_: -in_context[id_])[:k]
    hits = [found.get(id_) or _found(index, read, in_whole[id_].passage) for id_ in best]
    return [
        replace(hit, scores={**hit.scores, "context": in_context[id_]})
        for id_, hit in zip(best, hits, strict=True)
    ]


def _found(index: Index, query: Query, passage: Passage) -> Hit:
    """A passage with its score for a question that it wasn't found for."""
    every = RANKING.proposals + 1  # so that no proposed passage is dropped
    hits = index.candidates(query, RANKING.candidates, every, passage).hits(every)
    return next(hit for hit in hits if hit.passage.id == passage.id)
