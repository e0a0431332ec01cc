"""What can't be the answer by rule: another identifier, another kind of unit, the one who is excluded."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from fake_encoder import FakeEncoder

from index import Document, Index
from index.types import BlockKind, Passage
from qa.answering.sentences import Sentence, score_sentences
from qa.answering.sentences.ruled_out import measured, possible


def passage(text: str) -> Passage:
    kind: BlockKind = "table_row" if " | " in text else "paragraph"
    return Passage(text, "a", 1, 0, len(text), text, kind)


def left(question: str, *texts: str, title: str = "") -> list[str]:
    """Those of some texts, each a passage of one sentence, that aren't ruled out."""
    found: list[Any] = [SimpleNamespace(written=text, passage=passage(text)) for text in texts]
    query: Any = SimpleNamespace(reading=question)
    return [one.written for one in possible(query, found, lambda _: title)]


@pytest.mark.parametrize(
    ("question", "text"),
    [
        # Another identifier.
        ("What does message E09 mean?", "E01 | Power failure"),
        ("What does fault F-07 mean?", "F-08 | Door open"),
        ("ما معنى الرمز E٠٩؟", "E01 | انقطاع التيار"),
        ("كم ثمن المضخة HX-110؟", "ثمن المضخة HX-120 أربعون دينارًا."),
        ("Who voted on Decision 43/3?", "Decision 43/4 was carried by five votes."),
        ("من صوّت على القرار ٤٣/٣؟", "القرار 43/4: وافق خمسة أعضاء."),
        ("What does Circular No. 7/2024 say of leave?", "Circular No. 6/2024 says nothing of leave."),
        # Another year, one of a series, or title.
        ("What will a boat cost in 2027?", "A boat costs 34 pounds from April 2026."),
        ("كم زورقًا بيع سنة 1930؟", "1929 | 14 | 3"),
        ("كم بلغ عدد الزوار عام ٢٠٢١؟", "بلغ عدد الزوار عام 2020 ألفين."),
        ("كم تبلغ كلفة المرحلة الثانية؟", "بلغت كلفة المرحلة الأولى مليون ريال."),
        ("When does the second phase begin?", "The first phase begins in May."),
        ("Who opens phase 2?", "Phase 1 is opened by the mayor."),
        ("Where does “The Lamp Keeper” hang?", "“The Ferry at Dusk” hangs in the hall."),
        # Another kind of unit.
        ("How much will the road cost?", "The site needs a road of 1.3 km."),
        ("What is the price of the field?", "The field has 12 hectares."),
        ("كم بلغت كلفة حفر الخزان؟", "اكتمل حفر الخزان في أيار، وسعته ستون ألف متر مكعب."),
        ("كم سعر السياج؟", "طول السياج ثلاثون مترًا."),
        ("How much did the bridge cost?", "The bridge was opened in 1987."),
        ("كم طنًّا من القمح بيع؟", "بيع القمح بثلاثين دينارًا."),
        ("How many people came?", "The hall has 500 square metres."),
        ("How often must the fan be replaced?", "The fan goes on for up to half an hour."),
        ("كل كم يُنظَّف المرشّح؟", "يعمل المرشّح لمدة ثلاث ساعات."),
        # The one who is excluded.
        ("Who was the librarian before Ada Marsh?", "The librarian is Ada Marsh."),
        ("من كان أمين المكتبة قبل جلال بوعزة؟", "أمين المكتبة الأستاذ جلال بوعزّة منذ آذار ٢٠١٩."),
    ],
)
def test_what_is_ruled_out(question: str, text: str) -> None:
    assert left(question, text) == []


