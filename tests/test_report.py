"""`dalil eval`: what is asked of what, and the table with its figures."""

from __future__ import annotations

import dataclasses
import importlib.util
import json
import re
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from conftest import REPOSITORY
from fake_encoder import FakeEncoder

from index import Index, UnreadableFile
from index.encoding import load as encoders
from qa.article import article
from qa.evaluation.evaluate import Report
from qa.evaluation.measures import Bin, Estimate, RiskPoint
from qa.evaluation.report import check_extra, measure, table
from qa.extras import ExtraMissing
from qa.gold import GoldQuestion, article_questions

MEASURES = ("R@1", "R@5", "R@10", "MRR@10", "nDCG@10")


def figure(thousandths: int) -> Estimate:
    return Estimate(thousandths / 1000, (thousandths - 50) / 1000, (thousandths + 50) / 1000)


REPORT = Report(
    questions=48,
    unanswerable=14,
    retrieval={
        leg: {name: figure(100 * row + 110 + column) for column, name in enumerate(MEASURES)}
        for row, leg in enumerate(("bm25", "dense", "late", "whole"))
    },
    either_first=figure(977),
    other_in_five=figure(688),
    first_quote=figure(731),
    any_quote=figure(842),
    answerable_refused=figure(59),
    unanswerable_refused=figure(715),
    auroc=figure(933),
    far_refused=figure(641),
    near_auroc=figure(777),
    near_refused=figure(358),
    calibration_error=figure(87),
    reliability=(Bin(0.14, 0.1, 30), Bin(0.86, 0.9, 38)),
    risk_coverage=(RiskPoint(0.9, 0.4, 0.1), RiskPoint(0.05, 1.0, 0.6)),
    at_threshold=RiskPoint(0.3, 0.4321, 0.2109),
    aurc=figure(345),
    least_aurc=0.1239,
    seconds=0.0534,
)


def test_the_table_to_the_letter() -> None:
    lines = table("article, ar", REPORT).split("\n")
    assert lines[0] == "article, ar: 48 questions, 14 of them not answered by the texts"
    assert lines[2].split() == list(MEASURES)
    for row, leg in enumerate(("bm25", "dense", "late", "whole")):
        # Between two figures there is a space, or they can't be told apart.
        assert re.split(r" +(?=[\d.]+ \[)", lines[3 + row]) == [
            leg,
            *(
                f"0.{value} [0.{value - 50:03}, 0.{value + 50}]"
                for value in range(100 * row + 110, 100 * row + 115)
            ),
        ]
        # Every figure stands below its measure: both end in the same column.
        ends = [lines[2].index(f" {name}") + len(name) + 1 for name in MEASURES]
        assert all(lines[3 + row][end - 1] == "]" for end in ends)
    assert lines[7:] == [
        "",
        "first hit right in either language      0.977 [0.927, 1.027]",
        "other language's right one in first 5   0.688 [0.638, 0.738]",
        "answer in the first quoted sentence     0.731 [0.681, 0.781]",
        "answer in any quoted sentence           0.842 [0.792, 0.892]",
        "answerable, but refused                 0.059 [0.009, 0.109]",
        "not answerable, and refused             0.715 [0.665, 0.765]",
        "AUROC against leave-gold-out            0.933 [0.883, 0.983]",
        "  of these refused, where 95 % are kept 0.641 [0.591, 0.691]",
        "AUROC against those not answerable      0.777 [0.727, 0.827]",
        "  of those refused, where 95 % are kept 0.358 [0.308, 0.408]",
        "expected calibration error              0.087 [0.037, 0.137]",
        "area under the risk-coverage curve      0.345 [0.295, 0.395]",
        "  if confidence were perfect            0.124",
        "wrong among what is answered            0.211 at a coverage of 0.432",
        "median seconds a question               0.053",
    ]


