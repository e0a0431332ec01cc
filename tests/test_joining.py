"""Spans that are shown in another style: no letter is parted from its marks or from a letter it joins."""

from __future__ import annotations

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from index.text.arabic import joined_span

PIECES = [
    "عكاشات", "و", "بِسْمِ", "ـ", " ", "،", "1897", "٣", "river", "e\u0301", "\u200d", "😀", "👩\u200d🚀", "\n",
    "«", "\u0651",
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES), min_size=1, max_size=10).map("".join) | st.text(
    min_size=1, max_size=20
)
JOINED = regex.compile(r"(?V1)[\p{Arabic}&&\p{L}]")
JOINED_TO = regex.compile(rf"{JOINED.pattern}\p{{M}}*$")


@pytest.mark.parametrize(
    ("text", "asked", "shown"),
    [
        # A prefix is joined to what it stands before, and so is a suffix.
        ("وصل إلى وعكاشات أمس", "عكاشات", "وعكاشات"),
        ("في كتابهم هذا", "كتاب", "كتابهم"),
        # A letter's tashkeel is the letter's.
        ("جاء زيدٌ", "زيد", "زيدٌ"),
        ("مدّ", "م", "مدّ"),
        ("عـــام", "عـ", "عـــام"),
        # Punctuation and digits aren't joined to letters.
        ("«القائم»، ثم", "القائم", "القائم"),
        ("سنة 1897م", "1897", "1897"),
        ("عام ١٨٩٧.", "١٨٩٧", "١٨٩٧"),
        # Nor are letters of other scripts to each other.
        ("Salim's bread", "Salim", "Salim"),
        ("cafe\u0301 au lait", "cafe", "cafe\u0301"),
        ("by 👩\u200d🚀 alone", "👩", "👩\u200d🚀"),
        ("Dunford وصل", "Dunford", "Dunford"),
    ],
)  # fmt: skip
def test_what_is_shown_apart(text: str, asked: str, shown: str) -> None:
    start = text.index(asked)
    first, last = joined_span(text, (start, start + len(asked)))
    assert text[first:last] == shown


@given(TEXTS, st.data())
def test_nothing_is_parted_and_no_more_is_shown_than_that_needs(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    first, last = joined_span(text, (start, end))
    assert 0 <= first <= start < end <= last <= len(text)
    characters = {0, *(one.end() for one in regex.finditer(r"\X", text))}
    for edge in (first, last):
        assert edge in characters
        assert not (JOINED_TO.search(text[:edge]) and JOINED.match(text[edge:]))
    assert joined_span(text, (first, last)) == (first, last)
