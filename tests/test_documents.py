"""The test documents can be read, their questions are fair, and the real model answers most of them."""

from __future__ import annotations

from collections import Counter
from math import sqrt
from pathlib import Path

import pytest
from document_contents import SOURCES
from documents import Outcome, counts, documents_outcomes, read_questions
from make_documents import headings, make_documents

from index.encoding.base import Encoder
from index.readers.read_files import read_file
from index.text.analyzer import language

# The share of questions that go right, of a collection of such documents however large. The tests allow
# for these being 60 and 20 of them: what is measured may lie 2.33 standard deviations below, as in one
# sample of a hundred.
FLOORS = {"answered, ar": 0.87, "answered, en": 0.88, "refused, ar": 0.52, "refused, en": 0.58}
HEADINGS_ALONE = 0


def test_the_documents_are_of_six_types_in_two_languages_and_the_same_every_time(tmp_path: Path) -> None:
    made, again = make_documents(tmp_path / "a"), make_documents(tmp_path / "b")

    assert Counter(path.suffix for path in made) == dict.fromkeys(
        (".txt", ".md", ".html", ".docx", ".pdf", ".epub"), 2
    )
    assert Counter(source.language for source in SOURCES) == {"ar": 6, "en": 6}
    assert [path.read_bytes() for path in made] == [path.read_bytes() for path in again]


def test_there_are_120_questions_that_something_answers_and_40_that_nothing_does() -> None:
    questions = read_questions()
    asked = Counter((question.found, language(question.question)) for question in questions)

    assert asked[True, "ar"] == asked[True, "en"] == 60
    assert asked[False, "ar"] + asked[False, "en"] == 40
    assert len({question.question for question in questions}) == 160
    assert all(bool(question.has) == bool(question.found) for question in questions)
    assert not [question for question in questions if headings() & set(question.has)]


def test_what_is_asked_for_can_be_read_in_the_documents(tmp_path: Path) -> None:
    texts = {path.name: " ".join(read_file(path).text.split()) for path in make_documents(tmp_path)}
    outside = ("metadata",)
    missing = [
        (question.id, part)
        for question in read_questions()
        if question.found and question.kind not in outside
        for part in question.has
        if part not in texts[question.document]
    ]

    assert missing == []


@pytest.fixture(scope="module")
def outcomes(model: Encoder) -> list[Outcome]:
    return documents_outcomes(model)


@pytest.mark.model
@pytest.mark.parametrize("name", FLOORS)
def test_most_questions_go_right(name: str, outcomes: list[Outcome]) -> None:
    right, asked = counts(outcomes)[name]
    rate = FLOORS[name]

    assert right >= asked * rate - 2.33 * sqrt(asked * rate * (1 - rate)), [
        (outcome.question.question, outcome.quotes) for outcome in outcomes if not outcome.right
    ]


@pytest.mark.model
def test_a_heading_is_no_answer(outcomes: list[Outcome]) -> None:
    alone = [(outcome.question.question, outcome.quotes) for outcome in outcomes if outcome.is_heading]

    assert len(alone) <= HEADINGS_ALONE, alone
