"""Ways of writing: by value, and by what has to hold of every text."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from perturbations import (
    VARIANTS,
    drop_hamza,
    eastern_digits,
    final_ha_and_ya,
    final_ta_and_maksura,
    presentation_forms,
    stretch,
    vocalise,
    western_digits,
)

from index.text.analyzer import normalise, words
from index.text.arabic import is_arabic

TASHKEEL = "\u064b\u064c\u064d\u064e\u064f\u0650\u0651\u0652"

# They change letters and marks, never words.
SPELLINGS = (
    vocalise,
    stretch,
    drop_hamza,
    final_ha_and_ya,
    final_ta_and_maksura,
    eastern_digits,
    western_digits,
    presentation_forms,
)

arabic_words = st.text("ءآأؤإئابةتثجحخدذرزسشصضطظعغـفقكلمنهويىٱپچگ" + TASHKEEL, min_size=1, max_size=9)
texts = st.lists(st.one_of(arabic_words, st.text("abcXYZ .,؟-«»0189٠١٩\n\u200f", max_size=6))).map(" ".join)
spellings = pytest.mark.parametrize("rewrite", SPELLINGS, ids=lambda rewrite: rewrite.__name__)


# By property.


@spellings
@given(text=texts)
def test_to_the_analyzer_it_is_the_same_text(rewrite: Callable[[str], str], text: str) -> None:
    assert normalise(rewrite(text)).text == normalise(text).text
    assert [word.term for word in words(rewrite(text))] == [word.term for word in words(text)]


@spellings
@given(text=texts)
def test_once_more_changes_nothing_more(rewrite: Callable[[str], str], text: str) -> None:
    assert rewrite(rewrite(text)) == rewrite(text)


@spellings
@given(text=st.text())
def test_what_is_not_arabic_stays(rewrite: Callable[[str], str], text: str) -> None:
    def others(of: str) -> list[str]:
        return [c for c in of if not (is_arabic(c) or c.isdigit())]

    assert others(rewrite(text)) == others(text)


@spellings
def test_a_text_without_arabic_stays_as_it_is(rewrite: Callable[[str], str]) -> None:
    text = "Who wrote “Le Père Goriot”? Ünïcode, 中文.\r\n"
    assert rewrite(text) == text


# By value.


def test_vocalised_words_have_their_letters_and_plausible_marks() -> None:
    text = "متى وقعت المعركة في سنة 1998؟"
    written = vocalise(text)
    assert "".join(c for c in written if c not in TASHKEEL) == text
    assert vocalise("متى") in written
    # The article's lam has a sukun, alef no mark; some letter of a word of three consonants has one.
    assert "ال\u0652م" in written
    assert not any(pair in written for pair in (f"ا{mark}" for mark in TASHKEEL))
    for word in written.split():
        if len([c for c in word if is_arabic(c)]) > 3:
            assert any(c in TASHKEEL for c in word)
    # A sukun never begins a word, and a shadda never stands by itself.
    for word in written.split():
        assert word[1:2] != "\u0652"
        assert "\u0651" not in word or word[word.index("\u0651") + 1] in TASHKEEL


def test_marks_are_the_same_every_time_and_take_the_place_of_what_was_there() -> None:
    assert vocalise("كِتَابٌ") == vocalise("كتاب") != "كتاب"
    assert vocalise("كتاب من كتاب").split()[0] == vocalise("كتاب من كتاب").split()[2]


def test_tatweel_stands_between_joined_letters() -> None:
    assert stretch("بيت") in {
        before + "ـ" * count + after for before, after in (("ب", "يت"), ("بي", "ت")) for count in range(1, 5)
    }
    for unjoined in ("دار", "وادر", "لا", "ءب", "رء"):
        assert stretch(unjoined) == unjoined
    assert stretch("قِم") in {f"قِ{'ـ' * count}م" for count in range(1, 5)}
    assert stretch("مـــن") == stretch("من")


@pytest.mark.parametrize(
    ("rewrite", "text", "expected"),
    [
        (drop_hamza, "أين إلى آخر مؤسسة رئيس شيء ٱلله", "اين الى اخر موسسة رييس شيء الله"),
        (final_ha_and_ya, "متى تأسست مدرسة إلى", "متي تأسست مدرسه إلي"),
        (final_ta_and_maksura, "في هذه المدينة نهايته ه ي له", "فى هذة المدينة نهايتة ه ي له"),
        (eastern_digits, "سنة 1998، 3.5 و2 U2 2PAC", "سنة ١٩٩٨، ٣.٥ و٢ U2 2PAC"),
        (western_digits, "سنة ١٩٩٨ و5", "سنة 1998 و5"),
        # Initial, medial, final; what doesn't join ends a chain; lam and alef are one.
        (presentation_forms, "بيت", "\ufe91\ufef4\ufe96"),
        (presentation_forms, "دار", "\ufea9\ufe8d\ufead"),
        (presentation_forms, "باب", "\ufe91\ufe8e\ufe8f"),
        (presentation_forms, "لا", "\ufefb"),
        (presentation_forms, "بلا", "\ufe91\ufefc"),
        (presentation_forms, "لأن", "\ufef7\ufee5"),
        (presentation_forms, "شيء", "\ufeb7\ufef2\ufe80"),
        # Marks stay, and letters are joined across them; so they are across tatweel.
        (presentation_forms, "بِت", "\ufe91\u0650\ufe96"),
        (presentation_forms, "بـت", "\ufe91ـ\ufe96"),
        (presentation_forms, "پچ", "\ufb58\ufb7b"),
        (presentation_forms, "abc 12، ب", "abc 12، \ufe8f"),
    ],
)
def test_by_value(rewrite: Callable[[str], str], text: str, expected: str) -> None:
    assert rewrite(text) == expected


def test_every_letter_has_its_forms() -> None:
    """Against the names of the Unicode database: another way to the same table."""
    for letter in "ابتثجحخدذرزسشصضطظعغفقكلمنهويىةأإآؤئ":
        name = unicodedata.name(letter).removeprefix("ARABIC LETTER ")
        expected = unicodedata.lookup(f"ARABIC LETTER {name} ISOLATED FORM")
        assert presentation_forms(letter) == expected
        assert presentation_forms(f"ب{letter}")[1] == unicodedata.lookup(f"ARABIC LETTER {name} FINAL FORM")


# The table.


def test_the_table_names_each_way_of_writing_once_a_side() -> None:
    seen = Counter((variant.name, variant.side) for variant in VARIANTS)
    assert set(seen.values()) == {1}
    assert {side for _, side in seen} == {"question", "text"}
    # Dialects, particles before the question and keywords are ways of asking.
    only_questions = {name for name, _ in seen} - {name for name, side in seen if side == "text"}
    assert only_questions == {
        "wa- before the first word",
        "fa- before the first word",
        "fi, ila as bi-, li-",
        "al- left out",
        "Egyptian",
        "Levantine",
        "Iraqi and Gulf",
    }


def test_each_changes_something() -> None:
    question = "متى إلى أي مدينة في London وصل والجيش الذي احتل باريس سنة 1940 و١٩٤١؟"
    assert [variant.name for variant in VARIANTS if variant.rewrite(question) == question] == []


@given(text=texts)
def test_none_makes_a_question_that_cannot_be_asked(text: str) -> None:
    for variant in VARIANTS:
        assert bool(words(variant.rewrite(text))) == bool(words(text)), variant.name
