"""Sentence boundaries, by hand and by property."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.text.sentences import sentences

PIECES = [
    "كلمة", "word", "Word", "J", "Dr", "U.S", "3.5", "ق.م", ".", "!", "?", "؟", "…", "،", "؛", ":",
    "»", "«", '"', "”", "“", ")", " ", "  ", "\n", "\u00a0", "\u2028", "\x1c", "😀", "e.g.", "إلخ",
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES)).map("".join) | st.text()


def said(text: str, longest: int = 50) -> list[str]:
    return [text[start:end] for start, end in sentences(text, longest)]


@pytest.mark.parametrize(
    "expected",
    [
        ["One sentence without an end"],
        ["It rained.", "Nobody came!", "Why?"],
        ["He met J. Smith in May.", "Then he left."],
        ["J. R. R. Tolkien wrote it.", "It sold well."],
        ["The U.S. Army left.", "It was over."],
        ["Dr. Ali and Mr. Omar came.", "They sat on St. George Street."],
        ["Pi is 3.14 and e is 2.72.", "Both go on."],
        ["Some fruit, e.g. Apples, is sweet.", "Some isn't."],
        ["They took bread, cheese, etc. and left.", "Nobody saw it."],
        ["It grew (see No. 4).", "It shrank."],
        ['He said "Go."', "Then he left."],
        ["He said “Go!”", "(He meant it.)", "Then he left."],
        ["What?!", "Really…", "Yes."],
        ["من أعلن المعركة؟", "أعلنها الحشد!", "ثمّ صمت…", "وانتهى."],
        ["وصل د. أحمد أمس.", "ثم غادر."],
        ["بنيت سنة 30 ق.م. في الصحراء.", "ثم هدمت."],
        ["جاء القادة والجنود إلخ. إلى المدينة.", "ثم رحلوا."],
        ["بلغت 3.5 كيلومترات.", "ثم 4."],
        ["أوّلاً؛ ثم ثانياً، ثم ثالثاً.", "وانتهى."],
        # A quotation of several sentences is part of the sentence that it stands in.
        ["قال «وصلنا. وسنبقى هنا. لن نعود» ثم صمت.", "وانتهى."],
        ["قال «وصلنا. وسنبقى.»", "ثم صمت."],
        ["She said “We came. We saw. We left” and sat.", "So it was."],
        ["他来了。", "他走了。"],
    ],
)
def test_sentences(expected: list[str]) -> None:
    assert said(" ".join(expected)) == expected
    assert said("\n  " + "\n".join(expected) + "\n") == expected


def test_nothing_is_no_sentence() -> None:
    assert sentences("") == sentences(" \n\u2028\t") == []


def test_offsets_count_characters_of_the_text() -> None:
    assert sentences("  😀 هو. Yes. ") == [(2, 7), (8, 12)]


def test_a_mark_before_a_small_letter_ends_nothing() -> None:
    assert said("It cost 5 approx. dollars... or so. Yes.") == [
        "It cost 5 approx. dollars... or so.",
        "Yes.",
    ]


def test_a_long_sentence_is_cut_at_the_clause_mark_nearest_its_middle() -> None:
    words = [f"w{i:02}" for i in range(60)]
    words[9] += ","
    words[33] += "،"
    words[55] += ";"
    text = " ".join(words) + "."
    first, second = said(text)
    assert (first, second) == (" ".join(words[:34]), " ".join(words[34:]) + ".")
    assert said(text, longest=60) == [text]


def test_a_longer_one_is_cut_into_more_parts_of_like_length() -> None:
    words = [f"w{i:02}" + ("," if i % 5 == 4 else "") for i in range(60)]
    text = " ".join(words)
    assert [len(part.split()) for part in said(text, longest=20)] == [20, 20, 20]


def test_a_long_sentence_without_clause_marks_stays_whole() -> None:
    text = " ".join(["كلمة"] * 80)
    assert said(text) == [text]


@given(TEXTS, st.integers(1, 60))
def test_every_character_is_in_one_sentence(text: str, longest: int) -> None:
    covered = [0] * len(text)
    previous = 0
    for start, end in sentences(text, longest):
        assert previous <= start < end <= len(text)
        assert text[start:end] == text[start:end].strip()
        for position in range(start, end):
            covered[position] += 1
        previous = end
    for character, times in zip(text, covered, strict=True):
        assert times <= 1
        assert times == 1 or character.isspace()


@given(TEXTS)
def test_a_sentence_by_itself_is_a_sentence(text: str) -> None:
    """Short ones are not cut again, except where a quotation's other end is in the next one."""
    for start, end in sentences(text):
        if not any(mark in text for mark in "«»“”"):
            assert sentences(text[start:end])[-1][1] == end - start


def test_the_mark_of_a_footnote_ends_the_sentence_before_it() -> None:
    for text, parts in (
        ("It leaks.[1] A friend paid.", ["It leaks.[1]", "A friend paid."]),
        ("لا يُسمح بالتصوير.[12] ولا يجوز اللمس.¹", ["لا يُسمح بالتصوير.[12]", "ولا يجوز اللمس.¹"]),
        ("He left (in 1990).[2][3] Then rain.", ["He left (in 1990).[2][3]", "Then rain."]),
    ):
        assert [text[start:end] for start, end in sentences(text)] == parts
