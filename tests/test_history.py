"""Conversations on disk: what comes back, and what is told to be gone."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from index import Document, Hit, Passage
from qa import Answer, Citation, Conversation, Turn
from qa.collections.types import data_folder
from qa.conversation.history import HistoryUnreadable, from_json, to_json
from qa.messages import say_not_found

RIVER = Document(
    "The river floods in spring.\nFarmers wait on the hills.",
    title="River",
    author="A. Bell",
    source="river.txt",
    id="river",
)
BREAD = Document("Bread needs flour, water and salt.", title="Bread", id="bread")
ASKED = datetime(2026, 11, 25, 9, 30, tzinfo=timezone.utc)


def among(*documents: Document) -> Callable[[str], Document]:
    return {document.id: document for document in documents}.__getitem__


def quotation(document: Document, number: int, quote: str, paragraph: int) -> Citation:
    start = document.text.index(quote)
    passage = Passage.of(document, paragraph, start, start + len(quote) + 1)
    return Citation.of(document, number, passage, start, start + len(quote))


def turn(question: str, *citations: Citation, searched: str = "", **changes: Any) -> Turn:
    hits = tuple(Hit(c.passage, 0.5, {"bm25": 1, "late": None}, {"bm25": 0.25}) for c in citations)
    text = "\n".join(f"“{c.quote}” [{c.number}]" for c in citations) or "No answer was found in the texts."
    answer = Answer(question, "en", text, citations, hits, 0.75)
    return replace(Turn(question, searched or question, answer, ASKED), **changes)


FLOODS = quotation(RIVER, 1, "The river floods in spring", 1)
FLOUR = quotation(BREAD, 2, "Bread needs flour, water and salt", 1)
CONVERSATION = Conversation(
    (
        turn("When does it flood, and what needs flour?", FLOODS, FLOUR),
        turn("And why?", searched="And why? flood flour"),
    )
)


def test_what_was_kept_comes_back() -> None:
    everything = among(RIVER, BREAD)
    assert from_json(to_json(CONVERSATION, everything), everything) == CONVERSATION


@pytest.mark.parametrize(
    "now",
    [
        pytest.param(among(BREAD), id="document removed"),
        pytest.param(
            among(BREAD, replace(RIVER, text="The river floods in autumn.\nFarmers wait.")), id="other words"
        ),
        pytest.param(among(BREAD, replace(RIVER, text="Spring.\n" + RIVER.text)), id="moved"),
        pytest.param(among(BREAD, replace(RIVER, text="Short.")), id="shorter than its place"),
    ],
)
def test_a_quotation_that_no_longer_stands_is_told(now: Callable[[str], Document]) -> None:
    kept = to_json(CONVERSATION, among(RIVER, BREAD))
    first, _ = from_json(kept, now).turns
    assert [citation.quote for citation in first.answer.citations] == ["Bread needs flour, water and salt"]
    assert first.answer.text == "“Bread needs flour, water and salt” [2]"
    (lost,) = first.broken_citations
    assert (lost.number, lost.quote, lost.title, lost.author) == (
        1, "The river floods in spring", "River", "A. Bell",
    )  # fmt: skip
    assert [hit.passage.document_id for hit in first.answer.hits] == ["bread"]


def test_where_all_is_lost_nothing_counts_as_found() -> None:
    kept = to_json(Conversation((turn("When?", FLOODS), turn("Why?"))), among(RIVER))
    gone, never = from_json(kept, among(BREAD)).turns
    assert not gone.answer.found
    assert gone.answer.text == "The texts have changed since this answer: what was quoted isn't where it was."
    assert (never.answer.text, never.broken_citations) == ("No answer was found in the texts.", ())


def test_what_was_lost_is_kept_and_comes_back_with_its_document() -> None:
    kept = to_json(CONVERSATION, among(RIVER, BREAD))
    without = from_json(kept, among(BREAD))
    again = to_json(without, among(BREAD))
    restored = from_json(again, among(RIVER, BREAD)).turns[0]
    assert (restored.answer.citations, restored.broken_citations) == ((FLOODS, FLOUR), ())


def test_an_answer_in_a_file_is_never_taken_for_what_a_text_says() -> None:
    """Someone may have edited it: only what stands in the document at that place is quoted."""
    everything = among(RIVER, BREAD)
    forged = to_json(CONVERSATION, everything).replace("floods in spring", "floods in summer")
    first = from_json(forged, everything).turns[0]
    assert "summer" not in first.answer.text
    assert first.broken_citations[0].quote == "The river floods in summer"


def broken(**changes: object) -> str:
    record = json.loads(to_json(CONVERSATION, among(RIVER, BREAD)))
    record["turns"][0].update(changes)
    return json.dumps(record)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "3",
        "[]",
        "{}",
        '{"format": "something", "version": 1, "turns": []}',
        '{"format": "dalil conversation", "version": 1, "turns": [3]}',
        "[" * 100_000,
        broken(question=3),
        broken(asked="yesterday"),
        broken(asked="2026-11-25T09:30:00"),
        broken(confidence=2),
        broken(confidence=float("nan")),
        broken(confidence="0.5"),
        broken(quoted=[{}]),
        broken(quoted=[{"number": 1, "more": 2}]),
        broken(hits=[{"document_id": "river"}]),
    ],
)
def test_what_is_no_conversation_is_refused(content: str) -> None:
    with pytest.raises(HistoryUnreadable, match="isn't a conversation"):
        from_json(content, among(RIVER, BREAD))


def kept_turn() -> dict[str, Any]:
    record: dict[str, Any] = json.loads(to_json(CONVERSATION, among(RIVER, BREAD)))["turns"][0]
    return record


@pytest.mark.parametrize(
    "place",
    [
        {"paragraph": 10**30},
        {"paragraph": -1},
        {"paragraph": 2},
        {"paragraph": 0},
        {"passage_start": 5},
        {"passage_end": 10**30},
        {"passage_end": 40},
        {"passage_start": -1},
    ],
)
def test_a_made_up_place_isnt_quoted(place: dict[str, int]) -> None:
    """What is shown as a quotation's paragraph is the one in which it stands."""
    quoted = [{**kept_turn()["quoted"][0], **place}]
    hits = [{**hit, **place} for hit in kept_turn()["hits"][:1]]
    for content in (broken(quoted=quoted), broken(hits=hits)):
        try:
            first, _ = from_json(content, among(RIVER, BREAD)).turns
        except HistoryUnreadable:
            continue
        everything = [citation.passage for citation in first.answer.citations]
        everything += [hit.passage for hit in first.answer.hits]
        true = {"river": (1, 0), "bread": (1, 0)}
        assert {(p.number, p.start) for p in everything} <= set(true.values())
        assert all(passage.end <= 34 for passage in everything)


