"""Which questions lean on the turns before: tables in both languages, and what is brought along."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.conversation.follow_up import content_words, dependence, topic, with_new_subject

REFERS = [
    # Nothing of their own.
    "ولماذا؟",
    "وأين؟",
    "متى حدث ذلك؟",
    "ومتى حدث ذلك؟",
    "ما سبب ذلك؟",
    "من هو؟",
    "By whom?",
    "And why?",
    "When was that?",
    # Pronouns, standing alone or attached.
    "ومن صمّمه؟",
    "وَمَنْ صَمَّمَهُ؟",
    "متى بدأ بناؤها؟",
    "من كان دليلها فيها؟",
    "ومن هو قائدهم؟",
    "كم مخطوطاً فيها اليوم؟",
    "من يقود هذه الفرقة؟",
    "Who led them?",
    "How long did it take?",
    "How long did it take to build?",
    "What is her book called?",
    "When did he arrive in Baghdad?",
    "To which newspaper did he say that?",
    "How do you get there?",
    # Another subject for the question before.
    "ماذا عن الأنبار؟",
    "وماذا عن جسر الحوريّة؟",
    "What about Anbar?",
    "And how about the Thornbury Railway?",
]
BRIEF = [
    "ومتى عبرت الربع الخالي؟",
    "وكيف ماتت؟",
    "متى وُلد؟",
    "And where did the stones come from?",
    "What is the prize?",
    "Who led?",
]
SHORT = [
    "من يوقّع الصكوك؟",
    "ما خسائر المعركة؟",
    "كم عدد الأعضاء؟",
    "How many people were in the crew?",
    "Who signs the cheques?",
]
COMPLETE = [
    "من أعلن انطلاق معركة التلاقي؟",
    "متى بدأ العمل في بناء سدّ وادي الريحان؟",
    "ما هي الجائزة التي فازت بها مارلي ماتلين؟",
    "من الذي فاز عليه البرونكوس في المباراة الفاصلة؟",
    "متى غيّرت شركة أبل اسمها؟",
    "من لديه الرقم القياسي في رمي الكرة؟",
    "هل هناك جسور في مدينة بغداد القديمة؟",
    "ما اتجاه نهر دجلة عند الموصل؟",
    "ومن أعلن انطلاق معركة التلاقي في صحراء الأنبار؟",
    "Who announced the battle of Talaqi?",
    "And who announced the battle of Talaqi?",
    "How old was Manning when he played Super Bowl 50?",
    "Other than his scientific achievements what was Tesla famous for?",
    "How long does it take for the water of a lake to boil?",
    "What is the metric they use to determine how busy airports are?",
    "Which university has its origins in a school of medicine?",
    "Are there any stone bridges in the old town?",
    "Who said that the war would end soon?",
    "When was the plastome of plants discovered?",
    "متى وُلد شكسبير؟",
]


@pytest.mark.parametrize("question", REFERS)
def test_what_refers_to_what_was_said(question: str) -> None:
    assert dependence(question) == "refers"


@pytest.mark.parametrize("question", BRIEF)
def test_what_says_so_little_that_it_may_lean(question: str) -> None:
    assert dependence(question) == "brief"


@pytest.mark.parametrize("question", SHORT)
def test_what_could_stand_by_itself_or_mean_something_known(question: str) -> None:
    assert dependence(question) == "short"


@pytest.mark.parametrize("question", COMPLETE)
def test_what_names_its_subject_is_left_alone(question: str) -> None:
    assert dependence(question) is None


def test_ta_marbuta_is_no_pronoun() -> None:
    assert (dependence("متى بُنيت قلعة حلب القديمة؟"), dependence("متى هُدمت قلعته؟")) == (None, "refers")


def test_only_content_words_come_along_as_they_were_written() -> None:
    assert topic(["أين يقع سدّ وادي الريحان؟"], "ومن صمّمه؟") == "يقع سدّ وادي الريحان"
    assert topic(["When was the Marlow Institute founded?"], "By whom?") == "Marlow Institute founded"


def test_words_come_once_whatever_their_form_and_not_if_the_question_has_them() -> None:
    before = ["Who led the expeditions?", "When did the expedition leave Sallow?"]
    assert topic(before, "Who was the leader?") == "led expeditions leave Sallow"
    arabic = ["كم مخطوطاً في المكتبة؟", "ومن أسّس مكتبة دار القلم؟"]
    assert topic(arabic, "ومتى بُنيت الدار؟") == "مخطوطاً المكتبة أسّس القلم"


@pytest.mark.parametrize(
    ("earlier", "question", "expected"),
    [
        ("ما سعة سدّ النور الكبير؟", "ماذا عن سدّ الريح؟", "ما سعة سدّ الريح؟"),
        ("متى أُنشئ سدّ النور على نهر الصفا؟", "وماذا عن السدّ القديم؟", "متى أُنشئ السدّ القديم على نهر الصفا؟"),
        ("كم بلغ مخزون سدّ النور في آذار 2023؟", "ماذا عن سدّ الريح؟", "كم بلغ مخزون سدّ الريح في آذار 2023؟"),
        ("How long is the Stone Mill bridge?", "What about the iron bridge?", "How long is the iron bridge?"),
        ("Who built the wooden bridge?", "And what about the Mill bridge?", "Who built the Mill bridge?"),
        ("Who built the bridge of Mostar?", "How about the bridge of Arta?", "Who built the bridge of Arta?"),
        # Another side of the same subject, another noun, or nothing that could be put in its place.
        ("متى بدأ حفر القناة؟", "ماذا عن التمويل؟", None),
        ("ما سعة سدّ النور؟", "ماذا عن قناة الريح؟", None),
        ("كم سدّاً في الأردن؟", "ماذا عن سدّ الريح؟", None),
        ("How long is the bridge?", "What about the iron bridge?", None),
        ("How long is the Mill bridge?", "Who built the iron bridge?", None),
        ("How long is the Mill bridge?", "What about the bridge?", None),
    ],
)
def test_another_subject_takes_the_place_of_the_one_before(
    earlier: str, question: str, expected: str | None
) -> None:
    assert with_new_subject(earlier, question) == expected


def test_a_long_question_brings_as_many_words_as_are_of_use() -> None:
    assert len(topic([" ".join(f"word{n}" for n in range(100))], "Why?").split()) == 24


@given(st.text(max_size=60))
def test_every_text_has_an_answer_and_its_words_stand_in_it(text: str) -> None:
    assert dependence(text) in ("refers", "brief", "short", None)
    words = content_words(text)
    assert all(0 <= word.start < word.end <= len(text) for word in words)
    assert words == [] or dependence(f"{text} {text}") in ("refers", "brief", "short", None)
