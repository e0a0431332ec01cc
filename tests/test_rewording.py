"""Dialects, particles and names: what is changed, and what is left alone since it isn't certain."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rewording import (
    _IN_ARABIC,
    _IN_LATIN,
    and_apart,
    and_before,
    attach_prepositions,
    egyptian,
    in_arabic_script,
    in_latin_script,
    iraqi,
    leave_out_article,
    levantine,
    so_before,
)

from index.text.analyzer import normalise


@pytest.mark.parametrize(
    ("question", "in_egyptian", "in_levantine", "in_iraqi"),
    [
        ("من هو المخترع؟", "مين هو المخترع؟", "مين هو المخترع؟", "منو هو المخترع؟"),
        ("ما هي العاصمة؟", "إيه هي العاصمة؟", "شو هي العاصمة؟", "شنو هي العاصمة؟"),
        ("ماهو السبب؟", "إيه هو السبب؟", "شو هو السبب؟", "شنو هو السبب؟"),
        ("متى وُلِد؟", "إمتى وُلِد؟", "إيمتى وُلِد؟", "شوكت وُلِد؟"),
        ("اين تقع؟", "فين تقع؟", "وين تقع؟", "وين تقع؟"),
        ("كيف ولماذا؟", "إزاي وليه؟", "كيف وليش؟", "شلون وليش؟"),
        ("ما الذي حدث الآن؟", "إيه اللي حدث دلوقتي؟", "شو اللي حدث هلق؟", "شنو اللي حدث هسه؟"),
        ("في أي سنة، وكم؟", "في أنهي سنة، وكام؟", "في أي سنة، وكم؟", "في يا سنة، وجم؟"),
        # "From where", "of", negation or a relative: not the question word.
        ("من أين جاء؟", "من فين جاء؟", "من وين جاء؟", "من وين جاء؟"),
        ("أي من الفرق؟", "أنهي من الفرق؟", "أي من الفرق؟", "يا من الفرق؟"),
        ("هل جاء ما قاله؟", "هل جاء ما قاله؟", "هل جاء ما قاله؟", "هل جاء ما قاله؟"),
        # A mark that nobody sees, or a quotation mark, may stand before the first word.
        ("\u200fما اسمه؟", "\u200fإيه اسمه؟", "\u200fشو اسمه؟", "\u200fشنو اسمه؟"),
        ("ABC من هو؟", "ABC من هو؟", "ABC من هو؟", "ABC من هو؟"),
    ],
)
def test_dialects(question: str, in_egyptian: str, in_levantine: str, in_iraqi: str) -> None:
    assert (egyptian(question), levantine(question), iraqi(question)) == (in_egyptian, in_levantine, in_iraqi)


@pytest.mark.parametrize(
    ("rewrite", "text", "expected"),
    [
        (and_before, "متى وصل؟", "ومتى وصل؟"),
        (and_before, " «متى» وصل؟", " «ومتى» وصل؟"),
        (and_before, "\u200fمتى؟", "\u200fومتى؟"),
        (and_before, "وصل متى؟", "وصل متى؟"),
        (and_before, "في أي سنة؟", "في أي سنة؟"),
        (and_before, "BBC ما هي؟", "BBC ما هي؟"),
        (and_before, "1998 سنة ماذا؟", "1998 سنة ماذا؟"),
        (so_before, "متى وصل؟", "فمتى وصل؟"),
        (so_before, "في أي سنة؟", "في أي سنة؟"),
        (and_apart, "الشعب والحكومة", "الشعب و الحكومة"),
        (and_apart, "والد الملك ووالده", "والد الملك ووالده"),
        (attach_prepositions, "وصل في المدينة إلى القصر", "وصل بالمدينة للقصر"),
        (attach_prepositions, "في أي سنة إلى أين", "بأي سنة لأين"),
        (attach_prepositions, "من العربية إلى اللغة الى الله", "من العربية للغة لله"),
        (attach_prepositions, "فى بغداد", "ببغداد"),
        (attach_prepositions, "كفي بغداد في 1998", "كفي بغداد في 1998"),
        (leave_out_article, "ما اسم المدينة والقلعة؟", "ما اسم مدينة وقلعة؟"),
        (leave_out_article, "وصل للمدينة", "وصل لمدينة"),
        # Not the article: a relative, God, "to", a verb, names, "father"; or too short to tell.
        (
            leave_out_article,
            "الذي التي الله الى التقى الكسندر والده والدته الام",
            "الذي التي الله الى التقى الكسندر والده والدته الام",
        ),
        (in_latin_script, "هل زار باريس أو اليابان؟", "هل زار Paris أو Japan؟"),
        (in_latin_script, "المانيا وأَلْمَانِيَا", "Germany وأَلْمَانِيَا"),
        # Attached, or with another meaning: left alone.
        (in_latin_script, "بباريس قطر عمان", "بباريس قطر عمان"),
        (in_arabic_script, "زار Paris وNASA ثم New York.", "زار باريس وNASA ثم نيويورك."),
        (in_arabic_script, "قناة ABC في 1998", "قناة إيه بي سي في 1998"),
        # Numerals, words, model numbers, longer initials that may be read as a word.
        (in_arabic_script, "Block II AB-1 OPEC A Parisian", "Block II AB-1 OPEC A Parisian"),
    ],
)
def test_by_value(rewrite: Callable[[str], str], text: str, expected: str) -> None:
    assert rewrite(text) == expected


def test_names_come_back() -> None:
    """A name that was given in the other script and back is the name, but for which Arabic spelling."""
    assert len(_IN_ARABIC) >= 60
    for latin, arabic in _IN_ARABIC.items():
        assert in_arabic_script(latin) == arabic
        assert in_latin_script(arabic) == latin
    for arabic, latin in _IN_LATIN.items():
        assert normalise(arabic).text == arabic
        assert in_latin_script(arabic) == latin


@given(st.text("abcdefghiz ,.?!'()0123456789\n"))
def test_a_text_without_arabic_or_names_stays_as_it_is(text: str) -> None:
    for rewrite in (and_before, so_before, and_apart, attach_prepositions, leave_out_article, egyptian,
                    levantine, iraqi, in_latin_script, in_arabic_script):  # fmt: skip
        assert rewrite(text) == text


@given(st.text("ابتحدرسفقكلمنهويىةأإ ؟وفبلا", max_size=30))
def test_once_is_enough(text: str) -> None:
    for rewrite in (and_before, so_before, and_apart, in_latin_script, in_arabic_script):
        assert rewrite(rewrite(text)) == rewrite(text)
