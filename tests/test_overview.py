"""Greetings and thanks, and questions that more than a sentence answers."""

from __future__ import annotations

from pathlib import Path

import pytest
from fake_encoder import FakeEncoder

import qa
from index import Document, Index
from qa.answering.courtesy import courtesy
from qa.answering.overview import Request, requested
from qa.conversation import history
from qa.messages import say

LECTURE = Document(
    "# Reading\n\nReading aloud helps children learn words. The speaker came from Basra.\n\n"
    "## Recommendations\n\nEvery school library needs two thousand books. Teachers read aloud every day.\n\n"
    "## Costs\n\nThe ministry pays for new shelves and lamps.",
    title="The lecture",
    id="lecture",
)
MINUTES = Document("The council bought two pumps. Salma chaired the meeting.", title="Minutes", id="minutes")


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Index:
    monkeypatch.setattr("qa.answering.answer.confidence", lambda *_: 0.0)
    return Index.build([LECTURE, MINUTES], tmp_path / "index", encoder=FakeEncoder(), show_progress=False)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("thanks", "thanks"),
        ("Thank you very much for your help!", "thanks"),
        ("شكراً جزيلاً لك", "thanks"),
        ("جزاك الله خيراً", "thanks"),
        ("ok thanks 🙏", "thanks"),
        ("hello", "greeting"),
        ("Hi Dalil", "greeting"),
        ("السلام عليكم ورحمة الله وبركاته", "greeting"),
        ("أهلاً وسهلاً", "greeting"),
        ("صباح الخير يا دليل", "greeting"),
        ("Hello and thanks", "thanks"),
        ("مع السلامة", "goodbye"),
        ("Thanks, who signed the accord?", None),
        ("شكراً. من وقّع الاتفاق؟", None),
        ("Whom does the author thank?", None),
        ("مرحبا، ما عاصمة العراق؟", None),
        ("Who is Hello Kitty?", None),
        ("السلام", None),
        ("", None),
    ],
)
def test_a_courtesy_is_nothing_but_one(question: str, expected: str | None) -> None:
    assert courtesy(question) == expected


@pytest.mark.parametrize(("question", "name"), [("thanks", "thanks"), ("مرحباً", "greeting")])
def test_a_courtesy_is_answered_by_dalil_itself(index: Index, question: str, name: str) -> None:
    spoken = "en" if question.isascii() else "ar"
    for answer in (qa.ask(question, index), qa.converse(qa.Conversation(), question, index).answer):
        assert (answer.text, answer.citations, answer.hits) == (say(name, spoken), (), ())  # type: ignore[arg-type]


def test_a_courtesy_comes_back_with_its_conversation(index: Index) -> None:
    turn = qa.converse(qa.Conversation(), "thanks", index)
    kept = history.to_json(qa.Conversation((turn,)), index.document)
    assert history.from_json(kept, index.document).turns[0].answer.text == say("thanks", "en")


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Summarise the lecture", Request("summary", ("the lecture",))),
        ("please give me a short summary of the minutes.", Request("summary", ("the minutes",))),
        ("لخّص المحاضرة", Request("summary", ("المحاضرة",))),
        ("summarize", Request("summary", ())),
        ("List all the members", Request("list", ("members",))),
        ("What are the main recommendations?", Request("list", ("recommendations",))),
        ("ما أهم التوصيات؟", Request("list", ("التوصيات",))),
        ("Compare cork and wine", Request("comparison", ("cork", "wine"))),
        ("قارن بين الجسر والعبّارة", Request("comparison", ("الجسر", "العبّارة"))),
        ("What is the difference between cork and wine?", Request("comparison", ("cork", "wine"))),
        ("Who wrote the summary?", None),
        ("Compare", None),
        ("متى قارن الباحث النتائج؟", None),
    ],
)
def test_what_asks_for_more_than_a_sentence(question: str, expected: Request | None) -> None:
    assert requested(question) == expected


def quoted(index: Index, question: str) -> list[str]:
    answer = qa.ask(question, index)
    for citation in answer.citations:
        text = index.document(citation.passage.document_id).text
        assert text[citation.start : citation.end] == citation.quote
    assert [citation.number for citation in answer.citations] == list(range(1, len(answer.citations) + 1))
    return [citation.quote for citation in answer.citations]


def test_a_summary_has_a_documents_sentences_in_its_order(index: Index) -> None:
    found = quoted(index, "Summarise the lecture")
    assert len(found) > 3
    assert found == sorted(found, key=LECTURE.text.index)
    assert not any("council" in one for one in found)


def test_a_list_has_what_stands_under_the_heading(index: Index) -> None:
    assert quoted(index, "List all the recommendations") == [
        "Every school library needs two thousand books.",
        "Teachers read aloud every day.",
    ]


def test_a_comparison_has_both(index: Index) -> None:
    found = qa.ask("Compare the lecture and the minutes", index)
    assert {citation.passage.document_id for citation in found.citations} == {"lecture", "minutes"}


def test_what_the_texts_dont_have_isnt_summarised(index: Index) -> None:
    assert not qa.ask("Summarise the treaty of Vienna", index).found
    assert not qa.ask("Compare the lecture and the treaty", index).found