@pytest.mark.parametrize(
    ("question", "text"),
    [
        # The identifier in another form, a range with it, or no rival of it.
        ("What does message E09 mean?", "E9 | Sensor broken"),
        ("What does message E09 mean?", "E-٠٩ | Sensor broken"),
        ("What does message E09 mean?", "E05 to E12 | Call the service"),
        ("What does message E09 mean?", "The stove shows a message."),
        ("كم ثمن الطائرة F-16؟", "ثمن إف 16 عشرون مليون دولار."),
        ("Who voted on Decision 43/3?", "Decision 43 / 3: all voted for it."),
        ("Who voted on Decision 43/3?", "All voted for the decision."),
        ("من صوّت على القرار ٤٣/٣؟", "القرار 43/3: وافق خمسة أعضاء."),
        ("What does Law No. 7/2024 say?", "Law No. 7 of 2024 replaces Law 6/2024."),
        ("ماذا يقول القانون رقم ٧/٢٠٢٤؟", "القانون رقم ٧ لسنة ٢٠٢٤ يلغي القانون ٦/٢٠٢٤."),
        ("Who came in the 1990s?", "In the 1980s nobody came."),
        ("Who won in 2019/2020?", "The team won in 2018/2019."),
        # The year in a span, in words, or short; a state that goes on; a time that is open; "the first to".
        ("How many boats came in 1930?", "In 1929-1933 there came forty, in 1934 none."),
        ("كم زورقًا بيع سنة 1956؟", "بيع عشرون سنة ألف وتسعمئة وست وخمسين، وثلاثون سنة 1957."),
        ("How many came under the rule of 1994?", "Under Rule 94/45, of 1996, there came forty."),
        ("Who was the harbour master in 2021?", "The harbour master since 2017 is Ada Marsh."),
        ("How many came before 1930?", "In 1929 there came forty."),
        # Amounts, letters and dates; two of a series, ranges; what isn't numbered or is no title.
        ("What is the registration fee in 2024?", "The registration fee is 1500 dinars."),
        ("كم بلغت الميزانية في عام 2024؟", "بلغت عام 2024م نحو 500 مليون، وكانت في عام 2023 نحو 400 مليون."),
        ("How many came in May 2024?", "On 2024-05-17 there came forty, in 2023 none."),
        ("كم عدد الحجاج عام 1445؟", "بلغ عددهم 1445هـ نحو مليونين، وعام 1444 أقل."),
        ("How many skiffs were sold in 2024?", "Skiff | 1200 | 3"),
        ("How long are the first phase and the second phase?", "The first phase takes a year."),
        ("متى تبدأ الدورة الأولى والثانية؟", "تبدأ الدورة الأولى في أيار."),
        ("What is the salary for grade 3?", "Grade 1-5: 500 dinars."),
        ("ما راتب الدرجة الثالثة؟", "الدرجات من الأولى إلى الخامسة: الدرجة الأولى 900."),
        ("Which form I need to hand in?", "Hand in form 7 at the desk."),
        ("ما معنى «السداد المبكر»؟", "«سداد مبكر»: دفع القرض قبل أجله."),
        ("What did Ada say about “net zero targets”?", "Ada called the goal “realistic”."),
        ("What did the boat cost?", "The boat cost 34 pounds in 2026."),
        ("ما المرحلة الثانية؟", "المرحلة الأولى حفر، والمرحلة الثانية بناء."),
        ("Who was the first captain to return?", "The second captain returned."),
        ("متى اجتمع المجلس في تشرين الثاني؟", "اجتمع المجلس في تشرين الأول."),
        ("Where does “The Lamp Keeper” hang?", "“Lamp Keeper” hangs in the hall, “The Ferry” at home."),
        ("أين تُعرض «حارس المصباح»؟", "“The Lamp Keeper” hangs in the hall."),
        # The right kind, in digits or in words; bare; or what a price may be besides.
        ("How much will the road cost?", "The road of 1.3 km costs £4,000."),
        ("How much will the road cost?", "A road of 1.3 km comes to forty thousand pounds."),
        ("How much does parking cost?", "Parking of up to 2 hours is free."),
        ("How much does a lift of 5 tonnes cost?", "For 5 tonnes it is one and a half times the rate."),
        ("كم سعر السياج؟", "السياج الذي طوله ثلاثون مترًا بثلاثين دينارًا."),
        ("كم رسم الدخول؟", "الدخول مجاني يوم الجمعة لمدة ٣ ساعات."),
        ("What is the fee?", "Boats of 7 m | 24.50"),
        ("How much does it cost?", "It came to 1,950 in all, after 2 years."),
        ("كم طنًّا من القمح بيع؟", "بيع ثلاثون طنًّا بألف دينار."),
        ("كم سعر السياج؟", "السياج الذي طوله ثلاثون مترًا بدينارين."),
        ("كم عضوًا حضر؟", "حضر عضوان سنة 1987."),
        ("How many people came?", "In 1987 there came 40."),
        ("How often must the fan be replaced?", "Replace it every two years, for up to ten years."),
        ("How often must the fan be replaced?", "It is replaced once a year, within 3 days."),
        ("كل كم يُنظَّف المرشّح؟", "يُنظَّف كل أسبوعين خلال ساعة."),
        ("How long is the road?", "It took them 3 years."),
        # Someone else beside, or a word of succession.
        ("Who was the librarian before Ada Marsh?", "Ada Marsh succeeded Tom Hill."),
        ("Who was the librarian before Ada Marsh?", "The librarians were Tom Hill and Ada Marsh."),
        ("Who was the librarian before Ada Marsh?", "The librarian was Tom Hill."),
        ("من كان أمين المكتبة قبل جلال بوعزة؟", "خلف جلال بوعزّة سليمان الحداد."),
        ("من كان أمين المكتبة قبل جلال بوعزة؟", "سليم حداد ١٩٩٠–٢٠١٩، جلال بوعزة منذ ٢٠١٩."),
        ("من كان أمين المكتبة قبل جلال بوعزة؟", "تولّى المكتبة سليم الحداد وجلال بوعزّة."),
        ("من كان أمين المكتبة قبل جلال بوعزة؟", "كان أمينا المكتبة جلال بوعزّة وسليم الحداد."),
        ("Who may enter besides Ada Marsh?", "Ada Marsh may enter."),
        ("Who is Ada Marsh?", "The librarian is Ada Marsh."),
    ],
)
def test_what_is_left(question: str, text: str) -> None:
    assert left(question, text) == [text]