@pytest.mark.parametrize(
    "changes",
    [
        {"quoted": kept_turn()["quoted"] * 300},
        {"quoted": kept_turn()["quoted"] * 2},
        {"hits": kept_turn()["hits"] * 300},
        {"quoted": {}},
        {"hits": "x"},
        {"question": "x" * 100_000},
        {"searched": "x" * 100_000},
    ],
)
def test_more_than_an_answer_has_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(HistoryUnreadable):
        from_json(broken(**changes), among(RIVER, BREAD))


def test_more_turns_than_a_conversation_has_are_refused() -> None:
    record = json.loads(to_json(CONVERSATION, among(RIVER, BREAD)))
    record["turns"] = record["turns"] * 300
    with pytest.raises(HistoryUnreadable, match="at most"):
        from_json(json.dumps(record), among(RIVER, BREAD))


def test_where_a_quotation_stands_and_what_is_quoted_of_metadata_come_back() -> None:
    passage = Passage.of(RIVER, 2, 28, 52, "table_row", ("Part one", "Floods"), ("Who", "Where"), 7)
    row = Citation.of(RIVER, 1, passage, 28, 51)
    author = Citation.of(RIVER, 2, passage, 0, 7, field="author")
    conversation = Conversation((turn("Who?", row, author),))

    (back,) = from_json(to_json(conversation, among(RIVER)), among(RIVER)).turns
    assert back.answer.citations == (row, author)
    assert back.answer.hits[0].passage == passage
    assert back.answer.text.splitlines()[1] == "Author: A. Bell [2]"
    # Another author: that is no longer what the document says.
    (changed,) = from_json(to_json(conversation, among(RIVER)), among(replace(RIVER, author="B. Hill"))).turns
    assert changed.answer.citations == (row,)
    assert [lost.quote for lost in changed.broken_citations] == ["A. Bell"]


