"""The evaluation of written answers, with good and bad writers: a constant wouldn't pass."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from fake_encoder import FakeEncoder
from writing_server import pieces

import qa.evaluation.written
from index import Document, Index
from qa.evaluation.written import WrittenReport, evaluate_written
from qa.gold import GoldAnswer, GoldQuestion
from qa.types import Answer, Citation
from qa.writing.client import Message
from qa.writing.write import Writer

RIVER = Document("The river floods in spring. Farmers wait on 12 hills.", title="River", id="river")
BOATS = Document("The river carries 30 boats to Basra.", title="Boats", id="boats")
QUESTION = GoldQuestion("1", "When does the river flood?", (GoldAnswer("river", 20, 26),))


class Writes:
    """A model that writes one text whatever it is asked."""

    is_local, host = True, "here"

    def __init__(self, text: str) -> None:
        self._text = text

    def stream(self, _: Sequence[Message], stop: threading.Event | None = None) -> Iterator[str]:
        if stop is None or not stop.is_set():
            yield from pieces(self._text)


@pytest.fixture
def evaluated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], WrittenReport]:
    """Evaluates a writer of one text on a question that both documents are quoted for."""
    index = Index.build(
        [RIVER, BOATS], tmp_path / "index", encoder=FakeEncoder(), show_progress=False
    ).snapshot()

    def ask(question: str, _: Index) -> Answer:
        citations = [
            Citation.of(document, number, passage, passage.start, passage.end)
            for number, document in enumerate((RIVER, BOATS), 1)
            for passage in index.passages
            if passage.document_id == document.id
        ]
        return Answer(question, "en", "", tuple(citations), (), 0.9)

    monkeypatch.setattr(qa.evaluation.written, "ask", ask)
    return lambda text: evaluate_written(index, [QUESTION], Writer(Writes(text)), False)


def mean(report: WrittenReport, name: str) -> float | None:
    estimate = getattr(report, name)
    return None if estimate is None else estimate.mean


def test_a_claim_that_the_gold_paragraph_carries_is_supported(
    evaluated: Callable[[str], WrittenReport],
) -> None:
    report = evaluated("The river floods in spring [1].")
    assert (report.claims, report.left_out) == (1, 0)
    assert (mean(report, "supported"), mean(report, "with_answer")) == (1, 1)


def test_a_claim_of_another_paragraph_isnt_whatever_it_cites(
    evaluated: Callable[[str], WrittenReport],
) -> None:
    report = evaluated("The river carries 30 boats to Basra [2]. The river carries 30 boats [1][2].")
    assert (report.claims, report.left_out) == (2, 0)
    assert (mean(report, "supported"), mean(report, "with_answer")) == (0, 0)
    mixed = evaluated("The river floods in spring [1]. The river carries 30 boats [1][2].")
    assert mean(mixed, "supported") == 0.5


def test_of_a_writer_that_invents_nothing_is_shown(evaluated: Callable[[str], WrittenReport]) -> None:
    report = evaluated("The river floods in autumn [1]. Farmers wait on 13 hills [1]. Yes.")
    assert (report.claims, report.left_out) == (0, 3)
    assert (mean(report, "supported"), mean(report, "in_language")) == (None, None)
