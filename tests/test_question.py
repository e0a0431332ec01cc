"""A question is read as the collection writes it: Arabizi, dialect, slips, numbers and months, by tables."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.text.analyzer import legible, readable
from index.text.arabizi import is_arabizi, readings
from index.text.question import as_written
from index.text.spelling import Spelling

TEXTS = (
    "افتُتح المسرح القديم سنة 1932 في كانون الثاني. يباع الخبز في السوق كل صباح. بُني الجسر.",
    "المدرسة الابتدائية في المدينة. انتهت الحرب سنة 1945. ذهب التاجر إلى القاهرة.",
    "يفتح المتحف أبوابه. ظهر الحصان. ثلاثة أعضاء. المعركة. العاصمة المغربية الرباط. محكمة الاستئناف.",
    "غرقت السفينة.",
    "المسؤولون عن الشؤون. يسكن القاضي قرب النهر. تاريخ المملكة. اشترى الفلاح المحراث. الطبيب الجراح.",
)
FORMS = Spelling.of(TEXTS)


@pytest.mark.parametrize(
    ("asked", "read"),
    [
        # Arabizi: common words by a table, all others by the words of the collection.
        ("emta bada2 el masra7?", "متى بدا المسرح?"),
        ("wein byetba3 el 5obz?", "أين يباع الخبز?"),
        ("fein el madrasa el ebteda2eya?", "أين المدرسة الابتدائية?"),
        ("wen ghere2et el safina", "أين غرقت السفينة"),
        ("emta entahet el 7arb", "متى انتهت الحرب"),
        ("emta etbana el gesr?", "متى بني الجسر?"),
        ("meen rah 3ala elqahera", "من راه على القاهرة"),
        ("shu 3asmet el maghreb?", "ما عاصمة المغرب?"),
        ("wen byeskon el 2adi", "أين يسكن القاضي"),
        ("mata buniya al jisr", "متى بني الجسر"),
        ("tari5 el mamlaka", "تاريخ المملكة"),
        ("min elly eshtara el me7rath?", "من الذي اشترى المحراث?"),
        # Not Arabizi.
        ("What is the mp3 player?", "What is the mp3 player?"),
        ("windows7 version", "windows7 version"),
        ("Who won el clasico?", "Who won el clasico?"),
        ("covid19 vaccine", "covid19 vaccine"),
        ("7th of May", "7th of May"),
        # Dialect.
        ("فين بيتباع الخبز؟", "أين يباع الخبز؟"),
        ("امتى بيفتح المتحف؟", "متى يفتح المتحف؟"),
        ("مين بنى الجسر؟", "من بنى الجسر؟"),
        ("ليه اتفتح المسرح؟", "لماذا افتتح المسرح؟"),
        ("من دهب إلى القاهره؟", "من ذهب إلى القاهرة؟"),
        ("وين ضهر الحصان؟", "أين ظهر الحصان؟"),
        # Slips.
        ("أين المدرصة؟", "أين المدرسة؟"),
        ("أين المدرسسة الابتدايية؟", "أين المدرسة الابتدائية؟"),
        ("محكمة الاستناف", "محكمة الاستئناف"),
        ("متى كانت المعكرة؟", "متى كانت المعركة؟"),
        ("بالمتحفف", "بالمتحف"),
        ("المسئولون والشئون", "المسؤولون والشؤون"),
        ("مسؤلون", "مسؤولون"),
        ("متي غرئت السفينه؟", "متى غرقت السفينة؟"),
        # Another word or another form, not a slip.
        ("المدرسته مختبر العناصر ستفتتح", "المدرسته مختبر العناصر ستفتتح"),
        ("المعاركة", "المعاركة"),
        # A word that there is, and what the collection has two near spellings of, stay.
        ("متى انتهى المعرض؟", "متى انتهى المعرض؟"),
        ("أية مدينة؟", "أية مدينة؟"),
        # Numbers and months in the form that texts are read in.
        ("سنة ألف وتسعمئة وخمس وأربعين", "سنة 1945"),
        ("في كانون الثاني وفي تموز", "في يناير وفي يوليو"),
        ("لآب وبكانون الأول", "لأغسطس وبديسمبر"),
        ("ثلاثة أعضاء وسبعمئة وعشرون", "ثلاثة أعضاء 720"),
        ("31،450 زائرا", "31450 زائرا"),
        ("in nineteen fifty-six", "in 1956"),
        ("the fifth of May", "the fifth of May"),
        ("حرب الثلاثين عاما", "حرب الثلاثين عاما"),
        ("كمية المياه، لست هناك", "كمية المياه، لست هناك"),
        ("هوندا ونيسان", "هوندا ونيسان"),
        ("بين آذار ونيسان، في 3 نيسان", "بين مارس وأبريل، في 3 أبريل"),
        ("4.500 و31٬450", "4.500 و31450"),
    ],
)
def test_read_as_the_collection_writes_it(asked: str, read: str) -> None:
    written = as_written(asked, FORMS)
    assert written.text == read
    assert len(written.origins) == len(read)
    assert list(written.origins) == sorted(written.origins)


def test_a_replacement_stands_for_the_whole_of_what_it_replaces() -> None:
    question = "متى سنة ألف وتسعمئة وست وخمسين؟"
    written = as_written(question, FORMS)
    start = written.text.index("1956")
    origins = written.origins[start : start + 4]
    assert question[origins[0] : origins[-1] + 1] == "ألف وتسعمئة وست وخمسين"


def test_what_the_collection_has_is_left_as_it_is() -> None:
    for text in TEXTS:
        assert as_written(text, FORMS).text == readable(text).text


def test_a_word_that_the_collection_has_is_no_slip() -> None:
    assert as_written("وين", Spelling.of(["وين الدار"])).text == "وين"
    assert as_written("المدرصة", Spelling.of(["المدرصة المدرسة"])).text == "المدرصة"
    # Two near spellings: neither is meant for sure.
    assert as_written("القلعب", Spelling.of(["القلعة القلعا"])).text == "القلعب"


def test_without_a_collection_a_question_is_only_legible() -> None:
    assert as_written("أَيْنَ المدرصة", Spelling.of([])).text == "أين المدرصة"


@settings(max_examples=60)
@given(st.text() | st.text("ابتثجحخدرسشصضطعغفقكلمنهويةىأإآ 0123٣،/\u064e\u0670ـ") | st.text("aeloms 7325'?"))
def test_any_question(question: str) -> None:
    written = as_written(question, FORMS)
    assert len(written.origins) == len(written.text)
    assert list(written.origins) == sorted(written.origins)
    assert all(0 <= origin < len(question) for origin in written.origins)


NUMBERS = st.lists(
    st.sampled_from(
        ["ألف", "مئة", "وخمسون", "سبعة", "عشر", "31،450", "آب", "كانون", "الثاني", "nineteen", "fifty"]
    )
)


@given(st.text() | NUMBERS.map(" ".join))
def test_what_is_readable_is_legible_and_stands_in_order(text: str) -> None:
    once = readable(text)
    assert legible(once.text).text == once.text
    assert len(once.origins) == len(once.text)
    assert list(once.origins) == sorted(once.origins)


@pytest.mark.parametrize(
    ("word", "arabic"),
    [
        ("7arb", "حرب"), ("5obz", "خبز"), ("masra7", "مسرح"), ("3arab", "عرب"), ("sou2", "سوق"),
        ("beit", "بيت"), ("madina", "مدينه"), ("kitab", "كتاب"),
        ("6ayyara", "طياره"),
        ("9a7ib", "صاحب"), ("ghurfa", "غرفه"),
        ("shams", "شمس"), ("jam3a", "جامعه"), ("wazeer", "وزير"), ("malek", "ملك"), ("mo7afza", "محافظه"),
        ("elmasra7", "المسرح"), ("belmadrasa", "بالمدرسه"),
    ],
)  # fmt: skip
def test_a_word_in_arabizi_may_be_read_so(word: str, arabic: str) -> None:
    assert arabic in readings(word)


@pytest.mark.parametrize(
    "question",
    [
        "emta?",
        "kam tool el nahr",
        "fein el beit",
        "wen 3asmet lebnan",
        "meen ra2is el baladiya",
        "leh 2aflo el madrasa",
        "3and meen",
    ],
)
def test_arabizi_is_told(question: str) -> None:
    assert is_arabizi(question)


@pytest.mark.parametrize(
    "question",
    [
        "Who led them?",
        "el nino effects",
        "3 men",
        "h2o",
        "B2B sales",
        "the 7arb",
        "متى 7arb",
        "F16 range",
        "iphone7",
    ],
)
def test_other_questions_are_not(question: str) -> None:
    assert not is_arabizi(question)
