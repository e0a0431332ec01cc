"""Small valid files of every type with random damage: each is read, or refused by name, and nothing ends."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from pdf_files import Text, arabic, pdf
from test_file_types import BOOK, archive, word
from test_office import RICH, message, ods, odt, presentation, shape
from test_tables import cell, data, row, workbook

from index import Document, UnreadableFile
from index.readers.converter import process as converter_process
from index.readers.file_types import PICTURES
from index.readers.read_files import TYPES, read_file

TEXT = "# عنوان\n\nأعلن الحشد انطلاق المعركة.\n\nThe river floods in spring.\n"
PAGE = (
    '<!doctype html><html lang="ar"><meta charset="utf-8"><title>صفحة النهر</title><meta name=author '
    "content=ليلى><table><tr><td>يفيض<td>النهر</table><p>في &amp; الربيع."
    "<ul><li>a<li>b</ul><script>x</script>"
)


def plain(path: Path) -> Path:
    path.write_text(TEXT, "utf-8")
    return path


def html(path: Path) -> Path:
    path.write_text(PAGE, "utf-8")
    return path


def printed(path: Path) -> Path:
    lines = [Text(50, 700, "The river floods in spring."), arabic(400, 650, "يفيض النهر في الربيع")]
    path.write_bytes(pdf([lines], {"Title": "River"}))
    return path


SHEET = data(
    row(1, cell("A1", "city"), cell("B1", "people")), row(2, cell("A2", "x"), cell("B2", "7", "n", 2))
)


def written(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path


def in_bytes(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


ROWS = (
    '<table:table table:name="One">'
    "<table:table-row><table:table-cell><text:p>city</text:p></table:table-cell></table:table-row>"
    "<table:table-row><table:table-cell><text:p>النهر</text:p></table:table-cell></table:table-row></table:table>"
)
MAKERS: dict[str, Callable[[Path], Path]] = {
    ".txt": plain,
    ".md": plain,
    ".html": html,
    ".htm": html,
    ".xhtml": html,
    ".pdf": printed,
    ".docx": lambda path: word(path, "تقرير", "ليلى"),
    ".epub": lambda path: archive(path, BOOK),
    ".ods": lambda path: ods(path, ROWS, ""),
    ".odt": lambda path: odt(path, "<text:h>x</text:h><text:p>النهر</text:p>"),
    ".rtf": lambda path: in_bytes(path, RICH),
    ".pptx": lambda path: presentation(
        path, [shape("النهر", "x", kind=""), shape("The river", kind="title")]
    ),
    ".eml": lambda path: in_bytes(path, bytes(message())),
    ".xlsx": lambda path: workbook(path, {"One": SHEET, "Two": SHEET}),
    ".csv": lambda path: written(path, 'city,people\nبغداد,7\n"Basra, old",8\n'),
    ".tsv": lambda path: written(path, "city\tpeople\nبغداد\t7\n"),
    ".json": lambda path: written(path, '[{"name": "علي", "at": {"city": "x"}}, {"name": "y", "tags": [1]}]'),
    ".jsonl": lambda path: written(path, '{"name": "علي"}\n' * 9),
}
# Files with macros are of the same formats; they have texts of their own here.
MAKERS |= {
    ".docm": lambda path: word(path, "محضر", "منى"),
    ".pptm": lambda path: presentation(path, [shape("الوادي", "x", kind=""), shape("Wadi", kind="title")]),
    ".xlsm": lambda path: workbook(path, {"Three": SHEET, "Four": SHEET}),
}


INSERTED = (b"\0", b"\xff" * 4, b"9" * 12, b"<", b"(", b">>", b"-1 ")


def mutant(content: bytes, other: bytes, chance: random.Random) -> bytes:
    """The content with one to eight changes: bits, cuts, splices, repetitions, and numbers made large."""
    changed = bytearray(content)
    for _ in range(chance.randint(1, 8)):
        place = chance.randrange(len(changed) or 1)
        length = chance.randrange(1, 40)
        match chance.randrange(7):
            case 0 if changed:
                changed[place] ^= 1 << chance.randrange(8)
            case 1:
                end = len(changed) if chance.random() < 0.2 else place + length
                del changed[place:end]
            case 2:
                start = chance.randrange(len(other))
                changed[place : place + length] = other[start : start + length]
            case 3:
                changed[place:place] = changed[place : place + length] * chance.randint(2, 200)
            case 4:
                changed[place:place] = chance.randbytes(length)
            case 5:
                changed[place:place] = chance.choice(INSERTED)
            case _:
                digits = [at for at, byte in enumerate(changed) if 48 <= byte <= 57]
                if digits:
                    changed[chance.choice(digits)] = chance.choice(b"0123456789")
    return bytes(changed)


def outcomes(suffix: str, count: int, folder: Path, seed: str) -> dict[str, int]:
    """How often mutants of a type were read ("read") or refused (by which fault)."""
    chance = random.Random(f"{seed}{suffix}")
    originals = {kind: make(folder / f"original{kind}").read_bytes() for kind, make in MAKERS.items()}
    found: dict[str, int] = {}
    for number in range(count):
        path = folder / f"{number}{suffix}"
        path.write_bytes(mutant(originals[suffix], originals[chance.choice(list(originals))], chance))
        try:
            document = read_file(path)
            assert isinstance(document, Document)
            document.text.encode()
            outcome, why = "read", str(path)
        except UnreadableFile as error:
            outcome, why = error.fault, str(error)
        assert str(path) in why
        assert len(why.splitlines()) == 1
        found[outcome] = found.get(outcome, 0) + 1
    assert sum(found.values()) == count
    # The process that converts lives, or is started anew.
    (folder / "after.html").write_text(PAGE, "utf-8")
    assert "في & الربيع." in read_file(folder / "after.html").text
    return found


def test_every_type_has_a_maker() -> None:
    assert {*MAKERS, *PICTURES} == set(TYPES)


@pytest.mark.parametrize("suffix", MAKERS)
def test_what_isnt_changed_is_read(suffix: str, tmp_path: Path) -> None:
    assert read_file(MAKERS[suffix](tmp_path / f"original{suffix}")).text


@pytest.mark.slow
@pytest.mark.parametrize("suffix", MAKERS)
def test_mutants_are_read_or_refused(suffix: str, tmp_path: Path) -> None:
    outcomes(suffix, 10, tmp_path, "few")


@pytest.mark.hostile
@pytest.mark.parametrize("suffix", MAKERS)
def test_many_mutants_are_read_or_refused(
    suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    converter = converter_process.ConverterProcess(seconds=60)
    monkeypatch.setattr(converter_process, "shared", converter)
    try:
        found = outcomes(suffix, 120, tmp_path, "many")
    finally:
        converter.close()
    # The changes do something, and don't destroy everything.
    assert set(found) - {"read"}, found
    if suffix in (".html", ".htm", ".xhtml", ".pdf"):
        assert found.get("read", 0) > 0
