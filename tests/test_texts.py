"""Documents and passages come back from disk as they were given, or are refused."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import Document, IndexDamaged, Passage
from index.encoding.passages import PassageInput
from index.folder.documents import HEADS, LAYOUTS, TEXTS, Texts, TextsWriter
from index.text.context import context
from index.types import Block

TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60).filter(str.strip)


def pieces(document: Document, cuts: list[int]) -> list[Passage]:
    """The stretches between these places, but for every third: passages leave gaps too."""
    places = sorted({0, len(document.text), *(cut % (len(document.text) + 1) for cut in cuts)})
    spans = [span for number, span in enumerate(pairwise(places)) if number % 3 != 1]
    under: list[dict[str, Any]] = [
        {},
        {"headings": ("أ", "b"), "page": 2},
        {"kind": "table_row", "columns": ("", "c")},
        {"items": (0,)},
    ]
    return [Passage.of(document, number, *span, **under[number % 4]) for number, span in enumerate(spans, 1)]


def written(folder: Path, split: list[tuple[Document, list[Passage]]]) -> Texts:
    folder.mkdir(exist_ok=True)
    with TextsWriter(folder) as writer:
        for document, passages in split:
            writer.add(document, passages)
    return Texts(folder)


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
    read = written(tmp_path_factory.mktemp("texts"), split)
    passages = [passage for _, of_document in split for passage in of_document]
    assert read.documents == [document for document, _ in split]
    assert read.passages == passages
    inputs = [PassageInput(p, context(document, p)) for document, of_document in split for p in of_document]
    assert read.arabic_shares.tolist() == pytest.approx([item.arabic_share for item in inputs])
    assert [d.tobytes() for d in read.passage_digests] == [item.digest for item in inputs]
    assert [read.passage_input(row) for row in range(len(passages))] == inputs
    for row, (document, of_document) in enumerate(split):
        assert read.row(document.id) == row
        assert read.has_same_passages(row, document)
        assert not read.has_same_passages(row, replace(document, title="other"))
        assert [read.passages[i] for i in range(*read.passage_range(row))] == of_document
    for row, passage in enumerate(passages):
        assert read.passage_row(passage) == row


@pytest.fixture
def texts(tmp_path: Path) -> Texts:
    river = Document("The river floods.\nFarmers wait.", id="river")
    battle = Document("أعلن الحشد انطلاق المعركة.", id="battle")
    split = [
        (river, [Passage.of(river, 1, 0, 17), Passage.of(river, 2, 18, 31)]),
        (battle, [Passage.of(battle, 1, 0, 26)]),
    ]
    return written(tmp_path / "old", split)


def test_they_are_sequences(texts: Texts) -> None:
    assert len(texts.documents) == 2
    assert len(texts.passages) == 3
    assert [p.text for p in texts.passages[1:]] == ["Farmers wait.", "أعلن الحشد انطلاق المعركة."]
    assert texts.passages[-1].document_id == "battle"
    assert texts.documents == tuple(texts.documents)
    assert texts.documents != tuple(texts.documents)[:1]
    with pytest.raises(IndexError):
        texts.passages[3]


def test_what_is_not_there(texts: Texts) -> None:
    assert texts.row("absent") is None
    assert not texts.has_same_passages(0, Document("other", id="river"))
    elsewhere = Document("The river floods.", id="other")
    with pytest.raises(KeyError, match="other:0-17"):
        texts.passage_row(Passage.of(elsewhere, 1, 0, 17))
    with pytest.raises(KeyError, match="river:0-16"):
        texts.passage_row(Passage("river:0-16", "river", 1, 0, 16, "The river floods"))


def test_an_unchanged_document_keeps_its_passages(texts: Texts, tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    renamed = Document(texts.documents[1].text, id="battle", title="renamed")
    with TextsWriter(tmp_path / "new") as writer:
        writer.add(Document("first"), [Passage.of(Document("first"), 1, 0, 5)])
        writer.add_known(renamed, texts, 1)
        writer.add_known(texts.documents[0], texts, 0)
    new = Texts(tmp_path / "new")
    assert new.documents[1:] == (renamed, texts.documents[0])
    assert new.passages[1:] == (texts.passages[2], texts.passages[0], texts.passages[1])
    assert new.arabic_shares.tolist() == [0, 1, 0, 0]


@pytest.mark.parametrize(("name", "position"), [(TEXTS, 0), (TEXTS, 20), (TEXTS, -1), (HEADS, 3)])
def test_a_flipped_byte_is_noticed_where_it_is_read(
    name: str, position: int, texts: Texts, tmp_path: Path
) -> None:
    path = tmp_path / "old" / name
    content = bytearray(path.read_bytes())
    content[position] ^= 1
    path.write_bytes(bytes(content))
    read = Texts(tmp_path / "old")
    with pytest.raises(IndexDamaged, match=name):
        list(read.documents)
    with pytest.raises(IndexDamaged, match=name):
        list(read.passages)
    assert len(read.passages) == len(texts.passages)


def test_a_damaged_layout_is_refused(tmp_path: Path) -> None:
    document = Document("Rules\nBoats.", id="d", blocks=(Block("heading", 0, 5, level=1),))
    written(tmp_path, [(document, [Passage.of(document, 1, 6, 12, headings=("Rules",))])])
    path = tmp_path / LAYOUTS
    path.write_bytes(path.read_bytes().replace(b"Rules", b"Rulez"))
    with pytest.raises(IndexDamaged, match=LAYOUTS):
        Texts(tmp_path).passage(0)
