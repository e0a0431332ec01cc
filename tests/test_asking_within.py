"""Questions within a scope, by every door: what is found, what is said, and what is kept."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest
from fake_encoder import FakeEncoder
from page_calling import sent
from typer.testing import CliRunner

from cli.app import app
from index import Document, Index, InvalidScope, Scope
from index.readers.extracted_text import tags_of
from index.readers.read_files import read_file
from index.types import DocumentHead
from qa import Conversation, Turn, ask, converse, retrieve
from qa.api.integrations import find
from qa.api.service import Endpoints, InvalidRequest, Service
from qa.conversation.export import to_markdown
from qa.conversation.history import from_json, to_json
from qa.messages import say_fault, say_not_found, say_scope
from web.calls.chat_calls import ChatCalls
from web.page_calls import Begin, Choices, Conditions, ConversationCall, Refer
from web.views import scope_choices

RIVER, BREAD = "The river floods in spring.", "Bread needs flour and salt."
QUESTION = "What does bread need?"


@pytest.fixture
def index(tmp_path: Path) -> Index:
    documents = [
        Document(RIVER, title="River", source="/x/nature/river.txt", id="river"),
        Document(BREAD, title="Bread", source="/x/kitchen/bread.md", id="bread", tags=("food",)),
        Document("Salt is sold by weight.", title="Salt", source="/x/kitchen/salt.md", id="salt"),
    ]
    return Index.build(documents, tmp_path / "index", encoder=FakeEncoder(), show_progress=False)


def ids(turn: Turn) -> set[str]:
    return {hit.passage.document_id for hit in turn.answer.hits}


def test_hits_and_answers_are_of_the_scope_alone(index: Index) -> None:
    assert [hit.passage.document_id for hit in retrieve(QUESTION, 5, index, "folder:nature")] == ["river"]
    assert {hit["document_id"] for hit in find(QUESTION, 5, index, "type:md")} == {"bread", "salt"}
    found = ask(QUESTION, index, reader=False, within="folder:kitchen tag:food")
    assert {hit.passage.document_id for hit in found.hits} == {"bread"}
    assert found.within == "folder:kitchen tag:food"
    everything = ask(QUESTION, index, reader=False)
    assert (everything.within, len(everything.hits)) == ("", 3)
    with pytest.raises(InvalidScope, match="no folder 'garden'"):
        ask(QUESTION, index, within=Scope(folders=("garden",)))


def test_a_refusal_says_what_was_asked(index: Index) -> None:
    refused = ask("من وقّع الاتفاق عام 1987؟", index, reader=False, within="folder:nature document:Bread")
    assert not refused.found
    scope = Scope(documents=("Bread",), folders=("nature",))
    assert refused.text == say_not_found(refused.missing, "ar", scope)
    assert "الوثيقة «Bread»، المجلّد «nature»" in refused.text
    assert say_scope(Scope(documents=("/x/a b.pdf",), before="2021"), "en") == [
        "document “a b.pdf”",
        "before 2021",
    ]


def test_a_follow_up_keeps_the_scope_until_another_is_given(index: Index) -> None:
    first = converse(Conversation(), QUESTION, index, reader=False, within="folder:kitchen")
    talk = Conversation((first,))
    kept = converse(talk, "And the river?", index, reader=False)
    assert (kept.answer.within, ids(kept)) == ("folder:kitchen", {"bread", "salt"})
    other = converse(talk, "And the river?", index, reader=False, within="folder:nature")
    assert (other.answer.within, ids(other)) == ("folder:nature", {"river"})
    everything = converse(talk, "And the river?", index, reader=False, within="")
    assert (everything.answer.within, ids(everything)) == ("", {"river", "bread", "salt"})


def test_a_kept_conversation_knows_its_scope(index: Index) -> None:
    turns = (
        converse(Conversation(), QUESTION, index, reader=False, within='folder:kitchen document:"River"'),
        converse(Conversation(), "من وقّع الاتفاق؟", index, reader=False, within="tag:food"),
    )
    kept = to_json(Conversation(turns), index.document)
    again = from_json(kept, index.document)
    assert [turn.answer.within for turn in again.turns] == [turn.answer.within for turn in turns]
    assert [turn.answer.text for turn in again.turns] == [turn.answer.text for turn in turns]
    record = json.loads(kept)
    del record["turns"][0]["within"]  # as versions without scopes wrote it
    assert from_json(json.dumps(record), index.document).turns[0].answer.within == ""
    record["turns"][1]["within"] = "folder:"
    with pytest.raises(Exception, match="isn't a conversation"):
        from_json(json.dumps(record), index.document)
    assert "المجلّد «kitchen»" not in to_markdown(again, index.document)
    assert "folder “kitchen”" in to_markdown(again, index.document)
    assert "الوسم «food»" in to_markdown(again, index.document)


def test_programs_ask_within_a_scope(index: Index) -> None:
    service = Service(index, reader=False)
    assert service.ask(QUESTION, within="folder:nature")["within"] == "folder:nature"
    assert [hit["document_id"] for hit in service.search(QUESTION, within="tag:FOOD")["hits"]] == ["bread"]
    with pytest.raises(InvalidRequest, match="within"):
        service.search(QUESTION, within=["folder:nature"])  # type: ignore[arg-type]
    refused = Endpoints(service).search(QUESTION, 5, "", "folder:garden")
    assert (refused["error"], refused["message"]) == (  # type: ignore[typeddict-item]
        "invalid_scope",
        "The collection has no folder 'garden'.",
    )


def test_the_command_line_asks_within_a_scope(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cli.options.open_named", lambda *_, **__: index)
    for command in ("ask", "search"):
        monkeypatch.setattr(f"cli.commands.{command}.open_named", lambda *_, **__: index)
        done = CliRunner().invoke(app, [command, QUESTION, "--within", "document:'river.txt'", "--json"])
        assert {hit["document_id"] for hit in json.loads(done.stdout)["hits"]} == {"river"}
        wrong = CliRunner().invoke(app, [command, QUESTION, "--within", "garden"])
        assert wrong.exit_code == 2
        assert "A scope has no 'garden'" in wrong.output


def test_the_page_offers_what_there_is_and_is_told_what_isnt(index: Index) -> None:
    chat = ChatCalls(index, partial(converse, reader=False))
    offered = chat.choices(sent(Choices))
    assert offered["document"] == [["River", "River"], ["Bread", "Bread"], ["Salt", "Salt"]]
    assert offered["folder"] == [["kitchen", "kitchen"], ["nature", "nature"]]
    assert (offered["type"], offered["tag"]) == ([["md", "md"], ["txt", "txt"]], [["food", "food"]])
    assert (offered["is_dated"], offered["undated"]) == (False, 3)
    assert [value for value, _ in chat.choices(sent(Choices, find="SALT"))["document"]] == ["Salt"]
    assert [chat.refer(sent(Refer, document=id_)) for id_ in ("river", "no")] == ["River", ""]
    assert chat.conditions(sent(Conditions, within='folder:kitchen document:"a b"')) == [
        ["document", "a b"],
        ["folder", "kitchen"],
    ]
    assert chat.conditions(sent(Conditions, within="garden")) == []

    def asked(within: list[list[str]]) -> str:
        number = chat.begin(sent(Begin, question="And what of spring?", within=within))
        return list(chat.respond("a", number, "en"))[-1]

    shown = asked([["folder", "garden"]])
    assert "The collection has no folder “garden”. Remove it from the scope." in shown
    assert 'data-act="ask-everything"' in shown
    asked([["folder", "kitchen"]])
    asked([])
    turns = chat._session(sent(ConversationCall)).conversation().turns
    assert [turn.answer.within for turn in turns] == ["folder:kitchen", ""]
    assert ids(turns[1]) == {"river", "bread", "salt"}


def test_documents_of_one_title_are_told_apart() -> None:
    heads = [
        DocumentHead(str(number), title=title, source=source)
        for number, (title, source) in enumerate(
            [("A", "/x/1/a.pdf"), ("A", "/x/2/a.pdf"), ("A", "/x/2/b.pdf"), ("", "")]
        )
    ]
    values = [value for value, _ in scope_choices.choices(heads, "")["document"]]
    assert values == ["/x/1/a.pdf", "/x/2/a.pdf", "b.pdf", "3"]
    for number, value in enumerate(values):
        chosen = Scope(documents=(value,)).chosen(heads)
        assert chosen == [place == number for place in range(4)]


def test_what_is_wrong_is_said_in_the_language_of_the_page() -> None:
    for text in ("garden", "document:'x", "after:soon"):
        with pytest.raises(InvalidScope) as caught:
            Scope.parse(text)
        assert caught.value.name in say_fault(caught.value, "en")
        assert caught.value.name in say_fault(caught.value, "ar")


def test_tags_are_read_from_files(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("---\ntags: [lease, عقد]\nkeywords: rent; flat\n---\nThe rent.", "utf-8")
    (tmp_path / "b.md").write_text("---\nالوسوم: إيجار، عقد\n---\nالأجرة.", "utf-8")
    page = '<meta name="keywords" content="river, spring"><meta property="article:tag" content="flood">'
    (tmp_path / "c.html").write_text(
        f"<!doctype html><title>R</title>{page}<p>The river floods.</p>", "utf-8"
    )
    (tmp_path / "d.txt").write_text("No tags.", "utf-8")
    found = [read_file(tmp_path / name).tags for name in ("a.md", "b.md", "c.html", "d.txt")]
    assert found == [("lease", "عقد", "rent", "flat"), ("إيجار", "عقد"), ("river", "spring", "flood"), ()]
    assert tags_of("a,, a ;b\n" + "x" * 61, " c\t d ") == ("a", "b", "c d")
