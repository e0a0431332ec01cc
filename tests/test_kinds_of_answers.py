"""What ordinary documents are asked, with the real model: lists, signatures, rows, definitions, lives."""

from __future__ import annotations

from math import sqrt
from pathlib import Path

import pytest

import qa
from index import Index
from index.encoding.base import Encoder
from index.readers.read_files import read_paths
from qa.types import Citation

DOCUMENTS = {
    "تعميم.txt": """\
المؤسسة العامة للموانئ
مكتب المدير العام

تعميم رقم 12 لسنة 2021
بشأن تنظيم الدخول إلى رصيف الصيادين

إن المدير العام،
بعد الاطلاع على قانون الموانئ رقم 4 لسنة 1998،
وعلى محضر لجنة السلامة المؤرخ في 2 شباط 2021،
قرّر ما يلي:

أولًا: يُغلق رصيف الصيادين ليلًا من الساعة العاشرة حتى الرابعة فجرًا، ولا يدخله بعد ذلك إلا الحرس.

ثانيًا: على كل صياد أن يحمل معه:
أ. بطاقة الميناء سارية المفعول.
ب. سترة نجاة برتقالية.
ج. صفارة إنذار.

ثالثًا: يُكلَّف النقيب عماد الزهراني بالإشراف على البوابة الشمالية.
رابعًا: تُدفع غرامة قدرها 35 دينارًا عن كل مخالفة.

حُرّر في ميناء الرملة بتاريخ 9 آذار 2021.

م. سعاد النابلسي
المدير العام

صورة إلى:
- إدارة الحرس
- جمعية الصيادين
""",
    "resolution.txt": """\
Harwick Borough Council
Office of the Town Clerk

Resolution No. 31 of 2019
on the reopening of the Fell Lane footbridge

Whereas the footbridge was closed after the storm of 6 January 2019,
the Council resolves as follows:

First: The footbridge shall be reopened on 1 May 2019 to walkers only.

Second: The contractor shall:
a. replace the handrail on the east side;
b. repaint the steel deck;
c. fit two lamps at each end.

Third: Mrs. Delia Sandover is appointed as supervisor of the works.
Fourth: A sum of 18,400 pounds is set aside for the works.

Done at Harwick on 20 March 2019.

Signed:
Conrad Appleyard
Town Clerk
""",
    "loom.md": """\
---
title: Notes on the travelling loom
author: Ruth Okafor
date: 2020-06-03
---

# Notes on the travelling loom

## What is in the box?

The loom has four parts:

1. Breast beam: the bar on which the finished cloth is wound.
2. Heddle: a frame of cords that lifts every second thread.
3. Reed: a comb that beats the weft into place.
4. Shuttle: the boat that carries the thread across.

## Prices

The heddle is the part that wears out first. It is made of waxed linen.

| Part | Material | Price in pounds |
|---|---|---|
| Breast beam | ash | 14 |
| Heddle | linen | 9 |
| Reed | brass | 22 |

## Why it was built

The first loom was taken apart to learn why the warp kept snapping.
The back beam had a burr that cut the threads.
""",
    "سفن.md": """\
# الدرس الثالث: صناعة السفن الشراعية

مقرر تاريخ الملاحة — ألقاه د. حازم الشرقاوي — 5 أيار 2019

## ما الصاري؟

هو عمود طويل من الخشب يُنصب في وسط السفينة ويُعلَّق عليه الشراع.[^1] ويُثبَّت بالحبال من جانبيه.

## ما أجزاء السفينة؟

للسفينة أربعة أجزاء رئيسة:

1. القاع: ألواح سميكة تحمل الثقل كله.
2. الدفة: لوح متحرك في المؤخرة توجَّه به السفينة.
3. الشراع: قماش من القطن يملؤه الهواء.
4. المرساة: ثقل من الحديد يُلقى في الماء.

## أدوات النجّار

القدوم فأس صغيرة مقوّسة يُنحت بها الخشب. وهو أقدم أدوات النجّار وأخفّها.

| الأداة | المادة | السعر بالريال |
|---|---|---|
| القدوم | حديد | 12 |
| المنشار | فولاذ | 25 |

[^1]: الكلمة من الآرامية، وقيل من الفارسية.
""",
    "travel.html": """\
<!DOCTYPE html><html lang="en"><head><title>Travel Rules – Castor & Pike Ltd</title>
<meta name="date" content="2022-09-14"></head><body><h1>Travel Rules</h1>
<h2>Fair</h2><p>The fair in Porto is in May. The following was agreed:</p>
<ul><li>Two desks will be hired from the town.</li><li>Ivo Lamb will bring the samples.</li>
<li>Leaflets will be printed in Portuguese.</li></ul>
<h2>Allowances</h2><p>Allowances are paid to all travellers as shown in the table:</p>
<table><tr><th>City</th><th>Hotel per night</th><th>Meals per day</th></tr>
<tr><td>Oslo</td><td>180</td><td>70</td></tr><tr><td>Porto</td><td>95</td><td>40</td></tr></table></body></html>
""",
    "clockmaker.md": """\
# The Clockmaker's Square

## Chapter One: Beginnings

Jonas Verlaine was born in the town of Ostrel on 12 May 1832, the only son of a baker. He learned his letters
from a priest and his sums from his aunt.

At fourteen Jonas was bound to the clockmaker Emil Prout. The workshop stood on the square.

## Chapter Two: The tower clock

In 1858 the tower clock stopped after lightning struck its dial. Three masters had tried to mend it.
Jonas recast the escape wheel in bronze and hung a heavier pendulum. The clock went again on Easter morning.

The town paid him two hundred florins. He gave half of it to the hospital.

## Chapter Three: Family

He married Lena Brook in 1861. They had no children, but they brought up a niece, Clara.

## Chapter Four: Last years

His eyes failed in 1889, and he handed the workshop to Clara. They buried him under the old linden behind the
hospital in 1894.
""",
    "ورّاق.md": """\
# حكاية الورّاق

## الفصل الأول

وُلد نعمان البيطار في مدينة الصفا سنة 1790، وكان أبوه بيطارًا. تعلّم الخط على يد شيخ من الموصل.

## الفصل الثاني

فتح نعمان البيطار دكّانًا في سوق الورّاقين سنة 1815. احترق الدكّان في صيف 1822، فأعاد بناءه من ثمن
نسخة واحدة.

## الفصل الثالث

تزوّج ابنة جاره مريم سنة 1818. ورُزق منها ثلاث بنات.

## الفصل الرابع

أصيب بالطاعون في خريف 1837 ومات بعد ثلاثة أيام. ودُفن في مقبرة السور إلى جانب شيخه.
""",
}
# Question -> what the first quotation holds.
QUESTIONS = {
    "ما أجزاء السفينة؟": ("أربعة أجزاء رئيسة:", "1. القاع", "4. المرساة"),
    "What are the parts of the loom?": ("four parts:", "1. Breast beam", "4. Shuttle"),
    "What must the contractor do?": ("Second: The contractor shall:", "a. replace", "c. fit two lamps"),
    "ماذا يجب أن يحمل الصياد معه؟": ("أن يحمل معه:", "أ. بطاقة", "ج. صفارة"),
    "What was agreed about the fair in Porto?": (
        "The following was agreed:",
        "Two desks",
        "Ivo Lamb",
        "Leaflets",
    ),
    "من المدير العام؟": ("سعاد النابلسي",),
    "من وقّع التعميم رقم 12؟": ("سعاد النابلسي",),
    "Who signed the resolution?": ("Conrad Appleyard",),
    "Who is the town clerk of Harwick?": ("Conrad Appleyard",),
    "متى صدر التعميم رقم 12؟": ("9 آذار 2021",),
    "When was the resolution signed?": ("20 March 2019",),
    "من المشرف على البوابة الشمالية؟": ("عماد الزهراني",),
    "كم غرامة المخالفة في الميناء؟": ("35 دينارًا",),
    "When were the notes on the travelling loom written?": ("2020-06-03",),
    "What is the date of the travel rules?": ("2022-09-14",),
    "من ألقى درس صناعة السفن؟": ("حازم الشرقاوي",),
    "كم ثمن القدوم؟": ("12",),
    "How much does the heddle cost?": ("| 9",),
    "How much is the hotel allowance in Porto?": ("95",),
    "ما الصاري؟": ("هو عمود طويل",),
    "ما الدفة؟": ("2. الدفة: لوح",),
    "What is a heddle?": ("2. Heddle: a frame",),
    "Why did the warp keep snapping?": ("a burr",),
    "Where is Jonas Verlaine buried?": ("linden",),
    "Whom did Jonas Verlaine marry?": ("Lena Brook",),
    "When was Jonas Verlaine born?": ("12 May 1832",),
    "How was the tower clock repaired?": ("escape wheel",),
    "كيف مات نعمان البيطار؟": ("بالطاعون",),
    "أين دُفن نعمان البيطار؟": ("مقبرة السور",),
    "كم بنتًا رُزق نعمان البيطار؟": ("ثلاث بنات",),
    "متى وُلد نعمان البيطار؟": ("1790",),
}
# As in test_documents: of any such questions, however many; the test allows for these being 31.
FLOOR = 0.95


