"""Suggested questions: made of what the texts say, and answered by just that."""

from __future__ import annotations

from pathlib import Path

import pytest
from fake_encoder import FakeEncoder

from index import Document, Index
from index.interface import Index as AnyIndex
from index.types import Hit
from qa.collections.suggestions import question_of, suggest
from qa.punctuation import in_quotation_marks
from qa.types import Answer, Citation


@pytest.mark.parametrize(
    ("sentence", "question"),
    [
        ("تأسّست الجمعية الأهلية سنة 1998 في عمّان.", "متى تأسّست الجمعية الأهلية؟"),
        ("أُسِّس المعهد في عام 1961.", "متى أُسِّس المعهد؟"),
        ("الأسطرلاب هو آلة فلكية قديمة.", "ما هو الأسطرلاب؟"),
        ("The old bridge was built in 1907 by masons.", "When was the old bridge built?"),
        ("The lighthouses were automated in the spring of 1974.", "When were the lighthouses automated?"),
        ("Qanat is a tunnel that leads water.", "What is Qanat?"),
        ("The falaj is a channel for water.", "What is the falaj?"),
        # What would mean nothing by itself, or has none of these forms.
        ("It was built in 1907.", ""),
        ("هذه هي المادة الأولى من النظام.", ""),
        ("وصل التقرير إلى المجلس.", ""),
        ("The council read it.", ""),
    ],
)
def test_the_question_that_a_sentence_answers(sentence: str, question: str) -> None:
    assert question_of(sentence) == question


DOCUMENTS = [
    Document("تأسّست الجمعية سنة 1998 في عمّان.\nافتُتح مقرّها سنة 2001.", id="society"),
    Document("The old bridge was built in 1907.", id="bridge"),
    Document("# Dues\n\nEach member pays ten dinars a year.", id="dues"),
]


@pytest.fixture
def index(tmp_path: Path, encoder: FakeEncoder) -> Index:
    return Index.build(DOCUMENTS, tmp_path / "index", encoder=encoder, show_progress=False)


def quoting(document_id: str, confidence: float = 0.9, found: bool = True) -> object:
    """Answers every question by the whole first passage of a document."""

    def ask(question: str, index: AnyIndex) -> Answer:
        passage = next(one for one in index.passages if one.document_id == document_id)
        citation = Citation.of(index.document(document_id), 1, passage, passage.start, passage.end)
        cited = (citation,) if found else ()
        return Answer(question, "en", "x" if cited else "No.", cited, (Hit(passage, 1.0),), confidence)

    return ask


def test_only_what_is_answered_by_what_it_was_made_of_is_suggested(index: Index) -> None:
    assert suggest(index, quoting("society")) == ["متى تأسّست الجمعية؟"]  # type: ignore[arg-type]
    assert suggest(index, quoting("bridge")) == ["When was the old bridge built?"]  # type: ignore[arg-type]
    assert suggest(index, quoting("bridge", 0.49)) == []  # type: ignore[arg-type]
    assert suggest(index, quoting("bridge", found=False)) == []  # type: ignore[arg-type]


def test_each_document_has_its_turn_and_no_more_are_asked_than_needed(index: Index) -> None:
    asked = []

    def ask(question: str, index: AnyIndex) -> Answer:
        asked.append(question)
        passage = next(one for one in index.passages if question.split()[2][:4] in one.text)
        document = index.document(passage.document_id)
        citation = Citation.of(document, 1, passage, passage.start, passage.end)
        return Answer(question, "en", "x", (citation,), (), 0.9)

    assert suggest(index, ask, most=1) == ["متى تأسّست الجمعية؟"]
    assert len(asked) == 1


def test_a_heading_is_asked_about_in_quotation_marks() -> None:
    assert in_quotation_marks("المادة 9", "ar") == "«المادة 9»"
    assert in_quotation_marks("Article {9}", "en") == "“Article {9}”"
