"""Which sentences can't stand alone: tables of first words, in both languages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.text.analyzer import normalise
from qa.answering.dependent_sentences import is_dependent

LEANING = [
    # Goes on with what someone said.
    "وأضاف أن القوات تقدمت.",
    "وأضافت أنّ المدينة تحرّرت.",
    "وأضاف المتحدث أن الطريق مفتوح.",
    "فتابع: «عدنا».",
    "وتابعت الوزيرة.",
    "كما أضافوا أن العدو انسحب.",
    "واستطرد قائلاً.",
    "وأردف.",
    "وختم بالشكر.",
    "وقال إنه عاد.",
    "وقال إنّ القوات تقدمت.",
    "وَقَالَ إِنَّهُ عَادَ.",
    "وقـــال إنه عاد.",
    "وقال ان القوات تقدمت.",
    "وقالت إنها تقدمت.",
    "وقالوا إنهم عادوا.",
    "فقال إن ذلك صحيح.",
    "كما قال إن ذلك صحيح.",
    "وقال: «عدنا».",
    "وقال «عدنا».",
    'وقال "عدنا".',
    "وقالت: عدنا.",
    "وأشار إلى أن الطريق مفتوح.",
    "ولفتت إلى أنها عادت.",
    "وأكّد أنه عاد.",
    "وأكد على أن الطريق مفتوح.",
    "وأكد بأن الطريق مفتوح.",
    "وأوضح بأنه عاد.",
    "ورأى أن الطريق مفتوح.",
    "وبيّن أن الطريق مفتوح.",
    "واعتبر أنّ الأمر انتهى.",
    "وقال إنني عدت.",
    "وأكدت بأنها عادت.",
    # Pronouns and demonstratives.
    "هو كاتب.",
    "وهو كاتب.",
    "فهي مدينة.",
    "وهم جنود.",
    "هؤلاء الجنود عادوا.",
    "أولئك الجنود عادوا.",
    "وأولئك الجنود عادوا.",
    "وهذه المعركة انتهت.",
    "هذا الكتاب قديم.",
    "ذلك الرجل عاد.",
    "تلك المدينة قديمة.",
    "ولذلك عاد.",
    "كذلك عاد الجنود.",
    "لكنّه عاد.",
    "ولكنها بعيدة.",
    "إنه كاتب.",
    "إنّها مدينة.",
    "ولأنه عاد فرحوا.",
    "وله بيتان.",
    "لها سور.",
    "وبها سور.",
    "وفيها نهر.",
    "ومنه شرب الناس.",
    "They also sell bread.",
    "This led to a war.",
    "These are new.",
    "Those were old.",
    "He left.",
    "She left.",
    "It is blue.",
    "it's blue",
    "It’s blue.",
    "ITS WALLS ARE BLUE",
    "His nets are torn.",
    "Her nets are torn.",
    "Their nets are torn.",
    "Him they left.",
    "Such nets are rare.",
    "And they left.",
    "But it rained.",
    "So he left.",
    "Yet she stayed.",
    # Marks before the first word.
    "«وأضاف أن الطريق مفتوح».",
    "— وقال إنه عاد.",
    "“They left.”",
    "(It is blue.)",
    "\u200fوهو كاتب.",
]
ALONE = [
    # Who says it is named, or nobody went before.
    "وقال محمد إنه عاد.",
    "وقالت الوزيرة إنها عادت.",
    "وأشار الوزير إلى أن الطريق مفتوح.",
    "وأعلن الحشد انطلاق المعركة.",
    "وذكر الكاتب أن الطريق مفتوح.",
    "قال محمد إنه عاد.",
    "أضاف محمد الملح.",
    "وقال إنجليزي ذلك.",
    "وقال انتصار القوات.",
    "وقال إنسانيون ذلك.",
    "وقال أنس إنه عاد.",
    "وقالت أناس ذلك.",
    "وذكر أنور الطريق.",
    "وأكد بانيت ذلك.",
    # Words that begin with the same letters.
    "وهران مدينة.",
    "وهج الشمس قوي.",
    "هوية الكاتب مجهولة.",
    "هيئة التحرير عادت.",
    "همدان مدينة.",
    "هند كاتبة.",
    "هنا القائم.",
    "هناك جنود.",
    "هذيل قبيلة.",
    "منهج الكتاب قديم.",
    "فيهما نهران.",
    "لهب النار قوي.",
    "لهجة المدينة قديمة.",
    "بهاء كاتب.",
    "بهجة الناس كبيرة.",
    "انهيار الجسر كبير.",
    "أنهار العراق كثيرة.",
    "إنهاء الحرب صعب.",
    "وإضافة الملح ضرورية.",
    "وبين المدينتين طريق.",
    "وبيان الحشد طويل.",
    "وختمه قديم.",
    "وزاده قليل.",
    "لكن القوات تقدمت.",
    "كما كان الطريق مفتوحاً.",
    # Elsewhere than at the start.
    "المدينة وهي بعيدة.",
    "محمد هو الكاتب.",
    "Items are sold.",
    "Italy is far.",
    "Itself is a word.",
    "Theory is grey.",
    "Theirs is a word.",
    "Themes return.",
    "Then rain fell.",
    "There is salt.",
    "The market is open.",
    "Thistles grow.",
    "Thisbe waits.",
    "Hello.",
    "Heroes return.",
    "Helen left.",
    "History ends.",
    "Himalayan salt is pink.",
    "Hermits wait.",
    "Sheila left.",
    "Sheep graze.",
    "Suchet left.",
    "Thoseby is a village.",
    "And Italy won.",
    "But the market is open.",
    "So far so good.",
    "Andhe left.",
    "Salim says that they left.",
    "“Salim left,” he said.",
    "2017 it rained.",
    # Nothing to go by.
    "",
    " ",
    "…",
    "— «»",
    "ـــ",
]


FIRST_WORDS = [
    "he", "she", "it", "they", "his", "her", "hers", "its", "their", "him", "them", "this", "these",
    "those", "such",
    "هو", "هي", "هم", "هما", "هن", "هذا", "هذه", "هذان", "هاتان", "هؤلاء", "ذلك", "تلك", "كذلك",
    "بذلك", "لذلك", "لهذا", "بهذا", "بهذه", "لكنه", "لكنها", "لكنهم", "إنه", "أنها", "إنهم", "كأنه",
    "لأنه", "لأنها", "لأنهم", "منه", "منها", "فيه", "فيها", "له", "لها", "لهم", "به", "بها",
]  # fmt: skip


@pytest.mark.parametrize("sentence", LEANING)
def test_leans_on_the_sentence_before(sentence: str) -> None:
    assert is_dependent(sentence)


@pytest.mark.parametrize("sentence", ALONE)
def test_stands_alone(sentence: str) -> None:
    assert not is_dependent(sentence)


@pytest.mark.parametrize("first", FIRST_WORDS)
def test_a_word_that_merely_begins_with_such_letters_stands_alone(first: str) -> None:
    """Whole words lean: alone, before a mark, capitalised; not with one more letter, of any script."""
    is_english = first.isascii()
    for sentence in (first, f"{first} x", f"{first}, x", f"«{first}»", first.capitalize(), first.upper()):
        assert is_dependent(sentence)
    for letter in "xqz0_" if is_english else "ظضغ0_":
        assert not is_dependent(first + letter)
        assert not is_dependent(letter + first)
    if not is_english:
        assert is_dependent(f"و{first}")
        assert is_dependent(f"ف{first}")


@given(st.sampled_from(LEANING + ALONE), st.sampled_from(["\u064e", "\u0651", "\u0640", "\u200f"]))
def test_marks_that_writers_leave_out_do_not_count(sentence: str, mark: str) -> None:
    assert is_dependent(mark.join(["", *sentence])) == is_dependent(sentence)


@given(st.text())
def test_any_text_either_leans_or_not_and_its_normal_form_does_the_same(text: str) -> None:
    assert is_dependent(text) == is_dependent(normalise(text).text)