@pytest.mark.parametrize(
    ("field", "line"),
    [
        ("either_first", "first hit right in either"),
        ("other_in_five", "other language's"),
        ("at_threshold", "wrong among"),
    ],
)
def test_what_was_not_measured_has_no_line(field: str, line: str) -> None:
    changes: dict[str, Any] = {field: None}
    shown = table("x", dataclasses.replace(REPORT, **changes)).split("\n")
    assert shown == [other for other in table("x", REPORT).split("\n") if not other.startswith(line)]
    assert len(shown) == len(table("x", REPORT).split("\n")) - 1


def test_without_unanswerable_questions_their_line_is_left_out() -> None:
    report = dataclasses.replace(
        REPORT, questions=34, unanswerable=0, unanswerable_refused=None, near_auroc=None, near_refused=None
    )
    about = ("not answerable", "AUROC against those", "  of those")
    expected = [line for line in table("x", REPORT).split("\n") if not line.startswith(about)]
    assert table("x", report).split("\n")[1:] == expected[1:]
    assert table("x", report).startswith("x: 34 questions, 0 of them")


@pytest.mark.parametrize(
    ("missing", "named"),
    [
        (["ir_measures"], "ir_measures"),
        (["scipy", "matplotlib"], "scipy"),
        (["ir_measures", "scipy"], "ir_measures, scipy"),
    ],
)
def test_without_the_extra_it_is_named_before_anything_is_done(
    missing: Sequence[str], named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    find = importlib.util.find_spec

    def without(name: str, package: str | None = None) -> Any:
        return None if name in missing else find(name, package)

    monkeypatch.setattr(importlib.util, "find_spec", without)
    monkeypatch.setattr(Index, "build", lambda *_, **__: pytest.fail("an index was made"))
    with pytest.raises(ExtraMissing) as caught:
        next(measure([], [], None))
    assert f"needs {named}: " in str(caught.value)
    assert f"pip install --editable {shlex.quote(f'{REPOSITORY}[eval]')}" in str(caught.value)


def test_plots_need_one_more_package(monkeypatch: pytest.MonkeyPatch) -> None:
    check_extra(plots=True)
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "matplotlib" else find(name)
    )
    check_extra()
    with pytest.raises(ExtraMissing, match="needs matplotlib: "):
        check_extra(plots=True)