def test_the_passage_with_the_identifier_is_left() -> None:
    texts = "E01 | Power failure", "E09 | Sensor broken", "Messages are shown at the top."
    assert left("What does message E09 mean?", *texts) == ["E09 | Sensor broken"]


def test_behind_a_sentence_of_another_kind_only_one_of_the_right_kind_is_left() -> None:
    texts = "The site needs a road of 1.3 km.", "Ms Hill spoke of two machines.", "The road costs £4,000."
    assert left("How much will the road cost?", *texts) == ["The road costs £4,000."]
    assert left("How much will the road cost?", *texts[1:]) == list(texts[1:])
    texts = "يعمل المرشّح لمدة ثلاث ساعات.", "المرشّح رمادي.", "يُنظَّف المرشّح كل أسبوعين."
    assert left("كل كم يُنظَّف المرشّح؟", *texts) == ["يُنظَّف المرشّح كل أسبوعين."]


def test_the_title_may_have_the_identifier() -> None:
    text = "It replaces Circular No. 6/2024."
    assert left("What does Circular No. 7/2024 replace?", text, title="Circular No. 7/2024") == [text]


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("A road of 1.3 km for £400 in 1987", ["length", "money", "date"]),
        ("ستون ألف متر مكعب وثلاثون دينارًا", ["volume", "money"]),
        ("500 square metres, 12 donkeys", ["area", ""]),
        ("الخزان على بعد مترين", ["loose", "length"]),
        ("400€ or 3 tonnes", ["money", "mass"]),
    ],
)
def test_what_numbers_measure(text: str, kinds: list[str]) -> None:
    assert list(measured(text)) == kinds


def test_real_sentences(encoder: FakeEncoder, tmp_path: Path) -> None:
    document = Document("The bridge has 300 metres. The bridge cost 40 pounds.", id="bridge")
    index = Index.build([document], tmp_path / "index", encoder=encoder, show_progress=False)
    query = index.query("How much did the bridge cost?")
    found: list[Sentence] = score_sentences(index, query, index.search(query, 3))
    assert len(found) == 2
    assert [one.written for one in possible(query, found, str)] == ["The bridge cost 40 pounds."]


def test_behind_a_rival_only_what_measures_the_thing_asked_for_is_left() -> None:
    texts = [
        "The first phase costs 40 pounds.",
        "The second phase begins in 2026.",
        "The second phase: 50 pounds.",
    ]
    assert left("How much does the second phase cost?", *texts) == texts[2:]
    assert left("How much does the second phase cost?", *texts[:2]) == []


def test_a_row_has_its_own_year_whatever_span_the_title_names() -> None:
    texts = "1929 | 615", "1933 | 288"
    assert left("How many members were there in 1930?", *texts, title="The press, 1925-1935") == []
    assert left("How many members were there in 1933?", *texts, title="The press") == ["1933 | 288"]


def test_a_row_may_have_its_year_in_its_columns() -> None:
    text = "Visitors | 1500 | 1700"
    row = Passage(text, "a", 1, 0, len(text), text, "table_row", columns=("Item", "2020", "2021"))
    found: list[Any] = [SimpleNamespace(written=text, passage=row)]
    query: Any = SimpleNamespace(reading="How many visitors came in 2020?")
    assert possible(query, found, lambda _: "") == found
