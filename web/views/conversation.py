"""A question and its reply in a conversation, and its HTML in either language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import qa
from index.errors import DalilError, InvalidScope
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
    render_broken_citations,
    render_collection,
    render_everything,
    render_note,
    render_searched,
    render_turn,
    render_within,
)
from web.views.written import Translation, render_translations, render_written


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
        is_standalone: whether to search without expanding it from previous turns.
        verdict: the reader's verdict on the answer, if any.
        collection: id of the collection asked; empty if there is a single index.
        is_writing: whether an answer is being written from the quotations.
        translations: the results of translating quotations, by number.
        within: restricts the search to this scope; None for everything.
    """

    question: str
    reply: qa.Turn | Refusal | None = None
    sources: Mapping[str, Source] = field(default_factory=dict)
    is_standalone: bool = False
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
        self, number: int, language: Language, may_judge: bool = True, can_translate: bool = False
    ) -> str:
        """Renders the exchange as HTML.

        Args:
            number: its number in the conversation, from 0.
            language: language of Dalil's own words.
            may_judge: whether the reader may give a verdict.
            can_translate: whether there is a writer to translate quotations.
        """
        if self.reply is None:
            reply = render_note(say("searching", language), "searching")
        elif isinstance(self.reply, Refusal):
            reply = render_note(self.reply.said(language), "refusal")
            reply += render_everything(language) if self.reply.fault else ""
        else:
            answer, broken = self.reply.answer, self.reply.broken_citations
            # Of Dalil's own words nothing is right or wrong, and no collection says them.
            is_own = courtesy(self.question) is not None
            actions = render_actions(
                bool(answer.found or broken), may_judge and not is_own, self.verdict, language
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
                    render_broken_citations(broken, language),
                    render_written(answer.written, self.is_writing, number, language),
                    render_translations(answer, self.translations, can_translate, language),
                ),
            )
            scope = Scope.of(answer.within)
            if scope is not None:
                reply += render_within(scope, language) if answer.found else render_everything(language)
            reply += "" if is_own else render_collection(self.reply.collection, language)
        return render_turn(number, self.question, reply)
