"""The wordings of questions for metadata, lists and definitions; and those of other questions like them."""

from __future__ import annotations

import pytest

from qa.answering.metadata import asked_field
from qa.answering.question_type import asks_for_list, subject

METADATA = {
    "author": [
        "Who's the author?", "Who is the author?", "من كتبه؟", "من كتبها؟", "من معدّ التقرير؟",
        "من هو معدّ هذا التقرير؟", "من أعدّ التقرير؟", "من مؤلف الكتاب؟", "ما اسم المؤلف؟",
        "من أرسل الرسالة؟", "Who sent the message?", "Who is this report by?", "اسم الكاتب؟",
        "من كاتب الرسالة؟", "Who's the writer?", "Who prepared it?", "Who sent this email?",
        "من مُرسل الرسالة؟", "من ألّفه؟",
    ],
    "title": [
        "What is the title?", "What's the title of this book?", "ما عنوانه؟", "What's its title?",
        "ما العنوان؟",
    ],
    "date": [
        "ما تاريخ هذا المستند؟", "ما تاريخ المستند؟", "في أي سنة صدر الكتاب؟", "في أي عام كُتب التقرير؟",
        "متى كُتب؟", "متى صدر هذا القرار؟", "What year was the book published?",
        "In which year was it published?", "What is the document's date?", "When is this letter dated?",
        "What is the publication year?", "تاريخ النشر؟", "متى نُشر؟", "What is its date?",
        "في أي تاريخ صدر القرار؟", "ما سنة النشر؟", "When was it sent?",
        "When was Circular No. 7/2021 issued?", "متى وُقّع عقد البيع؟", "متى أُبرمت الاتفاقية؟",
        "متى أُلقيت المحاضرة؟", "When was this lecture given?",
    ],
    None: [
        "Who's the chair?", "ما عنوان الشركة؟", "When was the castle built?",
        "What is the title of the mayor?", "Who sent the troops?", "في أي سنة بنيت القلعة؟",
        "من أرسل الجيش؟", "What is the date of the open day?", "What year was the king crowned?",
        "متى وقع الزلزال؟", "متى أُلقي القبض عليه؟", "When was the speech of the king forbidden?",
    ],
}  # fmt: skip

LISTS = {
    True: [
        "What are the recommendations?", "List the requirements", "What documents are needed?",
        "ما التوصيات؟", "ما هي توصيات اللجنة؟", "عدّد الشروط", "ما المستندات المطلوبة؟",
        "بماذا أوصت اللجنة؟", "ما الذي أوصت به اللجنة؟", "Which members attended?", "من حضر الاجتماع؟",
        "من هم أعضاء اللجنة؟", "Who attended the meeting?", "What did the committee recommend?",
        "Give me the recommendations", "ما هي الوثائق اللازمة؟", "ما نصائح الدليل؟", "ما الأدوية؟",
        "ما حقوق المستأجر؟", "ما الكتب المطلوبة؟", "ما الأيام؟", "شو الأوراق المطلوبة؟",
        "Who are the members?", "Who attended?", "ما هي الأدوات اللازمة؟", "ما الأمراض؟",
        "ما هي الألوان المتاحة؟", "بم نصح الطبيب؟", "ما مكونات الوصفة؟", "Which documents are required?",
        "ما هي الجوائز؟", "ما المدن المشمولة؟", "من الحاضرون؟",
    ],
    False: [
        "Who is the TA?", "ما الكتاب؟", "ما عاصمة اليابان؟", "ما السبب؟",
        "Who attended him as a doctor in 1912?", "ما الاسم؟", "ما البيان؟", "ما الأسطرلاب؟", "ما العنوان؟",
        "ما الطعام؟", "ما الدين؟", "ما الأمن؟", "ما الإيمان؟", "What is the price?", "ما القانون؟",
        "ما الإعلام؟", "ما نهاية القصة؟", "ما فعالية الدواء؟", "ما رواية الشاهد؟", "من كتب الرواية؟",
        "ما أهمية القناة؟", "ما هي المدينة الأكبر؟",
    ],
}  # fmt: skip

DEFINITIONS = {
    True: [
        "ما معنى الأسطرلاب؟", "عرّف الأسطرلاب", "ما المقصود بالأسطرلاب؟", "ماذا يعني الأسطرلاب؟",
        "ماذا تعني كلمة أسطرلاب؟", "ماذا تعني المناقصة؟", "What does astrolabe mean?",
        "What do you mean by astrolabe?", "What's an astrolabe?", "ما تعريف الأسطرلاب؟", "ايش الأسطرلاب؟",
        "what is the meaning of weir?", "meaning of weir", "definition of weir", "Define weir.",
        "ما هو الأسطرلاب", "من هو متّى؟", "من كان متّى؟", "من كانت عائشة؟", "ما مفهوم المناقصة؟",
        "شو يعني أسطرلاب؟", "Who was Matthew?",
    ],
    False: [
        "What does the law mean for farmers?",
        "What is the meaning of the third line in the poem he wrote?",
        "ماذا يعني ذلك للمزارعين في الجنوب؟", "ما عاصمة اليابان؟", "من كان رئيس اللجنة؟",
        "من كان في البيت؟", "من كان رئيس اللجنة؟",
    ],
}  # fmt: skip


@pytest.mark.parametrize("field", METADATA)
def test_what_asks_for_metadata(field: str | None) -> None:
    assert {question: asked_field(question) for question in METADATA[field]} == dict.fromkeys(
        METADATA[field], field
    )


@pytest.mark.parametrize("is_list", LISTS)
def test_what_asks_for_a_list(is_list: bool) -> None:
    assert [question for question in LISTS[is_list] if asks_for_list(question) != is_list] == []


@pytest.mark.parametrize("is_definition", DEFINITIONS)
def test_what_asks_for_a_definition(is_definition: bool) -> None:
    assert [one for one in DEFINITIONS[is_definition] if bool(subject(one)) != is_definition] == []
