"""Verdicts: kept whatever else happens, and asked again as gold questions."""

from __future__ import annotations

import json
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from test_history import BREAD, FLOODS, FLOUR, RIVER, among, turn

from index import Index, UnreadableFile
from qa import Conversation, Turn, converse
from qa.feedback import judgements
from qa.feedback.judgements import Verdict, feedback_file, gold, read, record
from qa.feedback.report import feedback_table, measure_feedback
from qa.gold import GoldAnswer

EVERYTHING = among(RIVER, BREAD)


def test_a_verdict_is_a_line_of_json(tmp_path: Path) -> None:
    path = tmp_path / "data" / "feedback.jsonl"
    record(turn("متى؟", FLOODS, searched="متى؟ flood"), "right", EVERYTHING, path)
    record(turn("Why?"), "wrong", EVERYTHING, path)
    first, second = map(json.loads, path.read_text("utf-8").splitlines())
    assert (first["verdict"], first["question"], first["searched"]) == ("right", "متى؟", "متى؟ flood")
    (quoted,) = first["quoted"]
    assert (quoted["document_id"], quoted["quote"], quoted["title"]) == (
        "river", "The river floods in spring", "River",
    )  # fmt: skip
    assert (second["verdict"], second["quoted"]) == ("wrong", [])
    assert "متى؟" in path.read_text("utf-8")


@pytest.mark.parametrize("umask", [0o000, 0o022])
def test_only_its_owner_may_read_it(tmp_path: Path, umask: int) -> None:
    path = tmp_path / "data" / "feedback.jsonl"
    before = os.umask(umask)
    try:
        record(turn("When?", FLOODS), "right", EVERYTHING, path)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_it_goes_to_the_users_data(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DALIL_DATA", str(tmp_path))
    record(turn("When?", FLOODS), "right", EVERYTHING)
    assert feedback_file() == tmp_path / "feedback.jsonl"
    assert [one.question for one in read().judged] == ["When?"]


def test_the_last_verdict_on_an_answer_counts(tmp_path: Path) -> None:
    path = tmp_path / "feedback.jsonl"
    said: list[tuple[Turn, Verdict]] = [
        (turn("When?", FLOODS), "right"), (turn("What?", FLOUR), "right"), (turn("When?", FLOODS), "wrong"),
        (turn("When?", FLOUR), "right"),
    ]  # fmt: skip
    for about, verdict in said:
        record(about, verdict, EVERYTHING, path)
    assert [(one.question, one.quoted[0].number, one.verdict) for one in read(path).judged] == [
        ("When?", 1, "wrong"), ("What?", 2, "right"), ("When?", 2, "right"),
    ]  # fmt: skip


def test_what_a_crash_cut_off_costs_no_other_line(tmp_path: Path) -> None:
    path = tmp_path / "feedback.jsonl"
    record(turn("When?", FLOODS), "right", EVERYTHING, path)
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:40])
    record(turn("What?", FLOUR), "wrong", EVERYTHING, path)
    feedback = read(path)
    assert ([one.question for one in feedback.judged], feedback.unreadable) == (["When?", "What?"], 1)
    assert path.read_bytes().startswith(whole)


def verdict_line(**changes: object) -> str:
    good = {"version": 1, "verdict": "right", "question": "q", "searched": "q", "quoted": []}
    return json.dumps({**good, "time": "2026-11-25T09:30:00+00:00", **changes})


def test_a_line_by_hand_is_a_verdict(tmp_path: Path) -> None:
    (tmp_path / "f.jsonl").write_text(verdict_line() + "\n", "utf-8")
    feedback = read(tmp_path / "f.jsonl")
    assert (len(feedback.judged), feedback.unreadable) == (1, 0)


@pytest.mark.parametrize(
    "line",
    [
        "x", "3", "[]", "{}", "\udcff", "[" * 100_000, verdict_line(version=2),
        verdict_line(verdict="perhaps"), verdict_line(question=3), verdict_line(quoted=[{}]),
        verdict_line(time="now"),
    ],
)  # fmt: skip
def test_lines_that_are_no_verdicts_are_counted(line: str, tmp_path: Path) -> None:
    path = tmp_path / "feedback.jsonl"
    path.write_text(line + "\n", "utf-8", "surrogateescape")
    record(turn("When?", FLOODS), "right", EVERYTHING, path)
    feedback = read(path)
    assert (len(feedback.judged), feedback.unreadable) == (1, 1)


def test_writers_do_not_mix_their_lines(tmp_path: Path) -> None:
    """Each opens the file and its lock anew, as a process of its own would."""
    path = tmp_path / "feedback.jsonl"

    def write(number: int) -> None:
        record(turn(f"{number} " + "word " * 3000, FLOODS), "right", EVERYTHING, path)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(64)))
    feedback = read(path)
    assert (len(feedback.judged), feedback.unreadable) == (64, 0)


def test_a_file_or_a_verdict_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"none\.jsonl"):
        read(tmp_path / "none.jsonl")
    with pytest.raises(ValueError, match="perhaps"):
        record(turn("When?"), cast(Any, "perhaps"), EVERYTHING, tmp_path / "x.jsonl")


def judged(path: Path, *said: tuple[Turn, Verdict]) -> Any:
    for about, verdict in said:
        record(about, verdict, EVERYTHING, path)
    return read(path).judged


