"""What a language model wrote about the article's questions, and what is to be complained of.

`tests/test_real_writer.py` tries a real model; `tests/test_writer_trial.py` makes sure that a trial of
nothing doesn't pass.
"""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import regex

import qa
from index import Index
from index.text.analyzer import words
from index.text.sentences import sentences
from qa.article import article_index
from qa.gold import GoldQuestion, article_questions
from qa.writing.client import Message
from qa.writing.write import TextModel, Writer

SHOWN_FILE: Final = Path(__file__).with_name("real_writer_shown.json")
# Of fewer sentences nothing follows.
MIN_SENTENCES: Final = 30
# The share of sentences that may be shown although nobody has read them and found them carried. Of 56 two
# were shown that aren't (2026-11-30), where none should be; on another processor the model writes others.
MAX_UNCARRIED: Final = 0.125
_NUMBER: Final = regex.compile(r"^\[(\d+)\] ", regex.MULTILINE)


@dataclass(frozen=True)
class Shown:
    """A claim that was shown, with the quotations that it cites."""

    claim: str
    quotations: tuple[str, ...]

    @property
    def is_literal(self) -> bool:
        """Whether it is a sentence of a quotation, word by word: then there is nothing to read by hand."""
        said = _plain(self.claim)
        return any(
            said == _plain(text[start:end]) for text in self.quotations for start, end in sentences(text)
        )


@dataclass
class Trial:
    """What came of some questions.

    Attributes:
        asked: questions asked.
        answered: those that Dalil answered with quotations, which the writer was given.
        shown: claims shown.
        faults: how many sentences were left out, by fault.
        troubles: how many answers ended so.
    """

    asked: int = 0
    answered: int = 0
    shown: list[Shown] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)
    troubles: Counter[str] = field(default_factory=Counter)

    @property
    def sentences(self) -> int:
        """Sentences checked."""
        return len(self.shown) + sum(self.faults.values())

    def complaints(self, read: Sequence[Shown]) -> list[str]:
        """What is wrong with it; nothing if it shows what it should.

        Args:
            read: the claims that were read by hand and are carried by their quotations.
        """
        found = []
        if self.answered <= 0.8 * self.asked:
            found.append(f"Dalil answered only {self.answered} of {self.asked} questions")
        if self.sentences < MIN_SENTENCES:
            found.append(f"only {self.sentences} sentences were checked")
        # A small model may write nothing about some quotations.
        if set(self.troubles) - {"nonsense"} or self.troubles["nonsense"] > self.answered / 2:
            found.append(f"the writer failed: {dict(self.troubles)}")
        if len(self.uncarried(read)) > MAX_UNCARRIED * self.sentences:
            found += [f"not known to be carried: {one.claim!r}" for one in self.uncarried(read)]
        return found

    def uncarried(self, read: Sequence[Shown]) -> list[Shown]:
        """The claims shown that are neither literal nor among those that were read and are carried."""
        return [one for one in self.shown if not one.is_literal and one not in read]

    def __str__(self) -> str:
        literal = sum(one.is_literal for one in self.shown)
        return (
            f"{self.asked} questions, {self.answered} answers, {self.sentences} sentences, "
            f"{len(self.shown)} shown ({literal} literal), left out {dict(self.faults)}, "
            f"troubles {dict(self.troubles)}"
        )


class Marked:
    """A model that doesn't know of marks: each of its sentences gets those of all quotations it was given.

    What it goes on with behind its answer, another list of quotations, is left out.

    Args:
        model: what writes.
    """

    def __init__(self, model: TextModel) -> None:
        self._model = model
        self.is_local, self.host = model.is_local, model.host

    def stream(self, messages: Sequence[Message], stop: threading.Event | None = None) -> Iterator[str]:
        """Yields the marked sentences when all of them are there."""
        text = "".join(self._model.stream(messages, stop)).strip().partition("\n\n")[0]
        given = _NUMBER.findall(messages[-1].content)
        marks = "".join(f"[{number}]" for number in given)
        yield " ".join(f"{text[start:end].rstrip(' .')} {marks}." for start, end in sentences(text))


def questions(count: int) -> list[GoldQuestion]:
    """So many of the article's answerable questions, from the whole list: the first ones are in Arabic."""
    answerable = [question for question in article_questions().questions if question.answers]
    count = min(count, len(answerable))
    return [answerable[i * len(answerable) // count] for i in range(count)]


def tried(writer: Writer, asked: Sequence[GoldQuestion], index: Index | None = None) -> Trial:
    """Has the answers written.

    Args:
        writer: what writes.
        asked: the questions.
        index: the index that they are about; the article's if not given.
    """
    index, trial = index or article_index(), Trial()
    for question in asked:
        answer = qa.ask(question.text, index, writer=writer)
        trial.asked += 1
        if answer.written is None:
            continue  # refused: nothing was given to it
        trial.answered += 1
        trial.faults.update(answer.written.faults)
        if answer.written.trouble:
            trial.troubles[answer.written.trouble] += 1
        quotes = {one.number: one.quote for one in answer.citations}
        trial.shown += [
            Shown(claim.text, tuple(quotes[n] for n in claim.numbers)) for claim in answer.written.claims
        ]
    return trial


def read_by_hand() -> list[Shown]:
    """The claims of the real model that were shown and read by hand, and that their quotations carry."""
    return [
        Shown(one["claim"], tuple(one["quotations"]))
        for one in json.loads(SHOWN_FILE.read_text(encoding="utf-8"))
        if one["carried"]
    ]


def _plain(text: str) -> str:
    return " ".join(word.term for word in words(text))
