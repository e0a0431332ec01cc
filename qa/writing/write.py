"""Generates an answer with a language model and checks each sentence before it is shown."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np

from index.retrieval.token_codec import TokenVectors
from index.text.analyzer import Language
from qa.admission import admission
from qa.types import Answer, Citation, Claim, Written
from qa.writing.alignment import Quotation
from qa.writing.check import Checker, Given, likeness_of
from qa.writing.claims import WrittenSentence, plain, written_sentences
from qa.writing.client import Message, WriterTrouble
from qa.writing.instructions import speaks_to_a_model
from qa.writing.prompts import to_answer, to_translate
from qa.writing.translation import is_faithful

if TYPE_CHECKING:
    from index.interface import Index

# Quotations that a writer is given at once; of more it writes in rounds. Chosen: small models get lost.
MAX_CONCURRENT: Final = 6


class TextModel(Protocol):
    """What completes a chat: `qa.writing.client.ChatModel`."""

    @property
    def is_local(self) -> bool:
        """Whether what it is sent stays on this machine."""
        ...

    @property
    def host(self) -> str:
        """Where it is sent."""
        ...

    def stream(self, messages: Sequence[Message], stop: threading.Event | None = None) -> Iterator[str]:
        """Yields what the model writes; raises WriterTrouble."""
        ...


@dataclass(frozen=True)
class Progress:
    """How far a written answer has come.

    Attributes:
        written: what was checked so far.
        is_complete: whether nothing more comes.
    """

    written: Written
    is_complete: bool = False


class Writer:
    """Writes answers from citations. Thread-safe.

    Args:
        model: what writes.
    """

    def __init__(self, model: TextModel) -> None:
        self.model = model

    def write(self, answer: Answer, index: Index) -> Written:
        """Writes from an answer's citations, and checks what was written.

        The writer's errors are reported in `Written.trouble`, not raised.
        """
        written = Written()
        for progress in self.stream(answer, index):
            written = progress.written
        return written

    def stream(
        self,
        answer: Answer,
        index: Index,
        stop: threading.Event | None = None,
    ) -> Iterator[Progress]:
        """Yields the checked sentences as they come, then the complete answer.

        A sentence is checked as soon as the writer has begun the next one.

        Args:
            answer: what is written from: its question and citations.
            index: the index of its passages.
            stop: ends it when set.
        """
        spoken = answer.language
        written = Written()
        usable = [one for one in answer.citations if not speaks_to_a_model(_around(one))]
        if not usable:
            yield Progress(Written(trouble="instructions"), is_complete=True)
            return
        checker = self.checker(index)
        try:
            for cited in _rounds(usable):
                quotations = {one.number: quotation(index, one) for one in cited}
                given = Given(answer.question, spoken, quotations)
                messages = to_answer(answer.question, spoken, list(quotations.values()))
                checks, draft = _Checks(checker, given, index, before=written), ""
                for piece in self.model.stream(messages, stop):
                    draft += piece
                    if any(map(_may_end, piece)):
                        done = written_sentences(draft)[:-1]
                        if any(one not in checks.results for one in done):
                            written = checks.of(done)
                            yield Progress(written)
                written = checks.of(written_sentences(draft))
                yield Progress(written)
        except WriterTrouble as error:
            written = replace(written, trouble=error.trouble)
        if not written.claims and not written.faults and not written.trouble:
            written = replace(written, trouble="nonsense")
        yield Progress(written, is_complete=True)

    def checker(self, index: Index) -> Checker:
        """What checks claims about passages of an index."""
        return Checker(index)

    def translate(
        self,
        text: str,
        into: Language,
        stop: threading.Event | None = None,
        index: Index | None = None,
    ) -> str | None:
        """Translates a quotation; None if what came isn't a faithful translation.

        Args:
            text: the quotation.
            into: the language asked for.
            stop: ends it when set.
            index: encodes names that are translated by another word, as Egypt is; without it these are known
                by the lexicon alone.

        Raises:
            WriterTrouble: the writer was stopped, failed or wrote nothing. It may be asked again.
        """
        if speaks_to_a_model(text):
            return None
        translated = plain("".join(self.model.stream(to_translate(text, into), stop)))
        if not translated:
            raise WriterTrouble("nonsense")
        if index is None:
            return translated if is_faithful(text, translated, into) else None
        with admission(index):
            is_kept = is_faithful(text, translated, into, likeness_of(index))
        return translated if is_kept else None


def quotation(index: Index, citation: Citation) -> Quotation:
    """A citation as what claims are checked against: its characters, with the tokens inside them."""
    if citation.field != "text":
        tokens = index.query(citation.quote).tokens if any(map(str.isalnum, citation.quote)) else None
        return Quotation(citation.number, citation.quote, tokens or _no_tokens())
    tokens = index.tokens(citation.passage)
    start = citation.start - citation.passage.start
    end = citation.end - citation.passage.start
    inside = (tokens.spans[:, 0] >= start) & (tokens.spans[:, 1] <= end) & (tokens.sentences >= 0)
    return Quotation(
        citation.number,
        citation.quote,
        TokenVectors(
            tokens.vectors[inside],
            tokens.spans[inside] - np.int32(start),
            tokens.weights[inside],
            tokens.sentences[inside],
        ),
    )


def _around(citation: Citation) -> str:
    """A quotation with the passage that it stands in."""
    return citation.quote if citation.field != "text" else citation.passage.text


def _no_tokens() -> TokenVectors:
    nothing = np.zeros(0, np.float32)
    return TokenVectors(
        np.zeros((0, 1), np.float32), np.zeros((0, 2), np.int32), nothing, np.zeros(0, np.int32)
    )


def _rounds(citations: Sequence[Citation]) -> Iterator[Sequence[Citation]]:
    for first in range(0, len(citations), MAX_CONCURRENT):
        yield citations[first : first + MAX_CONCURRENT]


def _may_end(character: str) -> bool:
    return character in "].!?؟\n"


@dataclass(frozen=True)
class _Checks:
    """The checks of what is written from some quotations.

    Attributes:
        checker: what checks a sentence.
        given: what the writer was given.
        index: the index of the quoted passages.
        before: what was written from other quotations before.
        results: of the sentences that were checked, each a claim or why it is left out.
    """

    checker: Checker
    given: Given
    index: Index
    before: Written
    results: dict[WrittenSentence, Claim | str] = field(default_factory=dict)

    def of(self, found: Sequence[WrittenSentence]) -> Written:
        """What was written before, and these sentences: those that pass, and the faults of the others.

        A sentence that was written before isn't shown again.
        """
        kept, faults = list(self.before.claims), list(self.before.faults)
        known = {claim.text for claim in kept}
        for one in found:
            if one not in self.results:
                with admission(self.index):
                    self.results[one] = self.checker.check(one, self.given)
            result = self.results[one]
            if isinstance(result, str):
                faults.append(result)
            elif result.text not in known:
                known.add(result.text)
                kept.append(result)
        return Written(tuple(kept), tuple(faults))
