"""Characters of direction: what is isolated, what is taken out."""

from __future__ import annotations

import unicodedata

from index.text.bidi import CONTROLS, DIRECTION_MARKS, MARKS, isolated, left_to_right, without_controls


def test_all_of_unicodes_characters_of_direction_are_known() -> None:
    formatting = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
    assert {chr(c) for c in range(0x3000) if unicodedata.bidirectional(chr(c)) in formatting} == set(CONTROLS)
    assert {unicodedata.name(mark) for mark in MARKS} == {
        "ARABIC LETTER MARK",
        "LEFT-TO-RIGHT MARK",
        "RIGHT-TO-LEFT MARK",
    }
    assert set(DIRECTION_MARKS.values()) < set(MARKS)


def test_a_text_is_isolated() -> None:
    assert isolated("كتاب.txt") == "\u2068كتاب.txt\u2069"
    assert left_to_right("sudo apt") == "\u2066sudo apt\u2069"


def test_controls_are_taken_out_and_marks_stay() -> None:
    assert without_controls(f"a{CONTROLS}b\u200f") == "ab\u200f"
