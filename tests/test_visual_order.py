"""What is seen from left to right -> what is read. Expected lines are as a browser shows the same text."""

from __future__ import annotations

import pytest

from index.readers.pdf.visual_order import Sign, as_read, bracket_votes, is_right_to_left, letters_of_forms

MIRRORED = "()[]{}«»‹›"


def signs(seen: str) -> list[Sign]:
    return [Sign(character) for character in seen]


def backwards(arabic: str) -> str:
    """Arabic as it is seen: its last letter first."""
    return arabic[::-1]


@pytest.mark.parametrize(
    ("seen", "read"),
    [
        (backwards("أعلن الحشد"), "أعلن الحشد"),
        (f"1954 {backwards('سنة')}", "سنة 1954"),
        (f"{backwards('باحث')} 12,000{backwards('و')}", "و12,000 باحث"),
        (f"{backwards('منذ')} 15/03/2023 {backwards('يوم')}", "يوم 15/03/2023 منذ"),
        (f"{backwards('من')} %85.5 {backwards('أي')}", "أي 85.5% من"),
        (f"{backwards('منذ')} 25-11-2024 {backwards('يوم')}", "يوم 2024-11-25 منذ"),
        (f"{backwards('من')} % 85.5 {backwards('أي')}", "أي 85.5 % من"),
        (f"4567 123 770 964+ {backwards('هاتف')}", "هاتف +964 770 123 4567"),
        (f"{backwards('م')}٢٠٢٤ {backwards('سنة')}", "سنة ٢٠٢٤م"),
        (f"{backwards('بسعر')} ١٢٫٥ {backwards('باع')}", "باع ١٢٫٥ بسعر"),
        (f"{backwards('منذ')} Python 3.11 {backwards('نستخدم')}", "نستخدم Python 3.11 منذ"),
        (f"{backwards('منذ')} Linux (Debian 12) {backwards('نستخدم')}", "نستخدم Linux (Debian 12) منذ"),
        (f"1954 (CERN) {backwards('مركز')}", "مركز (CERN) 1954"),
        (f"3D {backwards('طابعة')}", "طابعة 3D"),
        (f".https://example.org/a.html {backwards('زر')}", "زر https://example.org/a.html."),
    ],
)
def test_an_arabic_line_is_read_as_it_was_typed(seen: str, read: str) -> None:
    assert as_read(signs(seen), right_to_left=True, mirrored=MIRRORED) == read


@pytest.mark.parametrize(
    ("seen", "read"),
    [
        ("The town (pop. 1,200) fell.", "The town (pop. 1,200) fell."),
        (f"He said {backwards('نعم يا سيدي')} twice.", "He said نعم يا سيدي twice."),
        (f"in {backwards('دير الزور')} (2017)", "in دير الزور (2017)"),
    ],
)
def test_an_english_line_is_read_as_it_was_typed(seen: str, read: str) -> None:
    assert as_read(signs(seen), right_to_left=False) == read


def test_brackets_are_turned_round_where_a_document_has_them_as_they_are_seen() -> None:
    seen = f"{backwards('وأضاف')} «{backwards('نعم')}» {backwards('قال')}"  # as a font shows them
    typed = seen.translate(str.maketrans("«»", "»«"))
    assert bracket_votes(signs(seen), right_to_left=True) == {"«": 2}
    assert bracket_votes(signs(typed), right_to_left=True) == {"«": -2}
    assert as_read(signs(seen), right_to_left=True, mirrored="«»") == "قال «نعم» وأضاف"
    assert as_read(signs(typed), right_to_left=True, mirrored="") == "قال «نعم» وأضاف"
    kept = [Sign("»", is_as_typed=True), *signs(backwards("نعم")), Sign("«", is_as_typed=True)]
    assert as_read(kept, right_to_left=True, mirrored="«»") == "«نعم»"


def test_brackets_around_latin_words_alone_on_a_line_stay() -> None:
    for mirrored in ("", "()"):
        assert as_read(signs("(Debian 12)"), right_to_left=True, mirrored=mirrored) == "(Debian 12)"


def test_a_sign_of_several_letters_is_kept_together() -> None:
    line = [Sign("قًا"), *signs(backwards("ساب"))]
    assert as_read([Sign("لا"), Sign("إ")], right_to_left=True) == "إلا"
    assert as_read(line, right_to_left=True) == "سابقًا"


def test_presentation_forms_become_letters_but_for_signs_that_are_typed() -> None:
    assert letters_of_forms("ﻻ ﺳﻼﻡ ﷲ ﬁn ﹰ ﷺ ﷼") == "لا سلام الله fin ً ﷺ ﷼"


def test_the_direction_is_that_of_most_words() -> None:
    assert is_right_to_left(["نستخدم", "نظام", "Linux"])
    assert not is_right_to_left(["We", "use", "لينكس"])
    assert not is_right_to_left(["123", "—"])