def test_what_the_first_version_kept_comes_back() -> None:
    record = json.loads(to_json(CONVERSATION, among(RIVER, BREAD)))
    record["version"] = 1
    for one in record["turns"]:
        del one["missing"]
        for quoted in one["quoted"]:
            for name in ("date", "field", "kind", "headings", "columns", "page", *SPAN):
                del quoted[name]
        for hit in one["hits"]:
            for name in ("kind", "headings", "columns", "page"):
                del hit[name]

    assert from_json(json.dumps(record), among(RIVER, BREAD)) == CONVERSATION


SPAN = ("answer_start", "answer_end")
SPRING = Citation.of(RIVER, 1, FLOODS.passage, FLOODS.start, FLOODS.end, answer=(20, 26))
WHEN = Conversation((turn("When does it flood?", SPRING, FLOUR),))


def test_the_answer_within_a_quotation_comes_back() -> None:
    everything = among(RIVER, BREAD)
    (back,) = from_json(to_json(WHEN, everything), everything).turns
    assert back.answer.citations == (SPRING, FLOUR)
    assert [citation.answer for citation in back.answer.citations] == ["spring", None]


def test_what_the_second_version_kept_has_no_answers_within_quotations() -> None:
    record = json.loads(to_json(WHEN, among(RIVER, BREAD)))
    record["version"] = 2
    for quoted in record["turns"][0]["quoted"]:
        for name in SPAN:
            del quoted[name]
    (back,) = from_json(json.dumps(record), among(RIVER, BREAD)).turns
    assert back.answer.citations == (FLOODS, FLOUR)


@pytest.mark.parametrize("span", [(20, 27), (0, 0), (26, 20), (20, None), (None, 26), (5000, 5001)])
def test_an_answer_that_is_not_in_its_quotation_is_not_shown(span: tuple[int | None, int | None]) -> None:
    record = json.loads(to_json(WHEN, among(RIVER, BREAD)))
    record["turns"][0]["quoted"][0].update(zip(SPAN, span, strict=True))
    (back,) = from_json(json.dumps(record), among(RIVER, BREAD)).turns
    assert back.answer.citations == (FLOUR,)
    assert [lost.quote for lost in back.broken_citations] == [FLOODS.quote]


@pytest.mark.parametrize("start", [-1, "20", 20.0, True, [20], 2**40])
def test_an_answer_that_is_no_place_is_refused(start: object) -> None:
    record = json.loads(to_json(WHEN, among(RIVER, BREAD)))
    record["turns"][0]["quoted"][0]["answer_start"] = start
    with pytest.raises(HistoryUnreadable):
        from_json(json.dumps(record), among(RIVER, BREAD))


def test_what_no_text_mentions_comes_back_as_far_as_it_was_asked() -> None:
    refused = turn("What happened in 1867?")
    answer = replace(refused.answer, missing=("1867",), text=say_not_found(("1867",), "en"))
    conversation = Conversation((replace(refused, answer=answer),))
    kept = to_json(conversation, among())
    assert from_json(kept, among()) == conversation
    # Someone may have edited it.
    (back,) = from_json(kept.replace('["1867"]', '["1867", "your money"]'), among()).turns
    assert (back.answer.missing, back.answer.text) == ((), "No answer was found in the texts.")
    for forged in ('"1867"', "[1867]", "[" + ", ".join(['"1867"'] * 30) + "]"):
        with pytest.raises(HistoryUnreadable):
            from_json(kept.replace('["1867"]', forged), among())


def test_another_version_is_refused_by_name() -> None:
    content = to_json(CONVERSATION, among(RIVER, BREAD)).replace('"version": 3', '"version": 4')
    with pytest.raises(HistoryUnreadable, match="in format 4"):
        from_json(content, among(RIVER, BREAD))


def test_the_folder_can_be_chosen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DALIL_DATA", str(tmp_path))
    assert data_folder() == tmp_path
    monkeypatch.delenv("DALIL_DATA")
    assert data_folder().name == "dalil"


def test_the_collection_that_was_asked_is_kept() -> None:
    asked = replace(turn("When does it flood?", FLOODS), collection="كتبي")
    kept = to_json(Conversation((asked,)), among(RIVER))
    assert from_json(kept, among(RIVER)).turns[0].collection == "كتبي"
    # Older versions kept none.
    older = kept.replace('"collection": "كتبي", ', "")
    assert older != kept
    assert from_json(older, among(RIVER)).turns[0].collection == ""
