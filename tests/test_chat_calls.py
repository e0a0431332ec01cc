"""What a page asks of its conversation: each call, and what is made of calls that nobody should send."""

from __future__ import annotations

import json
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest
from fake_encoder import FakeEncoder
from page_calling import sent

import qa
from index import Document, Index
from qa.feedback import judgements
from qa.messages import say
from web.calls import chat_calls
from web.calls.chat_calls import ChatCalls
from web.page_calls import Begin, ConversationCall, Export, Judge, Restore, Why

FLOODS = "When does the river flood?"


@pytest.fixture(autouse=True)
def data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DALIL_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


def ask(chat: ChatCalls, question: str, page: str = "a", language: str = "en") -> int:
    """Asks and waits; the question's number."""
    number = chat.begin(sent(Begin, page, question=question))
    list(chat.respond(page, number, "ar" if language == "ar" else "en"))
    return number


def size(kept: str) -> int:
    """Bytes of it as a page sends it."""
    return len(json.dumps(kept, ensure_ascii=False).encode())


def turns(chat: ChatCalls, page: str = "a") -> list[dict[str, Any]]:
    kept = chat.keep(sent(ConversationCall, page))
    return json.loads(kept)["turns"] if kept else []


def test_a_question_is_searched_for_and_its_answer_kept(index: Index) -> None:
    chat = ChatCalls(index)
    number = chat.begin(sent(Begin, question=FLOODS))
    first, second = chat.respond("a", number, "en")
    assert say("searching", "en") in first
    assert say("searching", "en") not in second
    (turn,) = turns(chat)
    found = qa.ask(FLOODS, index)
    assert (turn["question"], turn["confidence"]) == (FLOODS, found.confidence)
    assert [hit["paragraph"] for hit in turn["hits"]] == [hit.passage.number for hit in found.hits]
    assert turns(chat, "b") == []


def test_a_question_that_was_cleared_meanwhile_is_not_answered(index: Index) -> None:
    chat = ChatCalls(index)
    number = chat.begin(sent(Begin, question=FLOODS))
    chat.clear(sent(ConversationCall))
    assert len(list(chat.respond("a", number, "en"))) == 1
    assert turns(chat) == []


def test_what_was_misread_is_searched_for_as_it_stands(index: Index) -> None:
    before: list[int] = []

    def converse(conversation: qa.Conversation, question: str, index: Index) -> qa.Turn:
        before.append(len(conversation.turns))
        return qa.converse(conversation, question, index)

    chat = ChatCalls(index, converse)
    for question in (FLOODS, "And who waits for it?"):
        ask(chat, question)
    number = chat.begin(sent(Begin, number=1))
    list(chat.respond("a", number, "en"))
    assert (number, before) == (1, [0, 1, 0])
    assert [turn["searched"] for turn in turns(chat)] == [FLOODS, "And who waits for it?"]


def test_a_page_is_told_that_its_conversation_isnt_known_any_more(index: Index) -> None:
    chat = ChatCalls(index)
    ask(chat, FLOODS)
    kept = chat.keep(sent(ConversationCall))
    again = ChatCalls(index)  # the server was started anew
    assert again.begin(sent(Begin, question="And who waits for it?", has_turns=True)) == chat_calls.FORGOTTEN
    assert again.restore(sent(Restore, kept=kept)) is True
    assert again.begin(sent(Begin, question="And who waits for it?", has_turns=True)) == 1
    assert again.begin(sent(Begin, "b", question=FLOODS, has_turns=False)) == 0


def test_a_conversation_comes_back_as_it_was_with_its_verdicts(index: Index) -> None:
    chat = ChatCalls(index)
    numbers = [ask(chat, question) for question in (FLOODS, "Who waits on the hills?", "?!")]
    chat.judge(sent(Judge, number=numbers[1], verdict="wrong"))
    kept = chat.keep(sent(ConversationCall))
    again = ChatCalls(index)
    assert again.restore(sent(Restore, "b", kept=kept)) is True
    assert again.keep(sent(ConversationCall, "b")) == kept
    # The question without words had no answer to keep.
    before, after = chat.render("a", "en"), again.render("b", "en")
    assert after.count('<article class="turn"') == 2
    assert before.count('aria-pressed="true"') == after.count('aria-pressed="true"') == 1
    # Where nothing may be written nothing is read either.
    shared = ChatCalls(index, read_only=True)
    shared.restore(sent(Restore, "b", kept=kept))
    assert "aria-pressed" not in shared.render("b", "en")


@pytest.mark.parametrize(
    "kept",
    [
        "",
        "{",
        "null",
        "[]",
        "{}",
        "NaN",
        "[" * 100_000,
        '{"format": "dalil conversation", "version": 99, "turns": []}',
        '{"format": "dalil conversation", "version": 1, "turns": 7}',
        '{"format": "dalil conversation", "version": 1, "turns": [{"question": "<script>"}]}',
        '{"format": "something else", "version": 1, "turns": []}',
    ],
)
def test_what_is_no_conversation_starts_afresh(index: Index, kept: str) -> None:
    chat = ChatCalls(index)
    assert chat.restore(sent(Restore, kept=kept)) is False
    assert "<article" not in chat.render("a", "en")
    ask(chat, FLOODS)
    assert len(turns(chat)) == 1


def test_a_conversation_that_another_has_taken_the_place_of_stays_away(index: Index) -> None:
    chat = ChatCalls(index)
    ask(chat, FLOODS)
    kept = chat.keep(sent(ConversationCall))
    chat.clear(sent(ConversationCall))
    ask(chat, "Who waits on the hills?")
    chat.restore(sent(Restore, kept=kept))
    assert [turn["question"] for turn in turns(chat)] == ["Who waits on the hills?"]


