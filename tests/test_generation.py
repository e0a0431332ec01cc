"""What is on disk: written once, read back as it was, refused if it isn't."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fake_encoder import FakeEncoder
from same import keys_of

from index import Document, IndexDamaged
from index.encoding.passages import encode_passages
from index.folder.build import Plan, write_generation
from index.folder.generation import Generation
from index.folder.manifest import FORMAT_VERSION, MANIFEST
from index.retrieval.token_codec import QuantizedTokens
from index.text.analyzer import ANALYZER_VERSION


def written(documents: Iterable[Document | int], folder: Path, old: Generation | None = None) -> Generation:
    folder.mkdir()
    plan = Plan(documents, FakeEncoder(), old, folder.parent / f"{folder.name}.journal", False)
    write_generation(folder, plan)
    return Generation.load(folder)


@pytest.fixture
def generation(collection: list[Document], tmp_path: Path) -> Generation:
    return written(collection, tmp_path / "generation")


@pytest.fixture
def folder(generation: Generation, tmp_path: Path) -> Path:  # noqa: ARG001 - it is written there
    return tmp_path / "generation"


def manifest(folder: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((folder / MANIFEST).read_text("utf-8"))
    return content


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_rows_address_every_part(generation: Generation, encoder: FakeEncoder) -> None:
    passages = generation.texts.passages
    assert [p.text for p in passages] == [
        "The river floods in spring.",
        "Farmers wait on the hills.",
        "أعلن الحشد انطلاق المعركة.",
        "وصلت القوّات إلى الحدود.",
        "Bread needs flour, water and salt.",
    ]
    item_row = [0, 0, 1, 1, 2]
    for row, passage in enumerate(passages):
        assert generation.texts.passage_row(passage) == row
        item = generation.texts.passage_input(row)
        assert item.context.document == generation.texts.document(item_row[row]).title
        ((vector, tokens),) = encode_passages([item], encoder, generation.centers)
        np.testing.assert_array_equal(generation.dense.vectors[row], vector.astype(np.float16))
        np.testing.assert_array_equal(generation.late[row].spans, tokens.spans)
        stored = QuantizedTokens.of(tokens).expand()
        np.testing.assert_array_equal(generation.late[row].vectors, stored.vectors)
    assert keys_of(generation.lexical.postings, 0) == Counter(["the", "river", "flood", "in", "spring"])
    assert keys_of(generation.lexical.postings, 2) == Counter(["اعلن", "حشد", "انطلاق", "معرك"])
    assert {"h$d", "mrk"} <= set(keys_of(generation.names.postings, 2))
    # A passage is read without its marks, and its tokens stand in it with them.
    stood = [passages[3].text[start:end] for start, end in generation.late[3].spans[1:]]
    assert stood == ["وصلت", "القوّات", "إلى", "الحدود"]
    assert generation.spelling.apply("القوات احمد المعركه") == "القوات احمد المعركة"
    assert generation.texts.arabic_shares.tolist() == [0, 0, 1, 1, 0]


def test_the_same_documents_give_the_same_bytes(collection: list[Document], tmp_path: Path) -> None:
    """Made at once, or from what an older generation has of them in another order."""
    written(collection, tmp_path / "at_once")
    old = written([collection[2], Document("what goes"), collection[0]], tmp_path / "old")
    written(collection, tmp_path / "by_given", old)
    written([2, collection[1], 0], tmp_path / "by_rows", old)
    for name in ("by_given", "by_rows"):
        assert content(tmp_path / name) == content(tmp_path / "at_once")


def test_what_an_older_one_has_is_not_encoded_again(collection: list[Document], tmp_path: Path) -> None:
    old = written(collection, tmp_path / "old")
    encoder = FakeEncoder()
    (tmp_path / "new").mkdir()
    # A passage that moves to another document is the same text.
    moved = Document("Something new.\nFarmers wait on the hills.\nSomething new.", title="River", id="moved")
    plan = Plan([1, moved], encoder, old, tmp_path / "journal", False)
    write_generation(tmp_path / "new", plan)
    assert encoder.encoded == ["River", "Something new."]
    new = Generation.load(tmp_path / "new")
    assert [p.text for p in new.texts.passages][2:] == moved.text.split("\n")
    np.testing.assert_array_equal(new.dense.vectors[3], old.dense.vectors[1])
    np.testing.assert_array_equal(new.late[3].vectors, old.late[1].vectors)


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
    documents = [Document(text, title=text, source=text, author=text), Document("an ordinary one")]
    assert written(documents, tmp_path / "generation").texts.documents == documents


def test_nothing_is_a_generation_too(tmp_path: Path) -> None:
    generation = written([], tmp_path / "generation")
    assert len(generation.texts.documents) == len(generation.texts.passages) == 0
    assert manifest(tmp_path / "generation")["passages"] == 0


def test_the_manifest(folder: Path, encoder: FakeEncoder) -> None:
    written = manifest(folder)
    assert written["format"] == FORMAT_VERSION
    assert written["analyzer"] == ANALYZER_VERSION
    assert written["encoder"] == {"name": "fake", "fingerprint": encoder.fingerprint}
    assert (written["documents"], written["passages"]) == (3, 5)
    assert {p.name for p in folder.iterdir()} == {MANIFEST, *written["files"]}
    for name, expected in written["files"].items():
        content = (folder / name).read_bytes()
        assert expected == {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}


@pytest.mark.parametrize("field", ["format", "analyzer"])
@pytest.mark.parametrize("version", [0, 99, "1", None])
def test_another_version_is_refused(field: str, version: object, folder: Path) -> None:
    changed = manifest(folder) | {field: version}
    (folder / MANIFEST).write_text(json.dumps(changed), "utf-8")
    with pytest.raises(IndexDamaged, match="made by another version of Dalil"):
        Generation.load(folder)


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "null", "3", '"text"', "{}", '{"format": 1}', '{"format": 1, "analyzer": 1}', "\0" * 99],
)
def test_a_manifest_that_is_none_is_refused(content: str, folder: Path) -> None:
    (folder / MANIFEST).write_text(content, "utf-8")
    with pytest.raises(IndexDamaged, match=r"manifest\.json"):
        Generation.load(folder)


def test_a_manifest_that_is_not_utf8_is_refused(folder: Path) -> None:
    (folder / MANIFEST).write_bytes(b'{"format": "\xff"}')
    with pytest.raises(IndexDamaged, match=r"manifest\.json"):
        Generation.load(folder)


@pytest.mark.parametrize("field", ["encoder", "documents", "passages", "files"])
@pytest.mark.parametrize("value", ["absent", None, [], "text", {"a": "b"}])
def test_a_manifest_with_a_field_of_another_kind_is_refused(field: str, value: object, folder: Path) -> None:
    changed = manifest(folder) | {field: value}
    if value == "absent":
        del changed[field]
    (folder / MANIFEST).write_text(json.dumps(changed), "utf-8")
    with pytest.raises(IndexDamaged, match=r"manifest\.json"):
        Generation.load(folder)


def test_no_folder_is_no_generation(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Generation.load(tmp_path / "absent")


def test_it_belongs_to_the_encoder_that_made_it(generation: Generation) -> None:
    assert generation.belongs_to(FakeEncoder())
    assert not generation.belongs_to(FakeEncoder(seed=1))
