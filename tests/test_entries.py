"""Questions for the value of a property, for a person's form, and for the number in a title."""

from __future__ import annotations

from pathlib import Path

import pytest
from fake_encoder import FakeEncoder

from index import Document, Index
from index.readers.read_files import read_file
from index.types import Hit, Passage
from qa.answering.dependent_sentences import is_dependent, topics
from qa.answering.metadata import cite_number
from qa.answering.questions.entries import is_asked_entry, properties
from qa.answering.sentences import score_sentences

LAMP = """\
# Storm lantern SL-4: owner's guide

## Care

Wipe the glass of the lantern with a dry cloth once a week, and trim the wick of the lantern.

## Data

| Property | Value |
|---|---|
| Weight | 830 g |
| Height | 31 cm |
| Burning time | 26 hours |
"""
CARD = """\
# بطاقة مشترك في النادي

| | |
|---|---|
| الاسم الكامل | رضوان جميل البيطار |
| رقم الاشتراك | 2207 |
| فصيلة الدم | B سالب |

## ملاحظات

يسبح أيام الاثنين.
"""


def row(text: str, columns: tuple[str, ...] = ("Property", "Value")) -> Passage:
    cells = (0, text.index("|") + 2)
    return Passage("p", "d", 1, 0, len(text), text, "table_row", (), columns, items=cells)


@pytest.fixture
def lamp(tmp_path: Path) -> Index:
    (tmp_path / "lamp.md").write_text(LAMP, "utf-8")
    document = read_file(tmp_path / "lamp.md")
    return Index.build([document], tmp_path / "index", encoder=FakeEncoder(), show_progress=False)


@pytest.mark.parametrize(
    ("question", "is_asked"),
    [
        ("What is the lantern's weight?", True),
        ("How heavy is the lantern?", True),
        ("How much does the storm lantern weigh?", True),
        ("What is the weight?", True),
        ("ما وزن lantern؟", True),
        ("How heavy is the mantle?", False),  # a part that neither row nor title names
        ("How tall is the lantern?", False),
        ("How old is the lantern?", False),
        ("What is the lantern?", False),
    ],
)
def test_a_row_is_asked_for_by_its_key(question: str, is_asked: bool) -> None:
    known = frozenset(("storm", "lantern"))
    assert is_asked_entry(question, row("Weight | 830 g"), known) == is_asked


def test_what_has_no_key_is_no_entry() -> None:
    wide = Passage(
        "p", "d", 1, 0, 18, "Weight | 830 g | a", "table_row", (), ("A", "B", "C"), items=(0, 9, 17)
    )
    prose = Passage("p", "d", 1, 0, 15, "Weight | 830 g.")
    for passage in (wide, prose, row("830 | 26")):
        assert not is_asked_entry("What is the weight?", passage, frozenset())


def test_a_property_is_asked_for_in_other_words() -> None:
    assert {"weight", "وزن"} <= properties("How heavy is the lantern?")
    assert {"وزن"} <= properties("كم يزن الفانوس؟")
    assert not properties("Who made the lantern?")


def test_an_entry_comes_first(lamp: Index) -> None:
    query = lamp.query("How heavy is the lantern?")
    hits = lamp.search(query, 10)
    entries = {hit.passage.id for hit in hits if hit.passage.text.startswith("Weight")}
    quotable = [hit for hit in hits if hit.passage.kind != "table_header"]
    assert score_sentences(lamp, query, quotable)[0].written != "Weight | 830 g"
    first, second, *_ = score_sentences(lamp, query, quotable, entries=entries)
    assert first.written == "Weight | 830 g"
    assert first.score > second.score


def test_a_form_is_about_the_person_whose_name_it_has(tmp_path: Path) -> None:
    (tmp_path / "card.md").write_text(CARD, "utf-8")
    index = Index.build(
        [read_file(tmp_path / "card.md")], tmp_path / "index", encoder=FakeEncoder(), show_progress=False
    )

    def named(question: str) -> set[str]:
        passages = [hit.passage for hit in index.search(question, 10)]
        return set().union(*topics(index, question, passages).values())

    assert len(named("ما رقم اشتراك رضوان البيطار؟")) == 2
    assert len(named("ما فصيلة الدم لرضوان؟")) == 1
    assert not named("ما رقم الاشتراك؟")
    assert not named("ما فصيلة دم سليم؟")


def test_a_list_of_people_is_about_none_of_them(encoder: FakeEncoder, tmp_path: Path) -> None:
    text = "Name: Otis Brandvold\nDesk: 4\n\nName: Freya Lindqvist\nDesk: 9\n"
    index = Index.build([Document(text)], tmp_path / "index", encoder=encoder, show_progress=False)
    question = "What is the desk of Freya Lindqvist?"
    assert not topics(index, question, [hit.passage for hit in index.search(question, 10)])


MINUTES = Document(
    "اجتمعت اللجنة صباحاً ونظرت في السقاية.", title="محضر لجنة السقاية رقم (٣٩/ب) لسنة 2016", id="minutes"
)
CIRCULAR = Document("Bins are emptied on Fridays.", title="Circular No. 612 on bins", id="circular")


@pytest.mark.parametrize(
    ("question", "number"),
    [
        ("ما رقم محضر لجنة السقاية؟", "٣٩/ب"),
        ("What is the number of the circular?", "612"),
        ("What is the circular's number?", "612"),
        ("What is the circular number on bins?", None),
        ("ما رقم هاتف اللجنة؟", None),
        ("What is the circular about?", None),
    ],
)
def test_a_number_in_the_title_alone_is_quoted(
    encoder: FakeEncoder, tmp_path: Path, question: str, number: str | None
) -> None:
    index = Index.build([MINUTES, CIRCULAR], tmp_path / "index", encoder=encoder, show_progress=False)
    query = index.query(question)
    cited = cite_number(index, query, index.search(query, 10), None)
    assert [(c.field, c.answer) for c in cited] == ([("title", number)] if number else [])


def test_a_number_of_several_titles_is_none(encoder: FakeEncoder, tmp_path: Path) -> None:
    other = Document("Lamps are lit at six.", title="Circular No. 613 on lamps", id="other")
    index = Index.build([CIRCULAR, other], tmp_path / "index", encoder=encoder, show_progress=False)

    def cited(question: str) -> list[str]:
        query = index.query(question)
        hits: list[Hit] = index.search(query, 10)
        return [str(c.answer) for c in cite_number(index, query, hits, None)]

    assert cited("What is the number of the circular?") == []
    assert cited("What is the number of the circular on lamps?") == ["613"]


@pytest.mark.parametrize(
    "sentence", ["Do this three times.", "Repeat that daily.", "كرر ذلك مرتين.", "يعاد ذلك."]
)
def test_a_repeated_step_depends_on_what_is_repeated(sentence: str) -> None:
    assert is_dependent(sentence)
