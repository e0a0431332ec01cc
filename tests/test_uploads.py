"""Names of uploaded files: ordinary ones are taken as they are, and none leads elsewhere."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.uploads.file_names import MAX_NAME_LENGTH, UnsafeName, safe_name

ORDINARY = [
    "notes.txt",
    "تقرير 2024 (نهائي).pdf",
    "عَقْدُ الإيجار، النسخة الثانية.docx",
    "می‌خواهم.md",  # with a zero-width non-joiner
    "Rapport d'été – v2.txt",
    "no extension",
    "a..b.txt",
    "console.txt",
    "common.txt",
    "ノート.txt",
    "x" * (MAX_NAME_LENGTH - 4) + ".txt",
]


@pytest.mark.parametrize("name", ORDINARY)
def test_ordinary_names_are_taken_as_they_are(name: str) -> None:
    assert safe_name(name) == name


UNSAFE = [
    "",
    ".",
    "..",
    "...",
    " ",
    ". .",
    ".hidden",
    "../notes.txt",
    "..\\notes.txt",
    "a/../../notes.txt",
    "/etc/passwd",
    "\\\\server\\share",
    "C:\\notes.txt",
    "C:notes.txt",
    "notes.txt:stream",
    "folder/notes.txt",
    "notes.txt/",
    "notes\0.txt",
    "notes.txt\0.pdf",
    "notes\n.txt",
    "notes\x1b[2J.txt",
    "notes\u2028.txt",
    "notes\udcff.txt",
    "notes\ue000.txt",
    "CON",
    "con.txt",
    "Aux.tar.gz",
    "NUL .txt",
    "COM1",
    "lpt9.log",
    "COM¹.txt",  # the superscripts count
    "ｃｏｎ.txt",
    "a\u2044b.txt",  # fraction slash
    "..\u2215etc",  # division slash
    "a\uff0fb.txt",  # full-width slash
    "..\uff3cetc",  # full-width backslash
    "a\u29f8b.txt",  # big solidus
    "\uff0e\uff0e",  # full-width dots
    "\u2025",  # two dot leader
    "\u2024\u2024",  # one dot leaders
    "\u200b..",
    "\u202e..",
    ".\u200d.",
    "what?.txt",
    "a*b.txt",
    "a|b.txt",
    '"a".txt',
    "<a>.txt",
    " notes.txt",
    "notes.txt ",
    "notes.txt.",
    "notes\u00a0.txt",
    "notes\t.txt",
    "x" * (MAX_NAME_LENGTH + 1),
    "ع" * (MAX_NAME_LENGTH // 2 + 1),
]


@pytest.mark.parametrize("name", UNSAFE)
def test_what_could_lead_elsewhere_is_refused(name: str) -> None:
    if name == ".\u200d.":  # a joiner between dots is no folder's name, but looks like one
        assert safe_name("a\u200db") == "a\u200db"
    with pytest.raises(UnsafeName, match=r"^The file .* can't be taken: .*\. Rename it\.$") as refused:
        safe_name(name)
    assert str(refused.value).isprintable()
    assert len(str(refused.value)) < 500


def test_marks_of_direction_are_left_out() -> None:
    assert safe_name("\u200fتقرير\u200e.txt") == "تقرير.txt"
    # Shown as "invoicetxt.exe" reversed; without the override it is what it is.
    assert safe_name("invoice\u202etxt.exe") == "invoicetxt.exe"
    assert safe_name("\ufeff\u2066notes\u2069.txt") == "notes.txt"
    assert safe_name("C\u202eON1.txt") == "CON1.txt"
    with pytest.raises(UnsafeName, match="device"):
        safe_name("C\u202eON.txt")
    assert safe_name(unicodedata.normalize("NFD", "été.txt")) == unicodedata.normalize("NFC", "été.txt")


@given(st.text(st.one_of(st.characters(), st.sampled_from("./\\:\0 \u202e\u200d\u2024\uff0f")), max_size=30))
def test_whatever_is_taken_stays_in_its_folder(name: str) -> None:
    try:
        safe = safe_name(name)
    except UnsafeName:
        return
    folder = Path("/uploads")
    assert (folder / safe).parent == folder
    assert (folder / safe).name == safe
    assert safe not in ("", ".", "..")
    assert not set("/\\\0\n") & set(safe)
    assert safe_name(safe) == safe