class Watch:
    """The fake encoder everywhere; keeps what was loaded, built and asked."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.models: list[str | None] = []
        self.asked: list[tuple[Index, list[GoldQuestion]]] = []
        patch.setattr(encoders, "load", self._load)
        patch.setattr("qa.evaluation.report.evaluate", self._evaluate)

    def _load(self, name: str | None = None) -> FakeEncoder:
        self.models.append(name)
        return FakeEncoder()

    def _evaluate(self, index: Index, questions: Sequence[GoldQuestion], reader: bool) -> Report:
        assert reader
        self.asked.append((index, list(questions)))
        return REPORT


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    return Watch(monkeypatch)


def test_without_files_the_articles_questions_are_asked_a_language_at_a_time(watch: Watch) -> None:
    assert list(measure([], [], None)) == [("article, ar", REPORT), ("article, en", REPORT)]
    (arabic_index, arabic), (english_index, english) = watch.asked
    assert arabic_index is english_index
    assert arabic_index.documents == (article(),)
    everything = article_questions().questions
    assert arabic == [question for question in everything if question.id.startswith("ar")]
    assert english == [question for question in everything if question.id.startswith("en")]
    assert len(arabic) + len(english) == len(everything)
    assert watch.models == [None]


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """Two parallel files of two paragraphs."""
    made = {}
    for name, texts in (
        ("en", ["The river floods.", "Bread needs flour."]),
        ("ar", ["يفيض النهر.", "الخبز من دقيق."]),
    ):
        paragraphs = [
            {
                "context": text,
                "qas": [{"id": str(n), "question": text, "answers": [{"text": text[:5], "answer_start": 0}]}],
            }
            for n, text in enumerate(texts)
        ]
        made[name] = tmp_path / f"x.{name}.json"
        made[name].write_text(json.dumps({"data": [{"title": "t", "paragraphs": paragraphs}]}), "utf-8")
    return made


def test_a_files_questions_are_asked_of_its_texts(watch: Watch, files: dict[str, Path]) -> None:
    assert list(measure([files["en"]], [], "a-model")) == [("x.en -> x.en", REPORT)]
    ((index, questions),) = watch.asked
    assert [d.text for d in index.documents] == ["The river floods.", "Bread needs flour."]
    assert [q.text for q in questions] == ["The river floods.", "Bread needs flour."]
    assert watch.models == ["a-model"]


def test_a_parallel_files_questions_are_asked_of_the_texts(watch: Watch, files: dict[str, Path]) -> None:
    assert [name for name, _ in measure([files["en"]], [files["ar"]], None)] == ["x.ar -> x.en"]
    ((index, questions),) = watch.asked
    assert [q.text for q in questions] == ["يفيض النهر.", "الخبز من دقيق."]
    assert {a.document_id for q in questions for a in q.answers} == {d.id for d in index.documents}


def test_several_files_are_one_collection_reported_on_by_language(
    watch: Watch, files: dict[str, Path]
) -> None:
    pool = [files["en"], files["ar"]]
    assert [name for name, _ in measure(pool, [], None)] == ["x.en + x.ar -> x.en + x.ar, ar",
                                                             "x.en + x.ar -> x.en + x.ar, en"]  # fmt: skip
    (arabic_index, arabic), (english_index, english) = watch.asked
    assert arabic_index is english_index
    assert len(arabic_index.documents) == 4
    assert [q.text for q in arabic] == ["يفيض النهر.", "الخبز من دقيق."]
    assert [q.text for q in english] == ["The river floods.", "Bread needs flour."]
    ids = {d.text: d.id for d in arabic_index.documents}
    assert {a.document_id for a in arabic[0].answers} == {ids["يفيض النهر."], ids["The river floods."]}


def test_a_language_that_nothing_is_asked_in_has_no_report(watch: Watch, files: dict[str, Path]) -> None:
    names = [name for name, _ in measure([files["en"], files["ar"]], [files["ar"]], None)]
    assert names == ["x.ar -> x.en + x.ar, ar"]
    assert len(watch.asked) == 1


@pytest.mark.slow
def test_what_is_measured_is_what_is_shown(files: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """All the way with the fake encoder: questions that repeat their paragraphs are found and quoted."""
    monkeypatch.setattr(encoders, "load", lambda _=None: FakeEncoder())
    monkeypatch.setattr(
        "qa.answering.answer.confidence", lambda _, __, found, *___: 0.75 if found[0].lexical == 1 else 0.25
    )
    ((name, report),) = measure([files["en"]], [], None)
    assert report.retrieval["whole"]["R@1"] == report.first_quote == Estimate(1.0, 1.0, 1.0)
    assert (report.auroc.mean, report.calibration_error.mean) == (1.0, 0.25)
    shown = table(name, report).split("\n")
    assert shown[0] == "x.en -> x.en: 2 questions, 0 of them not answered by the texts"
    assert shown[6].startswith("whole ")
    assert shown[6].split() == ["whole", *(["1.000", "[1.000,", "1.000]"] * 5)]


def test_a_file_in_another_format_is_named(watch: Watch, tmp_path: Path) -> None:
    (tmp_path / "notes.json").write_text("[]")
    with pytest.raises(UnreadableFile, match=r"notes\.json"):
        next(measure([tmp_path / "notes.json"], [], None))
    assert watch.models == []


def test_nothing_is_left_behind(watch: Watch, files: dict[str, Path]) -> None:
    list(measure([files["en"]], [], None))
    assert not Path(watch.asked[0][0].location).exists()
