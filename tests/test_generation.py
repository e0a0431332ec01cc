"""What is on disk: written once, read back as it was, refused if it isn't."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fake_encoder import FakeEncoder

from index import Document, IndexDamaged
from index.build import make
from index.encode import encode
from index.generation import FORMAT_VERSION, MANIFEST, Generation
from index.text import ANALYZER_VERSION


def generation_of(documents: list[Document], encoder: FakeEncoder) -> Generation:
    return make({d.id: d for d in documents}, encoder, None, show_progress=False)


@pytest.fixture
def generation(collection: list[Document], encoder: FakeEncoder) -> Generation:
    return generation_of(collection, encoder)


@pytest.fixture
def folder(generation: Generation, tmp_path: Path) -> Path:
    generation.save(tmp_path)
    return tmp_path


def manifest(folder: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((folder / MANIFEST).read_text("utf-8"))
    return content


def assert_same(one: Generation, other: Generation) -> None:
    assert one.documents == other.documents
    assert list(one.documents) == list(other.documents)
    assert list(one.passages) == list(other.passages)
    assert list(one.lexical.rows) == list(other.lexical.rows)
    assert list(one.names.rows) == list(other.names.rows)
    assert list(one.spelling.forms) == list(other.spelling.forms)
    np.testing.assert_array_equal(one.dense.vectors(), other.dense.vectors())
    for row in range(len(one.passages)):
        for name in ("vectors", "spans", "sentences"):
            np.testing.assert_array_equal(getattr(one.late[row], name), getattr(other.late[row], name))
    np.testing.assert_array_equal(one.centers.means, other.centers.means)
    np.testing.assert_array_equal(one.arabic_shares, other.arabic_shares)
    assert one.rows == other.rows
    assert (one.encoder_name, one.encoder_fingerprint) == (other.encoder_name, other.encoder_fingerprint)


def test_what_is_read_is_what_was_written(generation: Generation, folder: Path) -> None:
    assert_same(Generation.load(folder), generation)


def test_rows_address_every_part(generation: Generation, encoder: FakeEncoder) -> None:
    assert [p.text for p in generation.passages] == [
        "The river floods in spring.",
        "Farmers wait on the hills.",
        "أعلن الحشد انطلاق المعركة.",
        "وصلت القوّات إلى الحدود.",
        "Bread needs flour, water and salt.",
    ]
    for row, passage in enumerate(generation.passages):
        assert generation.rows[passage.id] == row
        ((vector, tokens),) = encode([passage.text], "passage", encoder, generation.centers)
        np.testing.assert_array_equal(generation.dense.vectors()[row], vector)
        np.testing.assert_array_equal(generation.late[row].spans, tokens.spans)
    assert generation.lexical.rows[0] == ["the", "river", "flood", "in", "spring"]
    assert generation.lexical.rows[2] == ["اعلن", "حشد", "انطلاق", "معرك"]
    assert {"h$d", "mrk"} <= set(generation.names.rows[2])
    # A passage is read without its marks, and its tokens stand in it with them.
    stood = [generation.passages[3].text[start:end] for start, end in generation.late[3].spans]
    assert stood == ["وصلت", "القوّات", "إلى", "الحدود"]
    assert generation.spelling.forms == sorted(
        ["أعلن", "الحشد", "انطلاق", "المعركة", "وصلت", "القوات", "إلى", "الحدود"]
    )
    assert generation.arabic_shares.tolist() == [0, 0, 1, 1, 0]


@pytest.mark.parametrize(
    "text",
    [
        "* * *",
        "line one\u2028line two\x85line three\x1cfour\x00 five",
        'quotes " and \\ and \t tabs\r\nand breaks',
        "😀 كتابٌ \ufeff ﷺ",
    ],
)
def test_texts_that_are_hard_to_write_down(text: str, encoder: FakeEncoder, tmp_path: Path) -> None:
    documents = [Document(text, title=text, source=text, author=text), Document("an ordinary one")]
    generation = generation_of(documents, encoder)
    generation.save(tmp_path)
    assert_same(Generation.load(tmp_path), generation)


def test_nothing_is_a_generation_too(encoder: FakeEncoder, tmp_path: Path) -> None:
    generation = generation_of([], encoder)
    generation.save(tmp_path)
    assert_same(Generation.load(tmp_path), generation)
    assert manifest(tmp_path)["passages"] == 0


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
