"""Greetings and thanks, and questions that more than a sentence answers."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from fake_encoder import FakeEncoder
from page_calling import sent
from writing_server import Script, perfect, quotations, writing

import qa
from cli.terminal import TextRenderer
from index import Document, Index
from index.types import BlockKind, Passage
from qa.answering.courtesy import courtesy
from qa.answering.overview import (
    MAX_LISTED_SENTENCES,
    MAX_WRITTEN_UP,
    Request,
    _items_beside,
    group_labels,
    requested,
)
from qa.conversation import history
from qa.messages import say
from qa.writing.client import ChatModel
from qa.writing.write import MAX_CONCURRENT, Writer
from web.calls.chat_calls import ChatCalls
from web.page_calls import Begin
from web.views.answers import Source, render_answer
from web.writing import WriterOptions

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
        ("Thanks, that's very helpful.", "thanks"),
        ("Thank you, that helps a lot", "thanks"),
        ("شكراً لك، هذا مفيد", "thanks"),
        ("جواب ممتاز، أفدتني كثيراً", "thanks"),
        ("هل هذا مفيد؟", None),
        ("What is helpful?", None),
        ("من كتب جواباً مفيداً؟", None),
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


@pytest.mark.usefixtures("index")
def test_a_list_that_is_asked_for_is_given_whole(tmp_path: Path) -> None:
    items = [
        "Mend the roof of the hall.",
        "Two librarians.",
        "Open the school library to everybody on Saturday.",
    ]
    text = "# The school\n\n## Recommendations\n\n" + "\n".join(f"- {item}" for item in items)
    report = Document(text + "\n\n## Costs\n\nThe roof costs most.", title="The report", id="report")
    built = Index.build([report], tmp_path / "whole", encoder=FakeEncoder(), show_progress=False)
    found = quoted(built, "What are the main recommendations?")
    assert [one for item in items for one in found if item in one] == found
    assert len(found) == len(items)


def test_items_of_another_list_are_not_given_with_it() -> None:
    text = "A roof.\nA pump.\n\nBesides, the hall is open.\n\nSoup."

    def item(said: str, kind: BlockKind = "list_item") -> Any:
        start = text.index(said)
        passage = Passage(f"a:{start}", "a", 1, start, start + len(said), said, kind)
        return SimpleNamespace(passage=passage)

    roof, pump, soup = map(item, ("A roof.", "A pump.", "Soup."))
    besides = item("Besides, the hall is open.", "paragraph")
    assert _items_beside(roof, [roof, soup, pump, besides]) == {roof.passage.id, pump.passage.id}
    assert _items_beside(besides, [roof, pump, besides]) == frozenset()


def test_a_comparison_has_both(index: Index) -> None:
    found = qa.ask("Compare the lecture and the minutes", index)
    assert {citation.passage.document_id for citation in found.citations} == {"lecture", "minutes"}


def test_what_the_texts_dont_have_isnt_summarised(index: Index) -> None:
    assert not qa.ask("Summarise the treaty of Vienna", index).found
    assert not qa.ask("Compare the lecture and the treaty", index).found


def many(tmp_path: Path, count: int) -> Index:
    """A lecture with so many recommendations, each a paragraph, under two headings."""
    half = count // 2
    lines = [f"Recommendation {n} is that library {n} needs new books." for n in range(count)]
    text = "# Schools\n\n" + "\n\n".join(lines[:half]) + "\n\n# Towns\n\n" + "\n\n".join(lines[half:])
    return Index.build(
        [Document(text, title="The recommendations", id="many")],
        tmp_path / "many",
        encoder=FakeEncoder(),
        show_progress=False,
    )


@pytest.mark.usefixtures("index")
def test_a_writer_is_given_more_than_a_list_has(tmp_path: Path) -> None:
    texts, question = many(tmp_path, 30), "List all the recommendations"
    assert len(qa.ask(question, texts).citations) == MAX_LISTED_SENTENCES
    script = Script(perfect)
    with writing(script) as url:
        answer = qa.ask(question, texts, writer=Writer(ChatModel(url, "m")))
    assert MAX_LISTED_SENTENCES < len(answer.citations) <= MAX_WRITTEN_UP
    rounds = [list(quotations(body["messages"])) for body in script.bodies]
    assert [n for given in rounds for n in given] == [one.number for one in answer.citations]
    assert max(map(len, rounds)) == MAX_CONCURRENT
    assert answer.written is not None
    cited = {n for claim in answer.written.claims for n in claim.numbers}
    assert len(cited) > MAX_LISTED_SENTENCES
    # In a conversation too, where its reader has answers written.
    turn = qa.converse(qa.Conversation(), question, texts, is_written_up=True)
    assert turn.answer.citations == answer.citations
    assert len(qa.converse(qa.Conversation(), question, texts).answer.citations) == MAX_LISTED_SENTENCES


@pytest.mark.usefixtures("index")
@pytest.mark.parametrize("options", [WriterOptions(write=True), WriterOptions()])
def test_the_chat_gives_its_writer_more(tmp_path: Path, options: WriterOptions) -> None:
    with writing(Script(perfect)) as url:
        chat = ChatCalls(many(tmp_path, 30), writer=Writer(ChatModel(url, "m")))
        number = chat.begin(sent(Begin, question="List all the recommendations"))
        *_, shown = chat.respond("a", number, "en", options)
    assert (shown.count('class="cited"') > MAX_LISTED_SENTENCES) is options.write


def test_groups_of_a_list_have_their_heading_above_them(index: Index) -> None:
    title = {"lecture": "The lecture", "minutes": "Minutes"}.__getitem__
    summary = qa.ask("Summarise the lecture", index)
    labels = group_labels("Summarise the lecture", summary.citations, title)
    headings = {one.number: one.passage.headings[-1] for one in summary.citations if one.passage.headings}
    assert [label.rpartition("# ")[2] for label in labels.values()] == ["Reading", "Recommendations", "Costs"]
    for number, label in labels.items():
        assert label.endswith(headings[number])
    compared = qa.ask("Compare the lecture and the minutes", index)
    labels = group_labels(compared.question, compared.citations, title)
    assert any(label.startswith("The lecture") for label in labels.values())
    assert "Minutes" in labels.values()
    # One group, and what is no list, has none.
    assert group_labels("List all", compared.citations[:1], title) == {}
    assert group_labels("Who is it?", compared.citations, title) == {}


def test_the_page_and_the_terminal_show_the_groups(index: Index) -> None:
    compared = qa.ask("Compare the lecture and the minutes", index)
    sources = {id_: Source.of(index.document(id_)) for id_ in ("lecture", "minutes")}
    shown = render_answer(compared, sources, 0, "en")
    assert shown.count('<h3 class="group"') == len(
        group_labels(compared.question, compared.citations, lambda id_: sources[id_].title)
    )
    assert ">Minutes</h3>" in shown
    lines = TextRenderer(index.document, is_terminal=False).answer(compared).splitlines()
    assert "Minutes" in lines