def test_of_a_very_long_conversation_the_last_turns_are_kept(
    index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat = ChatCalls(index)
    for number in range(8):
        ask(chat, f"{FLOODS} {number}")
    whole = size(chat.keep(sent(ConversationCall)))
    monkeypatch.setattr(chat_calls, "_MAX_KEPT", whole // 2)
    kept = chat.keep(sent(ConversationCall))
    assert size(kept) <= whole // 2
    questions = [turn["question"] for turn in json.loads(kept)["turns"]]
    assert questions == [f"{FLOODS} {number}" for number in range(8)][-len(questions) :]
    assert len(questions) >= 2
    monkeypatch.setattr(chat_calls, "_MAX_KEPT", 10)
    assert chat.keep(sent(ConversationCall)) == ""


def test_why_a_passage_was_found(index: Index) -> None:
    chat = ChatCalls(index)
    number = ask(chat, FLOODS)
    hits = qa.ask(FLOODS, index).hits
    rank, hit = next((rank, hit) for rank, hit in enumerate(hits, 1) if "river" in hit.passage.text)
    view = chat.why(sent(Why, name=f"cite-{number}-near{rank}"))
    assert say("why", "en") in view["heading"]
    assert f'River</bdi> — <bdi lang="en" dir="ltr">paragraph {hit.passage.number}</bdi>' in view["heading"]
    assert view["paragraphs"].startswith('<div class="why"')
    # The passage as it is, and the rank that the search gave it.
    assert 'title="river">river</mark>' in view["paragraphs"]
    assert say("rank", "en", number=hit.ranks["bm25"]) in view["paragraphs"]
    assert (view["note"], view["copied"]) == ("", "")
    arabic = chat.why(sent(Why, name=f"cite-{number}-near{rank}", language="ar"))
    assert say("legs", "ar") in arabic["paragraphs"]


def test_of_a_passage_that_has_gone_it_is_said_so(index: Index) -> None:
    chat = ChatCalls(index)
    number = ask(chat, FLOODS)
    # As long as what stood there, in the same place.
    index.update([Document("Other words stand here now.", title="River", id="river")])
    for language in ("ar", "en"):
        view = chat.why(sent(Why, name=f"cite-{number}-near1", language=language))
        assert say("passage_gone", "ar" if language == "ar" else "en") in view["note"]
        assert view["paragraphs"] == ""


@pytest.mark.parametrize(
    "name", ["", "cite-0-9", "cite-7-1", "cite-0-near9", "cite-0-near", "cite-x-1", "a b"]
)
def test_there_is_no_such_link(index: Index, name: str) -> None:
    chat = ChatCalls(index)
    ask(chat, FLOODS)
    with pytest.raises((LookupError, ValueError)):
        chat.why(sent(Why, name=name))


def test_verdicts_are_kept_and_can_be_changed(index: Index) -> None:
    chat = ChatCalls(index)
    number = ask(chat, FLOODS)
    assert chat.judge(sent(Judge, number=number, verdict="wrong")) == say("verdict_kept", "en")
    assert chat.judge(sent(Judge, number=number, verdict="right", language="ar")) == say("verdict_kept", "ar")
    assert [(one.question, one.verdict) for one in judgements.read().judged] == [(FLOODS, "right")]
    assert 'data-verdict="right" aria-pressed="true"' in chat.render("a", "en")
    with pytest.raises(ValueError, match="verdict"):
        chat.judge(sent(Judge, number=number, verdict="maybe"))
    refused = ask(chat, "?!")
    with pytest.raises(LookupError):
        chat.judge(sent(Judge, number=refused, verdict="right"))


def test_a_verdict_that_cannot_be_written_is_not_shown_as_kept(index: Index, data_folder: Path) -> None:
    chat = ChatCalls(index)
    number = ask(chat, FLOODS)
    data_folder.write_text("a file in the folder's place")
    assert chat.judge(sent(Judge, number=number, verdict="right")) == say("verdict_not_kept", "en")
    assert 'aria-pressed="true"' not in chat.render("a", "en")


def test_where_the_file_of_verdicts_is_full_that_is_said(
    index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat = ChatCalls(index)
    number = ask(chat, FLOODS)
    monkeypatch.setattr(judgements, "MAX_BYTES", 10)
    assert chat.judge(sent(Judge, number=number, verdict="right")) == say("verdict_kept", "en")
    assert chat.judge(sent(Judge, number=number, verdict="wrong")) == say("verdicts_full", "en")
    assert [one.verdict for one in judgements.read().judged] == ["right"]


def test_where_nothing_may_be_written_there_are_no_verdicts(index: Index, data_folder: Path) -> None:
    chat = ChatCalls(index, read_only=True)
    number = ask(chat, FLOODS)
    assert "data-verdict" not in chat.render("a", "en")
    with pytest.raises(PermissionError):
        chat.judge(sent(Judge, number=number, verdict="right"))
    assert not data_folder.exists()


def test_the_conversation_is_exported_with_its_quotations(collection: list[Document], tmp_path: Path) -> None:
    index = Index.build(collection, tmp_path / "other", encoder=FakeEncoder(), show_progress=False)
    chat = ChatCalls(index)
    ask(chat, FLOODS)
    ask(chat, FLOODS, "b")
    turn = qa.converse(qa.Conversation(), FLOODS, index)
    file = chat.export(sent(Export))
    assert (file["type"], file["ending"]) == ("text/markdown;charset=utf-8", "md")
    exported = b64decode(file["content"]).decode()
    assert exported.count("## ") == 1
    assert all(f"> {citation.quote[:9]}" in exported for citation in turn.answer.citations)