@pytest.fixture(scope="module")
def answers(model: Encoder, tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Citation, ...]]:
    """The quotations that answer each question."""
    folder: Path = tmp_path_factory.mktemp("kinds")
    for name, text in DOCUMENTS.items():
        (folder / name).write_text(text, "utf-8")
    documents = read_paths([folder]).documents
    index = Index.build(documents, folder / "index", encoder=model, show_progress=False)
    return {question: qa.ask(question, index).citations for question in QUESTIONS}


@pytest.mark.model
def test_most_kinds_of_questions_go_right(answers: dict[str, tuple[Citation, ...]]) -> None:
    wrong = {
        question: [citation.quote for citation in citations]
        for question, citations in answers.items()
        if not citations or not all(part in citations[0].quote for part in QUESTIONS[question])
    }
    asked = len(QUESTIONS)

    assert asked - len(wrong) >= asked * FLOOR - 2.33 * sqrt(asked * FLOOR * (1 - FLOOR)), wrong


@pytest.mark.model
def test_no_quotation_is_a_number_or_a_letterhead_alone(answers: dict[str, tuple[Citation, ...]]) -> None:
    citations = [citation for found in answers.values() for citation in found]
    quotes = [citation.quote for citation in citations if citation.field == "text"]

    assert not [quote for quote in quotes if not any(map(str.isalpha, quote))]
    assert not [quote for quote in quotes if "Harwick Borough" in quote or "المؤسسة العامة" in quote]
