"""Questions for a part of a document by its number."""

from __future__ import annotations

from pathlib import Path

import pytest
from fake_encoder import FakeEncoder

import qa
from index import Document, Index
from index.readers.read_files import read_file
from qa.answering.parts import cite_part, lacks_part
from qa.answering.questions.parts import asked_part, heading_part

ORCHARD = """\
النظام الداخلي لجمعية بساتين الرمان

الباب الأول: أحكام عامة

المادة الأولى: الاسم

تسمى هذه الجمعية جمعية بساتين الرمان.

المادة الثانية: المقر

مقر الجمعية في قرية وادي الجوز.

الباب الثاني: الأعضاء

المادة الثالثة: الاشتراك

يدفع العضو سبعة دنانير في السنة.

المادة الرابعة: الانسحاب

للعضو أن ينسحب متى شاء.

ولا يسترد ما دفعه.

المادة 4 مكرر: الفصل

يفصل من أساء إلى الجمعية.
"""
KENNELS = """\
# Kennel Rules of Marrow Lane

## 1. Arrival

Dogs arrive before noon.

## 2. Feeding

Dogs are fed twice a day.

## 2.1 Puppies

Puppies are fed four times.

## 3. Walks

Walks take an hour.
"""
DIARY = """\
# A week at the weir

## 5 May

The gate was oiled.

## Saturday, 6 May

Two eels were caught.

A heron came.

## 7 أيار

سقط المطر.
"""
CHARTER = """\
Charter of the Bellwater Rowing Club

Article 1. The club is named Bellwater.

Article 2. Members row at their own risk.

Article 3. Boats are washed after use.
"""


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    folder = tmp_path_factory.mktemp("parts")
    documents = [
        Document(ORCHARD, title="النظام الداخلي لجمعية بساتين الرمان", id="orchard"),
        Document(CHARTER, title="Charter of the Bellwater Rowing Club", id="charter"),
    ]
    (folder / "kennels.md").write_text(KENNELS, "utf-8")
    (folder / "diary.md").write_text(DIARY, "utf-8")
    documents += [read_file(folder / "kennels.md"), read_file(folder / "diary.md")]
    return Index.build(documents, folder / "index", encoder=FakeEncoder(), show_progress=False)


@pytest.mark.parametrize(
    ("question", "quotes"),
    [
        ("ماذا تقول المادة 2 من نظام جمعية الرمان؟", ["مقر الجمعية في قرية وادي الجوز."]),
        ("ما نص المادة الثالثة من النظام؟", ["يدفع العضو سبعة دنانير في السنة."]),
        ("على ماذا تنص المادة الرابعة؟", ["للعضو أن ينسحب متى شاء.", "ولا يسترد ما دفعه."]),
        ("ماذا تقول المادة 4 مكرر؟", ["يفصل من أساء إلى الجمعية."]),
        ("What does section 2.1 say?", ["Puppies are fed four times."]),
        ("In the kennel rules, what does section 3 say?", ["Walks take an hour."]),
        ("What does article 3 of the rowing club's charter say?", ["Boats are washed after use."]),
        ("What does Article II of the charter provide?", ["Members row at their own risk."]),
        # The part of each document that has one; a bare number only where none is named.
        (
            "What does article 1 say?",
            ["The club is named Bellwater.", "تسمى هذه الجمعية جمعية بساتين الرمان."],
        ),
        ("What is in clause 1?", ["Dogs arrive before noon."]),
        ("What happened on 6 May?", ["Two eels were caught.", "A heron came."]),
        ("ماذا حدث يوم 5 أيار؟", ["The gate was oiled."]),
        ("What did they do on May 7 at the weir?", ["سقط المطر."]),
        ("What happened on 6 May at the abbey?", []),
        ("What happened on 6 May 1940?", []),
        ("What happened on 8 May?", []),
        ("What was caught on 6 May?", []),
        # What is asked isn't the part's text.
        ("What is the fee in article 3?", []),
        ("متى يعمل بالمادة 2؟", []),
        ("What does article 2 say about oars?", []),
        # Another document's, or no part's.
        ("What does article 2 of the bakery's lease say?", []),
        ("ماذا تقول المادة 12؟", []),
    ],
)
def test_a_part_is_quoted_by_its_number(index: Index, question: str, quotes: list[str]) -> None:
    assert sorted(c.quote for c in cite_part(index, question)) == sorted(quotes)


def test_the_answer_is_what_stands_under_the_heading(index: Index) -> None:
    found = qa.ask("ماذا تقول المادة الثانية من نظام بساتين الرمان؟", index=index, reader=False)
    assert [c.quote for c in found.citations] == ["مقر الجمعية في قرية وادي الجوز."]
    refused = qa.ask("ماذا يقول الفصل الثلاثون؟", index=index, reader=False)
    assert not refused.found


def test_a_long_part_is_quoted_from_its_beginning(tmp_path: Path) -> None:
    paragraphs = [f"Paragraph number {n} of many. " + "It goes on and on. " * 8 for n in range(30)]
    text = "# Handbook\n\n## Chapter 1\n\nShort.\n\n## Chapter 2\n\n" + "\n\n".join(paragraphs)
    (tmp_path / "long.md").write_text(text, "utf-8")
    document = read_file(tmp_path / "long.md")
    made = Index.build([document], tmp_path / "index", encoder=FakeEncoder(window=200), show_progress=False)
    cited = cite_part(made, "What is chapter 2 about?")
    assert [c.quote.split(" of")[0] for c in cited] == [f"Paragraph number {n}" for n in range(len(cited))]
    assert 1 < sum(len(c.quote.split()) for c in cited) <= 120


@pytest.mark.parametrize(
    ("heading", "number"),
    [
        ("المادة (9): أمين المال", "9"),
        ("Article IX – Dissolution", "9"),
        ("6. Claims", "6"),
        ("3.2 The route", "3.2"),
        ("نموذج رقم ١٢", "12"),
        ("المادة 9 من القانون المذكور", None),
        ("1904 and after", None),
        ("12 rules of the road", None),
    ],
)
def test_the_part_that_a_heading_begins(heading: str, number: str | None) -> None:
    part = heading_part(heading)
    assert (part and part.number) == number


def test_what_a_question_for_a_part_names() -> None:
    asked = asked_part("ماذا تقول المادة التاسعة من نظام الصيادين؟")
    assert asked is not None
    assert (asked.part.number, asked.written) == ("9", "المادة التاسعة")
    assert len(asked.after) == len(asked.kinds) == 1
    assert not asked.before
    assert asked_part("What do articles say?") is None
    assert asked_part("Does article 3 contradict article 4?") is None


def test_a_part_that_nothing_speaks_of_is_lacking(index: Index) -> None:
    def lacks(question: str) -> bool:
        return lacks_part(question, index.search(question))

    assert lacks("What does chapter 7 say?")
    assert not lacks("What does article 2 say?")
    assert not lacks("What is the fee in chapter 7?")
