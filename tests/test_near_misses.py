"""Near misses by rule: one thing is exchanged for another of its kind, the same at each call."""

from __future__ import annotations

import pytest
from near_misses import Name, Pool, Siblings, document_frequencies, swapped

EMPTY = Pool()


@pytest.mark.parametrize(
    ("question", "language", "kept", "lost"),
    [
        ("Who ruled in 1850?", "en", "Who ruled in ", "1850"),
        ("كم كان عدد السكان في ١٩٥٠؟", "ar", "كم كان عدد السكان في ", "١٩٥٠"),
        ("What is the largest lake?", "en", "What is the ", "largest"),
        ("ما هي أكبر بحيرة؟", "ar", "بحيرة", "أكبر"),
        ("Who was king in France?", "en", "Who was king in ", "France"),
        ("من حكم بفرنسا؟", "ar", "من حكم ب", "فرنسا"),
        ("ما اسم الشركة الفرنسية؟", "ar", "ما اسم الشركة ال", "فرنسي"),
        ("Who was the 11th king?", "en", "Who was the ", "11th"),
    ],
)
def test_one_thing_is_exchanged(question: str, language: str, kept: str, lost: str) -> None:
    made = swapped(question, language, EMPTY)
    assert made is not None
    assert made != question
    assert kept in made
    assert lost not in made


def test_arabic_digits_stay_arabic_digits() -> None:
    made = swapped("ماذا حدث في ١٩٥٠؟", "ar", EMPTY)
    assert made is not None
    assert not set(made) & set("0123456789")


def test_endings_stay() -> None:
    made = swapped("ما اسم الشركة الفرنسية؟", "ar", EMPTY)
    assert made is not None
    assert made.endswith("ية؟")


def test_names_come_from_the_pool() -> None:
    pool = Pool.of(["It was there that Nikola Tesla met George Scherff."], "en")
    assert pool.names == (Name("Nikola Tesla"), Name("George Scherff"))
    assert swapped("Whom did Nikola Tesla meet?", "en", pool) == "Whom did George Scherff meet?"


def test_a_place_takes_the_place_of_a_place() -> None:
    pool = Pool.of(["He went to Graz. She met Mary Smith in Maribor."], "en")
    assert swapped("Who lived in Graz?", "en", pool) == "Who lived in Maribor?"


def test_arabic_names_stand_behind_their_title() -> None:
    pool = Pool.of(["عاش الملك لويس في القصر، ثم جاء الملك هنري."], "ar")
    assert swapped("متى عاش الملك لويس؟", "ar", pool) == "متى عاش الملك هنري؟"


def test_arabic_words_that_only_one_text_repeats_are_names() -> None:
    text = "سكن شوبان هنا، وزار شوبان جورج مرة، ثم عاد جورج."
    frequencies = document_frequencies([text, *["كتب عن هذا كثيرا"] * 20])
    assert {name.text for name in Pool.of([text], "ar", frequencies).names} == {"شوبان", "جورج"}
    assert Pool.of([text], "ar").names == ()


def test_a_verb_is_negated_where_nothing_else_can_be_done() -> None:
    assert swapped("Who was elected?", "en", EMPTY) == "Who was not elected?"
    assert swapped("ما الذي يربط المدن؟", "ar", EMPTY) == "ما الذي لا يربط المدن؟"


@pytest.mark.parametrize("question", ["Why?", "How did it work?"])
def test_some_questions_stay_alone(question: str) -> None:
    assert swapped(question, "en", EMPTY) is None


def test_the_same_question_is_changed_the_same_way() -> None:
    question = "Which of the two largest cities in France had more people in 1850?"
    assert len({swapped(question, "en", EMPTY) for _ in range(5)}) == 1


TEXTS = [
    f"{beginning} annual leave is short and {beginning} unpaid leave is long. The wages are paid."
    for beginning in ("Here", "There", "Today", "Often")
] + ["Nothing of this is told here, and nothing else."] * 200


def test_a_sibling_stands_beside_the_same_words() -> None:
    siblings = Siblings(TEXTS, "en")
    passage = "Our annual leave takes ten days."
    assert siblings.exchanged("How long is annual leave?", passage) == "How long is unpaid leave?"


def test_a_word_that_the_passage_has_is_no_sibling() -> None:
    siblings = Siblings(TEXTS, "en")
    passage = "Our annual leave takes ten days, and unpaid leave as many weeks."
    assert siblings.exchanged("How long is annual leave?", passage) is None


def test_a_word_that_the_passage_lacks_is_not_exchanged() -> None:
    siblings = Siblings(TEXTS, "en")
    assert siblings.exchanged("How long is annual leave?", "Everyone may stay at home for ten days.") is None