def test_right_answers_are_gold_and_wrong_ones_are_apart(tmp_path: Path) -> None:
    known = gold(
        judged(
            tmp_path / "f.jsonl",
            (turn("When?", FLOODS, FLOUR, searched="When? flood"), "right"),
            (turn("Who asks?"), "right"),
            (turn("What?", FLOUR), "wrong"),
            (turn("Why?"), "wrong"),
        ),
        EVERYTHING,
    )
    # The first quotation's paragraph is the one to find; a follow-up is asked as it was searched for.
    assert [(q.text, q.answers) for q in known.right] == [
        ("When? flood", (GoldAnswer("river", 0, 26, 1),)),
        ("Who asks?", ()),
    ]
    assert [(q.text, q.answers) for q in known.wrong] == [
        ("What?", (GoldAnswer("bread", 0, 33, 1),)),
        ("Why?", ()),
    ]
    assert (known.outdated, len({q.id for q in (*known.right, *known.wrong)})) == (0, 4)


def test_verdicts_on_what_has_changed_are_left_out(tmp_path: Path) -> None:
    verdicts = judged(tmp_path / "f.jsonl", (turn("When?", FLOODS), "right"), (turn("What?", FLOUR), "wrong"))
    known = gold(verdicts, among(replace(RIVER, text="It floods."), BREAD))
    assert ([q.text for q in known.right], [q.text for q in known.wrong], known.outdated) == (
        [],
        ["What?"],
        1,
    )


def test_what_was_judged_is_asked_again(index: Index, tmp_path: Path) -> None:
    path = tmp_path / "feedback.jsonl"
    right = converse(Conversation(), "When does the river floods in spring?", index)
    wrong = converse(Conversation(), "What does bread needs?", index)
    assert right.answer.found
    assert wrong.answer.found
    # An answer with a quotation that Dalil doesn't give to this question.
    other = replace(wrong, question="x", expanded_question="Where do farmers wait on the hills?")
    unquoted = replace(right.answer, citations=())
    unanswered = replace(right, expanded_question="river floods in spring", answer=unquoted)
    said: list[tuple[Turn, Verdict]] = [
        (right, "right"), (wrong, "wrong"), (other, "wrong"), (unanswered, "wrong"),
    ]  # fmt: skip
    for about, verdict in said:
        record(about, verdict, index.document, path)
    report = measure_feedback(path, index)
    assert (report.right_answers, report.wrong_answers) == (1, 3)
    assert (report.outdated, report.unreadable) == (0, 0)
    assert report.wrong_again is not None
    assert report.refused_again is not None
    assert report.right is not None
    assert (report.wrong_again.mean, report.refused_again.mean) == (0.5, 0)
    assert (report.right.questions, report.right.any_quote.mean) == (1, 1)
    assert report.right.retrieval["whole"]["R@1"].mean == 1
    lines = feedback_table("mine", report).splitlines()
    assert lines[0] == (
        "mine: answers told right 1, told wrong 3, left out since the texts have changed 0; "
        "unreadable lines 0"
    )
    assert lines[2].split() == [
        "wrong",
        "answers",
        "that",
        "are",
        "given",
        "again",
        "0.500",
        "[0.000,",
        "1.000]",
    ]
    assert "told right: 1 questions, 0 of them not answered by the texts" in lines


def test_where_nothing_was_told_right_only_the_rest_is_measured(index: Index, tmp_path: Path) -> None:
    path = tmp_path / "feedback.jsonl"
    wrong = converse(Conversation(), "What does bread needs?", index)
    record(wrong, "wrong", index.document, path)
    record(turn("When?", FLOODS), "right", EVERYTHING, path)
    index.remove(["river"])
    report = measure_feedback(path, index)
    assert (report.right, report.right_answers, report.outdated) == (None, 0, 1)
    assert report.wrong_again is not None
    assert report.wrong_again.mean == 1
    assert len(feedback_table("mine", report).splitlines()) == 3


def test_a_full_file_loses_what_later_verdicts_replace_and_then_takes_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "feedback.jsonl"
    path.write_text("of another version\n", "utf-8")
    for number in range(20):
        record(turn("When?", FLOODS), "right" if number % 2 else "wrong", EVERYTHING, path)
    size = path.stat().st_size
    monkeypatch.setattr(judgements, "MAX_BYTES", size + 10)
    record(turn("What?", FLOUR), "right", EVERYTHING, path)
    assert path.stat().st_size < size / 4
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    feedback = read(path)
    assert [(one.question, one.verdict) for one in feedback.judged] == [
        ("When?", "right"),
        ("What?", "right"),
    ]
    assert feedback.unreadable == 1  # a later version may know it
    monkeypatch.setattr(judgements, "MAX_BYTES", path.stat().st_size + 10)
    before = path.read_bytes()
    with pytest.raises(judgements.FeedbackFull, match="Move it elsewhere") as caught:
        record(turn("Why?", FLOUR), "right", EVERYTHING, path)
    assert str(path) in str(caught.value)
    assert path.read_bytes() == before
    assert [one.question for one in read(path).judged][:2] == ["When?", "What?"]


def test_a_file_that_hasnt_changed_isnt_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "feedback.jsonl"
    record(turn("When?", FLOODS), "right", EVERYTHING, path)
    first = read(path)
    with monkeypatch.context() as patch:
        patch.setattr(judgements, "_parsed", lambda _: pytest.fail("read again"))
        assert read(path) is first
    record(turn("When?", FLOODS), "wrong", EVERYTHING, path)
    assert [one.verdict for one in read(path).judged] == ["wrong"]
