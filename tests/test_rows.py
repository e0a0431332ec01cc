"""Documents and passages come back from disk as they were given, or are refused."""

from __future__ import annotations

import errno
from dataclasses import fields
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import Document, IndexDamaged, Passage
from index.encoding.passages import PassageInput
from index.folder.rows import ROWS, RowsReader, RowsWriter
from index.text.context import context
from index.text.spelling import Count
from index.types import Block

TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60).filter(str.strip)


def pieces(document: Document, cuts: list[int]) -> list[Passage]:
    """The stretches between these places, but for every third: passages leave gaps too."""
    places = sorted({0, len(document.text), *(cut % (len(document.text) + 1) for cut in cuts)})
    spans = [span for number, span in enumerate(pairwise(places)) if number % 3 != 1]
    layouts: list[dict[str, Any]] = [
        {},
        {"headings": ("أ", "b"), "page": 2},
        {"kind": "table_row", "columns": ("", "c")},
        {"items": (0,)},
    ]
    return [
        Passage.of(document, number, *span, **layouts[number % 4]) for number, span in enumerate(spans, 1)
    ]


def written(folder: Path, split: list[tuple[Document, list[Passage]]]) -> RowsReader:
    folder.mkdir(exist_ok=True)
    first = 0
    with RowsWriter(folder / ROWS) as writer:
        for number, (document, passages) in enumerate(split):
            writer.add(number, document, first, [PassageInput(p, context(document, p)) for p in passages])
            first += len(passages)
    return RowsReader(folder / ROWS)


@given(texts=st.lists(st.tuples(TEXT, st.lists(st.integers(0, 60), max_size=4)), max_size=5))
def test_what_is_read_is_what_was_written(
    texts: list[tuple[str, list[int]]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    split = []
    for number, (text, cuts) in enumerate(texts):
        blocks = (Block("heading", 0, 1, level=2, label="1."),) if number % 2 else ()
        document = Document(
            text,
            title=text[:3],
            source=text[::-1],
            id=f"{number}:{text[:2]}",
            author="أ",
            date="1446",
            blocks=blocks,
        )
        split.append((document, pieces(document, cuts)))
    read = written(tmp_path_factory.mktemp("rows"), split)
    row = 0
    for number, (document, of_document) in enumerate(split):
        assert read.number(document.id) == number
        assert read.document(number) == document
        assert vars(read.head(number)) == {
            field.name: getattr(document, field.name)
            for field in fields(document)
            if field.name not in ("text", "blocks")
        }
        stored = read.stored_passages(row, row + len(of_document))
        for passage, (digest, *_) in zip(of_document, stored, strict=True):
            item = PassageInput(passage, context(document, passage))
            assert read.passage(row) == passage
            assert read.passage_input(row) == item
            assert read.paragraph(row) == passage.number
            assert digest == item.digest
            found = read.row_of(digest)
            assert found is not None
            assert read.passage_input(found).digest == digest
            row += 1


@pytest.mark.parametrize(
    "text",
    [
        "* * *",
        "line one\u2028line two\x85line three\x1cfour\x00 five",
        'quotes " and \\ and \t tabs\r\nand breaks',
        "😀 كتابٌ \ufeff ﷺ",
    ],
)
def test_texts_that_are_hard_to_write_down(text: str, tmp_path: Path) -> None:
    document = Document(text, title=text, source=text, author=text, id=text)
    read = written(tmp_path, [(document, [Passage.of(document, 1, 0, len(text))])])
    assert read.document(0) == document
    assert read.number(text) == 0
    assert read.passage(0).text == text


@pytest.fixture
def rows(tmp_path: Path) -> RowsReader:
    river = Document("The river floods.\nFarmers wait.", id="river")
    battle = Document("أعلن الحشد انطلاق المعركة.", id="battle")
    split = [
        (river, [Passage.of(river, 1, 0, 17), Passage.of(river, 2, 18, 31)]),
        (battle, [Passage.of(battle, 1, 0, 26)]),
    ]
    return written(tmp_path / "old", split)


def test_what_is_not_there(rows: RowsReader) -> None:
    assert rows.number("absent") is None
    assert rows.number("") is None
    with pytest.raises(UnicodeEncodeError):
        rows.number("\udcff")
    assert rows.row_of(b"0" * 16) is None
    for read in (rows.document, rows.head, rows.passage, rows.stored):
        with pytest.raises(IndexDamaged, match=r"rows\.sqlite has no"):
            read(3)


@pytest.mark.parametrize("word", ["river", "floods", "Farmers", "الحشد"])
def test_a_changed_text_is_noticed_where_it_is_read(word: str, rows: RowsReader, tmp_path: Path) -> None:
    path = tmp_path / "old" / ROWS
    content = path.read_bytes()
    other = word.encode()[::-1] if word.isascii() else word.replace("ش", "س").encode()
    path.write_bytes(content.replace(word.encode(), other))
    read = RowsReader(path)
    number = 1 if word == "الحشد" else 0
    if word != "river":  # its id is another one then
        with pytest.raises(IndexDamaged, match=r"rows\.sqlite has other content"):
            read.document(number)
    with pytest.raises(IndexDamaged, match=r"rows\.sqlite has other content"):
        [read.passage(row) for row in range(3)]
    with pytest.raises(IndexDamaged, match=r"rows\.sqlite has other content"):
        read.stored_passages(0, 3)
    assert rows.number("battle") == 1


@pytest.mark.parametrize("content", [b"", b"nonsense" * 1000])
def test_another_file_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / ROWS).write_bytes(content)
    with pytest.raises(IndexDamaged, match=r"rows\.sqlite can't be read"):
        RowsReader(tmp_path / ROWS)


def test_counts_come_in_order_and_by_form(tmp_path: Path) -> None:
    counts: list[Count] = [("letter", "", chr(letter), letter, 0) for letter in range(1600, 1610)]
    counts += [("number", "", str(number), 1, 0) for number in range(10_000, 22_000)]
    counts += [("word", "احمد", "أحمد", 3, 1), ("word", "احمد", "احمد", -1, 0), ("word", "باب", "باب", 2, 0)]
    with RowsWriter(tmp_path / ROWS) as writer:
        writer.add_counts(counts)
    read = RowsReader(tmp_path / ROWS)
    assert list(read.all_counts()) == counts
    assert read.counts(["احمد", "none"], [chr(1605)]) == [*counts[-3:-1], counts[5]]
    assert read.counts([], []) == []
    assert [word for word, _ in read.numbers_with("2199")] == ["12199", *map(str, range(21990, 22000))]


def test_a_full_disk_is_told(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"rows\.sqlite"), RowsWriter(tmp_path / "absent" / ROWS):
        pass

    def fill() -> None:
        with RowsWriter(tmp_path / ROWS) as writer:
            writer._connection.execute("PRAGMA max_page_count = 12")
            writer.add(0, Document("word " * 100_000), 0, [])

    with pytest.raises(OSError, match="full") as caught:
        fill()
    assert caught.value.errno == errno.ENOSPC
